"""The wheel, built and installed as a user would: it guards, and leaves no trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from testing.checkout import ROOT, clone, tracked
from testing.projects import repository

pytestmark = pytest.mark.slow

# Odd on purpose: a foreign hook, indentation of three, no newline at the end.
SETTINGS = """{
   "model": "opus",
   "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "true"}]}]},
   "permissions":   {"allow": [ "Bash(ls:*)" ]}
}"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tracked files, built with what the development environment has."""
    checkout = clone(tmp_path_factory.mktemp("checkout"))
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(target), str(checkout)],
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment with the wheel.

    What Ambidex depends on is taken from the environment that runs the tests.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    command = [
        str(programs / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    # A line of a .pth file adds that folder alone; .pth files in it, such as the one of this
    # checkout's editable installation, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    # Hooks run without .pth files; they look for this one in the environment's own folder.
    (packages / "coverage").symlink_to(Path(sysconfig.get_path("platlib")) / "coverage")
    for name in ("ruff", "semgrep"):
        (programs / name).symlink_to(Path(sysconfig.get_path("scripts")) / name)
    return programs


class Machine:
    """A home, a project with settings of its own, and the installed command."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.project = repository(folder / "a project", {".claude/settings.json": SETTINGS})
        self.programs = programs
        self.environ = {"HOME": str(self.home), "PATH": f"{programs}:/usr/bin:/bin"}

    def ambidex(self, *arguments: str) -> str:
        done = subprocess.run(
            ["ambidex", *arguments],
            cwd=self.project,
            env=self.environ,
            executable=self.programs / "ambidex",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def before(self, command: str) -> dict[str, Any]:
        """What the committed settings make of a Bash call; `{}` for silence."""
        settings = json.loads((self.project / ".claude/settings.json").read_text())
        (ours,) = settings["hooks"]["PreToolUse"][0]["hooks"]
        payload = {
            "session_id": "s",
            "transcript_path": "",
            "cwd": str(self.project),
            "hook_event_name": "PreToolUse",
            "tool_name": "Bash",
            "tool_input": {"command": command},
            "tool_use_id": "t",
        }
        done = subprocess.run(
            ["/bin/sh", "-c", ours["command"]],
            input=json.dumps(payload),
            cwd=self.project,
            env={
                "HOME": str(self.home),
                "PATH": "/usr/bin:/bin",
                "CLAUDE_PROJECT_DIR": str(self.project),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(json.loads(done.stdout)["hookSpecificOutput"]) if done.stdout else {}

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.project)): path.read_bytes()
            for path in self.project.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.project).parts
        }


@pytest.fixture
def machine(tmp_path: Path, installed: Path) -> Machine:
    return Machine(tmp_path, installed)


def test_the_wheel_carries_everything_that_an_installation_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    plugin = tracked(
        *("hooks", "skills", "agents", "bin", ".claude-plugin", "settings.template.json", "loop.md")
    )
    wanted = {f"ambidex/_plugin/{path}" for path in plugin}
    wanted |= {str(path.relative_to("src")) for path in tracked("src")}
    assert len(wanted) > 150
    assert wanted <= inside
    assert any(name.endswith("edits/rules/python/injection.yaml") for name in wanted)
    assert {
        "ambidex/policy/ambidex.schema.json",
        "ambidex/report/evidence.schema.json",
        "ambidex/setup/vendored_launch.sh",
    } <= wanted
    for name in ("hooks/launch", "bin/ambidex"):
        assert modes[f"ambidex/_plugin/{name}"] & 0o111


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        assert not [name for name in archive.namelist() if name.endswith(".pyc")]
    assert {top.partition("-")[0] for top in tops} == {"ambidex"}


def test_the_installed_command_is_the_wheels(machine: Machine) -> None:
    code = "import ambidex; print(ambidex.__file__)"
    done = subprocess.run(
        [machine.programs / "python", "-c", code], capture_output=True, text=True, check=True
    )
    assert str(ROOT) not in done.stdout
    assert done.stdout.startswith(str(machine.programs.parent))


def test_an_installation_guards_and_its_removal_restores_every_byte(machine: Machine) -> None:
    before = machine.files()
    assert before
    machine.ambidex("install", "--project")
    assert machine.files() != before
    refused = machine.before("git push --force origin main")
    assert refused["permissionDecision"] == "deny"
    assert refused["permissionDecisionReason"].startswith("ambidex.git.force-push")
    assert machine.before("git status") == {}
    assert "byte for byte" in machine.ambidex("uninstall", "--project")
    assert machine.files() == before


def test_an_installation_whose_executable_bits_were_lost_guards_all_the_same(
    machine: Machine,
) -> None:
    launch = next(
        machine.programs.parent.glob("lib/python3*/site-packages/ambidex/_plugin/hooks/launch")
    )
    mode = launch.stat().st_mode
    launch.chmod(0o644)
    try:
        machine.ambidex("install", "--project")
        assert machine.before("git push --force origin main")["permissionDecision"] == "deny"
    finally:
        launch.chmod(mode)


def test_the_demo_of_the_installed_package_goes_as_it_should(machine: Machine) -> None:
    told = machine.ambidex("demo", "--no-client")
    assert told.count("✓") >= 8
    assert "✗" not in told
    assert os.listdir(machine.home) == []
