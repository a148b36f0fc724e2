"""One file with the bytecode of all modules, so that a hook opens one file instead of sixty.

Finding a module in folders, and each step of the import system, costs more than running it. The
pack is made ahead of the first hook (`ambidex.setup.bytecode`) and lies with the bytecode, where
agents cannot write. Modules that are always needed together are a bundle, read and run in one go.
Every module carries the size and time of its source: a bundle with a module that was changed since
is imported as usual, and so is everything where there is no pack.

Layout: 16 digits with the length of the index, the index, the bundles. The index is a marshalled
tuple: the interpreter's magic number, the package's folder, and a dict from each module to its
bundle, (offset, length, members); a member is (module, source relative to the folder, its size,
its modification time in ns, whether it is a package), in the order in which they are run. A bundle
is the marshalled tuple of its members' code.

Hot path: what the interpreter has loaded anyway.
"""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external
import gc
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType, ModuleType
    from typing import Any

MAGIC: bytes = _frozen_importlib_external.MAGIC_NUMBER
_HEAD = 16


def name() -> str:
    """The file name of the pack for this interpreter."""
    return f"ambidex.{sys.implementation.cache_tag}.pack"


def install(folder: str, package: str) -> None:
    """Import the modules of the package from the pack in `folder` from now on, if there is one.

    Args:
        folder: where the pack is.
        package: the package's folder, as the running modules know it.
    """
    # A hook ends before there is garbage worth looking for.
    gc.disable()
    try:
        handle = os.open(os.path.join(folder, name()), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        length = int(os.read(handle, _HEAD))
        magic, home, index = marshal.loads(os.read(handle, length))  # noqa: S302
        if magic == MAGIC and os.path.realpath(package) == home:
            sys.meta_path.insert(0, Pack(handle, _HEAD + length, package, index))
            return
    except (OSError, ValueError, TypeError, EOFError, MemoryError, OverflowError):
        pass  # damaged: as good as none
    os.close(handle)


class Pack:
    """Finds and loads modules in the pack; the two protocols of the import system."""

    def __init__(self, handle: int, start: int, package: str, index: dict[str, Any]) -> None:
        self._handle = handle
        self._start = start
        self._package = package
        self._index = index
        self._loaded: dict[str, ModuleType] = {}

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:  # noqa: ARG002
        """The module's spec, None where the pack does not have it as its source is now."""
        bundle = self._index.get(fullname)
        if bundle is None or not self._is_fresh(bundle[2]):
            return None
        if fullname not in self._loaded:
            try:
                codes = marshal.loads(  # noqa: S302
                    os.pread(self._handle, bundle[1], self._start + bundle[0])
                )
            except (OSError, ValueError, TypeError, EOFError):
                return None  # cut off: imported as usual
            self._run(bundle[2], codes)
        loader: Any = self
        return _frozen_importlib.ModuleSpec(fullname, loader)

    def create_module(self, spec: Any) -> ModuleType:
        """The module, which ran when its bundle was loaded."""
        return self._loaded[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to do."""

    def _is_fresh(self, members: tuple[Any, ...]) -> bool:
        for _, source, size, time, _ in members:
            try:
                status = os.stat(f"{self._package}/{source}")
            except OSError:
                return False
            if status.st_size != size or status.st_mtime_ns != time:
                return False
        return True

    def _run(self, members: tuple[Any, ...], codes: tuple[CodeType, ...]) -> None:
        """Run the members of a bundle, each after those that it imports."""
        for (name, source, _, _, is_package), code in zip(members, codes):
            if name in sys.modules:
                continue
            module = type(sys)(name)
            module.__file__ = f"{self._package}/{source}"
            parent, _, last = name.rpartition(".")
            if is_package:
                module.__path__ = [os.path.dirname(module.__file__)]
            module.__package__ = name if is_package else parent
            sys.modules[name] = self._loaded[name] = module
            exec(code, module.__dict__)  # noqa: S102
            setattr(sys.modules[parent], last, module)


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


def write(package: str, folder: str) -> int:
    """Compile all modules of the package into a pack; returns how many.

    To be called in an interpreter of its own that has imported nothing else of the package.

    Args:
        package: the package's folder.
        folder: where the pack goes; it is created.

    Raises:
        OSError: it cannot be written.
    """
    home = os.path.realpath(package)
    sources = dict(_sources(home))
    bundles = [_members(roots) for roots in BUNDLES]
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
    head = marshal.dumps((MAGIC, home, index))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    target = os.path.join(folder, name())
    draft = f"{target}.{os.getpid()}.new"
    with open(draft, "wb") as packed:
        packed.write(str(len(head)).zfill(_HEAD).encode() + head + b"".join(blobs))
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


def _members(roots: Iterable[str]) -> list[str]:
    """What importing `roots` runs in this interpreter, each after those that it imports."""
    done: list[str] = []

    class Recorder:
        """Notes when a module has run."""

        @staticmethod
        def find_spec(fullname: str, path: Any = None, target: Any = None) -> Any:
            """The spec of the usual finder, with a loader that notes the end."""
            spec = _frozen_importlib_external.PathFinder.find_spec(fullname, path, target)
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
