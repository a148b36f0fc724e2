"""Stop compares the agent's last message with the records that the hooks have written."""

from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.trusted_project import PYTEST, trusted_project

pytestmark = pytest.mark.slow

FIXED = "def discounted(cents, percent):\n    return cents - (cents * percent) // 100\n"


@pytest.fixture
def python(hooks: Hooks) -> Hooks:
    """A trusted project with a real pytest suite, of which one file was edited."""
    project = trusted_project(hooks, PYTEST)
    project.write("src/price.py", FIXED)
    return project


def test_a_command_that_never_ran_is_a_false_claim(python: Hooks) -> None:
    answer = python.stop(message="Fixed. I ran `pytest -q` and all tests pass.")
    assert answer.blocks
    assert "“Fixed." not in answer.reason
    assert "“I ran `pytest -q` and all tests pass.” — no such command ran" in answer.reason


def test_a_file_that_did_not_change_is_a_false_claim(python: Hooks) -> None:
    answer = python.stop(message="I updated `src/price.py` and created `docs/prices.md`.")
    assert answer.blocks
    assert "there is no such file" in answer.reason
    assert "src/price.py" not in answer.reason.replace("`src/price.py`", "")


def test_what_was_really_done_may_be_said(python: Hooks) -> None:
    python.run(f"{Path('/bin/echo')} '4 passed in 0.1s' # pytest")
    python.run("PYTHONDONTWRITEBYTECODE=1 python3 -m pytest -q -p no:cacheprovider || true")
    answer = python.stop(message="I updated `src/price.py`.")
    assert answer.reply is None, answer.reply


def test_a_claim_that_the_tests_bear_out_goes_on_record_and_nobody_hears_of_it(
    python: Hooks,
) -> None:
    answer = python.stop(message="All tests pass.")
    assert answer.reply is None, answer.reply
    (claims,) = [v for v in python.records("Stop")[-1]["verdicts"] if v["gate"] == "claims"]
    (finding,) = claims["findings"]
    assert finding["severity"] == "warning"
    assert "no test ran since src/price.py changed" in finding["message"]
