"""The real client against the scripted model: what later tests of hooks stand on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.client import find, launch, terminal
from ambidex.client.requests import JUDGEMENT, MAIN, SUBAGENT, SUMMARY, Request
from ambidex.client.runner import Client, ClientTimeoutError
from ambidex.client.turns import Answer, ApiError, Script, Text, ToolCall
from testing.client import project_repository
from testing.recipes import RECIPES, Stage, bash
from testing.witness import EVENTS, Spy, Witness

pytestmark = pytest.mark.client

# A worktree hook replaces git, a team needs team-mates, elicitation needs a server that asks.
WITHOUT_RECIPE = {
    "WorktreeCreate",
    "WorktreeRemove",
    "TeammateIdle",
    "Elicitation",
    "ElicitationResult",
}


def write_plugin(folder: Path, hooks: dict[str, object]) -> str:
    (folder / ".claude-plugin").mkdir(parents=True)
    (folder / "hooks").mkdir()
    manifest = {"name": folder.name, "version": "1.0.0", "description": "A plugin of a test."}
    manifest_path = folder / ".claude-plugin" / "plugin.json"
    manifest_path.write_text(json.dumps({**manifest, "author": {"name": "A test"}}))
    (folder / "hooks" / "hooks.json").write_text(json.dumps({"hooks": hooks}))
    return str(folder)


def answering(text: str, *, code: int = 0) -> list[object]:
    """One hook that prints `text` (to standard error when it fails) and exits."""
    command = f"cat >/dev/null; printf %s '{text}' {'>&2' if code else ''}; exit {code}"
    return [{"hooks": [{"type": "command", "command": "sh", "args": ["-c", command]}]}]


def test_a_text_turn_becomes_the_result(client: Client) -> None:
    run = client.run("say hi", script=[Text("hi there")])
    assert run.returncode == 0
    assert run.result["result"] == "hi there"
    assert "say hi" in run.told
    assert [r.kind for r in run.requests] == [MAIN]
    assert run.tools == []


def test_the_client_under_test_is_the_version_asked_for(
    client: Client, client_version: str
) -> None:
    assert find.version_of(client.executable) == client_version


def test_a_tool_call_is_executed_and_its_result_told_to_the_model(client: Client) -> None:
    run = client.run("go", script=[bash("echo out-$((40 + 2))"), Text("ok")])
    (use,) = run.tools
    assert (use.name, use.is_error, use.agent) == ("Bash", False, "")
    assert use.result == "out-42"
    assert "out-42" in run.told
    assert run.result["result"] == "ok"


def test_several_tools_in_one_turn_are_answered_in_one_request(client: Client) -> None:
    path = os.path.join(client.project, "made.txt")
    write = ToolCall("Write", {"file_path": path, "content": "made\n"})
    run = client.run("go", script=[[Text("two things"), bash("echo one"), write], Text("ok")])
    assert [use.name for use in run.tools] == ["Bash", "Write"]
    assert not any(use.is_error for use in run.tools)
    assert len(run.requests) == 2
    assert Path(path).read_text() == "made\n"


def test_a_turn_may_look_at_what_the_model_was_told(client: Client) -> None:
    def decide(request: Request) -> Answer:
        return Text("saw it" if "a-word-42" in request.told else "saw nothing")

    run = client.run("go", script=[bash("echo a-word-$((40 + 2))"), decide])
    assert run.result["result"] == "saw it"


def test_a_turn_that_raises_is_reported(client: Client) -> None:
    def broken(request: Request) -> Answer:
        raise KeyError("not there")

    run = client.run("go", script=Script(then=broken))
    assert run.returncode == 1
    assert any("KeyError" in error for error in run.script_errors)


def test_an_overloaded_api_is_tried_again(client: Client) -> None:
    run = client.run("go", script=[ApiError(529, "overloaded_error", "busy"), Text("at last")])
    assert run.result["result"] == "at last"
    assert len(run.requests) == 2
    assert any(line.get("subtype") == "api_retry" for line in run.lines)


def test_a_refused_request_raises_stop_failure_and_exit_code_1(stage: Stage) -> None:
    RECIPES["StopFailure"](stage)
    assert stage.run is not None
    assert stage.run.returncode == 1
    assert stage.run.result["is_error"] is True
    assert "refused by the script" in stage.run.result["result"]
    assert "Stop" not in stage.witness.events


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_other_output_formats_give_the_same_answer(client: Client, output: str) -> None:
    run = client.run("go", script=[bash("echo seen"), Text("the end")], output=output)
    assert [use.result for use in run.tools] == ["seen"]
    shown = run.stdout.strip() if output == "text" else run.result["result"]
    assert shown == "the end"


def test_several_prompts_go_into_one_session(client: Client) -> None:
    run = client.run(["first", "second"], script=[Text("one"), Text("two")])
    assert [result["result"] for result in run.results] == ["one", "two"]
    assert len({result["session_id"] for result in run.results}) == 1
    assert "first" in run.requests[1].opening


def test_a_resumed_session_remembers_the_conversation(client: Client) -> None:
    first = client.run("a prompt to remember", script=[bash("echo earlier"), Text("one")])
    second = client.run("go on", script=[bash("echo later"), Text("two")], resume=first.session)
    assert second.result["result"] == "two"
    assert "a prompt to remember" in second.requests[0].opening
    assert "a prompt to remember" not in second.told
    assert [use.result for use in second.tools] == ["later"]


def test_a_subagent_has_a_script_of_its_own(client: Client) -> None:
    def agent(prompt: str) -> ToolCall:
        kind = {"subagent_type": "general-purpose", "run_in_background": False}
        return ToolCall("Agent", {"description": "look", "prompt": prompt, **kind})

    script = Script(
        [[agent("Look at the left side."), agent("Look at the right side.")], Text("both heard")],
        subagents={
            "left side": [bash("echo l-$((1 + 1))"), Text("left report")],
            "right side": [bash("echo r-$((2 + 2))"), Text("right report")],
        },
    )
    run = client.run("go", script=script)
    assert run.result["result"] == "both heard"
    inner = {use.result: use.agent for use in run.tools if use.name == "Bash"}
    assert set(inner) == {"l-2", "r-4"}
    assert all(inner.values())
    assert inner["l-2"] != inner["r-4"]
    outer = [use.result or "" for use in run.tools if use.name == "Agent"]
    assert "left report" in outer[0]
    assert "right report" in outer[1]
    assert sum(r.kind == SUBAGENT for r in run.requests) == 4


def test_a_prompt_hook_does_not_use_up_a_turn(client: Client) -> None:
    hook = {"type": "prompt", "prompt": "Is the work done? $ARGUMENTS"}
    not_yet = Text(json.dumps({"ok": False, "reason": "one thing is missing"}))
    run = client.run(
        "go",
        script=Script([Text("done?"), Text("now it is")], judgements=[not_yet]),
        settings={"hooks": {"Stop": [{"hooks": [hook]}]}},
    )
    assert run.result["result"] == "now it is"
    assert "one thing is missing" in run.told
    assert [r.kind for r in run.requests] == [MAIN, JUDGEMENT, MAIN, JUDGEMENT]


def test_a_summary_does_not_use_up_a_turn(client: Client) -> None:
    script = Script([Text("1"), Text("2"), Text("3")], summary="They counted.")
    run = client.run(["one", "two", "/compact", "three"], script=script)
    assert [r.kind for r in run.requests] == [MAIN, MAIN, SUMMARY, MAIN]
    assert "They counted." in run.requests[-1].opening
    assert run.result["result"] == "3"


def test_a_denied_command_is_not_executed(client: Client, tmp_path: Path) -> None:
    reply = {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "not here",
        }
    }
    plugin = write_plugin(tmp_path / "denier", {"PreToolUse": answering(json.dumps(reply))})
    run = client.run("go", script=[bash("touch made.txt"), Text("ok")], plugin_dirs=[plugin])
    (use,) = run.tools
    assert use.is_error
    # Newer clients put the hook's name before the reason.
    assert (use.result or "").endswith("not here")
    assert not os.path.exists(os.path.join(client.project, "made.txt"))


def test_hooks_are_reported_with_exit_code_and_output(client: Client, tmp_path: Path) -> None:
    hooks: dict[str, object] = {
        "UserPromptSubmit": answering("a fact from a hook"),
        "PostToolUse": answering("not quite right", code=2),
    }
    plugin = write_plugin(tmp_path / "teller", hooks)
    run = client.run("go", script=[bash("true"), Text("ok")], plugin_dirs=[plugin])
    by_event = {hook.event: hook for hook in run.hooks}
    submitted, used = by_event["UserPromptSubmit"], by_event["PostToolUse"]
    assert (submitted.exit_code, submitted.outcome) == (0, "success")
    assert submitted.stdout == "a fact from a hook"
    assert (used.exit_code, used.name) == (2, "PostToolUse:Bash")
    assert "a fact from a hook" in run.requests[0].told
    assert "not quite right" in run.requests[1].told


def test_the_spy_sees_what_a_plugins_hook_said_after_the_result(
    client: Client, tmp_path: Path
) -> None:
    plugin = write_plugin(tmp_path / "quiet", {"SessionEnd": answering("bye")})
    spy = Spy(str(tmp_path / "spy"))
    run = client.run(
        "go", script=[bash("sh -c true"), Text("ok")], plugin_dirs=[plugin], env=spy.env
    )
    assert [(hook.event, hook.exit_code) for hook in run.hooks] == [("SessionEnd", 0)]
    (seen,) = spy.runs
    assert (seen.plugin_root, seen.exit_code, seen.stdout) == (plugin, 0, "bye")
    assert seen.arguments[0] == "-c"


def test_bare_runs_no_hook(client: Client, witness: Witness) -> None:
    run = client.run("go", script=[Text("ok")], plugin_dirs=[witness.plugin], args=["--bare"])
    assert run.result["result"] == "ok"
    assert witness.events == []


@pytest.mark.parametrize(
    ("flag", "trigger"), [("--init", "init"), ("--maintenance", "maintenance")]
)
def test_setup_is_raised_by_its_flags(stage: Stage, flag: str, trigger: str) -> None:
    stage.play("go", [Text("ok")], flag)
    (payload,) = stage.witness.payloads("Setup")
    assert payload["trigger"] == trigger


def test_plugins_can_be_validated_and_installed(client: Client, tmp_path: Path) -> None:
    market = tmp_path / "market"
    plugin = write_plugin(market / "greeter", {"SessionStart": answering("installed hello")})
    assert client.plugin("validate", "--strict", plugin).returncode == 0
    (market / ".claude-plugin").mkdir()
    entry = {"name": "greeter", "source": "./greeter", "description": "Greets."}
    listing = {"name": "fair", "owner": {"name": "A test"}, "plugins": [entry]}
    (market / ".claude-plugin" / "marketplace.json").write_text(json.dumps(listing))
    for words in (["marketplace", "add", str(market)], ["install", "greeter@fair"]):
        done = client.plugin(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "installed hello" in client.run("go", script=[Text("ok")]).told
    (market / "greeter" / "hooks" / "hooks.json").write_text('{"hooks": {"NoSuchEvent": []}}')
    assert client.plugin("validate", "--strict", plugin).returncode == 1


def test_the_client_sees_nothing_of_our_environment(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_OURS", "leaked")
    run = client.run("go", script=[bash("env"), Text("ok")])
    shown = run.tools[0].result or ""
    assert "leaked" not in shown
    assert f"HOME={client.home}\n" in shown


def test_the_client_can_reach_nothing_but_the_model_where_the_system_allows(
    client: Client,
) -> None:
    addresses = "import socket; print(len(open('/proc/net/route').readlines()) - 1)"
    run = client.run("go", script=[bash(f'python3 -c "{addresses}"'), Text("ok")])
    assert run.isolated == bool(launch.isolation())
    if run.isolated:
        assert run.tools[0].result == "0"


def test_the_client_also_runs_where_the_system_allows_no_network_of_its_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "isolation", tuple)
    run = client.run("go", script=[bash("echo seen"), Text("ok")])
    assert not run.isolated
    assert [use.result for use in run.tools] == ["seen"]


def test_the_users_own_home_is_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="user's own"):
        Client(os.path.expanduser("~"), client.project, client.executable)


def test_a_client_that_does_not_end_is_killed_and_leaves_nothing(client: Client) -> None:
    with pytest.raises(ClientTimeoutError, match="did not end within 4 s"):
        client.run("go", script=[bash("(setsid sleep 300 &) ; sleep 300")], timeout=4)
    client.close()
    assert launch.left_behind(client.mark) == []


def test_a_missing_client_names_the_command_that_installs_it(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "client"
    folder.mkdir(parents=True)
    (folder / "versions.json").write_text('{"pinned": "9.9.9", "matrix": []}')
    with pytest.raises(find.ClientNotFoundError, match=r"npm install .*claude-code@9\.9\.9"):
        find.find({"PATH": str(tmp_path)}, repository=str(tmp_path))
    with pytest.raises(find.ClientNotFoundError, match="cannot-be-there"):
        find.find({find.VARIABLE: "/cannot-be-there", "PATH": ""})


def test_a_terminal_session_takes_prompts_and_ends_with_exit(stage: Stage) -> None:
    with stage.session([bash("touch made.txt"), Text("it is made")], "acceptEdits") as session:
        session.submit("make the file")
        session.wait_for("it is made")
        assert session.leave() == 0
        assert [use.is_error for use in session.tools] == [False]
        assert session.isolated == bool(launch.isolation())
    assert os.path.exists(os.path.join(stage.client.project, "made.txt"))
    (ended,) = stage.witness.payloads("SessionEnd")
    assert ended["reason"] == "prompt_input_exit"
    assert launch.left_behind(stage.client.mark) == []


def test_a_permission_dialog_can_be_refused(stage: Stage) -> None:
    with stage.session([bash("touch made.txt"), Text("as you like")]) as session:
        session.submit("make the file")
        session.wait_for("Do you want to proceed")
        session.press(terminal.ESCAPE)
        session.wait_for_prompt()
        session.wait_for(lambda: "proceed" not in session.screen.text, "the end of the dialog")
        session.leave()
        assert [r.kind for r in session.requests].count(MAIN) == 1
    assert not os.path.exists(os.path.join(stage.client.project, "made.txt"))


def test_a_wait_in_a_terminal_ends_with_the_screen(stage: Stage) -> None:
    with stage.session() as session, pytest.raises(ClientTimeoutError, match="Claude Code"):
        session.wait_for("words that never come", timeout=1)
    assert launch.left_behind(stage.client.mark) == []


def test_slash_commands_in_a_terminal_expand_and_compact(stage: Stage) -> None:
    stage.write("---\ndescription: Greets.\n---\nGreet $ARGUMENTS.\n", ".claude/commands/greet.md")
    with stage.session([Text("hello everybody"), Text("fine")]) as session:
        session.submit("/greet everybody")
        session.wait_for("hello everybody")
        session.submit("how are you")
        session.wait_for("fine")
        session.submit("/compact keep it")
        session.wait_for(lambda: "PostCompact" in stage.witness.events, "the compaction")
        session.leave()
    (expanded,) = stage.witness.payloads("UserPromptExpansion")
    assert (expanded["command_name"], expanded["command_args"]) == ("greet", "everybody")
    assert stage.witness.payloads("PreCompact")[0]["custom_instructions"] == "keep it"


@pytest.mark.parametrize("event", RECIPES)
def test_the_recipe_raises_its_event(event: str, client: Client, tmp_path: Path) -> None:
    watched = os.path.join(client.project, "watched.txt")
    stage = Stage(client, Witness(str(tmp_path / "witness"), watch=[watched]))
    RECIPES[event](stage)
    payloads = stage.witness.payloads(event)
    assert payloads, f"raised instead: {' '.join(stage.witness.events)}"
    assert payloads[0]["session_id"]
    assert payloads[0]["cwd"].startswith(client.project)
    if stage.run is not None:
        # The client does not wait for the hooks of a failed turn before it ends its output.
        assert event == "StopFailure" or event in {hook.event for hook in stage.run.hooks}
        assert stage.run.script_errors == []


def test_every_event_has_a_recipe_or_a_reason() -> None:
    assert set(RECIPES) | WITHOUT_RECIPE == set(EVENTS)
    assert not set(RECIPES) & WITHOUT_RECIPE


def test_a_file_is_not_watched_for_a_plugin_that_does_not_ask(
    tmp_path: Path, client: Client
) -> None:
    stage = Stage(client, Witness(str(tmp_path / "witness")))
    path = stage.write("before\n", stage.watched)
    stage.play("go", [bash(f"sleep 1; echo after > '{path}'; sleep 2"), Text("ok")])
    assert "FileChanged" not in stage.witness.events


def test_a_project_repository_has_a_commit(tmp_path: Path) -> None:
    assert (project_repository(tmp_path / "made") / ".git" / "refs" / "heads" / "main").exists()
