"""One file with the bytecode of all modules, so that a hook opens one file instead of sixty.

Finding a module in folders, and each step of the import system, costs more than running it. The
pack is made ahead of the first hook (`ambidex.setup.packing`) and lies with the bytecode, where
agents cannot write. Modules that are always needed together are a bundle, read and run in one go.
Every module carries the size and time of its source: a bundle with a module that was changed since
is imported as usual, and so is everything where there is no pack.

Layout: 16 digits with the length of the index, the index, the bundles. The index is a marshalled
tuple: the interpreter's magic number, the package's folder, and a dict from each module to its
bundle, (offset, length, members); a member is (module, source, its size, its modification time in
ns, whether it is a package), in the order in which they are run; sources are relative to the
package's folder, or absolute. A bundle is the marshalled tuple of its members' code; one of length
0 is an extension module of the standard library, whose source is its shared object.

Hot path: what the interpreter has loaded anyway. Without `from __future__`, which is a module too.
"""

import _frozen_importlib
import _frozen_importlib_external as _external
import gc
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

MAGIC: bytes = _external.MAGIC_NUMBER
HEAD = 16


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
        length = int(os.read(handle, HEAD))
        magic, home, index = marshal.loads(os.read(handle, length))  # noqa: S302
        if magic == MAGIC and os.path.realpath(package) == home:
            sys.meta_path.insert(0, Pack(handle, HEAD + length, package, index))
            return
    except (OSError, ValueError, TypeError, EOFError, MemoryError, OverflowError):
        pass  # damaged: as good as none
    os.close(handle)


class Pack:
    """Finds and loads modules in the pack; the two protocols of the import system."""

    def __init__(self, handle: int, start: int, package: str, index: "dict[str, Any]") -> None:
        self._handle = handle
        self._start = start
        self._package = package
        self._index = index
        self._loaded: dict[str, ModuleType] = {}

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> "Any":  # noqa: ARG002
        """The module's spec, None where the pack does not have it as its source is now."""
        bundle = self._index.get(fullname)
        if bundle is None or not self._is_fresh(bundle[2]):
            return None
        offset, length, members = bundle
        if not length:
            source = members[0][1]
            extension = _external.ExtensionFileLoader(fullname, source)
            return _external.spec_from_file_location(fullname, source, loader=extension)
        if fullname not in self._loaded:
            try:
                codes = marshal.loads(os.pread(self._handle, length, self._start + offset))  # noqa: S302
            except (OSError, ValueError, TypeError, EOFError):
                return None  # cut off: imported as usual
            self._run(members, codes)
        loader: Any = self
        return _frozen_importlib.ModuleSpec(fullname, loader)

    def create_module(self, spec: "Any") -> "ModuleType":
        """The module, which ran when its bundle was loaded."""
        return self._loaded[spec.name]

    def exec_module(self, module: "ModuleType") -> None:
        """Nothing is left to do."""

    def _is_fresh(self, members: "tuple[Any, ...]") -> bool:
        for _, source, size, time, _ in members:
            try:
                status = os.stat(self._place(source))
            except OSError:
                return False
            if status.st_size != size or status.st_mtime_ns != time:
                return False
        return True

    def _place(self, source: str) -> str:
        return source if source[0] == "/" else f"{self._package}/{source}"

    def _run(self, members: "tuple[Any, ...]", codes: "tuple[CodeType, ...]") -> None:
        """Run the members of a bundle, each after those that it imports."""
        for (name, source, _, _, is_package), code in zip(members, codes):
            if name in sys.modules:
                continue
            module = type(sys)(name)
            module.__file__ = self._place(source)
            parent, _, last = name.rpartition(".")
            if is_package:
                module.__path__ = [os.path.dirname(module.__file__)]
            module.__package__ = name if is_package else parent
            sys.modules[name] = self._loaded[name] = module
            exec(code, module.__dict__)  # noqa: S102
            if parent:
                setattr(sys.modules[parent], last, module)
