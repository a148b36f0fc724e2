"""PreToolUse: the guard judges the call."""

from __future__ import annotations

from ambidex import fastjson, locate
from ambidex.guard.decide import decide
from ambidex.guard.scene import Scene
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
    scene = Scene(
        cwd=context.cwd,
        root=context.root,
        policy=context.policy,
        environ=context.environ,
        state=context.state,
        now=context.started,
        untrusted=lambda: _untrusted(context),
    )
    held = instructions.before_tool(context, tool, tool_input)
    decision = held or decide(tool, tool_input, scene)
    record: dict[str, object] = {
        "action": decision.action,
        "rule": decision.rule,
        "reason": decision.reason,
        "level": level,
    }
    context.record["decision"] = record
    if decision.action == ALLOW or level == "report":
        return None
    # A person cannot run a name that is on the PATH of the agent's shell only.
    typed = f"cd {locate.quoted(context.root)} && {locate.own_command(context.environ)} approve "
    decision.instead = decision.instead.replace("ambidex approve ", typed)
    if decision.action == REWRITE:
        return replies.rewrite(decision.updated_input or {}, text(decision))
    routes = _routes(context, decision, fastjson.dumps(tool_input))
    if routes > 1:
        record["routes"] = routes
    return replies.permission(decision.action, text(decision, routes))


def _untrusted(context: Context) -> list[str]:
    """What brought in text that reads like instructions since the last prompt."""
    from ambidex.instructions.untrusted import since_prompt

    event = context.event
    return since_prompt(context.state, event.session_id, event.prompt_id)


def _routes(context: Context, decision: Decision, call: str) -> int:
    """How many routes to the refused effect this prompt has tried."""
    from ambidex.guard import repeats

    event = context.event
    try:
        return repeats.count(
            context.state,
            event.session_id,
            event.prompt_id,
            rule=decision.rule,
            subject=decision.subject,
            command=call,
        )
    except OSError as problem:
        context.record["problem"] = f"refusals are not counted: {problem}"
        return 1


def text(decision: Decision, routes: int = 1) -> str:
    """A refusal in three parts: rule and what it saw; why; the next step, and no other route."""
    parts = [f"{decision.rule}: {decision.reason}"]
    if decision.instead:
        parts.append(f"Instead: {decision.instead}")
    if decision.action == DENY:
        tried = f" This was route {routes} in this prompt." if routes > 1 else ""
        parts.append(f"Another route to the same effect is refused as well.{tried}")
    elif decision.action == ASK:
        parts.append("A person decides.")
    return " ".join(parts)
