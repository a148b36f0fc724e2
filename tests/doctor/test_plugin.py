"""The plugin form, installed by the real client from a clean clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex.client import find
from testing.hooks import REPOSITORY
from testing.machine import Machine, problems

pytestmark = [pytest.mark.client, pytest.mark.slow]


@pytest.fixture
def plugin(machine: Machine, tmp_path: Path, bytecode: Path) -> Machine:
    """A machine with the plugin, and the environment of the tests as the plugin's own."""
    client = find.find(os.environ, repository=str(REPOSITORY))
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "claude").symlink_to(client)
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    machine.environ["PATH"] = f"{folder}:/usr/bin:/bin:{node}"
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(clone)], check=True)
    claude(machine, "plugin", "marketplace", "add", str(clone))
    claude(machine, "plugin", "install", "ambidex@ambidex")
    data = claude_home(machine) / "plugins" / "data" / "ambidex-ambidex"
    (data / "env").mkdir(parents=True)
    (data / "env" / "current").symlink_to(sys.prefix)
    (data / "pycache").symlink_to(bytecode)
    return machine


def claude_home(machine: Machine) -> Path:
    return Path(machine.environ["HOME"]) / ".claude"


def claude(machine: Machine, *arguments: str) -> None:
    subprocess.run(
        ["claude", *arguments],
        cwd=machine.project,
        env={
            **machine.environ,
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
        check=True,
        capture_output=True,
        timeout=120,
    )


def test_a_good_plugin_has_no_problems(plugin: Machine) -> None:
    examination = plugin.examine()
    assert problems(examination) == {}
    names = {check.name for check in examination.checks if check.group == "installation"}
    assert names == {"plugin ambidex@ambidex"}
    client = next(check for check in examination.checks if check.group == "client")
    assert client.status == "good"


def test_a_disabled_plugin_is_told_with_the_command_that_enables_it(plugin: Machine) -> None:
    claude(plugin, "plugin", "disable", "ambidex@ambidex")
    examination = plugin.examine()
    assert list(problems(examination)) == ["none"]
    note = next(check for check in examination.checks if check.name == "plugin ambidex@ambidex")
    assert note.status == "note"
    claude(plugin, *note.fix.split()[1:])
    assert problems(plugin.examine()) == {}


def test_the_plugin_beside_hooks_in_settings_runs_twice(plugin: Machine) -> None:
    plugin.install()
    found = problems(plugin.examine())
    assert list(found) == ["runs twice"]
    assert found["runs twice"][1] == "ambidex uninstall && ambidex install --rules-only"


def test_a_plugin_without_an_environment_is_told_and_none_is_built(plugin: Machine) -> None:
    data = claude_home(plugin) / "plugins" / "data" / "ambidex-ambidex"
    (data / "env" / "current").unlink()
    found = problems(plugin.examine())
    assert list(found) == ["environment"]
    assert "not installed yet" in found["environment"][0]
    assert not (data / "env" / "state.json").exists()
    assert not (data / "env" / "build.log").exists()


def test_hooks_that_are_switched_off_are_found(plugin: Machine) -> None:
    path = claude_home(plugin) / "settings.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "disableAllHooks": True}))
    assert list(problems(plugin.examine())) == ["disableAllHooks"]
