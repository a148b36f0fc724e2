"""Where a path lies, as far as it is known: what rules about files distinguish.

Hot path: nothing but paths and marks.
"""

from __future__ import annotations

from ambidex.guard.scene import below
from ambidex.guard.taint import ANY, CLASS, STAR, is_known, known_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene
    from ambidex.guard.taint import Source

# Kinds of places.
ROOT = "the whole file system"
SYSTEM = "a folder of the system"
HOME = "the home folder"
DEVICE = "a device"
PROJECT = "the project as a whole"
HISTORY = "the repository's history"
INSIDE = "a path in the project"
TEMPORARY = "a temporary path"
KEPT = "a path that tools keep for themselves"
OUTSIDE = "a path outside the project"
UNKNOWN = "a path that is not known"

_SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/proc"),
    *("/root", "/run", "/sbin", "/snap", "/srv", "/sys", "/usr", "/var", "/nix", "/cores"),
    *("/Applications", "/Library", "/System", "/private", "/efi", "/lost+found"),
)
# Folders that hold other people's folders; what is below them is no system's.
_HOLDERS = ("/home", "/Users", "/mnt", "/media", "/Volumes")
# What tools keep below the home folder and nobody misses.
_CACHES = (
    *(".cache", ".claude/plans", ".npm/_cacache", ".npm/_npx", "Library/Caches", ".gradle/caches"),
    *(".cargo/registry", ".local/share/Trash", ".pytest_cache", ".mypy_cache", ".ruff_cache"),
)
_TEMPORARY_NAMES = frozenset(
    f"{sign}{name}{end}"
    for name in ("TMPDIR", "TMP", "TEMP", "RUNNER_TEMP", "TEMPDIR", "BATS_TMPDIR")
    for sign, end in (("$", ""), ("${", "}"))
)


class Reach:
    """What an effect's path reaches.

    Attributes:
        base: the folder or file that is known, absolute.
        rest: what follows `base` and is not fully known; `""` when the path is known.
        whole: `base` itself with everything in it is reached, not only some part of it.
        anywhere: the path may lie somewhere else altogether.
    """

    __slots__ = ("anywhere", "base", "rest", "whole")

    def __init__(self, base: str, rest: str, *, whole: bool, anywhere: bool = False) -> None:
        self.base = base
        self.rest = rest
        self.whole = whole
        self.anywhere = anywhere


def reaches(effect: Effect, scene: Scene) -> list[Reach]:
    """What the path of `effect` reaches; several for a list of paths below several folders."""
    path = effect.path
    if is_known(path):
        return [Reach(path, "", whole=True)]
    prefix = known_prefix(path)
    first, after = path[len(prefix)], path[len(prefix) + 1 :]
    folder, _, head = prefix.rpartition("/")
    rest = head + first + after
    says_nothing = not _letters(rest)
    sources = scene.sources.of(first)
    if sources and not head and sources[0].folders:
        return [
            Reach(folder, rest, whole=not after.strip("/"), anywhere=not is_known(folder))
            for folder in sources[0].folders
        ]
    anywhere = "anywhere" in effect.flags
    if sources and anywhere and _is_temporary(sources):
        return [Reach("/tmp/…", rest, whole=False)]
    whole = says_nothing and (bool(after) or not sources or "slash" in effect.flags)
    if sources and not anywhere and says_nothing:
        whole = bool(head == "" and after)
    return [Reach(folder or "/", rest, whole=whole, anywhere=anywhere)]


def _is_temporary(sources: list[Source]) -> bool:
    return sources[0].program == "mktemp" or sources[0].text in _TEMPORARY_NAMES


def _letters(text: str) -> str:
    """What of `text` narrows it down: neither marks nor patterns nor separators."""
    return "".join(c for c in text if c not in (STAR, ANY, CLASS, "/", ".") and is_known(c))


def where(path: str, scene: Scene) -> str:
    """The kind of place that the known `path` lies in."""
    if path == "/":
        return ROOT
    root, home = scene.root, scene.home
    relative = below(root, path)
    if relative == "" or below(path, root) is not None:
        return PROJECT if relative == "" or not _is_above(path, home) else _above(path, home)
    if scene.is_temporary(path):
        return TEMPORARY
    if relative is not None:
        return HISTORY if relative == ".git" or relative.startswith(".git/") else INSIDE
    if scene.is_sink(path):
        return TEMPORARY
    if path.startswith("/dev/") and not path.startswith("/dev/shm/"):
        return DEVICE
    if path == home or path in _HOLDERS or _is_above(path, home):
        return _above(path, home)
    in_home = below(home, path)
    if in_home is not None:
        if any(below(cache, in_home) is not None for cache in _CACHES):
            return KEPT
        if in_home.startswith(".claude/projects/") and "/memory/" in in_home:
            return KEPT
    elif any(below(folder, path) is not None for folder in _SYSTEM):
        return INSIDE if scene.is_inside(path) else SYSTEM
    return INSIDE if scene.is_inside(path) else OUTSIDE


def _is_above(path: str, home: str) -> bool:
    return below(path, home) is not None


def _above(path: str, home: str) -> str:
    return HOME if path == home else SYSTEM
