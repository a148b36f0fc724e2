"""Whether the agent may stop: a state machine per prompt, as one pure function.

The gate that refuses once is talked past by stopping twice; the gate that always refuses
is a loop. `step` is neither. It blocks while the failures shrink or change and lets go,
with a note that says what is not proved, when they repeat, when the budget is spent, when
the environment is broken or the run was interrupted.

Invariants, each proved by a property test over arbitrary sequences of observations:

1. At most `MOST_PER_PROMPT` blocks per record, whatever the policy says: every prompt ends.
2. At most `MOST_IN_A_ROW` blocks without a tool call in between. The client gives up at
   eight, silently; we let go before, with a note. Where its cap was lowered, so is ours: of a
   cap of N it delivers N blocks and swallows the next (observed on 2.1.197 for N = 1, 2, 8).
3. At most `blocks_without_progress` blocks in a row without progress. Progress is strictly
   fewer failures than the fewest so far, or a set of failures never seen before together
   with a tool call. All sets are remembered, so A, B, A, B is repetition, and so is a set
   that changes by itself (a flaky test).
4. A broken environment and an interrupted run never block.
5. `stop_hook_active` without a Stop of ours for this prompt never blocks: our count is
   missing (another plugin blocked, or our state was lost), so no promise about it holds.
6. A tree that was let go is not blocked again within the prompt.
7. Deferring happens at most once per prompt of a person, and never where nothing will wake the
   agent.
8. Every release has a note. A release with failures leaves them as a debt, which only a
   Stop with something really proved clears; `next_prompt` carries it over.

The caller stores the new record before it acts on a block. Where it can't (read-only disk),
it must treat the block as a release: an uncounted block is what loops are made of.
Nothing heavy is imported up here: the Stop of a prompt that changed nothing passes through too.
"""

from __future__ import annotations

from ambidex.printable import printable
from ambidex.proof.fingerprint import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PASS = "pass"  # noqa: S105 - an action, not a password
BLOCK = "block"
RELEASE = "release"
DEFER = "defer"

MOST_PER_PROMPT = 12
MOST_IN_A_ROW = 7
WITHOUT_PROGRESS = 3

# Bounds the record. A prompt that was let go this often is not held again.
_MOST_RELEASED = 64
_MOST_DEBT = 50
_NAMED = 5


# Of a Stop's time, what is left for ending processes and writing the evidence.
_RESERVE = 0.04


def deadline(budget: Mapping[str, Any], began: float) -> float:
    """When the gates of one Stop have to be over, on the clock that `began` was read from.

    Args:
        budget: the policy's `stop` table.
        began: when the Stop began, in seconds.
    """
    seconds: float = budget["deadline_seconds"]
    return began + seconds * (1 - _RESERVE)


class Observation:
    """What one Stop event found.

    Attributes:
        failures: keys from `fingerprint.failures`, of the gates that may block.
        tree: identifier of the tree that was judged; `""` when it could not be taken.
        proved: at least one gate passed, that is, inspected something and found it good.
        unproved: why a gate did not run, where that leaves the change unproved; else `""`.
        broken: what is wrong with the environment; `""` when nothing is.
        stop_hook_active: the event's field: this turn was already continued by a Stop hook.
        tool_called: the agent called a tool since the last block (or since the prompt).
        waiting: background work runs, or a wake-up is due.
        one_shot: nothing can wake this session (headless, one prompt).
        interrupted: the person or a signal interrupted the run.
    """

    __slots__ = (
        "broken",
        "failures",
        "interrupted",
        "one_shot",
        "proved",
        "stop_hook_active",
        "tool_called",
        "tree",
        "unproved",
        "waiting",
    )

    def __init__(
        self,
        failures: frozenset[str] = frozenset(),
        *,
        tree: str = "",
        proved: bool = False,
        unproved: str = "",
        broken: str = "",
        stop_hook_active: bool = False,
        tool_called: bool = False,
        waiting: bool = False,
        one_shot: bool = False,
        interrupted: bool = False,
    ) -> None:
        self.failures = failures
        self.tree = tree
        self.proved = proved
        self.unproved = unproved
        self.broken = broken
        self.stop_hook_active = stop_hook_active
        self.tool_called = tool_called
        self.waiting = waiting
        self.one_shot = one_shot
        self.interrupted = interrupted


class Step:
    """What to do at this Stop.

    Attributes:
        action: `pass`, `block`, `release` or `defer`.
        cause: why, one word: `green`, `nothing` (there was nothing to prove), `red`,
            `repetition`, `budget`, `broken`, `interrupted`, `uncounted`, `released_before`,
            `unproved`, `waiting`.
        text: for the model when blocking, for the person otherwise; `""` for a pass.
        record: the new record, JSON-ready; to be stored under the prompt.
        green: something was proved and nothing failed: the tree may become the one that
            blame runs from, and the debt is cleared.
    """

    __slots__ = ("action", "cause", "green", "record", "text")

    def __init__(
        self, action: str, cause: str, text: str, record: dict[str, Any], green: bool = False
    ) -> None:
        self.action = action
        self.cause = cause
        self.text = text
        self.record = record
        self.green = green


def defer(
    record: dict[str, Any] | None, *, waiting: bool, one_shot: bool, now: float
) -> Step | None:
    """The step that puts a Stop off before any test is run, or None where it has to be judged.

    Args:
        record: as for `step`.
        waiting: background work runs, or a wake-up is due.
        one_shot: nothing can wake this session.
        now: seconds since the epoch, only stored.
    """
    state = _read(record)
    if not waiting or one_shot or state["deferred"]:
        return None
    state["stops"] += 1
    state["updated"] = now
    return _defer(state, "")


def step(
    record: dict[str, Any] | None,
    observation: Observation,
    budget: Mapping[str, Any],
    now: float,
) -> Step:
    """Decide one Stop.

    Args:
        record: what the previous step of this prompt (or `next_prompt`) returned; None or
            anything malformed counts as no record.
        observation: what this Stop found.
        budget: the policy's `stop` table. It can lower the ceilings above, never raise them.
            `client_cap`, where it is known, is how many blocks in a row the client lets through
            before it ends the turn by itself; 0 when it never does.
        now: seconds since the epoch, only stored.

    Returns:
        The decision, with a new record; `record` itself is not changed.
    """
    state = _read(record)
    counted = state["stops"] > 0
    state["stops"] += 1
    state["updated"] = now
    if observation.tool_called:
        state["in_a_row"] = 0
    if observation.failures:
        state["debt"] = sorted(observation.failures)[:_MOST_DEBT]
        state["debt_count"] = len(observation.failures)

    if observation.interrupted:
        return _release(state, observation, "interrupted", "the run was interrupted")
    if observation.broken:
        why = f"the environment is broken: {printable(observation.broken, 400)}"
        return _release(state, observation, "broken", why)
    if not observation.failures:
        if observation.unproved:
            why = f"not everything ran: {printable(observation.unproved, 400)}"
            return _release(state, observation, "unproved", why)
        if observation.proved:
            state["debt"] = []
            state["debt_count"] = 0
        cause = "green" if observation.proved else "nothing"
        return Step(PASS, cause, "", state, green=observation.proved)

    if observation.stop_hook_active and not counted:
        why = "this turn was already continued and no earlier Stop of it is on record"
        return _release(state, observation, "uncounted", why)
    if observation.tree in state["released"] or len(state["released"]) >= _MOST_RELEASED:
        why = "nothing has changed since it was let go before"
        return _release(state, observation, "released_before", why)
    if observation.waiting and not observation.one_shot and not state["deferred"]:
        return _defer(state, f"; {_failing(observation)}")
    return _judge(state, observation, budget)


def _judge(state: dict[str, Any], observation: Observation, budget: Mapping[str, Any]) -> Step:
    count = len(observation.failures)
    current = _digest(observation.failures)
    best = state["best"]
    fewer = best is None or count < best
    if fewer or (observation.tool_called and current not in state["seen"]):
        state["stale"] = 0
    if fewer:
        state["best"] = count
    per_prompt = _limit(budget, "max_blocks", MOST_PER_PROMPT)
    in_a_row = min(
        _limit(budget, "blocks_in_a_row", MOST_IN_A_ROW),
        _limit(budget, "client_cap", MOST_IN_A_ROW) or MOST_IN_A_ROW,
    )
    stale = min(_limit(budget, "blocks_without_progress", WITHOUT_PROGRESS, 99), per_prompt)
    if state["blocks"] >= per_prompt:
        why = f"all {per_prompt} refusals of this prompt are used up"
        return _release(state, observation, "budget", why)
    if state["in_a_row"] >= in_a_row:
        why = f"{state['in_a_row']} refusals in a row led to no tool call"
        return _release(state, observation, "budget", why)
    if state["stale"] >= stale:
        why = f"{state['stale']} refusals in a row brought no progress"
        return _release(state, observation, "repetition", why)
    if current not in state["seen"]:
        state["seen"].append(current)
    for name in ("blocks", "in_a_row", "stale"):
        state[name] += 1
    # The report that follows names them.
    text = f"Not done yet: {_count(count)} (refusal {state['blocks']} of {per_prompt})."
    return Step(BLOCK, "red", text, state)


def unchanged(record: dict[str, Any] | None, now: float) -> dict[str, Any]:
    """The record after a Stop that found nothing to judge: counted, and what was owed is undone.

    Were it not counted, a later Stop of the prompt that another plugin's block has continued
    would look as if our count were lost.
    """
    state = _read(record)
    if state["stops"] and not state["debt"] and isinstance(record, dict):
        return record
    state["stops"] += 1
    state["debt"] = []
    state["debt_count"] = 0
    state["updated"] = now
    return state


def next_prompt(
    record: dict[str, Any] | None, now: float, *, by_itself: bool = False
) -> dict[str, Any]:
    """The record that the next prompt starts with: counts at zero, debt kept.

    With `by_itself` the prompt was scheduled. It may be held as often as any other, but a Stop that
    was put off stays so: a job of every minute would put it off for ever.
    """
    old = _read(record)
    fresh = _read(None)
    fresh["debt"] = old["debt"]
    fresh["debt_count"] = old["debt_count"]
    fresh["deferred"] = by_itself and old["deferred"]
    fresh["updated"] = now
    return fresh


def debt_note(record: dict[str, Any] | None) -> str:
    """What the model is told with the next prompt about failures let go; `""` without debt."""
    state = _read(record)
    if not state["debt"]:
        return ""
    return (
        f"Open from before: {_names(state['debt'], state['debt_count'])}. These failures were let "
        "go, not fixed, and they still count as caused by the work since the last green Stop."
    )


def _release(state: dict[str, Any], observation: Observation, cause: str, why: str) -> Step:
    if observation.tree not in state["released"] and len(state["released"]) < _MOST_RELEASED:
        state["released"].append(observation.tree)
    if observation.failures:
        text = (
            f"Let go although {_failing(observation)}, because {why}. "
            "The work is not proved; the failures stay on record as a debt."
        )
    else:
        text = f"Let go without proof, because {why}."
    return Step(RELEASE, cause, text, state)


def _defer(state: dict[str, Any], known: str) -> Step:
    state["deferred"] = True
    text = f"Put off once, because background work or a wake-up is pending{known}. "
    return Step(DEFER, "waiting", text + "Nothing is proved yet.", state)


def _failing(observation: Observation) -> str:
    return _names(sorted(observation.failures), len(observation.failures))


def _names(keys: list[str], count: int) -> str:
    shown = ", ".join(printable(label(key), 120) for key in keys[:_NAMED])
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    return f"{_count(count)}: {shown}{more}"


def _count(failures: int) -> str:
    return f"{failures} {'check fails' if failures == 1 else 'checks fail'}"


def _digest(failures: frozenset[str]) -> str:
    import hashlib

    joined = "\n".join(sorted(failures)).encode("utf-8", "surrogateescape")
    return hashlib.sha256(joined).hexdigest()[:32]


def _limit(budget: Mapping[str, Any], name: str, default: int, most: int = 0) -> int:
    value = budget.get(name, default)
    if type(value) is not int or value < 0:
        return default
    return min(value, most or default)


def _read(record: dict[str, Any] | None) -> dict[str, Any]:
    """A copy of `record` with every field in place; a fresh one where it is not usable."""
    state: dict[str, Any] = {
        "stops": 0,
        "blocks": 0,
        "in_a_row": 0,
        "stale": 0,
        "best": None,
        "seen": [],
        "deferred": False,
        "released": [],
        "debt": [],
        "debt_count": 0,
        "updated": 0.0,
    }
    if not isinstance(record, dict):
        return state
    for name, default in state.items():
        value = record.get(name, default)
        if name == "best":
            usable = value is None or type(value) is int
        elif isinstance(default, list):
            usable = isinstance(value, list) and all(isinstance(item, str) for item in value)
        elif isinstance(default, float):
            usable = isinstance(value, (int, float))
        else:
            usable = type(value) is type(default)
        if not usable:
            return _read(None)
        state[name] = list(value) if isinstance(value, list) else value
    return state
