"""This checkout as a stranger gets it: the files that git tracks, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked(*patterns: str) -> list[Path]:
    """The tracked files that match one of git's patterns (all of them without any), relative.

    Raises:
        AssertionError: there is none, so whoever wants to inspect them would inspect nothing.
    """
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--", *patterns],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [Path(name) for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    if not names:
        raise AssertionError(f"no tracked file matches {patterns}")
    return names


def modules() -> list[Path]:
    """Every Python module under `src`, relative to it."""
    return [path.relative_to("src") for path in tracked("src/*.py")]


def read(path: str | Path) -> str:
    """The text of a file of this checkout."""
    return (ROOT / path).read_text(encoding="utf-8")


def clone(folder: Path) -> Path:
    """A copy of the tracked files, with their modes, in `folder`."""
    for path in tracked():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target)
    return folder
