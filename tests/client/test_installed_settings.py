"""What `ambidex install` merges, in the real client.

`-p` ignores invalid settings without a word, so what proves them valid is that they refuse.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ambidex.client.runner import Client
from ambidex.client.turns import Text, ToolCall
from ambidex.setup.install import LOCAL, PROJECT, USER, install, settings_path, uninstall
from testing.recipes import bash

pytestmark = pytest.mark.client


def environ(client: Client) -> dict[str, str]:
    return {"HOME": client.home, "PATH": "/usr/bin:/bin"}


def write(path: str) -> ToolCall:
    return ToolCall("Write", {"file_path": path, "content": "y\n"})


def refusals(client: Client, *calls: ToolCall) -> list[bool]:
    run = client.run("go", script=[*calls, Text("done")], permission_mode="bypassPermissions")
    return [use.is_error for use in run.tools]


@pytest.mark.parametrize("form", [PROJECT, LOCAL, USER])
def test_installed_hooks_guard_a_session_and_uninstalled_ones_do_not(
    client: Client, form: str
) -> None:
    install(environ(client), client.project, form)
    target = Path(client.project, "target")
    target.touch(0o600)
    command = bash("chmod 777 ./target # as a rule, not a text: chmod  777")
    assert refusals(client, command, write(f"{client.project}/x.txt")) == [True, False]
    assert target.stat().st_mode & 0o777 == 0o600
    uninstall(environ(client), client.project, form)
    assert refusals(client, command) == [False]


def test_the_clients_own_rules_stand_when_no_hook_does(client: Client) -> None:
    install(environ(client), client.project, PROJECT, hooks=False)
    path = settings_path(environ(client), client.project, PROJECT)
    calls = [
        write(f"{client.project}/.claude/ambidex/launch"),
        write(f"{client.project}/ambidex.toml"),
        write(f"{client.project}/tests/golden/deep/test_x.py"),
        bash("true && chmod 777 nothing-here"),
        bash("git push --force nowhere-fictional"),
        write(f"{client.project}/x.txt"),
    ]
    assert refusals(client, *calls) == [True] * 5 + [False]
    assert not Path(client.project, "ambidex.toml").exists()
    # The control: the same settings with one wrong type, and all of it is gone.
    broken = json.loads(Path(path).read_text())
    broken["hooks"] = {"NoSuchEvent": []}
    broken["permissions"]["deny"] = "Edit(/ambidex.toml)"
    Path(path).write_text(json.dumps(broken))
    assert refusals(client, calls[1]) == [False]


def test_a_clone_on_a_machine_without_ambidex_works_and_says_so(client: Client) -> None:
    install(environ(client), client.project, PROJECT)
    root = Path(client.home, ".local/share/ambidex/root")
    root.unlink()
    run = client.run("go", script=[bash("echo fine"), Text("done")])
    assert [use.is_error for use in run.tools] == [False]
    started = subprocess.run(
        ["/bin/sh", f"{client.project}/.claude/ambidex/launch", "session_start"],
        capture_output=True,
        text=True,
        env=environ(client),
        check=True,
    )
    assert "not installed on this machine" in started.stdout
