"""Finds secrets in a text: of providers, by shape, in URLs, as key blocks, and by their name.

Hot path: each kind of search begins with substrings; nothing else happens to most texts.
"""

from __future__ import annotations

from ambidex.secrets.checks import CHECKS, PROVEN
from ambidex.secrets.formats import CERTAIN, LIKELY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.secrets.tokens import Words

LIMIT = 5
# Found before the best are chosen; a text with more is refused in any case.
_MOST = 100
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Secret:
    """A secret in a text.

    Attributes:
        kind: stable identifier, `github-token`.
        name: what people call it, `GitHub token`.
        confidence: `certain` or `likely`.
        proven: whether a checksum holds, so that chance or a template did not make it.
        line: on which line it begins, 1-based.
        start, end: where it is in the text.
        shown: its first four characters and `…`; all that may be repeated of it.
    """

    __slots__ = ("confidence", "end", "kind", "line", "name", "proven", "shown", "start")

    def __init__(self, kind: str, name: str, confidence: str, start: int, end: int) -> None:
        self.kind = kind
        self.name = name
        self.confidence = CERTAIN if confidence == PROVEN else confidence
        self.proven = confidence == PROVEN
        self.start = start
        self.end = end
        self.line = 0
        self.shown = "…"

    def __repr__(self) -> str:
        return f"Secret({self.kind!r}, {self.confidence!r}, line={self.line}, shown={self.shown!r})"


def find(text: str, *, limit: int = LIMIT) -> list[Secret]:
    """The secrets in `text`.

    Args:
        text: anything.
        limit: at most so many; certain ones are preferred, then early ones.

    Returns:
        Secrets that do not overlap, in the order of the text. Examples, placeholders and weak
        passwords of local machines are none. Never raises.
    """
    found: list[Secret] = []
    for one in _all(text):
        found.append(one)
        if len(found) >= _MOST:
            break
    if not found:
        return found
    found.sort(key=lambda one: (one.confidence != CERTAIN, one.start, one.start - one.end))
    chosen: list[Secret] = []
    for one in found:
        if len(chosen) >= limit:
            break
        if all(one.end <= other.start or other.end <= one.start for other in chosen):
            chosen.append(one)
    chosen.sort(key=lambda one: one.start)
    line, at = 1, 0
    for one in chosen:
        line += text.count("\n", at, one.start)
        at = one.start
        one.line = line
        length = one.end - one.start
        one.shown = text[one.start : one.start + min(4, length // 4)] + "…"
    return chosen


def _all(text: str) -> Iterator[Secret]:
    from ambidex.secrets import tokens

    words = tokens.Words(text)
    for token in tokens.strict(text, words):
        one = token.format
        confidence = one.confidence
        if one.check:
            confidence = CHECKS[one.check](text[token.begin : token.end], text)
        if confidence:
            yield Secret(one.id, one.name, confidence, token.start, token.end)
    if "PRIVATE KEY" in text:
        from ambidex.secrets import keys

        for start, end in keys.find(text):
            yield Secret("private-key", "private key", CERTAIN, start, end)
    if "://" in text and "@" in text:
        from ambidex.secrets import urls

        for start, end, confidence in urls.find(text):
            yield Secret("url-password", "password in a URL", confidence, start, end)
    yield from _shapes(text, words)
    yield from _assigned(text)


def _shapes(text: str, words: Words) -> Iterator[Secret]:
    from ambidex.secrets.shapes import SHAPES

    lowered = ""
    for shape in SHAPES:
        if shape.near and not lowered:
            lowered = text.lower()
        if shape.near not in lowered or (shape.is_word and not words.hold(shape.needle)):
            continue
        at = text.find(shape.needle)
        while at >= 0:
            end = at + len(shape.needle)
            place = shape.read(text, at, end)
            if place:
                start, end, confidence = place
                yield Secret(shape.id, shape.name, confidence, start, end)
            at = text.find(shape.needle, end)


def _assigned(text: str) -> Iterator[Secret]:
    if not ("=" in text or ":" in text or "--" in text):
        return
    # `lower` is ten times as fast as `translate`, and longer than the text for a few letters.
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text.translate(_LOWER)
    from ambidex.secrets import assigned

    for start, end, kind, confidence in assigned.find(text, lowered):
        name = "AWS secret access key" if kind == "aws-secret-key" else "random value"
        if kind == "value":
            yield Secret("assigned-value", name, LIKELY, start, end)
        else:
            yield Secret(kind, name, confidence, start, end)
