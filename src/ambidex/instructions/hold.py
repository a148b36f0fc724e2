"""Files of instructions in which something was found: they hold what would obey them.

The events that find them cannot block. So a finding is kept here until the file is clean, or a
person has accepted its content; a prompt is blocked until a person has seen it.

Hot path: `refusal` costs one failed `open` where nothing is held.
"""

from __future__ import annotations

import os

from ambidex.instructions import record
from ambidex.verdict import DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.instructions.inspect import Inspected

RULE = "ambidex.instructions.held"
ACCEPT = "ambidex scan instructions --accept"
# Tools that hand instructions to a model.
TOOLS = ("Skill", "Agent", "Task")
_MOST_FILES = 200
_MOST_TRACES = 5


def settle(state: str, inspected: list[Inspected], accepted: frozenset[str]) -> list[str]:
    """Hold the files in which something was found, and let go those that are clean now.

    Args:
        state: the repository's state directory.
        inspected: what was looked at just now.
        accepted: digests of contents that a person has accepted.

    Returns:
        The paths that are held and were not held with this content before.

    Raises:
        OSError: it cannot be written down.
    """
    bad = {one.path: one for one in inspected if one.is_bad and one.digest not in accepted}
    known = record.part(record.read(_path(state)), "files")
    if not bad and not any(one.path in known for one in inspected):
        return []
    fresh: list[str] = []

    def change(data: dict[str, Any]) -> None:
        files = record.part(data, "files")
        for one in inspected:
            old = files.get(one.path)
            if one.path not in bad:
                files.pop(one.path, None)
                continue
            is_known = isinstance(old, dict) and old.get("digest") == one.digest
            if not is_known and len(files) < _MOST_FILES:
                fresh.append(one.path)
                files[one.path] = _entry(one)
        data.clear()
        if files:
            data["files"] = files

    record.change(_path(state), change)
    return fresh


def _entry(one: Inspected) -> dict[str, Any]:
    errors = [trace.as_dict() for trace in one.traces if trace.severity == "error"]
    return {"digest": one.digest, "traces": errors[:_MOST_TRACES], "seen": False}


def held(state: str) -> dict[str, dict[str, Any]]:
    """Path → `digest`, `traces`, `seen` of what is held; files that changed are looked at again."""
    files = record.part(record.read(_path(state)), "files")
    if not files:
        return {}
    from ambidex.instructions import lock
    from ambidex.instructions.inspect import inspect

    settle(state, [inspect(path) for path in files], lock.accepted(state))
    files = record.part(record.read(_path(state)), "files")
    return {path: entry for path, entry in files.items() if _is_entry(entry)}


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("traces"), list)
        and all(isinstance(trace, dict) for trace in entry["traces"])
    )


def refusal(state: str, tool: str, tool_input: dict[str, Any]) -> Decision | None:  # noqa: ARG001
    """Why a call that hands instructions to a model may not run, or None.

    The reason quotes nothing of what was found: a model reads it.

    Args:
        state: the repository's state directory.
        tool: the tool's name.
        tool_input: its input. While anything is held no skill and no agent runs: whatever they
            are, they work in the project and read the same instructions.
    """
    if tool not in TOOLS or not os.path.exists(_path(state)):
        return None
    files = held(state)
    if not files:
        return None
    found = "; ".join(_place(path, entry, quoting=False) for path, entry in sorted(files.items()))
    return Decision(
        DENY,
        RULE,
        f"Instructions in this project are held: {found[:1500]}.",
        "Remove what is hidden from the file, or let a person look at it with "
        f"`ambidex scan instructions` and accept it with `{ACCEPT}`.",
        subject="obey held instructions",
    )


def objection(state: str, *, is_seen: bool, command: str = "") -> str:
    """What a person must know before a prompt goes on, `""` when there is nothing new.

    Args:
        state: the repository's state directory.
        is_seen: whether a person sees the text now; then it does not stop the next prompt.
        command: the typed command; one that is held itself is stopped every time.

    Raises:
        OSError: it cannot be written down that it was seen.
    """
    if not os.path.exists(_path(state)):
        return ""
    files = held(state)
    due = {
        path: entry
        for path, entry in files.items()
        if not entry.get("seen") or (command and _is_command(path, command))
    }
    if not due:
        return ""
    if is_seen:

        def change(data: dict[str, Any]) -> None:
            for path, entry in record.part(data, "files").items():
                if path in due and isinstance(entry, dict):
                    entry["seen"] = True

        record.change(_path(state), change)
    places = [f"  {_place(path, entry, quoting=True)}" for path, entry in sorted(due.items())]
    lines = [
        f"{RULE}: an agent would read this as instructions, and you may not have seen it:",
        *places[:20],
        "Clean the file, or accept it as it is, in a terminal of your own: " + ACCEPT,
    ]
    if is_seen and not command:
        lines.append(
            "You have seen it now: send the prompt again to go on. Skills and agents stay held."
        )
    return "\n".join(lines)


def _is_command(path: str, command: str) -> bool:
    """Whether a typed command is defined by this file."""
    name = command.lstrip("/").rsplit(":", 1)[-1].lower()
    parts = path.lower().split("/")
    return f"{name}.md" == parts[-1] or ("skills" in parts and name in parts[:-1])


def _place(path: str, entry: dict[str, Any], *, quoting: bool) -> str:
    pieces = []
    for trace in entry["traces"]:
        says = trace.get("says") if quoting else ""
        quoted = f": {says!r}" if says else ""
        pieces.append(f"line {trace.get('line')}, {trace.get('message')}{quoted}")
    return f"{path}: " + "; ".join(pieces)


def _path(state: str) -> str:
    return os.path.join(state, "held.json")
