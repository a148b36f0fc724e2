"""The gate `tests`: the affected tests first, then the suite."""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance
from ambidex.verdict import BROKEN, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.proof.recording import Recorder
    from ambidex.proof.subject import Subject

_FAILED_TESTS = 1
_USAGE_ERROR = 4
# How much longer a run may take that is recorded.
_SLOWER = 3


def irrelevant(subject: Subject) -> Verdict | None:
    """A verdict where nothing changed that tests could notice; else None."""
    if subject.paths:
        return None
    return Verdict("tests", NOT_RUN, relevance.NOTHING_RELEVANT, details={"owed": 0})


def affected_tests(subject: Subject) -> Verdict | None:
    """The tests that the change affects; None when they can't be told apart or ran none.

    They are recorded while they run, so the test map stays up to date.
    """
    from ambidex.proof import choose, testmap

    if not subject.command().is_pytest:
        return None
    # A tenth of what is left: selection must not eat the time of the run that it saves.
    limit = time.monotonic() + (subject.deadline - time.monotonic()) / 10
    chosen = choose.choose(subject, testmap.load(subject.state, subject.root), limit)
    if not chosen.nodes:
        return None
    verdict = _run(subject, chosen.nodes, record=True)
    verdict.details["files"] = len({node.partition("::")[0] for node in chosen.nodes})
    # Everything skipped or deselected in these files: the suite may still say something. And
    # what pytest does not find by its name, it finds in the suite.
    if verdict.details.get("exit_code") == _USAGE_ERROR:
        return None
    if verdict.status == NOT_RUN and verdict.details["exit_code"] is not None:
        return None
    return verdict


def suite(subject: Subject) -> Verdict | None:
    """The whole command as configured.

    Tests that were green a moment ago run again: order, session fixtures and thresholds over
    the whole run (coverage) are part of what the project configured. It is recorded only where
    the test map is not complete or not of this tree (no affected tests were recorded before),
    because recording can double the time.
    """
    from ambidex.proof import select, testmap

    command = subject.command()
    if not command.configured and not any(
        select.is_test_file(path)
        for path in select.python_files(subject.root, subject.policy["tests"]["exclude"])
    ):
        return Verdict("tests", NOT_RUN, "the project has no test files")
    known = testmap.load(subject.state, subject.root)
    tree = subject.after.sha if subject.after is not None else ""
    up_to_date = known is not None and known.complete and known.tree == tree
    slow = testmap.is_slow(subject.state, subject.root)
    return _run(subject, (), record=command.is_pytest and not up_to_date and not slow)


def _run(subject: Subject, nodes: Sequence[str], *, record: bool) -> Verdict:
    from ambidex.proof import settle, testmap
    from ambidex.proof.recording import Recorder

    # What a project measures, and demands, itself is about the whole suite.
    recorder = Recorder(subject.environ if record else None, instead=bool(nodes))
    verdict = _tested(subject, nodes, recorder)
    if record and verdict.details.get("exit_code") in (0, _FAILED_TESTS):
        _keep(subject, recorder, verdict, nodes)
    elif record and not nodes and verdict.status == NOT_RUN:
        # Perhaps it is fast enough without.
        testmap.mark_slow(subject.state, subject.root)
    verdict = _environment(subject, verdict)
    verdict = settle.settle(subject, verdict, recorder, nodes)
    if verdict.status == PASSED and not nodes:
        # All of it ran: whatever it is compared with, it is green.
        verdict.details["any_base"] = True
        if recorder.recording.rival:
            _record_apart(subject, verdict)
    return verdict


def _tested(subject: Subject, nodes: Sequence[str], recorder: Recorder) -> Verdict:
    from ambidex.proof import python_tests

    return python_tests.run(
        subject.root,
        subject.state,
        subject.command(),
        environ=subject.environ,
        deadline=subject.deadline_of("tests"),
        nodes=nodes,
        recorder=recorder,
    )


def _keep(subject: Subject, recorder: Recorder, verdict: Verdict, nodes: Sequence[str]) -> None:
    """Bring the test map up to date with a run, and say in its verdict how much is known."""
    from ambidex.proof import testmap

    tree = subject.after.sha if subject.after is not None else ""
    recording = recorder.recording
    testmap.merge(subject.state, subject.root, recording, tree, nodes)
    verdict.details["recorded"] = recording.reason or len(recording.tests)


def _record_apart(subject: Subject, verdict: Verdict) -> None:
    """Run a green suite once more for the test map, without pytest-cov, if there is time."""
    from ambidex.proof.recording import Recorder

    if time.monotonic() + _SLOWER * verdict.seconds > subject.deadline:
        return
    recorder = Recorder(subject.environ, instead=True)
    again = _tested(subject, (), recorder)
    if again.details.get("exit_code") == 0:
        _keep(subject, recorder, verdict, ())


def _environment(subject: Subject, verdict: Verdict) -> Verdict:
    """What the tests import and nobody installed is the environment's trouble, no finding.

    Unless the missing module is the project's own, or a changed file names it.
    """
    missing = verdict.details.get("missing_modules")
    if not missing or any(_is_ours(subject, name) for name in missing):
        return verdict
    reason = f"not installed where the tests run: {', '.join(missing)}"
    return Verdict(verdict.gate, BROKEN, reason, details=verdict.details, seconds=verdict.seconds)


def _is_ours(subject: Subject, module: str) -> bool:
    top = module.partition(".")[0]
    for folder in (*subject.policy["tests"]["source"], *subject.policy["tests"]["paths"], "."):
        base = os.path.join(subject.root, folder, top)
        if os.path.isdir(base) or os.path.exists(base + ".py"):
            return True
    for path in subject.paths:
        if path in (f"{top}.py",) or f"/{top}/" in f"/{path}" or path.endswith(f"/{top}.py"):
            return True
        if not path.endswith(".py"):
            continue
        try:
            with open(os.path.join(subject.root, path), "rb") as file:
                if top.encode() in file.read(1_000_000):
                    return True
        except OSError:
            continue
    return False
