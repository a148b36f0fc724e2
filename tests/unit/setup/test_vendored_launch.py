"""The script that a project commits: it has to behave on machines that we never see."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from ambidex.setup import launcher
from ambidex.setup.install import PROJECT, USER, install

SHELLS = [shell for shell in ("/bin/dash", "/bin/bash", "/bin/sh") if shutil.which(shell)]
EVENTS = ("session_start", "pre_tool_use", "post_tool_use", "stop", "user_prompt_submit")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "launch"
    path.write_text(launcher.text())
    return path


def fire(shell: str, script: Path, event: str, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [shell, str(script), event],
        input='{"hook_event_name": "x", "tool_input": "$(touch /nonexistent/x)"}',
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def point_to(environ: dict[str, str], content: str) -> Path:
    data = Path(environ["HOME"]) / ".local/share/ambidex"
    data.mkdir(parents=True, exist_ok=True)
    (data / "root").write_text(content)
    return data


def test_where_ambidex_is_missing_all_pass_and_one_line_says_how_to_install(
    environ: dict[str, str], script: Path, shell: str
) -> None:
    answers = {event: fire(shell, script, event, environ) for event in EVENTS}
    note = json.loads(answers.pop("session_start"))
    assert list(note) == ["systemMessage"]
    assert "pip install ambidex && ambidex install" in note["systemMessage"]
    assert set(answers.values()) == {""}


@pytest.mark.parametrize("content", ["/nonexistent/ambidex\n", "", "relative\n", '/a"b\\\n'])
def test_where_ambidex_is_broken_tool_calls_are_refused_with_the_way_to_repair(
    environ: dict[str, str], script: Path, shell: str, content: str
) -> None:
    point_to(environ, content)
    answers = {event: fire(shell, script, event, environ) for event in EVENTS}
    refusal = json.loads(answers.pop("pre_tool_use"))["hookSpecificOutput"]
    assert refusal["permissionDecision"] == "deny"
    assert refusal["hookEventName"] == "PreToolUse"
    assert "pip install --force-reinstall ambidex" in refusal["permissionDecisionReason"]
    assert answers.pop("post_tool_use") == ""
    for answer in answers.values():
        assert list(json.loads(answer)) == ["systemMessage"]


def test_a_pointer_that_is_a_folder_counts_as_broken(
    environ: dict[str, str], script: Path, shell: str
) -> None:
    (Path(environ["HOME"]) / ".local/share/ambidex/root").mkdir(parents=True)
    assert '"deny"' in fire(shell, script, "pre_tool_use", environ)


def test_a_home_of_strange_characters_still_gives_valid_json(
    environ: dict[str, str], script: Path, shell: str, tmp_path: Path
) -> None:
    environ["HOME"] = str(tmp_path / 'a "home"\\ with $(x) `y`\nand %s')
    point_to(environ, "/gone\n")
    assert json.loads(fire(shell, script, "pre_tool_use", environ))


def test_without_a_home_the_password_database_is_asked(
    environ: dict[str, str], script: Path, shell: str, tmp_path: Path
) -> None:
    root = tmp_path / "r"
    (root / "hooks").mkdir(parents=True)
    (root / "hooks/launch").write_text('printf %s "$AMBIDEX_DATA_HOME"\n')
    del environ["HOME"]
    environ["AMBIDEX_DATA_HOME"] = str(tmp_path)
    (tmp_path / "root").write_text(f"{root}\n")
    assert fire(shell, script, "stop", environ) == str(tmp_path)


def test_it_hands_over_the_event_the_input_and_no_other_plugins_folder(
    environ: dict[str, str], script: Path, shell: str, tmp_path: Path
) -> None:
    root = tmp_path / "ambidex with a space"
    (root / "hooks").mkdir(parents=True)
    report = 'printf "%s|%s|%s|" "$1" "${CLAUDE_PLUGIN_DATA-unset}" "$AMBIDEX_DATA_HOME"; cat\n'
    (root / "hooks/launch").write_text(report)
    data = point_to(environ, f"{root}\n")
    environ["CLAUDE_PLUGIN_DATA"] = "/somebody/elses"
    answer = fire(shell, script, "stop", environ)
    assert answer.startswith(f'stop|unset|{data}|{{"hook_event_name"')


@pytest.mark.parametrize("form", [PROJECT, USER])
def test_the_installed_command_reaches_the_guard(
    environ: dict[str, str], project: Path, shell: str, form: str
) -> None:
    install(environ, str(project), form)
    folder = project if form == PROJECT else Path(environ["HOME"])
    value = json.loads((folder / ".claude/settings.json").read_text())
    command = value["hooks"]["PreToolUse"][0]["hooks"][0]["command"]
    call = {
        "session_id": "s",
        "transcript_path": "",
        "cwd": str(project),
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "rm -rf /"},
        "tool_use_id": "t",
    }
    done = subprocess.run(
        [shell, "-c", command],
        input=json.dumps(call),
        capture_output=True,
        text=True,
        env={**environ, "CLAUDE_PROJECT_DIR": str(project)},
        cwd=project,
        check=False,
    )
    answer = json.loads(done.stdout)["hookSpecificOutput"]
    assert answer["permissionDecision"] == "deny"
    assert "unavailable" not in answer["permissionDecisionReason"]


def test_the_hooks_find_the_bytecode_that_install_compiled(
    environ: dict[str, str], project: Path
) -> None:
    install(environ, str(project), PROJECT)
    cache = Path(environ["HOME"]) / ".local/share/ambidex/pycache"
    before = set(cache.rglob("ambidex/**/*.pyc"))
    subprocess.run(
        ["/bin/sh", str(project / ".claude/ambidex/launch"), "session_start"],
        input=json.dumps({"hook_event_name": "SessionStart", "cwd": str(project)}),
        capture_output=True,
        text=True,
        env={**environ, "CLAUDE_PROJECT_DIR": str(project)},
        check=True,
    )
    assert before
    assert set(cache.rglob("ambidex/**/*.pyc")) == before
