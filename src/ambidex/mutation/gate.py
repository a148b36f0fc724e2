"""The gate `mutation`: do the tests notice when the changed functions are made wrong?

Every mutant of the changed functions is judged, those on changed lines first. What is demanded:

- of a new function, and of new code outside of functions: `mutation.min_new` percent;
- of a changed function in a critical file: `mutation.min_critical` percent, of all its mutants;
- of a modified function whose score before the change is known: no less than that;
- of one whose score is not known: `mutation.min_new` percent on its changed lines. What was weak
  before and is not touched is not blamed on the change.

What counts as met, missed or open, and how small numbers are treated, is in `score`.
"""

from __future__ import annotations

import time

from ambidex.changes.process import TreeError
from ambidex.mutation import targets
from ambidex.mutation.mutant import NOT_JUDGED
from ambidex.mutation.score import MET, MISSED, NOTHING, OPEN, Demand, Tally
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.baseline import Scores
    from ambidex.mutation.judging import Outcome
    from ambidex.mutation.mutant import Judged
    from ambidex.mutation.targets import Module, Target
    from ambidex.proof.subject import Subject

GATE = "mutation"
_MOST_LISTED = 200
_MOST_NAMED = 3


class FunctionScore:
    """What was found out about one function.

    Attributes:
        path: its module.
        target: the function.
        tally: all its mutants.
        asked: those that the demand is about.
        demand: what they have to reach.
    """

    __slots__ = ("asked", "demand", "path", "tally", "target")

    def __init__(
        self, path: str, target: Target, tally: Tally, asked: Tally, demand: Demand
    ) -> None:
        self.path = path
        self.target = target
        self.tally = tally
        self.asked = asked
        self.demand = demand

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


def judge(subject: Subject) -> Verdict | None:
    """The verdict on the changed functions; see the module's docstring."""
    started = time.monotonic()
    verdict = _verdict(subject)
    verdict.seconds = time.monotonic() - started
    return verdict


def _verdict(subject: Subject) -> Verdict:
    from ambidex.mutation import judging
    from ambidex.mutation.baseline import Scores
    from ambidex.proof import testmap

    if subject.before is None:
        return Verdict(GATE, NOT_RUN, "what the files held before is not known")
    try:
        modules = targets.changed(subject)
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not modules:
        return Verdict(GATE, NOT_RUN, "no function changed", details={"owed": 0})
    tests = testmap.load(subject.state, subject.root)
    if tests is None:
        reason = "which tests execute the changed code is not known: no test run was recorded"
        return Verdict(GATE, NOT_RUN, reason)
    outcome = judging.run(
        subject.root,
        subject.state,
        subject.policy,
        subject.command,
        modules,
        tests,
        environ=subject.environ,
        deadline=subject.deadline_of("mutation"),
    )
    scores = Scores(subject.state)
    found = score_all(outcome, subject.policy, scores)
    verdict = verdict_of(outcome, found, subject.root, subject.policy)
    if verdict.status == PASSED:
        remember(scores, found)
    return verdict


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
    from ambidex.proof.relevance import excluded

    rules = policy["mutation"]
    tally = Tally.of(judged)
    if excluded(module.path, rules["critical"]):
        demand = Demand(rules["min_critical"], strict=True)
        return FunctionScore(module.path, target, tally, tally, demand)
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


def verdict_of(
    outcome: Outcome, found: Sequence[FunctionScore], root: str, policy: Mapping[str, Any]
) -> Verdict:
    """The verdict on all functions; `details["survivors"]` has every survivor for the evidence."""
    from ambidex.mutation import survivors

    total = Tally.of(outcome.judged)
    entries = survivors.listed(outcome, root, policy)
    details: dict[str, Any] = {
        **total.as_dict(),
        "mutants": total.total,
        "cached": outcome.cached,
        "dropped": outcome.dropped,
        "unreadable": outcome.errors,
        "functions": [each.as_dict() for each in found][:_MOST_LISTED],
        "survivors": entries,
        "not_judged_ids": [
            each.mutant.id for each in outcome.judged if each.status == NOT_JUDGED
        ][:_MOST_LISTED],
        "log": outcome.log,
    }
    if outcome.broken:
        return Verdict(GATE, BROKEN, outcome.broken, details=details)
    standings = {each: each.standing for each in found}
    missed = [each for each, standing in standings.items() if standing == MISSED]
    if missed:
        where = [(each.path, each.target.qualname) for each in missed]
        reason = f"{_named(missed)}; in all {total.words()}"
        chosen = survivors.findings(entries, where)
        return Verdict(GATE, FINDINGS, reason, chosen, details)
    left = [each for each, standing in standings.items() if standing == OPEN]
    if left:
        reason = f"too many mutants were not judged: {_named(left)}; in all {total.words()}"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    if outcome.errors:
        path, error = next(iter(outcome.errors.items()))
        return Verdict(GATE, NOT_RUN, f"{path} was not judged: {error}", details=details)
    if all(standing == NOTHING for standing in standings.values()):
        reason = "the changed functions have nothing that could be mutated"
        return Verdict(GATE, NOT_RUN, reason, details={**details, "owed": 0})
    asked = [each for each, standing in standings.items() if standing == MET]
    noun = "function" if len(asked) == 1 else "functions"
    return Verdict(GATE, PASSED, f"{total.words()} in {len(asked)} {noun}", details=details)


def remember(scores: Scores, found: Sequence[FunctionScore]) -> None:
    """Store the scores of functions that were judged in full, for their next change."""
    scores.put(
        (each.path, each.target.qualname, each.target.digest, each.tally.dead, each.tally.missed)
        for each in found
        if not each.tally.not_judged
    )


def _named(found: Sequence[FunctionScore]) -> str:
    named = "; ".join(each.words() for each in found[:_MOST_NAMED])
    more = len(found) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named
