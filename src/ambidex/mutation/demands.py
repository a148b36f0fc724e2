"""What the tests of each function have to reach, and what they reached.

- Of a new function, and of new code outside of functions: `mutation.min_new` percent.
- Of a function in a critical file: `mutation.min_critical` percent of all its mutants.
- Of a modified function whose score before the change is known: no less than that.
- Of one whose score is not known: `mutation.min_new` percent on its changed lines. What was weak
  before and is not touched is not blamed on the change.

What counts as met, missed or open, and how small numbers are treated, is in `score`.
"""

from __future__ import annotations

from ambidex.mutation import targets
from ambidex.mutation.score import Demand, Tally
from ambidex.proof.relevance import excluded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.baseline import Scores
    from ambidex.mutation.judging import Outcome
    from ambidex.mutation.mutant import Judged
    from ambidex.mutation.targets import Module, Target


class FunctionScore:
    """What was found out about one function.

    Attributes:
        path: its module.
        target: the function.
        critical: the policy calls its file critical.
        tally: all its mutants.
        asked: those that the demand is about.
        demand: what they have to reach.
    """

    __slots__ = ("asked", "critical", "demand", "path", "tally", "target")

    def __init__(
        self,
        path: str,
        target: Target,
        tally: Tally,
        asked: Tally,
        demand: Demand,
        critical: bool = False,
    ) -> None:
        self.path = path
        self.target = target
        self.tally = tally
        self.asked = asked
        self.demand = demand
        self.critical = critical

    @property
    def standing(self) -> str:
        """`MET`, `MISSED`, `OPEN` or `NOTHING`."""
        return self.demand.standing(self.asked)

    def words(self) -> str:
        """One clause for people."""
        return f"{self.target.qualname}: {self.asked.words()}, {self.demand.words()} wanted"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data."""
        return {
            "path": self.path,
            "function": self.target.qualname,
            "kind": self.target.kind,
            "standing": self.standing,
            "demand": self.demand.words(),
            "asked": self.asked.as_dict(),
            **self.tally.as_dict(),
        }


def score_all(outcome: Outcome, policy: Mapping[str, Any], scores: Scores) -> list[FunctionScore]:
    """The score of every target, in the order of the files."""
    by_place: dict[tuple[str, str], list[Judged]] = {}
    for judged in outcome.judged:
        place = (judged.mutant.path, judged.mutant.qualname)
        by_place.setdefault(place, []).append(judged)
    return [
        _score(module, target, by_place.get((module.path, target.qualname), []), policy, scores)
        for module in outcome.modules.values()
        for target in module.targets
    ]


def _score(
    module: Module,
    target: Target,
    judged: Sequence[Judged],
    policy: Mapping[str, Any],
    scores: Scores,
) -> FunctionScore:
    rules = policy["mutation"]
    tally = Tally.of(judged)
    if excluded(module.path, rules["critical"]):
        demand = Demand(rules["min_critical"], strict=True)
        return FunctionScore(module.path, target, tally, tally, demand, critical=True)
    if target.kind != targets.MODIFIED:
        return FunctionScore(module.path, target, tally, tally, Demand(rules["min_new"]))
    former = scores.get(module.former_path, target.qualname, target.former_digest)
    if former is not None:
        demand = Demand(rules["min_new"], former=former)
        return FunctionScore(module.path, target, tally, tally, demand)
    on_changed = Tally.of(
        each for each in judged if module.is_changed(each.mutant.line, each.mutant.end_line)
    )
    return FunctionScore(module.path, target, tally, on_changed, Demand(rules["min_new"]))


def remember(scores: Scores, found: Sequence[FunctionScore]) -> None:
    """Store the scores of functions that were judged in full, for their next change."""
    scores.put(
        (each.path, each.target.qualname, each.target.digest, each.tally.dead, each.tally.missed)
        for each in found
        if not each.tally.not_judged
    )
