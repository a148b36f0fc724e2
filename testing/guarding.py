"""What the guard sees in a command and says about it, in a project made for the purpose."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ambidex.guard import programs
from ambidex.guard.effects import Effect
from ambidex.guard.examples import FILES, HOME, PATHS
from ambidex.guard.invocation import Invocation
from ambidex.guard.judge import Hit, hits, judge
from ambidex.guard.scene import Scene
from ambidex.guard.shell.evaluate import Shell
from ambidex.policy.defaults import DEFAULTS
from ambidex.verdict import Decision
from testing.projects import repository


def project(folder: Path) -> Path:
    """A small repository with golden tests, active under the default policy."""
    return repository(folder, FILES)


def scene(root: Path | str, cwd: str = "", **policy: object) -> Scene:
    """The surroundings of a call in `root`; `policy` replaces whole sections."""
    return Scene(
        cwd=cwd or str(root),
        root=str(root),
        policy={**DEFAULTS, "active": True, "paths": PATHS, **policy},
        environ={"HOME": HOME, "PATH": "/usr/bin:/bin"},
    )


@contextmanager
def without_collection() -> Iterator[None]:
    """As in a hook: one collection in a process full of tests takes longer than an answer may."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def effects_of(command: str, where: Scene) -> list[Effect]:
    """What the command would do."""
    where.text = command
    with without_collection():
        return Shell(where).evaluate(command)


def hits_of(command: str, where: Scene) -> list[Hit]:
    """Every rule that applies to the command."""
    return list(hits(effects_of(command, where), where))


def decision_on(command: str, where: Scene) -> Decision:
    """What the rules say about the command."""
    effects = effects_of(command, where)
    with without_collection():
        return judge(effects, where)


def programs_run(command: str, where: Scene) -> list[list[str]]:
    """The programs that the command would run, each as its words; unknown parts as written."""
    found: list[list[str]] = []
    known = programs.model_of

    def noting(name: str) -> programs.Model:
        model = known(name)

        def run(call: Invocation) -> None:
            found.append([where.sources.show(word) for word in call.words])
            if model is not None:
                model(call)

        return run

    programs.model_of = noting
    try:
        Shell(where).evaluate(command)
    finally:
        programs.model_of = known
    return found
