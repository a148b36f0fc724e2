"""What a forked process does: make a function wrong, run the tests that reach it, report.

Messages go through a pipe that all such processes share, one line each, never longer than what a
pipe takes in one piece: the task's number, a verb, arguments. Only bare descriptors are open here:
a file object that nobody closes would fail a suite that turns warnings into errors.

Verbs: `pid` (process), `swapped` (how many functions), `start` (position), `passed` (position,
wall, CPU and setup seconds), `failed` (position), `missing` (position), `interrupted` (by which
exception), `unswappable` (why), `trouble` (what went wrong on our side), `end`.
"""

from __future__ import annotations

import os
import resource
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# POSIX promises that this much is written to a pipe in one piece.
PIECE = 512


class Turn:
    """A task in its own process.

    Attributes:
        failed: a test of ours has failed; set by the plugin for each report.
        setup: seconds that the setup of the test took; set by the plugin.
    """

    def __init__(self, number: int, results: int, guard: int) -> None:
        """Put this process into a group of its own and report it to the guard.

        Args:
            number: the task's number.
            results: descriptor for messages.
            guard: descriptor of the guard's pipe; closed here, so that its end means the
                scheduler's.
        """
        self._number = number
        self._results = results
        self._pid = os.getpid()
        self.failed = False
        self.setup = 0.0
        os.setpgid(0, 0)
        os.write(guard, b"+%d\n" % self._pid)
        os.close(guard)
        self.say("pid", self._pid)
        # A mutant that crashes the interpreter shall not fill the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def say(self, *words: object) -> None:
        """Send a message, cut to what is written in one piece."""
        text = " ".join(str(word) for word in (self._number, *words)).replace("\n", " ")
        os.write(self._results, text.encode("utf-8", "replace")[: PIECE - 1] + b"\n")

    def run(
        self,
        groups: Sequence[Sequence[Any]],
        cpu_limits: Sequence[float],
        *,
        go_on: bool,
        budget: float = 0.0,
        collected: bool = True,
    ) -> None:
        """Run tests until one fails.

        Args:
            groups: for each test the collected items that it stands for; empty where it was not
                collected.
            cpu_limits: seconds of processor time for each; 0 for no limit.
            go_on: run the others too.
            budget: seconds after which no further test is begun; 0 for no such limit.
            collected: whether collection went well; if it did not, a test that is missing has
                failed.
        """
        items = [(at, item) for at, group in enumerate(groups) for item in group]
        until = time.monotonic() + budget if budget else float("inf")
        following = [item for _, item in items[1:]] + [None]
        for (at, item), after in zip(items, following):
            if time.monotonic() > until:
                return
            self.say("start", at)
            wall, cpu = time.monotonic(), time.process_time()
            signal.setitimer(signal.ITIMER_PROF, cpu_limits[at])
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if os.getpid() != self._pid:
                os._exit(0)  # a test forked and its child came back here
            if self.failed:
                self.say("failed", at)
                self.failed = False
                if not go_on:
                    return
            else:
                took = time.monotonic() - wall, time.process_time() - cpu, self.setup
                self.say("passed", at, *(round(each, 4) for each in took))
            self.setup = 0.0
        for at, group in enumerate(groups):
            if not group:
                self.say("missing" if collected else "failed", at)
                if not collected and not go_on:
                    return

    def complete(self, work: Callable[[], None]) -> None:
        """Do `work` and end the process, whatever happens in it."""
        try:
            work()
            self.say("end")
        except BaseException as error:
            if os.getpid() == self._pid:
                self._explain(error)
        finally:
            os._exit(0)

    def _explain(self, error: BaseException) -> None:
        name = type(error).__name__
        if name in ("Exit", "KeyboardInterrupt", "SystemExit"):
            self.say("interrupted", name)
        elif name == "Unswappable":
            self.say("unswappable", error)
        else:
            self.say("trouble", f"{name}: {error}")
        self.say("end")


def private_places(config: Any, folder: str) -> None:
    """Give a forked pytest its own temporary folders and its own captured output.

    Both would be shared with the others that run at the same time.
    """
    import pathlib
    import tempfile

    os.mkdir(folder, 0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None and hasattr(factory, "_given_basetemp"):
        factory._given_basetemp = pathlib.Path(folder, "b")
        factory._basetemp = None
    capture = config.pluginmanager.getplugin("capturemanager")
    capturing = capture is not None and capture.is_globally_capturing()
    if capturing:
        capture.stop_global_capturing()
    silence()
    if capturing:
        capture.start_global_capturing()
        capture.suspend_global_capture()


def silence() -> None:
    """Let what this process prints go nowhere; what it reads is empty."""
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    os.close(silent)
