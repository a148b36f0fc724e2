"""What the probe records in real runs of pytest, and how the map follows changing files."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ambidex.proof import testmap
from ambidex.proof.command import Command
from ambidex.proof.python_tests import run
from ambidex.proof.recording import Recorder, Recording
from ambidex.proof.testmap import TestMap
from ambidex.verdict import FINDINGS, PASSED
from testing.python_project import PYTEST, Project

# Each test runs pytest as a process.
pytestmark = pytest.mark.slow

_SHOP = """\
RATE = 2


def price(amount):
    return amount * RATE


def half(amount):
    if amount > 10:
        return amount / 2
    return amount


def unused():
    return 0
"""
_TESTS = """\
import pytest
import shop


@pytest.fixture(scope="module")
def priced():
    return shop.price(3)


def test_price():
    assert shop.price(1) == 2


def test_priced(priced):
    assert priced == 6


def test_priced_again(priced):
    assert priced


@pytest.mark.parametrize("amount", [4, 20])
def test_half(amount):
    assert shop.half(amount) <= 10
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write({"shop.py": _SHOP, "tests/test_shop.py": _TESTS})
    return project


def record(
    project: Project, nodes: Sequence[str] = (), argv: Sequence[str] = PYTEST
) -> tuple[TestMap | None, Recording]:
    recorder = Recorder(project.environ)
    verdict = run(
        project.root,
        project.state,
        Command([*argv], configured=True),
        environ=project.environ,
        deadline=time.monotonic() + 60,
        nodes=nodes,
        recorder=recorder,
    )
    assert verdict.status in (PASSED, FINDINGS), verdict.reason
    written = testmap.merge(project.state, project.root, recorder.recording, "tree", nodes)
    return written, recorder.recording


def names(nodes: Sequence[str] | set[str]) -> set[str]:
    return {node.partition("::")[2] for node in nodes}


def known(project: Project) -> TestMap:
    found, recording = record(project)
    assert found is not None, recording.reason
    return found


def test_lines_tests_and_times_are_in_the_map(shop: Project) -> None:
    found = known(shop)
    assert found.files() == ["shop.py", "tests/test_shop.py"]
    assert (found.tree, found.complete) == ("tree", True)
    assert names(set(found.tests)) == {
        *("test_price", "test_priced", "test_priced_again", "test_half[4]", "test_half[20]")
    }
    assert all(seconds > 0 for seconds in found.seconds.values())
    assert found.at_import("shop.py") == {1, 4, 8, 14}
    assert found.executed("shop.py") == {1, 4, 5, 8, 9, 10, 11, 14}
    assert names(found.covering("shop.py", 10, 10)) == {"test_half[20]"}
    assert names(found.covering("shop.py", 9, 11)) == {"test_half[4]", "test_half[20]"}
    assert found.covering("shop.py", 15, 15) == []
    assert found.covering("nowhere.py", 1, 9) == []
    assert os.stat(Path(shop.state) / "testmaps").st_mode & 0o077 == 0


def test_what_a_shared_fixture_executes_counts_for_all_that_use_it(shop: Project) -> None:
    found = known(shop)
    assert names(found.covering("shop.py", 5, 5)) == {
        *("test_price", "test_priced", "test_priced_again")
    }


def test_covering_tests_passed_and_come_fastest_first(shop: Project) -> None:
    shop.write(
        {
            "tests/test_more.py": "import time\nimport shop\n"
            "def test_slow():\n    time.sleep(0.2)\n    shop.half(1)\n"
            "def test_fails():\n    shop.half(1)\n    assert False\n"
        }
    )
    covering = known(shop).covering("shop.py", 11, 11)
    assert covering[-1] == "tests/test_more.py::test_slow"
    assert "tests/test_more.py::test_fails" not in covering


def test_lines_are_followed_when_the_file_changes(shop: Project) -> None:
    found = known(shop)
    shop.write({"shop.py": "# new\n# lines\n" + _SHOP.replace("amount / 2", "amount / 4")})
    assert names(known_again(shop).covering("shop.py", 7, 7)) == {
        *("test_price", "test_priced", "test_priced_again")
    }
    assert known_again(shop).covering("shop.py", 12, 12) == []
    assert names(found.reaching("shop.py", 10, 10)) == {"test_half[20]"}


def known_again(project: Project) -> TestMap:
    found = testmap.load(project.state, project.root)
    assert found is not None
    return found


def test_a_run_of_some_tests_updates_them_and_keeps_the_others(shop: Project) -> None:
    known(shop)
    shop.write({"shop.py": "# new\n" + _SHOP.replace("amount / 2", "amount / 4")})
    node = "tests/test_shop.py::test_half"
    found, _ = record(shop, [node])
    assert found is not None
    assert found.complete
    assert names(found.covering("shop.py", 11, 11)) == {"test_half[20]"}
    assert names(found.covering("shop.py", 6, 6)) >= {"test_price", "test_priced"}
    assert found.executed("shop.py") == {2, 5, 6, 9, 10, 11, 12, 15}


def test_a_test_whose_line_is_gone_and_that_did_not_run_is_forgotten(shop: Project) -> None:
    known(shop)
    shop.write({"shop.py": _SHOP.replace("amount / 2", "amount / 4")})
    found, _ = record(shop, ["tests/test_shop.py::test_price"])
    assert found is not None
    assert "tests/test_shop.py::test_half[20]" not in found.tests
    assert not found.complete


def test_tests_that_are_gone_are_gone_from_the_map(shop: Project) -> None:
    known(shop)
    shop.write({"tests/test_shop.py": _TESTS[: _TESTS.index("@pytest.mark")]})
    found, _ = record(shop, ["tests/test_shop.py"])
    assert found is not None
    assert names(set(found.tests)) == {"test_price", "test_priced", "test_priced_again"}


@pytest.mark.slow
def test_workers_of_xdist_are_combined(shop: Project) -> None:
    found, recording = record(shop, argv=[*PYTEST, "-n2"])
    assert found is not None, recording.reason
    assert len(found.tests) == 5
    assert names(found.covering("shop.py", 10, 10)) == {"test_half[20]"}


def test_a_project_that_measures_itself_is_left_alone(shop: Project) -> None:
    argv = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    found, recording = record(shop, argv=argv)
    assert found is None
    assert "something else traces the tests" in recording.reason
    assert len(recording.tests) == 5


def test_a_python_that_ignores_our_path_runs_without_the_probe(shop: Project) -> None:
    shop.write({"tests/conftest.py": "import sys; sys.path.insert(0, '.')\n"})
    found, recording = record(shop, argv=[sys.executable, "-I", "-m", "pytest"])
    assert found is None
    assert "nothing down" in recording.reason


def test_the_tests_see_none_of_our_traces(project: Project) -> None:
    project.write(
        {
            "tests/test_a.py": (
                "import os, sys\n"
                "def test_clean():\n"
                "    assert not [n for n in os.environ if n.startswith('AMBIDEX')]\n"
                "    assert not [p for p in sys.path if p.endswith('inside')]\n"
                "    assert 'inside' not in os.environ.get('PYTHONPATH', '')\n"
            )
        }
    )
    assert [test.outcome for test in record(project)[1].tests.values()] == ["passed"]


def test_trouble_of_the_probe_is_none_of_the_tests(project: Project) -> None:
    project.write(
        {
            "pytest.ini": "[pytest]\nfilterwarnings = error\n",
            "tests/test_a.py": (
                "import sys\n"
                "def test_breaks_it():\n"
                "    probe = sys.modules['ambidex_probe']._probe\n"
                "    probe.coverage = object()\n"
                "    probe.tests = None\n"
                "def test_after(): pass\n"
            ),
        }
    )
    recorder = Recorder(project.environ)
    verdict = run(
        project.root,
        project.state,
        Command([*PYTEST], configured=True),
        environ=project.environ,
        deadline=time.monotonic() + 60,
        recorder=recorder,
    )
    assert (verdict.status, verdict.details["passed"]) == (PASSED, 2)
    assert not recorder.recording.lines


def test_tests_that_start_processes_or_end_otherwise_are_marked(project: Project) -> None:
    project.write(
        {
            "tests/test_a.py": (
                "import pytest, subprocess, sys, unittest\n"
                "def test_starts(): subprocess.run([sys.executable, '-c', ''])\n"
                "@pytest.mark.skip\ndef test_skipped(): pass\n"
                "@pytest.mark.xfail(strict=True)\ndef test_known(): assert False\n"
                "class TestCase(unittest.TestCase):\n"
                "    def test_unit(self): self.assertTrue(1)\n"
                "    def tearDown(self): assert False\n"
            )
        }
    )
    tests = record(project)[1].tests
    assert {node.rpartition("::")[2]: test.outcome for node, test in tests.items()} == {
        "test_starts": "passed",
        "test_skipped": "skipped",
        "test_known": "xfailed",
        "test_unit": "failed",
    }
    assert [node for node, test in tests.items() if test.starts] == ["tests/test_a.py::test_starts"]


def test_a_damaged_map_is_no_map(shop: Project) -> None:
    known(shop)
    (path,) = (Path(shop.state) / "testmaps").glob("*.sqlite")
    path.write_bytes(b"SQLite format 3\0 and no more")
    assert testmap.load(shop.state, shop.root) is None
    assert testmap.load(shop.state, "/elsewhere") is None


def test_bits_and_numbers() -> None:
    assert testmap.numbers(0) == []
    assert testmap.numbers(0b1000_0000_0110) == [1, 2, 11]
