"""Whether a string looks as if chance had made it, or stands for a secret without being one.

Generators draw characters evenly, people do not: names change between letters, capitals and digits
at few places, documented examples repeat a character, count, or say that they are examples.

Hot path: nothing is imported.
"""

from __future__ import annotations

# What people write into documented values. A random token of 40 characters holds one of them once
# in a hundred thousand.
_WORDS = (
    *("example", "sample", "dummy", "fake", "changeme", "change-me", "change_me", "placeholder"),
    *("your", "redacted", "insert", "invalid", "testtest", "notreal", "not-real", "not_real"),
    *("mysecret", "my-secret", "my_secret", "secretkey", "password", "foobar", "deadbeef"),
    *("qwerty", "lorem", "fixture", "mock", "thisis", "this-is", "this_is", "test_key", "testkey"),
    *("test-key", "xxxx", "****", "insecure", "supersecret", "abcabc", "123123", "revoked"),
)
# Beginnings of values that specifications and manuals print: RFC 6749, 7519, Stripe, npm.
_DOCUMENTED = ("2yotnfzfejr1", "tgzv3jokf0xg", "czzcagrs", "4ec39hqlyjwd", "bm90ig15ihjlywwg")
_SHORT_WORDS = ("test", "demo", "todo", "none", "null", "secret", "token")
_COUNTING = "0123456789012345678901234567890"
_ALPHABET = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
_STEP = 6


def is_example(value: str) -> bool:
    """Whether `value` is a documented or invented value rather than one that opens something.

    Args:
        value: what follows a token's prefix, or the whole secret.
    """
    lowered = value.lower()
    if any(word in lowered for word in _WORDS):
        return True
    if lowered.startswith(_SHORT_WORDS) and not lowered[6:].isalnum():
        return True
    if lowered.startswith(_DOCUMENTED):
        return True
    distinct = len(set(value))
    if distinct < 5 or distinct * 6 < min(len(value), 64):
        return True
    return _is_periodic(value) or _repeats(lowered) or _counts(lowered)


def _is_periodic(value: str) -> bool:
    # A string that is one piece over and over occurs early in itself doubled.
    period = (value + value).find(value, 1)
    return len(value) >= 8 and period <= len(value) // 2


def _repeats(lowered: str) -> bool:
    run = 1
    for at in range(1, len(lowered)):
        run = run + 1 if lowered[at] == lowered[at - 1] else 1
        if run >= _STEP:
            return True
    return False


def _counts(lowered: str) -> bool:
    """Whether it counts or recites the alphabet, forwards or backwards: `123456`, `fedcba`."""
    up = down = 1
    for at in range(1, len(lowered)):
        step = ord(lowered[at]) - ord(lowered[at - 1])
        up = up + 1 if step == 1 else 1
        down = down + 1 if step == -1 else 1
        if up >= _STEP or down >= _STEP:
            return True
    return _COUNTING[:10] in lowered or "a1b2c3" in lowered or "1a2b3c" in lowered


def is_random(value: str) -> bool:
    """Whether the characters change between capitals, small letters and digits as chance does it.

    A random string of letters and digits changes at six of ten places, one of hexadecimal digits
    at almost five, one of letters at five; identifiers and prose at one or two.
    """
    letters = [c for c in value if c.isalnum()]
    if len(letters) < 8:
        return False
    kinds = [0 if c.isdigit() else 1 if c.isupper() else 2 for c in letters]
    changes = sum(1 for at in range(1, len(kinds)) if kinds[at] != kinds[at - 1])
    return len(set(kinds)) >= 2 and changes * 5 >= len(kinds) and len(set(letters)) >= 6


def is_hexadecimal(value: str) -> bool:
    """Whether it is made of hexadecimal digits in one case, and `-`."""
    return not value.strip("0123456789abcdef-") or not value.strip("0123456789ABCDEF-")


def is_uuid(value: str) -> bool:
    """Whether it has the form of a UUID."""
    return (
        len(value) == 36
        and is_hexadecimal(value)
        and value[8] == value[13] == value[18] == value[23] == "-"
    )
