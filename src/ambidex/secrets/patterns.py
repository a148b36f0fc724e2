"""The loose patterns of `redact`: what may be a secret. Imported only where a needle was found.

Every pattern takes time linear in the text: each begins with a literal or at the edge of a word,
and what repeats is one character class that the next part does not begin with.
The shapes are those that the providers document.
"""

from __future__ import annotations

import re

from ambidex.secrets.named import is_placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# The edge of a word; the letter of an escaped `\n` belongs to no word.
_EDGE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"

# Group → kind and pattern. The named group `secret` is what is replaced, the whole match otherwise.
_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "twilio": (("twilio-key", _EDGE + r"(?:AC|SK)[0-9a-f]{32}(?![A-Za-z0-9])"),),
    "jwt": (("jwt", _EDGE + r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}"),),
    "webhook": (
        ("webhook", r"hooks\.slack\.com/(?P<secret>[A-Za-z]{1,20}/[A-Za-z0-9_/-]{10,})"),
        ("webhook", r"/api/webhooks/(?P<secret>[0-9]{5,30}/[A-Za-z0-9_-]{10,})"),
    ),
    "url": (
        ("url-password", r"://[^\s/:@\"'<>]{0,200}:(?P<secret>[^\s/\"'<>]{1,200})@"),
        ("url-token", r"://(?P<secret>[A-Za-z0-9_-]{20,200})@"),
    ),
    "signature": (
        ("signature", r"(?i)[?&;](?:X-Amz-)?sig(?:nature)?=(?P<secret>[A-Za-z0-9%+/=_-]{16,})"),
    ),
    "authorization": (
        (
            "authorization",
            r"(?i)authorization[\"'\\]{0,3}\s{0,4}[:=,]\s{0,4}[\"'\\]{0,3}"
            r"(?:(?:bearer|basic|token|digest|apikey|negotiate|key)\s{1,4})?"
            r"(?P<secret>[^\s\"'\\;|&,()<>]{6,})",
        ),
        ("authorization", r"(?i)bearer\s{1,4}(?P<secret>[A-Za-z0-9._~+/=-]{12,})"),
    ),
    "basic": (
        (
            "basic-password",
            r"(?:\s-u|\s--user)[\s=]{0,3}[\"']?[^\s:\"']{1,100}:(?P<secret>[^\s\"']{3,})",
        ),
    ),
}

# Headers whose value is bare may still be prose or code: "authorization: required".
_PLAIN_WORD = re.compile(r"[A-Za-z_.]+\Z")

_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=:,-\\\"' \t\r\n"
_KEY_MARK = "[redacted:private-key]"


def replace(text: str, kinds: Collection[str]) -> str:
    """`text` without the secrets of the pattern groups `kinds`."""
    if "private-key" in kinds:
        text = _without_keys(text)
    for group, patterns in _PATTERNS.items():
        if group in kinds:
            for kind, pattern in patterns:
                text = re.sub(pattern, _Replacement(kind), text)
    return text


class _Replacement:
    """What `re.sub` puts in the place of a match of the pattern of `kind`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, match: re.Match[str]) -> str:
        whole = match.group()
        groups = match.groupdict()
        secret = groups.get("secret") or whole
        if "secret" in groups and (
            is_placeholder(secret)
            or (self.kind == "authorization" and _PLAIN_WORD.match(secret) and len(secret) < 20)
        ):
            return whole
        start = match.start("secret") - match.start() if "secret" in groups else 0
        return f"{whole[:start]}[redacted:{self.kind}]{whole[start + len(secret) :]}"


def _without_keys(text: str) -> str:
    parts = []
    at = 0
    begin = _KEY_BLOCK.search(text)
    while begin:
        end = _KEY_END.search(text, begin.end())
        if end:
            last = end.end()
        else:
            # Cut off: everything that can be part of a key goes.
            last = len(text) - len(text[begin.end() :].lstrip(_KEY_TEXT))
        parts.append(_end_of_key_removed(text[at : begin.start()]) + _KEY_MARK)
        at = last
        begin = _KEY_BLOCK.search(text, at)
    parts.append(_end_of_key_removed(text[at:]))
    return "".join(parts)


def _end_of_key_removed(text: str) -> str:
    """`text` without the rest of a key whose beginning was cut off."""
    end = _KEY_END.search(text)
    if not end:
        return text
    before = text[: end.start()]
    kept = before.rstrip(_KEY_TEXT)
    if len(before) - len(kept) < 40:
        return text
    return kept + _KEY_MARK + text[end.end() :]
