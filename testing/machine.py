"""A person's machine with Ambidex installed into one trusted project, all in tmp_path."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from ambidex import locate
from ambidex.doctor.examine import Examination, examine
from ambidex.doctor.machine import SCRUBBED_PATH
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from ambidex.setup import install as setup
from ambidex.setup.install import install
from testing.projects import repository

CONFIGURATION = 'version = 1\n\n[tests]\ncommand = "pytest -q"\npaths = ["tests"]\n'
FILES = {"ambidex.toml": CONFIGURATION, "tests/test_one.py": "def test_one():\n    assert True\n"}


class Machine:
    """Where the doctor is called.

    Attributes:
        environ: the person's environment.
        project: a trusted project.
        data: the data home of installations in settings.
        settings: the project's settings file.
        path: the PATH that hooks are given.
    """

    def __init__(self, folder: Path, bytecode: Path) -> None:
        home = folder / "home"
        self.environ: dict[str, str] = {
            "HOME": str(home),
            "PATH": SCRUBBED_PATH,
            "AMBIDEX_STATE_HOME": str(home / "state"),
        }
        self.project = repository(folder / "project", FILES)
        self.data = home / ".local" / "share" / "ambidex"
        self.settings = self.project / ".claude" / "settings.json"
        self.path = SCRUBBED_PATH
        self.data.mkdir(parents=True)
        (self.data / "pycache").symlink_to(bytecode)
        digest = compile_policy(str(self.project))["digest"]
        trust.grant(self.state, digest, "a person", str(self.project), int(time.time()))

    @property
    def state(self) -> str:
        """The state directory of the project's repository."""
        return locate.repository_state(self.environ, str(self.project))

    def install(self, form: str = setup.PROJECT) -> None:
        """`ambidex install`, with the tests' interpreter and its tools."""
        install(self.environ, str(self.project), form)

    def examine(self) -> Examination:
        """`ambidex doctor`."""
        return examine(self.environ, str(self.project), str, self.path)


def problems(examination: Examination) -> dict[str, tuple[str, str]]:
    """What was found and how to put it right, by the check's name."""
    return {
        check.name: (check.found, check.fix)
        for check in examination.checks
        if check.status == "problem"
    }


def environment_without(target: Path, *missing: str) -> None:
    """Make `target` an environment like the tests' own, but without some of its programs."""
    own = Path(sys.prefix)
    (target / "bin").mkdir(parents=True)
    shutil.copy(own / "pyvenv.cfg", target)
    (target / "lib").symlink_to(own / "lib")
    for program in (own / "bin").iterdir():
        if program.name not in missing:
            (target / "bin" / program.name).symlink_to(program)


def program(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path
