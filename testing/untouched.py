"""Proof that a folder stayed as it was, to the byte."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def snapshot(folder: Path, *left_out: str) -> dict[bytes, tuple[int, bytes]]:
    """Mode and content (or target) of everything in `folder`, by path; directories included.

    Args:
        folder: what to look at; git directories in it are no exception.
        left_out: names, in any folder, that are passed over with everything below.
    """
    found: dict[bytes, tuple[int, bytes]] = {}
    for where, folders, names in os.walk(os.fsencode(folder)):
        folders[:] = sorted(name for name in folders if os.fsdecode(name) not in left_out)
        for name in [*folders, *names]:
            if os.fsdecode(name) in left_out:
                continue
            path = os.path.join(where, name)
            mode = os.lstat(path).st_mode
            content = b""
            if stat.S_ISLNK(mode):
                content = os.readlink(path)
            elif stat.S_ISREG(mode):
                content = Path(os.fsdecode(path)).read_bytes()
            found[path] = (mode, content)
    return found
