"""Secrets taken out of anything that is written down.

Two steps. The hot one looks for needles, plain substrings without which no pattern can match;
almost every string ends here. Only a hit imports `ambidex.ledger.secrets`, where the patterns are
(and with it `re`), or `ambidex.ledger.named`, which reads assignments such as `password=…`.

A false alarm costs a word in a log, a missed secret is a leak: where in doubt, it is redacted.
Not found are secrets without any anchor (a bare random string that nothing names), encoded ones
(base64 of a token), and those split over several strings.
"""

from __future__ import annotations

from ambidex.fastjson import MAX_DEPTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOO_DEEP = "[cut: nested too deeply]"

# Beginnings of tokens: prefix, pattern group to try, and what the next characters must be, so
# that words that merely contain the letters (`task-`, `npm_config_…`) cost no import.
PREFIXES = (
    ("sk-", "sk", "token"),
    ("ghp_", "github", "alnum"),
    ("gho_", "github", "alnum"),
    ("ghu_", "github", "alnum"),
    ("ghs_", "github", "alnum"),
    ("ghr_", "github", "alnum"),
    ("github_pat_", "github", "token"),
    ("glpat-", "gitlab", "token"),
    ("glptt-", "gitlab", "token"),
    ("gldt-", "gitlab", "token"),
    ("glrt-", "gitlab", "token"),
    ("glcbt-", "gitlab", "token"),
    ("glsoat-", "gitlab", "token"),
    ("AKIA", "aws", "alnum"),
    ("ASIA", "aws", "alnum"),
    ("ABIA", "aws", "alnum"),
    ("ACCA", "aws", "alnum"),
    ("AIza", "google", "token"),
    ("ya29.", "google", "token"),
    ("GOCSPX-", "google", "token"),
    ("xox", "slack", "token"),
    ("xapp-", "slack", "token"),
    ("sk_live_", "stripe", "alnum"),
    ("sk_test_", "stripe", "alnum"),
    ("rk_live_", "stripe", "alnum"),
    ("rk_test_", "stripe", "alnum"),
    ("whsec_", "stripe", "alnum"),
    ("npm_", "npm", "alnum"),
    ("pypi-", "pypi", "token"),
    ("SG.", "sendgrid", "token"),
    ("AC", "twilio", "hex"),
    ("SK", "twilio", "hex"),
    ("eyJ", "jwt", "token"),
)

# Looked for in the lower-cased string; all of a row must be there.
MARKS = (
    (("private key", "-----"), "private-key"),
    (("bearer ",), "authorization"),
    (("authorization",), "authorization"),
    (("hooks.slack.com/",), "webhook"),
    (("/api/webhooks/",), "webhook"),
    (("://", "@"), "url"),
    (("sig=",), "signature"),
    (("signature=",), "signature"),
    (("curl", "-u", ":"), "basic"),
)

# Names whose value is a secret, as they read without `-` and `_`.
NAMES = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "credentials",
    "apikey",
    "accesskey",
    "accountkey",
    "privatekey",
    "secretkey",
    "authkey",
    "encryptionkey",
    "signingkey",
)

# Every one of `NAMES` ends with one of these words.
NAME_WORDS = ("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "key")

_TOKEN_CHARACTERS = 10


def redact(value: Any) -> Any:
    """A copy of `value` with every secret found in its strings replaced by `[redacted:<kind>]`.

    Args:
        value: anything; dicts (keys too), lists and tuples are walked, strings are searched,
            the rest is handed through. A string member of a dict whose key names a secret
            (`password`, `api_key` …) is replaced as a whole.

    Returns:
        The copy; the very same string objects where nothing was found. Never raises.
    """
    return _redact(value, 0)


def _redact(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if not isinstance(value, (dict, list, tuple)):
        return value
    if depth >= MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return _redact_members(value, depth + 1)
    items = []
    for item in value:
        items.append(_redact(item, depth + 1))
    return items if isinstance(value, list) else tuple(items)


def _redact_members(members: dict[Any, Any], depth: int) -> dict[Any, Any]:
    clean: dict[Any, Any] = {}
    for key, item in members.items():
        name = redact_text(key) if isinstance(key, str) else key
        while name in clean:
            name = f"{name}+"
        if isinstance(item, str) and isinstance(key, str) and names_secret(key):
            clean[name] = _redact_named(item)
        else:
            clean[name] = _redact(item, depth)
    return clean


def _redact_named(text: str) -> str:
    from ambidex.ledger.named import is_placeholder

    return redact_text(text) if is_placeholder(text) else "[redacted:value]"


def names_secret(key: str) -> bool:
    """Whether the value of a member, variable or option called `key` is a secret by its name."""
    return key.lower().replace("_", "").replace("-", "").endswith(NAMES)


def redact_text(text: str) -> str:
    """`redact` for one string."""
    # A replacement can lay bare what a neighbour hid; going on until nothing changes makes
    # redacting twice the same as redacting once.
    for _ in range(4):
        before = text
        kinds = _kinds(text)
        if kinds:
            from ambidex.ledger.secrets import replace

            text = replace(text, kinds)
        if _may_name_a_secret(text):
            from ambidex.ledger.named import replace_named

            text = replace_named(text)
        if text == before:
            # `re.sub` gives a copy even where nothing matched.
            return before
    return text


def _kinds(text: str) -> set[str]:
    kinds = set()
    for prefix, kind, shape in PREFIXES:
        if prefix in text and kind not in kinds and _starts_token(text, prefix, shape):
            kinds.add(kind)
    lowered = text.lower()
    for marks, kind in MARKS:
        if marks[0] in lowered and all(mark in lowered for mark in marks):
            kinds.add(kind)
    return kinds


def _starts_token(text: str, prefix: str, shape: str) -> bool:
    at = text.find(prefix)
    while at >= 0:
        start = at + len(prefix)
        following = text[start : start + _TOKEN_CHARACTERS]
        if len(following) < _TOKEN_CHARACTERS:
            return False
        if _has_shape(following, shape) and not (prefix == "sk-" and _inside_word(text, at)):
            return True
        at = text.find(prefix, start)
    return False


def _has_shape(text: str, shape: str) -> bool:
    if shape == "hex":
        return not text.strip("0123456789abcdef")
    if shape == "token":
        text = text.replace("-", "").replace("_", "").replace(".", "")
    return text.isascii() and text.isalnum()


def _inside_word(text: str, at: int) -> bool:
    # The `n` of an escaped line break belongs to no word.
    return at > 0 and text[at - 1].isalnum() and text[max(at - 2, 0)] != "\\"


def _may_name_a_secret(text: str) -> bool:
    if not ("=" in text or ":" in text or "--" in text):
        return False
    lowered = text.lower()
    return any(word in lowered for word in NAME_WORDS)
