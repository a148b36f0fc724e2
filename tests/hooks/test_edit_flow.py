"""After a tool that may have written: what is formatted, what is reported, what is left alone."""

import pytest

from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import SHELL, grant, trusted_project

UNFORMATTED = "def f( a,b ):\n    return {'a':a}\n"
FORMATTED = 'def f(a, b):\n    return {"a": a}\n'

RULE = """rules:
  - id: project-eval
    languages: [python]
    severity: ERROR
    message: eval runs text as code
    metadata: {fix: Use ast.literal_eval.}
    pattern: eval(...)
"""


@pytest.fixture
def scanned(hooks: Hooks) -> Hooks:
    """A trusted project with the scan on, and a rule of its own."""
    policy = SHELL["ambidex.toml"].replace("scan = false", 'rules = ["rules.yml"]')
    return trusted_project(hooks, {**SHELL, "ambidex.toml": policy, "rules.yml": RULE})


def content(hooks: Hooks, name: str) -> str:
    return (hooks.project / name).read_text()


def test_a_written_file_is_formatted_in_silence(trusted: Hooks) -> None:
    assert trusted.write("src/new.py", UNFORMATTED).reply is None
    assert content(trusted, "src/new.py") == FORMATTED
    assert trusted.records("PostToolUse")[-1]["rewritten"] == ["src/new.py"]


def test_a_file_edited_through_bash_is_treated_the_same(trusted: Hooks) -> None:
    (trusted.project / "text.tmp").write_text(UNFORMATTED)
    trusted.run("true")
    trusted.run("cp text.tmp src/new.py && cp text.tmp src/other.py")
    assert content(trusted, "src/new.py") == FORMATTED
    assert content(trusted, "src/other.py") == FORMATTED


def test_a_failed_command_may_have_edited_and_is_treated(trusted: Hooks) -> None:
    trusted.run("printf 'def f( a ):\\n    return a\\n' > src/new.py; exit 3")
    assert content(trusted, "src/new.py").startswith("def f(a):")
    record = trusted.records("PostToolUseFailure")[-1]
    assert record["exit"] == 3
    assert record["rewritten"] == ["src/new.py"]


def test_what_was_reformatted_is_not_the_next_commands_edit(trusted: Hooks) -> None:
    trusted.write("src/new.py", UNFORMATTED)
    trusted.run("true")
    assert "verdicts" not in trusted.records("PostToolUse")[-1]
    trusted.run("touch src/new.py")
    assert "verdicts" not in trusted.records("PostToolUse")[-1]


def test_a_command_that_writes_nothing_treats_nothing(trusted: Hooks) -> None:
    (trusted.project / "src" / "mine.py").write_text(UNFORMATTED)
    trusted.ask()
    trusted.run("cat src/mine.py")
    assert content(trusted, "src/mine.py") == UNFORMATTED, "the person's file is left alone"


def test_a_deleted_and_a_renamed_file_are_no_trouble(trusted: Hooks) -> None:
    assert trusted.run("mv src/value.py src/renamed.py").reply is None
    assert trusted.run("rm src/renamed.py").reply is None
    assert trusted.records("PostToolUse")[-1].get("verdicts") is None


def test_in_a_file_that_was_not_clean_only_what_changed_is_formatted(trusted: Hooks) -> None:
    before = "x = {'a':1}\n\n\ndef f( a ):\n    return a\n"
    trusted.stop()
    (trusted.project / "src" / "old.py").write_text(before)
    trusted.ask()
    trusted.write("src/old.py", before + "\n\ndef g( b ):\n    return b\n")
    assert content(trusted, "src/old.py") == before + "\n\ndef g(b):\n    return b\n"


def test_a_new_finding_is_told_to_the_model_with_line_rule_and_fix(scanned: Hooks) -> None:
    answer = scanned.write("src/new.py", "def f(text):\n    return eval(text)\n")
    assert answer.blocks
    assert "src/new.py:2" in answer.reason
    assert "project-eval" in answer.reason
    assert "ast.literal_eval" in answer.reason
    assert scanned.stop().blocks


def test_a_finding_that_was_there_before_is_not_reported(scanned: Hooks) -> None:
    before = "def f(text):\n    return eval(text)\n"
    scanned.stop()
    (scanned.project / "src" / "old.py").write_text(before)
    scanned.ask()
    assert scanned.write("src/old.py", before + "\n\nX = 1\n").reply is None


def test_a_scan_that_only_reports_is_context_and_not_a_block(scanned: Hooks) -> None:
    path = scanned.project / "ambidex.toml"
    path.write_text(path.read_text() + '\n[gates.right]\nscan = "report"\n')
    grant(scanned)
    answer = scanned.write("src/new.py", "def f(text):\n    return eval(text)\n")
    assert not answer.blocks
    assert "project-eval" in answer.context


def test_an_exploring_agent_is_told_and_not_blocked(scanned: Hooks) -> None:
    scanned.common = {"agent_id": "a1", "agent_type": "patch-explorer"}
    answer = scanned.write("src/new.py", "def f(text):\n    return eval(text)\n")
    assert not answer.blocks
    assert "project-eval" in answer.context


@pytest.mark.parametrize("level", ["report", "off"])
def test_formatting_that_is_not_on_writes_nothing(trusted: Hooks, level: str) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + f'\n[gates.right]\nformat = "{level}"\n')
    grant(trusted)
    answer = trusted.write("src/new.py", UNFORMATTED)
    assert content(trusted, "src/new.py") == UNFORMATTED
    assert ("would be reformatted" in answer.context) == (level == "report")
    assert not answer.blocks


def test_a_golden_test_is_never_rewritten(trusted: Hooks) -> None:
    trusted.run("mkdir -p tests/golden && printf 'x  =  1\\n' > tests/golden/test_x.py")
    assert content(trusted, "tests/golden/test_x.py") == "x  =  1\n"


def test_a_file_outside_of_the_project_is_left_alone(trusted: Hooks) -> None:
    outside = trusted.project.parent / "outside.py"
    assert trusted.write(str(outside), UNFORMATTED).reply is None
    assert outside.read_text() == UNFORMATTED


def test_a_tool_that_only_reads_is_recorded_and_nothing_more(trusted: Hooks) -> None:
    file = {"filePath": "/x", "content": "secret text", "numLines": 1}
    assert trusted.after("Read", {"type": "text", "file": file}, file_path="/x").reply is None
    record = trusted.records("PostToolUse")[-1]
    assert record["output"] == {"lines": 1}


def test_a_missing_tool_is_said_once_per_session_and_reason(trusted: Hooks) -> None:
    (trusted.home / "data" / "env" / "current").unlink()
    first = trusted.write("src/new.py", UNFORMATTED)
    assert "ruff is not installed" in first.note
    assert trusted.write("src/new.py", FORMATTED).reply is None
    trusted.session = "session-2"
    trusted.ask()
    assert "ruff is not installed" in trusted.write("src/new.py", UNFORMATTED).note


def test_the_same_file_edited_twice_in_a_row_is_treated_twice(trusted: Hooks) -> None:
    trusted.write("src/new.py", UNFORMATTED)
    trusted.write("src/new.py", content(trusted, "src/new.py") + "\n\nX=1\n")
    assert content(trusted, "src/new.py") == FORMATTED + "\n\nX = 1\n"


def test_calls_that_failed_validation_are_in_the_record_of_the_batch(trusted: Hooks) -> None:
    calls = [
        {"tool_name": "Edit", "tool_input": {}, "tool_use_id": "t1", "tool_response": error}
        for error in ("<tool_use_error>InputValidationError: no file</tool_use_error>", "fine")
    ]
    assert trusted.fire("PostToolBatch", tool_calls=[*calls, "not an object"]).reply is None
    record = trusted.records("PostToolBatch")[-1]
    assert record["calls"] == 3
    assert record["invalid_calls"] == [{"tool": "Edit", "tool_use_id": "t1"}]


def test_a_branch_switched_by_the_agent_is_no_edit_of_every_file(trusted: Hooks) -> None:
    git(trusted.project, "branch", "old")
    trusted.write("src/value.py", "VALUE = 2\n")
    git(trusted.project, "commit", "-qam", "two")
    assert trusted.run("git checkout -q old").reply is None
    assert content(trusted, "src/value.py") == "VALUE = 1\n"
