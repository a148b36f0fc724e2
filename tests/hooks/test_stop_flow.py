"""Stop: when tests run, what blocks, what is put off, what each gate's level makes of it."""

import pytest

from testing.hooks import Hooks
from testing.trusted_project import PYTEST, grant, nodes_run, suite_runs, trusted_project


@pytest.fixture
def python(hooks: Hooks) -> Hooks:
    """A trusted project with a real pytest suite."""
    return trusted_project(hooks, PYTEST)


def levels(hooks: Hooks, text: str) -> None:
    """Append to the policy, trust it, and begin a prompt under it."""
    path = hooks.project / "ambidex.toml"
    path.write_text(path.read_text() + text)
    grant(hooks)
    hooks.session = "session-2"
    hooks.ask()


def statuses(hooks: Hooks) -> dict[str, str]:
    record = hooks.records("Stop")[-1]
    return {verdict["gate"]: verdict["status"] for verdict in record["verdicts"]}


@pytest.mark.slow
def test_failing_tests_block_with_what_to_do_and_the_fix_releases(python: Hooks) -> None:
    broken = "def discounted(cents, percent):\n    return cents - percent\n"
    python.write("src/price.py", broken)
    answer = python.stop()
    assert answer.blocks
    assert "tests/test_price.py::test_half_off" in answer.reason
    assert "re-run:" in answer.reason
    assert "test_names" not in answer.reason
    affected = [f"tests/test_price.py::{name}" for name in ("test_half_off", "test_nothing_off")]
    failing = affected[:1]
    assert nodes_run(python) == [
        *(affected, failing),  # and not the suite after them; what fails runs once more
        *(failing, failing),  # whether it failed before the change, too
    ]
    python.write("src/price.py", broken.replace("percent\n", "percent * cents // 100\n"))
    assert python.stop(active=True).reply is None
    assert statuses(python)["tests"] == "passed"


def test_nothing_changed_runs_nothing(trusted: Hooks) -> None:
    assert trusted.stop().reply is None
    trusted.run("cat src/value.py")
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 0
    assert "verdicts" not in trusted.records("Stop")[-1]


def test_a_change_of_documentation_alone_runs_no_python_tests(python: Hooks) -> None:
    python.write("README.md", "# Another title\n")
    assert python.stop().reply is None
    assert suite_runs(python) == 0


def test_a_project_without_tests_hears_once_that_nothing_is_proved(hooks: Hooks) -> None:
    bare = trusted_project(hooks, {"ambidex.toml": "version = 1\n", "code.py": "VALUE = 1\n"})
    bare.write("code.py", "VALUE = 2\n")
    assert "Let go without proof" in bare.stop().note
    bare.write("code.py", "VALUE = 3\n")
    assert bare.stop().reply is None
    assert bare.records("Stop")[-1]["stop"] == {"action": "release", "cause": "unproved"}


def test_types_are_checked_without_tests_and_each_reason_is_told_once(hooks: Hooks) -> None:
    files = {"ambidex.toml": "version = 1\n", "mypy.ini": "[mypy]\n", "code.py": "VALUE = 1\n"}
    bare = trusted_project(hooks, {**files, "requirements.txt": "a==1\n"})
    bare.environ["CLAUDE_PLUGIN_DATA"] = str(bare.home / "no-tools")
    bare.write("code.py", "VALUE = 2\n")
    note = bare.stop().note
    assert "tests: the project has no test files; types: mypy is not installed" in note
    (bare.project / "code.py").write_text("VALUE = 1\n")
    bare.write("requirements.txt", "a==2\n")
    assert bare.stop().reply is None, "one of the two reasons, and heard before"
    verdicts = {each["gate"]: each for each in bare.records("Stop")[-1]["verdicts"]}
    assert verdicts["tests"]["reason"] == "the project has no test files"
    assert verdicts["types"]["details"] == {"owed": 0}
    assert not {"coverage", "inert", "mutation"} & verdicts.keys()


def test_an_unchanged_tree_is_not_proved_twice(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop().blocks
    assert trusted.stop(active=True).blocks
    assert suite_runs(trusted) == 1
    trusted.write("src/value.py", "VALUE = 'still wrong'\n")
    assert trusted.stop(active=True).blocks
    assert suite_runs(trusted) == 2
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop(active=True).blocks
    assert suite_runs(trusted) == 2, "this tree is known"


def test_repeated_failures_are_let_go_with_an_honest_note(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    answers = [trusted.stop(active=number > 0) for number in range(4)]
    assert [answer.blocks for answer in answers] == [True, True, True, False]
    assert "not proved" in answers[-1].note
    assert [record["stop"]["action"] for record in trusted.records("Stop")] == [
        *("block", "block", "block", "release")
    ]


def test_a_turn_that_another_plugin_continued_is_not_blocked_without_a_count(
    trusted: Hooks,
) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    answer = trusted.stop(active=True)
    assert not answer.blocks
    assert "no earlier Stop of it is on record" in answer.note


def test_work_in_the_background_puts_the_stop_off_once(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    first = trusted.stop(waiting=True)
    assert "Put off once" in first.note
    assert statuses(trusted) == {"tests": "not_run"}
    assert suite_runs(trusted) == 0
    assert trusted.stop(waiting=True).blocks


def test_a_due_wake_up_puts_the_stop_off_too(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    crons = [{"id": "c1", "schedule": "* * * * *", "recurring": True, "prompt": "look"}]
    answer = trusted.fire("Stop", stop_hook_active=False, background_tasks=[], session_crons=crons)
    assert "Put off once" in answer.note


def test_in_a_one_shot_run_nothing_is_put_off(trusted: Hooks) -> None:
    trusted.environ["CLAUDE_CODE_ENTRYPOINT"] = "sdk-cli"
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop(waiting=True).blocks


def test_after_it_was_put_off_the_next_prompt_still_owes_it(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.stop(waiting=True)
    trusted.ask()
    assert trusted.stop().blocks


def test_a_gate_that_reports_tells_the_user_and_blocks_nothing(trusted: Hooks) -> None:
    levels(trusted, '[gates.right]\ntests = "report"\n')
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    answer = trusted.stop()
    assert not answer.blocks
    assert "report only" in answer.note
    assert statuses(trusted)["tests"] == "findings"
    trusted.write("notes.md", "unrelated\n")
    assert trusted.stop().note == "", "the user has heard of it"
    trusted.write("src/value.py", "VALUE = 'still wrong'\n")
    assert "still wrong" in trusted.stop().note


def test_a_gate_that_is_off_runs_nothing(trusted: Hooks) -> None:
    levels(trusted, '[gates.right]\ntests = "off"\n')
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 0


def test_the_left_track_reports_what_the_right_one_blocks(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.common = {"agent_type": "implementer"}
    assert trusted.stop().blocks
    trusted.common = {"agent_type": "ambidex:patch-explorer"}
    answer = trusted.stop(active=True)
    assert not answer.blocks
    assert "report only" in answer.note


def test_findings_in_the_edits_block_before_any_test_runs(trusted: Hooks) -> None:
    (trusted.project / "src" / "value.py").write_text("VALUE = undefined_name\n")
    answer = trusted.stop()
    assert answer.blocks
    assert "F821" in answer.reason
    assert suite_runs(trusted) == 0


def test_an_unused_import_stays_until_stop(trusted: Hooks) -> None:
    text = "import os\n\nVALUE = 1\n"
    assert trusted.write("src/value.py", text).reply is None
    assert (trusted.project / "src" / "value.py").read_text() == text
    assert "F401" in trusted.stop().reason


def test_a_broken_environment_never_blocks(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text().replace("sh suite.sh", "no-such-program"))
    grant(trusted)
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    answer = trusted.stop()
    assert not answer.blocks
    assert "the environment is broken" in answer.note
    assert statuses(trusted)["tests"] == "broken"


def test_subagents_and_tasks_are_recorded_and_not_held(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    common = {"agent_id": "a1", "agent_type": "implementer"}
    assert trusted.fire("SubagentStop", stop_hook_active=False, **common).reply is None
    assert trusted.fire("TaskCompleted", task_id="1", task_subject="do it").reply is None
    assert trusted.records("SubagentStop")[0]["agent"] == "a1"
    assert trusted.records("TaskCompleted")[0]["fields"]["task_subject"] == "do it"
