"""Every combination of what can be found out about one failure; only what is sure is excused."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

import pytest

from ambidex.proof import baseline, flaky, settle
from ambidex.proof.baseline import Baseline, Then
from ambidex.proof.recording import Recorder
from ambidex.proof.settle import _Settlement
from ambidex.proof.subject import Subject
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict
from testing.python_project import Project, policy

_NODE = "tests/test_a.py::test_a"
_MESSAGE = "assert 1 == 2"

# What a run says of the test: it passes, fails, is skipped; or the run says nothing.
RUN = ("passed", "failed", "skipped", "")
THEN = {
    "unknown": None,
    "missing": Then("missing", runs=2),
    "passed": Then("passed", runs=2),
    "same": Then("failed", [_MESSAGE, _MESSAGE], 2),
    "other": Then("failed", ["assert 5 == 6", "assert 5 == 6"], 2),
    "once": Then("failed", [_MESSAGE], 1),
    "varies": Then("failed", ["assert 0.1 == 2", "assert 0.2 == 2"], 2),
    "other kind": Then("failed", ["KeyError: 1", "KeyError: 2"], 2),
    "flaky": Then("flaky", [_MESSAGE], 2),
}
CASES = list(
    itertools.product(RUN, RUN, THEN, *([[False, True]] * 3))  # changed, reached, on record
)


def _expected(
    alone: str, again: str, then: str, changed: bool, reached: bool, on_record: bool
) -> str:
    if (alone, again) == ("passed", "passed"):
        harmless = on_record or not reached or then in ("flaky", "same", "other", "once",
                                                        "varies", "other kind")  # fmt: skip
        return "warning" if harmless and not changed else "error"
    return "warning" if then in ("same", "varies") and not changed else "error"


def test_only_what_is_sure_is_excused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(CASES) == 4 * 4 * 9 * 8
    for case in CASES:
        verdict = _settled(project, monkeypatch, *case)
        (finding,) = verdict.findings
        assert finding.severity == _expected(*case), case
        assert (verdict.status, finding.rule) == (FINDINGS, _NODE)
        assert finding.severity == "warning" or verdict.details["failed"] == 1


def _settled(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    alone: str,
    again: str,
    then: str,
    changed: bool,
    reached: bool,
    on_record: bool,
) -> Verdict:
    answers = iter((alone, again))

    def run(*_: object, **__: object) -> tuple[Verdict, dict[str, str]]:
        answer = next(answers)
        found = [Finding("tests/test_a.py", 1, _NODE, _MESSAGE)] if answer == "failed" else None
        status = FINDINGS if found else PASSED if answer else NOT_RUN
        return Verdict("tests", status, "", found), {_NODE: answer} if answer else {}

    def outcomes(_: Subject, nodes: Sequence[str], *, runs: int = 2) -> Baseline:
        assert runs in (2, 3)
        known = THEN[then]
        return Baseline({node: known for node in nodes if known is not None})

    census = {_NODE: flaky.Seen(1, 1, 0.0, 0.0)} if on_record else {}
    monkeypatch.setattr(_Settlement, "_run", run)
    monkeypatch.setattr(_Settlement, "_is_changed", lambda *_: changed)
    monkeypatch.setattr(_Settlement, "_reached", lambda *_: reached)
    monkeypatch.setattr(baseline, "outcomes", outcomes)
    monkeypatch.setattr(flaky, "census", lambda _: census)
    monkeypatch.setattr(flaky, "note", lambda *_: census)
    return settle.settle(_subject(project), _verdict(), Recorder())


def _subject(project: Project) -> Subject:
    return Subject(
        root=project.root,
        state=project.state,
        policy=policy(),
        changes=[],
        environ={},
        deadline=time.monotonic() + 60,
    )


def _verdict(**details: Any) -> Verdict:
    finding = Finding("tests/test_a.py", 1, _NODE, _MESSAGE)
    known = {"exit_code": 1, "failed": 1, "passed": 3, **details}
    return Verdict("tests", FINDINGS, "1 of 4 tests failed", [finding], known)


@pytest.mark.parametrize("exit_code", [0, 2, 3, 4, None, -9])
def test_a_run_that_ended_otherwise_is_not_settled(
    project: Project, monkeypatch: pytest.MonkeyPatch, exit_code: int | None
) -> None:
    """What stops early has not run everything: its failures may hide others."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("there is nothing to be run")

    monkeypatch.setattr(_Settlement, "_run", never)
    verdict = _verdict(exit_code=exit_code)
    assert settle.settle(_subject(project), verdict, Recorder()) is verdict


def test_a_finding_that_is_no_test_is_not_settled(project: Project) -> None:
    verdict = _verdict()
    verdict.findings.append(Finding("", 0, "tests.command", "exit code 1"))
    verdict.details["failed"] = 2
    assert settle.settle(_subject(project), verdict, Recorder()) is verdict


def test_failures_that_are_not_all_listed_are_not_settled(project: Project) -> None:
    verdict = _verdict(failed=700)
    assert settle.settle(_subject(project), verdict, Recorder()) is verdict
