"""Each fault is produced for real, and the doctor names it and how to put it right."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path

import pytest

from ambidex.ledger.append import append
from testing.hooks import REPOSITORY
from testing.machine import Machine, environment_without, problems, program

pytestmark = pytest.mark.slow


def test_a_good_installation_has_no_problems(installed: Machine) -> None:
    examination = installed.examine()
    assert problems(examination) == {}
    hooks = next(check for check in examination.checks if check.group == "hooks")
    assert len(hooks.details["fired"]) == 18
    assert not [scene for scene in hooks.details["scenes"] if scene["skipped"]]


def test_nothing_of_the_person_is_touched_by_an_examination(installed: Machine) -> None:
    folders = (installed.project, Path(installed.environ["HOME"]))
    installed.examine()
    before = {path: path.lstat().st_mtime_ns for folder in folders for path in folder.rglob("*")}
    installed.examine()
    after = {path: path.lstat().st_mtime_ns for folder in folders for path in folder.rglob("*")}
    assert after == before


def test_missing_semgrep_is_found(installed: Machine, tmp_path: Path) -> None:
    current = installed.data / "env" / "current"
    current.unlink()
    environment_without(tmp_path / "environment", "semgrep", "pysemgrep", "osemgrep")
    current.symlink_to(tmp_path / "environment")
    found = problems(installed.examine())
    assert list(found) == ["semgrep"]
    assert "edits are not scanned" in found["semgrep"][0]
    assert found["semgrep"][1] == f"{current}/bin/python -m pip install semgrep"


def test_missing_python_is_found(installed: Machine, tmp_path: Path) -> None:
    hide_python(installed, tmp_path)
    found = problems(installed.examine())
    assert list(found) == ["python"]
    assert "every tool call is refused" in found["python"][0]
    assert "ython" in found["python"][1]


def test_a_python_that_is_too_old_for_the_checks_is_found(
    installed: Machine, tmp_path: Path
) -> None:
    folder = hide_python(installed, tmp_path)
    real = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    # Says that it is a 3.9 and otherwise is a real one.
    program(
        folder / "python3",
        'case "$*" in *sys.argv*11) exit 1;; *version_info\\[*) echo 3 9; exit;; esac\n'
        f'case "$*" in *_base_executable*) echo "ambidex-python:$0"; exit;; esac\n'
        f'exec {real} "$@"',
    )
    found = problems(installed.examine())
    assert "Python 3.9: the guard runs, edits and tests are not checked" in found["python"][0]


def hide_python(machine: Machine, tmp_path: Path) -> Path:
    """Give hooks a PATH without Python and a launcher that looks nowhere else; the PATH."""
    plugin = tmp_path / "plugin"
    for name in ("hooks", "src"):
        shutil.copytree(
            REPOSITORY / name, plugin / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    launch = plugin / "hooks" / "launch"
    text = launch.read_text()
    changed = text.replace("/usr/local/bin /usr/bin /opt/homebrew/bin", "/nonexistent")
    assert changed != text
    launch.write_text(changed)
    (machine.data / "root").write_text(f"{plugin}\n")
    (machine.data / "python").unlink()
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "mkdir", "mv", "rm"):
        (folder / name).symlink_to(shutil.which(name) or "")
    machine.path = str(folder)
    return folder


def test_an_event_that_is_not_registered_is_found(installed: Machine) -> None:
    settings = json.loads(installed.settings.read_text())
    del settings["hooks"]["Stop"]
    installed.settings.write_text(json.dumps(settings))
    found = problems(installed.examine())
    assert list(found) == ["project settings"]
    assert found["project settings"][0].endswith("settings.json: Stop")
    assert found["project settings"][1] == "ambidex install"
    installed.install()
    assert problems(installed.examine()) == {}


def test_hooks_that_are_registered_twice_are_found(installed: Machine) -> None:
    installed.install("user")
    found = problems(installed.examine())
    assert list(found) == ["runs twice"]
    text, fix = found["runs twice"]
    assert text == "every event runs twice: registered by user settings and project settings"
    assert fix == "ambidex uninstall --user"


def test_the_same_command_in_two_files_runs_once_and_is_no_problem(installed: Machine) -> None:
    installed.install("local")
    assert problems(installed.examine()) == {}


def test_a_broken_policy_is_found(installed: Machine) -> None:
    (installed.project / "ambidex.toml").write_text("version = 1\n\n[tests]\ncomand = 'pytest'\n")
    found = problems(installed.examine())
    assert list(found) == ["ambidex.toml:4"]
    assert "tests.comand" in found["ambidex.toml:4"][0]
    assert "did you mean command?" in found["ambidex.toml:4"][1]


def test_an_old_client_is_found(installed: Machine, tmp_path: Path) -> None:
    program(tmp_path / "old" / "claude", "echo '2.1.42 (Claude Code)'")
    installed.environ["PATH"] = f"{tmp_path / 'old'}:/usr/bin:/bin"
    found = problems(installed.examine())
    assert list(found) == ["claude"]
    assert "is 2.1.42; Ambidex needs 2.1.197 or newer" in found["claude"][0]
    assert found["claude"][1] == "claude update"


def test_a_hook_that_answers_wrongly_is_named_with_what_came_instead(
    installed: Machine, tmp_path: Path
) -> None:
    plugin = tmp_path / "plugin"
    shutil.copytree(REPOSITORY / "hooks", plugin / "hooks")
    shutil.copytree(REPOSITORY / "src", plugin / "src")
    (installed.data / "root").write_text(f"{plugin}\n")
    decide = plugin / "src" / "ambidex" / "guard" / "decide.py"
    judged = "decision = judge(effects, scene)"
    assert judged in decide.read_text()
    decide.write_text(decide.read_text().replace(judged, "decision = Decision(ALLOW)"))
    stop = plugin / "src" / "ambidex" / "hook" / "stop.py"
    begin = "def handle(context: Context) -> Reply | None:\n"
    raising = f"{begin}    raise RuntimeError('a mistake of ours')\n"
    assert begin in stop.read_text()
    stop.write_text(stop.read_text().replace(begin, raising))
    found = problems(installed.examine())
    # Several scenes of PreToolUse need the judgement that is gone.
    assert {name.split()[0] for name in found} == {"PreToolUse", "Stop"}, found
    expected = "expected that a destructive command is denied and a write to a golden test"
    assert found["PreToolUse"][0].startswith(expected)
    assert "; instead: silence" in found["PreToolUse"][0]
    # That of a subagent is judged by the same hook.
    assert "RuntimeError: a mistake of ours" in found["Stop and 1 more"][0]
    assert found["Stop and 1 more"][0].startswith("Stop, SubagentStop do not answer")


def test_a_launcher_that_is_gone_is_found(installed: Machine) -> None:
    shutil.rmtree(installed.project / ".claude" / "ambidex")
    found = problems(installed.examine())
    assert list(found) == ["project settings"]
    assert "launch, which its hooks start, is missing" in found["project settings"][0]


def test_a_failure_of_the_last_days_is_told_with_its_text(installed: Machine) -> None:
    from ambidex import __version__

    append(
        installed.state,
        {
            "event": "Stop",
            "failure": "KeyError: 'gates'",
            "where": ["door.py:90 answer", "stop.py:41 handle"],
            "version": __version__,
        },
    )
    examination = installed.examine()
    found = problems(examination)
    assert list(found) == ["failures"]
    assert "Stop: KeyError: 'gates' (stop.py:41 handle)" in found["failures"][0]
    assert examination.fired["Stop"] is not None
    assert examination.fired["PreCompact"] is None


def test_state_that_others_can_read_is_found(installed: Machine) -> None:
    append(installed.state, {"event": "Stop"})
    state = Path(installed.state)
    state.chmod(0o755)
    found = problems(installed.examine())
    assert list(found) == ["folder"]
    assert found["folder"][1].startswith("chmod 700 ")
    state.chmod(stat.S_IRWXU)
    segment = next(state.glob("audit/*.jsonl"))
    segment.write_text(segment.read_text().replace('"Stop"', '"Spot"'))
    (state / "state.sqlite3.corrupt-1").write_text("damaged")
    found = problems(installed.examine())
    assert set(found) == {"audit log", "store"}
    assert "the chain is broken at record 1" in found["audit log"][0]
