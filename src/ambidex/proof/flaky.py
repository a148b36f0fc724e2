"""The census of flaky tests: those that passed and failed on one and the same tree.

<state>/flaky.json    {node id: {"seen", "excused", "first", "last"}}
"""

from __future__ import annotations

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_MOST = 500
_FIELDS = ("seen", "excused", "first", "last")


class Seen:
    """What is known of one flaky test.

    Attributes:
        seen: how often it passed and failed on one tree.
        excused: how many of these had nothing to do with the change that was judged. Only those
            say that it is flaky by itself; a race that a change has just made must not become an
            excuse for itself.
        first: when it was seen first, in seconds since the epoch.
        last: and when last.
    """

    __slots__ = _FIELDS

    def __init__(self, seen: int, excused: int, first: float, last: float) -> None:
        self.seen = seen
        self.excused = excused
        self.first = first
        self.last = last


def census(state: str) -> dict[str, Seen]:
    """All flaky tests on record, by node id; what can't be read is left out."""
    try:
        with open(_path(state), encoding="utf-8") as file:
            written = json.load(file)
        return {
            str(node): Seen(int(seen), int(excused), float(first), float(last))
            for node, (seen, excused, first, last) in (
                (node, [entry[name] for name in _FIELDS]) for node, entry in written.items()
            )
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def note(state: str, nodes: Mapping[str, bool], now: float | None = None) -> dict[str, Seen]:
    """Count tests that passed and failed on one tree.

    Args:
        state: the repository's state directory.
        nodes: by node id, whether this had nothing to do with the change.
        now: seconds since the epoch.

    Returns:
        The new census, also where it could not be written.
    """
    from ambidex.policy.private import Lock, replace

    now = time.time() if now is None else now
    entries: dict[str, Seen] = {}
    try:
        with Lock(_path(state) + ".lock", 2):
            entries = census(state)
            _count(entries, nodes, now)
            kept = sorted(entries, key=lambda node: entries[node].last)[-_MOST:]
            replace(_path(state), json.dumps({node: _as_dict(entries[node]) for node in kept}))
    except OSError:
        if not entries:
            _count(entries, nodes, now)
    return entries


def _count(entries: dict[str, Seen], nodes: Mapping[str, bool], now: float) -> None:
    for node, excused in nodes.items():
        entry = entries.setdefault(node, Seen(0, 0, now, now))
        entry.seen += 1
        entry.excused += excused
        entry.last = now


def _as_dict(entry: Seen) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _FIELDS}


def _path(state: str) -> str:
    return os.path.join(state, "flaky.json")
