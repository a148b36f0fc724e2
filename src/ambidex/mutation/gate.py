"""The gate `mutation`: whether the tests notice when the changed functions are made wrong.

Every mutant of the changed functions is judged, those on changed lines first; what is demanded of
them is in `demands`.
"""

from __future__ import annotations

import time

from ambidex.changes.process import TreeError
from ambidex.mutation import targets
from ambidex.mutation.demands import remember, score_all
from ambidex.mutation.mutant import NOT_JUDGED
from ambidex.mutation.score import MISSED, NOTHING, OPEN, Demand, Tally
from ambidex.proof.relevance import excluded
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.demands import FunctionScore
    from ambidex.mutation.judging import Outcome
    from ambidex.proof.subject import Subject

    # What is said of some functions, their standing, and the path and name of each.
    Group = tuple[str, str, Sequence[tuple[str, str]]]

GATE = "mutation"
_MOST_LISTED = 200
_MOST_NAMED = 3


def judge(subject: Subject) -> Verdict | None:
    """The verdict on the changed functions; see the module's docstring."""
    started = time.monotonic()
    verdict = _verdict(subject)
    verdict.seconds = time.monotonic() - started
    return verdict


def _verdict(subject: Subject) -> Verdict:
    from ambidex.mutation import judging
    from ambidex.mutation.baseline import Scores
    from ambidex.proof import testmap, unrecorded

    if subject.before is None:
        return Verdict(GATE, NOT_RUN, "what the files held before is not known")
    try:
        modules = targets.changed(subject)
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not modules:
        return Verdict(GATE, NOT_RUN, "no function changed", details={"owed": 0})
    tests = testmap.load(subject.state, subject.root)
    # What changed since it was recorded would look as if no test executed it.
    if tests is None or (subject.after is not None and tests.tree != subject.after.sha):
        return unrecorded.verdict(GATE, subject)
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


def verdict_of(
    outcome: Outcome, found: Sequence[FunctionScore], root: str, policy: Mapping[str, Any]
) -> Verdict:
    """The verdict on every function by itself.

    Args:
        outcome: what became of the mutants.
        found: the scores of the functions.
        root: the project's root.
        policy: the policy snapshot.

    Returns:
        A verdict whose `details["survivors"]` has all that the tests did not notice (see
        `survivors.listed`), for the evidence.
    """
    groups = [(each.words(), each.standing, [(each.path, each.target.qualname)]) for each in found]
    return _weighed(outcome, found, groups, root, policy)


def verdict_together(
    outcome: Outcome, found: Sequence[FunctionScore], root: str, policy: Mapping[str, Any]
) -> Verdict:
    """The verdict on all functions together, those in critical files apart; as `verdict_of`."""
    bad = [(each.path, each.target.qualname) for each in found if each.standing == MISSED]
    return _weighed(outcome, found, _together(outcome, bad, policy), root, policy)


def verdict_of_report(outcome: Outcome, root: str, policy: Mapping[str, Any]) -> Verdict:
    """The verdict on what another tool, or several of our shards, judged; all together."""
    return _weighed(outcome, [], _together(outcome, [], policy), root, policy)


def _together(
    outcome: Outcome, bad: Sequence[tuple[str, str]], policy: Mapping[str, Any]
) -> list[Group]:
    """Critical files and the others; of each the places of what is told if it is missed."""
    rules = policy["mutation"]
    groups: list[Group] = []
    for critical in (False, True):
        part = [
            each
            for each in outcome.judged
            if excluded(each.mutant.path, rules["critical"]) == critical
        ]
        tally = Tally.of(part)
        demand = Demand(rules["min_critical" if critical else "min_new"], strict=critical)
        name = "critical files" if critical else "all together"
        every = {(each.mutant.path, each.mutant.qualname) for each in part}
        places = [place for place in bad if place in every] or sorted(every)
        words = f"{name}: {tally.words()}, {demand.words()} wanted"
        groups.append((words, demand.standing(tally), places))
    return groups


def _weighed(
    outcome: Outcome,
    found: Sequence[FunctionScore],
    groups: Sequence[Group],
    root: str,
    policy: Mapping[str, Any],
) -> Verdict:
    from ambidex.mutation import survivors

    total = Tally.of(outcome.judged)
    entries = survivors.listed(outcome, root, policy)
    details: dict[str, Any] = {
        **total.as_dict(),
        "mutants": total.total,
        "cached": outcome.cached,
        "dropped": outcome.dropped,
        "unreadable": outcome.errors,
        "left_out": dict(list(outcome.left_out.items())[:_MOST_LISTED]),
        "functions": [each.as_dict() for each in found][:_MOST_LISTED],
        "survivors": entries,
        "not_judged_ids": [each.mutant.id for each in outcome.judged if each.status == NOT_JUDGED][
            :_MOST_LISTED
        ],
        "log": outcome.log,
    }
    if outcome.broken:
        return Verdict(GATE, BROKEN, outcome.broken, details=details)
    missed = [group for group in groups if group[1] == MISSED]
    if missed:
        where = [place for _, _, places in missed for place in places]
        reason = _summed(missed, total)
        return Verdict(GATE, FINDINGS, reason, survivors.findings(entries, where), details)
    left = [group for group in groups if group[1] == OPEN]
    if left:
        reason = f"too many mutants were not judged: {_summed(left, total)}"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    if outcome.errors:
        path, error = next(iter(outcome.errors.items()))
        return Verdict(GATE, NOT_RUN, f"{path} was not judged: {error}", details=details)
    if all(standing == NOTHING for _, standing, _ in groups):
        reason = "the changed functions have nothing that could be mutated"
        return Verdict(GATE, NOT_RUN, reason, details={**details, "owed": 0})
    number = len({(each.mutant.path, each.mutant.qualname) for each in outcome.judged})
    noun = "function" if number == 1 else "functions"
    return Verdict(GATE, PASSED, f"{total.words()} in {number} {noun}", details=details)


def _summed(groups: Sequence[Group], total: Tally) -> str:
    """The groups, and the sum of all where it is not that of the only one."""
    named, words = _named(groups), total.words()
    return named if words in named else f"{named}; in all {words}"


def _named(groups: Sequence[Group]) -> str:
    named = "; ".join(words for words, _, _ in groups[:_MOST_NAMED])
    more = len(groups) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named
