"""The files of a tree, put into a folder of our own.

    <state>/checkouts/
        <tree id>/        the files, complete
        <tree id>.lock    held, shared, by every process that uses them

Files come from the shadow's objects (see `shadow`), byte for byte: no filter, no conversion.
What the tree does not hold is not there: ignored files, files over 5 MB that were not tracked
(`Tree.large` names them), and the content of a commit's submodules.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time

from ambidex import locate
from ambidex.changes.process import GitFailed, TreeError
from ambidex.changes.shadow import Shadow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.changes.trees import Tree

KEPT = 3

# Descriptors of the locks that this process holds until it ends, by path.
_held: dict[str, int] = {}


def checkout(state: str, root: str, tree: Tree) -> str:
    """A folder with the files of `tree`, executable bits and symbolic links included.

    It is used again for the same tree, so whoever runs code there must expect what earlier code
    left behind. While the process lives, nobody removes it; otherwise the `KEPT` used last stay.

    Args:
        state: the repository's state directory.
        root: the top of the work tree.
        tree: a tree, taken or of a commit.

    Raises:
        TreeError: the tree is not there (any more), git failed, or the state can't be written.
    """
    if not tree.sha.isalnum():
        raise TreeError(f"{tree.sha!r} is not a tree")
    folder = os.path.join(state, "checkouts")
    path = os.path.join(folder, tree.sha)
    try:
        locate.make_private(folder)
        with Shadow(root, state) as shadow:
            _hold(path)
            if not os.path.isdir(path):
                _write(shadow, tree.sha, path)
            _make_room(folder, path)
    except GitFailed as error:
        raise TreeError(f"the recorded state is not there any more: {error}") from error
    except TreeError:
        raise
    except OSError as error:
        raise TreeError(f"the files of an earlier state can't be written: {error}") from error
    return path


def _hold(path: str) -> None:
    name = path + ".lock"
    if name not in _held:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Who removes holds the shadow's lock, as we do: this one is never waited for.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        _held[name] = descriptor
    now = time.time()
    os.utime(name, (now, now))


def _write(shadow: Shadow, sha: str, path: str) -> None:
    """Write the files next to their place and move them there when all are written."""
    new = path + ".new"
    index = path + ".index"
    try:
        _remove(new, index)
        shadow.git("read-tree", f"{sha}^{{tree}}", index=index, alternates=True)
        os.mkdir(new, 0o700)
        shadow.git("checkout-index", "--all", f"--prefix={new}/", index=index, alternates=True)
        os.rename(new, path)
    finally:
        _remove(new, index)


def _make_room(folder: str, kept: str) -> None:
    locks = [os.path.join(folder, name) for name in os.listdir(folder) if _is_lock(name)]
    for name in sorted(locks, key=os.path.getmtime, reverse=True)[KEPT:]:
        path = name[: -len(".lock")]
        if path == kept or name in _held:
            continue
        descriptor = os.open(name, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # in use
        else:
            shutil.rmtree(path, ignore_errors=True)
            os.unlink(name)
        finally:
            os.close(descriptor)


def _is_lock(name: str) -> bool:
    return name.endswith(".lock") and name[: -len(".lock")].isalnum()


def _remove(new: str, index: str) -> None:
    """Remove what is half done, also what a process left that was killed at it."""
    shutil.rmtree(new, ignore_errors=True)
    for left in (index, index + ".lock"):
        if os.path.exists(left):
            os.unlink(left)
