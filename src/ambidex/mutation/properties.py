"""The gate `properties`: property tests that kill no mutant of the code they execute.

A property that no wrong program can break proves nothing, however many examples it passes. Asked
are the properties that the change touches: those that changed, those whose strategies changed, and
those that execute a changed function.
"""

from __future__ import annotations

import os
import time

from ambidex.changes import functions, lines
from ambidex.mutation import property_kills
from ambidex.proof import plugins, property_tests, select
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from ambidex.changes.functions import Function
    from ambidex.mutation.mutant import Judged, Mutant
    from ambidex.mutation.property_kills import Judge, Score
    from ambidex.mutation.property_mutants import Place
    from ambidex.proof.property_tests import Property
    from ambidex.proof.subject import Subject
    from ambidex.proof.testmap import TestMap

    Lines = tuple[int, int]

GATE = "properties"
# Fewer survivors may all be equivalent to the original.
MIN_MISSED = 3
_MOST_SHOWN = 3
# A run that ends this near to the deadline was ended by it, seconds.
_NO_TIME = 3.0
_NO_MAP = "which code the property tests execute is not known: the tests were not recorded"


def judge(subject: Subject) -> Verdict:
    """The verdict on the properties that a change touches."""
    by_file = of_project(subject)
    if not by_file:
        return _owes_nothing("there are no property tests")
    ranges = _changed_ranges(subject)
    own = _changed_properties(subject, by_file, ranges)
    changed = _changed_functions(subject, ranges)
    if not own and not changed:
        return _owes_nothing("no property test is concerned")
    known = _map(subject)
    if known is None:
        from ambidex.proof import unrecorded

        return unrecorded.verdict(GATE, subject)
    from ambidex.mutation import property_mutants

    others = [each for found in by_file.values() for each in found if each not in own]
    places = property_mutants.executed(subject, known, own)
    places.update(property_mutants.executed(subject, known, others, changed))
    if not own and not places:
        return _owes_nothing("no property test executes what changed")
    return _judge(subject, known, [*own, *(each for each in places if each not in own)], places)


def judge_all(subject: Subject, chosen: Sequence[str] = ()) -> Verdict:
    """The verdict on all properties of a project, or on those that `chosen` names.

    Args:
        subject: the project.
        chosen: files, folders or node ids, as pytest takes them.
    """
    found = select_properties(of_project(subject), chosen)
    if not found:
        return _owes_nothing("there are no property tests")
    known = _recorded(subject, found)
    if known is None:
        return Verdict(GATE, NOT_RUN, _NO_MAP)
    from ambidex.mutation import property_mutants

    places = property_mutants.executed(subject, known, found)
    return _judge(subject, known, found, places)


def _recorded(subject: Subject, found: Sequence[Property]) -> TestMap | None:
    """The test map, after having run those of the properties that are not in it."""
    from ambidex.proof import python_tests, testmap
    from ambidex.proof.recording import Recorder

    known = _map(subject)
    there = known.tests if known is not None else {}
    names = {node.partition("[")[0] for node in there}
    nodes = [each.node for each in found if each.node not in names]
    if not nodes:
        return known
    recorder = Recorder(subject.environ)
    python_tests.run(
        subject.root,
        subject.state,
        subject.command(),
        environ=subject.environ,
        deadline=subject.deadline_of("tests"),
        nodes=nodes,
        recorder=recorder,
    )
    merged = testmap.merge(subject.state, subject.root, recorder.recording, "", nodes)
    return merged or known


def of_project(subject: Subject) -> dict[str, list[Property]]:
    """The property tests of the project's test files, by file; files without any are left out."""
    found = {}
    for path in select.python_files(subject.root, subject.policy["tests"]["exclude"]):
        if select.is_test_file(path):
            properties = property_tests.find(path, subject.content(path) or b"")
            if properties:
                found[path] = properties
    return found


def select_properties(
    by_file: Mapping[str, Sequence[Property]], chosen: Sequence[str]
) -> list[Property]:
    """Those properties that one of `chosen` names: a file, a folder, a node id or its beginning."""
    wanted = [os.path.normpath(text).replace(os.sep, "/") for text in chosen]
    return [
        each
        for found in by_file.values()
        for each in found
        if not wanted
        or any(
            text in (".", each.node) or each.node.startswith((f"{text}/", f"{text}::"))
            for text in wanted
        )
    ]


def executed(subject: Subject, found: Sequence[Property]) -> dict[Property, list[str]] | None:
    """The functions that each property executes, as `path::qualname`; None if that is not known."""
    known = _map(subject)
    if known is None:
        return None
    from ambidex.mutation import property_mutants

    places = property_mutants.executed(subject, known, found)
    return {
        each: [f"{path}::{function.qualname}" for path, function, _ in those]
        for each, those in places.items()
    }


def _map(subject: Subject) -> TestMap | None:
    from ambidex.proof import testmap

    return testmap.load(subject.state, subject.root)


def _changed_ranges(subject: Subject) -> dict[str, list[Lines]]:
    """Changed lines of the Python files that are there, by path."""
    formerly = {change.path: change.old_path or change.path for change in subject.changes}
    found = {}
    for path in subject.paths:
        content = subject.content(path) if path.endswith(".py") else None
        if content is not None:
            before = subject.former(formerly.get(path, path)) or b""
            found[path] = lines.changed_lines(before, content)
    return found


def _changed_properties(
    subject: Subject,
    by_file: Mapping[str, Sequence[Property]],
    ranges: Mapping[str, Sequence[Lines]],
) -> list[Property]:
    """Properties whose own lines changed, or that import changed strategies."""
    found = {
        each: None
        for path in ranges
        for each in by_file.get(path, ())
        if any(first <= each.end_line and each.line <= last for first, last in ranges[path])
    }
    strategies = [
        path
        for path in ranges
        if ranges[path]
        and path not in by_file
        and property_tests.mentions(subject.content(path) or b"")
    ]
    if strategies:
        limit = time.monotonic() + (subject.deadline - time.monotonic()) / 10
        selection = select.affected(subject.root, subject.policy, strategies, limit)
        # Nothing can be told apart: all of them.
        users: Iterable[str] = selection.files or (by_file if selection.whole else ())
        found.update((each, None) for path in users for each in by_file.get(path, ()))
    return list(found)


def _changed_functions(
    subject: Subject, ranges: Mapping[str, Sequence[Lines]]
) -> dict[str, list[Function]]:
    found = {}
    for path, changed in ranges.items():
        if select.is_test_file(path):
            continue
        text = (subject.content(path) or b"").decode("utf-8", "replace")
        touched = functions.touched(text, changed)
        those = [each for each in touched if each.qualname != functions.MODULE]
        if those:
            found[path] = those
    return found


def _judge(
    subject: Subject,
    known: TestMap,
    properties: Sequence[Property],
    places: Mapping[Property, Sequence[Place]],
) -> Verdict:
    from ambidex.mutation import property_mutants

    started = time.monotonic()
    deadline = subject.deadline_of("mutation")
    reached = property_mutants.mutants(subject, known, places, deadline)
    try:
        scores = property_kills.score(
            {each: those for each, those in reached.items() if those},
            _runner(subject, known, deadline),
            deadline,
        )
    except property_kills.Broken as error:
        return Verdict(GATE, BROKEN, str(error), seconds=time.monotonic() - started)
    verdict = _verdict(properties, scores)
    verdict.seconds = time.monotonic() - started
    return verdict


def _runner(subject: Subject, known: TestMap, deadline: float) -> Judge:
    environ = with_plugin(subject.environ, "--hypothesis-profile=ambidex-mutants")

    def judge_with(
        mutants: Sequence[Mutant], covering: Mapping[str, Sequence[str]]
    ) -> tuple[Sequence[Judged], Collection[str]]:
        from ambidex.mutation import runner

        run = runner.judge(
            subject.root,
            subject.state,
            subject.command(),
            mutants,
            covering,
            seconds=known.seconds,
            environ=environ,
            deadline=deadline,
        )
        if run.broken and time.monotonic() < deadline - _NO_TIME:
            raise property_kills.Broken(run.broken)
        return run.judged, run.left_out

    return judge_with


def with_plugin(environ: Mapping[str, str], *options: str) -> dict[str, str]:
    """The environment in which the project's pytest loads our plugin by its path.

    Args:
        environ: the process environment.
        options: options of pytest, ours and Hypothesis's.
    """
    import shlex

    folder = plugins.folder(environ)
    path = [folder, *filter(None, [environ.get("PYTHONPATH", "")])]
    # An installed one would register the same options.
    ours = ["-p", "no:ambidex", "-p", "ambidex_properties", *options]
    added = " ".join(map(shlex.quote, ours))
    return {
        **environ,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTEST_ADDOPTS": f"{environ.get('PYTEST_ADDOPTS', '')} {added}".strip(),
    }


def _verdict(properties: Sequence[Property], scores: Sequence[Score]) -> Verdict:
    by_property = {score.property: score for score in scores}
    findings = []
    rows: list[dict[str, Any]] = []
    proven = 0
    for each in properties:
        score = by_property.get(each) or property_kills.Score(each)
        proven += bool(score.killed)
        rows.append(
            {
                "property": each.node,
                "killed": len(score.killed),
                "missed": len(score.missed),
                "not_judged": score.unjudged,
            }
        )
        if not score.killed and len(score.missed) >= MIN_MISSED:
            findings.append(_finding(score))
    details: dict[str, Any] = {"properties": rows}
    if findings:
        reason = f"{len(findings)} of {len(properties)} property tests notice no wrong program"
        return Verdict(GATE, FINDINGS, reason, findings, details)
    if not proven:
        return Verdict(
            GATE, NOT_RUN, "no mutant could be judged with these properties", [], details
        )
    left = len(properties) - proven
    reason = f"{proven} property tests kill mutants" + (f", {left} not judged" if left else "")
    return Verdict(GATE, PASSED, reason, None, details)


def _finding(score: Score) -> Finding:
    from ambidex.mutation import vacuity

    each = score.property
    why = vacuity.reasons(each.tree) if each.tree is not None else []
    examples = "; ".join(
        f"{mutant.path}:{mutant.line} {mutant.qualname} ({mutant.operator})"
        for mutant in score.missed[:_MOST_SHOWN]
    )
    message = (
        f"vacuous: {each.name} kills none of {len(score.missed)} mutants of the code that it "
        f"executes" + (f"; {', '.join(why)}" if why else "") + f". Missed: {examples}"
    )
    fix = "assert a relation between input and result that a wrong result breaks"
    return Finding(each.path, each.line, each.node, message, fix, "warning")


def _owes_nothing(reason: str) -> Verdict:
    return Verdict(GATE, NOT_RUN, reason, details={"owed": 0})
