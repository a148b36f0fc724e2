"""The runner's verdicts are those of editing the file and running pytest."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ambidex.mutation.mutant import SURVIVED, Mutant
from ambidex.mutation.runner import judge
from ambidex.proof.command import Command
from testing import mutation_zoo as zoo
from testing.python_project import PYTEST

TOO_LONG = 10


def dies_when_edited(folder: Path, mutant: Mutant) -> bool:
    for name, text in zoo.FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mutant.applied(text) if name == mutant.path else text)
    try:
        done = subprocess.run(
            [*PYTEST, "-q", "-x", "-p", "no:cacheprovider"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
            timeout=TOO_LONG,
        )
    except subprocess.TimeoutExpired:
        return True
    assert done.returncode in (0, 1, 2, 4), done.stdout
    return done.returncode != 0


@pytest.mark.slow
def test_every_verdict_is_that_of_editing_the_file(tmp_path: Path) -> None:
    root = tmp_path / "zoo"
    for name, text in zoo.FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    mutants = zoo.mutants()
    run = judge(
        str(root),
        str(tmp_path / "state"),
        Command(PYTEST, configured=True),
        mutants,
        {each.id: zoo.tests() for each in mutants},
        seconds={},
        environ={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        deadline=time.monotonic() + 200,
    )
    assert run.broken == ""
    assert run.left_out == {}
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        edited = list(
            pool.map(
                lambda each: dies_when_edited(tmp_path / f"edited{each[0]}", each[1]),
                enumerate(mutants),
            )
        )
    different = [
        f"{one.mutant.qualname}: {one.mutant.replacement}: {one.status} {one.reason}"
        for one, dies in zip(run.judged, edited, strict=True)
        if one.dead != dies or one.reason or (not one.dead and one.status != SURVIVED)
    ]
    assert different == []
    assert 5 < sum(not dies for dies in edited) < len(mutants) - 20
