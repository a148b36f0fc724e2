from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from ambidex.proof.command import Command, NoCommandError, find
from testing.python_project import Project, policy


@pytest.mark.parametrize(
    ("line", "is_pytest"),
    [
        ("pytest", True),
        ("python -m pytest -q", True),
        ("/opt/python3.12 -X dev -m pytest", True),
        ("uv run pytest tests", True),
        ("uv run --group dev python -m pytest", True),
        ("coverage run -m pytest", True),
        ("env CI=1 pytest", True),
        ("tox", False),
        ("make test", False),
        ("sh -c 'pytest -q'", False),
        ("docker compose run app pytest", False),
        ("ssh host python -m pytest", False),
        ("echo pytest", False),
    ],
)
def test_a_command_is_pytest_only_where_its_options_reach_pytest(
    line: str, is_pytest: bool
) -> None:
    assert Command(shlex.split(line), configured=True).is_pytest is is_pytest


@pytest.mark.parametrize(
    ("line", "only"),
    [
        ("pytest", "pytest -Z t.py"),
        ("pytest -q tests/unit tests/b.py::test", "pytest -q -Z t.py"),
        ("uv run pytest -m 'not slow' -k a tests", "uv run pytest -m 'not slow' -k a -Z t.py"),
        (
            "pytest --ignore tests/x --tb=short -x tests",
            "pytest --ignore tests/x --tb=short -x -Z t.py",
        ),
        ("pytest --unknown value tests", "pytest --unknown value -Z t.py"),
        ("pytest -q -- tests", "pytest -q -Z t.py"),
    ],
)
def test_a_command_for_some_files_drops_its_own_paths_and_keeps_its_options(
    line: str, only: str
) -> None:
    command = Command(shlex.split(line), configured=True)
    assert command.only(["t.py"], ["-Z"]) == shlex.split(only)


def test_a_file_whose_name_looks_like_an_option_stays_a_file() -> None:
    assert Command(["pytest"], True).only(["--lf_test.py"]) == ["pytest", "./--lf_test.py"]


def test_the_whole_command_takes_options_before_a_double_dash() -> None:
    assert Command(["pytest", "-q", "--", "tests"], True).whole(["-Z"]) == [
        "pytest", "-q", "-Z", "--", "tests",
    ]  # fmt: skip
    assert Command(["pytest", "tests"], True).whole(["-Z"]) == ["pytest", "tests", "-Z"]
    assert Command(["make", "--", "test"], True).whole() == ["make", "--", "test"]


def search(project: Project) -> Command:
    return find(project.root, policy(), project.environ, time.monotonic() + 30)


def test_the_policys_command_wins(project: Project) -> None:
    command = find(project.root, policy(command=["make", "test"]), {}, 0)
    assert (command.argv, command.configured) == (["make", "test"], True)


def test_the_projects_own_environment_comes_before_path(project: Project) -> None:
    own = project.path / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    own.chmod(0o755)
    command = search(project)
    assert command.argv == [str(own), "-m", "pytest"]
    assert command.shown(project.root, ["tests/a b.py"]) == (
        ".venv/bin/python -m pytest 'tests/a b.py'"
    )


def test_an_activated_environment_counts_only_inside_the_project(project: Project) -> None:
    inside = project.path / "env/bin/python"
    inside.parent.mkdir(parents=True)
    inside.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    inside.chmod(0o755)
    project.environ["VIRTUAL_ENV"] = str(project.path / "env")
    assert search(project).argv[0] == str(inside)
    project.environ["VIRTUAL_ENV"] = str(Path(sys.executable).parent.parent)
    assert search(project).argv[0] == os.path.join(os.path.dirname(sys.executable), "python3")


def test_a_project_environment_without_pytest_is_named_and_not_replaced(project: Project) -> None:
    own = project.path / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    own.chmod(0o755)
    with pytest.raises(NoCommandError, match=r"\.venv/bin/python -m pip install pytest"):
        search(project)


def test_no_python_at_all_is_named(project: Project) -> None:
    project.environ["PATH"] = "relative:" + project.root
    with pytest.raises(NoCommandError, match="no Python with pytest"):
        search(project)
