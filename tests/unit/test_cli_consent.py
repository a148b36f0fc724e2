from __future__ import annotations

import json
from pathlib import Path

import pytest

from ambidex import locate
from ambidex.policy import pause, trust
from ambidex.policy.compile import compile_policy
from ambidex.policy.snapshot import read
from testing.configured_project import environment, make_project
from testing.terminal import run_on_terminal

FILES = {
    "src/shop/__init__.py": "",
    "tests/test_shop.py": "",
    "tests/golden/test_gold.py": "",
    "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests', 'gone']\n",
    "vendor/x.py": "",
    ".semgrep/own.yml": "rules: []\n",
}


class Desk:
    """A person's terminal in a project."""

    def __init__(self, folder: Path, files: dict[str, str] = FILES) -> None:
        self.environ = environment(folder)
        self.root = make_project(folder / "project", files)
        self.state = locate.repository_state(self.environ, str(self.root))

    def type(self, verb: str, *arguments: str, answer: str = "") -> tuple[int, str]:
        return run_on_terminal(verb, arguments, cwd=self.root, environ=self.environ, answer=answer)

    def trusted(self) -> bool:
        return trust.is_trusted(self.state, compile_policy(str(self.root))["digest"])


def test_init_writes_what_fits_the_project_and_trusts_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    code, said = desk.type("init")
    assert code == 0, said
    policy = compile_policy(str(desk.root))
    assert policy["paths"]["golden"] == ["tests/golden/**"]
    assert policy["edits"]["exclude"] == ["vendor/**"]
    assert policy["edits"]["rules"] == [".semgrep"]
    assert policy["tests"]["paths"] == ["tests"]
    assert policy["tests"]["source"] == ["src"]
    assert desk.trusted()
    assert (desk.root / ".ambidex" / ".gitignore").read_text() == "*\n"
    assert "Wrote ambidex.toml" in said
    assert "Trusted." in said
    assert len(said.splitlines()) < 25
    assert read(desk.environ, str(desk.root)) == policy


def test_init_writes_only_what_matches_in_an_empty_project(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    code, said = desk.type("init")
    assert code == 0, said
    assert "No pytest found" in said
    assert desk.trusted()


@pytest.mark.parametrize("name", ["ambidex.toml", "pyproject.toml"])
def test_init_overwrites_nothing(tmp_path: Path, name: str) -> None:
    text = "[tool.ambidex]\n" if name == "pyproject.toml" else "# mine\n"
    desk = Desk(tmp_path, {name: text})
    code, said = desk.type("init")
    assert code == 2
    assert f"{name} configures this project already" in said
    assert (desk.root / name).read_text() == text
    assert not desk.trusted()


def test_init_in_a_project_that_cannot_be_recorded_leaves_nothing_behind(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "state").write_text("a file where the folder should be")
    code, said = desk.type("init")
    assert code == 4
    assert "the audit log cannot be written" in said
    assert not (desk.root / "ambidex.toml").exists()


def test_trust_shows_what_will_run_asks_and_is_recorded(tmp_path: Path) -> None:
    desk = Desk(tmp_path, FILES | {"ambidex.toml": "tests.command = 'make check'\n"})
    code, said = desk.type("trust", answer="n")
    assert code == 1
    assert "make check" in said
    assert not desk.trusted()
    code, said = desk.type("trust", answer="y")
    assert code == 0, said
    assert desk.trusted()
    records = "".join(path.read_text() for path in Path(desk.state, "audit").iterdir())
    assert '"trust"' in records
    assert "trusted already" in desk.type("trust")[1]
    assert desk.type("trust", "--revoke")[1] == "Trust is taken back.\n"
    assert not desk.trusted()
    assert "was not trusted" in desk.type("trust", "--revoke")[1]


def test_a_changed_command_needs_new_trust(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"ambidex.toml": "tests.command = 'make check'\n"})
    assert desk.type("trust", "--yes")[0] == 0
    (desk.root / "ambidex.toml").write_text("tests.command = 'make other'\n")
    assert not desk.trusted()


def test_a_broken_or_absent_configuration_cannot_be_trusted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    assert desk.type("trust")[0] == 2
    (desk.root / "ambidex.toml").write_text("paths.golden = ['nothing/**']\n")
    code, said = desk.type("trust", "--yes")
    assert code == 2
    assert "ambidex.toml:1 paths.golden[0]" in said


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("init", ()),
        ("trust", ("--yes",)),
        ("trust", ("--revoke",)),
        ("pause", ("1h",)),
        ("pause", ("--end",)),
    ],
)
def test_an_agent_gives_no_consent(tmp_path: Path, verb: str, arguments: tuple[str, ...]) -> None:
    desk = Desk(tmp_path, {"ambidex.toml": ""} if verb == "trust" else {})
    desk.environ["CLAUDECODE"] = "1"
    code, said = desk.type(verb, *arguments)
    assert code == 5
    assert "CLAUDECODE is set" in said
    assert f"cd {desk.root} && ambidex {verb}" in said.replace("\n", " ")
    assert not Path(desk.state).exists()
    assert not (desk.root / ".ambidex").exists()


def test_an_agent_that_cleans_its_environment_and_brings_a_terminal_is_still_seen(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, {"ambidex.toml": ""})
    pretender = tmp_path / "claude"
    pretender.write_text('#!/bin/sh\nenv -u CLAUDECODE "$@"\nexit $?\n')
    pretender.chmod(0o755)
    code, said = run_on_terminal(
        "trust",
        ["--yes"],
        cwd=desk.root,
        environ=desk.environ,
        program=[str(pretender)],
        depth=1,
    )
    assert code == 5
    assert "Claude Code is among the processes" in said
    assert not desk.trusted()


def test_pause_is_recorded_shown_and_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    assert desk.type("pause")[1] == "Not paused.\n"
    code, said = desk.type("pause", "30m")
    assert code == 0, said
    record = json.loads(Path(desk.state, "pause.json").read_text())
    assert record["until"] - record["when"] == 1800
    assert pause.is_paused(desk.state, record["when"]) == record["until"]
    assert "Paused until" in desk.type("pause")[1]
    assert desk.type("pause", "--end")[1] == "The gates are back.\n"
    assert desk.type("pause", "--end")[1] == "No pause was on.\n"
    records = "".join(path.read_text() for path in Path(desk.state, "audit").iterdir())
    assert '"pause"' in records
    assert '"pause.ended"' in records


@pytest.mark.parametrize("arguments", [("25h",), ("soon",), ("1h", "--end")])
def test_a_pause_that_makes_no_sense_is_a_usage_error(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert Desk(tmp_path, {}).type("pause", *arguments)[0] == 2
