"""Small real repositories for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def git(root: Path, *arguments: str) -> str:
    """Run git in `root` without anybody's configuration; returns what it printed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(root), **_IDENTITY},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def repository(root: Path, files: dict[str, str]) -> Path:
    """A git repository with one commit of `files`."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "start", "--allow-empty")
    return root
