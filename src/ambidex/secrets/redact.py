"""One string without its secrets: what `search` finds, and what may be one besides.

Two steps. The hot one looks for needles, plain substrings without which no pattern can match;
almost every string ends here. Only a hit imports `ambidex.secrets.patterns` (and with it `re`), or
`ambidex.secrets.named`, which reads assignments such as `password=…`.

A false alarm costs a word in a log, a missed secret is a leak: where in doubt, it is redacted.
Not found are secrets without any anchor (a bare random string that nothing names), encoded ones
(base64 of a token), and those split over several strings.
"""

from __future__ import annotations

from ambidex.secrets import tokens

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
    (("eyj",), "jwt"),
)
_TWILIO = ("AC", "SK")

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


def names_secret(key: str) -> bool:
    """Whether the value of a member, variable or option called `key` is a secret by its name."""
    return key.lower().replace("_", "").replace("-", "").endswith(NAMES)


def redact_text(text: str) -> str:
    """`text` with every secret found in it replaced by `[redacted:<kind>]`.

    Returns:
        The very same object where nothing was found. Never raises.
    """
    # A replacement can lay bare what a neighbour hid; going on until nothing changes makes
    # redacting twice the same as redacting once.
    for _ in range(4):
        before = text
        text = _without_tokens(text)
        kinds = _kinds(text)
        if kinds:
            from ambidex.secrets.patterns import replace

            text = replace(text, kinds)
        if _may_name_a_secret(text):
            from ambidex.secrets.named import replace_named

            text = replace_named(text)
        # Last, because the others also know the rest of what was cut off.
        text = _without_found(text)
        if text == before:
            # `re.sub` gives a copy even where nothing matched.
            return before
    return text


def _without_tokens(text: str) -> str:
    found = sorted(tokens.loose(text), key=lambda token: (token.start, -token.end))
    return _replaced(text, [(one.start, one.end, one.format.id) for one in found])


def _without_found(text: str) -> str:
    if not _may_hold_more(text):
        return text
    from ambidex.secrets.search import find

    # As many at once as `find` gives; each round leaves fewer.
    for _ in range(50):
        found = find(text, limit=100)
        if not found:
            break
        places = [(one.start, one.end, _LABELS.get(one.kind, one.kind)) for one in found]
        text = _replaced(text, places)
    return text


def _may_hold_more(text: str) -> bool:
    """Whether `find` can find anything: most strings of a log are short and plain."""
    if "Basic " in text or "machine " in text or ("://" in text and "@" in text):
        return True
    words = tokens.Words(text)
    return bool(words.marked or words.plain)


# What is shown in the place of secrets whose name says it better than their kind.
_LABELS = {"assigned-value": "value"}


def _replaced(text: str, places: list[tuple[int, int, str]]) -> str:
    if not places:
        return text
    parts = []
    done = 0
    for start, end, kind in places:
        if start < done:
            done = max(done, end)
            continue
        parts.append(f"{text[done:start]}[redacted:{kind}]")
        done = end
    parts.append(text[done:])
    return "".join(parts)


def _kinds(text: str) -> set[str]:
    lowered = text.lower()
    kinds = {
        kind
        for marks, kind in MARKS
        if marks[0] in lowered and all(mark in lowered for mark in marks)
    }
    if any(_has_hexadecimal(text, prefix) for prefix in _TWILIO):
        kinds.add("twilio")
    return kinds


def _has_hexadecimal(text: str, prefix: str) -> bool:
    at = text.find(prefix)
    while at >= 0:
        following = text[at + 2 : at + 12]
        if len(following) == 10 and not following.strip("0123456789abcdef"):
            return True
        at = text.find(prefix, at + 2)
    return False


def _may_name_a_secret(text: str) -> bool:
    if not ("=" in text or ":" in text or "--" in text):
        return False
    lowered = text.lower()
    return any(word in lowered for word in NAME_WORDS)
