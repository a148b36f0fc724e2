"""One run of a checker: started, read, and told apart from a run that says nothing."""

from __future__ import annotations

import os

from ambidex.locate import make_private
from ambidex.proof.types.output import Report
from ambidex.verdict import BROKEN, NOT_RUN, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.proof.subject import Subject
    from ambidex.proof.types.checkers import Checker
    from ambidex.proof.types.output import Problem

GATE = "types"
_TAIL_LINES = 3


class Answer:
    """One run, read.

    Attributes:
        problems: its errors, with the text of their lines.
        report: what else its output says.
        failed: it ended with a failure, whatever the reason.
        broken: it failed without an error that can be pointed at.
        said: the end of what it printed, for `broken`.
    """

    __slots__ = ("broken", "failed", "problems", "report", "said")

    def __init__(self, report: Report, failed: bool, said: str) -> None:
        self.report = report
        self.problems = report.problems
        self.failed = failed
        pointed = any(problem.path for problem in report.problems)
        self.broken = report.crashed or (failed and not pointed and not report.nothing)
        self.said = said


def run(
    subject: Subject,
    checker: Checker,
    top: str,
    cache: str,
    deadline: float,
    details: dict[str, Any],
) -> Answer | Verdict:
    """Run a checker.

    Args:
        subject: what is to be proved.
        checker: which.
        top: the work tree, or the files of another tree.
        cache: which of the checker's caches, `now` or `before`.
        deadline: `time.monotonic()` at which it is killed.
        details: gets the tool's `version`.

    Returns:
        What it said; the verdict where it could not be asked.
    """
    from ambidex.proof import process
    from ambidex.proof.command import environment

    environ = environment(subject.environ, subject.root)
    environ.update(NO_COLOR="1", FORCE_COLOR="0", CARGO_TERM_COLOR="never")
    place = os.path.join(subject.state, "types", checker.name)
    caches = os.path.join(place, cache)
    folder = os.path.join(top, checker.folder) if checker.folder else top
    argv = checker.argv(caches, folder) if os.path.isdir(folder) else []
    if not argv or (checker.targets and "--" not in argv):
        return Answer(Report([], 0, nothing=True), False, "")
    log = os.path.join(place, f"{cache}.log")
    try:
        make_private(place)
        os.makedirs(caches, mode=0o700, exist_ok=True)
        if "version" not in details:
            details["version"] = _version(checker, place, folder, environ, deadline)
        outcome = process.run(argv, cwd=folder, environ=environ, deadline=deadline, log=log)
        with open(log, "rb") as file:
            out = file.read().decode("utf-8", "replace")
    except OSError as error:
        reason = f"{checker.name} can't be run: {error}"
        return Verdict(GATE, BROKEN, reason, details=details)
    return _read(checker, outcome.code, out, folder, top, details)


def _version(
    checker: Checker, place: str, folder: str, environ: Mapping[str, str], deadline: float
) -> str:
    """What the tool calls itself, asked once per installed program.

    Raises:
        OSError: it can't be started, or the answer can't be kept.
    """
    from ambidex.policy import private
    from ambidex.proof import process

    kept = os.path.join(place, f"version-{time_of(checker.program)}")
    try:
        with open(kept, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        pass
    word = "version" if checker.name == "go" else "--version"
    answer = process.run([checker.program, word], cwd=folder, environ=environ, deadline=deadline)
    text = answer.tail.strip().split("\n", 1)[0][:100] if answer.code == 0 else ""
    if text:
        private.replace(kept, text, lasting=False)
    return text


def _read(
    checker: Checker, code: int | None, out: str, folder: str, top: str, details: dict[str, Any]
) -> Answer | Verdict:
    if code is None:
        reason = f"{checker.name} did not end in time (deadline)"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    if code < 0:
        reason = f"{checker.name} was killed by signal {-code}"
        return Verdict(GATE, BROKEN, reason, details=details)
    report = checker.reader(out, folder, top)
    problems = [p for p in report.problems if not os.path.isabs(p.path)]
    report.problems = problems
    _add_lines(top, problems)
    return Answer(report, code != 0, _tail(out))


def _add_lines(top: str, problems: Sequence[Problem]) -> None:
    """Give the problems the text of their source lines."""
    files: dict[str, list[bytes]] = {}
    for problem in problems:
        if problem.path not in files:
            try:
                with open(os.path.join(top, problem.path), "rb") as file:
                    files[problem.path] = file.read().splitlines()
            except OSError:
                files[problem.path] = []
        lines = files[problem.path]
        if 0 < problem.line <= len(lines):
            problem.text = lines[problem.line - 1].strip().decode("utf-8", "replace")


def _tail(out: str) -> str:
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    return " / ".join(lines[-_TAIL_LINES:])[:500] or "it printed nothing"


def time_of(path: str) -> int:
    """When `path` was last changed, in nanoseconds since the epoch; 0 where it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
