"""`ambidex doctor` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from testing.hooks import REPOSITORY
from testing.machine import Machine

_CODE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ambidex.cli.main import main; main()"


def doctor(machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _CODE, str(REPOSITORY / "src"), "doctor", *arguments],
        cwd=machine.project,
        env={**machine.environ, "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_without_an_installation_both_ways_to_install_are_told(machine: Machine) -> None:
    done = doctor(machine)
    assert done.returncode == 1
    assert "nothing is guarded" in done.stdout
    assert "claude plugin install ambidex@ambidex" in done.stdout
    assert "ambidex install" in done.stdout


@pytest.mark.slow
def test_a_good_installation_is_shown_in_a_line_per_group(installed: Machine) -> None:
    done = doctor(installed)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "No problems."
    assert len(lines) < 25
    assert max(map(len, lines)) <= 80 or str(installed.project) in done.stdout
    groups = [line.split()[1] for line in lines if line.startswith("✓")]
    assert groups == [
        "installation",
        "registration",
        "programs",
        "hooks",
        "rules",
        "policy",
        "state",
        "history",
    ]
    assert "✗" not in done.stdout
    verbose = doctor(installed, "-v")
    assert verbose.stdout.count("✓") > len(groups)


@pytest.mark.slow
def test_json_gives_everything_and_the_exit_code_counts(installed: Machine) -> None:
    (installed.project / "ambidex.toml").write_text("version = 2\n")
    done = doctor(installed, "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["problems"] == 1
    assert set(found) == {"version", "project", "problems", "checks", "last_fired"}
    assert len(found["last_fired"]) == 18
    problem = next(check for check in found["checks"] if check["status"] == "problem")
    assert problem["group"] == "policy"
    assert problem["fix"]


def test_a_disk_without_room_for_the_rehearsal_is_trouble_and_no_finding(
    installed: Machine,
) -> None:
    installed.environ["TMPDIR"] = "/nonexistent"
    code = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/nonexistent']; " + _CODE
    done = subprocess.run(
        [sys.executable, "-c", code, str(REPOSITORY / "src"), "doctor"],
        cwd=installed.project,
        env=installed.environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 4
    assert "the examination was not possible" in done.stderr
