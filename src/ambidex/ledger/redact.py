"""Secrets taken out of anything that is written down.

What is a secret says `ambidex.secrets`, here as everywhere; this walks through what holds strings.
"""

from __future__ import annotations

from ambidex.fastjson import MAX_DEPTH
from ambidex.secrets.redact import names_secret, redact_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["TOO_DEEP", "names_secret", "redact", "redact_text"]

TOO_DEEP = "[cut: nested too deeply]"


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
    from ambidex.secrets.named import is_placeholder

    return redact_text(text) if is_placeholder(text) else "[redacted:value]"
