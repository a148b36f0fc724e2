"""Finds the tokens of `ambidex.secrets.formats` in a text.

First, which prefixes occur at all, by substring search: almost every text ends here. A hundred
searches through a long text would take longer than everything else in the hook, so they go through
its different words that are long enough for a token.

Hot path: nothing is imported but the table of formats.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_example, is_random
from ambidex.secrets.formats import ALNUM, HEX, LONGEST, UPPER, Format, by_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer prefixes first: `sk-ant-` before `sk-`.
_BY_PREFIX = [
    (prefix, one, any(mark in prefix for mark in "_-."))
    for prefix, one in sorted(by_prefix().items(), key=lambda item: -len(item[0]))
]
_CHUNK = 512

# The shortest tokens with their prefixes: of a known length, and of those that a log loses.
_SHORTEST = 20
_SHORTEST_LOOSE = 14
_WORD = (ALNUM + "_-.+/%~").encode()
_SMALL = b"abcdefghijklmnopqrstuvwxyz_-./+%~"
_BLANKS = bytes(byte if byte in _WORD else 32 for byte in range(256))


class Token:
    """A token in a text: `start` is where its prefix begins, `begin` where the rest does."""

    __slots__ = ("begin", "end", "format", "start")

    def __init__(self, one: Format, start: int, begin: int, end: int) -> None:
        self.format = one
        self.start = start
        self.begin = begin
        self.end = end


class Words:
    """The words of a text that may be tokens by their length and letters, each once.

    Attributes:
        marked: those with a `_`, `-` or `.`, which most prefixes have, joined by blanks.
        plain: the others, among them all of base64, which can be long.
    """

    __slots__ = ("marked", "plain")

    def __init__(self, text: str, shortest: int = _SHORTEST) -> None:
        words = set(text.encode("utf-8", "surrogatepass").translate(_BLANKS).split())
        marked: list[bytes] = []
        plain: list[bytes] = []
        for word in words:
            # Chance makes no word without capitals and digits; paths and prose end here.
            if len(word) >= shortest and len(word.translate(None, _SMALL)) >= 2:
                (marked if b"_" in word or b"." in word or b"-" in word else plain).append(word)
        self.marked = b" ".join(marked).decode("ascii")
        self.plain = b" ".join(plain).decode("ascii")

    def hold(self, needle: str) -> bool:
        """Whether one of them holds `needle`."""
        return needle in self.marked or needle in self.plain

    def prefixes(self) -> list[tuple[str, Format]]:
        """The prefixes of tokens that occur in them, longest first."""
        if not self.marked and not self.plain:
            return []
        return [
            (prefix, one)
            for prefix, one, marks in _BY_PREFIX
            if prefix in self.marked or (not marks and prefix in self.plain)
        ]


def strict(text: str, words: Words) -> Iterator[Token]:
    """Tokens of the right length that look random, for a refusal: no examples, no fragments.

    Args:
        text: where they are looked for.
        words: its words.
    """
    for prefix, one in words.prefixes():
        at = text.find(prefix)
        while at >= 0:
            begin = at + len(prefix)
            end = begin
            if not one.edge or is_edge(text, at):
                end = begin + run(text, begin, one.alphabet, one.most + 1)
                end -= len(text[begin:end]) - len(text[begin:end].rstrip(".-="))
                if one.least <= end - begin <= one.most and _fits(text, one, begin, end):
                    yield Token(one, at, begin, end)
            at = text.find(prefix, end)


def _fits(text: str, one: Format, begin: int, end: int) -> bool:
    if text[end : end + 1].isalnum():
        return False
    rest = text[begin:end]
    if is_example(rest):
        return False
    if one.check or one.alphabet is UPPER:
        return True
    if not rest.strip(HEX) or one.alphabet is HEX:
        return any(c.isdigit() for c in rest) and not rest.isdigit()
    return is_random(rest)


def loose(text: str) -> Iterator[Token]:
    """Whatever may be a token, for a log: also wrong lengths, and examples."""
    for prefix, one in Words(text, _SHORTEST_LOOSE).prefixes():
        at = text.find(prefix)
        while at >= 0:
            begin = at + len(prefix)
            end = begin
            if not one.edge or is_edge(text, at):
                end = begin + run(text, begin, one.alphabet, LONGEST)
                if end - begin >= one.loose and not _is_word(one, text[begin:end]):
                    yield Token(one, at, begin, end)
            at = text.find(prefix, end)


def _is_word(one: Format, rest: str) -> bool:
    """Whether it is rather a word that begins like the token: `sk-toggleable__label-arrow`."""
    if one.id == "openai-key":
        digit = any(c.isdigit() for c in rest)
        longest = max(len(part) for part in rest.replace("_", "-").split("-"))
        mixed = digit and rest != rest.lower() and rest != rest.upper()
        return not (mixed or longest >= 32 or (digit and longest >= 20))
    if not one.edge and one.loose != one.least:
        return False
    return not any(c.isdigit() for c in rest) and not is_random(rest)


def is_edge(text: str, at: int) -> bool:
    """Whether a word may begin at `at`; the letter of an escaped line break belongs to no word."""
    if at == 0:
        return True
    before = text[at - 1]
    if not (before in "_-" or before.isalnum()):
        return True
    return before in "nrt" and at > 1 and text[at - 2] == "\\"


def run(text: str, at: int, alphabet: str, most: int) -> int:
    """How many characters of `alphabet` stand at `at`, counted up to `most`."""
    length = 0
    while length < most:
        piece = text[at + length : at + min(length + _CHUNK, most)]
        more = len(piece) - len(piece.lstrip(alphabet))
        length += more
        if more < len(piece) or not piece:
            break
    return length
