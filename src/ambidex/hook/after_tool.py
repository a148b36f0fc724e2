"""PostToolUse and PostToolUseFailure: what the tool did is recorded, and edits are treated."""

from __future__ import annotations

from ambidex.guard.tools import WRITERS
from ambidex.hook import scheduled
from ambidex.protocol import replies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply

# Bash edits files without saying which; a failed command may have edited some before it failed.
EDITING = frozenset(WRITERS) | {"Bash"}


def handle(context: Context) -> Reply | None:
    """What the model must act on, or silence."""
    event = context.event
    tool: str = event.tool_name  # type: ignore[attr-defined]
    record = context.record
    record["tool"] = tool
    record["seconds"] = event.duration_ms / 1000  # type: ignore[attr-defined]
    if event.name == "PostToolUseFailure":
        record["input"] = event.tool_input  # type: ignore[attr-defined]
        record["error"] = event.error  # type: ignore[attr-defined]
        record["exit"] = exit_status(event.error)  # type: ignore[attr-defined]
    else:
        record["output"] = output_of(tool, event.tool_response)  # type: ignore[attr-defined]
        record["exit"] = 0
    told = _told(context, tool)
    if tool in scheduled.TOOLS and context.policy["active"]:
        with context.open_store() as store:
            prompt = event.tool_input.get("prompt")  # type: ignore[attr-defined]
            scheduled.remember(context, store, [prompt])
    if tool not in EDITING or not context.policy["active"]:
        return replies.with_context(None, event.name, told)
    from ambidex.hook import after_edit

    return replies.with_context(after_edit.handle(context), event.name, told)


def _told(context: Context, tool: str) -> str:
    """What the model must know of the instructions that it has read or written."""
    event = context.event
    tool_input = event.tool_input  # type: ignore[attr-defined]
    if tool in WRITERS:
        from ambidex.hook import instructions

        path = tool_input.get("file_path")
        return instructions.on_edit(context, path) if isinstance(path, str) else ""
    from ambidex.hook import incoming

    failed = event.name == "PostToolUseFailure"
    response = event.error if failed else event.tool_response  # type: ignore[attr-defined]
    return incoming.label(context, tool, tool_input, response)


def exit_status(error: str) -> int | None:
    """The status in an error that begins with `Exit code 3`, or None."""
    first = error.split("\n", 1)[0]
    number = first[len("Exit code ") :] if first.startswith("Exit code ") else ""
    return int(number) if number.isdigit() else None


def output_of(tool: str, response: object) -> object:
    """The part of a response worth keeping: text of Bash; of files only which and how large."""
    if not isinstance(response, dict):
        return response
    if tool == "Bash":
        return {"stdout": response.get("stdout", ""), "interrupted": response.get("interrupted")}
    if tool == "Read":
        file = response.get("file")
        lines = file.get("numLines") if isinstance(file, dict) else None
        return {"lines": lines}
    if tool in WRITERS:
        return {"type": response.get("type", "update"), "modified": response.get("userModified")}
    return {"keys": sorted(str(key) for key in response)}
