from __future__ import annotations

import json
from pathlib import Path

import pytest
import tomllib
from click.testing import CliRunner, Result

from ambidex import locate
from ambidex.cli.config import command
from ambidex.cli.exit_codes import ExitCode
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.snapshot import load_stored, snapshot_path
from testing.configured_project import environment, make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    root = make_project(tmp_path / "project", {"src/a.py": ""})
    monkeypatch.chdir(root / "src")
    return root


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_check_of_a_project_without_configuration_is_not_a_pass(project: Path) -> None:
    result = run("check")
    assert result.exit_code == ExitCode.NOT_RUN
    assert "ambidex init" in result.output


def test_check_of_a_good_file_passes_says_whether_it_is_trusted_and_stores_it(
    project: Path,
) -> None:
    (project / "ambidex.toml").write_text("track = 'left'\n[edits]\nlint = false\n")
    result = run("check")
    assert result.exit_code == ExitCode.PASSED
    assert "ambidex.toml: valid, 2 keys are set." in result.output
    assert "Not trusted" in result.output
    state = locate.repository_state(dict(environment(project.parent)), str(project))
    stored = load_stored(snapshot_path(state, str(project)))
    assert stored == compile_policy(str(project))
    trust.grant(state, stored["digest"], "ada", str(project), 1)
    assert "Trusted by ada." in run("check").output


def test_check_of_a_bad_file_lists_every_problem_on_standard_error(project: Path) -> None:
    (project / "ambidex.toml").write_text("trak = 1\n[edits]\nlint = 'no'\n")
    result = run("check")
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0] == "Error: 2 problems"
    assert lines[1].startswith("ambidex.toml:1 trak: unknown key")
    assert lines[2].startswith("ambidex.toml:3 edits.lint: found the string")


def test_check_works_where_the_state_cannot_be_written(project: Path) -> None:
    (project.parent / "state").write_text("a file where the folder should be")
    (project / "ambidex.toml").write_text("")
    result = run("check")
    assert result.exit_code == ExitCode.PASSED
    assert "the state cannot be written" in result.stderr


def test_show_says_where_each_value_comes_from(project: Path) -> None:
    (project / "ambidex.toml").write_text(
        "[stop]\n\nblocks_per_prompt = 20\n"
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 9999-01-01\n"
    )
    lines = run("show").output.splitlines()
    assert any(
        line.split() == ["blocks_per_prompt", "=", "20", "#", "ambidex.toml:3"] for line in lines
    )
    assert any(line.split() == ["blocks_in_a_row", "=", "7", "#", "default"] for line in lines)
    values = tomllib.loads("\n".join(lines))
    assert values["guard"]["allow"][0]["expires"] == "9999-01-01"
    assert values["gates"] == DEFAULTS["gates"]


def test_show_as_json_is_the_policy_that_hooks_read(project: Path) -> None:
    (project / "ambidex.toml").write_text("track = 'left'\n")
    assert json.loads(run("show", "--json").output) == compile_policy(str(project))


def test_show_without_configuration_shows_the_defaults(project: Path) -> None:
    assert "Nothing is configured" in run("show").output
    assert json.loads(run("show", "--json").output) == DEFAULTS


def test_schema_and_sample_are_printed_as_they_are(project: Path) -> None:
    assert json.loads(run("schema").output)["title"] == "ambidex.toml"
    (project / "ambidex.toml").write_text(run("sample").output)
    assert run("check").exit_code == ExitCode.PASSED


def test_every_exit_code_means_one_thing() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "PASSED": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "NOT_RUN": 3,
        "BROKEN": 4,
        "PERSON_NEEDED": 5,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
    }
