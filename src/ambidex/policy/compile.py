"""Compiles a project's configuration to the snapshot that hooks read. Cold: Python 3.11, pydantic.

As a program (`python -m ambidex.policy.compile ROOT`) it prints the snapshot as JSON, or the
problems on standard error with exit code 2; every other exit code is trouble with the environment.
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from ambidex.policy import private
from ambidex.policy.defaults import DEFAULTS, SHAPE, VERSION
from ambidex.policy.errors import PolicyError
from ambidex.policy.load import Loaded, load
from ambidex.policy.snapshot import snapshot_path


def compile_policy(root: str, *, strict: bool = True) -> dict[str, Any]:
    """The snapshot of the project's policy.

    Args:
        root: the project's root.
        strict: whether problems of the file's surroundings (a glob without a match, an expired
            entry, a second configuration) refuse it; a hook passes False and gets `warnings`.

    Raises:
        PolicyError: the configuration is refused; it has every problem.
    """
    return snapshot_of(load(root, strict=strict))


def snapshot_of(loaded: Loaded) -> dict[str, Any]:
    """The snapshot of a configuration that was loaded; inactive where nothing is configured."""
    if loaded.status is None:
        return dict(DEFAULTS)
    values = loaded.configuration.model_dump(mode="json", exclude_none=True)
    return {
        **values,
        "version": VERSION,
        "shape": SHAPE,
        "source": {
            "path": loaded.path,
            "mtime_ns": loaded.status.st_mtime_ns,
            "ctime_ns": loaded.status.st_ctime_ns,
            "size": loaded.status.st_size,
            "digest": loaded.source_digest,
        },
        "active": bool(loaded.digest),
        "digest": loaded.digest,
        "note": "",
        "warnings": [str(problem) for problem in loaded.warnings],
    }


def write_snapshot(state: str, root: str, snapshot: dict[str, Any]) -> str:
    """Store a snapshot where hooks look for it, as a whole or not at all; returns its path.

    Raises:
        OSError: the state directory cannot be written to.
    """
    path = snapshot_path(state, root)
    private.replace(path, json.dumps(snapshot))
    return path


def main() -> NoReturn:
    """Compile the project named by the only argument, as a hook does."""
    try:
        json.dump(compile_policy(sys.argv[1], strict=False), sys.stdout)
    except PolicyError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    sys.exit(0)


if __name__ == "__main__":
    main()
