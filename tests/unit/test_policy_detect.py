from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.policy.compile import compile_policy
from ambidex.policy.detect import proposal, uses_pytest
from ambidex.policy.sample import render
from testing.configured_project import make_project


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"src/a/__init__.py": ""}, ["src"]),
        ({"a/__init__.py": "", "setup.py": ""}, ["."]),
        ({"a.py": ""}, ["."]),
        ({"src/a.py": "", "b/__init__.py": ""}, ["src", "."]),
    ],
)
def test_the_layout_is_seen(tmp_path: Path, files: dict[str, str], source: list[str]) -> None:
    assert proposal(str(make_project(tmp_path, files)))["tests"]["source"] == source


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"tests/t.py": "", "test/t.py": ""}, ["tests", "test"]),
        ({"checks/t.py": "", "pytest.ini": "[pytest]\ntestpaths = checks gone\n"}, ["checks"]),
        ({"c/t.py": "", "setup.cfg": "[tool:pytest]\ntestpaths =\n  c\n  /etc\n  ../x\n"}, ["c"]),
    ],
)
def test_test_folders_are_seen(tmp_path: Path, files: dict[str, str], paths: list[str]) -> None:
    assert proposal(str(make_project(tmp_path, files)))["tests"]["paths"] == paths


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[project]\ndependencies = ['pytest']\n"},
        {"requirements-dev.txt": "pytest>=8\n"},
        {"tests/conftest.py": ""},
        {"tox.ini": "[pytest]\nx = 1\n"},
    ],
)
def test_the_use_of_pytest_is_seen(tmp_path: Path, files: dict[str, str]) -> None:
    assert uses_pytest(str(make_project(tmp_path, files)))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"tests/golden/a": "", "golden/b": "", "vendor/c": "", ".semgrep/r.yml": "", "a.py": ""},
        {"pyproject.toml": "not toml [", "setup.cfg": "not an ini"},
        {"pyproject.toml": "tool = 1\n"},
        {"pyproject.toml": "[tool]\npytest = 1\n"},
        {"tests/golden/.keep": "", "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = 1\n"},
    ],
)
def test_what_is_proposed_is_accepted(tmp_path: Path, files: dict[str, str]) -> None:
    root = make_project(tmp_path, files)
    (root / "ambidex.toml").write_text(render(proposal(str(root))))
    assert compile_policy(str(root))["active"]
