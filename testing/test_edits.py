"""The edits of tests in `tests/corpus/test_edits`: files before and after, and what they are.

A case begins with `=== bad: name` or `=== good: name`; its files with `--- before path`, `--- after
path` or `--- both path`. A file on one side only was added or deleted.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from ambidex.changes.diff import Change
from ambidex.changes.trees import Tree
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof.subject import Subject
from testing.hooks import REPOSITORY

FOLDER = REPOSITORY / "tests" / "corpus" / "test_edits"
KINDS = ("bad", "good")
SIDES = ("before", "after", "both")


class Case(NamedTuple):
    """One edit.

    Attributes:
        source: the file of cases that it is in.
        kind: `bad` must be caught, `good` must not be blocked.
        name: what it is about.
        before: files before, by path.
        after: files after, by path.
    """

    source: str
    kind: str
    name: str
    before: dict[str, str]
    after: dict[str, str]


def cases() -> list[Case]:
    """All cases, file by file.

    Raises:
        ValueError: a line that begins a case or a file is not as it should be.
    """
    found: list[Case] = []
    for path in sorted(FOLDER.glob("*.cases")):
        targets: list[list[str]] = []
        files: list[tuple[Case, str, str, list[str]]] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("=== "):
                kind, _, name = line[4:].partition(": ")
                if kind not in KINDS or not name:
                    raise ValueError(f"{path.name}: {line}")
                found.append(Case(path.stem, kind, name, {}, {}))
                targets = []
            elif line.startswith("--- "):
                side, _, where = line[4:].partition(" ")
                if side not in SIDES or not where or not found:
                    raise ValueError(f"{path.name}: {line}")
                targets = [[]]
                files.append((found[-1], side, where, targets[0]))
            elif targets:
                targets[0].append(line)
        for case, side, where, lines in files:
            text = "\n".join(lines).rstrip("\n") + "\n"
            if side != "after":
                case.before[where] = text
            if side != "before":
                case.after[where] = text
    return found


class Edit(Subject):
    """A change that lies in memory; `renames` are new paths by old ones."""

    def __init__(
        self,
        before: dict[str, str],
        after: dict[str, str],
        *,
        renames: dict[str, str] | None = None,
    ) -> None:
        renames = renames or {}
        moved = {new: old for old, new in renames.items()}
        changes = [
            Change(path, "R", old_path=moved[path])
            if path in moved
            else Change(path, _status(before.get(path), after.get(path)))
            for path in sorted({*before, *after} - renames.keys())
            if path in moved or before.get(path) != after.get(path)
        ]
        super().__init__(
            root="/nowhere",
            state="/nowhere",
            policy=DEFAULTS,
            changes=changes,
            environ={},
            deadline=time.monotonic() + 60,
            before=Tree("0" * 40),
        )
        self._old = before
        self._new = after

    def content(self, path: str) -> bytes | None:
        """The file now."""
        return self._new[path].encode() if path in self._new else None

    def former(self, path: str) -> bytes | None:
        """The file before."""
        return self._old[path].encode() if path in self._old else None


def _status(before: str | None, after: str | None) -> str:
    return "A" if before is None else "D" if after is None else "M"
