"""The guard's entrance: one tool call in, one decision out.

Hot path: what a call does not need is not imported.
"""

from __future__ import annotations

from ambidex.guard import contents
from ambidex.guard.judge import judge, settled
from ambidex.guard.outside import question
from ambidex.guard.tools import effects_of
from ambidex.verdict import ALLOW, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.scene import Scene


def decide(tool: str, tool_input: dict[str, Any], scene: Scene) -> Decision:
    """Whether a tool call may run.

    Args:
        tool: the tool's name, for example `Bash`.
        tool_input: its input as the client sent it.
        scene: the surroundings.

    Returns:
        The decision. Tools that neither read, write nor execute are allowed.
    """
    effects = effects_of(tool, tool_input, scene)
    decision = judge(effects, scene)
    if decision.action != DENY:
        held = settled(contents.judge_call(tool, tool_input, scene), scene)
        if held.action == DENY or decision.action == ALLOW:
            decision = held if held.rule else decision
    if decision.action == ALLOW:
        asked = question(effects, scene)
        if asked is not None:
            return settled(asked, scene)
        if tool == "Bash" and scene.policy["guard"]["trash"] and scene.policy["active"]:
            from ambidex.guard.trash import rewrite

            return rewrite(tool_input, scene) or decision
        return decision
    if tool == "Bash":
        for entry in scene.policy["guard"]["allow"]:
            if entry["command"] == tool_input.get("command") and entry["expires"] >= _today(scene):
                return Decision(ALLOW, decision.rule, f"allowed: {entry['reason']}")
    return decision


def _today(scene: Scene) -> str:
    import time

    return time.strftime("%Y-%m-%d", time.localtime(scene.now))
