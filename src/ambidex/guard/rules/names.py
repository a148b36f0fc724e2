"""Names with wildcards, as policies list branches.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether `name` is one of `patterns`, in which `*` stands for any text."""
    return bool(name) and any(_fits(pattern, name) for pattern in patterns)


def _fits(pattern: str, name: str) -> bool:
    first, *others = pattern.split("*")
    if not others:
        return pattern == name
    if not name.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return name.endswith(others[-1]) and len(name) - len(others[-1]) >= at
