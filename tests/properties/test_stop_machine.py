"""The invariants that the docstring of `ambidex.proof.stop` promises, over any sequence."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ambidex.proof.stop import (
    BLOCK,
    DEFER,
    MOST_IN_A_ROW,
    MOST_PER_PROMPT,
    PASS,
    RELEASE,
    Observation,
    debt_note,
    defer,
    next_prompt,
    step,
)
from testing.examples import examples

KEYS = st.frozensets(
    st.sampled_from([f"tests\ttests/test_{n}.py::test\t{d}" for n in range(5) for d in "ab"]),
    max_size=6,
)
BUDGETS = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(st.integers(-2, 40), st.none(), st.booleans(), st.text(max_size=3))
        for name in ("blocks_without_progress", "blocks_in_a_row", "max_blocks", "client_cap")
    },
)
FLAGS = ("proved", "stop_hook_active", "tool_called", "waiting", "one_shot", "interrupted")


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    flags: dict[str, bool] = {name: draw(st.booleans()) for name in FLAGS}
    # Mostly plain red Stops, or the interesting counters are never reached.
    flags["interrupted"] = flags["interrupted"] and draw(st.integers(0, 5)) == 0
    return Observation(
        draw(KEYS),
        tree=draw(st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g", "h"])),
        unproved=draw(st.sampled_from(["", "", "tests: deadline"])),
        broken=draw(st.sampled_from(["", "", "", "", "tests: pytest is missing"])),
        **flags,
    )


class StopMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.record: dict[str, Any] | None = None
        self.blocks = 0
        self.in_a_row = 0
        self.defers = 0
        self.stops = 0
        self.released: set[str] = set()

    @rule(observation=observations(), budget=BUDGETS)
    def stop(self, observation: Observation, budget: dict[str, Any]) -> None:
        before = self.record
        frozen = repr(before)
        answer = step(before, observation, budget, 1.0)
        assert repr(before) == frozen, "the old record was changed"
        if observation.tool_called:
            self.in_a_row = 0
        if answer.action == BLOCK:
            self.blocks += 1
            self.in_a_row += 1
            assert observation.failures
            assert not observation.broken
            assert not observation.interrupted
            assert not (observation.stop_hook_active and self.stops == 0)
            assert observation.tree not in self.released
            assert answer.text
            cap = budget.get("client_cap")
            assert not (type(cap) is int and cap > 0) or self.in_a_row <= cap
        if answer.action == DEFER:
            self.defers += 1
            assert observation.waiting
            assert not observation.one_shot
        if answer.action == RELEASE:
            self.released.add(observation.tree)
            assert answer.text.strip()
        if answer.action == PASS:
            assert not observation.failures
            assert not observation.broken
            assert not observation.unproved
        if observation.failures:
            assert answer.action != PASS
            assert debt_note(next_prompt(answer.record, 2.0))
        if answer.green:
            assert observation.proved
            assert debt_note(answer.record) == ""
        elif before is not None and debt_note(before):
            assert debt_note(answer.record)
        self.stops += 1
        self.record = answer.record

    @rule(waiting=st.booleans(), one_shot=st.booleans())
    def ask_before_running(self, waiting: bool, one_shot: bool) -> None:
        answer = defer(self.record, waiting=waiting, one_shot=one_shot, now=1.0)
        if answer is not None:
            self.defers += 1
            self.stops += 1
            assert waiting
            assert not one_shot
            self.record = answer.record

    @invariant()
    def the_ceilings_hold(self) -> None:
        assert self.blocks <= MOST_PER_PROMPT
        assert self.in_a_row <= MOST_IN_A_ROW
        assert self.defers <= 1


TestStopMachine = StopMachine.TestCase
TestStopMachine.settings = examples(60, stateful_step_count=40)


@given(st.lists(KEYS.filter(bool), min_size=1, max_size=4), st.integers(1, 5))
@examples(100)
def test_a_cycle_of_failures_ends_within_its_first_appearances_plus_the_limit(
    cycle: list[frozenset[str]], limit: int
) -> None:
    record: dict[str, Any] | None = None
    budget = {"blocks_without_progress": limit}
    blocks = 0
    for turn in range(60):
        failures = cycle[turn % len(cycle)]
        seen = Observation(failures, tree=str(turn), tool_called=True, stop_hook_active=turn > 0)
        answer = step(record, seen, budget, 0.0)
        record = answer.record
        if answer.action == RELEASE:
            break
        blocks += 1
    assert blocks <= min(MOST_PER_PROMPT, len(cycle) - 1 + limit)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["stops", "blocks", "seen", "best", "debt", "released", "updated", "deferred"]
                ),
                inner,
                max_size=8,
            )
        ),
        max_leaves=10,
    ),
    observations(),
)
@examples(200)
def test_a_damaged_record_is_read_without_an_error(record: Any, seen: Observation) -> None:
    assert step(record, seen, {}, 0.0).action in (PASS, BLOCK, RELEASE, DEFER)
    assert defer(record, waiting=True, one_shot=True, now=0.0) is None
