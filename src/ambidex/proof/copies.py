"""A private copy of the whole work tree, in which tests may run with other code than the user's.

    <state>/copies/<key of the root>/
        lock              held by whoever uses the copy
        known.json        what each file was when it was copied, in the tree and in the copy
        <name>/           the copy, called as the original is

Only what differs from the last time is copied. A file of the copy that a test wrote, or that an
interrupted run left behind, is replaced or removed: its time of change is not the one on record.
Environments and the like are symbolic links to the originals.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import time

from ambidex import locate
from ambidex.policy import private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    Known = dict[str, list[int]]

LARGEST_TREE_BYTES = 2_000_000_000
MOST_FILES = 200_000
# Data: linked, not copied.
LARGE_FILE_BYTES = 64_000_000

_LINKED = frozenset((".git", ".hg", ".jj", ".svn", "node_modules", ".nox", ".tox"))
# They would be wrong in the copy, or are written by the very tools that run in it.
_LEFT_OUT = frozenset(
    ("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ambidex")
)
_KEPT_IN_COPY = frozenset(("__pycache__", ".pytest_cache", ".hypothesis"))


class CopyError(Exception):
    """The work tree can't be copied; the text says why."""


class Copy:
    """A copy that is ours until it is closed; as a context manager it closes itself.

    Attributes:
        path: its top, symbolic links resolved.
        copied: how many files had to be copied.
    """

    def __init__(self, path: str, copied: int, held: contextlib.ExitStack) -> None:
        self.path = path
        self.copied = copied
        self._held = held

    def close(self) -> None:
        """Let others use it."""
        self._held.close()

    def __enter__(self) -> Copy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def work_copy(state: str, root: str, deadline: float) -> Copy:
    """The copy of the work tree `root` as it is now.

    Args:
        state: the repository's state directory.
        root: the top of the work tree; nothing in it is written.
        deadline: `time.monotonic()` after which nobody waits any more.

    Raises:
        CopyError: the tree is too large, somebody else used the copy all the time, or the disk
            is full.
    """
    root = os.path.realpath(root)
    home = os.path.join(state, "copies", locate.path_key(root))
    held = contextlib.ExitStack()
    try:
        held.enter_context(private.Lock(os.path.join(home, "lock"), deadline - time.monotonic()))
        path = os.path.join(os.path.realpath(home), os.path.basename(root) or "root")
        copied = _Sync(root, path, os.path.join(home, "known.json"), deadline).run()
    except BaseException as error:
        held.close()
        if isinstance(error, TimeoutError):
            raise CopyError("another session is using the copy of the work tree") from None
        if isinstance(error, OSError):
            reason = f"the work tree can't be copied: {error.strerror or error}"
            raise CopyError(reason) from error
        raise
    return Copy(path, copied, held)


class _Sync:
    def __init__(self, root: str, path: str, record: str, deadline: float) -> None:
        self._root = root
        self._path = path
        self._record = record
        self._deadline = deadline
        self._before = self._read()
        self._now: Known = {}
        self._bytes = 0
        self._copied = 0

    def run(self) -> int:
        locate.make_private(self._path)
        try:
            self._folder("")
        finally:
            # Also what was done until the disk was full need not be done again.
            with contextlib.suppress(OSError):
                private.replace(self._record, json.dumps(self._now), lasting=False)
        return self._copied

    def _read(self) -> Known:
        try:
            with open(self._record, encoding="utf-8") as file:
                known = json.load(file)
            return known if isinstance(known, dict) else {}
        except (OSError, ValueError):
            return {}

    def _folder(self, relative: str) -> None:
        if time.monotonic() > self._deadline:
            raise CopyError("the deadline passed while the work tree was copied")
        source, target = self._at(self._root, relative), self._at(self._path, relative)
        wanted = set()
        changed = []
        for entry in _entries(source):
            wanted.add(entry.name)
            name = f"{relative}/{entry.name}" if relative else entry.name
            if entry.is_symlink():
                self._link(name, self._pointing(entry.path))
            elif entry.is_dir():
                if entry.name in _LINKED or _is_environment(entry.path):
                    self._link(name, entry.path)
                else:
                    self._make_folder(name)
                    self._folder(name)
            elif entry.is_file() and self._file(name, entry):
                changed.append(entry.name)
        for entry in os.scandir(target):
            if entry.name not in wanted and entry.name not in _KEPT_IN_COPY:
                _remove(entry.path)
        if changed:
            _forget_bytecode(target, changed)

    def _pointing(self, link: str) -> str:
        """Where a link of the tree points to from the copy: absolute into the tree is moved."""
        where = os.readlink(link)
        inside = self._root + os.sep
        return os.path.join(self._path, where[len(inside) :]) if where.startswith(inside) else where

    def _link(self, name: str, where: str) -> None:
        target = self._at(self._path, name)
        with contextlib.suppress(OSError):
            if os.readlink(target) == where:
                return
        _remove(target)
        os.symlink(where, target)

    def _make_folder(self, name: str) -> None:
        target = self._at(self._path, name)
        if os.path.islink(target) or not os.path.isdir(target):
            _remove(target)
            os.mkdir(target, 0o700)

    def _file(self, name: str, entry: os.DirEntry[str]) -> bool:
        """Bring one file up to date; returns whether it had to be."""
        status = entry.stat(follow_symlinks=False)
        if status.st_size > LARGE_FILE_BYTES:
            self._link(name, entry.path)
            return False
        self._bytes += status.st_size
        if self._bytes > LARGEST_TREE_BYTES or len(self._now) >= MOST_FILES:
            raise CopyError("the work tree is too large to be copied")
        target = self._at(self._path, name)
        there = _status(target)
        both = [*_marks(status), *(_marks(there) if there else ())]
        if self._before.get(name) == both:
            self._now[name] = both
            return False
        _remove(target)
        shutil.copyfile(entry.path, target)
        os.chmod(target, stat.S_IMODE(status.st_mode) | stat.S_IRUSR | stat.S_IWUSR)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        self._now[name] = [*_marks(status), *_marks(os.lstat(target))]
        self._copied += 1
        return True

    def _at(self, top: str, relative: str) -> str:
        return os.path.join(top, relative) if relative else top


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name not in _LEFT_OUT:
                yield entry


def _is_environment(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "pyvenv.cfg")) or os.path.isdir(
        os.path.join(folder, "conda-meta")
    )


def _marks(status: os.stat_result) -> list[int]:
    """What changes when somebody writes a file, even one who sets its times back."""
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _forget_bytecode(folder: str, names: list[str]) -> None:
    """Python takes bytecode for valid by size and second: a quick change would be missed."""
    stems = {name[: -len(".py")] for name in names if name.endswith(".py")}
    cache = os.path.join(folder, "__pycache__")
    if not stems or not os.path.isdir(cache):
        return
    for name in os.listdir(cache):
        if name.partition(".")[0] in stems:
            os.unlink(os.path.join(cache, name))
