"""Scores with all their counts, and when a demand is met, missed or open."""

from __future__ import annotations

import pytest

from ambidex.mutation.mutant import STATUSES, Judged, Mutant
from ambidex.mutation.score import MET, MISSED, NOTHING, OPEN, Demand, Tally

MUTANT = Mutant("a.py", "f", lines=(1, 1), span=(0, 1), replacement="b", operator="X")


def tally(dead: int, missed: int, not_judged: int = 0) -> Tally:
    return Tally(killed=dead, survived=missed, not_judged=not_judged)


def test_every_status_is_counted_under_its_name() -> None:
    counts = Tally.of(Judged(MUTANT, status) for status in STATUSES)
    assert [getattr(counts, status) for status in STATUSES] == [1] * len(STATUSES)
    assert (counts.dead, counts.missed, counts.counted, counts.total) == (2, 2, 4, 5)
    assert counts.score == 50


def test_uncovered_counts_as_survived_and_not_judged_as_nothing() -> None:
    assert Tally(killed=3, uncovered=1, not_judged=6).score == 75
    assert Tally(not_judged=6).score is None


def test_the_score_is_told_with_its_counts_and_not_rounded_up() -> None:
    counts = Tally(killed=38, timeout=1, survived=9, uncovered=1, not_judged=2)
    assert counts.words() == "79 % (39 killed, 9 survived, 1 uncovered, 2 not judged)"
    assert Tally(not_judged=2).words() == "2 not judged"
    assert Tally().words() == "no mutants"


@pytest.mark.parametrize(
    ("dead", "missed", "expected"),
    [(8, 2, MET), (79, 21, MISSED), (80, 20, MET), (0, 5, MISSED), (5, 0, MET), (3, 2, MISSED)],
)
def test_a_percentage_is_reached_or_not(dead: int, missed: int, expected: str) -> None:
    assert Demand(80).standing(tally(dead, missed)) == expected


def test_a_lone_survivor_is_not_held_against_a_function_of_which_another_mutant_died() -> None:
    assert Demand(80).standing(tally(1, 1)) == MET
    assert Demand(80).standing(tally(2, 2)) == MISSED


def test_a_lone_survivor_counts_where_nothing_died_or_everything_has_to() -> None:
    assert Demand(80).standing(tally(0, 1)) == MISSED
    assert Demand(100).standing(tally(9, 1)) == MISSED
    assert Demand(90, strict=True).standing(tally(8, 1)) == MISSED


def test_what_no_test_executes_is_not_forgiven() -> None:
    assert Demand(80).standing(Tally(killed=3, uncovered=1)) == MISSED
    assert Demand(80, former=(9, 0)).standing(Tally(killed=9, uncovered=1)) == MISSED


def test_what_was_not_judged_keeps_open_what_it_could_turn() -> None:
    assert Demand(80).standing(tally(8, 0, 2)) == MET  # both may survive
    assert Demand(80).standing(tally(7, 0, 3)) == OPEN
    assert Demand(80).standing(tally(0, 3, 5)) == MISSED  # all five may die
    assert Demand(80).standing(tally(0, 0, 5)) == OPEN
    assert Demand(80).standing(tally(0, 1, 1)) == OPEN  # it may die, which leaves a lone survivor


def test_without_mutants_nothing_is_asked() -> None:
    assert Demand(80).standing(Tally()) == NOTHING


def test_a_modified_function_must_not_get_worse() -> None:
    demand = Demand(80, former=(6, 4))
    assert demand.standing(tally(6, 4)) == MET
    assert demand.standing(tally(12, 8)) == MET
    assert demand.standing(tally(11, 9)) == MISSED
    assert demand.words() == "no less than before (60 %)"


def test_losing_well_tested_lines_is_no_loss_while_no_more_survives() -> None:
    assert Demand(80, former=(16, 4)).standing(tally(8, 4)) == MET
    assert Demand(80, former=(16, 4)).standing(tally(8, 5)) == MISSED


def test_a_modified_function_is_open_while_it_could_get_worse() -> None:
    assert Demand(80, former=(9, 1)).standing(tally(8, 0, 2)) == OPEN
    assert Demand(80, former=(9, 1)).standing(tally(9, 0, 1)) == MET
