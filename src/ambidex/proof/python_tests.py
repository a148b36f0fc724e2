"""Run the project's tests with pytest, or with whatever command the policy names.

What counts comes from the results file that pytest writes, together with its exit code;
neither alone is believed. A run passes only if pytest ended with 0, wrote its results to
the end, and at least one test passed in it. So a test that ends the process with
`os._exit(0)`, a plugin that sets the exit code, or a suite that skips everything never pass.

Not proved here: that the tests test anything, that they are the ones that were there
before, or that a failure was not there before the change.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time

from ambidex import locate
from ambidex.printable import printable
from ambidex.proof import junit, process
from ambidex.proof.command import Command, environment
from ambidex.proof.recording import OPTIONS, PLUGIN
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ambidex.proof.recording import Recorder

GATE = "tests"
MOST_FINDINGS = 500
LOGS_KEPT = 20

_INTERNAL_ERROR = 3
_USAGE_ERROR = 4
_NOTHING_COLLECTED = 5
_OPTIONS = (
    # Changes the shape of the results file only: xunit1 alone names the file of each test.
    *("-o", "junit_family=xunit1", "-o", "junit_logging=no"),
    # A failure that was there before must not hide what fails behind it.
    *("--maxfail=0", "--continue-on-collection-errors"),
)
_CONFTEST = "ImportError while loading conftest '"


def run(
    root: str,
    state: str,
    command: Command,
    *,
    environ: Mapping[str, str],
    deadline: float,
    nodes: Sequence[str] = (),
    at: str = "",
    recorder: Recorder | None = None,
) -> Verdict:
    """Run `command`, for `nodes` only if any are given, and judge what came out.

    Args:
        root: the project's root; the command runs there.
        state: the repository's state directory; the output is kept under `logs`.
        command: from `command.find`.
        environ: the process environment; see `command.environment` for what is left out.
        deadline: `time.monotonic()` at which the whole process group is killed.
        nodes: test files or node ids; only for a pytest command.
        at: another folder that holds the project's files, to run there instead.
        recorder: is given what became of each test, and, where it has a probe, what the probe
            wrote down. Only for a pytest command.

    Returns:
        A verdict of the gate `tests`: `findings` for failing tests and for test modules that
        can't be imported, `not_run` for the deadline, no tests, or nothing but skipped ones,
        `broken` where the trouble is the environment's. `details` hold the counts, the
        command, the exit code and the log's path.
    """
    layer = "affected" if nodes else "suite"
    started = time.monotonic()
    log = _log_path(state, layer)
    cwd = at or root
    folder = tempfile.mkdtemp(prefix="ambidex-")
    report = os.path.join(folder, "results.xml")
    options = (f"--junitxml={report}", *_OPTIONS) if command.is_pytest else ()
    tests_environ = environment(environ, root)
    argv = command.only(nodes, options) if nodes else command.whole(options)
    try:
        recording = False
        if recorder is not None and recorder.probes and command.is_pytest:
            probed = command.only if nodes else _whole(command)
            outcome = process.run(
                probed(nodes, (*options, *OPTIONS)),
                cwd=cwd,
                environ=recorder.environment(tests_environ, folder, cwd),
                deadline=deadline,
                log=log,
            )
            recorder.read(folder, cwd)
            # A Python that ignores PYTHONPATH, or a runner that drops it: then without.
            recording = PLUGIN not in outcome.tail or os.path.exists(report)
        if not recording:
            outcome = process.run(argv, cwd=cwd, environ=tests_environ, deadline=deadline, log=log)
        results = junit.read(report, cwd)
        if recorder is not None:
            recorder.outcomes = {case.node: case.outcome for case in results.cases}
    except OSError as error:
        reason = f"`{printable(argv[0], 200)}` can't be run: {error.strerror or error}"
        return Verdict(GATE, BROKEN, reason, details={"layer": layer})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    verdict = _Judge(root, command, outcome, results, layer).verdict()
    verdict.seconds = time.monotonic() - started
    verdict.details.update(
        layer=layer,
        command=printable(command.shown(root, nodes), 1000),
        exit_code=outcome.code,
        output_bytes=outcome.size,
        log=log or "",
    )
    return verdict


def _whole(command: Command) -> Callable[[Sequence[str], Sequence[str]], list[str]]:
    return lambda _nodes, options: command.whole(options)


class _Judge:
    """From exit code, results and output to one verdict."""

    def __init__(
        self,
        root: str,
        command: Command,
        outcome: process.Outcome,
        results: junit.Results,
        layer: str,
    ) -> None:
        self._root = root
        self._command = command
        self._outcome = outcome
        self._results = results
        self._layer = layer
        self._details: dict[str, Any] = {}

    def verdict(self) -> Verdict:
        code = self._outcome.code
        if code is None:
            seconds = round(self._outcome.seconds)
            return self._say(NOT_RUN, f"the tests did not end within {seconds} s (deadline)")
        if code < 0:
            return self._say(BROKEN, f"the test run died by {_signal_name(-code)}")
        if self._command.is_pytest:
            return self._pytest(code)
        return self._other(code)

    def _pytest(self, code: int) -> Verdict:
        results = self._results
        passed, failed, skipped = (
            results.count(outcome) for outcome in (junit.PASSED, junit.FAILED, junit.SKIPPED)
        )
        if results.exists:
            self._details.update(
                tests=len(results.cases), passed=passed, failed=failed, skipped=skipped
            )
        if failed:
            return self._failures(failed)
        if not results.exists:
            return self._without_results(code)
        if not results.complete:
            return self._say(BROKEN, "the results file of the test run is cut off or unreadable")
        if code == _INTERNAL_ERROR:
            return self._say(BROKEN, f"pytest reports an internal error: {self._last_line()}")
        if code == _USAGE_ERROR:
            return self._say(BROKEN, f"pytest can't be run like this: {self._last_line()}")
        if code == _NOTHING_COLLECTED or (code == 0 and not results.cases):
            return self._say(NOT_RUN, "no tests were collected")
        if code == 1 and self._layer == "affected":
            # A threshold over the whole suite (coverage) can't be met by a part of it.
            code = 0
        if code == 1:
            return self._unexplained(code)
        if code:
            why = f"pytest was interrupted (exit code {code}): {self._last_line()}"
            return self._say(BROKEN, why)
        if not passed:
            return self._say(NOT_RUN, f"no test passed: all {skipped} were skipped")
        return self._say(PASSED, f"{passed} tests passed, {skipped} skipped")

    def _without_results(self, code: int) -> Verdict:
        if _CONFTEST in self._outcome.tail:
            return self._conftest()
        if code == _INTERNAL_ERROR:
            return self._say(BROKEN, f"pytest reports an internal error: {self._last_line()}")
        if code == _USAGE_ERROR:
            return self._say(BROKEN, f"pytest can't be run like this: {self._last_line()}")
        if code in (126, 127):
            return self._say(BROKEN, f"the test command can't be run: {self._last_line()}")
        why = f"the test run ended with exit code {code} and wrote no results"
        last = self._last_line()
        return self._say(BROKEN, f"{why}: {last}" if last else why)

    def _other(self, code: int) -> Verdict:
        if code == 0:
            return self._say(PASSED, "the test command ended with exit code 0")
        if code in (126, 127):
            return self._say(BROKEN, f"the test command can't be run: {self._last_line()}")
        if code > 128:
            # How a shell reports that a signal killed the command.
            return self._say(BROKEN, f"the test run died by {_signal_name(code - 128)}")
        return self._unexplained(code)

    def _unexplained(self, code: int) -> Verdict:
        lines = [printable(line, 200) for line in self._outcome.tail.splitlines()[-30:]]
        end = " | ".join([line for line in lines if line][-8:])[-900:]
        message = f"exit code {code}; the output ends: {end}" if end else f"exit code {code}"
        fix = f"re-run: {printable(self._command.shown(self._root), 400)}"
        finding = Finding("", 0, "tests.command", message, fix)
        return self._say(FINDINGS, f"the test command failed with exit code {code}", [finding])

    def _conftest(self) -> Verdict:
        """A conftest that can't be imported: pytest ends with a usage error and no results."""
        rest = self._outcome.tail.partition(_CONFTEST)[2]
        path = os.path.relpath(rest.partition("'")[0], self._root).replace(os.sep, "/")
        path = printable(path, 300)
        message = _error_line(rest) or "it can't be imported"
        self._note_missing([rest])
        fix = f"re-run: {printable(self._command.shown(self._root), 400)}"
        finding = Finding(path, junit.line_of(rest, path), path, message, fix)
        return self._say(FINDINGS, f"{path} can't be imported, so no test ran", [finding])

    def _failures(self, failed: int) -> Verdict:
        cases = [case for case in self._results.cases if case.outcome == junit.FAILED]
        if all(case.collection for case in cases):
            self._note_missing([case.text for case in cases])
        findings = [self._finding(case) for case in cases[:MOST_FINDINGS]]
        where = " among the affected tests" if self._layer == "affected" else ""
        reason = f"{failed} of {len(self._results.cases)} tests failed{where}"
        return self._say(FINDINGS, reason, findings)

    def _finding(self, case: junit.Case) -> Finding:
        node = printable(case.node, 300)
        # A name that had to be changed to be shown can't be typed either.
        exact = node == case.node and "\0" not in node
        target = case.node if exact else printable(case.path, 300)
        shown = self._command.shown(self._root, [target] if target else [])
        first = printable(next(iter(case.message.strip().splitlines()), ""), 300)
        if case.collection:
            first = _error_line(case.text) or first
        fix = f"re-run: {printable(shown, 600)}"
        return Finding(printable(case.path, 300), case.line, node, first or "failed", fix)

    def _note_missing(self, texts: Sequence[str]) -> None:
        """Name the modules that could not be found, if that is what every one of `texts` says."""
        names = [_missing_module(text) for text in texts]
        if all(names):
            self._details["missing_modules"] = sorted(set(names))

    def _say(self, status: str, reason: str, findings: list[Finding] | None = None) -> Verdict:
        return Verdict(GATE, status, reason, findings, self._details)

    def _last_line(self) -> str:
        lines = (printable(line, 300) for line in reversed(self._outcome.tail.splitlines()))
        return next((line for line in lines if line.strip("=- ")), "")


def _error_line(text: str) -> str:
    """The first line that pytest marks as the error (`E   …`) and that names an exception."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    named = (line for line in marked if line.partition(":")[0].endswith(("Error", "Exception")))
    return printable(next(named, marked[-1] if marked else ""), 300)


def _missing_module(text: str) -> str:
    error = _error_line(text)
    kind, _, rest = error.partition(": No module named ")
    return rest.strip("'\"") if kind.endswith("ModuleNotFoundError") else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _log_path(state: str, layer: str) -> str | None:
    """A new log's path, with the oldest logs removed; None where the state can't be written."""
    folder = os.path.join(state, "logs")
    try:
        locate.make_private(folder)
        for name in sorted(name for name in os.listdir(folder) if name.startswith("tests-"))[
            : -LOGS_KEPT + 1
        ]:
            os.unlink(os.path.join(folder, name))
        path = os.path.join(folder, f"tests-{time.time_ns()}-{os.getpid()}-{layer}.log")
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return None
    return path
