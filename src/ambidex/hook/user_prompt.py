"""UserPromptSubmit: secrets are named, the baseline is taken, and what is owed is said."""

from __future__ import annotations

from ambidex.protocol import replies
from ambidex.verdict import BROKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply

_ROTATE = (
    "It is now in the transcript of this session and with the model's provider: revoke it and make "
    "a new one, and keep that in an environment variable or a secret store."
)
_FOR_THE_MODEL = (
    "The prompt holds what looks like a secret: {0}. Don't repeat it, don't write it into files or "
    "commands; if the work needs it, name an environment variable that the user sets."
)
_BLOCKED = (
    "ambidex.secrets.in-prompt: the prompt holds {0}, and the policy (guard.prompts) keeps secrets "
    "from the model. Instead: name the environment variable or the file that holds it, and send "
    "the prompt again; it did not leave this machine."
)


def handle(context: Context) -> Reply | None:
    """Which secrets the prompt holds, and what the last Stop let go although red; else silence."""
    event = context.event
    context.record["by_a_person"] = event.by_a_person  # type: ignore[attr-defined]
    if not event.by_a_person:  # type: ignore[attr-defined]
        return None
    held = _held_instructions(context)
    if held is not None:
        return held
    secrets = _secrets(context)
    if secrets and context.policy.get("guard", {}).get("prompts", "warn") == "block":
        context.record["decision"] = {"action": "deny", "rule": "ambidex.secrets.in-prompt"}
        return replies.block(event.name, _BLOCKED.format(secrets))
    said = [_FOR_THE_MODEL.format(secrets)] if secrets else []
    if context.policy["active"]:
        owed = _owed(context)
        said += [owed] if owed else []
    reply = replies.context(event.name, "\n".join(said)) if said else None
    if secrets:
        reply = replies.with_note(reply, f"Ambidex: the prompt holds {secrets}. {_ROTATE}")
    return reply


def _secrets(context: Context) -> str:
    """What secrets the prompt holds, for people, `""` for none or when the guard is not to say."""
    level = context.level("guard")
    if level == "off":
        return ""
    from ambidex.guard import contents

    found = contents.judge_prompt(context.event.prompt)  # type: ignore[attr-defined]
    if found:
        context.record["secrets"] = [secret.kind for secret in found]
    return contents.described(found) if level != "report" else ""


def _owed(context: Context) -> str:
    """Takes a person's prompt's baseline; what the last Stop let go although it was red."""
    from ambidex.changes import trees
    from ambidex.hook import blame, scheduled, stop

    with context.open_store() as store:
        if scheduled.is_scheduled(context, store, context.event.prompt):  # type: ignore[attr-defined]
            # Nobody looked at what changed meanwhile: it stays the agent's.
            context.record["by_a_person"] = False
            return stop.next_prompt(context, store, by_itself=True)
        try:
            context.record["tree"] = blame.on_prompt(context, store).sha
        except trees.TreeError as problem:
            context.record["verdict"] = {"status": BROKEN, "reason": str(problem)}
        return stop.next_prompt(context, store)


def _held_instructions(context: Context) -> Reply | None:
    """A block while something is hidden in instructions that no person has seen."""
    from ambidex.hook import instructions

    return instructions.on_prompt(context)
