"""A suite that pytest-cov measures, with a threshold; pytest-cov's part is played by a stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.proof import suite, testmap, unrecorded
from ambidex.verdict import PASSED, Verdict
from testing.python_project import PYTEST, Repository

pytestmark = pytest.mark.slow

# Its options, when it looks at them, and what a threshold does; a line for each session.
MEASURING = """
import pytest


def pytest_addoption(parser):
    parser.addoption("--cov", dest="cov_source", action="append", default=[])
    parser.addoption("--cov-fail-under", dest="cov_fail_under", type=float)
    parser.addoption("--no-cov", dest="no_cov", action="store_true")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    options = early_config.known_args_namespace
    measures = bool(options.cov_source) and not options.no_cov
    early_config.pluginmanager.register(Measuring(measures), "_cov")


class Measuring:
    def __init__(self, measures):
        self.measures = measures

    def pytest_sessionfinish(self, session):
        with open("sessions", "a") as file:
            file.write(f"{'measured' if self.measures else 'plain'} {len(session.items)}\\n")
        if self.measures and len(session.items) < 2:
            session.exitstatus = 1
"""
FILES = {
    ".gitignore": "__pycache__/\nsessions\n",
    "measuring.py": MEASURING,
    "pytest.ini": "[pytest]\npythonpath = src\n"
    "addopts = -p measuring --cov=src --cov-fail-under=90\n",
    "src/price.py": "def price(a):\n    return a\n",
    "src/mail.py": "def mail(a):\n    return a + 1\n",
    "tests/test_price.py": "from price import price\n\n"
    "def test_price():\n    assert price(3) == 3\n",
    "tests/test_mail.py": "from mail import mail\n\ndef test_mail():\n    assert mail(3) == 4\n",
}


@pytest.fixture
def measured(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path, FILES)
    repository.policy["tests"]["command"] = list(PYTEST)
    repository.write({"src/price.py": "def price(a):\n    return a + 0\n"})
    return repository


def sessions(repository: Repository) -> list[str]:
    return (repository.path / "sessions").read_text().splitlines()


def test_the_suite_runs_as_configured_and_once_more_for_the_map(measured: Repository) -> None:
    verdict = suite.suite(measured.subject())
    assert verdict is not None
    assert (verdict.status, verdict.details["recorded"]) == (PASSED, 2)
    assert sessions(measured) == ["measured 2", "plain 2"]
    known = testmap.load(measured.state, measured.root)
    assert known is not None
    assert known.complete
    assert known.covering("src/price.py", 2, 2) == ["tests/test_price.py::test_price"]
    suite.suite(measured.subject())
    assert sessions(measured)[2:] == ["measured 2"], "the map is known now"


def test_a_part_of_it_is_recorded_in_the_place_of_pytest_cov(measured: Repository) -> None:
    verdict = suite.affected_tests(measured.subject())
    assert verdict is not None
    assert (verdict.status, verdict.details["exit_code"]) == (PASSED, 0)
    assert verdict.details["recorded"] == 1
    assert sessions(measured) == ["plain 1"]


def test_without_time_for_another_run_it_is_said(
    measured: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "_SLOWER", 10_000)
    subject = measured.subject()
    verdict = suite.suite(subject)
    assert verdict is not None
    assert verdict.status == PASSED
    assert sessions(measured) == ["measured 2"]
    subject.verdicts.append(verdict)
    assert "pytest-cov" in unrecorded.verdict("coverage", subject).reason


def test_a_suite_that_is_red_runs_no_further(measured: Repository) -> None:
    measured.write({"src/price.py": "def price(a):\n    return -a\n"})
    verdict = suite.suite(measured.subject())
    assert isinstance(verdict, Verdict)
    assert verdict.status != PASSED
    assert "plain 2" not in sessions(measured)
