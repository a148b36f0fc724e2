"""Four libraries with their own test suites, from the package index, for measurements.

They lie in `.cache/libraries`: one folder per library, and one environment with what their tests
need. Versions are whatever the index gives when they are fetched; the results name them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / ".cache" / "libraries"
NAMES = ("itsdangerous", "cachetools", "humanize", "structlog")
# What their suites import beyond the libraries themselves, and whom Ambidex is compared with.
_NEEDED = (
    "coverage>=7.6,<8",
    "freezegun",
    "irradiate>=0.4,<0.5",
    "mutmut>=3.8,<3.9",
    "pytest>=9,<10",
    "pytest-asyncio",
    "pytest-benchmark",
    "simplejson",
    "time-machine",
)


class Library(NamedTuple):
    """An unpacked source distribution.

    Attributes:
        name: its name on the index.
        version: the version that was fetched.
        folder: where it is unpacked; sources are below `src`, tests below `tests`.
        python: an interpreter that has what the tests need.
    """

    name: str
    version: str
    folder: Path
    python: str


def fetch(folder: Path = FOLDER) -> list[Library]:
    """The four libraries, downloaded where they are not there yet.

    Raises:
        subprocess.CalledProcessError: pip could not get them.
    """
    python = folder / "environment" / "bin" / "python"
    sources = folder / "sources"
    wanted = "\n".join((*NAMES, *_NEEDED))
    ready = folder / "ready"
    if not ready.exists() or ready.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        sources.mkdir(parents=True)
        _pip(sys.executable, "download", "--no-deps", "--no-binary", ",".join(NAMES), *NAMES,
             "--dest", str(sources))  # fmt: skip
        for archive in sources.glob("*.tar.gz"):
            with tarfile.open(archive) as file:
                file.extractall(folder, filter="data")
        subprocess.run([sys.executable, "-m", "venv", str(folder / "environment")], check=True)
        archives = [str(path) for path in sources.glob("*.tar.gz")]
        _pip(str(python), "install", *archives, *_NEEDED)
        ready.write_text(wanted)
    found = []
    for name in NAMES:
        (place,) = folder.glob(f"{name}-*/")
        found.append(Library(name, place.name.partition("-")[2], place, str(python)))
    return found


def copy(library: Library, target: Path) -> Path:
    """A copy of the library's tree to work in; returns it."""
    shutil.copytree(library.folder, target, symlinks=True)
    return target


def arguments(library: Library) -> tuple[str, ...]:
    """What pytest needs to be told about the library's suite.

    One environment serves all four, and a plugin that one of them needs warns in the others,
    which turn warnings into errors.
    """
    return () if library.name == "structlog" else ("-p", "no:asyncio")


def environment(home: Path) -> dict[str, str]:
    """An environment for their tests: nothing of the caller's but the programs' folders."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def _pip(python: str, command: str, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check")
    subprocess.run([python, "-m", "pip", command, *quiet, *arguments], check=True)
