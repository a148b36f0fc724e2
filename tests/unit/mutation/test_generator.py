"""Mutants that another Python makes are those that this one would make."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ambidex.mutation import generator, mutants

TEXT = 'def half(price):\n    """half, ½"""\n    return price // 2\n\n\nLIMIT = 3\n'


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment for a process that has no mutmut, with a data home that has no tools."""
    monkeypatch.setattr(generator, "_is_here", lambda: False)
    return {"HOME": str(tmp_path), "AMBIDEX_DATA_HOME": str(tmp_path)}


def link(tmp_path: Path, python: str) -> None:
    programs = tmp_path / "env" / "current" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(python)


def tools(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "current").symlink_to(sys.prefix)


@pytest.mark.parametrize(
    "only",
    [{}, {"functions": ["half"]}, {"lines": [(6, 6)]}, {"former": ""}],
    ids=["all", "functions", "lines", "former"],
)
def test_both_make_the_same(
    tmp_path: Path, environ: dict[str, str], only: dict[str, object]
) -> None:
    tools(tmp_path)
    there = generator.generate("a.py", TEXT, environ=environ, **only)  # type: ignore[arg-type]
    here = mutants.generate("a.py", TEXT, **only)  # type: ignore[arg-type]
    assert here.mutants
    assert [each.as_dict() for each in there.mutants] == [each.as_dict() for each in here.mutants]
    assert (there.dropped, there.error) == (here.dropped, "")


def test_it_was_the_other_python(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tools(tmp_path)
    monkeypatch.setattr(mutants, "generate", None)
    assert generator.generate("a.py", TEXT, environ=environ).mutants


def test_what_is_wrong_with_the_text_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    tools(tmp_path)
    made = generator.generate("a.py", "def half(:\n", environ=environ)
    assert made.error.startswith("SyntaxError")
    assert made.mutants == []


def test_a_python_without_mutmut_says_so(tmp_path: Path, environ: dict[str, str]) -> None:
    link(tmp_path, sys._base_executable)  # type: ignore[attr-defined]
    made = generator.generate("a.py", TEXT, environ=environ)
    assert "No module named 'mutmut'" in made.error


@pytest.mark.parametrize("program", ["/bin/true", "/bin/false", "/bin/echo"])
def test_what_is_no_python_says_so(tmp_path: Path, environ: dict[str, str], program: str) -> None:
    link(tmp_path, program)
    made = generator.generate("a.py", TEXT, environ=environ)
    assert made.error.startswith("the tools' Python made no mutants: exit status")


def test_what_cannot_be_started_says_so(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "file").write_text("no program")
    link(tmp_path, str(tmp_path / "file"))
    made = generator.generate("a.py", TEXT, environ=environ)
    assert "could not be started" in made.error


def test_without_tools_this_process_answers(environ: dict[str, str]) -> None:
    made = generator.generate("a.py", TEXT, environ=environ)
    assert len(made.mutants) == len(mutants.generate("a.py", TEXT).mutants)
