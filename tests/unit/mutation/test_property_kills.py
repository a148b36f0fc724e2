"""Who kills what: each property gets the mutants that others killed before it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest

from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, TIMEOUT, Judged, Mutant
from ambidex.mutation.property_kills import ROUNDS, Broken, Score, score
from ambidex.proof.property_tests import GIVEN, Property


def prop(name: str) -> Property:
    return Property("tests/test_a.py", name, (1, 2), GIVEN, None)


def mutants(count: int) -> list[Mutant]:
    return [
        Mutant("a.py", "f", lines=(at, at), span=(at, at + 1), replacement="x", operator="o")
        for at in range(count)
    ]


class Suite:
    """Tests as a runner sees them: in the given order, stopping at the first that fails."""

    def __init__(self, notices: Mapping[str, set[int]]) -> None:
        self.notices = notices
        self.rounds: list[int] = []
        self.hangs: set[int] = set()
        self.left_out: set[str] = set()

    def judge(
        self, asked: Sequence[Mutant], covering: Mapping[str, Sequence[str]]
    ) -> tuple[list[Judged], set[str]]:
        self.rounds.append(len(asked))
        assert len({mutant.id for mutant in asked}) == len(asked)
        return [self._one(mutant, covering[mutant.id]) for mutant in asked], self.left_out

    def _one(self, mutant: Mutant, nodes: Sequence[str]) -> Judged:
        if mutant.line in self.hangs:
            return Judged(mutant, TIMEOUT)
        usable = [node for node in nodes if node not in self.left_out]
        if not usable:
            return Judged(mutant, NOT_JUDGED, reason="no usable test")
        for node in usable:
            name = node.partition("::")[2].partition("[")[0]
            if mutant.line in self.notices[name]:
                return Judged(mutant, KILLED, killer=node)
        return Judged(mutant, SURVIVED)


def ask(
    tests: Suite, reached: Mapping[Property, Sequence[Mutant]], seconds: float = 60
) -> dict[str, Score]:
    pairs = {
        each: [(mutant, [each.node + "[1]", each.node + "[2]"]) for mutant in those]
        for each, those in reached.items()
    }
    found = score(pairs, tests.judge, time.monotonic() + seconds)
    return {each.property.name: each for each in found}


def test_a_kill_by_one_takes_nothing_from_the_others() -> None:
    those = mutants(4)
    tests = Suite({"a": {0, 1, 2, 3}, "b": {2}, "c": set(), "d": {0, 1, 2, 3}})
    found = ask(tests, {prop(name): those for name in "abcd"})
    assert {name for name, each in found.items() if each.killed} == {"a", "b", "d"}
    assert [mutant.line for mutant in found["c"].missed].count(0) == 1
    assert {mutant.line for mutant in found["c"].missed} == {0, 1, 2, 3}
    assert found["b"].killed == [those[2].id]


def test_who_killed_is_asked_no_more_and_who_did_not_gets_all_mutants() -> None:
    those = mutants(sum(ROUNDS) + 10)
    tests = Suite({"a": {0}, "b": set()})
    found = ask(tests, {prop("a"): those[:1], prop("b"): those})
    assert len(found["b"].missed) == sum(ROUNDS)
    assert sum(tests.rounds) <= sum(ROUNDS) + 2
    tests = Suite({"a": {0}})
    ask(tests, {prop("a"): those})
    assert tests.rounds == [ROUNDS[0]]


def test_a_timeout_counts_where_only_one_can_have_caused_it() -> None:
    those = mutants(1)
    tests = Suite({"a": set(), "b": set()})
    tests.hangs = {0}
    assert ask(tests, {prop("a"): those})["a"].killed == [those[0].id]
    both = ask(tests, {prop("a"): those, prop("b"): those})
    assert [(len(each.killed), len(each.missed), each.unjudged) for each in both.values()] == [
        (0, 0, 1),
        (0, 0, 1),
    ]


def test_a_test_that_fails_without_any_change_has_missed_nothing() -> None:
    those = mutants(4)
    tests = Suite({"a": set(), "b": set()})
    tests.left_out = {prop("a").node + "[2]"}
    found = ask(tests, {prop("a"): those, prop("b"): those})
    assert (len(found["a"].missed), found["a"].unjudged) == (0, 4)
    assert len(found["b"].missed) == 4


def test_a_death_that_no_property_caused_is_no_kill() -> None:
    those = mutants(1)

    def judge(
        asked: Sequence[Mutant], _: Mapping[str, Sequence[str]]
    ) -> tuple[list[Judged], set[str]]:
        return [Judged(each, KILLED, killer="tests/other.py::test_x") for each in asked], set()

    (found,) = score({prop("a"): [(those[0], ["x"])]}, judge, time.monotonic() + 9)
    assert (found.killed, found.missed, found.unjudged) == ([], [], 1)


def test_without_time_nothing_is_said_about_anybody() -> None:
    tests = Suite({"a": set()})
    found = ask(tests, {prop("a"): mutants(9)}, seconds=-1)["a"]
    assert (found.killed, found.missed, found.unjudged) == ([], [], ROUNDS[0])
    assert tests.rounds == []


def test_trouble_of_the_runner_is_no_verdict() -> None:
    def judge(
        asked: Sequence[Mutant], covering: Mapping[str, Sequence[str]]
    ) -> tuple[list[Judged], set[str]]:
        raise Broken("the control mutant died")

    with pytest.raises(Broken, match="control"):
        score({prop("a"): [(mutants(1)[0], ["x"])]}, judge, time.monotonic() + 9)
