"""Paths that an agent's file tools may not write: golden tests, and Ambidex's own wiring.

Hot path: `os` only.
"""

from __future__ import annotations

import os
import sys

from ambidex import locate
from ambidex.policy.globs import matches
from ambidex.verdict import ALLOW, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

# The input field in which each writing tool names its file.
WRITERS = {
    "Write": "file_path",
    "Edit": "file_path",
    "MultiEdit": "file_path",
    "NotebookEdit": "notebook_path",
}

# Relative to a project's root or, for the first three, to the home folder.
_WIRING = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".claude/hooks/**",
    ".claude/ambidex/**",
    ".git/hooks/**",
    ".git/config",
)

# Largest file that is read in order to find out what an edit would change, bytes.
_MAX_READ = 2_000_000


def judge(
    tool: str,
    tool_input: dict[str, Any],
    *,
    cwd: str,
    root: str,
    policy: dict[str, Any],
    environ: Mapping[str, str],
) -> Decision:
    """The decision on a call of one of the `WRITERS`.

    Args:
        tool: the tool's name.
        tool_input: its input; the file may be relative to `cwd`.
        cwd: the session's directory.
        root: the project's root, whose policy applies.
        policy: the policy snapshot.
        environ: the process environment.
    """
    name = tool_input.get(WRITERS[tool])
    if not isinstance(name, str) or not name or "\0" in name:
        # The client refuses such a call itself; if it does not, nothing is written.
        return Decision(
            DENY,
            "ambidex.guard.unreadable",
            f"{tool} names no usable file.",
            "Give the file's absolute path.",
        )
    written = os.path.join(cwd or root, os.path.expanduser(name))
    # Both spellings count: a symlink inside a protected folder, and one that leads into it.
    for path in {os.path.normpath(written), os.path.realpath(written)}:
        decision = _judge_path(tool, tool_input, path, root, policy, environ)
        if decision.action != ALLOW:
            return decision
    return Decision(ALLOW)


def _judge_path(
    tool: str,
    tool_input: dict[str, Any],
    path: str,
    root: str,
    policy: dict[str, Any],
    environ: Mapping[str, str],
) -> Decision:
    tree = locate.work_tree(os.path.dirname(path))
    for base in _distinct(root, os.path.realpath(root), tree):
        relative = below(base, path)
        if relative is None:
            continue
        if policy["active"]:
            pattern = _first_match(policy["paths"]["golden"], relative)
            if pattern:
                return Decision(
                    DENY,
                    "ambidex.golden.write",
                    f"{relative} is a golden test ({pattern}): it records what is agreed, "
                    "so an agent does not change it.",
                    "Change the code until the golden test passes; if the test is wrong, say so "
                    "to the user. New tests belong outside of the golden folder.",
                )
            pattern = _first_match(policy["paths"]["read_only"], relative)
            if pattern:
                return Decision(
                    DENY,
                    "ambidex.paths.read-only",
                    f"{relative} is read-only for agents ({pattern}).",
                    "Ask the user to make the change, or work elsewhere.",
                )
        if _is_policy(tool, tool_input, path, relative) or _first_match(_WIRING, _folded(relative)):
            return _own(relative)
    own_places = (
        locate.state_home(environ),
        locate.data_home(environ),
        environ.get("CLAUDE_PLUGIN_ROOT", ""),
    )
    for place in own_places:
        if place and below(os.path.realpath(place), path) is not None:
            return _own(path)
    home = environ.get("HOME", "")
    if home:
        relative = below(os.path.realpath(home), path)
        if relative is not None and _first_match(_WIRING[:3], _folded(relative)):
            return _own("~/" + relative)
    return Decision(ALLOW)


def _first_match(globs: Iterable[str], relative: str) -> str | None:
    for glob in globs:
        if matches(glob, relative):
            return glob
    return None


def _own(path: str) -> Decision:
    return Decision(
        DENY,
        "ambidex.own.write",
        f"{path} decides what the gates check or whether they run.",
        "Tell the user what you would change there and why; a person edits it.",
    )


def _distinct(*folders: str | None) -> list[str]:
    return list(dict.fromkeys(folder for folder in folders if folder))


def below(base: str, path: str) -> str | None:
    """`path` relative to `base` with `/`, or None when it is not below it."""
    base = base.rstrip(os.sep) + os.sep
    if _folded(path).startswith(_folded(base)):
        return path[len(base) :]
    return None


def _folded(path: str) -> str:
    # macOS: two spellings that differ in case only name one file.
    return path.lower() if sys.platform == "darwin" else path


def _is_policy(tool: str, tool_input: dict[str, Any], path: str, relative: str) -> bool:
    folded = _folded(relative)
    if folded == "ambidex.toml" or folded.startswith(".ambidex/"):
        return True
    return folded == "pyproject.toml" and _touches_policy_table(tool, tool_input, path)


def _touches_policy_table(tool: str, tool_input: dict[str, Any], path: str) -> bool:
    """Whether the edit of pyproject.toml changes what it says about Ambidex."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            before = file.read(_MAX_READ)
    except OSError:
        before = ""
    if tool == "Write":
        after = str(tool_input.get("content", ""))
    else:
        after = before
        edits = tool_input.get("edits")
        for edit in edits if isinstance(edits, list) else [tool_input]:
            old, new = str(edit.get("old_string", "")), str(edit.get("new_string", ""))
            if old:
                after = after.replace(old, new, -1 if edit.get("replace_all") else 1)
            else:
                after = after + new
    return _policy_lines(before) != _policy_lines(after)


def _policy_lines(text: str) -> list[str]:
    """The lines of the `tool.ambidex` tables, and any other line that names Ambidex."""
    kept = []
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            header = stripped.replace(" ", "").replace('"', "").replace("'", "")
            inside = header.lstrip("[").startswith("tool.ambidex")
        if inside or "ambidex" in line:
            kept.append(stripped)
    return [line for line in kept if line]
