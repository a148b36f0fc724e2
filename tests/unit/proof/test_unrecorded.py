"""What gates say that find no test map, and who has to hear of it."""

from __future__ import annotations

import time

import pytest

from ambidex.proof import testmap, unrecorded
from ambidex.proof.command import NoCommandError
from ambidex.proof.subject import Subject
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict
from testing.python_project import PYTEST, Project, policy

GREEN = Verdict("tests", PASSED, "3 tests passed")


def subject_of(
    project: Project, *verdicts: Verdict, command: tuple[str, ...] | None = PYTEST
) -> Subject:
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(command=list(command or ())),
        changes=[],
        environ=project.environ,
        deadline=time.monotonic() + 60,
    )
    subject.verdicts += verdicts
    return subject


@pytest.mark.parametrize(
    ("verdicts", "command", "reason"),
    [
        ([], PYTEST, "the gate tests is off"),
        ([Verdict("scope", PASSED)], PYTEST, "the gate tests is off"),
        ([GREEN], ("make", "test"), "not run by pytest"),
        ([Verdict("tests", NOT_RUN, "all is as before")], PYTEST, "all is as before"),
    ],
)  # fmt: skip
def test_a_project_that_can_have_no_map_owes_nothing(
    project: Project, verdicts: list[Verdict], command: tuple[str, ...], reason: str
) -> None:
    verdict = unrecorded.verdict("mutation", subject_of(project, *verdicts, command=command))
    assert (verdict.gate, verdict.status, verdict.is_fine) == ("mutation", NOT_RUN, True)
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "tests",
    [GREEN, Verdict("tests", FINDINGS, "", [Finding("", 0, "a", "old", severity="warning")])],
)
def test_a_map_that_should_be_there_is_owed_once(project: Project, tests: Verdict) -> None:
    subject = subject_of(project, tests)
    first = unrecorded.verdict("coverage", subject)
    assert (first.status, first.is_fine) == (NOT_RUN, False)
    assert "no run of the tests on these files was recorded" in first.reason
    subject.verdicts.append(first)
    second = unrecorded.verdict("mutation", subject)
    assert (second.reason, second.is_fine) == (first.reason, True)


def test_another_reason_is_told_as_well(project: Project) -> None:
    other = Verdict("coverage", NOT_RUN, "x", details={"unrecorded": "something else"})
    assert not unrecorded.verdict("mutation", subject_of(project, GREEN, other)).is_fine


def test_the_reason_is_the_one_of_the_run(project: Project) -> None:
    recorded = Verdict("tests", PASSED, "", details={"recorded": "a debugger traces the tests"})
    reason = unrecorded.verdict("coverage", subject_of(project, recorded)).reason
    assert reason.endswith("is not known: a debugger traces the tests")
    testmap.mark_slow(project.state, project.root)
    reason = unrecorded.verdict("coverage", subject_of(project, GREEN)).reason
    assert reason.endswith("the suite does not end in time while it is recorded")


def test_without_pytest_there_is_no_answer(project: Project) -> None:
    project.environ["PATH"] = "/nowhere"
    with pytest.raises(NoCommandError):
        unrecorded.verdict("coverage", subject_of(project, GREEN, command=None))
