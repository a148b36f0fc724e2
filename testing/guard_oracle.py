"""What the tests of the guard assert, check by check, and which lines each check executes."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

from testing.guard_mutants import Mutant
from testing.hooks import REPOSITORY

SUITES = (
    *("tests/unit/guard", "tests/rules/test_guard_rules.py", "tests/rules/test_guard_page.py"),
)
# The parametrised tests whose cases are checked here one by one.
REPEATED = "test_a_rule_stops_its_matches_and_nothing_similar"
Lines = set[tuple[str, int]]


class Check(NamedTuple):
    """One thing that the tests assert: the action, and the rule where a row names one."""

    command: str
    action: str  # of a corpus row; of an example "" and
    rule: str  # of an example, the rule that must apply or not
    applies: bool
    given: str  # the policy's guard section of an example, as JSON


class Oracle:
    """The checks, and which lines of the modules each of them executes."""

    def __init__(self, paths: list[Path], folder: Path, most_checks: int, most_tests: int) -> None:
        from testing.guarding import project

        # The guard's bounds on time must not decide: tracing and other work make it slow.
        time.process_time = lambda: 0.0
        self.files = {str(path) for path in paths}
        self.most_checks, self.most = most_checks, most_tests  # for one mutant
        self.root = project(folder / "project")
        self.checks = list(_checks())
        self.covered: list[Lines] = []
        verdicts = []
        for check in self.checks:
            with Tracing(self.files) as lines:
                verdicts.append(self.holds(check))
            self.covered.append(lines)
        wrong = [check for check, good in zip(self.checks, verdicts, strict=True) if not good]
        if wrong:
            raise SystemExit(f"{len(wrong)} checks fail without a mutant, first {wrong[0]}")
        found = self._covered_by_tests(folder / "tests.json") if most_tests else {}
        self.tests = dict(sorted(found.items(), key=lambda item: len(item[1])))
        self.lines_of: dict[str, dict[int, list[int]]] = {name: {} for name in self.files}
        for number, lines in enumerate([*self.covered, *self.tests.values()]):
            for file, line in lines:
                self.lines_of[file].setdefault(line, []).append(number)
        if most_tests:
            run_tests(["--collect-only", *SUITES], Quiet())
        gc.collect()
        gc.freeze()

    def holds(self, check: Check) -> bool:
        """Whether the guard, as it is now, does what the check asserts."""
        from testing.guarding import decision_on, hits_of, scene

        if check.action:
            decision = decision_on(check.command, scene(self.root))
            return decision.action == check.action and check.rule in ("", decision.rule)
        where = scene(self.root, guard=json.loads(check.given))
        return check.applies == any(
            hit.rule.id == check.rule for hit in hits_of(check.command, where)
        )

    def share(self, test: str, file: str) -> float:
        """How much of what a test executes of the modules is in one of them."""
        lines = self.tests[test]
        return sum(name == file for name, _ in lines) / len(lines)

    def lines_in(self, test: str, file: str) -> int:
        """How many lines of a module a test executes."""
        return sum(name == file for name, _ in self.tests[test])

    def _covered_by_tests(self, result: Path) -> dict[str, Lines]:
        """The unit tests with the lines that each executes, found out in a fork."""
        if os.fork() == 0:
            silence()
            found: dict[str, list[tuple[str, int]]] = {}
            arguments = ["--maxfail=99", "-k", f"not {REPEATED}", *SUITES]
            status = run_tests(arguments, Recorder(self.files, found))
            result.write_text(json.dumps([status, found]))
            os._exit(0)
        os.wait()
        status, found = json.loads(result.read_text())
        if status:
            print("tests fail without a mutant; those count for nothing")
        return {name: {(file, line) for file, line in lines} for name, lines in found.items()}

    def relevant(
        self, mutant: Mutant, file: str, at_import: set[str]
    ) -> tuple[list[Check], list[str]]:
        """The checks that can notice the mutant, and the tests."""
        at = self.lines_of[file]
        if mutant.function and mutant.function not in at_import:
            named = [at.get(line, ()) for line in range(mutant.first, mutant.last + 1)]
        else:
            named = list(at.values())
        ran = sorted({number for numbers in named for number in numbers})
        # Those that name what was changed are the likeliest to notice, then those that do least.
        said = mutant.before.strip("\"'") or mutant.before
        checks = sorted(
            (said not in self.checks[number].command, len(self.covered[number]), number)
            for number in ran
            if number < len(self.checks)
        )
        chosen = [self.checks[number] for *_, number in checks[: self.most_checks]]
        # Those that are named after it, then those that are most, and do most, about this module.
        names = list(self.tests)
        ranked = sorted(
            (said not in names[at], -self.share(name, file), -self.lines_in(name, file), at)
            for at in (number - len(self.checks) for number in ran)
            if at >= 0
            for name in (names[at],)
        )
        tests = [names[at] for *_, at in ranked[: self.most]]
        always = [name for name in self.tests if name.startswith("tests/rules") and self.most]
        return chosen, list(dict.fromkeys(tests + always))


def _checks() -> Iterator[Check]:
    from ambidex.guard.rulebook import all_rules
    from ambidex.policy.defaults import DEFAULTS
    from testing.corpus import cases

    for rule in all_rules():
        given = json.dumps({**DEFAULTS["guard"], **rule.given})
        for command in rule.match:
            yield Check(command, "", rule.id, True, given)
        for command in rule.not_match:
            yield Check(command, "", rule.id, False, given)
    for case in cases():
        yield Check(case.command, case.expect, case.rule, True, "")


class Tracing:
    """Notes the executed lines of some files."""

    def __init__(self, files: set[str]) -> None:
        self.files = files
        self.lines: Lines = set()

    def __enter__(self) -> Lines:
        sys.settrace(self._call)
        return self.lines

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename in self.files else None

    def _line(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any]:
        self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


class Quiet:
    """A pytest plugin that keeps it from writing."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the reporter away."""
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)


class Recorder:
    """A pytest plugin that notes what every test executes."""

    def __init__(self, files: set[str], found: dict[str, list[tuple[str, int]]]) -> None:
        self.files, self.found, self.failed = files, found, False

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.failed = False
        with Tracing(self.files) as lines:
            yield
        if not self.failed:
            self.found[item.nodeid] = sorted(lines)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails anyway notices nothing."""
        self.failed = self.failed or report.failed


def run_tests(arguments: list[str], *plugins: object) -> int:
    """The exit status of pytest, run in this process."""
    os.chdir(REPOSITORY)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-q", "-x", "--tb=no", "--no-header", "-p", "no:cacheprovider"]
    return int(pytest.main([*options, *arguments], plugins=list(plugins)))


def silence() -> None:
    """Close what this process says to the outside."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
