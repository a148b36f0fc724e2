"""The names of the file that an effect changes: as written, behind links, in each work tree.

Hot path: `os` only. A command may name thousands of files, so a folder is resolved once and a file
is looked at once.
"""

from __future__ import annotations

import os

from ambidex.guard.effects import LINK
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known, known_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

_KIND = 0o170000
_LINK = 0o120000
_FILE = 0o100000
_FOLDER = 0o040000


class Names:
    """What one path means.

    Attributes:
        paths: absolute paths that name the file.
        relatives: the same relative to the work trees of the repository, where they lie in one.
        folded: `relatives` in lower case: a file system may not tell `Tests` from `tests`.
        inode: inode and device of a file that has several names, else None.
        is_folder: whether a folder is there now.
    """

    __slots__ = ("folded", "inode", "is_folder", "paths", "relatives")

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.relatives: list[str] = []
        self.folded: list[str] = []
        self.inode: tuple[int, int] | None = None
        self.is_folder = False


def names_of(effect: Effect, scene: Scene) -> Names:
    """The names of the file that an effect changes; for a hard link, of its target as well.

    A link that is replaced, moved or removed is itself concerned, and what it leads to with it.
    """
    linked = effect.kind == LINK and effect.target and "symbolic" not in effect.flags
    key = ("names", effect.path, effect.target if linked else "")
    found: Names | None = scene.cache.get(key)
    if found is None:
        found = scene.cache[key] = Names()
        _add(found, effect.path, scene)
        if linked:
            _add(found, effect.target, scene)
        found.folded = [relative.lower() for relative in found.relatives]
    return found


def relatives(effect: Effect, scene: Scene) -> list[str]:
    """The effect's path relative to the work trees of the repository that it lies in."""
    return names_of(effect, scene).relatives


def spellings(effect: Effect, scene: Scene) -> list[str]:
    """Absolute paths that name the file which an effect changes."""
    return names_of(effect, scene).paths


def _add(names: Names, name: str, scene: Scene) -> None:
    written = _without_process_folders(name, scene)
    for path in (written, _resolved(written, names, scene)):
        if path in names.paths:
            continue
        names.paths.append(path)
        for base in scene.trees(path):
            inside = path[len(base) + 1 :]
            if path.startswith(base) or below(base.lower(), path.lower()) is not None:
                is_below = path[len(base) : len(base) + 1] in ("", "/")
                if is_below and inside not in names.relatives:
                    names.relatives.append(inside)


def _without_process_folders(path: str, scene: Scene) -> str:
    if not path.startswith("/proc/self/"):
        return path
    for alias, folder in (("/proc/self/cwd", scene.cwd), ("/proc/self/root", "")):
        if below(alias, path) is not None:
            return folder + path[len(alias) :] or "/"
    return path


def _resolved(path: str, names: Names, scene: Scene) -> str:
    if not is_known(path):
        folder = os.path.dirname(known_prefix(path)).rstrip("/")
        return real_folder(folder or "/", scene).rstrip("/") + path[len(folder) :]
    folder, _, name = path.rpartition("/")
    real = f"{real_folder(folder or '/', scene).rstrip('/')}/{name}"
    try:
        status = os.lstat(real)
        if status.st_mode & _KIND == _LINK:
            real = os.path.realpath(real)
            status = os.stat(real)
    except (OSError, ValueError):
        return real
    if status.st_mode & _KIND == _FOLDER:
        names.is_folder = True
    elif status.st_nlink > 1 and status.st_mode & _KIND == _FILE:
        names.inode = (status.st_ino, status.st_dev)
    return real


def real_folder(folder: str, scene: Scene) -> str:
    """A folder with symbolic links followed; the folder itself where that cannot be done."""
    found: str | None = scene.cache.get(("real", folder))
    if found is None:
        try:
            found = os.path.realpath(folder)
        except (OSError, ValueError):
            found = folder
        scene.cache["real", folder] = found
    return found
