"""The gate `properties` with the real Hypothesis, pytest, test map and mutants."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ambidex.mutation import properties
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof import testmap
from ambidex.proof.subject import Subject
from ambidex.proof.suite import suite
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import PYTEST, Change, Project

pytestmark = pytest.mark.slow

SHOP = """
def price(amount, percent):
    rest = amount - amount * percent
    return rest + 7


def total(items):
    result = 0
    for each in items:
        result += each
    return result
"""
HEAD = """
import pytest
from hypothesis import assume, given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from shop import price, total
from amounts import amounts
"""
AMOUNTS = """
from hypothesis import strategies as st
amounts = st.integers(1, 1000)
"""
GOOD = """
@given(amounts, st.integers(1, 9))
def test_price(a, p):
    assert price(a, p) == a - a * p + 7

class TestTotal:
    @pytest.mark.parametrize("times", [2, 3])
    @given(items=st.lists(st.integers(), min_size=1))
    @settings(max_examples=20)
    def test_times(self, times, items):
        assert total(items * times) == times * sum(items)

class Totals(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.items = []

    @rule(each=st.integers(1, 9))
    def add(self, each):
        before = total(self.items)
        self.items.append(each)
        assert total(self.items) == before + each

TestTotals = Totals.TestCase
"""
VACUOUS = """
@given(amounts, st.integers(1, 9))
def test_type(a, p):
    assert isinstance(price(a, p), int)

class TestSame:
    @given(st.lists(st.integers()))
    def test_same(self, items):
        assert total(items) == total(items)

class Calls(RuleBasedStateMachine):
    @rule(a=st.integers(1, 9))
    def call(self, a):
        price(a, 2)
        total([a])

TestCalls = Calls.TestCase
"""
FILES = {
    "shop.py": SHOP,
    "amounts.py": AMOUNTS,
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "tests/test_good.py": HEAD + GOOD,
    "tests/test_vacuous.py": HEAD + VACUOUS,
}


class Changed(Subject):
    """A project in which some files were different before; the rest is as it was."""

    def __init__(self, project: Project, **former: str) -> None:
        self._before = {name.replace("__", "/") + ".py": text for name, text in former.items()}
        policy: dict[str, Any] = json.loads(json.dumps(DEFAULTS))
        policy["tests"]["command"] = list(PYTEST)
        # What a slow machine does not get to is not judged, and no verdict.
        policy["mutation"]["deadline_seconds"] = 600
        super().__init__(
            root=project.root,
            state=project.state,
            policy=policy,
            changes=[Change(path) for path in self._before],
            environ=project.environ,
            deadline=time.monotonic() + 900,
        )

    def former(self, path: str) -> bytes | None:
        return self._before[path].encode()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose tests were recorded."""
    project = Project(tmp_path_factory.mktemp("recorded"))
    project.write(FILES)
    verdict = suite(Changed(project))
    assert verdict is not None
    assert verdict.status == PASSED, verdict.as_dict()
    assert testmap.load(project.state, project.root) is not None
    return project


def names(verdict: Verdict) -> set[str]:
    return {finding.rule.partition("::")[2] for finding in verdict.findings}


def asked(verdict: Verdict) -> set[str]:
    return {row["property"].partition("::")[2] for row in verdict.details["properties"]}


def test_vacuous_properties_are_found_and_real_ones_are_not(recorded: Project) -> None:
    verdict = properties.judge_all(Changed(recorded))
    assert verdict.status == FINDINGS, verdict.as_dict()
    assert names(verdict) == {"test_type", "TestSame::test_same", "TestCalls::runTest"}
    assert {finding.severity for finding in verdict.findings} == {"warning"}
    said = {finding.rule.partition("::")[2]: finding.message for finding in verdict.findings}
    assert "it only checks types" in said["test_type"]
    assert "same expression" in said["TestSame::test_same"]
    assert "it asserts nothing" in said["TestCalls::runTest"]
    assert "shop.py:3 price" in said["test_type"]
    rows = {row["property"].partition("::")[2]: row for row in verdict.details["properties"]}
    assert {name for name, row in rows.items() if row["killed"]} == {
        "test_price",
        "TestTotal::test_times",
        "TestTotals::runTest",
    }
    assert all(row["missed"] >= properties.MIN_MISSED for n, row in rows.items() if n in said)


def test_a_changed_function_asks_the_properties_that_execute_it(recorded: Project) -> None:
    before = SHOP.replace("rest + 7", "rest + 6")
    verdict = properties.judge(Changed(recorded, shop=before))
    assert asked(verdict) == {"test_price", "test_type", "TestCalls::runTest"}
    assert names(verdict) == {"test_type", "TestCalls::runTest"}


def test_a_changed_property_is_asked_about_all_it_executes(recorded: Project) -> None:
    before = HEAD + GOOD.replace("times * sum", "sum")
    verdict = properties.judge(Changed(recorded, tests__test_good=before))
    assert verdict.status == PASSED, verdict.as_dict()
    assert asked(verdict) == {"TestTotal::test_times"}


def test_changed_strategies_ask_the_properties_that_import_them(recorded: Project) -> None:
    verdict = properties.judge(Changed(recorded, amounts=AMOUNTS.replace("1000", "10")))
    assert {"test_price", "test_type"} <= asked(verdict)


def test_nothing_is_owed_where_no_property_is_concerned(recorded: Project) -> None:
    verdict = properties.judge(Changed(recorded, amounts=AMOUNTS))
    assert (verdict.status, verdict.details) == (NOT_RUN, {"owed": 0})


def test_without_hypothesis_nothing_is_owed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write({"shop.py": SHOP, "tests/test_it.py": "def test_it(): pass\n"})
    verdict = properties.judge(Changed(project, shop=""))
    assert (verdict.status, verdict.details) == (NOT_RUN, {"owed": 0})


def test_without_a_map_nothing_is_proved(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write(FILES)
    subject = Changed(project, shop="")
    subject.verdicts.append(Verdict("tests", PASSED, "4 tests passed"))
    verdict = properties.judge(subject)
    assert verdict.status == NOT_RUN
    assert "no run of the tests on these files was recorded" in verdict.reason
    assert not verdict.is_fine
