"""The guard's entrance: one tool call in, one decision out.

Hot path: what a call does not need is not imported.
"""

from __future__ import annotations

from ambidex.verdict import ALLOW, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def decide(
    tool: str,
    tool_input: dict[str, Any],
    *,
    cwd: str,
    root: str,
    policy: dict[str, Any],
    environ: Mapping[str, str],
) -> Decision:
    """Whether a tool call may run.

    Args:
        tool: the tool's name, for example `Bash`.
        tool_input: its input as the client sent it.
        cwd: the session's directory.
        root: the project's root.
        policy: the policy snapshot.
        environ: the process environment.

    Returns:
        The decision. Tools without a rule are allowed.
    """
    decision = Decision(ALLOW)
    if tool == "Bash":
        from ambidex.guard import commands

        command = tool_input.get("command")
        if isinstance(command, str):
            decision = commands.judge(command)
        else:
            decision = Decision(
                DENY,
                "ambidex.guard.unreadable",
                "The call has no command that can be read.",
                "Give the command as a string.",
            )
    elif tool in ("Write", "Edit", "MultiEdit", "NotebookEdit"):
        from ambidex.guard import paths

        decision = paths.judge(tool, tool_input, cwd=cwd, root=root, policy=policy, environ=environ)
    if decision.action == ALLOW:
        return decision
    if decision.rule in policy["guard"]["disable"]:
        return Decision(ALLOW, decision.rule, f"{decision.rule} is disabled by the policy.")
    if tool == "Bash":
        for entry in policy["guard"]["allow"]:
            if entry["command"] == tool_input.get("command") and entry["expires"] >= _today():
                return Decision(ALLOW, decision.rule, f"allowed: {entry['reason']}")
    return decision


def _today() -> str:
    import time

    return time.strftime("%Y-%m-%d")
