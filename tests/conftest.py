"""Fixtures: a temporary home, a small repository, and the hooks of this checkout fired in it."""

import shutil
from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.projects import repository
from testing.trusted_project import SHELL, begin


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own; nothing of the user's is read or written."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "CLAUDE_PLUGIN_DATA", "CLAUDE_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit and no Ambidex configuration."""
    return repository(tmp_path / "project", {"README.md": "# A project\n"})


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the hooks of all tests keep their bytecode, as an installation does over time."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
def hooks(home: Path, project: Path, bytecode: Path) -> Hooks:
    """This checkout's hooks for `project`."""
    (home / "data").mkdir()
    (home / "data" / "pycache").symlink_to(bytecode)
    return Hooks(home, project)


@pytest.fixture(scope="session")
def opted_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed project with a policy, to be copied: git takes longer than the copying."""
    return repository(tmp_path_factory.mktemp("opted-in") / "project", SHELL)


@pytest.fixture
def trusted(home: Path, opted_in: Path, tmp_path: Path, bytecode: Path) -> Hooks:
    """A session in an opted-in and trusted project, with tools and a quick suite.

    `wrong` anywhere in `src` makes the suite red; the scan is off.
    """
    (home / "data").mkdir()
    (home / "data" / "pycache").symlink_to(bytecode)
    project = shutil.copytree(opted_in, tmp_path / "project", symlinks=True)
    return begin(Hooks(home, project))
