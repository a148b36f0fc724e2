"""Writes the pack from which hooks import (`ambidex.pack`).

Run in an interpreter of its own, the hooks' one, that has imported nothing else of the package.
"""

from __future__ import annotations

import _frozen_importlib_external as _external
import marshal
import os
import sys

from ambidex.pack import HEAD, MAGIC, name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType
    from typing import Any

# What is needed together, found by importing these: by every call, by every shell command, by
# commands that touch files, by git, by Python on the command line.
BUNDLES = (
    (
        *("ambidex.hook.door", "ambidex.hook.before_tool", "ambidex.policy.snapshot"),
        *("ambidex.policy.pause", "ambidex.ledger.append", "ambidex.guard.rules"),
        "ambidex.secrets.shapes",
    ),
    (
        *("ambidex.guard.shell.evaluate", "ambidex.guard.shell.builtins"),
        *("ambidex.guard.shell.builtins_code", "ambidex.guard.shell.builtins_io"),
        *("ambidex.guard.programs.options", "ambidex.guard.programs.paths"),
    ),
    (
        *("ambidex.guard.rules.filesystem", "ambidex.guard.rules.devices"),
        *("ambidex.guard.rules.host", "ambidex.guard.rules.own", "ambidex.guard.rules.golden"),
        *("ambidex.guard.rules.paths", "ambidex.guard.rules.credentials"),
    ),
    (
        *("ambidex.guard.programs.git", "ambidex.guard.programs.git_history"),
        *("ambidex.guard.programs.git_files", "ambidex.guard.programs.git_remotes"),
        *("ambidex.guard.rules.git", "ambidex.guard.rules.hooks_bypass"),
    ),
    ("ambidex.guard.programs.interpreters", "ambidex.guard.code.python"),
)


# Extension modules that hooks import, found without looking through the standard library.
EXTENSIONS = ("_json", "_sha256", "_sha2", "fcntl")


def write(package: str, folder: str) -> int:
    """Compile all modules of the package into a pack; returns how many.

    Args:
        package: the package's folder.
        folder: where the pack goes; it is created.

    Raises:
        OSError: it cannot be written.
    """
    home = os.path.realpath(package)
    sources = dict(_sources(home))
    sources["__future__"] = _standard("__future__")
    bundles = [_members(roots) for roots in BUNDLES]
    bundles[0].insert(0, "__future__")
    grouped = {module for bundle in bundles for module in bundle}
    bundles += [[module] for module in sources if module not in grouped]
    index: dict[str, Any] = {}
    blobs: list[bytes] = []
    offset = 0
    for bundle in bundles:
        members, codes = [], []
        for module in bundle:
            relative = sources[module]
            path = os.path.join(home, relative)
            with open(path, "rb") as file:
                text = file.read()
                status = os.fstat(file.fileno())
            # Without docstrings, which nobody reads in a hook; `assert` is not used.
            codes.append(compile(text, path, "exec", dont_inherit=True, optimize=2))
            is_package = relative.endswith("__init__.py")
            members.append((module, relative, status.st_size, status.st_mtime_ns, is_package))
        blob = marshal.dumps(tuple(codes))
        entry = (offset, len(blob), tuple(members))
        index.update((module, entry) for module in bundle)
        blobs.append(blob)
        offset += len(blob)
    for module in EXTENSIONS:
        source = _standard(module)
        if source.endswith(".so"):
            status = os.stat(source)
            member = (module, source, status.st_size, status.st_mtime_ns, False)
            index[module] = (0, 0, (member,))
    head = marshal.dumps((MAGIC, home, index))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    target = os.path.join(folder, name())
    draft = f"{target}.{os.getpid()}.new"
    with open(draft, "wb") as packed:
        packed.write(str(len(head)).zfill(HEAD).encode() + head + b"".join(blobs))
    os.replace(draft, target)
    return len(index)


# Packages whose modules no hook imports before it may take its time.
_COLD = ("cli", "client", "demo", "doctor")


def _sources(home: str) -> Iterator[tuple[str, str]]:
    """Module and source, relative to the folder, of what hooks may import."""
    for place, folders, files in os.walk(home):
        if place == home:
            folders[:] = [entry for entry in folders if entry not in _COLD]
        folders.sort()
        for file in sorted(files):
            relative = os.path.relpath(os.path.join(place, file), home)
            parts = relative[:-3].split(os.sep)
            if parts[-1] == "__init__":
                parts.pop()
            # The package itself is loaded before there is a pack.
            if file.endswith(".py") and parts:
                yield ".".join(["ambidex", *parts]), relative


def _standard(module: str) -> str:
    """The file of a module of the standard library, `""` where it has none."""
    spec = _external.PathFinder.find_spec(module)
    return (spec.origin or "") if spec is not None else ""


def _members(roots: Iterable[str]) -> list[str]:
    """What importing `roots` runs in this interpreter, each after those that it imports."""
    done: list[str] = []

    class Recorder:
        """Notes when a module has run."""

        @staticmethod
        def find_spec(fullname: str, path: Any = None, target: Any = None) -> Any:
            """The spec of the usual finder, with a loader that notes the end."""
            spec = _external.PathFinder.find_spec(fullname, path, target)
            if spec is None or spec.loader is None or not fullname.startswith("ambidex."):
                return spec
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                done.append(module.__name__)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
            return spec

    recorder: Any = Recorder
    sys.meta_path.insert(0, recorder)
    try:
        for root in roots:
            __import__(root)
    finally:
        sys.meta_path.remove(recorder)
    return done
