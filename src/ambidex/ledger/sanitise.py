"""What a record may hold: JSON only, no secrets, bounded in size.

Hot path: one walk over the record, no imports beyond the needle scan of `redact`.
"""

from __future__ import annotations

from ambidex.ledger.redact import TOO_DEEP, names_secret, redact, redact_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_TEXT = 8_000
"""Characters of one string; of a longer one the first `HEAD` and the last `TAIL` are kept."""
HEAD = 6_000
TAIL = 2_000
MAX_ITEMS = 200
"""Items of one list, members of one object."""
MAX_DEPTH = 32
MAX_RECORD = 64_000
"""Characters of all strings of a record together; a line of JSON stays below 1 MB."""

# A secret that lies across a cut must be recognised before it is cut, so more is redacted than is
# kept. What lies at the edge of that may be half a secret, and is not kept in any case.
_MARGIN = 16_000
_EDGE = 4_000
# What any value costs of MAX_RECORD, so that a million empty strings are bounded as well.
_COST = 8


def sanitise(record: dict[str, Any]) -> dict[str, Any]:
    """A copy of `record` that can be written to the log.

    Args:
        record: any dict. Values that JSON does not know become their `repr` (bytes: text), keys
            become strings, NaN and infinities become strings.

    Returns:
        The copy, redacted, with `[<n> characters cut]` and the like where something was left out.
    """
    budget = [MAX_RECORD]
    return _members(record, budget, 1)


def _value(value: Any, budget: list[int], depth: int) -> Any:
    budget[0] -= _COST
    if isinstance(value, str):
        return _text(value, budget)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Longer ones are refused by readers, or take them very long.
        return value if -(1 << 256) < value < 1 << 256 else f"{hex(value)[:64]}…"
    if isinstance(value, float):
        return value if value - value == 0.0 else repr(value)
    if isinstance(value, (dict, list, tuple)):
        if depth >= MAX_DEPTH:
            return TOO_DEEP
        if isinstance(value, dict):
            return _members(value, budget, depth + 1)
        return _items(value, budget, depth + 1)
    if isinstance(value, (bytes, bytearray)):
        return _text(value.decode("utf-8", "backslashreplace"), budget)
    try:
        return _text(repr(value), budget)
    except Exception:
        return f"[{type(value).__name__}]"


def _members(members: dict[Any, Any], budget: list[int], depth: int) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for key, value in members.items():
        if len(clean) >= MAX_ITEMS or budget[0] <= 0:
            clean["[cut]"] = f"{len(members) - len(clean)} more members"
            break
        name = _text(key if isinstance(key, str) else repr(key), budget)
        while name in clean:
            name += "+"
        item = _value(value, budget, depth)
        if isinstance(item, str) and names_secret(name):
            item = redact({name: item})[name]
        clean[name] = item
    return clean


def _items(items: list[Any] | tuple[Any, ...], budget: list[int], depth: int) -> list[Any]:
    clean: list[Any] = []
    for item in items:
        if len(clean) >= MAX_ITEMS or budget[0] <= 0:
            clean.append(f"[{len(items) - len(clean)} more items cut]")
            break
        clean.append(_value(item, budget, depth))
    return clean


def _text(text: str, budget: list[int]) -> str:
    if len(text) > MAX_TEXT + 2 * _MARGIN:
        head = redact_text(text[: HEAD + _MARGIN])[:-_EDGE]
        tail = redact_text(text[-TAIL - _MARGIN :])[_EDGE:]
        kept = _clip(head[:HEAD], tail[-TAIL:], len(text))
    else:
        clean = redact_text(text)
        kept = clean if len(clean) <= MAX_TEXT else _clip(clean[:HEAD], clean[-TAIL:], len(clean))
    left = max(budget[0], 0)
    if len(kept) > left:
        kept = _clip(kept[:left], "", len(kept))
    budget[0] -= len(kept)
    return kept


def _clip(head: str, tail: str, length: int) -> str:
    return f"{head}[{length - len(head) - len(tail)} characters cut]{tail}"
