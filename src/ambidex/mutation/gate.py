"""The gate `mutation`: do the tests notice when the changed functions are made wrong?

Every mutant of the changed functions is judged, those on changed lines first; what is demanded of
them is in `demands`.
"""

from __future__ import annotations

import time

from ambidex.changes.process import TreeError
from ambidex.mutation import targets
from ambidex.mutation.demands import remember, score_all
from ambidex.mutation.mutant import NOT_JUDGED, SURVIVED, UNCOVERED
from ambidex.mutation.score import MISSED, NOTHING, OPEN, Demand, Tally
from ambidex.printable import printable
from ambidex.proof.relevance import excluded
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.demands import FunctionScore
    from ambidex.mutation.judging import Outcome
    from ambidex.mutation.mutant import Judged
    from ambidex.proof.subject import Subject

    # What is said of some functions, their standing, and the functions.
    Group = tuple[str, str, Sequence[FunctionScore]]

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
    groups = [(each.words(), each.standing, [each]) for each in found]
    return _weighed(outcome, found, groups, root, policy)


def verdict_together(
    outcome: Outcome, found: Sequence[FunctionScore], root: str, policy: Mapping[str, Any]
) -> Verdict:
    """The verdict on all functions together, those in critical files apart; as `verdict_of`."""
    groups = []
    for critical in (False, True):
        part = [each for each in found if each.critical == critical]
        tally = Tally()
        for each in part:
            tally.add(each.tally)
        groups.append((*_together(tally, critical, policy), part))
    return _weighed(outcome, found, groups, root, policy)


def verdict_of_report(judged: Sequence[Judged], policy: Mapping[str, Any]) -> Verdict:
    """The verdict on the mutants of a report, all together, those in critical files apart."""
    total = Tally.of(judged)
    globs = policy["mutation"]["critical"]
    parts = [
        (critical, [each for each in judged if excluded(each.mutant.path, globs) == critical])
        for critical in (False, True)
    ]
    standings = [_together(Tally.of(part), critical, policy) for critical, part in parts]
    missed = [words for words, standing in standings if standing == MISSED]
    details = {**total.as_dict(), "mutants": total.total}
    if missed:
        concerned = (
            each
            for (_, part), (_, standing) in zip(parts, standings)
            if standing == MISSED
            for each in part
            if each.status in (SURVIVED, UNCOVERED)
        )
        listed = [
            Finding(
                each.mutant.path,
                each.mutant.line,
                f"{each.mutant.qualname}:{each.mutant.operator}",
                f"`{printable(each.mutant.replacement, 100)}` goes unnoticed here",
            )
            for each in list(concerned)[:_MOST_LISTED]
        ]
        return Verdict(GATE, FINDINGS, "; ".join(missed), listed, details)
    left = [words for words, standing in standings if standing == OPEN]
    if left:
        reason = f"too many mutants were not judged: {'; '.join(left)}"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    if not total.total:
        return Verdict(GATE, NOT_RUN, "there are no mutants", details=details)
    return Verdict(GATE, PASSED, total.words(), details=details)


def _together(tally: Tally, critical: bool, policy: Mapping[str, Any]) -> tuple[str, str]:
    rules = policy["mutation"]
    demand = Demand(rules["min_critical" if critical else "min_new"], strict=critical)
    name = "critical functions" if critical else "all functions together"
    words = f"{name}: {tally.words()}, {demand.words()} wanted"
    return words, demand.standing(tally)


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
        concerned = [each for _, _, scores in missed for each in scores]
        worst = [each for each in concerned if each.standing == MISSED] or concerned
        where = [(each.path, each.target.qualname) for each in worst]
        reason = f"{_named(missed)}; in all {total.words()}"
        return Verdict(GATE, FINDINGS, reason, survivors.findings(entries, where), details)
    left = [group for group in groups if group[1] == OPEN]
    if left:
        reason = f"too many mutants were not judged: {_named(left)}; in all {total.words()}"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    if outcome.errors:
        path, error = next(iter(outcome.errors.items()))
        return Verdict(GATE, NOT_RUN, f"{path} was not judged: {error}", details=details)
    if all(standing == NOTHING for _, standing, _ in groups):
        reason = "the changed functions have nothing that could be mutated"
        return Verdict(GATE, NOT_RUN, reason, details={**details, "owed": 0})
    number = sum(each.tally.total > 0 for each in found)
    noun = "function" if number == 1 else "functions"
    return Verdict(GATE, PASSED, f"{total.words()} in {number} {noun}", details=details)


def _named(groups: Sequence[Group]) -> str:
    named = "; ".join(words for words, _, _ in groups[:_MOST_NAMED])
    more = len(groups) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named
