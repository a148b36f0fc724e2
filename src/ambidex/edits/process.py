"""Runs the tools of others: in parallel, bounded in time and output, never left behind.

A tool's end is a fact of its own (`Outcome.trouble`), kept apart from what it found.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

DEADLINE = "deadline"
OUTPUT_LIMIT = 32 * 1024 * 1024
_CHUNK = 65536
# A grandchild may keep the pipes open after the tool itself has ended.
_PATIENCE_SECONDS = 0.5
# A process that waits for a dead disk survives even SIGKILL.
_UNKILLABLE_SECONDS = 2.0


class Job:
    """One process to run.

    Attributes:
        argv: program and arguments; `argv[0]` is what the program sees as its name.
        executable: absolute path of the program, where it differs from `argv[0]`; else None.
        cwd: working directory.
        env: the whole environment.
        stdin: what it reads.
        output_limit: bytes accepted on stdout, and as many on stderr.
    """

    __slots__ = ("argv", "cwd", "env", "executable", "output_limit", "stdin")

    def __init__(
        self,
        argv: Sequence[str],
        cwd: str,
        env: Mapping[str, str],
        stdin: bytes = b"",
        *,
        executable: str | None = None,
        output_limit: int = OUTPUT_LIMIT,
    ) -> None:
        self.argv = list(argv)
        self.cwd = cwd
        self.env = env
        self.stdin = stdin
        self.executable = executable
        self.output_limit = output_limit


class Outcome:
    """How a process ended.

    Attributes:
        code: its exit status; -1 when there is none.
        stdout: what it wrote, cut at the job's limit.
        stderr: likewise.
        trouble: `""` when it exited by itself; `DEADLINE` when it was stopped (or not even
            started) because time was up; otherwise a sentence: a signal, a flood, no start.
    """

    __slots__ = ("code", "stderr", "stdout", "trouble")

    def __init__(self, code: int, stdout: bytes, stderr: bytes, trouble: str = "") -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.trouble = trouble


def run(jobs: Sequence[Job], deadline: float, parallel: int = 0) -> list[Outcome]:
    """Run all jobs and return their outcomes in the same order.

    Every process gets a session of its own, and the whole of it is killed at the deadline, on
    a flood, and when this function is left by an exception.

    Args:
        jobs: what to run.
        deadline: on the `time.monotonic` clock, seconds.
        parallel: how many at once; 0 means the number of processors (at least 2, at most 8).
    """
    parallel = parallel or min(8, max(2, os.cpu_count() or 2))
    outcomes: list[Outcome | None] = [None] * len(jobs)
    waiting = list(range(len(jobs)))[::-1]
    running: dict[int, _Running] = {}
    selector = selectors.DefaultSelector()
    try:
        while waiting or running:
            left = deadline - time.monotonic()
            if left <= 0:
                for index in waiting:
                    outcomes[index] = Outcome(-1, b"", b"", DEADLINE)
                waiting = []
                for process in running.values():
                    process.stop(DEADLINE)
            while waiting and len(running) < parallel:
                index = waiting.pop()
                try:
                    running[index] = _Running(jobs[index], selector)
                except OSError as error:
                    reason = f"cannot be started: {error.strerror or error}"
                    outcomes[index] = Outcome(-1, b"", b"", reason)
            if selector.get_map():
                for key, _ in selector.select(min(0.1, max(left, 0))):
                    key.data()
            for index in [index for index, process in running.items() if process.ended()]:
                outcomes[index] = running.pop(index).outcome()
    finally:
        for process in running.values():
            process.stop("interrupted")
        selector.close()
    return [outcome for outcome in outcomes if outcome is not None]


class _Running:
    def __init__(self, job: Job, selector: selectors.BaseSelector) -> None:
        self.job = job
        self.selector = selector
        self.trouble = ""
        self.exited_at = 0.0
        self.stopped_at = 0.0
        self.rest = memoryview(job.stdin)
        self.process = subprocess.Popen(
            job.argv,
            executable=job.executable,
            cwd=job.cwd,
            env=job.env,
            stdin=subprocess.PIPE if job.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.read: dict[Any, bytearray] = {}
        self.open: set[Any] = set()
        for stream in (self.process.stdout, self.process.stderr):
            self.read[stream] = bytearray()
            self._watch(stream, selectors.EVENT_READ, lambda stream=stream: self._receive(stream))
        if self.process.stdin is not None:
            os.set_blocking(self.process.stdin.fileno(), False)
            self._watch(self.process.stdin, selectors.EVENT_WRITE, self._send)

    def _watch(self, stream: Any, event: int, react: Any) -> None:
        self.open.add(stream)
        self.selector.register(stream, event, react)

    def _unwatch(self, stream: Any) -> None:
        if stream in self.open:
            self.open.discard(stream)
            self.selector.unregister(stream)
            # Closing flushes, and the reader may be gone.
            with suppress(OSError):
                stream.close()

    def _send(self) -> None:
        stream = self.process.stdin
        if stream is None or stream not in self.open:
            return
        try:
            self.rest = self.rest[os.write(stream.fileno(), self.rest[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self.rest = self.rest[:0]
        if not self.rest:
            self._unwatch(stream)

    def _receive(self, stream: Any) -> None:
        if stream not in self.open:
            return  # stopped by an event that came together with this one
        chunk = os.read(stream.fileno(), _CHUNK)
        if not chunk:
            self._unwatch(stream)
            return
        self.read[stream] += chunk
        if len(self.read[stream]) > self.job.output_limit:
            self.stop(f"wrote more than {self.job.output_limit} bytes")

    def stop(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        self.stopped_at = self.stopped_at or time.monotonic()
        # It may be gone already.
        with suppress(OSError):
            os.killpg(self.process.pid, 9)
        for stream in list(self.open):
            self._unwatch(stream)

    def ended(self) -> bool:
        """Whether the process is gone and everything it wrote is read."""
        readers = [stream for stream in self.read if stream in self.open]
        if not readers:
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                stopped = self.stopped_at or time.monotonic()
                return time.monotonic() - stopped > _UNKILLABLE_SECONDS
        elif self.process.poll() is None:
            return False
        else:
            now = time.monotonic()
            self.exited_at = self.exited_at or now
            if now - self.exited_at < _PATIENCE_SECONDS:
                return False
        return True

    def outcome(self) -> Outcome:
        code = self.process.returncode
        if code is None:
            code = -1
        elif code < 0 and not self.trouble:
            self.trouble = f"was killed by signal {-code}"
        # Whatever it left running in its session ends with it.
        self.stop(self.trouble)
        out, err = (bytes(data[: self.job.output_limit]) for data in self.read.values())
        return Outcome(code if code >= 0 else -1, out, err, self.trouble)
