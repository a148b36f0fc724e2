"""JSON for the hot path: what `json` gives, without importing `json`.

`import json` costs as much as starting the interpreter, nearly all of it for `re`. The work is
done by the C accelerator `_json`, which `json` itself uses and which needs no `re`; so it is used
directly. It is not a public module: where an interpreter lacks it, or has changed it, `json`
steps in with the same results.

Differences from `json`, all on purpose: bytes are UTF-8 without a byte order mark and nothing
else; what is nested deeper than `MAX_DEPTH` is refused (so that code walking the value may
recurse); only string keys are written; NaN and infinities are not written.
"""

from __future__ import annotations

try:
    from _json import encode_basestring_ascii as _quote
    from _json import make_scanner as _make_scanner
except ImportError:
    from json.encoder import encode_basestring_ascii as _quote
    from json.scanner import make_scanner as _make_scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 128
"""Levels of lists and objects; Claude Code's events have about ten."""

_BLANK = " \t\n\r"
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_NOT_NUMBERS = ("nan", "inf", "-inf")


class _Settings:
    """What the scanner reads its options from; `json.JSONDecoder` has the same attributes."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = _CONSTANTS.__getitem__


def _scanner() -> Any:
    try:
        return _make_scanner(_Settings)  # type: ignore[arg-type]
    except (AttributeError, TypeError):
        # An interpreter whose scanner wants more options than these.
        import json

        return json.JSONDecoder().scan_once  # type: ignore[attr-defined]


_scan = _scanner()


def loads(text: str | bytes) -> Any:
    """Read one JSON document.

    Args:
        text: the whole document; bytes are decoded as strict UTF-8.

    Returns:
        The value, as `json.loads` would give it: the last of duplicate keys wins, lone
        surrogates stay, `NaN` and `Infinity` are accepted.

    Raises:
        ValueError: not JSON, text after the end, not UTF-8, a byte order mark, or nested deeper
            than `MAX_DEPTH`; with the position where there is one.
        TypeError: neither a string nor bytes.
    """
    if isinstance(text, (bytes, bytearray)):
        text = text.decode("utf-8")
    elif not isinstance(text, str):
        raise TypeError(f"JSON is read from str or bytes, not from {type(text).__name__}")
    if text.startswith("\ufeff"):
        raise _error("Unexpected byte order mark", text, 0)
    start = 0
    if text[:1] in _BLANK:
        start = len(text) - len(text.lstrip(_BLANK))
    try:
        value, end = _scan_once(text, start)
    except StopIteration as stop:
        raise _error("Expecting value", text, stop.value) from None
    except RecursionError:
        raise ValueError(_too_deep()) from None
    if end != len(text):
        rest = text[end:].lstrip(_BLANK)
        if rest:
            raise _error("Extra data", text, len(text) - len(rest))
    # Counting is cheap and nearly always enough: brackets inside strings only cost the walk.
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper(value):
        raise ValueError(_too_deep())
    return value


def _scan_once(text: str, start: int) -> tuple[Any, int]:
    try:
        return _scan(text, start)  # type: ignore[no-any-return]
    except SystemError:
        # Python 3.10 and 3.11 raise their error from json.decoder, but do not import it.
        import json.decoder  # noqa: F401

        return _scan(text, start)  # type: ignore[no-any-return]


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        level = [item for item in inner if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _too_deep() -> str:
    return f"JSON nested deeper than {MAX_DEPTH} levels"


def _error(message: str, text: str, position: int) -> ValueError:
    from json import JSONDecodeError

    return JSONDecodeError(message, text, position)


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """Write a value as compact ASCII JSON, as `json.dumps(value, separators=(",", ":"))` would.

    Args:
        value: None, bool, int, float, str, list, tuple, dict with string keys; subclasses too.
        sort_keys: write members in the order of their keys.

    Raises:
        TypeError: a value or a key of another type.
        ValueError: NaN or an infinity, or nested deeper than `MAX_DEPTH` (also a cycle).
    """
    parts: list[str] = []
    _write(value, parts.append, sort_keys, 0)
    return "".join(parts)


def _write(value: Any, out: Any, sort_keys: bool, depth: int) -> None:
    if isinstance(value, str):
        out(_quote(value))
    elif value is None:
        out("null")
    elif value is True:
        out("true")
    elif value is False:
        out("false")
    elif isinstance(value, int):
        # Not str(): subclasses (IntEnum) print themselves differently.
        out(int.__repr__(value))
    elif isinstance(value, float):
        number = float.__repr__(value)
        if number in _NOT_NUMBERS:
            raise ValueError(f"{number} cannot be written as JSON")
        out(number)
    elif depth >= MAX_DEPTH:
        raise ValueError(_too_deep())
    elif isinstance(value, dict):
        _write_object(value, out, sort_keys, depth + 1)
    elif isinstance(value, (list, tuple)):
        before = "["
        for item in value:
            out(before)
            _write(item, out, sort_keys, depth + 1)
            before = ","
        out("]" if value else "[]")
    else:
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _write_object(value: dict[str, Any], out: Any, sort_keys: bool, depth: int) -> None:
    before = "{"
    for key in sorted(value) if sort_keys else value:
        if not isinstance(key, str):
            raise TypeError(f"{type(key).__name__} cannot be the key of a JSON object")
        out(before + _quote(key) + ":")
        _write(value[key], out, sort_keys, depth)
        before = ","
    out("}" if value else "{}")
