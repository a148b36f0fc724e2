"""InstructionsLoaded: the file that the client has just read as instructions is looked at."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply


def handle(context: Context) -> Reply | None:
    """A note to the user about what was found; the event cannot block, so it is held."""
    from ambidex.hook import instructions

    event = context.event
    context.record["fields"] = {field: getattr(event, field) for field in event.FIELDS}
    return instructions.on_load(context, event.file_path)  # type: ignore[attr-defined]
