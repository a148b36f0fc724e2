"""After a tool that may have written: format, lint and scan what it wrote.

It happens here, in the event of the tool that wrote, and never later: a file that is reformatted
after the model read it makes the model's next Edit of it fail.
"""

from __future__ import annotations

import os
import time

from ambidex.changes import diff, trees
from ambidex.edits import kinds
from ambidex.guard.scene import below
from ambidex.guard.tools import WRITERS
from ambidex.hook import blame
from ambidex.protocol import replies
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.ledger.store import Store
    from ambidex.protocol.replies import Reply
    from ambidex.verdict import Verdict

GATES = ("format", "lint", "scan")


def handle(context: Context) -> Reply | None:
    """The new findings in what was just written, as the model reads them."""
    levels = {gate: context.level(gate) for gate in GATES}
    if set(levels.values()) == {"off"}:
        return None
    obstacle = context.obstacle()
    with context.open_store() as store:
        if obstacle:
            context.record["verdict"] = {"status": NOT_RUN, "reason": obstacle}
            return _once(context, store, "obstacle", f"Ambidex: edits are not checked: {obstacle}.")
        try:
            base = blame.base(context, store)
            files = kinds.concerned(context.tree, context.policy, _edited(context, base))
            if not files:
                return None
            before = diff.files_at(context.state, context.tree, base, [*files, kinds.SEMGREPIGNORE])
        except trees.TreeError as problem:
            context.record["verdict"] = {"status": BROKEN, "reason": str(problem)}
            return _once(context, store, "trees", f"Ambidex: edits are not checked: {problem}.")
        edits = dict(context.policy["edits"])
        for gate in GATES:
            edits[gate] = edits[gate] and levels[gate] != "off"
        from ambidex.edits.treat import treat

        treatment = treat(
            context.tree,
            {**context.policy, "edits": edits},
            files,
            baseline=before.get,
            environ=context.environ,
            state=context.state,
            fix=levels["format"] == "fix",
            settled=False,
            deadline=time.monotonic() + edits["deadline_seconds"],
        )
        if treatment.rewritten:
            # What was just reformatted is not the next command's edit.
            _take(context, base)
        context.record["verdicts"] = [verdict.as_dict() for verdict in treatment.verdicts]
        context.record["rewritten"] = treatment.rewritten
        return replies.merge(
            _findings(context, treatment.verdicts, levels),
            _trouble(context, store, treatment.verdicts),
        )


def _edited(context: Context, base: trees.Tree) -> list[str]:
    """Paths, relative to the work tree, that the tool wrote."""
    event = context.event
    tool = event.tool_name  # type: ignore[attr-defined]
    before = trees.last(context.tree, context.state)
    after = _take(context, base)
    if tool in WRITERS:
        name = event.tool_input.get(WRITERS[tool], "")  # type: ignore[attr-defined]
        path = os.path.realpath(os.path.join(context.cwd, str(name)))
        relative = below(context.tree, path)
        return [relative] if relative and os.path.isfile(path) else []
    if before is None:
        # A work tree other than the project's was checked out for the agent: what differs from
        # the commit is its doing. In the project itself it may well be the person's.
        if context.tree == context.root:
            return []
        before = base
    return [
        change.path
        for change in diff.changed(context.state, context.tree, before, after)
        if change.status != "D"
    ]


def _take(context: Context, base: trees.Tree) -> trees.Tree:
    deadline = time.monotonic() + blame.TAKE_SECONDS
    return trees.take(context.tree, context.state, base, deadline=deadline)


def _findings(context: Context, verdicts: list[Verdict], levels: dict[str, str]) -> Reply | None:
    found = [verdict for verdict in verdicts if verdict.status == FINDINGS]
    if not found:
        return None
    from ambidex.edits.report import for_model

    text = for_model(found, context.policy)
    name = context.event.name
    if any(levels[verdict.gate] == "block" for verdict in found):
        return replies.block(name, text)
    return replies.context(name, text)


def _trouble(context: Context, store: Store, verdicts: list[Verdict]) -> Reply | None:
    """A gate that did not run is reported to the user, once per session and reason."""
    reasons = sorted(
        {
            f"{verdict.gate}: {verdict.reason}"
            for verdict in verdicts
            if verdict.status in (NOT_RUN, BROKEN) and not verdict.is_fine
        }
    )
    new = [reason for reason in reasons if store.once(context.event.session_id, reason)]
    return replies.note("Ambidex: not checked: " + "; ".join(new)) if new else None


def _once(context: Context, store: Store, key: str, text: str) -> Reply | None:
    return replies.note(text) if store.once(context.event.session_id, key) else None
