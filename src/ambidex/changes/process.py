"""Running git with a deadline, without importing `subprocess`.

`subprocess` more than doubles the start of a Python that does nothing else; a hook that finds
nothing changed should not pay for it.
"""

from __future__ import annotations

import os
import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CHUNK = 1 << 16
_SIGKILL = 9


class TreeError(OSError):
    """A tree could not be taken or read; `reason` is one sentence that a person can act on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GitFailed(TreeError):
    """Git ended with an error; a file that changes while it is read is the usual cause."""


def run_git(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    deadline: float,
    stdin: str = os.devnull,
) -> bytes:
    """Run `git <arguments>` and return what it wrote to standard output.

    Args:
        arguments: everything after `git`.
        environ: git's whole environment; the program itself is found along our own PATH.
        deadline: `time.monotonic()` value after which git is killed.
        stdin: path of the file that git reads.

    Raises:
        GitFailed: git exited with an error.
        TreeError: git is not installed, or the deadline passed.
        OSError: the process could not be started for another reason.
    """
    out, out_child = os.pipe()
    err, err_child = os.pipe()
    try:
        pid = os.posix_spawnp(
            "git",
            ["git", *arguments],
            environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out_child, 1),
                (os.POSIX_SPAWN_DUP2, err_child, 2),
            ],
        )
    except FileNotFoundError as error:
        os.close(out)
        os.close(err)
        # The same error stands for a missing program and for a missing input file.
        if not os.path.exists(stdin):
            raise
        raise TreeError("git is not installed, or not on PATH") from error
    except OSError:
        os.close(out)
        os.close(err)
        raise
    finally:
        os.close(out_child)
        os.close(err_child)
    ended = False
    try:
        output, errors = _drain(out, err, deadline)
        status = os.waitpid(pid, 0)[1]
        ended = True
    finally:
        os.close(out)
        os.close(err)
        if not ended:
            _kill(pid)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise GitFailed(_describe(code, errors))
    return output


def _drain(out: int, err: int, deadline: float) -> tuple[bytes, bytes]:
    received: dict[int, list[bytes]] = {out: [], err: []}
    still_open = [out, err]
    while still_open:
        left = deadline - time.monotonic()
        ready = select.select(still_open, [], [], left)[0] if left > 0 else []
        if not ready:
            raise TreeError("the deadline passed before git had read the work tree")
        for stream in ready:
            data = os.read(stream, _CHUNK)
            if data:
                received[stream].append(data)
            else:
                still_open.remove(stream)
    return b"".join(received[out]), b"".join(received[err])


def _kill(pid: int) -> None:
    try:
        os.kill(pid, _SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # it ended by itself, and somebody else has collected it


def _describe(code: int, errors: bytes) -> str:
    how = f"git was killed by signal {-code}" if code < 0 else f"git failed with exit code {code}"
    said = " ".join(errors.decode("utf-8", "replace").split())
    return f"{how}: {said[-500:]}" if said else how
