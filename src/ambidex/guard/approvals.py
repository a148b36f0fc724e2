"""Approvals: what a person has allowed for a while, although a rule stops it.

Kept in the repository's state directory, which agents cannot write; one file, replaced as a whole.

Hot path: read only when a rule applies; costs one failed `open` where nothing is approved.
"""

from __future__ import annotations

import os

from ambidex import fastjson
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known
from ambidex.policy.globs import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

MAX_SECONDS = 24 * 3600
PATH = "path"
RULE = "rule"

# Rules that no approval lifts: golden tests have a way of their own, the wiring is a person's.
NEVER = ("ambidex.own.", "ambidex.golden.", "ambidex.guard.")
# Rules about a place, which the approval of that place lifts.
_PLACE_RULES = ("ambidex.paths.", "ambidex.filesystem.outside")


def covering(rule: str, effect: Effect, scene: Scene, now: float) -> dict[str, Any] | None:
    """The approval that lets `effect` pass `rule`, or None.

    Args:
        rule: the id of the rule that applies.
        effect: what it applies to.
        scene: the surroundings; `state` says where approvals are kept.
        now: seconds since the epoch.
    """
    if not scene.state or rule.startswith(NEVER):
        return None
    for entry in current(scene.state, now):
        if entry["root"] != scene.root:
            continue
        if entry["kind"] == RULE and entry["what"] == rule:
            return entry
        is_place = entry["kind"] == PATH and rule.startswith(_PLACE_RULES)
        if is_place and _covers(entry["what"], effect, scene):
            return entry
    return None


def _covers(what: str, effect: Effect, scene: Scene) -> bool:
    if not effect.path or not is_known(effect.path):
        return False
    # Where links lead is what a person approved, not a name for another place.
    path = os.path.realpath(effect.path)
    if what.startswith("/"):
        return below(what, path) is not None or matches(what[1:], path[1:])
    relative = below(os.path.realpath(scene.root), path)
    if not relative:
        return False
    # A single name means the one at the top, as it did where it was typed, not at any depth.
    return matches(what, relative if "/" in what else relative.partition("/")[0])


def current(state: str, now: float) -> list[dict[str, Any]]:
    """The approvals that hold now, the oldest first; what is damaged or foreign does not count."""
    try:
        with open(path_of(state), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return []
            entries = fastjson.loads(file.read())["approvals"]
        return [entry for entry in entries if _holds(entry, now)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _holds(entry: Any, now: float) -> bool:
    # One that would last longer was not made by `grant`, or the clock was set back.
    return (
        isinstance(entry["what"], str)
        and isinstance(entry["root"], str)
        and entry["kind"] in (PATH, RULE)
        and type(entry["until"]) is int
        and now < entry["until"] <= now + MAX_SECONDS
    )


def grant(state: str, entry: dict[str, Any], now: float) -> None:
    """Add an approval. The caller has made sure that a person asks.

    Args:
        state: the repository's state directory.
        entry: `kind`, `what`, `root`, `until` (seconds since the epoch), `because`, `who`, `when`.
        now: seconds since the epoch; what has expired is dropped on the way.

    Raises:
        ValueError: `entry` would not hold now.
        OSError: the record cannot be written.
    """
    from ambidex.policy import private

    if not _holds(entry, now):
        raise ValueError(f"an approval that does not hold: {entry!r}")
    kept = [old for old in current(state, now) if _key(old) != _key(entry)]
    private.replace(path_of(state), fastjson.dumps({"approvals": [*kept, entry]}))


def revoke(state: str, now: float) -> int:
    """End all approvals; returns how many held.

    Raises:
        OSError: the record cannot be removed.
    """
    held = len(current(state, now))
    try:
        os.unlink(path_of(state))
    except FileNotFoundError:
        return 0
    return held


def _key(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["kind"], entry["what"], entry["root"]


def path_of(state: str) -> str:
    """The file in which a repository's approvals are kept."""
    return os.path.join(state, "approvals.json")
