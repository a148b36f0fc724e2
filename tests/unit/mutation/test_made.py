"""Mutants from memory are those that would be made."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from ambidex.mutation import made, mutants

TEXT = "def half(price):\n    return price // 2\n\n\ndef double(price):\n    return price * 2\n"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of which mutants were really made."""
    found: list[str] = []
    really = mutants.generate

    def generate(path: str, text: str, **restriction: object) -> mutants.Generated:
        found.append(text)
        return really(path, text, **restriction)  # type: ignore[arg-type]

    monkeypatch.setattr(mutants, "generate", generate)
    return found


def asked(state: str, path: str, text: str, **restriction: object) -> made.Made:
    """The answer to one question."""
    question = {"path": path, "text": text, **restriction}
    [answer] = made.generate(state, [question], os.environ, math.inf)
    return answer


def test_the_second_time_they_are_remembered(tmp_path: Path, calls: list[str]) -> None:
    first, second = (
        asked(str(tmp_path), "a.py", TEXT, functions=["half"], former="") for _ in range(2)
    )
    assert len(calls) == 1
    assert first.mutants
    assert [each.as_dict() for each in first.mutants] == [e.as_dict() for e in second.mutants]
    assert (first.dropped, first.error) == (second.dropped, second.error)


def test_another_question_is_another(tmp_path: Path, calls: list[str]) -> None:
    state = str(tmp_path)
    asked(state, "a.py", TEXT, functions=["half"])
    asked(state, "a.py", TEXT, functions=["double"])
    asked(state, "a.py", TEXT, functions=["half"], former="")
    asked(state, "a.py", TEXT + "\n", functions=["half"])
    asked(state, "b.py", TEXT, functions=["half"])
    asked(state, "a.py", TEXT, lines=[(1, 2)])
    assert len(calls) == 6
    # Of the first file five were asked for, and the oldest is forgotten.
    asked(state, "a.py", TEXT, lines=[(1, 2)])
    assert len(calls) == 6
    asked(state, "a.py", TEXT, functions=["half"])
    assert len(calls) == 7


def test_of_several_questions_only_those_are_asked_that_are_new(
    tmp_path: Path, calls: list[str]
) -> None:
    questions = [{"path": "a.py", "text": TEXT + "\n" * more} for more in range(3)]
    [middle] = made.generate(str(tmp_path), questions[1:2], os.environ, math.inf)
    answers = made.generate(str(tmp_path), questions, os.environ, math.inf)
    assert calls == [questions[at]["text"] for at in (1, 0, 2)]
    assert [len(each.mutants) for each in answers] == [len(middle.mutants)] * 3


def test_errors_are_not_remembered(tmp_path: Path, calls: list[str]) -> None:
    for _ in range(2):
        assert asked(str(tmp_path), "a.py", "def half(:\n").error
    assert len(calls) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1, "made": 3}', '{"version": 0}'])
def test_a_damaged_memory_is_none(tmp_path: Path, calls: list[str], content: str) -> None:
    asked(str(tmp_path), "a.py", TEXT)
    [file] = Path(tmp_path, "mutation").glob("made-*.json")
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(content)
    assert asked(str(tmp_path), "a.py", TEXT).mutants
    assert len(calls) == 2


def test_a_state_that_cannot_be_written_costs_only_the_memory(
    tmp_path: Path, calls: list[str]
) -> None:
    (tmp_path / "mutation").write_text("in the way")
    for _ in range(2):
        assert asked(str(tmp_path), "a.py", TEXT).mutants
    assert len(calls) == 2
