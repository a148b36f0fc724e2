"""Where hooks do not run, or must not: bare runs, untrusted, unconfigured and paused projects."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from ambidex.client.runner import Client
from ambidex.client.turns import Text
from ambidex.policy import pause
from testing.client import REPOSITORY
from testing.plugin import (
    BROKEN_TOTAL,
    INLINE_DATA,
    RULE,
    SLOPPY,
    TEST_ID,
    Site,
    answers,
    notes,
    prepare,
)
from testing.recipes import bash

pytestmark = pytest.mark.client

TRACE = "open('project-code-ran', 'w').close()\n"


@pytest.fixture
def unasked(client: Client, bytecode: Path) -> Site:
    """A project that nobody has set up for Ambidex, with Ambidex loaded."""
    data = prepare(client.home, INLINE_DATA, bytecode)
    return Site(client, REPOSITORY, data, [REPOSITORY])


def gist(verdicts: list[dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, int, str]]]]:
    return [
        (
            verdict["gate"],
            verdict["status"],
            [(found["path"], found["line"], found["rule"]) for found in verdict["findings"]],
        )
        for verdict in verdicts
    ]


@pytest.mark.parametrize(
    ("command", "gate", "rule"),
    [
        ("sed -i 's/sum(cents)/sum(cents) - len(cents)/' basket/total.py", "tests", TEST_ID),
        ("echo 'print(1)' > basket/more.py", "scan", RULE),
        ("echo '# More' > basket/more.py", "", ""),
    ],
    ids=["failing tests", "a finding", "nothing wrong"],
)
def test_a_bare_run_has_no_hooks_and_verify_says_what_stop_would(
    site: Site, tmp_path: Path, command: str, gate: str, rule: str
) -> None:
    bare = site.run("go", [bash(command), Text("done")], args=["--bare"])
    assert [use.is_error for use in bare.tools] == [False]
    assert bare.hooks == []
    assert not os.path.exists(os.path.join(site.state, "audit"))
    # With a state of its own: nothing of it is evidence for the hook below.
    said = site.command("verify", "--format", "json", AMBIDEX_STATE_HOME=str(tmp_path / "state"))
    verdict = json.loads(said.stdout)
    assert (said.returncode, verdict["status"]) == ((1, "findings") if gate else (0, "passed"))

    site.git("checkout", "-q", "--", ".")
    site.git("clean", "-fdq")
    with_hooks = site.run("go", [bash(command), Text("done")], args=["--max-turns", "3"])
    assert answers(with_hooks, "Stop") or not gate
    verdicts = site.records("Stop")[0]["verdicts"]
    assert gist(verdicts) == gist(verdict["verdicts"])
    found = {(one["gate"], found["rule"]) for one in verdicts for found in one["findings"]}
    assert (gate, rule) in found or not gate


def test_nothing_of_an_untrusted_project_is_run_and_that_is_said_once(unasked: Site) -> None:
    unasked.fill()
    unasked.put("conftest.py", TRACE)
    run = unasked.run(
        ["go", "go on"],
        [
            unasked.look("basket/total.py"),
            unasked.write("basket/total.py", BROKEN_TOTAL),
            unasked.write("basket/receipt.py", SLOPPY),
            Text("done"),
            unasked.write("basket/other.py", SLOPPY),
            Text("done"),
        ],
    )
    assert not os.path.exists(unasked.path("project-code-ran"))
    assert unasked.read("basket/receipt.py") == SLOPPY
    assert "Not done yet" not in run.told
    for event, count in (("SessionStart", 1), ("PostToolUse", 1), ("Stop", 1)):
        told = notes(run, event)
        assert len(told) == count, (event, told)
        assert "ambidex trust" in told[0]
    for record in unasked.records("Stop"):
        (verdict,) = record["verdicts"]
        assert (verdict["gate"], verdict["status"]) == ("tests", "not_run")
        assert "untrusted" in verdict["reason"]
    # What needs no code of the project works all the same.
    denied = unasked.run("go", [unasked.write("tests/golden/x.py", ""), Text("done")])
    assert "ambidex.golden.write" in denied.told


def test_trust_is_for_one_configuration_and_a_changed_one_is_not_run(site: Site) -> None:
    site.put("ambidex.toml", site.read("ambidex.toml") + 'command = "touch project-code-ran"\n')
    site.put("conftest.py", TRACE)
    run = site.run("go", [site.write("basket/more.py", SLOPPY), Text("done")])
    assert not os.path.exists(site.path("project-code-ran"))
    assert "ambidex trust" in notes(run, "Stop")[0]


def test_in_a_project_without_a_configuration_there_is_only_the_guard(unasked: Site) -> None:
    unasked.fill(configuration="")
    unasked.put("conftest.py", TRACE)
    unasked.git("add", "-A")
    unasked.git("commit", "-qm", "A trace of every test run")
    target = Path(unasked.put("target", ""))
    target.chmod(0o600)
    run = unasked.run(
        "go",
        [
            bash("chmod 777 ./target"),
            unasked.write("basket/receipt.py", SLOPPY),
            unasked.write("tests/golden/test_new.py", "def test_new():\n    assert 0\n"),
            unasked.write("ambidex.toml", "version = 1\n"),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [True, False, False, True]
    assert target.stat().st_mode & 0o777 == 0o600
    assert unasked.read("basket/receipt.py") == SLOPPY
    made = set(unasked.git("status", "--porcelain", "--ignored", "-uall").splitlines())
    assert made == {"?? target", "?? basket/receipt.py", "?? tests/golden/test_new.py"}
    spoken = [hook for hook in run.hooks if "additionalContext" in hook.stdout]
    assert spoken == []
    assert notes(run, "SessionStart") == notes(run, "Stop") == []
    assert unasked.decisions()[0] == ("deny", "ambidex.permissions.world-writable")


def test_a_pause_by_a_person_blocks_nothing_and_is_on_record(site: Site) -> None:
    until = pause.pause(site.state, 600, "nobody", time.time())
    target = Path(site.put("target", ""))
    target.chmod(0o600)
    run = site.run(
        "go",
        [
            bash("chmod 777 ./target"),
            site.look("basket/total.py"),
            site.write("basket/total.py", BROKEN_TOTAL),
            site.write("basket/receipt.py", SLOPPY),
            Text("done"),
        ],
    )
    assert not any(use.is_error for use in run.tools)
    assert target.stat().st_mode & 0o777 == 0o777
    assert site.read("basket/receipt.py") == SLOPPY
    assert run.requests[-1].told.count("Not done yet") == 0
    assert "paused by a person" in notes(run, "SessionStart")[0]
    during = site.records("PreToolUse", "PostToolUse", "Stop", "UserPromptSubmit")
    assert {record["paused_until"] for record in during} == {until}
    assert site.records("PreToolUse")[0]["session"] == run.session
    # It ends, and the next call is judged.
    assert pause.end(site.state)
    again = site.run("go", [bash("chmod 777 ./target # again"), Text("done")])
    assert [use.is_error for use in again.tools] == [True]
