"""Lines: where an edit is, and when two of them mean the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Callable, TypeVar

    T = TypeVar("T")


def split(text: bytes) -> list[bytes]:
    r"""The lines of `text` with their ends; `\n`, `\r\n` and `\r` end a line, as in Python."""
    return text.splitlines(keepends=True)


def replaced_span(before: list[bytes], after: list[bytes]) -> tuple[int, int, list[bytes]] | None:
    """The one contiguous edit from `before` to `after`: `before[a:b]` became the lines; or None."""
    if before == after:
        return None
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - end, after[start : len(after) - end]


def essence(text: bytes) -> bytes:
    """`text` without what formatting changes: white space, the kind of quote, trailing commas."""
    bare = b"".join(text.split()).replace(b"'", b'"')
    for closing in (b")", b"]", b"}"):
        bare = bare.replace(b"," + closing, closing)
    return bare.rstrip(b",")


# Formatters join adjacent strings and drop prefixes, so the letters of prefixes say nothing.
_FORM = bytes(code for code in range(128) if not chr(code).isalnum() or chr(code) in "bfrtu")


def substance(text: bytes) -> bytes:
    """Letters and digits of `text`, roughly: what no formatter removes, adds or moves.

    Two texts that differ in it are not two forms of the same code. Not proved: the reverse.
    """
    return text.lower().translate(None, _FORM)


def only_new(now: Iterable[T], before: Iterable[Hashable], key: Callable[[T], Hashable]) -> list[T]:
    """Those of `now` that `before` had not: compared by key as multisets, so order is no matter.

    Not proved: that a kept one is the same as before. Whoever removes a finding and adds one of
    the same key elsewhere in the file has moved it.
    """
    known: dict[Hashable, int] = {}
    for item in before:
        known[item] = known.get(item, 0) + 1
    new = []
    for one in now:
        name = key(one)
        if known.get(name, 0):
            known[name] -= 1
        else:
            new.append(one)
    return new
