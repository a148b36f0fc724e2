"""PreToolUse: the guard judges the call."""

from __future__ import annotations

from ambidex.guard.decide import decide
from ambidex.hook import instructions
from ambidex.protocol import replies
from ambidex.verdict import ALLOW, ASK, DENY, REWRITE, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply


def handle(context: Context) -> Reply | None:
    """Deny, ask, rewrite, or silence, which leaves the call to the user's own permissions."""
    event = context.event
    tool: str = event.tool_name  # type: ignore[attr-defined]
    tool_input = event.tool_input  # type: ignore[attr-defined]
    context.record["tool"] = tool
    context.record["input"] = tool_input
    level = context.level("guard")
    if level == "off":
        return None
    decision = instructions.before_tool(context, tool, tool_input) or decide(
        tool,
        tool_input,
        cwd=context.cwd,
        root=context.root,
        policy=context.policy,
        environ=context.environ,
    )
    context.record["decision"] = {
        "action": decision.action,
        "rule": decision.rule,
        "reason": decision.reason,
        "level": level,
    }
    if decision.action == ALLOW or level == "report":
        return None
    if decision.action == REWRITE:
        return replies.rewrite(decision.updated_input or {}, text(decision))
    return replies.permission(decision.action, text(decision))


def text(decision: Decision) -> str:
    """A refusal in at most three sentences: rule and why, what to do instead, no other route."""
    parts = [f"{decision.rule}: {decision.reason}"]
    if decision.instead:
        parts.append(f"Instead: {decision.instead}")
    if decision.action == DENY:
        parts.append("Another route to the same effect is refused as well.")
    elif decision.action == ASK:
        parts.append("A person decides.")
    return " ".join(parts)
