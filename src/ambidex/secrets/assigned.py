"""Long random values that are given to a name like `api_key`: no format, but a name and chance.

Only literals count: a look-up, a call, a type or another name is no secret. Hexadecimal digests,
UUIDs and paths are named `token` or `key` too often to be worth a question.

Hot path: nothing is imported but the reader of names.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_example, is_random, is_uuid
from ambidex.secrets.formats import CERTAIN, LIKELY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST = 20
_LONGEST = 200
_NEAR = 24

_PASS_WORDS = ("password", "passwd", "passphrase")
_WORDS = ("secret", "token", "key")
_KEYS = ("api", "access", "account", "private", "secret", "auth", "encryption", "signing")
# What makes the word mean something that may be known.
_HARMLESS_BEFORE = (
    *("public", "next", "page", "csrf", "xsrf", "continuation", "sync", "cancel"),
    *("publishable", "idempotency", "cache", "site", "partition", "sort", "foreign"),
)
_ALPHABET = frozenset(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/=_-.!@#^&*~%?:,"
)
_ENDS_BARE = frozenset(" \t\r\n\"'`;&|<>(){}[],$\\")


def find(text: str, lowered: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, kind and confidence of every value in `text` that a name makes a secret.

    Args:
        text: the text.
        lowered: the same in small letters, as long.
    """
    for word in (*_PASS_WORDS, *_WORDS) if "pass" in lowered else _WORDS:
        at = lowered.find(word)
        while at >= 0:
            end = at + len(word)
            ahead = text[end : end + 12]
            if (
                "=" in ahead
                or ":" in ahead
                or (" " in ahead and "--" in text[max(at - 30, 0) : at])
            ):
                found = _value(text, lowered, at, end, word)
                if found:
                    yield found
                    end = found[1]
            at = lowered.find(word, end)


def _value(
    text: str, lowered: str, at: int, end: int, word: str
) -> tuple[int, int, str, str] | None:
    before = lowered[max(at - _NEAR, 0) : at].rstrip("_- ")
    if before.endswith(_HARMLESS_BEFORE) or (word == "key" and not before.endswith(_KEYS)):
        return None
    place = _literal(text, end)
    if place is None:
        return None
    first, last = place
    value = text[first:last]
    if not _SHORTEST <= len(value) <= _LONGEST:
        return None
    if (word == "key" and before.endswith("secret_access")) or before.endswith("secretaccess"):
        plain = value.replace("+", "").replace("/", "")
        if len(value) == 40 and plain.isalnum() and is_random(plain) and not is_example(value):
            return first, last, "aws-secret-key", CERTAIN
    return (first, last, "value", LIKELY) if is_secret(value) else None


def _literal(text: str, end: int) -> tuple[int, int] | None:
    """Where the literal is that is assigned after the name that ends at `end`."""
    at = end
    stop = min(end + 16, len(text))
    while at < stop and text[at] in "\"'\\]`s":
        at += 1
    sign = at
    while at < stop and text[at] in " \t=:>":
        at += 1
    if at == sign:
        return None
    quote = text[at : at + 1]
    while quote == "\\" and at < stop:
        at += 1
        quote = text[at : at + 1]
    if quote in ("'", '"', "`"):
        first = at + 1
        last = text.find(quote, first, first + _LONGEST + 1)
        if last < 0:
            return None
        return first, first + len(text[first:last].rstrip("\\"))
    last = at
    stop = min(at + _LONGEST + 1, len(text))
    while last < stop and text[last] not in _ENDS_BARE:
        last += 1
    if last < len(text) and text[last] in "([{.$<":
        return None
    # Bare values are those of shells and settings files; in programs it would be a name.
    value = text[at:last]
    parts = value.split(".")
    is_name = value.replace("_", "").isalpha() or len(parts) > 1
    return None if is_name and all(part.isidentifier() for part in parts) else (at, last)


def is_secret(value: str) -> bool:
    """Whether a literal that is named as a secret is random enough to be one."""
    if not set(value) <= _ALPHABET or is_example(value) or is_uuid(value):
        return False
    if value.startswith(("/", "./", "../", "http", "sha", "arn:", "projects/", "[redacted")):
        return False
    longest = max(
        value.replace("-", " ").replace("_", " ").replace("/", " ").replace(".", " ").split()
        or [""],
        key=len,
    )
    if len(longest) < 16 or not is_random(longest):
        return False
    digits = sum(1 for c in value if c.isdigit())
    return digits >= 2
