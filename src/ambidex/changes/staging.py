"""The user's index after a commit that they did not make.

The index is theirs, and nothing else in Ambidex writes to it. After a commit on the branch that is
checked out it has to be written once all the same: it would go on saying what the old commit said
about the committed paths, git would show that as a staged reversal, and the user's next commit
would undo the agent's. So the entries of exactly these paths are brought up to date, and only where
they said what the old commit said, that is, where nothing was staged. It is done as git does it:
under git's own lock, with the new file complete before the commit becomes visible, and put in place
by one rename right after.
"""

from __future__ import annotations

import os

from ambidex.changes.users_git import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from ambidex.changes.users_git import UsersGit

    Entry = tuple[str, str]


def stale(
    staged: Mapping[str, Entry],
    before: Mapping[str, Entry],
    after: Mapping[str, Entry | None],
) -> dict[str, Entry | None]:
    """The entries of an index that a commit makes stale, with what they should be.

    Args:
        staged: the index.
        before: the commit that the index was compared with.
        after: what the new commit changes.

    Raises:
        Refused: the user has staged something else for one of the paths.
    """
    changed: dict[str, Entry | None] = {}
    for path, entry in after.items():
        now = staged.get(path)
        if now == entry:
            continue
        if now != before.get(path):
            raise Refused(f"you have staged {path}, which the agent has changed too")
        changed[path] = entry
    return changed


class Staging:
    """The user's index, locked for the length of a `with` block.

    `prepare` writes what the index is to become, `finish` puts it in place; leaving the block
    without `finish` leaves the index as it was.
    """

    def __init__(self, git: UsersGit, scratch: str) -> None:
        """Use `scratch`, a private folder on any file system, for the copy that is edited."""
        self._git = git
        self._index = os.path.join(git.git_dir, "index")
        self._lock = self._index + ".lock"
        self._copy = os.path.join(scratch, "users-index")
        self._held = False
        self._is_stale = False

    def __enter__(self) -> Staging:
        """Take git's lock on the index.

        Raises:
            Refused: another git holds it, or the git directory can't be written.
        """
        try:
            os.close(os.open(self._lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            raise Refused("another git is at work here (index.lock is there)") from None
        except OSError as problem:
            raise Refused(f"the index can't be locked: {problem.strerror}") from problem
        self._held = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the lock where `finish` has not."""
        # Once it is let go, a file of that name is somebody else's lock.
        if self._held:
            self._held = False
            os.unlink(self._lock)
        if os.path.exists(self._copy):
            os.unlink(self._copy)

    def prepare(self, before: Mapping[str, Entry], after: Mapping[str, Entry | None]) -> None:
        """Make the new index, complete, in the lock file.

        Raises:
            Refused: see `stale`; or git can't read the index.
            TreeError: git did not end.
            OSError: the disk is full.
        """
        if os.path.exists(self._index):
            copy_file(self._index, self._copy)
            os.chmod(self._lock, os.stat(self._index).st_mode & 0o777)
        changed = stale(self._git.entries(self._copy), before, after)
        if changed:
            self._git.update(self._copy, changed)
            copy_file(self._copy, self._lock)
            self._is_stale = True

    def finish(self) -> None:
        """Put the new index in place, which also lets go of the lock.

        Raises:
            OSError: the rename failed.
        """
        if self._is_stale:
            os.replace(self._lock, self._index)
            self._held = False


def copy_file(source: str, target: str) -> None:
    """Copy a file with its times, by which git knows what it need not read again.

    Raises:
        OSError: it can't be read, or the copy can't be written.
    """
    status = os.stat(source)
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(data)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
