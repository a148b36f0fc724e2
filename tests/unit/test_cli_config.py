from __future__ import annotations

import datetime
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
        "[stop]\n\nmax_blocks = 11\n"
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 9999-01-01\n"
    )
    lines = run("show").output.splitlines()
    assert any(line.split() == ["max_blocks", "=", "11", "#", "ambidex.toml:3"] for line in lines)
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


OWN_RULE = """[[guard.rules]]
id = "acme.deploy"
effects = ["run"]
programs = ["deploy"]
protects = "the shop"
why = "It goes live."
instead = "Ask."
match = ["./deploy now", "sudo deploy"]
not_match = ["ls"]
"""


@pytest.mark.parametrize(
    "text",
    [
        OWN_RULE,
        "guard.disable = ['ambidex.databases', 'ambidex.git.force-push']\n",
        "guard.disable = ['ambidex.secrets.in-prompt']\n",
        "[[guard.decisions]]\nrule = 'ambidex.git.force-push'\ndecision = 'ask'\nreason = 'x'\n",
        "[[guard.decisions]]\nrule = 'acme.deploy'\ndecision = 'ask'\nreason = 'x'\n" + OWN_RULE,
        "paths.approval = ['nothing/yet/**']\n",
        "guard.protected_branches = ['main', 'release/*']\n",
        "[[guard.writers]]\ntool = 'mcp__files__write*'\nfield = 'path'\n",
        "guard.hosts = ['*.acme.example']\nguard.trash = true\nguard.prompts = 'block'\n",
    ],
)
def test_what_a_policy_may_say_of_the_guard_is_accepted(project: Path, text: str) -> None:
    (project / "ambidex.toml").write_text(text)
    result = run("check")
    assert result.exit_code == ExitCode.PASSED, result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            OWN_RULE.replace("sudo deploy", "git push"),
            "ambidex.toml:8 guard.rules[0].match[1]: acme.deploy lets pass 'git push'",
        ),
        (
            OWN_RULE.replace('"ls"', '"cd /srv && deploy --dry-run"'),
            "ambidex.toml:9 guard.rules[0].not_match[0]: acme.deploy stops 'cd /srv && deploy",
        ),
        (OWN_RULE.replace('"run"', '"fly"'), "ambidex.toml:3 guard.rules[0].effects[0]"),
        (OWN_RULE.replace("acme.deploy", "ambidex.deploy"), "ambidex.toml:2 guard.rules[0].id"),
        (OWN_RULE.replace('match = ["./deploy now", "sudo deploy"]\nnot_', ""), "it is missing"),
        (
            "guard.disable = ['ambidex.git']\n",
            "ambidex.toml:1 guard.disable[0]: 'ambidex.git' is a core pack",
        ),
        (
            "guard.disable = ['ambidex.database']\n",
            "Did you mean ambidex.databases?",
        ),
        (
            "[[guard.decisions]]\nrule = 'ambidex.git.forcepush'\ndecision = 'ask'\nreason = 'x'\n",
            "ambidex.toml:2 guard.decisions[0].rule: 'ambidex.git.forcepush' is not a rule of the",
        ),
        (
            "[[guard.decisions]]\nrule = 'ambidex.git.force-push'\ndecision = 'allow'\n"
            "reason = 'x'\n",
            "ambidex.toml:3 guard.decisions[0].decision",
        ),
        (
            "[[guard.decisions]]\nrule = 'ambidex.git.force-push'\ndecision = 'ask'\n",
            "guard.decisions[0].reason: it is missing",
        ),
        ("paths.approval = ['/etc/**']\n", "ambidex.toml:1 paths.approval[0]"),
        ("paths.approval = ['a/**', 'a/**']\n", "stands there twice"),
        ("guard.protected_branches = 'main'\n", "ambidex.toml:1 guard.protected_branches"),
        (
            "[[guard.writers]]\ntool = 'mcp__files__write'\n",
            "guard.writers[0].field: it is missing",
        ),
    ],
)
def test_what_is_wrong_about_the_guard_is_said_with_its_line(
    project: Path, text: str, said: str
) -> None:
    (project / "ambidex.toml").write_text(text)
    result = run("check")
    assert result.exit_code == ExitCode.USAGE
    assert said in result.output
    assert "1 problem\n" in result.output


def test_an_allowed_command_without_an_end_holds_thirty_days(project: Path) -> None:
    entry = "[[guard.allow]]\ncommand = 'git push --force'\nreason = 'y'\nadded = {}\n"
    today = datetime.date.today()
    (project / "ambidex.toml").write_text(entry.format(today))
    policy = json.loads(run("show", "--json").output)
    ends = today + datetime.timedelta(days=30)
    assert policy["guard"]["allow"][0]["expires"] == ends.isoformat()
    (project / "ambidex.toml").write_text(entry.format(today - datetime.timedelta(days=31)))
    result = run("check")
    assert result.exit_code == ExitCode.USAGE
    assert "the entry expired on" in result.output
