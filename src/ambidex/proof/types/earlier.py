"""A tree's files in a folder where a checker finds what it finds in the work tree.

What git ignores is no part of a tree: environments, packages, generated modules. Without them a
checker sees other errors than in the work tree, and the difference would be blamed on the change.
So they are linked into a copy of our own (hard links of the checkout's files).
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager

from ambidex.changes.checkout import checkout
from ambidex.changes.process import TreeError
from ambidex.changes.shadow import Shadow, split_names
from ambidex.locate import make_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.changes.trees import Tree

# What tools keep for themselves. A checker gets a folder of ours for that.
_CACHES = frozenset(
    (".ambidex", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__", "target")
)
_MOST_LINKS = 20_000


@contextmanager
def files_of(state: str, root: str, tree: Tree) -> Iterator[str]:
    """A folder with the files of `tree` and links to what git ignores in `root`.

    Only for tools that write nothing there but beside their input: the links lead into the work
    tree. The folder is gone afterwards.

    Args:
        state: the repository's state directory.
        root: the top of the work tree.
        tree: a tree, taken or of a commit.

    Raises:
        TreeError: the tree is not there (any more), or the state can't be written.
    """
    source = checkout(state, root, tree)
    places = os.path.join(state, "types", "files")
    place = os.path.join(places, str(os.getpid()))
    folder = os.path.join(place, "tree")
    try:
        _sweep(places)
        os.makedirs(place, mode=0o700)
        shutil.copytree(source, folder, symlinks=True, copy_function=_link)
        for name in _ignored(state, root)[:_MOST_LINKS]:
            _add(os.path.join(root, name), os.path.join(folder, name))
        yield folder
    except shutil.Error as error:
        raise TreeError(f"the files of an earlier state can't be written: {error}") from error
    except TreeError:
        raise
    except OSError as error:
        raise TreeError(f"the files of an earlier state can't be written: {error}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _sweep(places: str) -> None:
    """Remove what processes that were killed left behind, and what is in our own way."""
    make_private(places)
    for name in os.listdir(places):
        if name != str(os.getpid()) and name.isdigit():
            try:
                os.kill(int(name), 0)
                continue
            except ProcessLookupError:
                pass
            except (OSError, OverflowError):
                continue
        shutil.rmtree(os.path.join(places, name), ignore_errors=True)


def _link(source: str, target: str) -> str:
    # Only files come here, and symbolic links are kept as they are.
    os.link(source, target, follow_symlinks=False)
    return target


def _ignored(state: str, root: str) -> list[str]:
    """Files and whole folders that git ignores, relative to `root`, without tools' caches."""
    ask = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    try:
        listed = split_names(Shadow(root, state).users_git(*ask))
    except TreeError:
        # No repository: what a project without one has lies at its top.
        listed = [b"node_modules", b".venv", b"venv"]
    names = [os.fsdecode(name).rstrip("/") for name in listed]
    return [name for name in names if _CACHES.isdisjoint(name.split("/"))]


def _add(source: str, target: str) -> None:
    # A folder that the earlier tree lacks holds nothing that its files could ask for.
    if os.path.isdir(os.path.dirname(target)) and os.path.exists(source):
        try:
            os.symlink(source, target)
        except FileExistsError:
            # Ignored today, a part of the tree then.
            return
