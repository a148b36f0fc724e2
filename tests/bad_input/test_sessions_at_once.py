"""Two sessions at once, as real processes: nothing is lost, nothing waits for ever."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ambidex.ledger import chain
from ambidex.policy import snapshot
from testing.hooks import Hooks


def two(hooks: Hooks) -> list[Hooks]:
    """Two sessions in the project of `hooks`."""
    sessions = []
    for name in ("left", "right"):
        session = Hooks(hooks.home, hooks.project)
        session.session = name
        session.environ = hooks.environ
        sessions.append(session)
    return sessions


@pytest.mark.slow
def test_two_sessions_lose_no_record_and_break_no_chain(trusted: Hooks) -> None:
    before = len(trusted.records())

    def work(session: Hooks) -> None:
        session.fire("SessionStart", source="startup")
        session.ask()
        for number in range(6):
            session.before("Bash", command=f"echo {number}")
            session.after("Bash", {"stdout": str(number)}, command=f"echo {number}")
        session.write(f"src/{session.session}.py", "def f( a ):\n    return a\n")
        session.stop()
        session.fire("SessionEnd", reason="other")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, two(trusted)))
    records = trusted.records()[before:]
    # Start, prompt, six calls, a write, Stop, end: each in a record of its own.
    assert len(records) == 2 * (2 + 12 + 2 + 2)
    for name in ("left", "right"):
        own = [record["event"] for record in records if record["session"] == name]
        assert own[:2] == ["SessionStart", "UserPromptSubmit"]
        assert own[-2:] == ["Stop", "SessionEnd"]
        assert "failure" not in own
        assert (trusted.project / "src" / f"{name}.py").read_text().startswith("def f(a):")
    assert not any("failure" in record for record in records)
    assert chain.verify(trusted.state).status == chain.INTACT


def test_calls_that_meet_a_changed_policy_together_compile_it_once(trusted: Hooks) -> None:
    tools = trusted.home / "data" / "env" / "current"
    tools.unlink()
    (tools / "bin").mkdir(parents=True)
    python = tools / "bin" / "python"
    count = trusted.home / "compilations"
    python.write_text(f'#!/bin/sh\necho once >> {count}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + '\n[paths]\nread_only = ["src/**"]\n')
    target = str(trusted.project / "src" / "value.py")

    def write(session: Hooks) -> str:
        return session.before("Write", file_path=target, content="").reason

    with ThreadPoolExecutor(6) as pool:
        reasons = list(pool.map(write, two(trusted) * 3))
    assert all("ambidex.paths.read-only" in reason for reason in reasons), reasons
    assert count.read_text() == "once\n"
    stored = Path(snapshot.snapshot_path(trusted.state, str(trusted.project)))
    assert json.loads(stored.read_bytes())["paths"]["read_only"] == ["src/**"]


def test_a_first_event_in_many_sessions_at_once_sets_up_one_state(hooks: Hooks) -> None:
    def first(number: int) -> str:
        session = Hooks(hooks.home, hooks.project)
        session.session = f"session-{number}"
        session.environ = hooks.environ
        return session.before("Bash", command="rm -rf /").permission

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(first, range(6))) == ["deny"] * 6
    assert len(hooks.records("PreToolUse")) == 6
    assert chain.verify(hooks.state).status == chain.INTACT
    assert len(os.listdir(os.path.dirname(hooks.state))) == 1
