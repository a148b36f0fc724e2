"""Whose change it is: baselines over prompts, interrupts, releases, compaction and worktrees."""

import os

from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import suite_runs


def trees(hooks: Hooks) -> list[str]:
    return [record.get("tree", "") for record in hooks.records("UserPromptSubmit")]


def test_each_prompt_of_a_person_takes_the_tree(trusted: Hooks) -> None:
    (trusted.project / "notes.txt").write_text("mine\n")
    trusted.ask()
    first, second = trees(trusted)
    assert first != second


def test_a_notification_of_a_background_task_takes_none(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.ask("<task-notification>the server is up</task-notification>")
    assert trees(trusted)[-1] == ""
    assert trusted.records("UserPromptSubmit")[-1]["by_a_person"] is False
    assert trusted.stop().blocks


def test_edits_of_the_person_between_prompts_are_not_blamed(trusted: Hooks) -> None:
    assert trusted.stop().reply is None
    (trusted.project / "src" / "value.py").write_text("VALUE = 'wrong'\n")
    trusted.ask()
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 0


def test_edits_of_the_person_after_a_green_stop_are_not_blamed(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 2\n")
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 1
    (trusted.project / "src" / "value.py").write_text("VALUE = 'wrong'\n")
    trusted.ask()
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 1


def test_edits_of_the_person_before_the_first_prompt_are_not_blamed(trusted: Hooks) -> None:
    trusted.session = "session-2"
    trusted.fire("SessionStart", source="startup")
    (trusted.project / "src" / "value.py").write_text("VALUE = 'wrong'\n")
    trusted.ask()
    assert trusted.stop().reply is None


def test_an_interrupted_prompt_keeps_the_base(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.ask("stop, do something else")  # no Stop came in between
    assert trusted.stop().blocks


def test_after_an_api_error_the_base_is_kept(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.fire("StopFailure", error="overloaded", last_assistant_message="").reply is None
    trusted.ask("continue")
    assert trusted.stop().blocks
    assert trusted.records("StopFailure")[-1]["fields"]["error"] == "overloaded"


def test_what_changed_after_an_interrupt_counts_because_nobody_can_tell_who_did_it(
    trusted: Hooks,
) -> None:
    trusted.run("true")
    (trusted.project / "src" / "value.py").write_text("VALUE = 'wrong'\n")
    trusted.ask("go on")
    assert trusted.stop().blocks


def released(hooks: Hooks) -> str:
    """Break the suite and stop until it is let go; returns the note."""
    hooks.write("src/value.py", "VALUE = 'wrong'\n")
    for attempt in range(13):
        answer = hooks.stop(active=attempt > 0)
        if not answer.blocks:
            return answer.note
    raise AssertionError("it was never let go")


def test_a_red_release_is_a_debt_that_the_next_prompt_names(trusted: Hooks) -> None:
    assert "Let go although 1 check fails" in released(trusted)
    answer = trusted.ask("continue")
    assert "still count" in answer.context
    assert trusted.stop().blocks, "a new prompt does not make it a failure from before"


def test_a_debt_is_named_with_every_prompt_until_a_green_stop_clears_it(trusted: Hooks) -> None:
    released(trusted)
    assert trusted.ask().context
    assert trusted.ask().context
    trusted.write("src/value.py", "VALUE = 3\n")
    assert trusted.stop().reply is None
    assert trusted.ask().reply is None
    assert trusted.stop().reply is None
    (trusted.project / "src" / "value.py").write_text("VALUE = 'wrong'\n")
    trusted.ask()
    assert trusted.stop().reply is None, "the base moves again"


def test_undoing_the_change_clears_the_debt(trusted: Hooks) -> None:
    released(trusted)
    trusted.write("src/value.py", "VALUE = 1\n")
    assert trusted.stop().reply is None
    assert trusted.ask().reply is None


def test_compaction_and_resume_keep_the_base(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    for source in ("compact", "resume"):
        answer = trusted.fire("SessionStart", source=source)
        assert "Ambidex guards this project" in answer.context
    assert trusted.stop().blocks


def test_sessions_do_not_share_a_base(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    other = trusted.session
    trusted.session = "session-2"
    trusted.fire("SessionStart", source="startup")
    trusted.ask()
    assert trusted.stop().reply is None
    trusted.session = other
    assert trusted.stop().blocks


def test_a_commit_of_the_agent_does_not_hide_its_change(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    git(trusted.project, "commit", "-qam", "done")
    assert trusted.stop().blocks


def test_an_edit_hidden_by_index_flags_and_ignore_rules_counts(trusted: Hooks) -> None:
    git(trusted.project, "update-index", "--assume-unchanged", "src/value.py")
    (trusted.project / ".gitignore").write_text("src/\n")
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop().blocks


def test_the_users_repository_is_not_touched(trusted: Hooks) -> None:
    (trusted.project / "staged.txt").write_text("staged\n")
    git(trusted.project, "add", "staged.txt")
    before = {
        path: path.read_bytes()
        for path in sorted((trusted.project / ".git").rglob("*"))
        if path.is_file()
    }
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.stop()
    trusted.fire("SessionEnd", reason="other")
    after = {
        path: path.read_bytes()
        for path in sorted((trusted.project / ".git").rglob("*"))
        if path.is_file()
    }
    assert before == after


def worktree(hooks: Hooks) -> None:
    """Move the session's directory into a worktree of its own, as a subagent's."""
    path = hooks.project.parent / "subagent"
    git(hooks.project, "worktree", "add", "-q", "-b", "sub", str(path))
    hooks.directory = path
    hooks.common = {"agent_id": "a1", "agent_type": "implementer"}


UNFORMATTED = "def f( a,b ):\n    return {'a':a}\n"


def test_a_write_in_a_worktree_of_its_own_is_treated_there(trusted: Hooks) -> None:
    worktree(trusted)
    trusted.write("src/new.py", UNFORMATTED)
    assert "def f(a, b):" in (trusted.directory / "src" / "new.py").read_text()


def test_a_first_bash_edit_in_a_worktree_of_its_own_is_treated_there(trusted: Hooks) -> None:
    worktree(trusted)
    trusted.run("printf 'def f( a,b ):\\n    return a\\n' > src/new.py")
    assert "def f(a, b):" in (trusted.directory / "src" / "new.py").read_text()
    record = trusted.records("PostToolUse")[-1]
    assert record["rewritten"] == ["src/new.py"]
    assert record["agent"] == "a1"


def test_a_worktree_is_none_of_the_main_trees_business(trusted: Hooks) -> None:
    main = trusted.directory
    worktree(trusted)
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.directory, trusted.common = main, {}
    assert trusted.stop().reply is None


def test_a_session_that_cd_moved_into_a_folder_keeps_its_tree(trusted: Hooks) -> None:
    trusted.directory = trusted.project / "src"
    trusted.write("value.py", "VALUE = 'wrong'\n")
    assert trusted.stop().blocks


def test_a_session_in_another_repository_is_measured_in_its_project(trusted: Hooks) -> None:
    other = trusted.project.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    trusted.directory = other
    assert trusted.stop().reply is None
    assert os.listdir(other) == [".git"]
