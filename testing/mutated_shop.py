"""A small project for the mutation runner: one function, two mutants with a known fate."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ambidex.mutation.mutant import Mutant
from ambidex.mutation.runner import Run, judge
from ambidex.proof.command import Command
from testing.mutation_zoo import mutant
from testing.python_project import PYTEST, Project

SHOP = "def half(x):\n    return x // 2\n"
# Dies of any test of `half`; says the same in other words.
DIES = ("half", "x // 2", "x // 3")
SURVIVES = ("half", "x // 2", "(x // 2)")

GOOD_TEST = "from shop import half\n\n\ndef test_half():\n    assert half(9) == 4\n"
HALF = "test_shop.py::test_half"


class Shop(Project):
    """The project; `files` come on top of the module and its test."""

    def __init__(self, folder: Path, files: Mapping[str, str] | None = None) -> None:
        super().__init__(folder)
        self.write({"shop.py": SHOP, "test_shop.py": GOOD_TEST, **(files or {})})

    def mutants(self, *changes: tuple[str, ...]) -> list[Mutant]:
        text = (self.path / "shop.py").read_bytes().decode()  # line ends as they are
        return [mutant(text, change, "shop.py") for change in changes or (DIES, SURVIVES)]

    def judge(
        self,
        covering: Sequence[str] = (HALF,),
        *changes: tuple[str, ...],
        argv: Sequence[str] = PYTEST,
        seconds: Mapping[str, float] | None = None,
        limit: float = 60,
        workers: int = 2,
    ) -> Run:
        mutants = self.mutants(*changes)
        return judge(
            self.root,
            self.state,
            Command(argv, configured=True),
            mutants,
            {each.id: covering for each in mutants},
            seconds=seconds or {},
            environ=self.environ,
            deadline=time.monotonic() + limit,
            workers=workers,
        )


def fates(run: Run) -> list[str]:
    """The statuses; a run that is broken says why instead."""
    return [run.broken] if run.broken else [each.status for each in run.judged]
