"""The policy as hooks read it: a JSON snapshot that is fresh, or made fresh, or replaced.

The usual path costs two `stat` calls and one small file. Only when the source changed are the
slower parts imported (`ambidex.policy.recompile`).

Hot path: `os`, `ambidex.fastjson`, `ambidex.locate`.
"""

from __future__ import annotations

import os

from ambidex import fastjson
from ambidex.locate import path_key, repository_state
from ambidex.policy.defaults import DEFAULTS, SHAPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FILE = "ambidex.toml"
PYPROJECT = "pyproject.toml"
NEEDLE = b"[tool.ambidex"


def read(environ: Mapping[str, str], root: str) -> dict[str, Any]:
    """The policy of the project at `root`.

    Args:
        environ: the process environment.
        root: the project's root, as `locate.project_root` gives it.

    Returns:
        The snapshot's dict. `note` is `""`, or one loud sentence when strict defaults stand in
        for a configuration that cannot be used; `warnings` are quieter sentences. `active` is
        False only where there is no configuration at all, never because one is broken.
    """
    found = find_source(root)
    if found is None:
        return dict(DEFAULTS)
    path, status = found
    state = repository_state(environ, root)
    stored = load_stored(snapshot_path(state, root))
    if stored is not None and status is not None and is_fresh(stored["source"], path, status):
        return stored
    from ambidex.policy import recompile

    return recompile.refresh(environ, root, state, path)


def find_source(root: str) -> tuple[str, os.stat_result | None] | None:
    """Where the project's configuration is.

    Returns:
        The absolute path of ambidex.toml, else of a pyproject.toml that has the table, with its
        status; the status is None when something is there that cannot be looked at (no
        permission, a loop or a dead end of symbolic links). None when nothing is there.
    """
    path = os.path.join(root, FILE)
    try:
        return path, os.stat(path)
    except OSError:
        if _exists(path):
            return path, None
    path = os.path.join(root, PYPROJECT)
    try:
        # Opening a named pipe waits for a writer.
        if not is_file(os.stat(path)):
            return None
        with open(path, "rb") as file:
            if NEEDLE in file.read():
                return path, os.fstat(file.fileno())
    except OSError:
        # Nothing says that an unreadable pyproject.toml configures Ambidex.
        return None
    return None


def is_file(status: os.stat_result) -> bool:
    """Whether the status is that of a regular file, whose reading comes to an end."""
    # stat.S_ISREG without its module's name: `os` has it loaded, but does not show it.
    return status.st_mode & 0o170000 == 0o100000


def _exists(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def snapshot_path(state: str, root: str) -> str:
    """Where the compiled policy of the project at `root` is kept.

    Args:
        state: `locate.repository_state(environ, root)`.
        root: the project's root; each worktree of a repository has its own policy.
    """
    # The snapshot names its source, so a collision makes a stale snapshot, not a wrong policy.
    return os.path.join(state, "policy", f"{path_key(root)}.json")


def load_stored(path: str) -> dict[str, Any] | None:
    """The snapshot stored at `path`, or None when it is missing, damaged or of another shape."""
    try:
        with open(path, "rb") as file:
            stored = fastjson.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or stored.get("shape") != SHAPE:
        return None
    for key, default in DEFAULTS.items():
        if type(stored.get(key)) is not type(default):
            return None
    return stored


def is_fresh(source: Mapping[str, Any], path: str, status: os.stat_result) -> bool:
    """Whether the source that a snapshot was compiled from looks like the file at `path` now."""
    # The change time is compared too: unlike the modification time, no program can set it back.
    return (
        source.get("path") == path
        and source.get("mtime_ns") == status.st_mtime_ns
        and source.get("ctime_ns") == status.st_ctime_ns
        and source.get("size") == status.st_size
    )
