"""When Ambidex itself is broken, the real client runs no tool unjudged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ambidex.client.runner import Client
from ambidex.client.turns import Text
from testing.plugin import INSTALLED_DATA, Site, install, notes, prepare
from testing.recipes import bash

pytestmark = pytest.mark.client


@pytest.fixture
def own(client: Client, tmp_path: Path) -> Site:
    """An installation that nobody else uses, to be broken."""
    root = install(client, tmp_path / "marketplace")
    made = Site(client, root, prepare(client.home, INSTALLED_DATA))
    made.fill()
    made.trust()
    return made


def break_source(site: Site, name: str) -> None:
    with open(os.path.join(site.root, "src", "ambidex", name), "a", encoding="utf-8") as file:
        file.write("\ndef (\n")


def test_a_program_that_is_no_interpreter_lets_no_tool_run(own: Site) -> None:
    Path(own.data, "python").write_text("/bin/true\n")

    def again(_: object) -> object:
        Path(own.data, "python").write_text("/bin/true\n")
        return bash("touch made")

    run = own.run("go", [again, bash("touch later"), Text("done")])
    first, second = run.tools
    assert first.is_error
    assert "ambidex.guard.unavailable" in (first.result or "")
    assert "another route to the same effect is refused as well" in (first.result or "")
    assert not os.path.exists(own.path("made"))
    # It was forgotten at once: a real one is looked for and found.
    assert not second.is_error
    assert os.path.exists(own.path("later"))
    (note,) = notes(run, "SessionStart")
    assert "the session_start hook did not run" in note


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        # The door itself cannot be imported: only the launcher is left to answer.
        ("hook/door.py", "ambidex.guard.unavailable"),
        ("guard/decide.py", "ambidex.guard.failed"),
    ],
)
def test_a_crash_of_the_hook_lets_no_tool_run_and_the_model_learns_why(
    own: Site, name: str, rule: str
) -> None:
    break_source(own, name)
    run = own.run("go", [bash("touch made"), own.write("made.py", "x=1\n"), Text("done")])
    assert [use.is_error for use in run.tools] == [True, True]
    assert all(rule in (use.result or "") for use in run.tools)
    assert not os.path.exists(own.path("made"))
    assert not os.path.exists(own.path("made.py"))
    assert run.result["result"] == "done"


def test_a_crash_at_stop_blocks_nothing_and_is_told_to_the_user(own: Site) -> None:
    break_source(own, "hook/stop.py")
    run = own.run("go", [own.write("made.py", "X = 1\n"), Text("done")])
    assert run.result["result"] == "done"
    assert len(run.requests) == 2
    (note,) = notes(run, "Stop")
    assert "the Stop hook failed" in note
    assert "SyntaxError" in note
    failures = [record for record in own.records("Stop") if "failure" in record]
    assert "SyntaxError" in failures[0]["failure"]
