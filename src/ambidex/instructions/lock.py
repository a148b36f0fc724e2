"""What a person has accepted: contents with findings, and the state of all instructions.

Kept per repository in the user's state, not in the project: who can change a skill could change a
lock beside it. The digest of a content, not the path, is what is accepted.
"""

from __future__ import annotations

import os

from ambidex.instructions import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def accepted(state: str) -> frozenset[str]:
    """Digests of contents that a person has accepted although something was found in them."""
    return frozenset(record.part(record.read(_path(state)), "contents"))


def exists(state: str) -> bool:
    """Whether a person has ever approved the instructions of this repository."""
    return "files" in record.read(_path(state))


def approve(
    state: str,
    files: dict[str, str],
    servers: dict[str, str],
    contents: dict[str, str],
    who: str,
    when: int,
) -> None:
    """Accept the present state. The caller has made sure that a person asks for it.

    Args:
        state: the repository's state directory.
        files: path → digest of every file of instructions; replaces what was approved before.
        servers: name → digest of every MCP server of the project.
        contents: digest → path of contents in which something was found; added to the known.
        who: the person's login name.
        when: seconds since the epoch.

    Raises:
        OSError: the record cannot be written.
    """

    def change(data: dict[str, Any]) -> None:
        known = record.part(data, "contents")
        for digest, path in contents.items():
            known[digest] = {"path": path, "who": who, "when": when}
        data.clear()
        data.update(
            {"files": files, "servers": servers, "contents": known, "who": who, "when": when}
        )

    record.change(_path(state), change)


def changes(state: str, files: dict[str, str], *, complete: bool = True) -> list[str]:
    """What is another than when a person last approved it; empty without an approval.

    Args:
        state: the repository's state directory.
        files: path → digest, as now.
        complete: whether `files` are all there are; without, nothing counts as removed.

    Returns:
        Clauses like `new: .claude/skills/x/SKILL.md`, sorted.
    """
    data = record.read(_path(state))
    if "files" not in data:
        return []
    known = record.part(data, "files")
    found = [f"changed: {path}" for path in files if path in known and known[path] != files[path]]
    found += [f"new: {path}" for path in files if path not in known]
    if complete:
        found += [f"removed: {path}" for path in known if path not in files]
    return sorted(found)


def is_news(state: str, found: list[str]) -> bool:
    """Whether these changes were not told before; they are from now on.

    Raises:
        OSError: that cannot be written down.
    """
    from ambidex.locate import path_key

    key = path_key("\n".join(found))
    data = record.read(_path(state))
    if data.get("told") == key:
        return False

    def change(data: dict[str, Any]) -> None:
        if "files" in data:
            data["told"] = key

    record.change(_path(state), change)
    return True


def servers(state: str) -> dict[str, Any] | None:
    """Name → digest of the MCP servers that a person has approved; None without an approval."""
    data = record.read(_path(state))
    return record.part(data, "servers") if "files" in data else None


def _path(state: str) -> str:
    return os.path.join(state, "instructions.json")
