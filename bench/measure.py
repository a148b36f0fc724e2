"""Interleaved whole-process timing.

Machines are shared and noisy: every round runs each command once, in turn, and only medians
and ratios of medians within one run are quoted.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from typing import NamedTuple


class Process(NamedTuple):
    """One process to time: its arguments, standard input, environment and directory."""

    arguments: list[str]
    data: bytes
    environ: dict[str, str]
    cwd: str


class Subject(NamedTuple):
    """What is timed: processes that run one after another, and an untimed `before`.

    `check` looks at the standard output of the last process, so that nothing is timed that did
    not do its work; it returns what is wrong, or `""`.
    """

    name: str
    processes: list[Process]
    before: Callable[[], None]
    check: Callable[[bytes], str]


class WrongAnswer(RuntimeError):
    """A subject did not do what it is timed for."""


def seconds(subject: Subject) -> float:
    """Wall-clock time of the subject's processes together.

    Raises:
        WrongAnswer: its output is not what it should be.
    """
    subject.before()
    total = 0.0
    output = b""
    for process in subject.processes:
        started = time.perf_counter()
        done = subprocess.run(
            process.arguments,
            input=process.data,
            capture_output=True,
            env=process.environ,
            cwd=process.cwd,
            check=False,
        )
        total += time.perf_counter() - started
        output = done.stdout
    wrong = subject.check(output)
    if wrong:
        raise WrongAnswer(f"{subject.name}: {wrong}")
    return total


def interleaved(subjects: list[Subject], rounds: int) -> dict[str, list[float]]:
    """Times of each subject, in seconds, one per round, after one round that is thrown away."""
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for number in range(rounds + 1):
        for subject in subjects:
            taken = seconds(subject)
            if number:
                times[subject.name].append(taken)
    return times


def median(times: list[float]) -> float:
    """The median, in seconds."""
    return statistics.median(times)


class Cost(NamedTuple):
    """Seconds by the clock, and of processor time in all processes together.

    On a busy machine the clock measures the others, too.
    """

    wall: float
    cpu: float


def cost(run: Callable[[], object]) -> Cost:
    """What it costs to run processes to their end, orphans that they leave behind included."""
    with contextlib.suppress(OSError, AttributeError):  # not on macOS
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans become ours
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run()
    wall = time.perf_counter() - started
    until = time.monotonic() + 5
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < until:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.01)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu)


def typical(costs: list[Cost]) -> Cost:
    """The medians; nothing where there are no costs."""
    if not costs:
        return Cost(0.0, 0.0)
    return Cost(median([each.wall for each in costs]), median([each.cpu for each in costs]))
