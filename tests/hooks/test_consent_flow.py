"""What runs without opt-in, without trust, and while a person has paused the gates."""

import json
import os
import time
from pathlib import Path

from ambidex.policy import pause
from testing.hooks import Hooks
from testing.trusted_project import grant, suite_runs

UNFORMATTED = "def f( a,b ):\n    return a\n"


def untrust(hooks: Hooks) -> None:
    os.unlink(os.path.join(hooks.state, "trust.json"))


def test_untrusted_tools_do_not_run_and_it_is_said_once(trusted: Hooks) -> None:
    untrust(trusted)
    first = trusted.write("src/new.py", UNFORMATTED)
    assert "ambidex trust" in first.note
    assert trusted.write("src/new.py", UNFORMATTED).reply is None
    assert (trusted.project / "src" / "new.py").read_text() == UNFORMATTED
    record = trusted.records("PostToolUse")[-1]
    assert record["verdict"]["status"] == "not_run"
    assert "untrusted" in record["verdict"]["reason"]


def test_untrusted_tests_do_not_run_and_it_is_said_once(trusted: Hooks) -> None:
    untrust(trusted)
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    first = trusted.stop()
    assert not first.blocks
    assert "not proved: untrusted" in first.note
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 0
    assert trusted.records("Stop")[-1]["verdicts"][0]["status"] == "not_run"


def test_what_was_done_untrusted_is_proved_once_it_is_trusted(trusted: Hooks) -> None:
    untrust(trusted)
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.stop()
    grant(trusted)
    trusted.ask()
    assert trusted.stop().blocks


def test_a_changed_test_command_needs_new_trust(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text().replace("sh suite.sh", "sh other.sh"))
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert "untrusted" in trusted.stop().note


def test_a_changed_comment_needs_no_new_trust(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text("# a remark\n" + path.read_text())
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert trusted.stop().blocks


def test_a_trust_record_that_others_may_write_counts_for_nothing(trusted: Hooks) -> None:
    os.chmod(os.path.join(trusted.state, "trust.json"), 0o666)
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert "untrusted" in trusted.stop().note


def test_the_guard_needs_no_trust(trusted: Hooks) -> None:
    untrust(trusted)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    golden = str(trusted.project / "tests" / "golden" / "test_x.py")
    assert trusted.before("Write", file_path=golden, content="").permission == "deny"


def test_the_session_start_says_that_trust_is_missing(trusted: Hooks) -> None:
    untrust(trusted)
    answer = trusted.fire("SessionStart", source="startup")
    assert "ambidex trust" in answer.note
    assert "formatted" not in answer.context


def test_without_configuration_only_the_guard_runs_and_nothing_is_written(hooks: Hooks) -> None:
    before = sorted(path for path in hooks.project.rglob("*") if ".git" not in path.parts)
    start = hooks.fire("SessionStart", source="startup")
    assert start.context == ""
    assert start.note == ""
    assert hooks.ask().reply is None
    assert hooks.write("new.py", UNFORMATTED).reply is None
    assert hooks.run("true").reply is None
    assert hooks.stop().reply is None
    assert hooks.before("Bash", command="rm -rf ~").permission == "deny"
    assert hooks.fire("SessionEnd", reason="other").reply is None
    after = sorted(path for path in hooks.project.rglob("*") if ".git" not in path.parts)
    assert after == [*before, hooks.project / "new.py"]
    assert (hooks.project / "new.py").read_text() == UNFORMATTED
    assert not Path(hooks.state, "shadow").exists()


def test_the_session_start_watches_the_policys_files(hooks: Hooks) -> None:
    reply = hooks.fire("SessionStart", source="startup").reply or {}
    assert reply["hookSpecificOutput"]["watchPaths"] == [
        str(hooks.project / "ambidex.toml"),
        str(hooks.project / "pyproject.toml"),
    ]


def test_setup_watches_nothing(trusted: Hooks) -> None:
    assert trusted.fire("Setup", trigger="init").reply is None


def test_a_pause_lets_everything_through_and_is_on_record(trusted: Hooks) -> None:
    pause.pause(trusted.state, 60, "somebody", time.time())
    assert trusted.before("Bash", command="rm -rf /").reply is None
    trusted.write("src/value.py", "VALUE  =  'wrong'\n")
    assert (trusted.project / "src" / "value.py").read_text() == "VALUE  =  'wrong'\n"
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 0
    record = trusted.records("PreToolUse")[0]
    assert record["paused_until"] > time.time()
    assert record["tool"] == "Bash"
    assert record["input"] == {"command": "rm -rf /"}
    assert trusted.records("PostToolUse")[-1]["tool"] == "Write"
    assert "paused by a person" in trusted.fire("SessionStart", source="resume").note


def test_what_was_done_in_a_pause_is_proved_after_it(trusted: Hooks) -> None:
    pause.pause(trusted.state, 60, "somebody", time.time())
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    pause.end(trusted.state)
    trusted.ask()
    assert trusted.stop().blocks


def test_a_pause_that_somebody_else_may_write_or_that_never_ends_does_not_count(
    trusted: Hooks,
) -> None:
    path = Path(trusted.state, "pause.json")
    path.write_text(json.dumps({"until": int(time.time()) + 10_000_000}))
    path.chmod(0o600)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    path.write_text(json.dumps({"until": int(time.time()) + 60}))
    path.chmod(0o666)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
