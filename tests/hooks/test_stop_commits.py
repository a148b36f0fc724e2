"""A green Stop that commits what the agent changed, through the real hooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import grant

WRONG = "VALUE = 'wrong'\n"
RIGHT = "VALUE = 2\n"


def policy(hooks: Hooks, more: str = "") -> Hooks:
    with (hooks.project / "ambidex.toml").open("a") as file:
        file.write("\n[commit]\non_green = true\n" + more)
    git(hooks.project, "config", "user.name", "Ada")
    git(hooks.project, "config", "user.email", "ada@example.invalid")
    git(hooks.project, "commit", "-qam", "Commit on green")
    grant(hooks)
    hooks.session = "session-2"
    hooks.ask()
    return hooks


@pytest.fixture
def committing(trusted: Hooks) -> Hooks:
    return policy(trusted)


def log(hooks: Hooks, revision: str = "HEAD") -> list[str]:
    return git(hooks.project, "log", "--format=%s", revision).splitlines()


def recorded(hooks: Hooks) -> Any:
    path = hooks.project / ".ambidex" / "evidence" / "latest.json"
    return json.loads(path.read_text())["commit"]


def test_a_green_stop_commits_with_a_message_that_says_what_and_what_was_proved(
    committing: Hooks,
) -> None:
    committing.write("src/value.py", RIGHT)
    answer = committing.stop(message="Doubled the value.\n\nThat is all.")
    assert answer.note.startswith("Ambidex: committed 1 file to main as ")
    assert log(committing)[0] == "Doubled the value"
    body = git(committing.project, "log", "-1", "--format=%b")
    assert "src/value.py" in body
    assert "- tests passed" in body
    assert f"Ambidex-Tree: {committing.records('Stop')[-1]['tree']}" in body
    assert git(committing.project, "status", "--porcelain") == ""
    assert recorded(committing)["branch"] == "main"
    assert recorded(committing)["paths"] == 1


def test_it_is_off_unless_the_policy_says_so(trusted: Hooks) -> None:
    before = log(trusted)
    trusted.write("src/value.py", RIGHT)
    assert trusted.stop().reply is None
    assert log(trusted) == before
    assert recorded(trusted) is None


def test_nothing_red_put_off_or_unproved_is_committed(committing: Hooks) -> None:
    before = log(committing)
    committing.write("src/value.py", WRONG)
    assert committing.stop(waiting=True).note
    for turn in range(5):
        committing.stop(active=turn > 0)
    assert log(committing) == before


def test_a_turn_that_a_refusal_continued_waits_for_the_next_green_stop(committing: Hooks) -> None:
    before = log(committing)
    committing.write("src/value.py", WRONG)
    assert committing.stop().blocks
    committing.write("src/value.py", RIGHT)
    assert committing.stop(active=True).reply is None
    assert log(committing) == before
    assert recorded(committing)["refused"] == "a refusal came before"
    (committing.project / "mine.txt").write_text("a person's own\n")
    committing.ask()
    committing.write("src/more.py", "MORE = 1\n")
    assert "committed 2 files" in committing.stop().note
    assert git(committing.project, "status", "--porcelain") == "?? mine.txt\n"


def test_a_next_stop_that_changed_nothing_commits_what_waits(committing: Hooks) -> None:
    committing.write("src/value.py", WRONG)
    committing.stop()
    committing.write("src/value.py", RIGHT)
    committing.stop(active=True)
    committing.ask("thanks")
    assert "committed 1 file" in committing.stop().note
    assert committing.stop().reply is None


def test_a_protected_branch_gets_no_commit(trusted: Hooks) -> None:
    policy(trusted, 'branch = "agent/done"\n\n[guard]\nprotected_branches = ["main"]\n')
    main = log(trusted)
    trusted.write("src/value.py", RIGHT)
    assert "to agent/done as" in trusted.stop(message="Doubled the value").note
    assert log(trusted) == main
    assert log(trusted, "agent/done") == ["Doubled the value", *main]


def test_what_speaks_against_a_commit_is_told_once(committing: Hooks) -> None:
    hook = committing.project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    committing.write("src/value.py", RIGHT)
    assert committing.stop().note == (
        "Ambidex: green, and not committed: the pre-commit hook said no: no."
    )
    committing.ask()
    committing.write("src/value.py", "VALUE = 3\n")
    assert committing.stop().reply is None
    assert "said no" in recorded(committing)["refused"]


def test_red_gates_that_only_report_are_not_committed(trusted: Hooks) -> None:
    policy(trusted, '\n[gates.right]\ntests = "report"\n')
    before = log(trusted)
    trusted.write("src/value.py", WRONG)
    assert "report only" in trusted.stop().note
    assert log(trusted) == before
