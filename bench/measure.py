"""Interleaved whole-process timing.

Machines are shared and noisy: every round runs each command once, in turn, and only medians
and ratios of medians within one run are quoted.
"""

from __future__ import annotations

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
