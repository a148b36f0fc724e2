"""A project under git, an earlier tree of it, and what changed since, for gates."""

from __future__ import annotations

import copy
import os
import sys
import time
from pathlib import Path
from typing import Any

from ambidex.changes import diff, trees
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof.subject import Said, Subject
from testing.projects import repository


class ChangedProject:
    """Files before, files now, and the subject of a gate in between."""

    def __init__(self, folder: Path, files: dict[str, str], **tables: dict[str, Any]) -> None:
        self.root = repository(folder / "project", {".gitignore": "node_modules\n.venv\n", **files})
        self.state = str(folder / "state")
        self.policy = copy.deepcopy(DEFAULTS)
        for name, table in tables.items():
            self.policy[name].update(table)
        own = Path(sys.executable).parent
        self.environ = {**os.environ, "PATH": f"{own}:{os.environ['PATH']}"}
        self.before = trees.take(str(self.root), self.state)

    def write(self, files: dict[str, str]) -> None:
        """Write `files`, below the project's root."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def subject(self, seconds: float = 120, said: Said | None = None) -> Subject:
        """What changed since the beginning, to be judged within `seconds`."""
        after = trees.take(str(self.root), self.state, self.before)
        return Subject(
            root=str(self.root),
            state=self.state,
            policy=self.policy,
            changes=diff.changed(self.state, str(self.root), self.before, after),
            environ=self.environ,
            deadline=time.monotonic() + seconds,
            before=self.before,
            after=after,
            said=said,
        )
