"""From a tool call to its effects: every tool that reads, writes or executes, and only those.

Hot path: the shell is imported for commands only.
"""

from __future__ import annotations

import os

from ambidex.guard.effects import EDIT, FETCH, READ, UNKNOWN, WRITE, Effect
from ambidex.guard.tables import MAX_READ
from ambidex.guard.taint import without_marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.scene import Scene

# The input field in which each tool names its file.
WRITERS = {
    "Write": "file_path",
    "Edit": "file_path",
    "MultiEdit": "file_path",
    "NotebookEdit": "notebook_path",
}
READERS = {"Read": "file_path", "Grep": "path", "NotebookRead": "notebook_path"}

# Files of which a rule wants to know what an edit makes of them.
_COMPARED = ("pyproject.toml", "tox.ini", "setup.cfg", "config", "config.worktree")


def effects_of(tool: str, tool_input: dict[str, Any], scene: Scene) -> list[Effect]:
    """What a tool call would do; an effect of kind `unknown` where its input cannot be used."""
    command = tool_input.get("command")
    if tool == "Bash" or (tool == "Monitor" and command is not None):
        if not isinstance(command, str):
            return [_unusable("names no command", "Give the command as a string.")]
        from ambidex.guard.shell.evaluate import Shell

        scene.text = command
        return Shell(scene).evaluate(command)
    if tool in WRITERS:
        return _write(tool, WRITERS[tool], tool_input, scene)
    if tool in READERS:
        path = tool_input.get(READERS[tool])
        if not _usable(path):
            return []
        return [Effect(READ, path=_absolute(str(path), scene), words=(tool, str(path)))]
    if tool == "WebFetch" and isinstance(tool_input.get("url"), str):
        return [Effect(FETCH, target=tool_input["url"], words=(tool,))]
    if tool.startswith("mcp__"):
        for writer in scene.policy["guard"]["writers"]:
            from ambidex.guard.rules.declared import like

            if like(writer["tool"], tool):
                return _write(tool, writer["field"], tool_input, scene)
    return []


def _usable(path: object) -> bool:
    return isinstance(path, str) and bool(path) and "\0" not in path


def _unusable(what: str, instead: str) -> Effect:
    return Effect(UNKNOWN, action="unusable", data=what, target=instead)


def _absolute(path: str, scene: Scene) -> str:
    expanded = os.path.expanduser(path)
    if path.startswith("~/"):
        expanded = os.path.join(scene.home, path[2:])
    return without_marks(os.path.normpath(os.path.join(scene.cwd, expanded)))


def _write(tool: str, field: str, tool_input: dict[str, Any], scene: Scene) -> list[Effect]:
    path = tool_input.get(field)
    if not _usable(path):
        # The client refuses such a call itself; if it does not, nothing is written.
        return [_unusable(f"{tool} names no usable file", "Give the file's absolute path.")]
    absolute = _absolute(str(path), scene)
    kind = WRITE if tool == "Write" or tool.startswith("mcp__") else EDIT
    data = tool_input.get("content", "")
    if kind == EDIT and os.path.basename(absolute).lower() in _COMPARED:
        kind, data = WRITE, _edited(absolute, tool_input)
    return [Effect(kind, path=absolute, data=str(data), words=(tool, absolute))]


def _edited(path: str, tool_input: dict[str, Any]) -> str:
    """What an edit makes of a file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read(MAX_READ)
    except OSError:
        text = ""
    edits = tool_input.get("edits")
    for edit in edits if isinstance(edits, list) else [tool_input]:
        if not isinstance(edit, dict):
            continue
        old, new = str(edit.get("old_string", "")), str(edit.get("new_string", ""))
        if old:
            text = text.replace(old, new, -1 if edit.get("replace_all") else 1)
        else:
            text = text + new
    return text
