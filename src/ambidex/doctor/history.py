"""When each hook last fired in this repository, and what failed of late."""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from typing import Any

from ambidex import __version__
from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.ledger import chain
from ambidex.ledger.append import timestamp

GROUP = "history"
DAYS = 7
_DAY = 86_400.0


def last_fired(state: str, events: Sequence[str]) -> dict[str, str | None]:
    """When each event last fired, as the audit log has it (UTC); None for never.

    Raises:
        OSError: the audit log cannot be read.
    """
    found = chain.last_by_event(state, events)
    return {event: str(found[event]["ts"]) if event in found else None for event in events}


def check(state: str, events: Sequence[str], now: float) -> list[Check]:
    """Failures of hooks in the last days.

    Args:
        state: the state directory.
        events: the events that hooks are registered for.
        now: seconds since the epoch.
    """
    try:
        recent = _failures(state, events, timestamp(now - DAYS * _DAY))
    except OSError as error:
        found = f"the audit log cannot be read: {error.strerror}"
        return [Check(GROUP, "failures", PROBLEM, found, f"chmod -R u+rX {state}/audit")]
    if not recent:
        return [Check(GROUP, "failures", GOOD, f"no hook failed in the last {DAYS} days")]
    newest = recent[0]
    times = "once" if len(recent) == 1 else f"{len(recent)} times"
    where = (newest.get("where") or ["an unknown place"])[-1]
    found = (
        f"a hook failed {times} in the last {DAYS} days, last {ago(newest['ts'], now)}: "
        f"{newest['event']}: {newest['failure']} ({where})"
    )
    facts = {"count": len(recent), "newest": newest}
    if newest.get("version") != __version__:
        found += f", in version {newest.get('version')}"
        return [Check(GROUP, "failures", NOTE, found, "", facts)]
    fix = "report it with the output of: ambidex doctor --json"
    return [Check(GROUP, "failures", PROBLEM, found, fix, facts)]


def _failures(state: str, events: Sequence[str], since: str) -> list[dict[str, Any]]:
    """Records of failed hooks from `since` on, the newest first."""
    found = []
    for record in chain.read(state):
        if str(record.get("ts", "")) < since:
            break
        if "failure" in record and record.get("event") in events:
            found.append(record)
    return found


def ago(stamp: str, now: float) -> str:
    """A time of the audit log, for a person: `3 minutes ago`; the date where it is long ago."""
    try:
        then = calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return stamp
    seconds = max(now - then, 0.0)
    for unit, name in ((_DAY, "day"), (3600.0, "hour"), (60.0, "minute")):
        count = int(seconds // unit)
        if count >= 30 and name == "day":
            return stamp[:10]
        if count:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
