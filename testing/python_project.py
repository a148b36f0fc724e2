"""Small Python projects with real tests, and what proving them needs."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ambidex.changes import diff, trees
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof import testmap
from ambidex.proof.command import Command
from ambidex.proof.python_tests import run
from ambidex.proof.recording import Recorder
from ambidex.proof.subject import Subject
from ambidex.verdict import Verdict

PYTEST = (sys.executable, "-m", "pytest")


def policy(**tests: Any) -> dict[str, Any]:
    """A policy snapshot as far as proof reads it, with `tests` overridden."""
    return {
        "tests": {
            "command": [],
            "paths": ["tests"],
            "source": ["src", "."],
            "exclude": [],
            "deadline_seconds": 60,
            **tests,
        },
    }


class Change:
    """A changed path."""

    def __init__(self, path: str, status: str = "M", old_path: str = "") -> None:
        self.path = path
        self.old_path = old_path
        self.status = status


class Evidence:
    """Verdicts of one tree, in memory."""

    def __init__(self) -> None:
        self.stored: dict[str, Verdict] = {}

    def get(self, gate: str) -> Verdict | None:
        return self.stored.get(gate)

    def put(self, verdict: Verdict) -> None:
        self.stored[verdict.gate] = verdict


class Project:
    """A project in `folder`; the state directory lies beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "project"
        self.path.mkdir()
        self.root = str(self.path)
        self.state = str(folder / "state")
        self.environ = {
            "HOME": str(folder),
            "PATH": os.pathsep.join((os.path.dirname(sys.executable), "/usr/bin", "/bin")),
            "AMBIDEX_STATE_HOME": self.state,
            "CLAUDECODE": "1",
        }

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    def test(
        self,
        nodes: Sequence[str] = (),
        argv: Sequence[str] = PYTEST,
        seconds: float = 60,
    ) -> Verdict:
        return run(
            self.root,
            self.state,
            Command(argv, configured=True),
            environ=self.environ,
            deadline=time.monotonic() + seconds,
            nodes=nodes,
        )


class Repository(Project):
    """A project under git, whose changes since `baseline` can be judged."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        super().__init__(folder)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write(files)
        self.policy: dict[str, Any] = copy.deepcopy(DEFAULTS)
        self.policy["tests"]["command"] = list(PYTEST)
        self.before = trees.take(self.root, self.state)

    def subject(self, seconds: float = 100) -> Subject:
        after = trees.take(self.root, self.state, self.before)
        return Subject(
            root=self.root,
            state=self.state,
            policy=self.policy,
            changes=diff.changed(self.state, self.root, self.before, after),
            environ=self.environ,
            deadline=time.monotonic() + seconds,
            before=self.before,
            after=after,
        )

    def rebase(self) -> None:
        """Changes count from here."""
        self.before = trees.take(self.root, self.state)

    def record(self) -> Verdict:
        """Run the tests and keep which of them execute which lines."""
        recorder = Recorder(self.environ)
        verdict = run(
            self.root,
            self.state,
            Command(PYTEST, configured=True),
            environ=self.environ,
            deadline=time.monotonic() + 60,
            recorder=recorder,
        )
        tree = trees.take(self.root, self.state, self.before).sha
        testmap.merge(self.state, self.root, recorder.recording, tree)
        return verdict
