"""Each event that Ambidex registers, raised in the real client with the installed plugin."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.client.requests import Request
from ambidex.client.turns import Answer, ApiError, Script, Text
from testing.client import REPOSITORY
from testing.plugin import FILES, Site, notes, registered
from testing.recipes import RECIPES, Stage, bash, once_seen
from testing.witness import Witness

pytestmark = pytest.mark.client


# They have tests of their own below.
OTHERS = {"FileChanged", "StopFailure"}


@pytest.mark.parametrize("event", sorted(set(registered(REPOSITORY)) - OTHERS))
def test_the_event_reaches_the_installed_plugin(
    event: str, installed: Site, tmp_path: Path
) -> None:
    stage = Stage(installed.client, Witness(str(tmp_path / "witness")))
    RECIPES[event](stage)
    records = installed.records(event)
    assert records, f"recorded instead: {[record['event'] for record in installed.records()]}"
    assert records[0]["session"] == stage.witness.payloads(event)[0]["session_id"]
    assert not [record for record in installed.records() if "failure" in record]
    if stage.run is not None:
        # The witness and Ambidex, each time.
        ran = [hook for hook in stage.run.hooks if hook.event == event]
        assert len(ran) == 2 * len(stage.witness.payloads(event))
        assert {hook.exit_code for hook in ran} == {0}


def test_an_api_error_reaches_the_installed_plugin(installed: Site, tmp_path: Path) -> None:
    # In a terminal: under `-p` the client ends at once and takes the hook with it.
    stage = Stage(installed.client, Witness(str(tmp_path / "witness")))
    refused = ApiError(400, "invalid_request_error", "refused by the script")
    with stage.session(Script(then=refused)) as session:
        session.submit("go")
        session.wait_for(lambda: bool(installed.records("StopFailure")), "the record")
        session.leave()
    (record,) = installed.records("StopFailure")
    assert record["session"] == stage.witness.payloads("StopFailure")[0]["session_id"]


def test_a_policy_that_a_person_edits_meanwhile_is_noticed_without_being_asked_for(
    installed: Site, tmp_path: Path
) -> None:
    witness = Witness(str(tmp_path / "witness"))
    stage = Stage(installed.client, witness)
    after = once_seen(stage, "FileChanged", Text("done"))

    def person_edits(request: Request) -> Answer:
        installed.put("ambidex.toml", FILES["ambidex.toml"] + "\n[gates.right]\nscan = 'of'\n")
        return after(request)

    run = stage.play("go", [bash("true"), person_edits])
    (record,) = installed.records("FileChanged")
    assert record["file"] == installed.path("ambidex.toml")
    assert {hook.exit_code for hook in run.hooks if hook.event == "FileChanged"} == {0}
    # It cannot be used as it is, and the person hears about it at once, in the client's own log.
    assert "gates.right" in run.debug


def test_settings_that_switch_all_hooks_off_are_refused_while_a_session_runs(
    installed: Site, tmp_path: Path
) -> None:
    stage = Stage(installed.client, Witness(str(tmp_path / "witness")))
    path = stage.write("{}\n", ".claude", "settings.local.json")

    def somebody_switches_off(request: Request) -> Answer:
        Path(path).write_text(json.dumps({"disableAllHooks": True}))
        stage.witness.saw("ConfigChange")
        return bash("chmod 777 ./target")

    Path(installed.put("target", "")).chmod(0o600)
    run = stage.play("go", [bash("sleep 1"), somebody_switches_off, Text("done")])
    assert [use.is_error for use in run.tools] == [False, True]
    assert os.stat(installed.path("target")).st_mode & 0o777 == 0o600
    (record,) = installed.records("ConfigChange")
    assert (record["source"], record["file"]) == ("local_settings", path)
    assert installed.decisions()[-1] == ("deny", "ambidex.permissions.world-writable")


def test_without_ambidex_the_same_settings_switch_all_hooks_off(stage: Stage) -> None:
    path = stage.write("{}\n", ".claude", "settings.local.json")
    switch = bash(f"""sleep 1; echo '{{"disableAllHooks": true}}' > '{path}'""")
    stage.play("go", [switch, once_seen(stage, "ConfigChange", bash("true")), Text("done")])
    assert len(stage.witness.payloads("PreToolUse")) == 1


def test_a_session_begins_with_what_is_guarded_and_no_word_to_the_user(installed: Site) -> None:
    run = installed.run("go", [Text("done")])
    assert "Ambidex guards this project: destructive commands are refused" in run.told
    assert "golden tests (tests/golden/**) are read-only" in run.told
    assert notes(run, "SessionStart") == []
    (record,) = installed.records("SessionStart")
    assert record["environment"] == "ready"
