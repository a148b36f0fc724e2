"""The patterns of `redact`: what secrets look like. Imported only where a needle was found.

Every pattern takes time linear in the text: each begins with a literal or at the edge of a word,
and what repeats is one character class that the next part does not begin with.
The shapes are those that the providers document.
"""

from __future__ import annotations

import re

from ambidex.ledger.named import is_placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# The edge of a word; the letter of an escaped `\n` belongs to no word.
_EDGE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"

# Group → kind and pattern. The named group `secret` is what is replaced, the whole match otherwise.
_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "sk": (
        ("anthropic-key", r"sk-ant-[A-Za-z0-9_-]{10,}"),
        ("openai-key", _EDGE + r"sk-(?P<long>[A-Za-z0-9_-]{16,})"),
    ),
    "github": (("github-token", r"(?:gh[opusr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),),
    "gitlab": (("gitlab-token", r"gl(?:pat|ptt|dt|rt|cbt|soat)-[A-Za-z0-9_.-]{15,}"),),
    "aws": (("aws-access-key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),),
    "google": (
        ("google-key", r"AIza[A-Za-z0-9_-]{30,}"),
        ("google-token", r"(?:ya29\.|GOCSPX-)[A-Za-z0-9_-]{20,}"),
    ),
    "slack": (("slack-token", r"(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}"),),
    "stripe": (("stripe-key", r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"),),
    "npm": (("npm-token", r"npm_[A-Za-z0-9]{30,}"),),
    "pypi": (("pypi-token", r"pypi-[A-Za-z0-9_-]{40,}"),),
    "sendgrid": (("sendgrid-key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),),
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
        if "long" in groups and not _is_random(groups["long"]):
            return whole
        start = match.start("secret") - match.start() if "secret" in groups else 0
        return f"{whole[:start]}[redacted:{self.kind}]{whole[start + len(secret) :]}"


def _is_random(text: str) -> bool:
    # `sk-` also begins the names of style classes; keys are one run, or mix cases and digits.
    digit = any(c.isdigit() for c in text)
    longest = max(len(run) for run in text.replace("_", "-").split("-"))
    mixed = digit and text != text.lower() and text != text.upper()
    return mixed or longest >= 32 or (digit and longest >= 20)


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
