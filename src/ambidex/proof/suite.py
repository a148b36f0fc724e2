"""The gate `tests`: the affected tests first, then the suite."""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance
from ambidex.verdict import BROKEN, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.proof.subject import Subject

_FAILED_TESTS = 1
_USAGE_ERROR = 4


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
    the test map is not complete, because recording can double the time.
    """
    from ambidex.proof import select, testmap

    command = subject.command()
    if not command.configured and not any(
        select.is_test_file(path)
        for path in select.python_files(subject.root, subject.policy["tests"]["exclude"])
    ):
        return Verdict("tests", NOT_RUN, "the project has no test files")
    known = testmap.load(subject.state, subject.root)
    complete = known is not None and known.complete
    slow = testmap.is_slow(subject.state, subject.root)
    return _run(subject, (), record=not complete and not slow)


def _run(subject: Subject, nodes: Sequence[str], *, record: bool) -> Verdict:
    from ambidex.proof import python_tests, settle, testmap
    from ambidex.proof.recording import Recorder

    recorder = Recorder(subject.environ if record else None)
    verdict = python_tests.run(
        subject.root,
        subject.state,
        subject.command(),
        environ=subject.environ,
        deadline=subject.deadline_of("tests"),
        nodes=nodes,
        recorder=recorder,
    )
    if record and verdict.details.get("exit_code") in (0, _FAILED_TESTS):
        tree = subject.after.sha if subject.after is not None else ""
        testmap.merge(subject.state, subject.root, recorder.recording, tree, nodes)
        verdict.details["recorded"] = recorder.recording.reason or len(recorder.recording.tests)
    elif record and not nodes and verdict.status == NOT_RUN:
        # Perhaps it is fast enough without.
        testmap.mark_slow(subject.state, subject.root)
    verdict = _environment(subject, verdict)
    verdict = settle.settle(subject, verdict, recorder, nodes)
    if verdict.status == PASSED and not nodes:
        # All of it ran: whatever it is compared with, it is green.
        verdict.details["any_base"] = True
    return verdict


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
