"""A work tree whose trees are taken, for tests."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ambidex import locate
from ambidex.changes import diff, trees
from ambidex.changes.trees import Tree


class WorkTree:
    def __init__(self, root: Path, state_home: Path) -> None:
        self.root = root
        self.state = locate.repository_state({"AMBIDEX_STATE_HOME": str(state_home)}, str(root))

    def take(self, baseline: Tree | None = None) -> Tree:
        return trees.take(str(self.root), self.state, baseline)

    def changes(self, before: Tree, after: Tree) -> list[diff.Change]:
        return diff.changed(self.state, str(self.root), before, after)

    def since(self, before: Tree) -> dict[str, str]:
        """Status by path of what changed since `before`."""
        return {each.path: each.status for each in self.changes(before, self.take(before))}

    def content(self, sha: str) -> bytes:
        return diff.content(self.state, str(self.root), sha)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def rewrite_in_disguise(path: Path, text: str) -> None:
    """Replace content by other content of the same size, and restore the modification time."""
    before = path.stat()
    assert len(text.encode()) == before.st_size
    with path.open("r+") as file:
        file.write(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """Every file's bytes, mode, inode and times below `folder`, and every folder's times."""
    seen: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        times = (status.st_mode, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        seen[str(path.relative_to(folder))] = (*times, data)
    return seen
