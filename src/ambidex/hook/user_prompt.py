"""UserPromptSubmit: the baseline of the prompt is taken, and what is owed is said."""

from __future__ import annotations

from ambidex.protocol import replies
from ambidex.verdict import BROKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply


def handle(context: Context) -> Reply | None:
    """What the last Stop let go although it was red, for the model; else silence."""
    event = context.event
    context.record["by_a_person"] = event.by_a_person  # type: ignore[attr-defined]
    if event.by_a_person:  # type: ignore[attr-defined]
        held = _held_instructions(context)
        if held is not None:
            return held
    if not event.by_a_person or not context.policy["active"]:  # type: ignore[attr-defined]
        return None
    from ambidex.changes import trees
    from ambidex.hook import blame, stop

    with context.open_store() as store:
        try:
            context.record["tree"] = blame.on_prompt(context, store).sha
        except trees.TreeError as problem:
            context.record["verdict"] = {"status": BROKEN, "reason": str(problem)}
        owed = stop.next_prompt(context, store)
    return replies.context(event.name, owed) if owed else None


def _held_instructions(context: Context) -> Reply | None:
    """A block while something is hidden in instructions that no person has seen."""
    from ambidex.hook import instructions

    return instructions.on_prompt(context)
