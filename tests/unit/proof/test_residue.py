"""What a test run leaves behind does not make the next Stop run the tests again."""

import pytest

from ambidex.policy.defaults import DEFAULTS
from ambidex.proof.relevance import relevant

RESIDUE = [
    "src/pkg/__pycache__/a.cpython-311.pyc",
    "tests/__pycache__/test_a.cpython-311-pytest-9.pyc",
    "tests/.pytest_cache/v/cache/lastfailed",
    "src/.hypothesis/examples/x",
    ".coverage",
    "tests/.coverage.host.1",
]
CODE = ["src/pkg/__pycache__/hidden.py", "src/stray.pyc", "tests/data.json", "src/a.py"]


@pytest.mark.parametrize("path", RESIDUE)
def test_residue_is_irrelevant(path: str) -> None:
    assert relevant("/nowhere", DEFAULTS, [path]) == []


@pytest.mark.parametrize("path", CODE)
def test_what_can_change_the_tests_is_relevant_wherever_it_hides(path: str) -> None:
    assert relevant("/nowhere", DEFAULTS, [path]) == [path]
