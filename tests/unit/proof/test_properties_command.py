"""`ambidex properties`: list, run, judge, examples, in a real project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex.cli.exit_codes import ExitCode
from testing.configured_project import environment, make_project
from testing.terminal import SOURCE

FAILING = """from hypothesis import given, strategies as st


@given(st.integers())
def test_small(number):
    assert number < 10
"""
PASSING = FAILING.replace("number < 10", "number == number + 0")
TOML = "version = 1\n[tests]\ncommand = [{python!r}, '-m', 'pytest']\n"


class Desk:
    """A project and the command in it."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.environ = {**environment(folder), "PYTHONPATH": str(SOURCE)}
        toml = {"ambidex.toml": TOML.format(python=sys.executable)}
        self.root = make_project(folder / "project", {**toml, **files})

    def say(self, *arguments: str) -> tuple[int, str]:
        program = "from ambidex.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, "properties", *arguments],
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def read(self, name: str) -> str:
        return (self.root / name).read_text()


def test_the_list_names_each_property_and_where_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"tests/test_a.py": FAILING, "tests/test_b.py": "def test_b(): pass\n"})
    code, said = desk.say()
    assert code == ExitCode.PASSED, said
    assert said == "tests/test_a.py:4 test_small (given)\n1 property test.\n"
    code, said = desk.say("list", "--json")
    (row,) = json.loads(said)
    assert (row["node"], row["executes"]) == ("tests/test_a.py::test_small", None)
    assert desk.say("list", "tests/test_b.py") == (ExitCode.NOT_RUN, "0 property tests.\n")


@pytest.mark.slow
def test_a_failing_example_is_kept_until_it_is_in_the_test(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"tests/test_a.py": FAILING})
    code, said = desk.say("run")
    assert code == ExitCode.FINDINGS, said
    assert "1 failing example kept" in said
    expected = "tests/test_a.py:4 test_small\n  @example(number=10)\n"
    assert desk.say("examples") == (ExitCode.FINDINGS, expected)
    assert desk.read("tests/test_a.py") == FAILING
    code, said = desk.say("examples", "--write")
    assert code == ExitCode.PASSED, said
    assert said.startswith(expected + "tests/test_a.py: written\n")
    written = desk.read("tests/test_a.py")
    assert "@given(st.integers())\n@example(number=10)\ndef test_small" in written
    code, said = desk.say("examples", "--write")
    assert (code, desk.read("tests/test_a.py")) == (ExitCode.PASSED, written)
    # What is explicit fails as itself from now on, and is nothing new.
    assert desk.say("run")[0] == ExitCode.FINDINGS
    assert desk.say("examples")[0] == ExitCode.PASSED
    assert not os.path.exists(desk.root / ".ambidex" / "properties")


@pytest.mark.slow
def test_passing_properties_pass_under_each_profile(tmp_path: Path) -> None:
    own = "from hypothesis import settings\nsettings.register_profile('mine', max_examples=3)\n"
    desk = Desk(tmp_path, {"tests/test_a.py": PASSING, "tests/conftest.py": own})
    for profile in ("dev", "thorough", "mine"):
        code, said = desk.say("run", "--profile", profile)
        assert code == ExitCode.PASSED, said
    code, said = desk.say("run", "--profile", "nobody")
    assert code == ExitCode.BROKEN, said


@pytest.mark.slow
def test_what_cannot_be_written_is_shown_and_can_be_forgotten(tmp_path: Path) -> None:
    source = FAILING.replace("st.integers()", "st.data()").replace(
        "number < 10", "number.draw(st.integers()) < 10"
    )
    desk = Desk(tmp_path, {"tests/test_a.py": source})
    assert desk.say("run")[0] == ExitCode.FINDINGS
    code, said = desk.say("examples", "--write")
    assert code == ExitCode.FINDINGS
    assert "by hand:" in said
    assert desk.read("tests/test_a.py") == source
    assert desk.say("examples", "--forget")[0] == ExitCode.PASSED
    assert desk.say("examples")[0] == ExitCode.PASSED


@pytest.mark.slow
def test_a_vacuous_property_is_a_finding_without_any_map_before(tmp_path: Path) -> None:
    shop = "def double(number):\n    result = number * 2\n    return result + 5 - 1 - 4\n"
    head = FAILING.replace("import given", "import given", 1).replace(
        "\n\n\n@given", "\n\nfrom shop import double\n\n\n@given"
    )
    desk = Desk(
        tmp_path,
        {
            "pytest.ini": "[pytest]\npythonpath = .\n",
            "shop.py": shop,
            "tests/test_a.py": head.replace("number < 10", "isinstance(double(number), int)"),
            "tests/test_b.py": head.replace("number < 10", "double(number) == number + number"),
        },
    )
    code, said = desk.say("judge")
    assert code == ExitCode.FINDINGS, said
    assert "vacuous: test_small" in said
    assert "tests/test_a.py" in said
    assert "tests/test_b.py" not in said
    code, said = desk.say("judge", "tests/test_b.py")
    assert code == ExitCode.PASSED, said


def test_without_properties_nothing_is_judged(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"tests/test_b.py": "def test_b(): pass\n"})
    assert desk.say("run")[0] == ExitCode.NOT_RUN
    assert desk.say("judge")[0] == ExitCode.NOT_RUN
    assert desk.say("examples", "--write", "--forget")[0] == ExitCode.USAGE
