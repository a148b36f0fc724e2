"""A small project under git whose trees are taken."""

from pathlib import Path

import pytest

from testing.projects import repository
from testing.worktree import WorkTree

FILES = {
    "app.py": "def one():\n    return 1\n",
    "lib/two.py": "def two():\n    return 2\n",
    "README.md": "# Project\n",
}


@pytest.fixture
def work(home: Path, tmp_path: Path) -> WorkTree:
    return WorkTree(repository(tmp_path / "project", FILES), tmp_path / "state")
