"""Compiling ahead of the first hook: without bytecode a hook takes twice as long."""

from __future__ import annotations

import os
import subprocess

from ambidex.setup import root as roots

# With a prefix of our own the standard library's bytecode is looked for there as well, so what the
# hooks import of it has to be imported once. Modules that need more than the standard library are
# not the hooks'.
_WARM = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import ambidex
for module in pkgutil.walk_packages(ambidex.__path__, "ambidex.", onerror=lambda name: None):
    if not module.name.startswith(("ambidex.cli", "ambidex.setup")):
        try:
            importlib.import_module(module.name)
        except ImportError:
            pass
"""


_PACK = """
import sys
sys.path.insert(0, sys.argv[1])
from ambidex.setup import packing
packing.write(sys.argv[2], sys.argv[3])
"""


def compile_all(python: str, root: str, data_home: str) -> bool:
    """Compile the package and the hook scripts of `root` into `<data home>/pycache`.

    Args:
        python: the interpreter that will run the hooks; bytecode is its own.
        root: the plugin root.
        data_home: where the hooks will look for the bytecode.

    Returns:
        Whether everything compiled. A failure costs time in each hook, and nothing else.
    """
    package = roots.package_of(root)
    start = [python, "-I", "-S", "-X", "pycache_prefix=" + os.path.join(data_home, "pycache")]
    # The launcher reaches the package through hooks/.., so the cache needs that folder too.
    compiling = [*start, "-m", "compileall", "-q", package, os.path.join(root, "hooks")]
    source = os.path.dirname(package)
    # Columns, which only a traceback on a terminal would show, are a quarter of the bytecode.
    packing = [
        *start,
        "-X",
        "no_debug_ranges",
        "-c",
        _PACK,
        source,
        package,
        os.path.join(data_home, "pycache"),
    ]
    return _succeeds(compiling) and _succeeds([*start, "-c", _WARM, source]) and _succeeds(packing)


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
