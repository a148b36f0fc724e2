"""Brace expansion: `{a,b}` and `{1..9}`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.nodes import Literal, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_WORDS = 1_000
MAX_DEPTH = 12
# Braces of one word: each level of nesting looks at all that it holds.
MAX_BRACES = 200


class TooMany(Exception):
    """The braces stand for more words than are looked at."""


def may_expand(word: Word) -> bool:
    """Whether there is anything for `expanded` to do."""
    for part in word.parts:
        if type(part) is Literal and not part.quoted and "{" in part.text:
            return True
    return False


def expanded(word: Word) -> list[Word]:
    """The words that `word` stands for.

    Raises:
        TooMany: they are more than `MAX_WORDS`, or of more than `MAX_BRACES` braces.
    """
    # An unquoted literal is taken apart to characters; everything else stays one piece.
    pieces: list[Any] = []
    for part in word.parts:
        if type(part) is Literal and not part.quoted:
            pieces += part.text
        else:
            pieces.append(part)
    if pieces.count("{") > MAX_BRACES:
        raise TooMany
    return [Word(_joined(one)) for one in _expand(pieces, 0)]


def _joined(pieces: list[Any]) -> list[Any]:
    parts: list[Any] = []
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            text.append(piece)
            continue
        if text:
            parts.append(Literal("".join(text), False))
            text = []
        parts.append(piece)
    if text:
        parts.append(Literal("".join(text), False))
    return parts


def _expand(pieces: list[Any], depth: int) -> list[list[Any]]:
    """All that `pieces` stand for; the first brace at each place is expanded, then the rest."""
    done: list[list[Any]] = [[]]
    closers = _closers(pieces)
    at = 0
    while at < len(pieces):
        end, commas = closers.get(at, (0, [])) if pieces[at] == "{" else (0, [])
        choices: list[list[Any]] | None = None
        if end and commas and depth < MAX_DEPTH:
            choices = []
            start = at + 1
            for comma in (*commas, end):
                choices += _expand(pieces[start:comma], depth + 1)
                start = comma + 1
        elif end:
            choices = _sequence(pieces[at + 1 : end])
        if choices is None:
            for one in done:
                one.append(pieces[at])
            at += 1
            continue
        if len(done) * len(choices) > MAX_WORDS:
            raise TooMany
        done = [one + choice for one in done for choice in choices]
        at = end + 1
    return done


def _closers(pieces: list[Any]) -> dict[int, tuple[int, list[int]]]:
    """Each `{` that is closed → where, and its commas at the same level."""
    found: dict[int, tuple[int, list[int]]] = {}
    opened: list[tuple[int, list[int]]] = []
    for at, piece in enumerate(pieces):
        if piece == "{":
            opened.append((at, []))
        elif piece == "," and opened:
            opened[-1][1].append(at)
        elif piece == "}" and opened:
            start, commas = opened.pop()
            found[start] = (at, commas)
    return found


def _sequence(inner: list[Any]) -> list[list[Any]] | None:
    """The words of `{1..9}`, `{a..z}`, `{1..9..2}`; None when it is nothing of the kind."""
    if not all(isinstance(piece, str) for piece in inner):
        return None
    ends = "".join(inner).split("..")
    if len(ends) not in (2, 3):
        return None
    first, last = ends[0], ends[1]
    step = ends[2] if len(ends) == 3 else "1"
    if not _is_number(step) or len(step) > 9:
        return None
    by = abs(int(step)) or 1
    if _is_number(first) and _is_number(last) and len(first) < 19 and len(last) < 19:
        low, high = int(first), int(last)
        padded = any(len(t.lstrip("-")) > 1 and t.lstrip("-")[0] == "0" for t in (first, last))
        width = max(len(first), len(last)) if padded else 0
        if abs(high - low) // by >= MAX_WORDS:
            raise TooMany
        numbers = range(low, high + 1, by) if low <= high else range(low, high - 1, -by)
        return [list(str(number).zfill(width)) for number in numbers]
    if len(first) == 1 and len(last) == 1 and (first + last).isascii() and (first + last).isalpha():
        low, high = ord(first), ord(last)
        codes = range(low, high + 1, by) if low <= high else range(low, high - 1, -by)
        # Characters between Z and a are no active ones any more.
        return [
            [Literal(chr(code), True) if not chr(code).isalpha() else chr(code)] for code in codes
        ]
    return None


def _is_number(text: str) -> bool:
    return text.lstrip("+-").isdigit() and text.isascii() and len(text) - len(text.lstrip("+-")) < 2
