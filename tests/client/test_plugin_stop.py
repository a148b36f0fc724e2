"""Stop in the real client: the agent is held while something fails, and never for ever."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.client.requests import Request
from ambidex.client.turns import Answer, Script, Text, ToolCall
from testing.plugin import (
    BROKEN_TOTAL,
    FIXED_TOTAL,
    RULE,
    TEST_ID,
    TOTAL,
    Site,
    answers,
    hooks,
    notes,
)

pytestmark = pytest.mark.client

SUBJECT = "basket/total.py"
OPEN = "Open from before: 2 checks fail"


def broken(site: Site) -> ToolCall:
    return site.write(SUBJECT, BROKEN_TOTAL)


def first_read(site: Site) -> ToolCall:
    """A file that is there has to be read before it is written."""
    return site.look(SUBJECT)


def blocker(folder: Path, condition: str) -> str:
    """Another plugin whose Stop hook blocks once, if a shell condition holds; its folder."""
    (folder / ".claude-plugin").mkdir(parents=True)
    (folder / "hooks").mkdir()
    manifest = {"name": "other", "version": "1.0.0", "description": "Blocks once."}
    (folder / ".claude-plugin" / "plugin.json").write_text(json.dumps(manifest))
    reply = json.dumps({"decision": "block", "reason": "the other plugin wants more"})
    program = (
        f"cat >/dev/null; {condition} || exit 0; mkdir '{folder}/once' || exit 0; echo '{reply}'"
    )
    handler = {"type": "command", "command": "sh", "args": ["-c", program]}
    hooks_file = folder / "hooks" / "hooks.json"
    hooks_file.write_text(json.dumps({"hooks": {"Stop": [{"hooks": [handler]}]}}))
    return str(folder)


@pytest.mark.parametrize("output", ["stream-json", "json", "text"])
def test_failing_tests_block_and_the_fix_is_let_go_silently(site: Site, output: str) -> None:
    run = site.run(
        "go",
        [
            first_read(site),
            broken(site),
            Text("All tests pass."),
            site.write(SUBJECT, FIXED_TOTAL),
            Text("Now it is done."),
        ],
        output=output,
    )
    assert run.returncode == 0
    told = run.requests[3].told
    assert "Not done yet: 2 checks fail" in told
    assert TEST_ID in told
    assert "re-run: " in told
    assert "-m pytest" in told
    shown = run.stdout.strip() if output == "text" else run.result["result"]
    assert shown == "Now it is done."
    assert len(run.requests) == 5
    assert "mbidex" not in run.requests[4].told
    assert site.stops() == [("block", "red"), ("pass", "green")]
    assert site.read(SUBJECT) == FIXED_TOTAL
    if output == "stream-json":
        assert [hook.stdout != "" for hook in hooks(run, "Stop")] == [True, False]


def test_failures_that_repeat_are_let_go_with_a_note_and_the_next_prompt_tells_of_the_debt(
    site: Site,
) -> None:
    first = site.run("go", Script([first_read(site), broken(site)], then=Text("It is done.")))
    assert site.stops() == [("block", "red")] * 3 + [("release", "repetition")]
    (note,) = notes(first, "Stop")
    assert "Let go although 2 checks fail" in note
    assert "The work is not proved" in note
    assert first.result["result"] == "It is done."
    assert OPEN not in first.told

    second = site.run("go on", [Text("I do.")], resume=first.session)
    opening = second.requests[0].told
    assert OPEN in opening
    assert TEST_ID in opening
    # Nothing has changed and yet it is not forgiven: held again within the new prompt.
    assert site.stops()[4:5] == [("block", "red")]

    third = site.run(
        "go on",
        [first_read(site), site.write(SUBJECT, FIXED_TOTAL), Text("Fixed.")],
        resume=first.session,
    )
    assert site.stops()[-1] == ("pass", "green")
    assert notes(third, "Stop") == []
    fourth = site.run("and now?", [Text("Nothing.")], resume=first.session)
    assert OPEN not in fourth.told


def test_a_second_prompt_of_the_same_process_is_told_of_the_debt(site: Site) -> None:
    turns = [first_read(site), broken(site), *[Text("It is done.")] * 4]
    fix = [site.look(SUBJECT), site.write(SUBJECT, FIXED_TOTAL), Text("Fixed.")]
    run = site.run(["go", "go on"], [*turns, *fix])
    assert [result["result"] for result in run.results] == ["It is done.", "Fixed."]
    (second,) = [request for request in run.requests if OPEN in request.told]
    assert "go on" in second.told
    assert site.stops() == [
        *[("block", "red")] * 3,
        ("release", "repetition"),
        ("pass", "green"),
    ]


def test_the_agent_is_held_for_what_it_did_after_another_plugin_had_stopped_it(
    site: Site, tmp_path: Path
) -> None:
    other = blocker(tmp_path / "other", "true")
    run = site.run(
        "go",
        [
            first_read(site),
            Text("Nothing to do."),
            broken(site),
            Text("Done as you wish."),
            site.write(SUBJECT, FIXED_TOTAL),
            Text("Now it is done."),
        ],
        other,
    )
    assert "the other plugin wants more" in run.requests[2].told
    assert "Not done yet" in run.requests[4].told
    assert site.stops()[-2:] == [("block", "red"), ("pass", "green")]


def test_a_turn_that_was_continued_without_a_record_of_it_is_let_go_with_a_note(
    site: Site,
) -> None:
    def memory_is_lost(_: Request) -> Answer:
        for name in os.listdir(site.state):
            if name.startswith("state.sqlite3"):
                os.unlink(os.path.join(site.state, name))
        return Text("Still done.")

    run = site.run("go", [first_read(site), broken(site), Text("Done."), memory_is_lost])
    assert len(run.requests) == 4
    assert site.stops() == [("block", "red"), ("release", "uncounted")]
    assert "no earlier Stop of it is on record" in notes(run, "Stop")[0]


def test_failing_work_that_is_undone_is_no_debt(site: Site) -> None:
    undo = site.write(SUBJECT, TOTAL)
    run = site.run("go", [first_read(site), broken(site), Text("Done."), undo, Text("Undone.")])
    assert [len(hook.stdout) > 0 for hook in hooks(run, "Stop")] == [True, False]
    after = site.run("and now?", [Text("Nothing.")], resume=run.session)
    assert "Open from before" not in after.told


def test_a_change_of_documents_runs_no_tests(site: Site) -> None:
    site.put("conftest.py", "open('tests-ran', 'w').close()\n")
    site.git("add", "-A")
    site.git("commit", "-qm", "Leave a trace of every test run")
    run = site.run("go", [site.write("NOTES.md", "# Notes\n"), Text("done")])
    assert answers(run, "Stop") == []
    assert site.stops() == [("pass", "nothing")]
    assert not os.path.exists(site.path("tests-ran"))
    (record,) = site.records("Stop")
    tests = [verdict for verdict in record["verdicts"] if verdict["gate"] == "tests"]
    assert [(verdict["status"], verdict["details"]["owed"]) for verdict in tests] == [
        ("not_run", 0)
    ]
    # The control: where code changes, they run.
    site.run("go", [site.write("basket/more.py", "MORE = 1\n"), Text("done")])
    assert os.path.exists(site.path("tests-ran"))


def test_a_persons_own_failing_work_is_not_blamed_on_the_agent(site: Site) -> None:
    site.put(SUBJECT, BROKEN_TOTAL)
    run = site.run("go", [site.write("NOTES.md", "# Notes\n"), Text("done")])
    assert answers(run, "Stop") == []


def test_the_edits_of_a_subagent_are_treated_and_count_at_the_main_stop(site: Site) -> None:
    prompt = "Make the basket dearer."
    call = ToolCall(
        "Agent",
        {
            "description": "change",
            "prompt": prompt,
            "subagent_type": "general-purpose",
            "run_in_background": False,
        },
    )
    sloppy = BROKEN_TOTAL.replace("    return", "    print( cents )\n    return")
    run = site.run(
        "go",
        Script(
            [call, Text("My agent did it."), first_read(site), site.write(SUBJECT, FIXED_TOTAL)],
            subagents={prompt: [first_read(site), site.write(SUBJECT, sloppy), Text("dearer")]},
        ),
    )
    within = [request for request in run.requests if request.agent]
    assert f"{SUBJECT}:6 {RULE}" in within[-1].told
    (edited,) = [r for r in site.records("PostToolUse") if r.get("rewritten")]
    assert edited["agent"] == within[-1].agent
    assert edited["rewritten"] == [SUBJECT]
    assert site.stops() == [("block", "red"), ("pass", "green")]
    feedback = [r.told for r in run.requests if not r.agent and "Not done yet" in r.told]
    assert len(feedback) == 1
    assert f"{SUBJECT}:6 {RULE}" in feedback[0]
