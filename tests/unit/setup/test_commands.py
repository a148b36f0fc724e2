"""`ambidex install` and `ambidex uninstall` as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.main import ambidex

AWKWARD = b'{\r\n   "model":"opus" }'


@pytest.fixture
def settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    monkeypatch.delenv("CLAUDECODE", raising=False)
    (project / ".claude").mkdir()
    path = project / ".claude/settings.json"
    path.write_bytes(AWKWARD)
    return path


def run(*args: str) -> Result:
    return CliRunner().invoke(ambidex, list(args))


def test_install_and_uninstall_say_what_they_did_and_restore_every_byte(settings: Path) -> None:
    done = run("install")
    assert done.exit_code == ExitCode.PASSED, done.output
    assert f"merged into {settings}" in done.output
    assert b"ambidex/launch" in settings.read_bytes()
    assert run("install").output.startswith(f"{settings} has Ambidex's entries already")
    done = run("uninstall")
    assert done.exit_code == ExitCode.PASSED
    assert "byte for byte" in done.output
    assert settings.read_bytes() == AWKWARD


def test_settings_that_are_not_json_are_broken_environment_with_their_place(
    settings: Path,
) -> None:
    settings.write_bytes(b'{\n  "a": 1,\n}')
    done = run("install")
    assert done.exit_code == ExitCode.BROKEN
    assert "settings.json:3:1: a comma before }" in done.output
    assert settings.read_bytes() == b'{\n  "a": 1,\n}'


def test_an_agent_cannot_take_its_guard_away(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("install")
    installed = settings.read_bytes()
    monkeypatch.setenv("CLAUDECODE", "1")
    done = run("uninstall", "--project")
    assert done.exit_code == ExitCode.PERSON_NEEDED
    assert "ambidex uninstall --project" in done.output
    assert settings.read_bytes() == installed


def test_purging_needs_a_person_at_a_terminal(settings: Path) -> None:
    run("install")
    done = run("uninstall", "--purge")
    assert done.exit_code == ExitCode.PERSON_NEEDED
    assert settings.read_bytes() != AWKWARD, "nothing at all may have been done"
