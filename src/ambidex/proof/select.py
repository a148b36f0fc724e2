"""Which test files a change affects, nearest first.

A test file is affected when it changed, or when it reaches a changed module through
imports. Selection decides the order only: the whole suite follows when the affected files
are green, so what a computed import hides is found a little later, not never.

Two simplifications keep the answer small. Importing `a.b` runs `a/__init__.py` too, but
counts as a use of it only if that `__init__` itself changed. And where more than half of
all test files are affected, running them first would nearly double the time, so the suite
runs at once.

Nothing is cached: reading and scanning 2,000 files takes about as long as one start of
pytest, and only where something relevant changed.
"""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ambidex.proof.imports import Import

MOST_FILES = 20_000
MOST_SELECTED = 200
_TOO_LONG = "selection took too long"
_MOST_BYTES = 1_000_000
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv"))


class Selection:
    """The answer.

    Attributes:
        files: affected test files, nearest first; empty when nothing can be put first.
        reached: affected test files, nearest first, however many; empty when nobody looked.
        whole: why the suite has to run at once instead; `""` when `files` can go first.
        tests: number of test files in the project.
        read: number of Python files looked at.
    """

    __slots__ = ("files", "reached", "read", "tests", "whole")

    def __init__(
        self,
        files: list[str],
        whole: str,
        tests: int,
        read: int,
        reached: list[str] | None = None,
    ) -> None:
        self.files = files
        self.whole = whole
        self.tests = tests
        self.read = read
        self.reached = reached or []

    @property
    def tests_read(self) -> bool:
        """Whether `reached` is known, though `files` may be empty because they are many."""
        return self.read > 0 and self.whole != _TOO_LONG


def is_test_file(path: str) -> bool:
    """Whether pytest, as configured by default, takes the file at `path` for a test file."""
    name = path.rpartition("/")[2]
    return name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))


def python_files(root: str, exclude: Iterable[str] = ()) -> list[str]:
    """The project's Python files, relative to `root`, sorted.

    Environments and hidden folders are left out; it stops at `MOST_FILES`.
    """
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        if "pyvenv.cfg" in names:
            folders[:] = []
            continue
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        prefix = os.path.relpath(folder, root).replace(os.sep, "/") + "/"
        prefix = "" if prefix == "./" else prefix
        found += [prefix + name for name in names if name.endswith(".py")]
        if len(found) > MOST_FILES:
            break
    globs = list(exclude)
    if globs:
        found = [path for path in found if not relevance.excluded(path, globs)]
    return sorted(found[:MOST_FILES])


def affected(
    root: str, policy: Mapping[str, Any], paths: list[str], deadline: float | None = None
) -> Selection:
    """The test files that `paths` affect.

    Args:
        root: the project's root.
        policy: the policy snapshot; `tests.source` and `tests.exclude` are read.
        paths: relevant changed paths relative to `root`, deleted and old ones included.
        deadline: `time.monotonic()` at which to give up and name the whole suite; None: never.
    """
    files = python_files(root, policy["tests"]["exclude"])
    tests = [path for path in files if is_test_file(path)]
    whole = next((path for path in paths if relevance.configures(path)), "")
    if whole:
        return Selection([], f"{whole} changed", len(tests), 0)
    if not tests:
        return Selection([], "there are no test files", 0, 0)
    graph = _Graph(root, policy["tests"]["source"], files, paths)
    if not graph.read(deadline):
        return Selection([], _TOO_LONG, len(tests), len(files))
    distances = graph.distances()
    chosen = sorted(
        (path for path in tests if path in distances), key=lambda path: (distances[path], path)
    )
    if len(chosen) * 2 > len(tests) and len(tests) > 1:
        return Selection([], "most test files are affected", len(tests), len(files), chosen)
    if len(chosen) > MOST_SELECTED:
        return Selection([], "too many test files are affected", len(tests), len(files), chosen)
    whole = "" if chosen else "no test file is known"
    return Selection(chosen, whole, len(tests), len(files), chosen)


class _Graph:
    """Who uses whom, as far as it can lead to the changed paths."""

    def __init__(self, root: str, source: Iterable[str], files: list[str], changed: list[str]):
        self._root = root
        self._files = files
        self._changed = set(changed)
        self._source = [
            folder.strip("/") for folder in source if folder.strip("/") not in ("", ".")
        ]
        self._existing = set(files)
        self._users: dict[str, set[str]] = {}
        self._modules: dict[str, set[str]] = {}
        # A deleted module is still imported by somebody, so it keeps its name.
        for path in {*files, *(path for path in changed if path.endswith(".py"))}:
            for name in self._names(path):
                self._modules.setdefault(name, set()).add(path)

    def read(self, deadline: float | None) -> bool:
        """Read all files; False when `deadline` passed first."""
        from ambidex.proof.imports import imports

        needles = self._needles()
        for path in self._files:
            if deadline is not None and time.monotonic() > deadline:
                return False
            try:
                with open(os.path.join(self._root, path), "rb") as file:
                    source = file.read(_MOST_BYTES)
            except OSError:
                continue
            for needle, target in needles:
                if needle in source:
                    self._users.setdefault(target, set()).add(path)
            for item in imports(source):
                for target in self._targets(path, item):
                    self._users.setdefault(target, set()).add(path)
        return True

    def distances(self) -> dict[str, int]:
        """Every file that a changed path affects, with the number of imports in between."""
        distances = dict.fromkeys(sorted(self._changed), 0)
        border = sorted(self._changed)
        distance = 0
        while border:
            distance += 1
            following = []
            for path in border:
                for user in self._users_of(path):
                    if user not in distances:
                        distances[user] = distance
                        following.append(user)
            border = following
        return {path: far for path, far in distances.items() if path in self._existing}

    def _users_of(self, path: str) -> set[str]:
        users = self._users.get(path, set())
        folder, _, name = path.rpartition("/")
        if name == "conftest.py":
            # Fixtures of a conftest reach every test below it without an import.
            below = f"{folder}/" if folder else ""
            users = users | {file for file in self._files if file.startswith(below)}
        return users

    def _needles(self) -> list[tuple[bytes, str]]:
        """Strings by which a file can name a changed one without importing it."""
        needles = []
        for path in self._changed:
            if not path.endswith(".py"):
                needles.append((os.fsencode(path.rpartition("/")[2]), path))
                continue
            for name in self._names(path):
                if "." in name:
                    needles.append((os.fsencode(name), path))
        return needles

    def _targets(self, path: str, item: Import) -> set[str]:
        if item.level:
            return self._relative(path, item)
        found: set[str] = set()
        parts = item.module.split(".")
        for end in range(1, len(parts)):
            found |= self._changed_package(self._modules.get(".".join(parts[:end]), set()))
        module = self._modules.get(item.module, set())
        member = self._modules.get(f"{item.module}.{item.name}", set()) if item.name else set()
        if member:
            return found | member | self._changed_package(module)
        return found | module

    def _relative(self, path: str, item: Import) -> set[str]:
        folder = path.rpartition("/")[0]
        for _ in range(item.level - 1):
            folder = folder.rpartition("/")[0]
        base = "/".join(part for part in (folder, *item.module.split(".")) if part)
        module = self._at(base)
        member = self._at(f"{base}/{item.name}" if base else item.name)
        if member:
            return member | self._changed_package(module)
        return module

    def _at(self, base: str) -> set[str]:
        candidates = (f"{base}.py", f"{base}/__init__.py" if base else "__init__.py")
        return {path for path in candidates if path in self._existing or path in self._changed}

    def _changed_package(self, paths: set[str]) -> set[str]:
        return paths & self._changed

    def _names(self, path: str) -> set[str]:
        """The dotted names under which the module at `path` can be imported."""
        stem = path[: -len(".py")]
        if stem.endswith("/__init__"):
            stem = stem[: -len("/__init__")]
        starts = {0}
        for folder in self._source:
            if stem.startswith(f"{folder}/"):
                starts.add(len(folder) + 1)
        # Without an __init__.py in it, pytest puts a test's own folder on the path.
        top = path.rpartition("/")[0]
        while top and f"{top}/__init__.py" in self._existing:
            top = top.rpartition("/")[0]
        if top and stem.startswith(f"{top}/"):
            starts.add(len(top) + 1)
        return {stem[start:].replace("/", ".") for start in starts}
