"""A process that outlives the scheduler by a moment, to kill what that has forked.

Each forked process has a group of its own, so that what it starts dies with it; so nobody who
kills the scheduler's group reaches them. The guard holds the end of a pipe that closes when the
scheduler is gone, however it went.
"""

from __future__ import annotations

import contextlib
import os
import signal


def start() -> int:
    """Start the guard; returns a descriptor that takes `+GROUP` and `-GROUP`, a line each."""
    ours, theirs = os.pipe()
    if os.fork() == 0:
        try:
            os.close(theirs)
            _watch(ours)
        finally:
            os._exit(0)
    os.close(ours)
    return theirs


def _watch(pipe: int) -> None:
    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    groups: set[int] = set()
    rest = b""
    while True:
        chunk = os.read(pipe, 65536)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            group = int(line[1:])
            if line[:1] == b"+":
                groups.add(group)
            else:
                groups.discard(group)
        if not chunk:
            break
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
