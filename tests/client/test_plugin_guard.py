"""The guard in the real client: what is denied does not happen, and the model learns why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ambidex.client.turns import Text, ToolCall
from testing.plugin import Site
from testing.projects import git
from testing.recipes import bash

pytestmark = pytest.mark.client


@pytest.mark.parametrize("mode", ["bypassPermissions", "acceptEdits"])
def test_a_denied_command_is_not_executed(site: Site, tmp_path: Path, mode: str) -> None:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(remote))
    site.git("push", "-q", str(remote), "main")
    before = git(remote, "rev-parse", "main")
    site.git("commit", "-q", "--amend", "-m", "Rewritten")
    target = Path(site.put("target", ""))
    target.chmod(0o600)
    run = site.run(
        "go",
        [
            bash(f"git push --force '{remote}' main"),
            bash(f"cd . && git push '{remote}' +main:main"),
            bash("chmod 777 ./target"),
            bash("sh -c 'chmod a+w ./target'"),
            bash("git status --short"),
            Text("done"),
        ],
        permission_mode=mode,
        args=["--allowedTools", "Bash"],
    )
    assert [use.is_error for use in run.tools] == [True] * 4 + [False]
    assert git(remote, "rev-parse", "main") == before
    assert target.stat().st_mode & 0o777 == 0o600
    push, mode_change = run.tools[0].result or "", run.tools[2].result or ""
    assert "ambidex.git.force-push: a forced push to " in push
    assert "Instead: Push a new branch" in push
    assert "Another route to the same effect is refused as well." in push
    assert "ambidex.permissions.world-writable" in mode_change
    assert [rule for _, rule in site.decisions()] == [
        "ambidex.git.force-push",
        "ambidex.git.force-push",
        "ambidex.permissions.world-writable",
        "ambidex.permissions.world-writable",
        "",
    ]
    denied = {denial["tool_use_id"] for denial in run.result["permission_denials"]}
    assert {use.id for use in run.tools[:4]} <= denied


def test_golden_tests_are_kept_from_every_tool_that_writes(site: Site) -> None:
    golden = "tests/golden/test_agreed.py"
    notebook = "tests/golden/notes.ipynb"
    before = site.read(golden), site.read(notebook)
    cell = {"notebook_path": site.path(notebook), "cell_id": "agreed", "new_source": "pass"}
    run = site.run(
        "go",
        [
            [site.look(golden), site.look(notebook)],
            site.write(golden, "def test_as_agreed_with_the_customer():\n    pass\n"),
            site.edit(golden, "== 3", "is not None"),
            ToolCall("NotebookEdit", cell),
            site.write("tests/golden/test_more.py", "def test_more():\n    pass\n"),
            site.write("tests/test_more.py", "def test_more():\n    assert 1 + 1 == 2\n"),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [False] * 2 + [True] * 4 + [False]
    assert {use.name for use in run.tools if use.is_error} == {"Write", "Edit", "NotebookEdit"}
    for use in run.tools[2:6]:
        assert "ambidex.golden.write" in (use.result or "")
        assert "Change the code until the golden test passes" in (use.result or "")
    assert (site.read(golden), site.read(notebook)) == before
    assert not os.path.exists(site.path("tests/golden/test_more.py"))
    assert site.decisions().count(("deny", "ambidex.golden.write")) == 4


def test_ambidex_keeps_its_own_configuration_hooks_and_state(site: Site) -> None:
    site.put("link.toml", "")
    os.unlink(site.path("link.toml"))
    os.symlink("ambidex.toml", site.path("link.toml"))
    configuration = site.read("ambidex.toml")
    trust = Path(site.state, "trust.json")
    granted = trust.read_bytes()
    kept = ToolCall("Write", {"file_path": str(trust), "content": "{}"})
    settings = ToolCall(
        "Write", {"file_path": f"{site.client.home}/.claude/settings.json", "content": "{}"}
    )
    run = site.run(
        "go",
        [
            [
                *map(site.look, ("ambidex.toml", "pyproject.toml", "link.toml")),
                ToolCall("Read", {"file_path": str(trust)}),
            ],
            site.write("ambidex.toml", "version = 1\n"),
            site.edit("ambidex.toml", "tests/golden/**", "tests/none/**"),
            site.edit("link.toml", "tests/golden/**", "tests/none/**"),
            site.edit("pyproject.toml", "[tool.pytest", "[tool.ambidex]\n\n[tool.pytest"),
            site.write(".claude/settings.json", '{"disableAllHooks": true}'),
            settings,
            kept,
            site.write("other.toml", ""),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [False] * 4 + [True] * 7 + [False]
    told = [(use.result or "") for use in run.tools[4:11]]
    assert all("ambidex.own.write: " in text for text in told), told
    assert site.read("ambidex.toml") == configuration
    assert "ambidex" not in site.read("pyproject.toml")
    assert not os.path.exists(site.path(".claude/settings.json"))
    assert not os.path.exists(f"{site.client.home}/.claude/settings.json")
    assert trust.read_bytes() == granted
