"""The guard's rules as the policy's checks see them: which there are, and what each refuses."""

from __future__ import annotations

from ambidex.guard import commands
from ambidex.verdict import ALLOW

# Stable identifiers: policies name them, people look them up.
RULES = {
    "ambidex.filesystem.recursive-delete": "a recursive delete of a root, home or repository",
    "ambidex.git.force-push": "a push that overwrites a remote branch",
    "ambidex.permissions.world-writable": "a mode that lets everybody write",
    "ambidex.golden.write": "a write to a golden test",
    "ambidex.paths.read-only": "a write to a path that the policy makes read-only",
    "ambidex.own.write": "a write to Ambidex's configuration, hooks or state, or to settings",
    "ambidex.own.person-only": "a command of Ambidex that is for a person at a terminal",
    "ambidex.instructions.held": "a skill or an agent while hidden instructions are not accepted",
    "ambidex.instructions.new-server": "a tool of an MCP server that nobody approved",
    "ambidex.guard.unreadable": "a call that cannot be read",
}


def ids() -> list[str]:
    """Identifiers of all rules."""
    return list(RULES)


def refused_by(command: str) -> str:
    """The rule that refuses or questions a shell command, `""` when none does."""
    decision = commands.judge(command)
    return "" if decision.action == ALLOW else decision.rule
