"""Secrets that have no shape of their own but a name: `password=…`, `"api_key": "…"`, `--token …`.

Read by hand, not by a pattern: words like `token` are in every second source file, and importing
`re` for each of them would double the cost of a hook. No `re` here, and time linear in the text.

The difficulty is code: `token=token`, `password: str`, `secret = load(path)` must stay as they
are. A quoted value is taken for a secret unless it is a placeholder; a bare one if it stands as a
shell, a URL or a settings file would write it and does not read like an identifier.
"""

from __future__ import annotations

from ambidex.secrets.redact import NAME_WORDS, names_secret

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_BEFORE_KEY = ("api", "access", "account", "private", "secret", "auth", "encryption", "signing")
_ENDS_BARE_VALUE = frozenset(" \t\r\n\"'`;&|<>(){}[],$\\")
_SHORTEST = 4
_SHORTEST_LOOSE = 6
_PLACEHOLDERS = (
    *("none", "null", "nil", "true", "false", "undefined", "empty", "unset", "default", "prompt"),
    *("str", "string", "bytes", "bytearray", "int", "integer", "bool", "boolean", "float"),
    *("object", "any", "optional", "required", "redacted", "hidden", "masked", "username", "user"),
    *("name", "value", "data", "text", "example", "sample", "dummy", "placeholder"),
    *("option", "options", "flag", "flags", "argument", "arguments", "parameter", "parameters"),
)
_PLACEHOLDER_STARTS = (
    "$",
    "{",
    "<",
    "%",
    "*",
    "...",
    "…",
    "xxx",
    "[redacted:",
    "your",
    "os.environ",
)


def is_placeholder(text: str) -> bool:
    """Whether `text` stands for a secret without being one: `$TOKEN`, `<password>`, `None`."""
    lowered = text.strip().translate(_LOWER)
    return (
        len(lowered) < _SHORTEST
        or lowered in _PLACEHOLDERS
        or lowered.startswith(_PLACEHOLDER_STARTS)
        or ("{" in lowered and "}" in lowered)
        or (names_secret(lowered) and lowered.replace("_", "").replace("-", "").isalpha())
    )


def replace_named(text: str) -> str:
    """`text` with the values of assignments to secret names replaced by `[redacted:<word>]`."""
    parts = []
    done = 0
    for start, end, word in _names(text):
        if start < done:
            continue
        value = _value_after(text, start, end)
        if value is None:
            continue
        first, last = value
        parts.append(text[done:first] + f"[redacted:{_label(text, start, word)}]")
        done = last
    parts.append(text[done:])
    return "".join(parts)


def _names(text: str) -> list[tuple[int, int, str]]:
    # Not lower(): it changes the length of some strings, and positions must stay true.
    lowered = text.translate(_LOWER)
    found = []
    for word in NAME_WORDS:
        at = lowered.find(word)
        while at >= 0:
            before = lowered[max(at - 14, 0) : at].rstrip("_- ")
            if word != "key" or before.endswith(_BEFORE_KEY):
                found.append((at, at + len(word), word))
            at = lowered.find(word, at + len(word))
    found.sort()
    return found


def _label(text: str, start: int, word: str) -> str:
    before = text[max(start - 16, 0) : start].translate(_LOWER).replace("_", "").replace("-", "")
    return "aws-secret-key" if word == "key" and before.endswith("secretaccess") else word


def _value_after(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the secret is that the name at `start:end` is given, or None."""
    option = _is_option(text, start)
    at = _skip(text, end, "s", 1) if text[start:end].lower() == "credential" else end
    at = _skip(text, at, "_0123456789", 4)
    at = _skip(text, at, "\"'\\]`", 4)
    sign = _skip(text, at, " \t", 8)
    if text[sign : sign + 1] in ("=", ":") and sign < len(text):
        first = _skip(text, sign, ":=>~", 3)
        tight = text[sign] == "=" and sign == at and first == sign + 1
    elif option and sign > at:
        first, tight = sign, True
    else:
        return None
    value = _skip(text, first, " \t", 8)
    tight = tight and (value == first)
    return _quoted(text, value) or _bare(text, value, tight, text[start:end].lower())


def _is_option(text: str, start: int) -> bool:
    """Whether the name is (the end of) a command-line option: `--db-password`."""
    at = start
    while at > 0 and start - at < 40 and (text[at - 1].isalnum() or text[at - 1] in "-_"):
        at -= 1
    return text.startswith("--", at)


def _skip(text: str, at: int, characters: str, most: int) -> int:
    stop = min(at + most, len(text))
    while at < stop and text[at] in characters:
        at += 1
    return at


def _quoted(text: str, at: int) -> tuple[int, int] | None:
    at = _skip(text, at, "\\", 3)
    # String prefixes of Python.
    if text[at + 1 : at + 2] in ("'", '"') and text[at : at + 1] in tuple("bBrRuUfF"):
        at += 1
    quote = text[at : at + 1]
    if quote not in ("'", '"', "`"):
        return None
    first = at + 1
    last = text.find(quote, first)
    line = text.find("\n", first)
    if last < 0 or 0 <= line < last:
        last = line if line >= 0 else len(text)
    inner = text[first:last].rstrip("\\")
    # `"password:" is asked for`: that quote ended a string and begins none.
    return None if is_placeholder(inner) or inner[0].isspace() else (first, first + len(inner))


def _bare(text: str, first: int, tight: bool, word: str) -> tuple[int, int] | None:
    last = first
    while last < len(text) and text[last] not in _ENDS_BARE_VALUE:
        last += 1
    value = text[first:last]
    following = text[last : last + 1]
    if (following and following in "([{") or is_placeholder(value):
        return None
    if word == "pwd" and "/" in value:
        # The shell's working directory.
        return None
    if tight and following not in (",", ")"):
        if _is_code(value) and (names_secret(value) or "." in value):
            return None
    elif len(value) < _SHORTEST_LOOSE or not _is_random(value) or _is_code(value.rstrip(".:")):
        return None
    return first, last


def _is_code(value: str) -> bool:
    """Whether it reads like a name in a program: `token_value`, `self.secret`, `Sha256`."""
    if not all(part.isidentifier() for part in value.split(".")):
        return False
    letters = value.rstrip("0123456789")
    return "." in value or "_" in value or (letters.isalpha() and len(value) - len(letters) <= 3)


def _is_random(value: str) -> bool:
    return any(c.isdigit() for c in value) or any(c in "!@#%^*+/~?=" for c in value)
