"""What a token's length and alphabet do not say: checksums, parts, and what is encoded in it.

Each check gets the token and the text around it and answers with how sure it is.

Hot path: `binascii` is imported where a checksum or an encoding is looked at.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_random
from ambidex.secrets.formats import CERTAIN, HEX, LIKELY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# A checksum holds: as sure as it gets without asking the provider.
PROVEN = "proven"

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# OpenAI signs its keys with its name, base64.
_OPENAI = "T3BlbkFJ"

# Keys of web and mobile clients are public by design, and lie in files with these words.
_PUBLIC_GOOGLE = ("authDomain", "firebase", "mobilesdk", "google_app_id", "maps.googleapis.com")


def _crc(rest: str, _text: str) -> str:
    """GitHub and npm: the last six characters are the CRC-32 of the thirty before, in base 62."""
    from binascii import crc32

    number = crc32(rest[:30].encode("ascii"))
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    if digits == rest[30:]:
        return PROVEN
    return LIKELY if is_random(rest) else ""


def _github_fine(rest: str, _text: str) -> str:
    first, _, second = rest.partition("_")
    if len(first) == 22 and len(second) == 59 and second.isalnum() and is_random(second):
        return CERTAIN
    return ""


def _aws(rest: str, _text: str) -> str:
    # Base 32: 0, 1, 8 and 9 do not occur in ids; a word of capitals has no digit at all.
    if rest.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
        return ""
    return CERTAIN if not rest.isalpha() else LIKELY


def _google(rest: str, text: str) -> str:
    if not is_random(rest):
        return ""
    return LIKELY if any(word in text for word in _PUBLIC_GOOGLE) else CERTAIN


def _anthropic(rest: str, _text: str) -> str:
    if not is_random(rest):
        return ""
    return CERTAIN if len(rest) >= 80 else LIKELY


def _openai(rest: str, _text: str) -> str:
    if _OPENAI in rest:
        return CERTAIN
    body = rest.rpartition("-")[2] if rest.startswith(("proj-", "svcacct-", "admin-")) else rest
    if not is_random(body) or ("-" in body and not is_random(max(body.split("-"), key=len))):
        return ""
    whole = len(max(body.replace("_", "-").split("-"), key=len)) >= 24
    return LIKELY if whole else ""


def _slack(rest: str, _text: str) -> str:
    parts = rest.split("-")
    digits = [part for part in parts if part.isdigit() and len(part) >= 9]
    last = parts[-1]
    if digits and len(last) >= 20 and last.isalnum() and is_random(last):
        return CERTAIN
    return LIKELY if digits and is_random(last) and len(last) >= 16 else ""


def _sendgrid(rest: str, _text: str) -> str:
    first, _, second = rest.partition(".")
    return CERTAIN if len(first) == 22 and len(second) == 43 and is_random(second) else ""


def _airtable(rest: str, _text: str) -> str:
    first, _, second = rest.partition(".")
    return CERTAIN if len(first) == 14 and len(second) == 64 and not second.strip(HEX) else ""


def _parts(rest: str, _text: str) -> str:
    first, _, second = rest.partition("-")
    return CERTAIN if len(first) == 24 and len(second) == 146 else ""


CHECKS: dict[str, Callable[[str, str], str]] = {
    "crc": _crc,
    "github-fine": _github_fine,
    "aws": _aws,
    "google": _google,
    "anthropic": _anthropic,
    "openai": _openai,
    "slack": _slack,
    "sendgrid": _sendgrid,
    "airtable": _airtable,
    "parts": _parts,
}


def decoded(value: str) -> bytes:
    """What base64, with or without padding, in either alphabet, stands for; `b""` when nothing."""
    from binascii import Error, a2b_base64

    try:
        data = value.rstrip("=").replace("-", "+").replace("_", "/").encode("ascii")
        return a2b_base64(data + b"=" * (-len(data) % 4))
    except (Error, ValueError):
        return b""
