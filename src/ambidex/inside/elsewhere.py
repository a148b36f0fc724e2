"""Lets a Python process import a project's modules from a copy of its tree.

However the project is installed (a folder on the path, a `.pth` file or a finder of an editable
installation, a finder of its own): what would be loaded from below `root` is loaded from the same
place below `copy`. Folders that the copy only links to (environments) stay where they are.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType
    from typing import Any


class Elsewhere:
    """A finder that asks all the others and moves what they find.

    Attributes:
        root: the project's root, symbolic links resolved.
        copy: its copy, symbolic links resolved.
    """

    def __init__(self, root: str, copy: str) -> None:
        self.root = os.path.realpath(root)
        self.copy = os.path.realpath(copy)

    def moved(self, path: str) -> str:
        """The path's counterpart in the copy; the path itself where it has none of its own."""
        real = os.path.realpath(path)
        if real != self.root and not real.startswith(self.root + os.sep):
            return path
        there = os.path.normpath(os.path.join(self.copy, os.path.relpath(real, self.root)))
        # A linked folder leads back, and what is not there was made after the copy.
        return there if os.path.realpath(there) == there and os.path.exists(there) else path

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, moved into the copy; None where nothing is to be moved."""
        if path is not None and all(self.moved(entry) == entry for entry in path):
            return None
        for finder in sys.meta_path:
            find: Any = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                return self._moved_spec(spec)
        return None

    def invalidate_caches(self) -> None:
        """Nothing is cached here; `importlib.invalidate_caches` asks everybody."""

    def _moved_spec(self, spec: ModuleSpec) -> ModuleSpec:
        places = spec.submodule_search_locations
        if spec.has_location and spec.origin:
            origin = self.moved(spec.origin)
            if origin == spec.origin:
                return spec
            loader: Any = spec.loader
            # A loader for one file knows the old place; pytest's rewriting one knows none.
            if getattr(loader, "path", None) is not None:
                loader = None
            found = importlib.util.spec_from_file_location(
                spec.name,
                origin,
                loader=loader,
                submodule_search_locations=None if places is None else self._each(places),
            )
            return found or spec
        if places is not None and self._each(places) != list(places):
            namespace = ModuleSpec(spec.name, None, is_package=True)
            namespace.submodule_search_locations = self._each(places)
            return namespace
        return spec

    def _each(self, places: Iterable[str]) -> list[str]:
        return [self.moved(place) for place in places]


def install(root: str, copy: str) -> Elsewhere:
    """From now on, this process imports what lies below `root` from `copy`."""
    finder = Elsewhere(root, copy)
    sys.path[:] = [finder.moved(entry) if entry else entry for entry in sys.path]
    inherited = os.environ.get("PYTHONPATH", "")
    if inherited:
        entries = [finder.moved(entry) for entry in inherited.split(os.pathsep)]
        os.environ["PYTHONPATH"] = os.pathsep.join(entries)
    # What was imported while the interpreter started came from the old place.
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if name != "__main__" and isinstance(origin, str) and finder.moved(origin) != origin:
            del sys.modules[name]
    sys.path_importer_cache.clear()
    entry: Any = finder
    sys.meta_path.insert(0, entry)
    return finder
