"""PostToolBatch: records the calls that no other event saw.

A call whose input fails the client's validation raises neither PreToolUse nor PostToolUse; it is
visible here only, by an error in the response that the model saw.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply

_INVALID = "<tool_use_error>InputValidationError"


def handle(context: Context) -> Reply | None:
    """Silence; the record counts the calls and names the invalid ones."""
    calls = context.event.tool_calls  # type: ignore[attr-defined]
    context.record["calls"] = len(calls)
    invalid = [
        {"tool": call.get("tool_name"), "tool_use_id": call.get("tool_use_id")}
        for call in calls
        if isinstance(call, dict) and str(call.get("tool_response", "")).startswith(_INVALID)
    ]
    if invalid:
        context.record["invalid_calls"] = invalid
    return None
