"""Which protected places an effect would touch: by name, through a parent, a link or a pattern.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard.effects import CHANGES, DELETE, MOVE, READ
from ambidex.guard.names import names_of
from ambidex.guard.scene import below
from ambidex.guard.taint import ANY, CLASS, STAR, is_known, is_pattern, known_prefix
from ambidex.policy.globs import literal_start, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.guard.effects import Effect
    from ambidex.guard.names import Names
    from ambidex.guard.scene import Scene

# How much of a touch is certain.
NOT = ""
POSSIBLE = "possible"
CERTAIN = "certain"

# Files of a protected folder that are compared with a pattern or an inode, at most.
MAX_FILES = 500


class Glob:
    """A glob of the policy, prepared for many paths.

    Attributes:
        text: as the policy has it.
        folded: in lower case: a file system may not tell `Tests` from `tests`.
        start: the folders at its start that stand for themselves, in lower case; `""` for none.
        folder: whether it covers everything in `start`, and so the folder itself.
    """

    __slots__ = ("folded", "folder", "start", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = text.lower().rstrip("/")
        self.start = literal_start(self.folded)
        self.folder = bool(self.start) and self.folded in (self.start, f"{self.start}/**")


class Globs:
    """Globs of one tier, by what a path must begin with, or hold, to have to do with them.

    Attributes:
        texts: as the policy has them.
        all: every glob.
    """

    __slots__ = ("_anchored", "_anywhere", "_named", "all", "texts")

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.all = [Glob(text) for text in texts]
        self._anchored: dict[str, list[Glob]] = {}
        self._named: dict[str, list[Glob]] = {}
        self._anywhere: list[Glob] = []
        for glob in self.all:
            if glob.start:
                self._anchored.setdefault(glob.start.partition("/")[0], []).append(glob)
            elif "/" in glob.folded or any(sign in glob.folded for sign in "*?["):
                self._anywhere.append(glob)
            else:
                self._named.setdefault(glob.folded, []).append(glob)

    def near(self, folded: str, names: Names) -> list[Glob]:
        """The globs that may concern a path, given in lower case, or what lies below it."""
        if not folded or names.is_folder or names.inode is not None or not is_known(folded):
            return self.all
        found = self._anchored.get(folded.partition("/")[0])
        if self._named:
            for part in folded.split("/"):
                if part in self._named:
                    found = [*(found or ()), *self._named[part]]
        return [*(found or ()), *self._anywhere] if self._anywhere else found or []


def globs_of(texts: list[str], scene: Scene) -> Globs:
    """The globs of a list in the policy, prepared once for a call."""
    found: Globs | None = scene.cache.get(id(texts))
    if found is None or found.texts is not texts:
        found = scene.cache[id(texts)] = Globs(texts)
    return found


def touch(effect: Effect, globs: list[str], scene: Scene) -> tuple[str, str]:
    """Whether an effect on files concerns what one of `globs` covers.

    Args:
        effect: an effect with a `path`.
        globs: globs of the policy, relative to the project.
        scene: the surroundings.

    Returns:
        How certain it is (`NOT`, `POSSIBLE`, `CERTAIN`), and the path for people.
    """
    possible = ""
    names = names_of(effect, scene)
    prepared = globs_of(globs, scene)
    for relative, folded in zip(names.relatives, names.folded):
        for glob in prepared.near(folded, names):
            answer = _touches(glob, relative, effect, names, scene)
            if answer == CERTAIN:
                return CERTAIN, scene.sources.show(relative) or "."
            if answer == POSSIBLE:
                possible = possible or scene.sources.show(relative) or "."
    if names.inode is not None and not names.relatives:
        for glob in prepared.all:
            if _hard_linked(glob, effect, names, scene):
                return CERTAIN, scene.sources.show(effect.path)
    return (POSSIBLE, possible) if possible else (NOT, "")


def reaches_below(effect: Effect) -> bool:
    """Whether the effect on a folder is one on everything in it."""
    if effect.kind == MOVE:
        return not (is_known(effect.path) and os.path.isfile(effect.path))
    return "recursive" in effect.flags


def _touches(glob: Glob, relative: str, effect: Effect, names: Names, scene: Scene) -> str:
    folded = relative.lower()
    if is_known(relative):
        if _covers(glob, folded):
            return CERTAIN
        if effect.kind in CHANGES and glob.folder and folded == glob.start:
            # A folder that is there already is not made again.
            return NOT if "create" in effect.flags and names.is_folder else CERTAIN
        if reaches_below(effect) and _holds(relative, glob, names, scene):
            return CERTAIN
        return CERTAIN if _hard_linked(glob, effect, names, scene) else NOT
    prefix = os.path.dirname(known_prefix(relative))
    if prefix and _covers(glob, f"{prefix}/x".lower()):
        return CERTAIN
    if is_pattern(relative):
        return _pattern_touches(glob, relative, effect, scene)
    return _unknown_touches(glob, prefix, effect, scene)


def _covers(glob: Glob, folded: str) -> bool:
    """Whether the glob covers the path, itself or through a folder above it."""
    if glob.folder:
        return folded.startswith(glob.start + "/") or folded == glob.start == glob.folded
    return folded.startswith(glob.start) and matches(glob.folded, folded)


def _holds(folder: str, glob: Glob, names: Names, scene: Scene) -> bool:
    """Whether the folder holds what the glob covers."""
    if glob.start:
        return not folder or below(folder.lower(), glob.start) is not None
    if not names.is_folder:
        return False
    return any(below(folder, path) is not None for path in files_of(glob.text, scene, folder))


def files_of(glob: str, scene: Scene, folder: str = "") -> list[str]:
    """Existing files that a glob covers, relative to the project, of the first `MAX_FILES`."""
    start = os.path.join(scene.root, literal_start(glob) or folder)
    key = ("files", glob, start)
    found: list[str] | None = scene.cache.get(key)
    if found is None:
        found = scene.cache[key] = list(_files_below(start, glob, scene.root))
    return found


def _files_below(start: str, glob: str, root: str) -> Iterator[str]:
    if os.path.isfile(start):
        path = os.path.relpath(start, root)
        if matches(glob, path):
            yield path
        return
    seen = 0
    for place, folders, names in os.walk(start):
        folders[:] = [name for name in folders if name not in (".git", "node_modules", ".venv")]
        for name in names:
            seen += 1
            if seen > MAX_FILES:
                return
            path = os.path.relpath(os.path.join(place, name), root)
            if matches(glob, path):
                yield path


def _hard_linked(glob: Glob, effect: Effect, names: Names, scene: Scene) -> bool:
    """Whether the file has a second name that is protected."""
    if names.inode is None or effect.kind in (READ, DELETE, MOVE):
        return False
    key = ("inodes", glob.text)
    inodes: set[tuple[int, int]] | None = scene.cache.get(key)
    if inodes is None:
        inodes = scene.cache[key] = set()
        for path in files_of(glob.text, scene):
            try:
                status = os.stat(os.path.join(scene.root, path))
            except OSError:
                continue
            inodes.add((status.st_ino, status.st_dev))
    return names.inode in inodes


def _pattern_touches(glob: Glob, relative: str, effect: Effect, scene: Scene) -> str:
    """Whether a pattern of the shell matches a protected file, or a folder above one."""
    near = os.path.dirname(known_prefix(relative)).lower()
    if glob.start and below(near, glob.start) is None and below(glob.start, near) is None and near:
        return NOT
    pattern = relative.replace(STAR, "*").replace(ANY, "?").replace(CLASS, "?")
    depth = pattern.count("/")
    for path in files_of(glob.text, scene):
        parts = path.split("/")
        if len(parts) - 1 > depth and not reaches_below(effect):
            continue
        # A pattern of the policy also matches whatever lies below.
        if len(parts) - 1 >= depth and matches("./" + pattern, "./" + path):
            return CERTAIN
    return NOT


def _may_be_listed(glob: Glob, effect: Effect, scene: Scene) -> bool:
    """Whether a protected file may be in a list of files whose names are known in part.

    `find . -name '*.pyc'` gives paths of which the ending is known: `<list>*.pyc`.
    """
    if "empty" in effect.flags:
        return False  # of empty folders, or of empty files
    tail = effect.path[len(known_prefix(effect.path)) + 1 :]
    if not tail or not (is_known(tail) or is_pattern(tail)):
        return True
    pattern = "**/*" + tail.replace(STAR, "*").replace(ANY, "?").replace(CLASS, "?").lstrip("*/")
    for path in files_of(glob.text, scene):
        parts = path.split("/")
        ends = range(1, len(parts) + 1) if reaches_below(effect) else (len(parts),)
        if any(matches(pattern, "./" + "/".join(parts[:end])) for end in ends):
            return True
    return False


def _unknown_touches(glob: Glob, prefix: str, effect: Effect, scene: Scene) -> str:
    """Whether a path that is not known may well be a protected one."""
    start = glob.start
    if not start or (prefix and below(prefix.lower(), start) is None):
        return NOT
    for source in scene.sources.of(effect.path):
        for folder in source.folders:
            inside = scene.relative(folder)
            if inside is None:
                continue
            inside = inside.lower()
            if "unpacked" in effect.flags and not inside:
                return NOT  # an archive for the whole tree, which is judged at Stop
            if _covers(glob, f"{inside}/x") and _may_be_listed(glob, effect, scene):
                return CERTAIN
            if not inside or below(inside, start) is not None or below(start, inside) is not None:
                return POSSIBLE if _may_be_listed(glob, effect, scene) else NOT
    if prefix:
        return POSSIBLE
    # Nothing is known about the path, but the command speaks of the protected place.
    return POSSIBLE if start.rpartition("/")[2] in scene.text else NOT
