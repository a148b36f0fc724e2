"""The plugin as it reaches a user: manifests, marketplace, the installed copy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ambidex import __version__
from ambidex.client.runner import Client
from ambidex.client.turns import Text
from testing.client import REPOSITORY
from testing.plugin import INSTALLED_DATA, Site, add_and_install, clean_clone, hooks, prepare
from testing.projects import git
from testing.recipes import bash

pytestmark = pytest.mark.client

# What a developer's checkout has and a user must not get.
DEVELOPERS = {".venv", ".cache", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The checkout as committed, to be broken."""
    return clean_clone(tmp_path / "copy")


def changed(path: Path, change: Any) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_both_manifests_are_valid_in_the_strictest_sense(client: Client, copy: Path) -> None:
    folder = copy / ".claude-plugin"
    for subject in (folder / "plugin.json", folder / "marketplace.json", copy):
        done = client.plugin("validate", "--strict", str(subject))
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "break_it", "complaint"),
    [
        ("hooks/hooks.json", lambda x: x["hooks"].update(BeforeTool=[]), "BeforeTool"),
        ("hooks/hooks.json", lambda x: x.update(events=x.pop("hooks")), "hooks"),
        (".claude-plugin/plugin.json", lambda x: x.pop("name"), "name"),
        (".claude-plugin/plugin.json", lambda x: x.pop("author"), "author"),
        (".claude-plugin/plugin.json", lambda x: x.update(statusLine="x"), "statusLine"),
    ],
)
def test_a_bad_plugin_is_rejected(
    client: Client, copy: Path, name: str, break_it: Any, complaint: str
) -> None:
    changed(copy / name, break_it)
    done = client.plugin("validate", "--strict", str(copy / ".claude-plugin" / "plugin.json"))
    assert done.returncode == 1
    assert complaint in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda x: x.pop("owner"), "owner"),
        (lambda x: x["plugins"][0].pop("source"), "source"),
        (lambda x: x.update(plugins="ambidex"), "plugins"),
    ],
)
def test_a_bad_marketplace_is_rejected(
    client: Client, copy: Path, break_it: Any, complaint: str
) -> None:
    changed(copy / ".claude-plugin" / "marketplace.json", break_it)
    for subject in (copy / ".claude-plugin" / "marketplace.json", copy):
        done = client.plugin("validate", "--strict", str(subject))
        assert done.returncode == 1
        assert complaint in done.stdout + done.stderr


def test_the_installed_copy_is_what_was_committed_and_nothing_else(installed: Site) -> None:
    listed = Path(installed.client.home, ".claude/plugins/installed_plugins.json").read_text()
    commit = json.loads(listed)["plugins"]["ambidex@ambidex"][0]["gitCommitSha"]
    committed = set(git(Path(REPOSITORY), "ls-tree", "-r", "--name-only", commit).split())
    found = {
        os.path.relpath(os.path.join(folder, name), installed.root)
        for folder, _, names in os.walk(installed.root)
        for name in names
    }
    kept = {name for name in found if not name.startswith(".git/")}
    assert committed <= kept
    assert {name for name in kept - committed if not name.startswith(".in_use")} == set()
    assert not {name.split("/")[0] for name in found} & DEVELOPERS


def test_an_installed_plugin_works_without_the_repository_it_came_from(installed: Site) -> None:
    Path(installed.put("target", "")).chmod(0o600)
    calls = [bash("chmod 777 ./target"), installed.write("basket/new.py", "X=1\n")]
    run = installed.run("go", [*calls, Text("done")])
    assert [use.is_error for use in run.tools] == [True, False]
    assert os.stat(installed.path("target")).st_mode & 0o777 == 0o600
    assert installed.read("basket/new.py") == "X = 1\n"
    assert [hook.exit_code for hook in hooks(run, "PreToolUse")] == [0, 0]
    assert installed.decisions() == [("deny", "ambidex.permissions.world-writable"), ("allow", "")]
    assert {record["version"] for record in installed.records()} == {__version__}


def test_the_command_of_an_installed_plugin_runs_in_the_bash_tool(installed: Site) -> None:
    run = installed.run("go", [bash("ambidex status"), bash("command -v ambidex"), Text("done")])
    status, place = run.tools
    assert not status.is_error, status.result
    assert f"project   {installed.client.project}" in (status.result or "")
    assert "trusted   yes" in (status.result or "")
    assert place.result == os.path.join(installed.root, "bin", "ambidex")


def test_a_command_for_a_person_is_refused_to_the_model(installed: Site) -> None:
    run = installed.run("go", [bash("ambidex pause 30m"), Text("done")])
    assert [use.is_error for use in run.tools] == [True]
    assert "ambidex.own.person-only" in run.told
    assert not os.path.exists(os.path.join(installed.state, "pause.json"))


def test_a_checkout_can_be_the_marketplace_and_is_then_run_in_place(
    client: Client, tmp_path: Path
) -> None:
    checkout = clean_clone(tmp_path / "checkout")
    add_and_install(client, str(checkout))
    prepare(client.home, INSTALLED_DATA)
    denied = bash("chmod 777 ./nothing-here")
    run = client.run("go", script=[denied, bash("command -v ambidex"), Text("done")])
    assert [use.is_error for use in run.tools] == [True, False]
    # Not the copy: so the folder has to stay where it is for as long as the plugin is used.
    assert run.tools[1].result == str(checkout / "bin" / "ambidex")
    assert client.plugin("uninstall", "ambidex@ambidex").returncode == 0
    assert client.run("go", script=[bash("echo fine"), Text("done")]).hooks == []
