"""No interpreter, an old one, a false one, one that dies or hangs: the launcher's answers."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from testing.hooks import Hooks

FOLDERS_WITHOUT_PYTHON = "/nonexistent"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def remember(hooks: Hooks, interpreter: Path | str) -> Path:
    remembered = Path(hooks.environ["CLAUDE_PLUGIN_DATA"]) / "python"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    remembered.write_text(f"{interpreter}\n")
    return remembered


def assert_refused(hooks: Hooks) -> None:
    answer = hooks.before("Bash", command="ls")
    assert answer.status == 0
    assert answer.permission == "deny"
    assert "ambidex.guard.unavailable" in answer.reason
    assert "claude plugin disable" in answer.reason


def without_system_python(hooks: Hooks, tmp_path: Path) -> Path:
    """A launcher that also looks for interpreters in a folder of the test instead of /usr."""
    copy = tmp_path / "plugin" / "hooks"
    shutil.copytree(hooks.launch.parent, copy)
    shutil.copytree(hooks.launch.parents[1] / "src", tmp_path / "plugin" / "src")
    launch = copy / "launch"
    text = launch.read_text()
    changed = text.replace("/usr/local/bin /usr/bin /opt/homebrew/bin", "/nonexistent")
    assert changed != text
    launch.write_text(changed)
    hooks.launch = launch
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mkdir", "mv", "rm"):
        (folder / name).symlink_to(shutil.which(name) or "")
    hooks.environ["PATH"] = str(folder)
    return folder


def test_without_any_python_every_call_is_refused_and_told_why(
    hooks: Hooks, tmp_path: Path
) -> None:
    without_system_python(hooks, tmp_path)
    answer = hooks.before("Bash", command="ls")
    assert answer.permission == "deny"
    assert "No Python 3.9 or newer" in answer.reason
    stop = hooks.stop()
    assert set(stop.reply or {}) == {"systemMessage"}


def test_a_python_that_is_too_old_is_passed_over(hooks: Hooks, tmp_path: Path) -> None:
    folder = without_system_python(hooks, tmp_path)
    # An interpreter that reports 3.8: the probe's own version check decides, as on a real one.
    script(folder / "python3", "exit 1")
    assert "No Python 3.9" in hooks.before("Bash", command="ls").reason
    script(folder / "python3.11", f'exec {sys.executable} "$@"')
    assert hooks.before("Bash", command="ls").reply is None


def test_python_2_is_passed_over(hooks: Hooks, tmp_path: Path) -> None:
    folder = without_system_python(hooks, tmp_path)
    script(folder / "python", 'echo "ambidex-python:relative"')
    assert "No Python 3.9" in hooks.before("Bash", command="ls").reason


@pytest.mark.parametrize("program", ["/bin/true", "/bin/echo", "/bin/cat", "/bin/false"])
def test_an_interpreter_replaced_by_another_program_is_refused(hooks: Hooks, program: str) -> None:
    remembered = remember(hooks, program)
    assert_refused(hooks)
    assert not remembered.exists()
    assert hooks.before("Bash", command="ls").reply is None, "the next call finds a real one"


@pytest.mark.parametrize(
    "text",
    [
        "kill -SEGV $$",
        "kill -KILL $$",
        "kill -TERM $$",
        "exit 1",
        "echo '{\"hookSpecificOutput\":{}}'",
        "printf 'ambidex:answered'; exit 3",
        "printf 'ambidex:answered and more'",
    ],
)
def test_an_interpreter_that_ends_abnormally_is_refused(
    hooks: Hooks, tmp_path: Path, text: str
) -> None:
    remember(hooks, script(tmp_path / "fake", text))
    assert_refused(hooks)


@pytest.mark.slow
def test_an_interpreter_that_hangs_is_ended_and_refused(hooks: Hooks, tmp_path: Path) -> None:
    remember(hooks, script(tmp_path / "fake", "exec sleep 60"))
    assert_refused(hooks)


@pytest.mark.slow
def test_an_interpreter_that_spins_is_ended_and_refused(hooks: Hooks, tmp_path: Path) -> None:
    remember(hooks, script(tmp_path / "fake", "while :; do :; done"))
    assert_refused(hooks)


@pytest.mark.slow
def test_standard_input_that_never_ends_is_refused_by_the_deadline(hooks: Hooks) -> None:
    process = subprocess.Popen(
        ["/bin/sh", str(hooks.launch), "pre_tool_use"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=hooks.environ,
        cwd=hooks.project,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"hook_event_name":')
    process.stdin.flush()
    assert b'"permissionDecision":"deny"' in process.stdout.read()
    process.stdin.close()
    assert process.wait() == 0


@pytest.mark.parametrize("event", ["Stop", "PostToolUse", "SessionStart"])
def test_away_from_tool_calls_a_dead_interpreter_is_reported_and_blocks_nothing(
    hooks: Hooks, event: str
) -> None:
    remember(hooks, "/bin/true")
    answer = hooks.fire(event, tool_name="Read", tool_input={})
    assert answer.status == 0
    assert set(answer.reply or {}) == {"systemMessage"}


def test_the_interpreter_is_remembered_by_its_real_path(hooks: Hooks, tmp_path: Path) -> None:
    folder = without_system_python(hooks, tmp_path)
    script(folder / "python3", f'exec {sys.executable} "$@"')
    assert hooks.before("Bash", command="ls").reply is None
    remembered = Path(hooks.environ["CLAUDE_PLUGIN_DATA"], "python").read_text().strip()
    assert remembered == os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


def test_a_data_folder_that_cannot_be_written_slows_hooks_down_and_stops_none(
    hooks: Hooks, tmp_path: Path
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    hooks.environ["CLAUDE_PLUGIN_DATA"] = str(blocked / "data")
    assert hooks.before("Bash", command="ls").reply is None
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"


@pytest.mark.parametrize("argument", ["", "no_such_event", "../../etc/passwd", "Stop", "a b"])
def test_an_unknown_event_name_is_reported(hooks: Hooks, argument: str) -> None:
    done = subprocess.run(
        ["/bin/sh", str(hooks.launch), argument],
        input=b"{}",
        capture_output=True,
        env=hooks.environ,
        check=False,
    )
    assert done.returncode == 0
    assert b"systemMessage" in done.stdout
