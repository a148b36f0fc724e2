"""Whom a change is blamed on, from prompt to prompt, through the real hooks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import begin

pytestmark = pytest.mark.slow

GOOD = "def twice(number):\n    return 2 * number\n"
BAD = "def twice(number):\n    return 3 * number\n"
TEST = "from code_ import twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n"


@pytest.fixture
def tested(hooks: Hooks, project: Path) -> Hooks:
    """A trusted project with one test, at the beginning of a session's first prompt."""
    for name, text in (
        ("ambidex.toml", 'version = 1\n\n[gates.right]\nmutation = "off"\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n'),
        ("code_.py", GOOD),
        ("tests/test_code.py", TEST),
    ):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "Code and a test")
    begin(hooks)
    hooks.fire("SessionStart", source="startup")
    hooks.fire("UserPromptSubmit", prompt="go")
    return hooks


def edits(hooks: Hooks, text: str) -> None:
    path = hooks.project / "code_.py"
    hooks.before("Write", file_path=str(path), content=text)
    path.write_text(text)
    hooks.after("Write", {"type": "update"}, file_path=str(path), content=text)


def prompts(hooks: Hooks) -> str:
    hooks.prompt = f"prompt-{time.time_ns()}"
    return hooks.fire("UserPromptSubmit", prompt="go on").context


def test_what_was_let_go_red_is_held_again_at_the_next_prompt(tested: Hooks) -> None:
    edits(tested, BAD)
    answers = [tested.stop(active=turn > 0) for turn in range(4)]
    assert [answer.blocks for answer in answers] == [True, True, True, False]
    assert "Let go although" in answers[-1].note
    assert "Open from before: 1 check fails" in prompts(tested)
    assert tested.stop().blocks
    edits(tested, GOOD)
    assert not tested.stop(active=True).blocks
    assert prompts(tested) == ""


def test_work_that_was_interrupted_before_any_stop_is_still_the_agents(tested: Hooks) -> None:
    edits(tested, BAD)
    prompts(tested)
    assert tested.stop().blocks


def test_a_persons_edits_between_two_prompts_are_not_blamed(tested: Hooks) -> None:
    edits(tested, GOOD + "\n\nMORE = 1\n")
    assert tested.stop().reply is None
    (tested.project / "code_.py").write_text(BAD)
    prompts(tested)
    assert tested.stop().reply is None


def test_another_plugins_block_does_not_make_ours_forget(tested: Hooks) -> None:
    assert tested.stop().reply is None
    edits(tested, BAD)
    assert tested.stop(active=True).blocks
    assert tested.stop(active=True).blocks
