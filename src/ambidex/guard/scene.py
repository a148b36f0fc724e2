"""Where a tool call happens: what rules may ask about the surroundings.

Hot path: `os` only; everything that costs is looked up when it is first asked for.
"""

from __future__ import annotations

import os
import time

from ambidex import locate
from ambidex.guard.taint import Sources, known_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

# Folders whose files nobody misses.
TEMPORARY = ("/tmp", "/var/tmp", "/private/tmp", "/private/var/tmp", "/dev/shm", "/var/folders")
# Files that are no files: writing to them changes nothing.
SINKS = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/zero", "/dev/full"})


class Scene:
    """The surroundings of one tool call.

    Attributes:
        cwd: the session's directory.
        root: the project's root, whose policy applies.
        policy: the policy snapshot.
        environ: the hook's environment.
        state: the repository's state directory.
        now: seconds since the epoch.
        cache: what was looked up before, under keys that say by whom.
        untrusted: says what brought in untrusted text since the last prompt; asked when a call
            reaches beyond the project.
        text: the command line that is judged, `""` for tools other than the shell.
        sources: where the unknown parts of the effects come from.
    """

    def __init__(
        self,
        *,
        cwd: str,
        root: str,
        policy: dict[str, Any],
        environ: Mapping[str, str],
        state: str = "",
        now: float = 0.0,
        untrusted: Callable[[], list[str]] = list,
        text: str = "",
    ) -> None:
        self.cwd = cwd or root
        self.root = root
        self.policy = policy
        self.environ = environ
        self.state = state
        self.now = now or time.time()
        self.text = text
        self.untrusted = untrusted
        self.sources = Sources()
        # What was looked up before, by who asks: a command may name thousands of files.
        self.cache: dict[Any, Any] = {}
        self._trees: dict[str, str | None] = {}
        self._bases: dict[str, list[str]] = {}

    @property
    def home(self) -> str:
        """The user's home folder."""
        return self.environ.get("HOME") or os.path.expanduser("~")

    def show(self, text: str) -> str:
        """Tainted text for people; paths below the project are shown relative to it."""
        shown = self.sources.show(text)
        inside = below(self.root, shown)
        return inside or shown

    def is_inside(self, path: str) -> bool:
        """Whether `path` certainly lies below the project, or a work tree of its repository."""
        return self.relative(path) is not None and ".." not in path.split("/")

    def trees(self, path: str) -> list[str]:
        """The work trees of the repository in which `path` may lie, the project's first."""
        folder = os.path.dirname(known_prefix(path))
        found = self._bases.get(folder)
        if found is None:
            tree = self.tree_of(path)
            found = self._bases[folder] = self._bases_with(tree)
        return found

    def _bases_with(self, tree: str | None) -> list[str]:
        found: list[str] | None = self.cache.get(("bases", tree))
        if found is None:
            found = [self.root, os.path.realpath(self.root)]
            if tree and locate.common_dir(tree) == locate.common_dir(self.root):
                found.append(tree)
            found = self.cache["bases", tree] = list(dict.fromkeys(found))
        return found

    def relative(self, path: str) -> str | None:
        """`path` relative to the work tree of the repository that it lies in, else None."""
        for base in self.trees(path):
            relative = below(base, path)
            if relative is not None:
                return relative
        return None

    def tree_of(self, path: str) -> str | None:
        """The top of the git work tree that the known part of `path` lies in."""
        first = folder = os.path.dirname(known_prefix(path))
        if first not in self._trees:
            while folder and not os.path.isdir(folder) and folder != "/":
                folder = os.path.dirname(folder)
            if folder not in self._trees:
                self._trees[folder] = locate.work_tree(folder) if folder else None
            self._trees[first] = self._trees[folder]
        return self._trees[first]

    def is_temporary(self, path: str) -> bool:
        """Whether `path` lies below a folder for temporary files, and not in the project."""
        if ".." in path.split("/") or below(self.root, path) is not None:
            return False
        places = (*TEMPORARY, self.environ.get("TMPDIR", ""))
        return any(place and below(place, path) for place in places)

    def is_sink(self, path: str) -> bool:
        """Whether writing to `path` changes nothing."""
        return path in SINKS or path.startswith(("/dev/fd/", "/proc/self/fd/"))


def below(base: str, path: str) -> str | None:
    """`path` relative to `base` with `/`, `""` for `base` itself, None when it is elsewhere."""
    base = base.rstrip("/")
    if path == base:
        return ""
    return path[len(base) + 1 :] if path.startswith(base + "/") else None
