"""Which configurations a person has trusted: what hooks may execute of a repository.

Trust is given for the digest of a configuration's table, so a changed command needs new trust,
and a changed comment does not. It says nothing about the code that the tests import.

Hot path: `is_trusted` costs one small file.
"""

from __future__ import annotations

import os

from ambidex import fastjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LOCK_SECONDS = 10.0


def is_trusted(state: str, digest: str) -> bool:
    """Whether a person has trusted the configuration with this digest in this repository.

    Args:
        state: the repository's state directory.
        digest: the policy's `digest`; `""` (no usable configuration) is never trusted.
    """
    return bool(digest) and digest in granted(state)


def granted(state: str) -> dict[str, Any]:
    """What was trusted by whom, by digest; empty where the record is missing or not ours.

    A record that somebody else owns, or that others may write, counts for nothing.
    """
    try:
        with open(_path(state), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return {}
            record = fastjson.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def grant(state: str, digest: str, who: str, root: str, when: int) -> None:
    """Trust a configuration. The caller has made sure that a person asks for it.

    Args:
        state: the repository's state directory.
        digest: the policy's `digest`.
        who: the person's login name.
        root: the project that the person looked at.
        when: seconds since the epoch.

    Raises:
        ValueError: the digest is empty.
        OSError: the record cannot be written (TimeoutError: somebody else is writing it).
    """
    if not digest:
        raise ValueError("digest is empty: there is no configuration to trust")
    _change(state, digest, {"who": who, "root": root, "when": when})


def revoke(state: str, digest: str) -> bool:
    """Take trust back; returns whether there was any.

    Raises:
        OSError: the record cannot be written (TimeoutError: somebody else is writing it).
    """
    return _change(state, digest, None)


def _change(state: str, digest: str, entry: dict[str, Any] | None) -> bool:
    from ambidex.policy import private

    with private.Lock(_path(state) + ".lock", _LOCK_SECONDS):
        record = granted(state)
        had = record.pop(digest, None) is not None
        if entry is not None:
            record[digest] = entry
        private.replace(_path(state), fastjson.dumps(record))
    return had


def _path(state: str) -> str:
    return os.path.join(state, "trust.json")
