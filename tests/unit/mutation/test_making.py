"""Mutants can be made where this Python has nothing to make them with: in hooks."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import ambidex
from ambidex.mutation import making, mutants

SOURCE = str(Path(ambidex.__file__).parent.parent)
QUESTIONS: list[dict[str, Any]] = [
    {"path": "a.py", "text": "def half(price):\n    return price // 2\n", "functions": ["half"]},
    {"path": "b.py", "text": "LIMIT = 3\n", "lines": [(1, 1)], "former": None},
    {"path": "c.py", "text": "def half(:\n"},
    {"path": "d.py", "text": "def name():\n    return 'Käse'\n"},
    {"path": "e.py", "text": "def name():\n    return '\udcff'\n"},
]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Ambidex with the tools of this environment."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "current").symlink_to(sys.prefix)
    return {"AMBIDEX_DATA_HOME": str(tmp_path), "PATH": os.environ["PATH"]}


def test_a_hooks_python_gets_the_mutants_that_this_one_makes(environ: dict[str, str]) -> None:
    program = (
        "import json, math, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from ambidex.mutation import making\n"
        "assert not making.is_here()\n"
        "found = making.generate(json.load(sys.stdin), json.loads(sys.argv[2]), math.inf)\n"
        "print(json.dumps([[[m.id for m in each.mutants], each.dropped, each.error]"
        " for each in found]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, SOURCE, json.dumps(environ)],
        input=json.dumps(QUESTIONS),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    here = [mutants.generate(**question) for question in QUESTIONS]
    assert json.loads(run.stdout) == [
        [[mutant.id for mutant in each.mutants], each.dropped, each.error] for each in here
    ]
    assert [bool(each.mutants) for each in here] == [True, True, False, True, False]
    assert not here[0].error
    assert here[2].error.startswith("SyntaxError")


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that has nothing to make mutants with."""
    monkeypatch.setattr(making, "is_here", lambda: False)


def errors(environ: dict[str, str], deadline: float = math.inf) -> list[str]:
    answers = making.generate(QUESTIONS[:2], environ, deadline)
    assert not any(each.mutants for each in answers)
    return [each.error for each in answers]


@pytest.mark.usefixtures("without")
def test_an_environment_that_is_not_there_is_told(tmp_path: Path) -> None:
    [first, second] = errors({"AMBIDEX_DATA_HOME": str(tmp_path)})
    assert "Ambidex's own environment is not set up" in first
    assert first == second


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param("echo oh no >&2; exit 3", "oh no", id="fails"),
        pytest.param("exit 3", "ended with 3", id="dies in silence"),
        pytest.param("echo nonsense", "ended with 0", id="says nonsense"),
        pytest.param("echo '[{}]'", "ended with 0", id="says half of it"),
    ],
)
def test_an_environment_that_is_damaged_is_told(tmp_path: Path, program: str, said: str) -> None:
    python = tmp_path / "env" / "current" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ncat >/dev/null\n{program}\n")
    python.chmod(0o755)
    found = errors({"AMBIDEX_DATA_HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    assert all("mutants can't be made" in each and said in each for each in found)


@pytest.mark.usefixtures("without")
def test_a_deadline_is_kept(environ: dict[str, str]) -> None:
    began = time.monotonic()
    assert errors(environ, began) == ["there was not enough time to make mutants"] * 2
    assert time.monotonic() - began < 5
