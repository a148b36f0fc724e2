"""`bin/ambidex`, which Claude Code puts on the PATH of its Bash tool."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex import __version__
from ambidex.setup import record
from ambidex.setup import root as roots

COMMAND = os.path.join(roots.plugin_root(), "bin", "ambidex")


def run(
    environ: dict[str, str], *args: str, command: str = COMMAND
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command, *args], capture_output=True, text=True, env=environ, check=False
    )


@pytest.fixture
def remembered(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What SessionStart leaves behind: the plugin's data folder, noted, with an environment."""
    data = tmp_path / "plugin data"
    (data / "env").mkdir(parents=True)
    (data / "env/current").symlink_to(sys.prefix)
    record.remember_data_home({**environ, "CLAUDE_PLUGIN_DATA": str(data)}, roots.plugin_root())
    return environ


def test_it_runs_from_the_environment_that_session_start_noted(
    remembered: dict[str, str],
) -> None:
    done = run(remembered, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert __version__ in done.stdout


def test_it_finds_itself_through_links(remembered: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/one").symlink_to(COMMAND)
    (tmp_path / "two").symlink_to("bin/one")
    assert run(remembered, "--version", command=str(tmp_path / "two")).returncode == 0


def test_exit_status_and_arguments_pass_through(remembered: dict[str, str]) -> None:
    done = run(remembered, "no such verb")
    assert done.returncode == 2
    assert "no such verb" in done.stderr


def test_a_missing_environment_is_one_line_and_exit_status_4(environ: dict[str, str]) -> None:
    done = run(environ, "status")
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "build.log" in done.stderr


def test_the_note_is_found_again_and_outdated_ones_go(
    environ: dict[str, str], tmp_path: Path
) -> None:
    old, new = tmp_path / "plugin-1", tmp_path / "plugin-2"
    for root in (old, new):
        root.mkdir()
        record.remember_data_home({**environ, "CLAUDE_PLUGIN_DATA": "/data"}, str(root))
    assert record.data_home_of(environ, str(old)) == "/data"
    old.rmdir()
    (tmp_path / "plugin-3").mkdir()
    record.remember_data_home(
        {**environ, "CLAUDE_PLUGIN_DATA": "/data"}, str(tmp_path / "plugin-3")
    )
    assert len(os.listdir(Path(environ["AMBIDEX_STATE_HOME"]) / "data-homes")) == 2


def test_a_state_home_that_cannot_be_written_is_no_error(
    environ: dict[str, str], tmp_path: Path
) -> None:
    Path(environ["HOME"], ".local").write_text("a file where a folder belongs")
    record.remember_data_home({**environ, "CLAUDE_PLUGIN_DATA": "/data"}, str(tmp_path))
    assert record.data_home_of(environ, str(tmp_path)) is None
