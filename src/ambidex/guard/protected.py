"""Which protected places an effect would touch: by name, through a parent, a link or a pattern.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard.effects import DELETE, LINK, MOVE, READ
from ambidex.guard.scene import below
from ambidex.guard.taint import ANY, CLASS, STAR, is_known, is_pattern, known_prefix
from ambidex.policy.globs import literal_start, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

# How much of a touch is certain.
NOT = ""
POSSIBLE = "possible"
CERTAIN = "certain"

# Files of a protected folder that are compared with a pattern or an inode, at most.
MAX_FILES = 500


def touch(effect: Effect, globs: Iterable[str], scene: Scene) -> tuple[str, str]:
    """Whether an effect on files concerns what one of `globs` covers.

    Args:
        effect: an effect with a `path`.
        globs: globs of the policy, relative to the project.
        scene: the surroundings.

    Returns:
        How certain it is (`NOT`, `POSSIBLE`, `CERTAIN`), and the path for people.
    """
    possible = ""
    for relative in relatives(effect, scene):
        for glob in globs:
            answer = _touches(glob, relative, effect, scene)
            if answer == CERTAIN:
                return CERTAIN, scene.sources.show(relative) or "."
            if answer == POSSIBLE:
                possible = possible or scene.sources.show(relative) or "."
    return (POSSIBLE, possible) if possible else (NOT, "")


def relatives(effect: Effect, scene: Scene) -> list[str]:
    """The effect's path relative to the work trees of the repository that it lies in.

    Each spelling counts: as written, and with symbolic links followed. Hard links count too:
    the new link's other name, and the names of a file that has several.
    """
    found: list[str] = []
    for path in spellings(effect, scene):
        for base in scene.trees(path):
            relative = below(base.lower(), path.lower())
            if relative is not None:
                found.append(path[len(base) + 1 :])
    return list(dict.fromkeys(found))


def spellings(effect: Effect, scene: Scene) -> list[str]:
    """Absolute paths that name the file which an effect changes."""
    named = [effect.path]
    if effect.kind == LINK and effect.target and "symbolic" not in effect.flags:
        named.append(effect.target)
    found = []
    for name in named:
        path = _without_process_folders(name, scene)
        found.append(path)
        # A link that is replaced, moved or removed is itself concerned, not what it leads to.
        found.append(_resolved(path, scene))
    return list(dict.fromkeys(found))


def _without_process_folders(path: str, scene: Scene) -> str:
    for alias, folder in (("/proc/self/cwd", scene.cwd), ("/proc/self/root", "")):
        if below(alias, path) is not None:
            return folder + path[len(alias) :] or "/"
    return path


def _resolved(path: str, scene: Scene) -> str:
    if "\0" in path:
        return path  # no file has such a name
    if is_known(path):
        return scene.resolved(path)
    prefix = known_prefix(path)
    folder = os.path.dirname(prefix)
    return os.path.realpath(folder).rstrip("/") + path[len(folder.rstrip("/")) :]


def reaches_below(effect: Effect) -> bool:
    """Whether the effect on a folder is one on everything in it."""
    if effect.kind == MOVE:
        return not (is_known(effect.path) and os.path.isfile(effect.path))
    return "recursive" in effect.flags


def _touches(glob: str, relative: str, effect: Effect, scene: Scene) -> str:
    if is_known(relative):
        if matches(glob.lower(), relative.lower()):
            return CERTAIN
        if reaches_below(effect) and _holds(relative, glob, scene):
            return CERTAIN
        return _hard_linked(glob, effect, scene)
    prefix = os.path.dirname(known_prefix(relative))
    if prefix and matches(glob.lower(), f"{prefix}/x".lower()):
        return CERTAIN
    if is_pattern(relative):
        return _pattern_touches(glob, relative, effect, scene)
    return _unknown_touches(glob, prefix, effect, scene)


def _holds(folder: str, glob: str, scene: Scene) -> bool:
    """Whether the folder holds what the glob covers."""
    start = literal_start(glob)
    if start:
        return below(folder.lower(), start.lower()) is not None if folder else True
    return any(below(folder, path) is not None for path in files_of(glob, scene, folder))


def files_of(glob: str, scene: Scene, folder: str = "") -> list[str]:
    """Existing files that a glob covers, relative to the project, of the first `MAX_FILES`."""
    listed = scene.listed.get((glob, folder))
    if listed is None:
        listed = scene.listed[glob, folder] = list(_listed(glob, scene, folder))
    return listed


def _listed(glob: str, scene: Scene, folder: str) -> Iterator[str]:
    start = os.path.join(scene.root, literal_start(glob) or folder)
    if os.path.isfile(start):
        path = os.path.relpath(start, scene.root)
        if matches(glob, path):
            yield path
        return
    seen = 0
    for place, folders, names in os.walk(start):
        folders[:] = [name for name in folders if name not in (".git", "node_modules", ".venv")]
        inside = os.path.relpath(place, scene.root)
        for name in names:
            seen += 1
            if seen > MAX_FILES:
                return
            path = name if inside == "." else f"{inside}/{name}"
            if matches(glob, path):
                yield path


def _hard_linked(glob: str, effect: Effect, scene: Scene) -> str:
    """Whether the file has a second name that is protected."""
    if effect.kind in (READ, DELETE, MOVE):
        return NOT
    try:
        status = os.stat(effect.path)
    except (OSError, ValueError):
        return NOT
    if status.st_nlink < 2 or status.st_mode & 0o170000 != 0o100000:
        return NOT
    for path in files_of(glob, scene):
        try:
            other = os.stat(os.path.join(scene.root, path))
        except OSError:
            continue
        if (other.st_ino, other.st_dev) == (status.st_ino, status.st_dev):
            return CERTAIN
    return NOT


def _pattern_touches(glob: str, relative: str, effect: Effect, scene: Scene) -> str:
    """Whether a pattern of the shell matches a protected file, or a folder above one."""
    pattern = relative.replace(STAR, "*").replace(ANY, "?").replace(CLASS, "?")
    depth = pattern.count("/")
    for path in files_of(glob, scene):
        parts = path.split("/")
        if len(parts) - 1 > depth and not reaches_below(effect):
            continue
        # A pattern of the policy also matches whatever lies below.
        if len(parts) - 1 >= depth and matches("./" + pattern, "./" + path):
            return CERTAIN
    return NOT


def _may_be_listed(glob: str, effect: Effect, scene: Scene) -> bool:
    """Whether a protected file may be in a list of files whose names are known in part.

    `find . -name '*.pyc'` gives paths of which the ending is known: `<list>*.pyc`.
    """
    if "empty" in effect.flags:
        return False  # of empty folders, or of empty files
    tail = effect.path[len(known_prefix(effect.path)) + 1 :]
    if not tail or not (is_known(tail) or is_pattern(tail)):
        return True
    pattern = "**/*" + tail.replace(STAR, "*").replace(ANY, "?").replace(CLASS, "?").lstrip("*/")
    for path in files_of(glob, scene):
        parts = path.split("/")
        ends = range(1, len(parts) + 1) if reaches_below(effect) else (len(parts),)
        if any(matches(pattern, "./" + "/".join(parts[:end])) for end in ends):
            return True
    return False


def _unknown_touches(glob: str, prefix: str, effect: Effect, scene: Scene) -> str:
    """Whether a path that is not known may well be a protected one."""
    start = literal_start(glob)
    if not start:
        return NOT
    for source in scene.sources.of(effect.path):
        for folder in source.folders:
            inside = scene.relative(folder)
            if inside is not None and (
                below(inside, start) is not None or below(start, inside) is not None or not inside
            ):
                return POSSIBLE if _may_be_listed(glob, effect, scene) else NOT
    if prefix and below(prefix, start) is not None:
        return POSSIBLE
    # Nothing is known about the path, but the command speaks of the protected place.
    return POSSIBLE if not prefix and start.rpartition("/")[2] in scene.text else NOT
