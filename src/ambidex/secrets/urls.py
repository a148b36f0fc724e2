"""Passwords and tokens inside of URLs: connection strings, remotes with credentials.

A weak password, one of a machine of one's own, and what merely stands for a password pass: every
second `docker-compose.yml` has them.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_example, is_random
from ambidex.secrets.formats import CERTAIN, LIKELY, URLSAFE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 300
_ENDS = " \t\r\n\"'`<>|\\,;"
_CUTS = str.maketrans(dict.fromkeys(_ENDS, " "))
_VARIABLE = frozenset("${}%*[]()<>…\\")
_LOCAL = ("localhost", "127.", "0.0.0.", "10.", "192.168.", "[::1]", "::1")
_RESERVED = (
    *(".example", ".test", ".invalid", ".localhost", ".local", ".internal"),
    *("example.com", "example.org", "example.net"),
)


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and confidence of every secret that a URL in `text` carries."""
    at = text.find("://") if "@" in text else -1
    while at >= 0:
        start = at + 3
        authority = text[start : start + _LONGEST].partition("/")[0]
        if "@" in authority:
            authority = authority.translate(_CUTS).partition(" ")[0]
        if "@" in authority:
            userinfo, _, host = authority.rpartition("@")
            found = _secret(userinfo, host, text[max(at - 5, 0) : at])
            if found:
                offset, confidence = found
                yield start + offset, start + len(userinfo), confidence
        at = text.find("://", start)


def _secret(userinfo: str, host: str, scheme: str) -> tuple[int, str] | None:
    user, colon, password = userinfo.partition(":")
    local = _is_local(host)
    if not colon:
        web = scheme.endswith(("http", "https"))
        if web and len(user) >= 20 and not user.strip(URLSAFE) and is_strong(user):
            return 0, LIKELY
        return None
    if not is_strong(password, user):
        return None
    offset = len(user) + 1
    if len(password) >= 12 and is_random(password):
        return offset, LIKELY if local else CERTAIN
    return None if local else (offset, LIKELY)


def _is_local(host: str) -> bool:
    name = host.partition("?")[0].lower()
    if name.startswith(_LOCAL):
        return True
    name = name.partition(":")[0]
    return "." not in name or name.endswith(_RESERVED)


def is_strong(password: str, user: str = "") -> bool:
    """Whether it is a password that somebody would protect something with, not a stand-in."""
    if len(password) < 8 or password.lower() == user.lower() or _VARIABLE & set(password):
        return False
    if password.isdigit() or is_example(password):
        return False
    if not any(c.isdigit() for c in password):
        return len(password) >= 12 and is_random(password)
    letters = "".join(c for c in password if c.isalpha())
    if len(letters) < 3:
        return False
    # `postgres123`, `Admin2024!`: a word and a number.
    stem = password.rstrip("0123456789!?#.@")
    return not (stem.isalpha() and (stem == stem.lower() or stem == stem.capitalize()))
