"""What can be wrong with a configuration, in a form that a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One reason to refuse a configuration.

    Attributes:
        file: the file's name relative to the project, for example `ambidex.toml`.
        line: 1-based; 0 when the whole file is concerned.
        key: the dotted key, with indexes from 0 (`guard.allow[0].reason`), or `""`.
        found: what is there, a clause.
        allowed: what may be there, a clause, or `""`.
        nearest: the valid name that was probably meant, or `""`.
        action: what to do, one sentence.
        surroundings: True when the file's own bytes are fine and only its surroundings
            contradict it (no file for a glob, a date that has passed). People's commands refuse
            such a file; a hook that compiles it only notes the problem.
    """

    file: str
    line: int
    key: str
    found: str
    action: str
    allowed: str = ""
    nearest: str = ""
    surroundings: bool = False

    def __str__(self) -> str:
        """One line: the place, the key, what was found, what is allowed, what to do."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = f"{place} {self.key}: {self.found}" if self.key else f"{place}: {self.found}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        text += "."
        if self.nearest:
            text += f" Did you mean {self.nearest}?"
        return f"{text} {self.action}"


class PolicyError(Exception):
    """The configuration is refused; `problems` has every reason, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.line, problem.key))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest_name(name: str, valid: Iterable[str]) -> str:
    """The valid name most like `name`, or `""` when none is like it.

    One slip of the finger in three letters is forgiven; beyond that difflib's similarity decides,
    which on its own misses swapped letters in short names.
    """
    low = name.lower()
    names = sorted(valid, key=lambda each: -difflib.SequenceMatcher(None, low, each).ratio())
    nearest = min(names, key=lambda each: _slips(low, each), default="")
    if nearest and _slips(low, nearest) <= max(1, len(nearest) // 3):
        return nearest
    close = difflib.get_close_matches(low, names, n=1, cutoff=0.6)
    return close[0] if close else ""


def _slips(one: str, other: str) -> int:
    """Letters dropped, added, replaced or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
