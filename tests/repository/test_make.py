"""The commands that the README and CI rely on."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from testing.checkout import ROOT, clone, read

TARGETS = (
    "demo",
    "test",
    "unit",
    "check",
    "bench",
    "nightly",
    "mutation",
    "matrix",
    "lock",
    "picture",
    "clean",
)


def make(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_exists_and_says_why(target: str) -> None:
    done = make(ROOT, "--dry-run", target)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == set(TARGETS)


def test_the_commands_of_the_readme_are_targets() -> None:
    named = set(re.findall(r"`make ([a-z]+)`", read("README.md") + read("CONTRIBUTING.md")))
    assert {"demo", "test", "unit"} <= named
    assert named <= set(TARGETS)


def test_ci_runs_the_tests_of_the_readme() -> None:
    assert re.search(r"^make test\b", read(".ci/run"), re.MULTILINE)
    plan = make(ROOT, "--dry-run", "--always-make", "test").stdout
    for step in ("ruff format --check", "ruff check", "mypy", "lint-imports", "npm install"):
        assert step in plan
    assert plan.strip().splitlines()[-1].endswith('pytest -m "not nightly" -n 2 --dist worksteal')


CLOSING = "===== 3 passed, 1 deselected in 75.31s (0:01:15) ====="


@pytest.mark.parametrize(
    ("recipe", "status", "last"),
    [
        (f'@echo one; echo "{CLOSING}"; echo after', 0, CLOSING),
        ('@echo "== 1 failed in 1.20s =="; exit 1', 2, "== 1 failed in 1.20s =="),
        ("@echo nothing", 1, "make test ended with status 0 before any test had run"),
        ("@exit 3", 2, "make test ended with status 2 before any test had run"),
    ],
)
def test_ci_ends_with_the_closing_line_of_the_tests_and_their_status(
    tmp_path: Path, recipe: str, status: int, last: str
) -> None:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/run").write_text(read(".ci/run"))
    (tmp_path / "Makefile").write_text(f"test:\n\t{recipe}\n")
    done = subprocess.run(
        ["bash", str(tmp_path / ".ci/run")], capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert done.stdout.splitlines()[-1] == last


def test_a_python_that_is_too_old_is_refused_with_the_way_on(tmp_path: Path) -> None:
    folder = clone(tmp_path / "checkout")
    programs = tmp_path / "bin"
    programs.mkdir()
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.1"\nexit 1\n')
    old.chmod(0o755)
    for name in ("make", "sh", "sed", "grep", "bash", "cat"):
        (programs / name).symlink_to(Path("/usr/bin") / name)
    done = make(folder, ".venv/ready", PATH=str(programs))
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.8.1" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_newer_python_under_another_name_is_found(tmp_path: Path) -> None:
    folder = clone(tmp_path / "checkout")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, status in (("python3", 1), ("python3.12", 0)):
        program = programs / name
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin"
    plan = make(folder, "--dry-run", ".venv/ready", PATH=path).stdout
    assert re.search(r'"python3\.1[234]" -m venv', plan)
