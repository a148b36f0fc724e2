"""Repositories in odd states: no git, no commits, bare, broken, read-only."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambidex.ledger import chain
from testing.hooks import Hooks
from testing.projects import git
from testing.read_only import read_only
from testing.trusted_project import SHELL, grant, trusted_project
from testing.untouched import snapshot

WRONG = "VALUE = 'wrong'\n"


def opted_in(hooks: Hooks, folder: Path) -> Hooks:
    """A trusted session in `folder`, whatever git makes of it."""
    hooks.project = hooks.directory = folder
    hooks.environ["CLAUDE_PROJECT_DIR"] = str(folder)
    hooks.environ["PATH"] = "/usr/bin:/bin"
    for name, text in SHELL.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    grant(hooks)
    return hooks


def begin(hooks: Hooks) -> None:
    hooks.fire("SessionStart", source="startup")
    hooks.ask()


def test_a_project_without_git_is_guarded_and_proved(hooks: Hooks, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    begin(opted_in(hooks, tmp_path / "plain"))
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"
    hooks.write("src/value.py", WRONG)
    assert hooks.stop().blocks
    assert not (tmp_path / "plain" / ".git").exists()


def test_a_repository_without_commits_is_guarded_and_proved(hooks: Hooks, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q")
    opted_in(hooks, tmp_path / "new")
    before = snapshot(tmp_path / "new" / ".git")
    begin(hooks)
    hooks.write("src/value.py", WRONG)
    assert hooks.stop().blocks
    assert snapshot(tmp_path / "new" / ".git") == before


def test_a_first_edit_in_a_repository_without_commits_and_without_a_prompt_blocks_nothing(
    hooks: Hooks, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q")
    opted_in(hooks, tmp_path / "new")
    assert not hooks.write("src/value.py", WRONG).blocks
    assert not hooks.stop().blocks


def test_in_a_bare_repository_the_guard_runs_and_the_rest_says_why_not(
    hooks: Hooks, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    opted_in(hooks, tmp_path / "bare.git")
    assert "bare repository" in hooks.fire("SessionStart", source="startup").note
    hooks.ask()
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"
    assert "edits are not checked" in hooks.write("src/value.py", WRONG).note
    assert hooks.write("src/value.py", WRONG).reply is None, "said once"
    answer = hooks.stop()
    assert not answer.blocks
    assert "not proved" in answer.note


@pytest.mark.parametrize("content", [b"", b"garbage\n" * 100])
def test_a_broken_index_hides_no_edit_and_stays_as_it_is(trusted: Hooks, content: bytes) -> None:
    index = trusted.project / ".git" / "index"
    index.write_bytes(content)
    before = snapshot(trusted.project / ".git")
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks
    assert snapshot(trusted.project / ".git") == before


@pytest.mark.parametrize("lost", ["HEAD", "objects", "config", "refs"])
def test_a_damaged_git_directory_blocks_nothing_and_loses_nothing(
    trusted: Hooks, lost: str
) -> None:
    path = trusted.project / ".git" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = snapshot(trusted.project)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert trusted.before("Bash", command="ls").reply is None
    assert not trusted.ask().blocks
    trusted.stop()
    assert snapshot(trusted.project) == before


def test_a_git_file_that_leads_nowhere_is_no_trouble(trusted: Hooks) -> None:
    shutil.rmtree(trusted.project / ".git")
    (trusted.project / ".git").write_text("gitdir: /nonexistent\n")
    assert trusted.before("Bash", command="ls").reply is None
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert not trusted.stop().blocks


def test_without_git_on_the_path_nothing_is_blocked_and_it_is_said(trusted: Hooks) -> None:
    folder = trusted.home / "bin"
    folder.mkdir()
    for name in ("sh", "rm", "mv", "mkdir", "grep"):
        (folder / name).symlink_to(shutil.which(name) or "")
    trusted.environ["PATH"] = str(folder)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    answer = trusted.write("src/value.py", WRONG)
    assert "git" in answer.note
    answer = trusted.stop()
    assert not answer.blocks
    assert "git" in answer.note
    assert trusted.records("Stop")[-1]["verdicts"][0]["status"] == "broken"


@pytest.fixture(params=["state", "state and project", "whole home and project"])
def on_read_only_disk(request: pytest.FixtureRequest, trusted: Hooks) -> Iterator[Hooks]:
    """A session whose disk became read-only."""
    folders = {
        "state": [Path(trusted.state)],
        "state and project": [Path(trusted.state), trusted.project],
        "whole home and project": [trusted.home, trusted.project],
    }[request.param]
    with read_only(*folders) as wrapper:
        trusted.wrapper = wrapper
        yield trusted


def test_on_a_read_only_disk_every_event_has_its_answer(on_read_only_disk: Hooks) -> None:
    hooks = on_read_only_disk
    before = snapshot(hooks.project)
    log = hooks.records()
    assert hooks.before("Bash", command="ls").reply is None
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"
    golden = str(hooks.project / "tests" / "golden" / "test_x.py")
    assert hooks.before("Write", file_path=golden, content="").permission == "deny"
    start = hooks.fire("SessionStart", source="resume")
    assert "nothing can be recorded" in start.note
    assert "Ambidex guards this project" in start.context
    for answer in (
        hooks.ask(),
        hooks.after("Bash", {"stdout": ""}, command="ls"),
        hooks.after("Write", {}, file_path=str(hooks.project / "src/value.py"), content=WRONG),
        hooks.stop(),
        hooks.fire("SessionEnd", reason="other"),
    ):
        assert not answer.blocks
    assert "Ambidex" in hooks.stop().note
    assert snapshot(hooks.project) == before
    assert hooks.records() == log


def test_after_a_read_only_disk_the_chain_goes_on(trusted: Hooks) -> None:
    with read_only(Path(trusted.state)) as wrapper:
        trusted.wrapper = wrapper
        trusted.before("Bash", command="ls")
    trusted.wrapper = []
    trusted.before("Bash", command="ls")
    assert chain.verify(trusted.state).status == chain.INTACT


def test_a_state_folder_that_cannot_exist_stops_no_decision(hooks: Hooks) -> None:
    trusted_project(hooks, SHELL)
    (hooks.home / "a-file").write_text("")
    hooks.environ["AMBIDEX_STATE_HOME"] = str(hooks.home / "a-file" / "state")
    assert hooks.before("Bash", command="ls").reply is None
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"
    assert "nothing can be recorded" in hooks.fire("SessionStart", source="startup").note
    assert not hooks.ask().blocks
    assert not hooks.stop().blocks


def test_a_project_whose_files_cannot_be_read_blocks_nothing(trusted: Hooks) -> None:
    path = trusted.project / "src" / "loop.py"
    path.symlink_to("loop.py")
    os.mkfifo(trusted.project / "src" / "pipe.py")
    assert trusted.run("true").reply is None
    assert not trusted.stop().blocks
