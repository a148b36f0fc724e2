"""Stop and SubagentStop: what changed since the baseline is proved, or the agent hears what is not.

Trouble on our side never blocks: it is reported, recorded, and shown by `ambidex status`. What
only a Stop with something to judge needs is imported when there is something.
"""

from __future__ import annotations

import time

from ambidex.changes import trees
from ambidex.hook import blame, scheduled, work
from ambidex.proof import stop
from ambidex.protocol import replies
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, Verdict, blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.hook.context import Context
    from ambidex.hook.work import Work
    from ambidex.ledger.store import Store
    from ambidex.protocol.replies import Reply
    from ambidex.report.evidence import Judged

_MAIN = ""

# One record per session and agent: a person's next prompt starts the main agent's anew and keeps
# the debt. Older clients send no prompt_id to tell prompts apart by.
_CURRENT = ""

# The client's own limit on blocks in a row. Its settings reach hooks as variables, too.
_CLIENT_CAP = "CLAUDE_CODE_STOP_HOOK_BLOCK_CAP"


def handle(context: Context) -> Reply | None:
    """A block with what fails, or silence, or a line to the user."""
    event: Any = context.event
    if event.name == "SubagentStop":
        context.record["fields"] = {field: getattr(event, field) for field in event.FIELDS}
        # Without an agent it is the client's own, which summarises at a compaction.
        if not event.agent_id or context.tree == context.root:
            return None
    if not context.policy["active"]:
        return None
    with context.open_store() as store:
        if event.session_crons:
            prompts = [job.get("prompt") for job in event.session_crons if isinstance(job, dict)]
            scheduled.remember(context, store, prompts)
        try:
            deadline = stop.deadline(context.policy["stop"], time.monotonic())
            works = work.look(context, store, deadline)
        except trees.TreeError as problem:
            return _unproved(context, store, Verdict("tests", BROKEN, str(problem)))
        context.record["tree"] = works[-1].now.sha
        changed = [one for one in works if one.changed]
        if not changed:
            return _nothing(context, store, works)
        obstacle = context.obstacle()
        if obstacle:
            return _unproved(context, store, Verdict("tests", NOT_RUN, obstacle))
        return _judge(context, store, works, changed, deadline)


def next_prompt(context: Context, store: Store, *, by_itself: bool = False) -> str:
    """Start the next prompt, a person's or a scheduled one.

    Returns:
        What the model must know about the last one.
    """
    record = store.stop_record(context.event.session_id, _MAIN, _CURRENT)
    if record is None:
        return ""
    fresh = stop.next_prompt(record, context.started, by_itself=by_itself)
    store.set_stop_record(context.event.session_id, _MAIN, _CURRENT, fresh)
    return stop.debt_note(fresh)


def _nothing(context: Context, store: Store, works: list[Work]) -> Reply | None:
    """Nothing of the agent's is left to prove; what it owed, it has undone."""
    record = _recorded(context, store)
    counted = stop.unchanged(record, context.started)
    if counted is not record:
        _remember(context, store, counted)
    for one in works:
        blame.settle(context, store, one.path, one.now)
    if not context.policy["commit"]["on_green"]:
        return None
    from ambidex.hook import committing

    if not committing.is_wanted(context):
        return None
    return _told(None, [committing.after_nothing(context, store, one) for one in works])


def _judge(
    context: Context, store: Store, works: list[Work], changed: list[Work], deadline: float
) -> Reply | None:
    from ambidex.report.evidence import Judged

    event: Any = context.event
    record = _recorded(context, store)
    waiting = bool(event.background_tasks or event.session_crons)
    # Nothing wakes a subagent: its last message goes to the agent that called it.
    one_shot = bool(event.name == "SubagentStop") or context.environ.get(
        "CLAUDE_CODE_ENTRYPOINT", ""
    ).startswith("sdk")
    levels = context.policy["gates"][context.track]
    deferred = stop.defer(record, waiting=waiting, one_shot=one_shot, now=context.started)
    if deferred is not None:
        put_off = [Verdict("tests", NOT_RUN, "deferred")]
        context.record["verdicts"] = [verdict.as_dict() for verdict in put_off]
        judged = [Judged(one.path, one.base.sha, one.now.sha, put_off) for one in changed]
        return _act(context, store, deferred, judged)
    judged = _proved(context, store, changed, deadline)
    verdicts = [verdict for one in judged for verdict in one.verdicts]
    context.record["verdicts"] = [verdict.as_dict() for verdict in verdicts]
    counting = _counting(verdicts, levels)
    from ambidex.proof.observe import observe

    step = stop.step(
        record,
        observe(
            counting,
            tree="+".join(one.now.sha for one in changed),
            stop_hook_active=event.stop_hook_active,
            # Only a block asks for it, and reading the ledger back costs 14 ms to import.
            tool_called=any(blocks(v, levels) for v in counting) and _tool_called(context),
            waiting=waiting,
            one_shot=one_shot,
        ),
        _budget(context),
        context.started,
    )
    told: list[str] = []
    if step.action == stop.PASS and (step.green or not step.record["debt"]):
        for one in works:
            blame.settle(context, store, one.path, one.now)
        if step.green and context.policy["commit"]["on_green"]:
            told = _committed(context, store, changed, judged)
    return _told(_act(context, store, step, judged), told)


def _proved(context: Context, store: Store, changed: list[Work], deadline: float) -> list[Judged]:
    """What the gates say of each work tree, up to the first where one blocks."""
    from ambidex import gates
    from ambidex.proof.subject import Said
    from ambidex.report.evidence import Judged

    event: Any = context.event
    levels = context.policy["gates"][context.track]
    judged = []
    for one in changed:
        verdicts = gates.prove(
            one.path,
            context.state,
            context.policy,
            one.base,
            one.now,
            track=context.track,
            store=store,
            origin="hook",
            environ=context.environ,
            deadline=deadline,
            said=Said(event.last_assistant_message, lambda: _calls(context)),
        )
        judged.append(Judged(one.path, one.base.sha, one.now.sha, verdicts))
        if any(blocks(verdict, levels) for verdict in verdicts):
            break
    return judged


def _budget(context: Context) -> dict[str, Any]:
    budget = dict(context.policy["stop"])
    cap = context.environ.get(_CLIENT_CAP, "")
    if cap.isascii() and cap.isdigit():
        budget["client_cap"] = int(cap[:9])
    return budget


def _committed(
    context: Context, store: Store, changed: list[Work], judged: list[Judged]
) -> list[str]:
    from ambidex.hook import committing

    if not committing.is_wanted(context):
        return []
    return [
        committing.after_green(context, store, one, found.verdicts)
        for one, found in zip(changed, judged)
    ]


def _told(reply: Reply | None, sentences: list[str]) -> Reply | None:
    """The reply with what the user is told besides."""
    text = " ".join(sentence for sentence in sentences if sentence)
    return replies.with_note(reply, text) if text else reply


def _act(context: Context, store: Store, step: stop.Step, judged: list[Judged]) -> Reply | None:
    context.record["stop"] = {"action": step.action, "cause": step.cause}
    # Before the reply: a block that is not counted is what loops are made of.
    _remember(context, store, step.record)
    _write_evidence(context, judged)
    levels = context.policy["gates"][context.track]
    if step.action == stop.BLOCK:
        return replies.block(context.event.name, f"{step.text}\n{_failing(context, judged)}")
    if step.action == stop.PASS:
        verdicts = [verdict for one in judged for verdict in one.verdicts]
        return _reported(context, store, verdicts, levels)
    if step.cause in ("unproved", "broken") and not _is_news(context, store, judged):
        return None
    return replies.note(f"Ambidex: {step.text}")


def _is_news(context: Context, store: Store, judged: list[Judged]) -> bool:
    """Whether something fails, or a gate did not run for a reason that this session has not heard.

    A project without tests, or without pytest, would hear the same at every Stop.
    """
    levels = context.policy["gates"][context.track]
    session = context.event.session_id
    new = [
        # Each is remembered, whatever the others were.
        store.once(session, f"{verdict.gate}: {verdict.reason}")
        for one in judged
        for verdict in _counting(list(one.verdicts), levels)
        if verdict.status in (NOT_RUN, BROKEN) and not verdict.is_fine
    ]
    return any(new) or any(blocks(v, levels) for one in judged for v in one.verdicts)


def _write_evidence(context: Context, judged: list[Judged]) -> None:
    from ambidex import gates
    from ambidex.report import evidence, versions

    event: Any = context.event
    levels = context.policy["gates"][context.track]
    verdicts = [verdict for one in judged for verdict in one.verdicts]
    made = evidence.record(
        judged,
        overall=gates.worst(verdicts, levels),
        levels=levels,
        began=context.started,
        ended=time.time(),
        facts={
            "event": event.name,
            "session": event.session_id,
            "prompt": event.prompt_id,
            "agent": event.agent_id,
            "track": context.track,
            "policy": context.policy["digest"],
            "stop": context.record.get("stop"),
            "commit": context.record.get("commit"),
        },
        tools=versions.of_tools(context.environ, context.root, event.transcript_path),
    )
    evidence.write(context.root, made, verdicts, evidence.survivors(judged))


def _counting(verdicts: list[Verdict], levels: dict[str, str]) -> list[Verdict]:
    """The verdicts of gates that do more than report in this track."""
    return [verdict for verdict in verdicts if levels.get(verdict.gate) != "report"]


def _recorded(context: Context, store: Store) -> dict[str, Any] | None:
    return store.stop_record(context.event.session_id, context.event.agent_id, _CURRENT)


def _remember(context: Context, store: Store, record: dict[str, Any]) -> None:
    store.set_stop_record(context.event.session_id, context.event.agent_id, _CURRENT, record)


def _unproved(context: Context, store: Store, verdict: Verdict) -> Reply | None:
    """Report once per session and reason that nothing could be proved."""
    context.record["verdicts"] = [verdict.as_dict()]
    store.add_evidence(context.tree, "", verdict.gate, verdict.as_dict(), 0.0, "hook")
    from ambidex.report.evidence import Judged

    _write_evidence(context, [Judged(context.tree, "", context.record.get("tree", ""), [verdict])])
    if not store.once(context.event.session_id, f"stop {verdict.reason}"):
        return None
    return replies.note(f"Ambidex: this work is not proved: {verdict.reason}.")


def _tool_called(context: Context) -> bool:
    """Whether this agent called a tool since its last Stop, as far as is recorded."""
    from ambidex.ledger import chain

    event = context.event
    try:
        for record in chain.read(context.state, newest_first=True):
            if record.get("session") != event.session_id or record.get("agent", "") != (
                event.agent_id
            ):
                continue
            if record.get("event") == "PreToolUse":
                return True
            if record.get("event") == event.name:
                return False
    except OSError:
        # A log that cannot be read lets go earlier; it does not let go at once.
        return False
    return False


def _calls(context: Context) -> list[dict[str, Any]]:
    """The tool calls since a person's last prompt, oldest first; a subagent's are its own."""
    from ambidex.ledger import chain

    own = context.event.agent_id
    found = []
    for record in chain.read(context.state, newest_first=True):
        if record.get("session") != context.event.session_id:
            continue
        # A background task that ended is a prompt, too, but nobody's.
        if record.get("event") == "UserPromptSubmit" and record.get("by_a_person", True):
            break
        if own and record.get("agent") != own:
            continue
        if record.get("event") in ("PreToolUse", "PostToolUse", "PostToolUseFailure"):
            found.append(record)
    return found[::-1]


def _failing(context: Context, judged: list[Judged]) -> str:
    """What fails, as the model reads it; where, if that is not the project's own work tree."""
    levels = context.policy["gates"][context.track]
    parts = []
    for one in judged:
        text = _text(context, _counting(list(one.verdicts), levels))
        if text and one.worktree != context.root:
            parts.append(f"In {one.worktree}:")
        parts += [text] if text else []
    return "\n".join(parts)


def _text(context: Context, verdicts: list[Verdict]) -> str:
    """What fails, as the model reads it."""
    from ambidex import gates
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


def _reported(
    context: Context, store: Store, verdicts: list[Verdict], levels: dict[str, str]
) -> Reply | None:
    """Findings that do not hold the agent go to the user, who hears of each once per session.

    At Stop the model has no channel for them. Claims that are only doubtful are left out: nobody
    had measured them, and the gates that let the agent go have done it since.
    """
    told = [
        verdict
        for verdict in verdicts
        if verdict.status == FINDINGS
        and not blocks(verdict, levels)
        and (verdict.gate != "claims" or any(one.severity == "error" for one in verdict.findings))
    ]
    fresh = [_not_told(context.event.session_id, store, verdict) for verdict in told]
    found = [verdict for verdict in fresh if verdict is not None]
    if not found:
        return None
    return replies.note(f"Ambidex (report only): {_text(context, found)}")


def _not_told(session: str, store: Store, verdict: Verdict) -> Verdict | None:
    """The verdict with those of its findings that the session's user has not heard of yet."""
    from ambidex.proof.fingerprint import normalise

    findings = [
        one
        for one in verdict.findings
        if store.once(
            session, f"told {verdict.gate} {one.path} {one.rule} {normalise(one.message)}"
        )
    ]
    if not findings:
        return None
    return Verdict(
        verdict.gate, FINDINGS, verdict.reason, findings, verdict.details, verdict.seconds
    )
