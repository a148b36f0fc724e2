"""Small JSON records of the state directory: read with distrust, changed under a lock.

Hot path: a record that is not there costs one failed `open`.
"""

from __future__ import annotations

import os

from ambidex import fastjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LOCK_SECONDS = 3.0
# A record of ours is a few kilobytes. Bytes.
_LARGEST = 4_000_000


def read(path: str) -> dict[str, Any]:
    """The object in the record, empty where it is missing, damaged, or not ours alone to write."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return {}
            data = fastjson.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def change(path: str, how: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Let `how` change the object in the record, and write it; an empty one is removed.

    Returns:
        The object as it is now.

    Raises:
        OSError: the record cannot be written (TimeoutError: somebody else is writing it).
    """
    from ambidex.policy import private

    with private.Lock(path + ".lock", _LOCK_SECONDS):
        data = read(path)
        before = fastjson.dumps(data)
        how(data)
        after = fastjson.dumps(data)
        if not data:
            if os.path.exists(path):
                os.unlink(path)
        elif after != before:
            private.replace(path, after)
    return data


def part(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under a name; whatever else stands there counts as nothing."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}
