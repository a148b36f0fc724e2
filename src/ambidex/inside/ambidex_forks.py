"""Runs tasks in forked processes, so many at once, and kills those that take too long.

The limits of a task are those of the test that it is at: a multiple of what the test took without
a change, plus a constant. Processor time is limited by the process itself (`setitimer`), wall-clock
time here.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# Without a reason to believe that a test is slow. A busy machine stretches wall-clock time.
WALL_SECONDS = 5.0
CPU_SECONDS = 0.5
FACTOR = 10.0
_TICK_SECONDS = 0.02


class Task:
    """Tests to be run under a change, and how that went.

    Attributes:
        kind: what the scheduler's owner needs to know it again.
        mutant: index of the mutant, or -1 for no change.
        tests: indices of the tests, in order.
        cold: in a process that imports the project anew.
        go_on: whether a failing test is not the end.
        failed: positions in `tests` that failed.
        missing: positions in `tests` that were not there to be run.
        passed: positions that passed, each with its wall-clock, CPU and setup seconds.
        at: position of the test that runs or ran last; -1 before the first.
        why: `timeout`, `crash`, `interrupted`, `unswappable`, `trouble` or `""`.
        text: in words.
        seconds: wall-clock time that it took.
        budget: seconds after which no further test is begun; 0 for no such limit.
    """

    def __init__(
        self,
        kind: str,
        mutant: int,
        tests: Sequence[int],
        *,
        cold: bool = False,
        go_on: bool = False,
    ) -> None:
        self.kind = kind
        self.mutant = mutant
        self.tests = list(tests)
        self.cold = cold
        self.go_on = go_on
        self.failed: list[int] = []
        self.missing: list[int] = []
        self.passed: dict[int, tuple[float, ...]] = {}
        self.at = -1
        self.why = ""
        self.text = ""
        self.seconds = 0.0
        self.budget = 0.0
        self.number = 0
        self.pid = 0
        self.swapped = 0
        self.ended = False
        self.reaped = False
        self.begun = 0.0
        self.last = 0.0


class Orphaned(Exception):
    """Whoever wanted to know is gone."""


class Forks:
    """Processes for tasks.

    Attributes:
        workers: how many at once.
        deadline: `time.monotonic()` at which everything is killed.
        budget: how many seconds a task may go on with another test, asked when it starts.
    """

    def __init__(
        self,
        results: int,
        workers: int,
        deadline: float,
        limits: Limits,
        fork: Callable[[Task], int],
        ask: Callable[[Task], None],
        freed: Callable[[int], None],
    ) -> None:
        """Prepare to run tasks.

        Args:
            results: descriptor from which all messages are read.
            workers: how many processes at once.
            deadline: `time.monotonic()` at which everything is killed.
            limits: how long a test may take.
            fork: starts the process of a task and returns its id.
            ask: asks for a cold process; its id comes as a message.
            freed: told of each process group that is no more.
        """
        self._results = results
        self.workers = workers
        self.deadline = deadline
        self._limits = limits
        self._fork = fork
        self._ask = ask
        self._freed = freed
        self.budget: Callable[[Task], float] = lambda _: 0.0
        self._rest = b""
        self._numbers = 0
        self._parent = os.getppid()
        self._looked = 0.0
        self._running: dict[int, Task] = {}

    def run(self, tasks: list[Task], done: Callable[[Task], list[Task]]) -> list[Task]:
        """Run `tasks` and what `done` adds to them; returns those that there was no time for."""
        waiting = list(tasks)
        while waiting or self._running:
            if os.getppid() != self._parent:
                raise Orphaned
            now = time.monotonic()
            if now >= self.deadline:
                cut = list(self._running.values())
                for task in cut:
                    self._kill(task)
                self._running.clear()
                return cut + waiting
            while waiting and len(self._running) < self.workers:
                self._start(waiting.pop(0))
            for task in self._step():
                waiting[:0] = done(task)
        return []

    def _start(self, task: Task) -> None:
        self._numbers += 1
        task.number = self._numbers
        task.begun = task.last = time.monotonic()
        task.budget = self.budget(task)
        self._running[task.number] = task
        if task.cold:
            self._ask(task)
        else:
            task.pid = self._fork(task)

    def _step(self) -> list[Task]:
        """Wait a moment for messages; returns the tasks that came to their end."""
        self._read(_TICK_SECONDS)
        if time.monotonic() - self._looked > _TICK_SECONDS:
            self._looked = time.monotonic()
            for task in self._running.values():
                self._look(task)
        over = [task for task in self._running.values() if task.ended]
        for task in over:
            task.seconds = time.monotonic() - task.begun
            self._kill(task)
            del self._running[task.number]
        return over

    def _read(self, patience: float) -> bool:
        """Take the messages that are there; returns whether there were any."""
        ready, _, _ = select.select([self._results], [], [], patience)
        if ready:
            *lines, self._rest = (self._rest + os.read(self._results, 65536)).split(b"\n")
            for line in lines:
                self._take(line.decode("utf-8", "replace"))
        return bool(ready)

    def _take(self, line: str) -> None:
        number, verb, *words = line.split(" ")
        task = self._running.get(int(number))
        if task is None:
            return
        task.last = time.monotonic()
        if verb == "pid":
            task.pid = int(words[0])
        elif verb == "start":
            task.at = int(words[0])
        elif verb == "passed":
            task.passed[int(words[0])] = tuple(map(float, words[1:]))
        elif verb == "failed":
            task.failed.append(int(words[0]))
        elif verb == "missing":
            task.missing.append(int(words[0]))
        elif verb == "swapped":
            task.swapped = int(words[0])
        elif verb == "end":
            task.ended = True
        elif verb == "exit":
            self._exited(task, int(words[0]))
        else:
            task.why, task.text = verb, " ".join(words)

    def _look(self, task: Task) -> None:
        """Whether a task that says nothing is still there, and still in time."""
        if task.ended:
            return
        if not task.cold:
            pid, status = os.waitpid(task.pid, os.WNOHANG)
            if pid:
                task.reaped = True
                # Its last words may still be in the pipe.
                while self._read(0.0):
                    continue
                self._exited(task, status)
                return
        test = task.tests[task.at] if task.at >= 0 else -1
        limit = self._limits.wall(test, cold=task.cold, first=task.at <= 0)
        if time.monotonic() - task.last > limit:
            task.why, task.text, task.ended = "timeout", "wall-clock time", True

    def _exited(self, task: Task, status: int) -> None:
        if task.ended:
            return
        task.ended = True
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
            task.why, task.text = "timeout", "processor time"
        elif os.WIFSIGNALED(status):
            task.why, task.text = "crash", f"signal {os.WTERMSIG(status)}"
        else:
            task.why, task.text = "crash", f"exit code {os.WEXITSTATUS(status)}"

    def _kill(self, task: Task) -> None:
        if task.pid:
            kill_group(task.pid)
            if not task.cold and not task.reaped:
                os.waitpid(task.pid, 0)
            self._freed(task.pid)


class Limits:
    """How long each test may take.

    Attributes:
        measured: for each test its wall-clock and CPU seconds without a change, where known.
    """

    def __init__(self, seconds: Sequence[float], files: Sequence[str], longest: float) -> None:
        """Start from what is known from earlier.

        Args:
            seconds: for each test what it took, 0 where that is unknown.
            files: for each test its file; fixtures that its tests share may be set up in any.
            longest: wall-clock seconds for a test of which nothing is known.
        """
        self._seconds = seconds
        self._files = files
        self._longest = longest
        self._setups: dict[str, float] = {}
        self._heaviest = 0.0, 0.0
        self.measured: dict[int, tuple[float, float]] = {}

    def learn(self, test: int, wall: float, cpu: float, setup: float) -> None:
        """Note what a test took, its setup included; of several times the longest counts."""
        before = self.measured.get(test, (0.0, 0.0))
        self.measured[test] = max(before[0], wall), max(before[1], cpu)
        self._heaviest = max(self._heaviest[0], wall), max(self._heaviest[1], cpu)
        name = self._files[test]
        self._setups[name] = max(self._setups.get(name, 0.0), setup)

    def wall(self, test: int, *, cold: bool, first: bool) -> float:
        """Wall-clock seconds after which a test (-1: what comes before the first) hangs."""
        if test < 0:
            # Importing and collecting; a module may do work of its own there.
            return self._longest if cold else 2 * WALL_SECONDS
        if test not in self.measured:
            known = self._seconds[test]
            return 2 * WALL_SECONDS + 2 * FACTOR * known if known else self._longest
        shared = self._shared(test, self._heaviest[0] if first else 0.0)
        return WALL_SECONDS + FACTOR * self.measured[test][0] + 2 * shared

    def cpu(self, tests: Sequence[int]) -> list[float]:
        """CPU seconds for each of `tests`, run in this order; 0 where nothing was measured."""
        limits = []
        for at, test in enumerate(tests):
            if test in self.measured:
                shared = self._shared(test, 0.0 if at else self._heaviest[1])
                limits.append(CPU_SECONDS + FACTOR * self.measured[test][1] + 2 * shared)
            else:
                limits.append(0.0)
        return limits

    def _shared(self, test: int, heaviest: float) -> float:
        """What may fall to any test of a file to set up, and to the first one to import."""
        return max(self._setups.get(self._files[test], 0.0), heaviest)


def serve(requests: int, fork: Callable[[dict[str, Any]], int], results: int) -> None:
    """Fork a process for each request until the pipe ends, and report how each of them ended.

    Args:
        requests: descriptor with one JSON object per line.
        fork: starts the process for a request, returns its id.
        results: descriptor for messages.
    """
    import json

    rest = b""
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests], [], [], _TICK_SECONDS if running else None)
        if ready:
            chunk = os.read(requests, 65536)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                request = json.loads(line)
                running[fork(request)] = request["number"]
        for pid, number in list(running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del running[pid]
                os.write(results, b"%d exit %d\n" % (number, status))
    for pid in running:
        kill_group(pid)


def kill_group(group: int) -> None:
    """Kill a process group, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
