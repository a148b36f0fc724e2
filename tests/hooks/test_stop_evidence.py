"""What a Stop leaves behind for others, what `verify` makes of it, and what a Stop costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ambidex.report import evidence
from testing.hooks import REPOSITORY, Hooks
from testing.projects import git
from testing.trusted_project import grant, suite_runs

SCHEMA = json.loads(Path(evidence.__file__).with_name("evidence.schema.json").read_text())
WRONG = "VALUE = 'wrong'\n"


def latest(hooks: Hooks) -> dict[str, Any]:
    path = hooks.project / ".ambidex" / "evidence" / "latest.json"
    found: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(found, SCHEMA)
    return found


def test_every_stop_that_judges_leaves_a_record(trusted: Hooks) -> None:
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks
    first = latest(trusted)
    assert first["overall"] == "findings"
    assert first["stop"] == {"action": "block", "cause": "red"}
    assert [check["status"] for check in first["checks"]][-1] == "findings"
    assert first["checks"][-1]["reused_from"] is None
    (tree,) = first["trees"]
    assert tree["worktree"] == str(trusted.project)
    assert tree["tree"] == trusted.records("Stop")[-1]["tree"]
    assert first["tools"]["ruff"]
    trusted.stop(active=True)
    again = latest(trusted)["checks"][-1]["reused_from"]
    assert again["origin"] == "hook"
    trusted.write("src/value.py", "VALUE = 2\n")
    trusted.stop(active=True)
    assert latest(trusted)["stop"] == {"action": "pass", "cause": "green"}
    assert len(list((trusted.project / ".ambidex" / "evidence").glob("2*.json"))) == 3
    assert git(trusted.project, "status", "--porcelain") == " M src/value.py\n"


def test_what_was_put_off_or_could_not_be_judged_is_recorded_too(trusted: Hooks) -> None:
    trusted.write("src/value.py", WRONG)
    trusted.stop(waiting=True)
    assert latest(trusted)["stop"] == {"action": "defer", "cause": "waiting"}
    assert {"gate": "tests", "why": "deferred"} in latest(trusted)["not_run"]
    with (trusted.project / "ambidex.toml").open("a") as file:
        file.write("# another configuration, which nobody trusts\n")
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text().replace("sh suite.sh", "sh other.sh"))
    trusted.stop()
    assert latest(trusted)["stop"] is None
    assert any("untrusted" in entry["why"] for entry in latest(trusted)["not_run"])


_VERIFY = (
    "import sys; from ambidex.cli.main import main; sys.argv[0:1] = ['ambidex', 'verify']; main()"
)


def verify(hooks: Hooks, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _VERIFY, *arguments],
        cwd=hooks.project,
        env={**hooks.environ, "PYTHONPATH": str(REPOSITORY / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_verify_uses_the_verdict_of_the_hook_and_says_so(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 2\n")
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == 1
    done = verify(trusted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert suite_runs(trusted) == 1
    assert "as judged at" in done.stdout
    assert "by the Stop hook" in done.stdout
    data = json.loads(verify(trusted, "--format", "json").stdout)
    (tests,) = [verdict for verdict in data["verdicts"] if verdict["gate"] == "tests"]
    assert tests["details"]["reused_from"]["origin"] == "hook"


def test_a_whole_suite_that_was_green_holds_for_another_base(trusted: Hooks) -> None:
    trusted.write("src/value.py", "VALUE = 2\n")
    trusted.stop()
    git(trusted.project, "commit", "-qam", "another base")
    trusted.write("src/value.py", "VALUE = 3\n")
    trusted.ask()
    trusted.write("src/other.py", "OTHER = 1\n")
    trusted.stop()
    assert suite_runs(trusted) == 2
    assert verify(trusted, "--base", "HEAD~1").returncode == 0
    assert suite_runs(trusted) == 2
    trusted.write("src/other.py", "OTHER = 2\n")
    assert verify(trusted).returncode == 0
    assert suite_runs(trusted) == 3


def test_a_red_suite_is_judged_anew_for_another_base(trusted: Hooks) -> None:
    trusted.write("src/value.py", WRONG)
    trusted.stop()
    git(trusted.project, "commit", "-qam", "red")
    assert verify(trusted, "--base", "HEAD~1").returncode == 1
    runs = suite_runs(trusted)
    trusted.write("src/value.py", WRONG + "MORE = 1\n")
    verify(trusted, "--base", "HEAD")
    assert suite_runs(trusted) == runs + 1


# What a Stop must not import where nothing changed: each costs milliseconds.
HEAVY = {
    *("subprocess", "json", "re", "ast", "tokenize", "tomllib", "typing", "dataclasses"),
    *("pathlib", "hashlib", "tempfile", "importlib.metadata", "logging", "xml.etree.ElementTree"),
    *("ambidex.gates", "ambidex.proof.suite", "ambidex.proof.python_tests", "ambidex.edits.treat"),
    *("ambidex.report.evidence", "ambidex.hook.committing", "ambidex.changes.commit"),
    *("ambidex.changes.diff", "ambidex.ledger.chain", "ambidex.proof.observe"),
}


def loaded(hooks: Hooks) -> set[str]:
    payload = hooks.payload(
        "Stop",
        stop_hook_active=False,
        last_assistant_message="done",
        background_tasks=[],
        session_crons=[],
    )
    script = str(REPOSITORY / "hooks" / "stop.py")
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-B", "-X", "importtime", script),
            *(str(REPOSITORY / "src"), str(hooks.home / "data" / "pycache")),
        ],
        input=json.dumps(payload).encode(),
        env=hooks.environ,
        cwd=hooks.project,
        capture_output=True,
        check=True,
    )
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("commits", [False, True])
def test_a_stop_where_nothing_changed_imports_nothing_heavy(trusted: Hooks, commits: bool) -> None:
    if commits:
        with (trusted.project / "ambidex.toml").open("a") as file:
            file.write("\n[commit]\non_green = true\n")
        grant(trusted)
        trusted.session = "session-2"
        trusted.ask()
    modules = loaded(trusted)
    assert "ambidex.hook.stop" in modules, "the list of modules was not read"
    allowed = {"ambidex.hook.committing"} if commits else set()
    assert modules & HEAVY <= allowed
    trusted.write("src/value.py", "VALUE = 2\n")
    assert "ambidex.gates" in loaded(trusted), "the list would show a heavy one"


def test_the_evidence_of_a_read_only_project_is_in_the_ledger_alone(trusted: Hooks) -> None:
    (trusted.project / ".ambidex").symlink_to(trusted.home)
    before = sorted(os.listdir(trusted.home))
    trusted.write("src/value.py", "VALUE = 2\n")
    assert trusted.stop().reply is None
    assert sorted({*os.listdir(trusted.home)} - {"suite-runs"}) == before
    assert trusted.records("Stop")[-1]["stop"]["action"] == "pass"
