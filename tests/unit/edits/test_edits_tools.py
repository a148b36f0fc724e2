"""Tools that misbehave: each end has its own verdict, and nothing is lost."""

import time

import pytest

from ambidex.edits import process
from ambidex.edits.process import DEADLINE, Job, run

UGLY = "x = [ 1,2 ]\n"


def job(script: str, **options) -> Job:
    return Job(["/bin/sh", "-c", script], "/", {"PATH": "/usr/bin:/bin"}, **options)


def soon(seconds: float = 30) -> float:
    return time.monotonic() + seconds


@pytest.mark.parametrize("tool", ["ruff", "semgrep"])
@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ("sleep 60", "not_run", "deadline"),
        ("kill -SEGV $$", "broken", "signal 11"),
        ("exec yes", "broken", "more than"),
        ("echo surprise >&2; exit 70", "broken", "status 70: surprise"),
        ("echo not json", "broken", "cannot be read"),
    ],
    ids=["hangs", "dies-by-a-signal", "floods", "fails", "talks-nonsense"],
)
def test_a_tool_that_misbehaves_never_passes(project, monkeypatch, tool, script, status, reason):
    monkeypatch.setattr(process, "OUTPUT_LIMIT", 1 << 20)
    project.seconds = 1.0 if script.startswith("sleep") else 60.0
    project.with_tool(tool, script)
    project.with_rules()
    file = project.write("a.py", UGLY)
    if tool == "semgrep":
        project.edits.update(format=False, lint=False)
        verdict = project.verdict("scan", "a.py")
    else:
        project.edits["scan"] = False
        verdict = project.verdict("lint", "a.py")
    assert verdict.status == status
    assert reason in verdict.reason
    assert file.read_text() == UGLY


def test_a_formatter_that_answers_something_else_does_not_cost_the_file(project):
    project.with_tool("ruff", "echo '[]'")
    file = project.write("a.py", UGLY)
    verdict = project.verdict("format", "a.py")
    assert verdict.reason == "a.py: ruff did not answer with the formatted file"
    assert file.read_text() == UGLY


def test_a_tool_that_cannot_be_started_is_broken(project):
    project.with_tool("ruff", "")
    (project.root / ".venv/bin/ruff").write_bytes(b"\x7fELF nonsense")
    project.write("a.py", UGLY)
    verdict = project.verdict("format", "a.py")
    assert verdict.status == "broken"
    assert "cannot be started" in verdict.reason


@pytest.mark.slow
def test_a_hanging_linter_leaves_time_for_the_scan(project):
    project.with_tool("ruff", "sleep 60")
    project.with_rules()
    project.seconds = 6.0
    project.write("a.py", "evaluate(x)\n")
    statuses = [verdict.status for verdict in project.treat("a.py").verdicts]
    assert statuses == ["not_run", "not_run", "findings"]


def test_outcomes_come_in_the_order_of_the_jobs():
    jobs = [job(f"sleep 0.{9 - number}; echo {number}") for number in range(6, 9)]
    assert [outcome.stdout for outcome in run(jobs, soon())] == [b"6\n", b"7\n", b"8\n"]


def test_large_input_and_output_do_not_block_each_other():
    data = b"line\n" * 400_000
    (outcome,) = run([job("cat", stdin=data)], soon())
    assert outcome.stdout == data


def test_a_process_that_does_not_read_its_input_is_no_trouble():
    (outcome,) = run([job("exec 0<&-; echo done", stdin=b"x" * 1_000_000)], soon())
    assert (outcome.stdout, outcome.trouble) == (b"done\n", "")


def test_jobs_that_never_started_are_late():
    outcomes = run([job("echo")] * 3, time.monotonic() - 1)
    assert [outcome.trouble for outcome in outcomes] == [DEADLINE] * 3


def test_a_background_child_that_keeps_the_pipes_open_does_not_hold_us_up():
    (outcome,) = run([job("sleep 600 & echo early")], soon())
    assert (outcome.stdout, outcome.trouble) == (b"early\n", "")


def test_a_flood_is_cut_at_the_limit():
    (outcome,) = run([job("exec yes", output_limit=1000)], soon())
    assert outcome.trouble == "wrote more than 1000 bytes"
    assert len(outcome.stdout) == 1000
