"""Fixtures: a temporary home, a small repository, and the hooks of this checkout fired in it."""

from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.projects import repository


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
