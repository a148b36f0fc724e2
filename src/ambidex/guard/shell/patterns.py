"""Patterns of file names, as the shell matches them against text.

A pattern is text in which what is active is a character of its own: `STAR`, `ANY` and `OPEN`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import ANY, CLASS, STAR, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# An unquoted `[` while a word is expanded; none is left in words that are done.
OPEN = "\U00100003"
ACTIVE = {42: STAR, 63: ANY, 91: OPEN}
_INACTIVE = {ord(STAR): "*", ord(ANY): "?", ord(OPEN): "["}

# Steps after which a match is given up: pattern × text.
MAX_WORK = 200_000

_CLASSES = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
    "blank": " \t".__contains__,
    "punct": r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~""".__contains__,
    "xdigit": "0123456789abcdefABCDEF".__contains__,
}


def is_active(text: str) -> bool:
    """Whether `text` has a part that is matched against file names."""
    return not text.isascii() and (STAR in text or ANY in text or OPEN in text)


def plain(text: str) -> str:
    """`text` with active characters as they were written."""
    return text if text.isascii() else text.translate(_INACTIVE)


def closed(text: str) -> str:
    """`text` with each `[…]` made one `CLASS`, and a `[` that is never closed a `[`."""
    if OPEN not in text:
        return text
    done = []
    at = 0
    while at < len(text):
        if text[at] == OPEN:
            end = _end_of_set(text, at)
            if end:
                done.append(CLASS)
                at = end
                continue
            done.append("[")
        else:
            done.append(text[at])
        at += 1
    return "".join(done)


def _end_of_set(text: str, at: int) -> int:
    """Where the set that opens at `at` ends (after its `]`), 0 when it never does."""
    start = at + 1
    if text[start : start + 1] in ("!", "^"):
        start += 1
    if text[start : start + 1] == "]":
        start += 1
    while start < len(text):
        if text[start] in ("[", OPEN) and text[start + 1 : start + 2] == ":":
            inner = text.find(":]", start + 2)
            if inner > 0:
                start = inner + 2
                continue
        if text[start] == "]":
            return start + 1
        if text[start] == "/":
            return 0
        start += 1
    return 0


def tokens(pattern: str) -> list[Any]:
    """Stars, `ANY`, characters, and sets: whether negated, characters, ranges, tests."""
    found: list[Any] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        end = _end_of_set(pattern, at) if character == OPEN else 0
        if end:
            found.append(_set(pattern[at + 1 : end - 1]))
            at = end
            continue
        if character == OPEN:
            character = "["
        if not (character == STAR and found and found[-1] == STAR):
            found.append(character)
        at += 1
    return found


def _set(text: str) -> tuple[bool, str, list[tuple[str, str]], list[Any]]:
    text = plain(text)
    negated = text[:1] in ("!", "^")
    text = text[1:] if negated else text
    characters, ranges, tests = [], [], []
    at = 0
    while at < len(text):
        if text.startswith("[:", at) and text.find(":]", at) > 0:
            end = text.find(":]", at)
            tests.append(_CLASSES.get(text[at + 2 : end], str.isprintable))
            at = end + 2
        elif at + 2 < len(text) and text[at + 1] == "-":
            ranges.append((text[at], text[at + 2]))
            at += 3
        else:
            characters.append(text[at])
            at += 1
    return negated, "".join(characters), ranges, tests


def _accepts(token: Any, character: str) -> bool:
    if token in (ANY, character):
        return True
    if not isinstance(token, tuple):
        return False
    negated, characters, ranges, tests = token
    inside = (
        character in characters
        or any(low <= character <= high for low, high in ranges)
        or any(test(character) for test in tests)
    )
    return bool(inside != negated)


def prefixes(found: list[Any], text: str) -> list[int]:
    """The lengths of the beginnings of `text` that the pattern (as `tokens`) matches, rising."""
    lengths = []
    last = len(found)
    places = _skipped({0}, found)
    for at in range(len(text) + 1):
        if last in places:
            lengths.append(at)
        if at == len(text) or not places:
            break
        character = text[at]
        following = set()
        for place in places:
            if place == last:
                continue
            if found[place] == STAR:
                following.add(place)
            elif _accepts(found[place], character):
                following.add(place + 1)
        places = _skipped(following, found)
    return lengths


def _skipped(places: set[int], found: list[Any]) -> set[int]:
    """`places` with those that are reached where a star matches nothing."""
    for place in list(places):
        at = place
        while at < len(found) and found[at] == STAR:
            at += 1
            places.add(at)
    return places


def matches(pattern: str, text: str) -> bool | None:
    """Whether the whole of `text` matches; None when that is not known."""
    if pattern == STAR:
        return True
    if not is_active(pattern) and is_known(pattern) and is_known(text):
        return pattern == text
    if not is_known(text) or not is_known(plain(pattern)):
        return True if pattern == text else None
    if len(pattern) * len(text) > MAX_WORK:
        return None
    found = tokens(pattern)
    return len(text) in prefixes(found, text)


def trimmed(text: str, pattern: str, *, end: bool, longest: bool) -> str | None:
    """`text` without what the pattern matches at its beginning or `end`; None: not known."""
    if not is_active(pattern) and is_known(pattern):
        if end:
            return text[: -len(pattern)] if pattern and text.endswith(pattern) else _sure(text)
        return text[len(pattern) :] if text.startswith(pattern) else _sure(text)
    if not is_known(text) or not is_known(plain(pattern)):
        return None
    if len(text) * len(pattern) > MAX_WORK:
        return None
    found = tokens(pattern)
    if end:
        lengths = prefixes(found[::-1], text[::-1])
    else:
        lengths = prefixes(found, text)
    if not lengths:
        return text
    length = lengths[-1] if longest else lengths[0]
    return (text[: len(text) - length] if end else text[length:]) if length else text


def _sure(text: str) -> str | None:
    return text if is_known(text) else None


def replaced(text: str, pattern: str, new: str, how: str) -> str | None:
    """`${text/pattern/new}`; `how` is `/`, `//`, `/#` or `/%`; None when it is not known."""
    if not pattern:
        return text
    if not is_known(text) or not is_known(plain(pattern)):
        return None
    if not is_active(pattern) and how in ("/", "//"):
        return text.replace(pattern, new, -1 if how == "//" else 1)
    if len(text) * len(text) * len(pattern) > MAX_WORK * 2:
        return None
    found = tokens(pattern)
    if how == "/#":
        lengths = prefixes(found, text)
        return new + text[lengths[-1] :] if lengths else text
    if how == "/%":
        lengths = prefixes(found[::-1], text[::-1])
        return text[: len(text) - lengths[-1]] + new if lengths else text
    if not text:
        return new if prefixes(found, "") else ""
    done = []
    at = 0
    while at < len(text):
        lengths = prefixes(found, text[at:])
        if lengths and lengths[-1]:
            done.append(new)
            at += lengths[-1]
            if how == "/":
                break
        else:
            done.append(text[at])
            at += 1
    return "".join(done) + text[at:]
