"""Throws damaged commands at the guard: `python -m testing.fuzz_guard --minutes 10`.

Every command must be read or refused in time; any other exception, and every answer that takes
longer than the limit, is a failure. Nothing is executed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from ambidex.guard.shell.parse import parse
from testing.guarding import decision_on, project, scene
from testing.shell_soup import SEEDS, anything, corpus

LIMIT = 1.0  # seconds for one answer
_SHOWN = 20


def main() -> int:
    """Fuzzes for a while; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory() as folder:
        where = scene(project(Path(folder) / "project"))
        return _fuzz(seed, options.minutes * 60, lambda command: decision_on(command, where))


def _fuzz(seed: int, seconds: float, decide: Callable[[str], object]) -> int:
    chance = random.Random(seed)
    known = SEEDS + corpus()
    count = unreadable = failures = 0
    slowest = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        command = anything(chance, known)
        count += 1
        for answer in (parse, decide):
            start = time.monotonic()
            problem = ""
            try:
                answer(command)
            except Exception as raised:
                if type(raised).__name__ == "UnreadableCommand":
                    unreadable += answer is parse
                else:
                    problem = traceback.format_exc(limit=-3)
            taken = time.monotonic() - start
            slowest = max(slowest, taken)
            if taken > LIMIT:
                problem += f"took {taken:.2f} s\n"
            if problem:
                failures += 1
                if failures <= _SHOWN:
                    print(f"{command!r}\n{problem}")
    print(
        f"seed {seed}: {count} commands, {unreadable} unreadable, {failures} failures, "
        f"slowest answer {slowest * 1000:.0f} ms"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
