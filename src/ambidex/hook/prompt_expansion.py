"""UserPromptExpansion: a typed command waits until a person has seen what is held."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply


def handle(context: Context) -> Reply | None:
    """A block while instructions are held, or silence."""
    from ambidex.hook import instructions

    event = context.event
    context.record["fields"] = {field: getattr(event, field) for field in event.FIELDS}
    command: str = event.command_name  # type: ignore[attr-defined]
    return instructions.on_prompt(context, command)
