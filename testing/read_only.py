"""A disk that cannot be written to, for real: also for root, whom permissions do not stop."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In a mount namespace of its own, so nothing outside of the command sees it.
_MOUNT = """
while [ "$1" != -- ]; do
    mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 97
    shift
done
shift
exec "$@"
"""


@contextmanager
def read_only(*folders: Path) -> Iterator[list[str]]:
    """The command to wrap another in, for which `folders` are read-only while the block runs."""
    if os.geteuid() == 0:
        unshare = shutil.which("unshare")
        assert unshare, "root needs unshare (util-linux) to make a folder read-only"
        yield [unshare, "-m", "/bin/sh", "-c", _MOUNT, "mount", *map(str, folders), "--"]
        return
    modes = {}
    for folder in folders:
        for where, _, names in os.walk(folder):
            for path in [where, *(os.path.join(where, name) for name in names)]:
                if not os.path.islink(path):
                    modes[path] = stat.S_IMODE(os.stat(path).st_mode)
    try:
        for path, mode in modes.items():
            os.chmod(path, mode & ~0o222)
        yield []
    finally:
        for path, mode in modes.items():
            os.chmod(path, mode)
