"""The gate `tests`: the affected tests first, then the suite."""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance
from ambidex.verdict import BROKEN, NOT_RUN, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.proof.subject import Subject


def irrelevant(subject: Subject) -> Verdict | None:
    """A verdict where nothing changed that tests could notice; else None."""
    if subject.paths:
        return None
    return Verdict("tests", NOT_RUN, relevance.NOTHING_RELEVANT, details={"owed": 0})


def affected_tests(subject: Subject) -> Verdict | None:
    """The test files that the change affects; None when they can't be told apart or ran none."""
    from ambidex.proof import python_tests, select

    command = subject.command()
    if not command.is_pytest:
        return None
    # A tenth of what is left: selection must not eat the time of the run that it saves.
    limit = time.monotonic() + (subject.deadline - time.monotonic()) / 10
    selection = select.affected(subject.root, subject.policy, subject.paths, limit)
    if not selection.files:
        return None
    verdict = python_tests.run(
        subject.root,
        subject.state,
        command,
        environ=subject.environ,
        deadline=subject.deadline_of("tests"),
        nodes=selection.files,
    )
    verdict.details["files"] = len(selection.files)
    # Everything skipped or deselected in these files: the suite may still say something.
    if verdict.status == NOT_RUN and verdict.details["exit_code"] is not None:
        return None
    return _environment(subject, verdict)


def suite(subject: Subject) -> Verdict | None:
    """The whole command as configured.

    Files that were green a moment ago run again: order, session fixtures and thresholds over
    the whole run (coverage) are part of what the project configured.
    """
    from ambidex.proof import python_tests, select

    command = subject.command()
    if not command.configured and not any(
        select.is_test_file(path)
        for path in select.python_files(subject.root, subject.policy["tests"]["exclude"])
    ):
        return Verdict("tests", NOT_RUN, "the project has no test files")
    verdict = python_tests.run(
        subject.root,
        subject.state,
        command,
        environ=subject.environ,
        deadline=subject.deadline_of("tests"),
    )
    # All of it ran: whatever it is compared with, it is green.
    verdict.details["any_base"] = True
    return _environment(subject, verdict)


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
