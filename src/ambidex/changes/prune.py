"""Keeping the shadow from growing without bound."""

from __future__ import annotations

import os
import shutil

from ambidex import locate
from ambidex.changes.process import GitFailed, TreeError
from ambidex.changes.shadow import Shadow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Below this the rest of the state is larger.
DEFAULT_LIMIT_BYTES = 200_000_000


def prune(root: str, state: str, keep: Iterable[str], limit: int = DEFAULT_LIMIT_BYTES) -> bool:
    """Drop all trees but some, if the shadow is large; the next take reads every file again.

    Args:
        root: the top of any of the repository's work trees.
        state: the repository's state directory.
        keep: ids of the trees that must stay readable; those unknown here are passed over.
        limit: size in bytes of the object directory up to which nothing happens.

    Returns:
        Whether anything was dropped.

    Raises:
        TreeError: a tree is being taken, git failed, or the state can't be written. Nothing
            was dropped then.
    """
    try:
        with Shadow(root, state) as shadow:
            if _size(shadow.objects) <= limit:
                return False
            _rebuild(shadow, set(keep))
            return True
    except TreeError:
        raise
    except OSError as error:
        raise TreeError(f"the shadow can't be pruned: {error}") from error


def _rebuild(shadow: Shadow, keep: set[str]) -> None:
    fresh = os.path.join(shadow.folder, "objects.new")
    dropped = os.path.join(shadow.folder, "objects.old")
    for folder in (fresh, dropped):
        shutil.rmtree(folder, ignore_errors=True)
    known = sorted(tree for tree in keep if _is_known(shadow, tree))
    locate.make_private(os.path.join(fresh, "pack"))
    if known:
        listed = shadow.git("rev-list", "--objects", "--no-object-names", *known)
        pack = os.path.join(fresh, "pack", "pack")
        shadow.git("pack-objects", "-q", pack, stdin=listed)
    # The indexes name objects that are about to go, so they go first.
    work = os.path.join(shadow.folder, "work")
    for name in os.listdir(work):
        for part in ("memory", "index"):
            path = os.path.join(work, name, part)
            if os.path.exists(path):
                os.unlink(path)
    os.rename(shadow.objects, dropped)
    os.rename(fresh, shadow.objects)
    records = os.path.join(shadow.folder, "trees")
    for name in os.listdir(records):
        if name not in known:
            os.unlink(os.path.join(records, name))
    shutil.rmtree(dropped, ignore_errors=True)


def _is_known(shadow: Shadow, tree: str) -> bool:
    if not tree or not tree.isalnum():
        return False
    try:
        shadow.git("cat-file", "-e", f"{tree}^{{tree}}")
    except GitFailed:
        return False
    return True


def _size(folder: str) -> int:
    return sum(
        os.lstat(os.path.join(where, name)).st_size
        for where, _, names in os.walk(folder)
        for name in names
    )
