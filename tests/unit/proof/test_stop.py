from __future__ import annotations

import json
from typing import Any

import pytest

from ambidex.proof.fingerprint import failures, normalise
from ambidex.proof.observe import observe
from ambidex.proof.relevance import NOTHING_RELEVANT
from ambidex.proof.stop import (
    BLOCK,
    DEFER,
    PASS,
    RELEASE,
    Observation,
    Step,
    deadline,
    debt_note,
    defer,
    next_prompt,
    step,
    unchanged,
)
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

BUDGET = {"blocks_without_progress": 3, "blocks_in_a_row": 7, "max_blocks": 12}
A = frozenset(("tests\ttests/test_a.py::test_one\t1",))
B = frozenset(("tests\ttests/test_b.py::test_two\t2",))


class Prompt:
    """Plays the Stops of one prompt; the tree changes with every Stop unless it is named."""

    def __init__(self, record: dict[str, Any] | None = None) -> None:
        self.record = record
        self.stops = 0

    def stop(self, failing: frozenset[str] = frozenset(), **facts: Any) -> Step:
        facts.setdefault("tree", str(self.stops))
        facts.setdefault("tool_called", True)
        facts.setdefault("stop_hook_active", self.stops > 0)
        facts.setdefault("proved", not failing)
        answer = step(self.record, Observation(failing, **facts), BUDGET, 0.0)
        self.record = json.loads(json.dumps(answer.record))
        self.stops += 1
        return answer

    def actions(self, *failing: frozenset[str], **facts: Any) -> list[str]:
        return [self.stop(keys, **facts).action for keys in failing]


def test_the_same_failures_block_three_times_and_are_then_let_go_with_a_note() -> None:
    prompt = Prompt()
    assert prompt.actions(A, A, A) == [BLOCK] * 3
    last = prompt.stop(A)
    assert (last.action, last.cause) == (RELEASE, "repetition")
    assert "tests/test_a.py::test_one" in last.text
    assert "not proved" in last.text


def test_two_sets_that_take_turns_count_as_repetition() -> None:
    assert Prompt().actions(A, B, A, B, A) == [BLOCK] * 4 + [RELEASE]


def test_fewer_failures_reset_the_count() -> None:
    many = frozenset(f"tests\tt::{n}\t1" for n in range(9))
    prompt = Prompt()
    assert prompt.actions(many, many, many) == [BLOCK] * 3
    assert prompt.actions(A, A, A, A) == [BLOCK] * 3 + [RELEASE]


def test_new_failures_without_a_tool_call_are_no_progress() -> None:
    sets = [frozenset((f"tests\tt::{n}\t1",)) for n in range(4)]
    assert Prompt().actions(*sets, tool_called=False) == [BLOCK] * 3 + [RELEASE]


def test_a_prompt_is_refused_twelve_times_at_most_however_much_progress_there_is() -> None:
    sets = [frozenset((f"tests\tt::{n}\t1",)) for n in range(14)]
    prompt = Prompt()
    assert prompt.actions(*sets) == [BLOCK] * 12 + [RELEASE] * 2
    assert prompt.stop(A).cause == "budget"


def test_seven_refusals_without_a_tool_call_are_the_most_even_while_failures_shrink() -> None:
    sets = [frozenset(f"tests\tt::{n}\t1" for n in range(20 - shrunk)) for shrunk in range(9)]
    prompt = Prompt()
    assert prompt.actions(*sets, tool_called=False) == [BLOCK] * 7 + [RELEASE] * 2


def test_a_continued_turn_without_a_record_is_let_go() -> None:
    answer = Prompt().stop(A, stop_hook_active=True)
    assert (answer.action, answer.cause) == (RELEASE, "uncounted")


def test_a_record_that_only_carries_a_debt_does_not_count_as_a_stop_of_this_prompt() -> None:
    record = next_prompt(Prompt().stop(A).record, 1.0)
    assert Prompt(record).stop(A, stop_hook_active=True).action == RELEASE
    assert Prompt(record).stop(A, stop_hook_active=False).action == BLOCK


def test_a_continued_turn_whose_first_stop_passed_here_is_judged() -> None:
    prompt = Prompt()
    assert prompt.stop().action == PASS
    assert prompt.stop(A, stop_hook_active=True).action == BLOCK


def test_a_broken_environment_never_blocks_and_says_what_is_broken() -> None:
    answer = Prompt().stop(A, broken="tests: pytest is missing")
    assert (answer.action, answer.cause) == (RELEASE, "broken")
    assert "pytest is missing" in answer.text


def test_an_interrupted_run_never_blocks() -> None:
    assert Prompt().stop(A, interrupted=True).cause == "interrupted"


def test_tests_that_did_not_run_are_let_go_with_a_note_and_are_not_green() -> None:
    answer = Prompt().stop(unproved="tests: deadline", proved=False)
    assert (answer.action, answer.cause, answer.green) == (RELEASE, "unproved", False)
    assert "deadline" in answer.text


def test_background_work_puts_the_stop_off_once_per_prompt() -> None:
    prompt = Prompt()
    assert prompt.actions(A, A, waiting=True) == [DEFER, BLOCK]
    assert defer(prompt.record, waiting=True, one_shot=False, now=0.0) is None


def test_a_stop_can_be_put_off_before_any_test_runs() -> None:
    first = defer(None, waiting=True, one_shot=False, now=0.0)
    assert first is not None
    assert (first.action, first.green) == (DEFER, False)
    assert "Nothing is proved" in first.text
    assert Prompt(first.record).stop(A, waiting=True, stop_hook_active=True).action == BLOCK
    assert defer(None, waiting=False, one_shot=False, now=0.0) is None


def test_background_work_puts_nothing_off_where_nothing_will_wake() -> None:
    assert defer(None, waiting=True, one_shot=True, now=0.0) is None
    assert Prompt().stop(A, waiting=True, one_shot=True).action == BLOCK


def test_a_tree_that_was_let_go_is_not_held_again() -> None:
    prompt = Prompt()
    prompt.stop(A, tree="same", broken="tests: no python")
    assert prompt.stop(A, tree="same").cause == "released_before"
    assert prompt.stop(A, tree="other").action == BLOCK


def test_a_debt_is_inherited_until_something_is_proved() -> None:
    prompt = Prompt()
    prompt.actions(A, A, A, A)
    following = Prompt(next_prompt(prompt.record, 1.0))
    assert "tests/test_a.py::test_one" in debt_note(following.record)
    following.stop(proved=False)
    assert debt_note(following.record)
    assert following.stop(proved=True).green
    assert debt_note(following.record) == ""


def test_the_policy_can_lower_the_ceilings_but_not_raise_them() -> None:
    seen = Observation(A, tree="t")
    assert step(None, seen, {"max_blocks": 0}, 0.0).action == RELEASE
    record: dict[str, Any] | None = None
    actions = []
    for turn in range(20):
        more = Observation(frozenset((f"t\t{turn}\t",)), tree=str(turn), tool_called=True)
        answer = step(record, more, {"max_blocks": 1000}, 0.0)
        record = answer.record
        actions.append(answer.action)
    assert actions.count(BLOCK) == 12


def test_hostile_test_names_cannot_break_the_note() -> None:
    answer = Prompt().stop(frozenset(("tests\tt::\x1b[31m\n\u202ex\x00\t1",)), broken="x\ny")
    assert answer.text.isprintable()


def test_noise_in_a_message_does_not_make_another_failure() -> None:
    def keys(message: str) -> frozenset[str]:
        finding = Finding("tests/test_a.py", 3, "tests/test_a.py::test", message)
        return failures([Verdict("tests", FINDINGS, findings=[finding])])

    assert keys("<X object at 0x7f1a> took 0.31s in /tmp/pytest-of-u/pytest-3/a") == keys(
        "<X object at 0x99bb> took 1.2s in /tmp/pytest-of-u/pytest-4/a"
    )
    assert keys("assert 3 == 4") != keys("assert 2 == 4")


def test_normalising_twice_changes_nothing() -> None:
    text = "a.py:12: 3 seconds at 2024-01-02 03:04:05 0xdeadbeef line 9"
    assert normalise(normalise(text)) == normalise(text)


def test_verdicts_are_summed_up_for_the_machine() -> None:
    warning = Finding("a.py", 1, "W1", "careful", severity="warning")
    seen = observe([Verdict("scan", FINDINGS, findings=[warning])], tree="t")
    assert (seen.failures, seen.proved) == (frozenset(), True)
    seen = observe([Verdict("tests", NOT_RUN, NOTHING_RELEVANT, details={"owed": 0})])
    assert (seen.unproved, seen.proved) == ("", False)
    seen = observe([Verdict("tests", NOT_RUN, "deadline"), Verdict("scan", BROKEN, "no tool")])
    assert (seen.unproved, seen.broken) == ("tests: deadline", "scan: no tool")
    assert Verdict("tests", PASSED).is_fine
    assert not Verdict("tests", NOT_RUN, "deadline").is_fine


def keys(*numbers: int) -> frozenset[str]:
    return frozenset(f"tests\tt::{number}\t1" for number in numbers)


@pytest.mark.parametrize(
    ("sets", "actions"),
    [
        pytest.param([(1, 2, 3), (1, 2), (1,), ()], [BLOCK] * 3 + [PASS], id="shrinking"),
        pytest.param(
            [(1, 2, 3)] * 3 + [(1, 2)] * 3 + [(1,)] * 4, [BLOCK] * 9 + [RELEASE], id="slowly"
        ),
        pytest.param(
            [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2, 3, 4)], [BLOCK] * 5, id="growing"
        ),
        pytest.param([(1,), (2,), (3,), (4,), ()], [BLOCK] * 4 + [PASS], id="changing"),
        pytest.param([(1,), (2,), (3,)] * 3, [BLOCK] * 5 + [RELEASE] * 4, id="oscillating"),
        pytest.param([(1,), (), (1,), (), (1,), (), (1,)], None, id="coming back"),
        pytest.param([(1,)] * 3 + [()], [BLOCK] * 3 + [PASS], id="at the last moment"),
        pytest.param([(1,)] * 4 + [()], [BLOCK] * 3 + [RELEASE, PASS], id="after the release"),
    ],
)
def test_how_a_prompt_goes_on_as_its_failures_change(
    sets: list[tuple[int, ...]], actions: list[str] | None
) -> None:
    prompt = Prompt()
    found = [prompt.stop(keys(*numbers)).action for numbers in sets]
    assert found == (actions or [BLOCK, PASS] * 3 + [RELEASE])


def test_after_the_release_fewer_failures_are_held_again() -> None:
    prompt = Prompt()
    assert prompt.actions(*[keys(1, 2)] * 4) == [BLOCK] * 3 + [RELEASE]
    assert prompt.stop(keys(1)).action == BLOCK


def test_an_environment_that_breaks_and_mends_costs_no_refusal() -> None:
    prompt = Prompt()
    assert prompt.stop(A, broken="tests: no python").cause == "broken"
    assert prompt.stop(broken="tests: no python", proved=False).cause == "broken"
    assert prompt.actions(A, A, A, A) == [BLOCK] * 3 + [RELEASE]


def test_an_interrupt_between_two_refusals_neither_counts_nor_forgives() -> None:
    prompt = Prompt()
    assert prompt.actions(A, A) == [BLOCK] * 2
    assert prompt.stop(A, interrupted=True).cause == "interrupted"
    assert debt_note(prompt.record)
    assert prompt.actions(A, A) == [BLOCK, RELEASE]


def test_a_wake_up_that_is_put_off_starts_no_new_count() -> None:
    prompt = Prompt()
    assert prompt.actions(A, A) == [BLOCK] * 2
    assert prompt.stop(A, waiting=True).action == DEFER
    assert prompt.actions(A, A) == [BLOCK, RELEASE]
    following = Prompt(next_prompt(prompt.record, 1.0))
    assert following.stop(A, waiting=True).action == DEFER, "once per prompt"


def test_one_refusal_is_all_where_the_policy_says_so() -> None:
    first = step(None, Observation(A, tree="1"), {**BUDGET, "max_blocks": 1}, 0.0)
    more = Observation(B, tree="2", tool_called=True, stop_hook_active=True)
    second = step(first.record, more, {**BUDGET, "max_blocks": 1}, 0.0)
    assert (first.action, second.action, second.cause) == (BLOCK, RELEASE, "budget")


@pytest.mark.parametrize(
    ("cap", "blocks"),
    [(1, 1), (2, 2), (7, 7), (8, 7), (100, 7), (0, 7), (-1, 7), (None, 7), (True, 7), ("2", 7)],
)
def test_a_lower_cap_of_the_client_holds_and_a_higher_one_does_not(cap: Any, blocks: int) -> None:
    budget = {**BUDGET, "blocks_without_progress": 7, "client_cap": cap}
    record: dict[str, Any] | None = None
    actions = []
    for turn in range(9):
        seen = Observation(A, tree=str(turn), stop_hook_active=turn > 0)
        answer = step(record, seen, budget, 0.0)
        record = answer.record
        actions.append(answer.action)
    assert actions.index(RELEASE) == blocks


def test_a_tool_call_starts_the_clients_count_again() -> None:
    budget = {**BUDGET, "client_cap": 1}
    first = step(None, Observation(A, tree="1"), budget, 0.0)
    called = Observation(A, tree="2", tool_called=True, stop_hook_active=True)
    assert step(first.record, called, budget, 0.0).action == BLOCK
    idle = Observation(A, tree="2", stop_hook_active=True)
    assert step(first.record, idle, budget, 0.0).cause == "budget"


def test_a_stop_that_found_nothing_counts_once_and_clears_what_was_undone() -> None:
    record = unchanged(None, 1.0)
    assert record["stops"] == 1
    assert unchanged(record, 2.0) is record, "nothing to write"
    owing = step(None, Observation(A, tree="1"), BUDGET, 0.0).record
    cleared = unchanged(owing, 3.0)
    assert debt_note(cleared) == ""
    assert cleared["blocks"] == 1, "the refusals of this prompt stay counted"


def test_the_gates_are_over_before_the_stop_is() -> None:
    assert 1080 < deadline({"deadline_seconds": 90}, 1000.0) < 1090
