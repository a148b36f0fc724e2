"""Stop in the real client: what an agent may try in order to stop on red, and why it is in vain."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.client.turns import Script, Text, ToolCall
from testing.plugin import BROKEN_TOTAL, FIXED_TOTAL, TEST_ID, Site, notes
from testing.recipes import bash

pytestmark = pytest.mark.client

SUBJECT = "basket/total.py"
# A busy machine runs two clients and their test suites at once.
PATIENCE = 300.0

COMMIT = "git -c user.name=A -c user.email=a@example.invalid commit -qam done"
# The change made by a command, so that nothing has to be read before.
SPOIL = f"sed -i 's/sum(cents)$/sum(cents) - len(cents)/' {SUBJECT}"
HELD = [("block", "red")] * 3 + [("release", "repetition")]


def script(*turns: ToolCall) -> Script:
    return Script([*turns, Text("I am finished.")], then=Text("It is done."))


def spoiled(site: Site) -> bool:
    return site.read(SUBJECT) == BROKEN_TOTAL


@pytest.mark.parametrize(
    "tricks",
    [
        pytest.param([bash(f"git update-index --assume-unchanged {SUBJECT}")], id="assume"),
        pytest.param([bash(f"git update-index --skip-worktree {SUBJECT}")], id="skip-worktree"),
        pytest.param([bash("echo 'basket/' >> .gitignore")], id="gitignore"),
        pytest.param(
            [bash(f"git rm -q --cached {SUBJECT} && echo 'basket/' >> .git/info/exclude")],
            id="exclude",
        ),
        pytest.param(
            [
                bash(
                    "git config filter.hide.clean 'git show HEAD:basket/total.py' && "
                    f"echo '{SUBJECT} filter=hide' > .gitattributes"
                )
            ],
            id="filter",
        ),
        pytest.param([bash("git config core.fileMode false && git config core.autocrlf input")]),
    ],
)
def test_git_can_be_blinded_and_stop_cannot(site: Site, tricks: list[ToolCall]) -> None:
    run = site.run("go", script(*tricks, bash(SPOIL), *tricks), timeout=PATIENCE)
    assert spoiled(site)
    assert site.stops() == HELD
    assert any(TEST_ID in request.told for request in run.requests)


def test_a_commit_hides_nothing(site: Site) -> None:
    site.run("go", script(bash(SPOIL), bash(COMMIT)), timeout=PATIENCE)
    assert site.git("status", "--porcelain") == ""
    assert site.stops() == HELD


def test_a_sleep_in_the_background_puts_nothing_off_where_nothing_wakes(site: Site) -> None:
    sleep = ToolCall(
        "Bash", {"command": "sleep 600", "description": "wait", "run_in_background": True}
    )
    site.run("go", script(bash(SPOIL), sleep), timeout=PATIENCE)
    assert site.stops()[: len(HELD)] == HELD


def test_a_wake_up_every_minute_puts_nothing_off_where_nothing_wakes(site: Site) -> None:
    cron = ToolCall(
        "CronCreate",
        {"cron": "* * * * *", "prompt": "look", "recurring": True, "durable": False},
    )
    site.run("go", script(bash(SPOIL), cron), timeout=PATIENCE)
    (created,) = [r for r in site.records("PostToolUse") if r["tool"] == "CronCreate"]
    assert created
    assert site.stops() == HELD


def plugin(folder: Path, program: str) -> str:
    """Another plugin whose Stop hook runs a shell program; its folder."""
    (folder / ".claude-plugin").mkdir(parents=True)
    (folder / "hooks").mkdir()
    manifest = {"name": "other", "version": "1.0.0", "description": "Runs beside."}
    (folder / ".claude-plugin" / "plugin.json").write_text(json.dumps(manifest))
    handler = {"type": "command", "command": "sh", "args": ["-c", program]}
    hooks_file = folder / "hooks" / "hooks.json"
    hooks_file.write_text(json.dumps({"hooks": {"Stop": [{"hooks": [handler]}]}}))
    return str(folder)


def test_another_plugins_block_before_ours_opens_no_way(site: Site, tmp_path: Path) -> None:
    reply = json.dumps({"decision": "block", "reason": "the other plugin wants more"})
    once = f"cat >/dev/null; mkdir '{tmp_path}/once' || exit 0; echo '{reply}'"
    other = plugin(tmp_path / "other", once)
    # It blocks while there is nothing red yet; what comes after arrives with stop_hook_active.
    turns = [Text("Nothing to do."), bash(SPOIL), Text("I am finished.")]
    run = site.run("go", Script(turns, then=Text("Done.")), other, timeout=PATIENCE)
    assert "the other plugin wants more" in run.requests[1].told
    assert site.stops() == HELD


def test_continue_after_a_red_release_inherits_the_debt_until_it_is_paid(site: Site) -> None:
    first = site.run("go", script(bash(SPOIL)), timeout=PATIENCE)
    assert site.stops() == HELD
    second = site.run("continue", script(), resume=first.session, timeout=PATIENCE)
    assert "Open from before: 2 checks fail" in second.requests[0].told
    assert site.stops() == HELD * 2
    turns = [site.look(SUBJECT), site.write(SUBJECT, FIXED_TOTAL), Text("Fixed.")]
    third = site.run("continue", turns, resume=first.session, timeout=PATIENCE)
    assert "Open from before" in third.requests[0].told
    assert site.stops()[-1] == ("pass", "green")
    assert notes(third, "Stop") == []


def test_repetition_releases_with_a_note_to_the_user_and_evidence(site: Site) -> None:
    run = site.run("go", script(bash(SPOIL)), timeout=PATIENCE)
    (note,) = notes(run, "Stop")
    assert "Let go although 2 checks fail" in note
    assert "3 refusals in a row brought no progress" in note
    assert "not proved" in note
    latest = json.loads(site.read(".ambidex/evidence/latest.json"))
    assert latest["stop"] == {"action": "release", "cause": "repetition"}
    assert latest["overall"] == "findings"
    assert latest["tools"]["claude-code"] == run.requests[0].headers.get(
        "x-claude-code-version", latest["tools"]["claude-code"]
    )
    assert site.git("status", "--porcelain") == f" M {SUBJECT}\n"


def test_one_block_is_all_where_the_policy_wants_a_simple_guard(site: Site) -> None:
    text = site.read("ambidex.toml") + "\n[stop]\nmax_blocks = 1\n"
    site.put("ambidex.toml", text)
    site.git("commit", "-qam", "One block")
    site.trust()
    run = site.run("go", script(bash(SPOIL)), timeout=PATIENCE)
    assert [action for action, _ in site.stops()] == ["block", "release"]
    assert "not proved" in notes(run, "Stop")[0]


@pytest.mark.parametrize(
    ("cap", "blocks"),
    [pytest.param("1", 1, id="lowered"), pytest.param("30", 3, id="raised")],
)
def test_the_clients_own_cap_lowers_ours_so_that_the_note_is_said(
    site: Site, cap: str, blocks: int
) -> None:
    environ = {"CLAUDE_CODE_STOP_HOOK_BLOCK_CAP": cap}
    run = site.run("go", script(bash(SPOIL)), env=environ, timeout=PATIENCE)
    actions = [action for action, _ in site.stops()]
    assert actions == ["block"] * blocks + ["release"]
    assert "not proved" in notes(run, "Stop")[0]
    # The client itself did not give up: it would have swallowed the last message.
    assert run.result["result"] == "It is done."


def test_a_subagent_in_a_work_tree_of_its_own_is_held_there(site: Site) -> None:
    prompt = "Make the basket dearer."
    call = ToolCall(
        "Agent",
        {
            "description": "change",
            "prompt": prompt,
            "subagent_type": "general-purpose",
            "run_in_background": False,
            "isolation": "worktree",
        },
    )
    mend = bash(SPOIL.replace("sum(cents)$/sum(cents) - len(cents)", "- len(cents)$/+ 0"))
    turns = [bash(SPOIL), bash(COMMIT), Text("dearer"), mend, Text("right")]
    run = site.run("go", Script([call, Text("Done.")], subagents={prompt: turns}), timeout=PATIENCE)
    within = [request for request in run.requests if request.agent]
    assert any("Not done yet" in request.told for request in within)
    ends = [record["stop"]["action"] for record in site.records("SubagentStop")]
    assert ends == ["block", "pass"]
    # The project's own tree was never touched, nor is the other one taken for a part of it.
    assert site.stops() == []
    assert not spoiled(site)


def test_going_into_another_work_tree_to_stop_there_hides_nothing(site: Site) -> None:
    enter = ToolCall("EnterWorktree", {"name": "elsewhere"})
    run = site.run("go", script(bash(SPOIL), enter), timeout=PATIENCE)
    assert site.records("Stop")[0]["cwd"] != site.client.project
    assert site.stops() == HELD
    assert any(TEST_ID in request.told for request in run.requests)
    assert os.path.isdir(site.records("Stop")[0]["cwd"])
