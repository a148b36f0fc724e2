"""Small projects for tests of the policy: files on disk, home and state elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_project(folder: Path, files: dict[str, str]) -> Path:
    """A git repository in `folder` with these files; returns its resolved path."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder.resolve()


def environment(folder: Path) -> dict[str, str]:
    """An environment with home, state and data below `folder`, without marks of Claude Code."""
    return {
        "HOME": str(folder / "home"),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "AMBIDEX_STATE_HOME": str(folder / "state"),
        "AMBIDEX_DATA_HOME": str(folder / "data"),
    }
