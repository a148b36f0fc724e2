"""When a run of the whole suite is recorded: where nothing else says what these files execute."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.proof import suite, testmap
from ambidex.proof.subject import Subject
from ambidex.verdict import PASSED, Verdict
from testing.python_project import Repository

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A repository whose only tests all depend on one module, and a complete map of it."""
    files = {
        "shop.py": "def price(amount):\n    return amount * 2\n",
        "conftest.py": "",
        "tests/test_price.py": "import shop\n\ndef test_price():\n    assert shop.price(1) == 2\n",
        "tests/test_zero.py": "import shop\n\ndef test_zero():\n    assert shop.price(0) == 0\n",
    }
    repository = Repository(tmp_path, files)
    repository.record()
    return repository


def passed(verdict: Verdict | None) -> Verdict:
    assert verdict is not None
    assert verdict.status == PASSED
    return verdict


def executed(subject: Subject, path: str) -> set[int]:
    known = testmap.load(subject.state, subject.root)
    assert known is not None
    assert subject.after is not None
    assert known.tree == subject.after.sha
    return set(known.executed(path))


def test_a_suite_that_runs_at_once_is_recorded_though_the_map_was_complete(
    shop: Repository,
) -> None:
    """The affected tests are all there are, so they did not run, and were not recorded, before."""
    shop.write({"shop.py": "def price(amount):\n    double = amount * 2\n    return double\n"})
    subject = shop.subject()
    assert suite.affected_tests(subject) is None
    passed(suite.suite(subject))
    assert executed(subject, "shop.py") == {1, 2, 3}


def test_what_the_affected_tests_recorded_is_not_recorded_again(shop: Repository) -> None:
    new = "import more\n\ndef test_more():\n    assert more.one() == 1\n"
    shop.write({"more.py": "def one():\n    return 1\n", "tests/test_more.py": new})
    subject = shop.subject()
    affected = passed(suite.affected_tests(subject))
    assert affected.details["recorded"] == 1
    assert "recorded" not in passed(suite.suite(subject)).details
    assert executed(subject, "more.py") == {1, 2}


def test_an_unchanged_tree_is_not_recorded_again(shop: Repository) -> None:
    assert "recorded" not in passed(suite.suite(shop.subject())).details
