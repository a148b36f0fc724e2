"""A user's repository in which the agent's changes are committed, for tests."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from ambidex.changes.commit import Commit, Request, commit
from ambidex.changes.trees import Tree
from testing.worktree import WorkTree

_NAMES = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")


class Repository(WorkTree):
    """A work tree with a user who has a name, and what git says there.

    Attributes:
        protected: names of branches that must not be committed to.
        environ: what the committing process gets.
    """

    def __init__(self, root: Path, state_home: Path) -> None:
        super().__init__(root, state_home)
        self.protected: set[str] = set()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(state_home),
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.invalid")

    def git(self, *arguments: str, ok: bool = True) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def hook(self, name: str, program: str) -> None:
        path = self.root / ".git" / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + program)
        path.chmod(0o755)

    def commit(
        self, *trees: Tree, said: str = "Make one return two", seconds: float = 60
    ) -> Commit:
        """Commit what changed between each of the trees and the next, the last being now."""
        pairs: Sequence[tuple[Tree, Tree]] = [
            *zip(trees, trees[1:]),
            (trees[-1], self.take(trees[-1])),
        ]
        return commit(
            Request(
                str(self.root),
                self.state,
                pairs,
                environ=self.environ,
                branch="ambidex/work",
                is_protected=self.protected.__contains__,
                message=lambda paths: f"{said}\n\n{len(paths)} paths\n",
                deadline=time.monotonic() + seconds,
            )
        )

    def files(self, revision: str = "HEAD") -> dict[str, str]:
        """What a commit changed: status by path."""
        lines = self.git(
            "show", "--format=", "--name-status", "--no-renames", revision
        ).splitlines()
        return {line.split("\t")[1]: line[0] for line in lines}

    def status(self) -> str:
        return self.git("status", "--porcelain")

    def staged(self) -> bytes:
        """Everything that the index says, content flags included."""
        done = subprocess.run(
            ["git", "ls-files", "-s", "-v", "-z"], cwd=self.root, capture_output=True, check=True
        )
        return done.stdout
