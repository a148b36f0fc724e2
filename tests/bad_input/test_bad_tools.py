"""Tools that hang, flood, die or lie: bounded, told apart from findings, and blocking nothing."""

import sys
import time
from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.trusted_project import grant
from testing.untouched import snapshot

UNFORMATTED = "def f( a,b ):\n    return a\n"

BAD = {
    "hangs": "exec sleep 60",
    "floods": "exec yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "dies by a signal": "kill -SEGV $$",
    "fails": "echo trouble >&2; exit 70",
    "prints nonsense": "echo '{not json'",
    "leaves a child behind": "sleep 60 & exit 70",
    "cannot be started": None,
}


def fake(hooks: Hooks, name: str, behaviour: str) -> None:
    """Put a program of this behaviour into the project's own environment."""
    folder = hooks.project / ".venv" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    (hooks.project / ".venv" / ".gitignore").write_text("*\n")
    path = folder / name
    text = BAD[behaviour]
    # A format that no system knows.
    path.write_bytes(b"\x00\x01\x02" if text is None else f"#!/bin/sh\n{text}\n".encode())
    path.chmod(0o755)


def configure(hooks: Hooks, text: str) -> None:
    (hooks.project / "ambidex.toml").write_text("version = 1\n" + text)
    grant(hooks)
    hooks.session = "session-2"
    hooks.ask()


# Until the deadline, which is a second at least.
PATIENT = [
    pytest.param(behaviour, marks=[pytest.mark.slow] if behaviour in ("hangs", "floods") else [])
    for behaviour in BAD
]


@pytest.mark.parametrize("behaviour", PATIENT)
def test_an_edit_with_a_bad_formatter_is_kept_and_reported_as_unchecked(
    trusted: Hooks, behaviour: str
) -> None:
    configure(trusted, "[edits]\nscan = false\ndeadline_seconds = 1\n")
    fake(trusted, "ruff", behaviour)
    git_before = snapshot(trusted.project / ".git")
    started = time.monotonic()
    answer = trusted.write("src/new.py", UNFORMATTED)
    assert time.monotonic() - started < 40
    assert not answer.blocks
    assert "not checked" in answer.note
    assert (trusted.project / "src" / "new.py").read_text() == UNFORMATTED
    statuses = {v["gate"]: v["status"] for v in trusted.records("PostToolUse")[-1]["verdicts"]}
    assert set(statuses.values()) <= {"not_run", "broken"}
    assert snapshot(trusted.project / ".git") == git_before


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", ["hangs", "floods", "dies by a signal", "prints nonsense"])
def test_an_edit_with_a_bad_scanner_is_kept_and_reported_as_unchecked(
    trusted: Hooks, behaviour: str
) -> None:
    configure(trusted, "[edits]\nformat = false\nlint = false\ndeadline_seconds = 1\n")
    fake(trusted, "semgrep", behaviour)
    answer = trusted.write("src/new.py", UNFORMATTED)
    assert not answer.blocks
    assert "scan" in answer.note
    verdict = trusted.records("PostToolUse")[-1]["verdicts"][-1]
    assert verdict["gate"] == "scan"
    assert verdict["status"] in ("not_run", "broken")


# What cannot be started is looked for further along the PATH, as everywhere.
@pytest.mark.slow
@pytest.mark.parametrize("behaviour", sorted(set(BAD) - {"cannot be started"}))
def test_a_stop_with_a_bad_test_runner_is_let_go_with_the_reason(
    trusted: Hooks, behaviour: str
) -> None:
    configure(
        trusted,
        "[edits]\nformat = false\nlint = false\nscan = false\n"
        '[tests]\ncommand = "pytest -q"\ndeadline_seconds = 1\nsource = ["src"]\n',
    )
    fake(trusted, "pytest", behaviour)
    (trusted.project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (trusted.project / "tests").mkdir()
    (trusted.project / "tests" / "test_value.py").write_text("from value import VALUE\n")
    git_before = snapshot(trusted.project / ".git")
    trusted.write("src/value.py", "VALUE = 2\n")
    started = time.monotonic()
    answer = trusted.stop()
    assert time.monotonic() - started < 40
    assert not answer.blocks
    assert "without proof" in answer.note
    assert trusted.records("Stop")[-1]["verdicts"][-1]["status"] in ("not_run", "broken")
    assert snapshot(trusted.project / ".git") == git_before


@pytest.mark.slow
def test_the_log_of_a_flood_is_bounded(trusted: Hooks) -> None:
    configure(
        trusted,
        "[edits]\nformat = false\nlint = false\nscan = false\n"
        '[tests]\ncommand = "yes"\ndeadline_seconds = 1\nsource = ["src"]\n',
    )
    trusted.write("src/value.py", "VALUE = 2\n")
    assert "deadline" in trusted.stop().note
    logs = list(Path(trusted.state, "logs").iterdir())
    assert len(logs) == 1
    assert logs[0].stat().st_size < 5_000_000
