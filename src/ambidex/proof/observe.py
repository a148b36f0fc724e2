"""From the verdicts of the gates to what the Stop state machine looks at."""

from __future__ import annotations

from ambidex.proof.stop import Observation
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.verdict import Verdict


def observe(
    verdicts: Sequence[Verdict],
    *,
    tree: str = "",
    stop_hook_active: bool = False,
    tool_called: bool = False,
    waiting: bool = False,
    one_shot: bool = False,
    interrupted: bool = False,
) -> Observation:
    """Summarise the verdicts of the gates whose level is `block`, and add the event's facts.

    Args:
        verdicts: what the gates said; those that only report are left out by the caller.
        tree: identifier of the judged tree.
        stop_hook_active: see `Observation`, like the rest.
        tool_called: a tool was called since the last block.
        waiting: background work runs, or a wake-up is due.
        one_shot: nothing can wake this session.
        interrupted: the run was interrupted.
    """
    # A green Stop imports neither re nor hashlib.
    if any(verdict.findings for verdict in verdicts):
        from ambidex.proof.fingerprint import failures

        failing = failures(verdicts)
    else:
        failing = frozenset()
    return Observation(
        failing,
        tree=tree,
        # Findings of severity `warning` only: the gate did inspect, and nothing blocks.
        # What was said and how large it is proves nothing about the work.
        proved=any(
            verdict.status in (PASSED, FINDINGS) and verdict.gate not in ("claims", "scope")
            for verdict in verdicts
        ),
        unproved=_reasons(verdicts, NOT_RUN),
        broken=_reasons(verdicts, BROKEN),
        stop_hook_active=stop_hook_active,
        tool_called=tool_called,
        waiting=waiting,
        one_shot=one_shot,
        interrupted=interrupted,
    )


def _reasons(verdicts: Sequence[Verdict], status: str) -> str:
    return "; ".join(
        f"{verdict.gate}: {verdict.reason}"
        for verdict in verdicts
        if verdict.status == status and not verdict.is_fine
    )
