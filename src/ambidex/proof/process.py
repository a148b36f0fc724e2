"""Run a command of the project: own process group, a deadline, bounded output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType
    from typing import IO

# What a log keeps: the beginning and the end. Everything between is read and thrown away,
# because a full pipe would stop the tests.
LOG_HEAD_BYTES = 4_000_000
LOG_TAIL_BYTES = 64_000
_AFTERLIFE_SECONDS = 1.0


class Outcome:
    """How a command ended.

    Attributes:
        code: exit code; negative for death by that signal; None when the deadline passed.
        tail: the last `LOG_TAIL_BYTES` bytes of its output, standard error included, as text.
        size: bytes of output in all.
        seconds: wall-clock time.
    """

    __slots__ = ("code", "seconds", "size", "tail")

    def __init__(self, code: int | None, tail: str, size: int, seconds: float) -> None:
        self.code = code
        self.tail = tail
        self.size = size
        self.seconds = seconds


def run(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    deadline: float,
    log: str | None = None,
) -> Outcome:
    """Run `argv` to its end or to `deadline`, then end what is left of its process group.

    Args:
        argv: program and arguments; no shell.
        cwd: working directory.
        environ: the whole environment of the command.
        deadline: `time.monotonic()` at which the group is killed.
        log: file that receives the output, created or overwritten, readable by the user only.

    Raises:
        OSError: the program can't be started, or the log can't be written.
    """
    started = time.monotonic()
    sink = _open(log) if log else None
    code: int | None = None
    with _ended_with_us() as running:
        try:
            process = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except BaseException:
            if sink:
                sink.close()
            raise
        running.append(process)
        output = _Output(process, sink)
        try:
            code = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        finally:
            _kill(process)
    process.wait()
    output.finish()
    return Outcome(code, output.tail(), output.size, time.monotonic() - started)


class _Output:
    """Reads the pipe in a thread; a descendant that left the group can't keep us waiting."""

    def __init__(self, process: subprocess.Popen[bytes], sink: IO[bytes] | None) -> None:
        if process.stdout is None:
            raise ValueError("the process was started without a pipe")
        self._stream = process.stdout
        self._sink = sink
        self._tail = b""
        self._lock = threading.Lock()
        self._finished = False
        self.size = 0
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        while True:
            chunk = os.read(self._stream.fileno(), 65536)
            with self._lock:
                if not chunk or self._finished:
                    return
                self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        if self._sink and self.size < LOG_HEAD_BYTES:
            with contextlib.suppress(OSError):  # a full disk costs the log, not the verdict
                self._sink.write(chunk[: LOG_HEAD_BYTES - self.size])
        self.size += len(chunk)
        self._tail = (self._tail + chunk)[-LOG_TAIL_BYTES:]

    def finish(self) -> None:
        self._thread.join(_AFTERLIFE_SECONDS)
        with self._lock:
            self._finished = True
        if not self._thread.is_alive():
            self._stream.close()
        if self._sink is None:
            return
        with contextlib.suppress(OSError):
            beyond = self.size - LOG_HEAD_BYTES
            if beyond > 0:
                left_out = max(0, beyond - len(self._tail))
                self._sink.write(b"\n[... %d bytes left out ...]\n" % left_out)
                self._sink.write(self._tail[-beyond:])
            self._sink.close()

    def tail(self) -> str:
        return self._tail.decode("utf-8", "replace")


def _open(path: str) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The leader's process id is its group's; the group outlives it while members live.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _ended_with_us() -> Iterator[list[subprocess.Popen[bytes]]]:
    """A hook that the client ends must not leave a test run behind."""
    running: list[subprocess.Popen[bytes]] = []
    if threading.current_thread() is not threading.main_thread():
        yield running
        return

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        for process in running:
            _kill(process)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    ours = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) == signal.SIG_DFL
    ]
    for number in ours:
        signal.signal(number, end)
    try:
        yield running
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
