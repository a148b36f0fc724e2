"""After a green Stop: what the agent changed is committed, where the policy wants it.

A turn that a refusal has continued is not committed: what was refused and what made it good belong
together, and the person sees both before git does. It is kept in mind, like what could not be
committed, and goes in with the next green Stop that no refusal came before.
"""

from __future__ import annotations

import time

from ambidex.verdict import FINDINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ambidex.changes.commit import Commit
    from ambidex.changes.trees import Tree
    from ambidex.hook.context import Context
    from ambidex.hook.work import Work
    from ambidex.ledger.store import Store
    from ambidex.verdict import Verdict

# Git's hooks of the project run within it. Seconds.
SECONDS = 120
# Seconds after the event, safely before this process is ended in the middle of something.
LATEST = 570
_MOST_PASSES = 20
_AGENT = ""


def after_green(context: Context, store: Store, work: Work, verdicts: Sequence[Verdict]) -> str:
    """Commit a work tree that was just proved, or keep it in mind; what the user is told."""
    if any(_is_red(verdict) for verdict in verdicts):
        # Green because the gate only reports in this track: nothing to put a name to.
        return ""
    passes = [*_waiting(context, store, work.path), (work.base, work.now)][-_MOST_PASSES:]
    if context.event.stop_hook_active:  # type: ignore[attr-defined]
        _wait(context, store, work.path, passes)
        context.record["commit"] = _facts(None, "a refusal came before")
        return ""
    return _commit(context, store, work.path, passes, verdicts)


def after_nothing(context: Context, store: Store, work: Work) -> str:
    """Commit what an earlier Stop has left for this one, which found nothing new."""
    if context.event.stop_hook_active:  # type: ignore[attr-defined]
        return ""
    passes = _waiting(context, store, work.path)
    return _commit(context, store, work.path, passes, ()) if passes else ""


def is_wanted(context: Context) -> bool:
    """Whether this Stop may end with a commit at all."""
    wanted: bool = context.policy["commit"]["on_green"]
    return wanted and not context.event.agent_id


def _commit(
    context: Context,
    store: Store,
    path: str,
    passes: list[tuple[Tree, Tree]],
    verdicts: Sequence[Verdict],
) -> str:
    from ambidex.changes import message
    from ambidex.changes.commit import Request, commit
    from ambidex.guard.rules.names import matches

    said: str = context.event.last_assistant_message  # type: ignore[attr-defined]
    proof = [
        f"{verdict.gate} {verdict.status.replace('_', ' ')}"
        + (f": {verdict.reason}" if verdict.reason else "")
        for verdict in verdicts
    ] or ["as at the Stop before"]
    trailers = {"Ambidex-Tree": passes[-1][1].sha, "Ambidex-Session": context.event.session_id}
    done = commit(
        Request(
            path,
            context.state,
            passes,
            environ=context.environ,
            branch=context.policy["commit"]["branch"],
            is_protected=lambda name: bool(
                matches(context.policy["guard"]["protected_branches"], name)
            ),
            message=lambda paths: message.compose(said, paths, proof, trailers),
            deadline=time.monotonic() + min(SECONDS, LATEST - (time.time() - context.started)),
        )
    )
    # What was refused may be right another time, and what comes next builds on it.
    _wait(context, store, path, passes if done.refused else [])
    context.record["commit"] = _facts(done, done.refused)
    if done.sha:
        files = f"{len(done.paths)} {'file' if len(done.paths) == 1 else 'files'}"
        return f"Ambidex: committed {files} to {done.branch} as {done.sha[:10]}."
    if not done.refused or not store.once(context.event.session_id, f"commit {done.refused}"):
        return ""
    return f"Ambidex: green, and not committed: {done.refused}."


def _is_red(verdict: Verdict) -> bool:
    if verdict.status == FINDINGS:
        return any(finding.severity == "error" for finding in verdict.findings)
    return not verdict.is_fine


def _facts(done: Commit | None, refused: str) -> dict[str, Any]:
    if done is None:
        return {"sha": "", "branch": "", "paths": 0, "refused": refused}
    return {
        "sha": done.sha,
        "branch": done.branch,
        "paths": len(done.paths),
        "refused": refused,
    }


def _waiting(context: Context, store: Store, path: str) -> list[tuple[Tree, Tree]]:
    """The passes of this session that wait for a commit, oldest first."""
    from ambidex.changes.trees import Tree

    record = store.stop_record(context.event.session_id, _AGENT, f"commit {path}") or {}
    return [
        (Tree(before, large_before), Tree(after, large_after))
        for before, large_before, after, large_after in record.get("passes", [])
    ]


def _wait(context: Context, store: Store, path: str, passes: list[tuple[Tree, Tree]]) -> None:
    record = {"passes": [[a.sha, a.large, b.sha, b.large] for a, b in passes]}
    store.set_stop_record(context.event.session_id, _AGENT, f"commit {path}", record)
