"""Stop: the change since the baseline is proved, or the agent is told what is not.

Trouble on our side never blocks: it is reported, recorded, and shown by `ambidex status`.
"""

from __future__ import annotations

import time

from ambidex import gates
from ambidex.changes import trees
from ambidex.hook import blame
from ambidex.proof import stop
from ambidex.proof.observe import observe
from ambidex.proof.subject import Said
from ambidex.protocol import replies
from ambidex.report import evidence
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, Verdict, blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.hook.context import Context
    from ambidex.ledger.store import Store
    from ambidex.protocol.replies import Reply

_AGENT = ""

# One record per session: a person's next prompt starts it anew and keeps the debt. Older clients
# send no prompt_id to tell prompts apart by.
_CURRENT = ""


def handle(context: Context) -> Reply | None:
    """A block with what fails, or silence, or a line to the user."""
    if not context.policy["active"]:
        return None
    with context.open_store() as store:
        try:
            base = blame.base(context, store)
            deadline = time.monotonic() + context.policy["stop"]["deadline_seconds"]
            now = trees.take(context.tree, context.state, base, deadline=deadline)
        except trees.TreeError as problem:
            return _unproved(context, store, Verdict("tests", BROKEN, str(problem)))
        context.record["tree"] = now.sha
        if now == base:
            # Nothing of the agent's is left to prove; what it owed, it has undone.
            record = _recorded(context, store)
            counted = stop.unchanged(record, context.started)
            if counted is not record:
                _remember(context, store, counted)
            blame.settle(context, store, now)
            return None
        obstacle = context.obstacle()
        if obstacle:
            return _unproved(context, store, Verdict("tests", NOT_RUN, obstacle))
        return _judge(context, store, base, now)


def next_prompt(context: Context, store: Store) -> str:
    """Start a person's next prompt; returns what the model must know about the last one."""
    record = _recorded(context, store)
    if record is None:
        return ""
    fresh = stop.next_prompt(record, context.started)
    _remember(context, store, fresh)
    return stop.debt_note(fresh)


def _judge(context: Context, store: Store, base: trees.Tree, now: trees.Tree) -> Reply | None:
    event: Any = context.event
    record = _recorded(context, store)
    waiting = bool(event.background_tasks or event.session_crons)
    one_shot = context.environ.get("CLAUDE_CODE_ENTRYPOINT", "").startswith("sdk")
    levels = context.policy["gates"][context.track]
    deferred = stop.defer(record, waiting=waiting, one_shot=one_shot, now=context.started)
    if deferred is not None:
        context.record["verdicts"] = [Verdict("tests", NOT_RUN, "deferred").as_dict()]
        return _act(context, store, deferred, [])
    budget = context.policy["stop"]
    verdicts = gates.prove(
        context.tree,
        context.state,
        context.policy,
        base,
        now,
        track=context.track,
        store=store,
        origin="hook",
        environ=context.environ,
        deadline=time.monotonic() + budget["deadline_seconds"],
        said=Said(event.last_assistant_message, lambda: _calls(context)),
    )
    context.record["verdicts"] = [verdict.as_dict() for verdict in verdicts]
    evidence.write(context.root, verdicts, gates.worst(verdicts, levels), context.started)
    counting = _counting(verdicts, levels)
    step = stop.step(
        record,
        observe(
            counting,
            tree=now.sha,
            stop_hook_active=event.stop_hook_active,
            # Only a block asks for it, and reading the ledger back costs 14 ms to import.
            tool_called=any(blocks(v, levels) for v in counting) and _tool_called(context),
            waiting=waiting,
            one_shot=one_shot,
        ),
        budget,
        context.started,
    )
    if step.action == stop.PASS and (step.green or not step.record["debt"]):
        blame.settle(context, store, now)
    return _act(context, store, step, verdicts)


def _act(context: Context, store: Store, step: stop.Step, verdicts: list[Verdict]) -> Reply | None:
    context.record["stop"] = {"action": step.action, "cause": step.cause}
    # Before the reply: a block that is not counted is what loops are made of.
    _remember(context, store, step.record)
    levels = context.policy["gates"][context.track]
    if step.action == stop.BLOCK:
        failing = _text(context, _counting(verdicts, levels))
        return replies.block(context.event.name, f"{step.text}\n{failing}")
    if step.action == stop.PASS:
        return _reported(context, verdicts, levels)
    # A project without tests would hear the same at every Stop.
    if step.cause == "unproved" and not store.once(context.event.session_id, step.text):
        return None
    return replies.note(f"Ambidex: {step.text}")


def _counting(verdicts: list[Verdict], levels: dict[str, str]) -> list[Verdict]:
    """The verdicts of gates that do more than report in this track."""
    return [verdict for verdict in verdicts if levels.get(verdict.gate) != "report"]


def _recorded(context: Context, store: Store) -> dict[str, Any] | None:
    return store.stop_record(context.event.session_id, _AGENT, _CURRENT)


def _remember(context: Context, store: Store, record: dict[str, Any]) -> None:
    store.set_stop_record(context.event.session_id, _AGENT, _CURRENT, record)


def _unproved(context: Context, store: Store, verdict: Verdict) -> Reply | None:
    """Report once per session and reason that nothing could be proved."""
    context.record["verdicts"] = [verdict.as_dict()]
    store.add_evidence(context.tree, "", verdict.gate, verdict.as_dict(), 0.0, "hook")
    if not store.once(context.event.session_id, f"stop {verdict.reason}"):
        return None
    return replies.note(f"Ambidex: this work is not proved: {verdict.reason}.")


def _tool_called(context: Context) -> bool:
    """Whether the agent called a tool since this session's last Stop, as far as is recorded."""
    from ambidex.ledger import chain

    try:
        for record in chain.read(context.state, newest_first=True):
            if record.get("session") == context.event.session_id:
                if record.get("event") == "PreToolUse":
                    return True
                if record.get("event") == "Stop":
                    return False
    except OSError:
        # A log that cannot be read lets go earlier; it does not let go at once.
        return False
    return False


def _calls(context: Context) -> list[dict[str, Any]]:
    """The session's tool calls since a person's last prompt, oldest first."""
    from ambidex.ledger import chain

    found = []
    for record in chain.read(context.state, newest_first=True):
        if record.get("session") != context.event.session_id:
            continue
        if record.get("event") == "UserPromptSubmit":
            break
        if record.get("event") in ("PreToolUse", "PostToolUse", "PostToolUseFailure"):
            found.append(record)
    return found[::-1]


def _text(context: Context, verdicts: list[Verdict]) -> str:
    """What fails, as the model reads it."""
    from ambidex.edits.report import for_model as edits_text
    from ambidex.proof.report import report as tests_text

    failing = [verdict for verdict in verdicts if verdict.status == FINDINGS]
    edits = [verdict for verdict in failing if verdict.gate in gates.EDIT_GATES]
    tests = [verdict for verdict in failing if verdict.gate not in gates.EDIT_GATES]
    parts = []
    if edits:
        parts.append(edits_text(edits, context.policy))
    if tests:
        parts.append(tests_text(tests))
    return "\n".join(parts)


def _reported(context: Context, verdicts: list[Verdict], levels: dict[str, str]) -> Reply | None:
    """Findings of gates that only report go to the user; at Stop the model has no channel."""
    found = [v for v in verdicts if v.status == FINDINGS and not blocks(v, levels)]
    if not found:
        return None
    return replies.note(f"Ambidex (report only): {_text(context, found)}")
