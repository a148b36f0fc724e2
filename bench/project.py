"""A library as a repository that Ambidex and mutmut are run in, each with a home of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench import libraries
from bench.libraries import Library

_SOURCES = Path(__file__).parent.parent / "src"
# This checkout's program, whatever is installed; nothing of it gets into the tests' environment.
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); sys.argv[0] = 'ambidex'; "
    "from ambidex.cli.main import main; main()"
)
_NAMED = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
# Measures time itself, and fails without its plugin's command.
_LEFT_OUT = {"humanize": ("--ignore=tests/test_benchmarks.py",)}


class Failed(RuntimeError):
    """A program did not do what is measured."""


class Project(NamedTuple):
    """A library's tree under git, and the home of whoever works there."""

    library: Library
    root: Path
    home: Path

    @property
    def environ(self) -> dict[str, str]:
        """What programs get that run here."""
        return libraries.environment(self.home)

    def forget(self) -> None:
        """Remove all state of Ambidex."""
        shutil.rmtree(self.home)
        self.home.mkdir()

    def ambidex(
        self, *words: str, fine: tuple[int, ...] = (0, 1)
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Ambidex; `fine` are its exit statuses that are no failure.

        Raises:
            Failed: another exit status.
        """
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM, str(_SOURCES), *words],
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in fine:
            told = f"{done.stdout[-600:]}{done.stderr[-600:]}"
            raise Failed(f"{self.library.name}: ambidex {' '.join(words)}: {told}")
        return done

    def program(self, *words: str) -> str:
        """Run a program of the libraries' environment; returns what it printed.

        Raises:
            Failed: its exit status is not 0.
        """
        folder = Path(self.library.python).parent
        done = subprocess.run(
            [str(folder / words[0]), *words[1:]],
            cwd=self.root,
            env={**self.environ, "PATH": f"{folder}:{self.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            told = f"{done.stdout[-400:]}{done.stderr[-400:]}"
            raise Failed(f"{self.library.name}: {' '.join(words)}: {told}")
        return done.stdout + done.stderr


def make(library: Library, folder: Path, *, mutmut: bool = False) -> Project:
    """A repository with the library in it, and what Ambidex (or mutmut) needs to be told.

    Args:
        library: the library.
        folder: where to; its parents are made.
        mutmut: configured for mutmut, which has its say on all that lies below `src`.
    """
    root, home = folder / "project", folder / "home"
    folder.mkdir(parents=True)
    home.mkdir()
    libraries.copy(library, root)
    pytest = command(library)
    if mutmut:
        with (root / "pyproject.toml").open("a") as file:
            options = json.dumps(libraries.arguments(library))
            file.write(
                f'\n[tool.mutmut]\nsource_paths = ["src"]\npytest_add_cli_args = {options}\n'
            )
    else:
        (root / "ambidex.toml").write_text(
            f'[tests]\ncommand = {json.dumps(pytest)}\nsource = ["src"]\ndeadline_seconds = 300\n'
        )
    for words in (["init", "-q"], ["add", "-A"], [*_NAMED, "commit", "-qm", "as released"]):
        subprocess.run(["git", "-C", str(root), *words], check=True)
    return Project(library, root, home)


def command(library: Library) -> list[str]:
    """The library's tests, from its own sources."""
    return [
        library.python,
        *("-m", "pytest", "-q", "-o", "pythonpath=src", "-p", "no:cacheprovider"),
        *libraries.arguments(library),
        *_LEFT_OUT.get(library.name, ()),
    ]
