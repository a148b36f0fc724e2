"""How a command ends when it does not end by itself."""

from __future__ import annotations

import sys

import pytest

from ambidex.cli import main, status
from ambidex.cli.exit_codes import ExitCode


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["ambidex", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return ended.value.code


def fail(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> None:
    def raise_it(*_: object) -> None:
        raise problem

    monkeypatch.setattr(status, "gather", raise_it)


def test_an_interruption_is_not_taken_for_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(monkeypatch, KeyboardInterrupt())
    assert run(monkeypatch, "status") == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == "ambidex: interrupted"


def test_a_mistake_of_ours_has_a_code_of_its_own_and_all_that_a_report_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail(monkeypatch, RuntimeError("surprise"))
    assert run(monkeypatch, "status") == ExitCode.INTERNAL
    told = capsys.readouterr().err
    for part in ("RuntimeError: surprise", "ambidex 0.", "Python 3.", "test_cli_main.py"):
        assert part in told


@pytest.mark.parametrize("arguments", [["fly"], ["status", "--far"], ["verify", "--format", "x"]])
def test_a_command_line_that_is_wrong_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(monkeypatch, *arguments) == ExitCode.USAGE
    assert "Usage: ambidex" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["verify", "--help"]])
def test_help_and_version_are_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert not run(monkeypatch, *arguments)
    assert "ambidex" in capsys.readouterr().out
