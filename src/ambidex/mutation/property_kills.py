"""Which properties kill at least one mutant of what they execute.

One kill is enough to show that a property can fail, so the runner's habit of stopping at the first
failing test is of use: who killed is done, everybody before it in the order has missed that
mutant, and only those after it are asked again. Each round gives the rest more mutants.
"""

from __future__ import annotations

import time

from ambidex.mutation.mutant import NOT_JUDGED, TIMEOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ambidex.mutation.mutant import Judged, Mutant
    from ambidex.proof.property_tests import Property

    # Judges mutants with the tests that cover each, in that order; with them come the tests that
    # could not be used. Raises `Broken`.
    Judge = Callable[
        [Sequence[Mutant], Mapping[str, Sequence[str]]],
        tuple[Sequence[Judged], Collection[str]],
    ]

# Mutants per property and round: nearly every property that tests something kills one of the first.
ROUNDS = (4, 12)


class Broken(Exception):
    """The runner could not judge anything; the text says why."""


class Score:
    """What a property noticed.

    Attributes:
        property: the property.
        killed: ids of mutants that it killed; a few, because more are not looked for.
        missed: mutants that it executed and did not notice.
        unjudged: how many of its mutants were not judged.
    """

    __slots__ = ("killed", "missed", "property", "unjudged")

    def __init__(self, property: Property) -> None:
        self.property = property
        self.killed: list[str] = []
        self.missed: list[Mutant] = []
        self.unjudged = 0


def score(
    reached: Mapping[Property, Sequence[tuple[Mutant, Sequence[str]]]],
    judge: Judge,
    deadline: float,
) -> list[Score]:
    """Ask each property about mutants until it killed one or has seen those of all `ROUNDS`.

    Args:
        reached: per property its mutants, best first, each with the property's node ids that
            execute it.
        judge: runs mutants with tests.
        deadline: `time.monotonic()` at which no further round begins.

    Raises:
        Broken: the runner could not judge anything.
    """
    scores = {each: Score(each) for each in reached}
    waiting = {each: list(mutants) for each, mutants in reached.items()}
    for count in ROUNDS:
        asked = {each: [waiting[each].pop(0) for _ in waiting[each][:count]] for each in reached}
        while any(asked.values()):
            if time.monotonic() >= deadline:
                for each, mutants in asked.items():
                    scores[each].unjudged += len(mutants)
                return list(scores.values())
            asked = _round(asked, scores, judge)
        for each in reached:
            if scores[each].killed:
                waiting[each] = []
    return list(scores.values())


def _round(
    asked: Mapping[Property, Sequence[tuple[Mutant, Sequence[str]]]],
    scores: Mapping[Property, Score],
    judge: Judge,
) -> dict[Property, list[tuple[Mutant, Sequence[str]]]]:
    """Judge once; what has to be asked again, because somebody else killed the mutant first."""
    mutants: dict[str, Mutant] = {}
    askers: dict[str, list[tuple[Property, Sequence[str]]]] = {}
    for each, wanted in asked.items():
        for mutant, nodes in wanted:
            mutants[mutant.id] = mutant
            askers.setdefault(mutant.id, []).append((each, nodes))
    covering: dict[str, list[str]] = {}
    for at, (name, those) in enumerate(askers.items()):
        # Everybody is first somewhere, so that fewer have to be asked again.
        first = at % len(those)
        those[:] = those[first:] + those[:first]
        covering[name] = [node for _, nodes in those for node in nodes]
    again: dict[Property, list[tuple[Mutant, Sequence[str]]]] = {}
    outcomes, left_out = judge(list(mutants.values()), covering)
    for judged in outcomes:
        mutant = judged.mutant
        those = []
        for each, nodes in askers[mutant.id]:
            # It fails without any change, too: that it noticed nothing says nothing.
            if left_out and not set(nodes).isdisjoint(left_out):
                scores[each].unjudged += 1
            else:
                those.append((each, nodes))
        killer = next((each for each, _ in those if each.owns(judged.killer)), None)
        if judged.status == TIMEOUT and len(those) == 1:
            killer = those[0][0]
        # Who is to be thanked for a death is not known: a timeout, a fixture of the session.
        if judged.status == NOT_JUDGED or (judged.dead and killer is None):
            for each, _ in those:
                scores[each].unjudged += 1
            continue
        missed = True
        for each, nodes in those:
            if each is killer:
                scores[each].killed.append(mutant.id)
                missed = False
            elif missed:
                scores[each].missed.append(mutant)
            else:
                again.setdefault(each, []).append((mutant, nodes))
    return {each: wanted for each, wanted in again.items() if not scores[each].killed}
