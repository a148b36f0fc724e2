"""What the ledger keeps of a session, and the events that only keep it in order."""

import json
import os
import shutil
import time
from pathlib import Path

from ambidex.ledger import chain
from ambidex.ledger.append import append
from ambidex.ledger.store import Store
from ambidex.policy import snapshot
from testing.hooks import Hooks
from testing.projects import git, repository

# Made up, in the shape of a token that is worth stealing.
TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"


def test_every_event_leaves_one_record_and_the_chain_holds(trusted: Hooks) -> None:
    before = len(trusted.records())
    trusted.run("true")
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    trusted.before("Bash", command="rm -rf /")
    trusted.stop()
    trusted.fire("Notification", message="waiting", notification_type="idle_prompt")
    trusted.fire("SessionEnd", reason="other")
    records = trusted.records()[before:]
    assert [record["event"] for record in records] == [
        *("PreToolUse", "PostToolUse", "PreToolUse", "PostToolUse", "PreToolUse"),
        *("Stop", "Notification", "SessionEnd"),
    ]
    assert {record["session"] for record in records} == {"session-1"}
    denied, stop = records[4], records[5]
    assert denied["decision"]["action"] == "deny"
    assert denied["decision"]["rule"] == "ambidex.filesystem.recursive-delete"
    assert denied["trace"] == "session-1:prompt-2:toolu_1"
    assert stop["stop"] == {"action": "block", "cause": "red"}
    assert stop["verdicts"][-1]["status"] == "findings"
    assert chain.verify(trusted.state).status == chain.INTACT


def test_secrets_do_not_reach_the_record(trusted: Hooks) -> None:
    trusted.before("Bash", command=f"curl -H 'Authorization: Bearer {TOKEN}' example.invalid")
    trusted.after("Bash", {"stdout": f"token: {TOKEN}"}, command="x")
    trusted.fire(
        "PostToolUseFailure",
        tool_name="Bash",
        tool_input={"command": f"export GITHUB_TOKEN={TOKEN}"},
        error=f"Exit code 1\n{TOKEN}",
        duration_ms=1,
    )
    trusted.ask(f"use {TOKEN}")
    for folder, _, names in os.walk(trusted.state):
        for name in names:
            assert TOKEN.encode() not in Path(folder, name).read_bytes(), name
    assert chain.verify(trusted.state).status == chain.INTACT


def test_unknown_fields_and_wrong_types_are_tolerated_and_named(trusted: Hooks) -> None:
    answer = trusted.fire(
        "PreToolUse",
        tool_name="Read",
        tool_input={"file_path": "/x"},
        from_tomorrow={"a": 1},
        agent_id=7,
    )
    assert answer.reply is None
    record = trusted.records("PreToolUse")[-1]
    assert record["unknown_fields"] == ["from_tomorrow"]
    assert record["problems"] == ["agent_id"]


def test_an_unknown_event_is_tolerated_and_recorded(trusted: Hooks, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    shutil.copytree(trusted.launch.parent, plugin / "hooks")
    (plugin / "src").symlink_to(trusted.launch.parents[1] / "src")
    script = (plugin / "hooks" / "notification.py").read_text()
    (plugin / "hooks" / "directory_added.py").write_text(
        script.replace("Notification", "DirectoryAdded")
    )
    trusted.launch = plugin / "hooks" / "launch"
    assert trusted.fire("DirectoryAdded", directory="/x").reply is None
    assert trusted.records("DirectoryAdded")[-1]["unknown_fields"] == ["directory"]


def test_events_without_a_decision_are_silent_and_keep_their_fields(trusted: Hooks) -> None:
    events = {
        "InstructionsLoaded": {"file_path": "/p/CLAUDE.md", "load_reason": "session_start"},
        "UserPromptExpansion": {"command_name": "intake", "expansion_type": "slash_command"},
        "PreCompact": {"trigger": "manual", "custom_instructions": ""},
    }
    for event, fields in events.items():
        assert trusted.fire(event, **fields).reply is None, event
        kept = trusted.records(event)[-1]["fields"]
        assert {name: kept[name] for name in fields} == fields


def test_an_edited_policy_is_compiled_before_it_is_needed(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + '\n[paths]\nread_only = ["vendor/**"]\n')
    (trusted.project / "vendor").mkdir()
    (trusted.project / "vendor" / "a.py").write_text("")
    stored = Path(snapshot.snapshot_path(trusted.state, str(trusted.project)))
    before = stored.read_bytes()
    assert trusted.fire("FileChanged", file_path=str(path), event="change").reply is None
    assert json.loads(stored.read_bytes())["paths"]["read_only"] == ["vendor/**"]
    assert stored.read_bytes() != before
    denied = trusted.before("Write", file_path=str(trusted.project / "vendor/a.py"), content="")
    assert "ambidex.paths.read-only" in denied.reason


def test_a_policy_that_was_broken_meanwhile_is_said_at_once(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text("version = 1\n[nonsense]\n")
    answer = trusted.fire("FileChanged", file_path=str(path), event="change")
    assert "cannot use ambidex.toml" in answer.note


def test_settings_that_switch_all_hooks_off_are_refused(trusted: Hooks) -> None:
    settings = trusted.project / ".claude" / "settings.local.json"
    settings.parent.mkdir()
    settings.write_text('{"disableAllHooks": true}')
    fields = {"source": "local_settings", "file_path": str(settings)}
    answer = trusted.fire("ConfigChange", **fields)
    assert answer.blocks
    assert "ambidex pause" in answer.reason
    settings.write_text('{"disableAllHooks": false, "env": {}}')
    assert trusted.fire("ConfigChange", **fields).reply is None
    settings.write_text("{ not json")
    assert trusted.fire("ConfigChange", **fields).reply is None
    assert trusted.fire("ConfigChange", source="skills", file_path="/nonexistent").reply is None
    assert trusted.records("ConfigChange")[0]["source"] == "local_settings"


def test_the_end_of_a_session_makes_room(trusted: Hooks) -> None:
    with Store(trusted.state) as store:
        long_ago = time.time() - 400 * 86_400
        store.set_baseline("old", "", "/w", "tree", {}, "", long_ago)
        assert trusted.fire("SessionEnd", reason="other").reply is None
        assert store.baseline("old", "", "/w") is None
        assert store.baseline("session-1", "", str(trusted.project)) is not None


def test_outputs_of_old_test_runs_are_removed(trusted: Hooks) -> None:
    logs = Path(trusted.state) / "logs"
    logs.mkdir(exist_ok=True)
    for name, days in (("old.log", 400), ("new.log", 1)):
        (logs / name).write_text("output")
        at = time.time() - days * 86_400
        os.utime(logs / name, (at, at))
    trusted.fire("SessionEnd", reason="other")
    assert [path.name for path in logs.iterdir()] == ["new.log"]


def test_a_large_log_is_pruned_with_the_chain_kept(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + "\n[ledger]\nmax_megabytes = 1\n")
    # Segments of 1 MB, as small ones are as good as large ones.
    for number in range(30):
        record = {"event": "padding", "text": [str(number) * 3500] * 8}
        append(trusted.state, record, segment_bytes=500_000)
    assert trusted.fire("SessionEnd", reason="other").reply is None
    assert trusted.records("ledger.pruned")
    assert chain.verify(trusted.state).status == chain.INTACT


def test_old_evidence_goes_with_old_sessions(trusted: Hooks) -> None:
    with Store(trusted.state) as store:
        for tree in ("a", "b"):
            store.add_evidence("/w", tree, "tests", {"status": "passed"}, 1.0, "hook")
        store._rows("UPDATE evidence SET at = 5")
        trusted.fire("SessionEnd", reason="other")
        assert store.evidence("/w", "a", "tests") is None
        assert store.evidence("/w", "b", "tests") is not None, "the newest is what status shows"


def test_the_state_is_private_down_from_its_home(hooks: Hooks) -> None:
    old = os.umask(0o022)
    try:
        hooks.before("Bash", command="ls")
    finally:
        os.umask(old)
    folder = Path(hooks.state)
    while folder != hooks.home / ".local" / "state":
        assert folder.stat().st_mode & 0o077 == 0, folder
        folder = folder.parent
    for path in Path(hooks.state).rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_worktrees_of_a_repository_share_one_log(trusted: Hooks) -> None:
    other = trusted.project.parent / "worktree"
    git(trusted.project, "worktree", "add", "-q", "-b", "sub", str(other))
    trusted.directory = other
    trusted.environ["CLAUDE_PROJECT_DIR"] = str(other)
    trusted.before("Read", file_path="/x")
    assert trusted.records("PreToolUse")[-1]["cwd"] == str(other)


def test_projects_do_not_share_a_log(trusted: Hooks, tmp_path: Path) -> None:
    other = Hooks(trusted.home, repository(tmp_path / "elsewhere" / "project", {"a": "b"}))
    other.before("Read", file_path="/x")
    assert [record["event"] for record in other.records()] == ["PreToolUse"]
    assert other.state != trusted.state
