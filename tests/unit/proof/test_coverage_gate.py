"""Changed lines that no test executes."""

from __future__ import annotations

import time

import pytest

from ambidex.proof import coverage_gate, testmap
from ambidex.proof.recording import Ran, Recording
from ambidex.proof.subject import Subject
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import Change, Project, policy

_FORMER = "def price(amount):\n    return amount\n"
_NOW = (
    "def price(amount):\n"
    "    if amount > 10:\n"
    "        total = sum(\n"
    "            [amount, 1]\n"
    "        )\n"
    "        return total\n"
    "    return amount\n"
)


def judge(
    project: Project,
    executed: dict[str, set[int]] | None,
    *,
    former: dict[str, str] | None = None,
    nodes: tuple[str, ...] = (),
    paths: tuple[str, ...] = ("shop.py",),
    least: int = 80,
) -> Verdict:
    """The gate's verdict where the tests executed these lines."""
    if executed is not None:
        recording = Recording()
        recording.lines = True
        recording.tests = {"tests/test_a.py::test_a": Ran("passed", 0.1, False, [])}
        recording.bits = {
            path: {"tests/test_a.py::test_a": sum(1 << line for line in lines)}
            for path, lines in executed.items()
        }
        project.write({"tests/test_a.py": ""})
        assert testmap.merge(project.state, project.root, recording, "tree", nodes)
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(min_coverage=least),
        changes=[Change(path) for path in paths],
        environ=project.environ,
        deadline=time.monotonic() + 60,
    )
    texts = {"shop.py": _FORMER, **(former or {})}
    subject._formerly = {path: text.encode() for path, text in texts.items()}
    subject.before = object()  # type: ignore[assignment]
    subject.verdicts.append(Verdict("tests", PASSED, "1 test passed"))
    verdict = coverage_gate.judge(subject)
    assert verdict is not None
    return verdict


def test_all_changed_lines_executed_passes(project: Project) -> None:
    project.write({"shop.py": _NOW})
    verdict = judge(project, {"shop.py": {1, 2, 3, 4, 6, 7}})
    assert verdict.status == PASSED
    assert verdict.details == {"lines": 3, "executed": 3, "percent": 100, "least": 80}


def test_too_few_name_the_file_and_the_lines(project: Project) -> None:
    project.write({"shop.py": _NOW})
    verdict = judge(project, {"shop.py": {1, 2, 7}})
    assert verdict.status == FINDINGS
    (finding,) = verdict.findings
    assert (finding.path, finding.line, finding.rule) == ("shop.py", 3, "coverage.changed")
    assert finding.message == "no test executes lines 3, 6 (2 of 3 changed)"
    assert "1 of 3 changed lines (33 %, at least 80 % needed)" in verdict.reason


def test_the_limit_itself_is_enough(project: Project) -> None:
    project.write({"shop.py": _NOW})
    assert judge(project, {"shop.py": {1, 2, 3}}, least=66).status == PASSED
    assert judge(project, {"shop.py": {1, 2, 3}}, least=67).status == FINDINGS


def test_a_file_that_no_test_imports_is_not_executed(project: Project) -> None:
    project.write({"shop.py": _NOW, "new.py": "X = 1\n"})
    verdict = judge(project, {"shop.py": set(range(8))}, paths=("new.py",), former={"new.py": ""})
    assert [finding.path for finding in verdict.findings] == ["new.py"]


@pytest.mark.parametrize("before", [True, False])
def test_a_pragma_counts_where_it_stood_before(project: Project, before: bool) -> None:
    plain = "def price(amount):\n    return amount\n"
    marked = "def price(amount):  # pragma: no cover\n    return amount\n"
    now = "def price(amount):  # pragma: no cover\n    return amount + 1\n"
    project.write({"shop.py": now})
    verdict = judge(project, {"shop.py": {1}}, former={"shop.py": marked if before else plain})
    assert (verdict.details.get("owed") == 0) is before
    assert (verdict.status == FINDINGS) is not before


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop.py", _FORMER + "\n# a remark\n"),
        ("shop.py", '"""What it is."""\n' + _FORMER),
        ("shop.py", _FORMER.replace("amount\n", "", 0)),
        ("tests/helper.py", "X = 1\n"),
        ("tests/test_b.py", "X = 1\n"),
        ("conftest.py", "X = 1\n"),
        ("notes.txt", "X = 1\n"),
    ],
)
def test_where_no_executable_line_of_a_source_changed_nothing_is_owed(
    project: Project, path: str, text: str
) -> None:
    project.write({path: text})
    verdict = judge(project, {"shop.py": {1}}, paths=(path,), former={path: _FORMER})
    assert (verdict.status, verdict.details) == (NOT_RUN, {"owed": 0})


def test_a_deleted_file_owes_nothing(project: Project) -> None:
    assert judge(project, {"other.py": {1}}).details == {"owed": 0}


def test_zero_percent_asks_for_nothing(project: Project) -> None:
    project.write({"shop.py": _NOW})
    assert judge(project, {}, least=0).details == {"owed": 0}


def test_without_a_map_it_did_not_run(project: Project) -> None:
    project.write({"shop.py": _NOW})
    verdict = judge(project, None)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    assert "is not known" in verdict.reason


def test_a_part_of_the_suite_proves_that_lines_are_executed_but_not_that_none_is(
    project: Project,
) -> None:
    project.write({"shop.py": _NOW})
    nodes = ("tests/test_a.py",)
    assert judge(project, {"shop.py": {1, 2}}, nodes=nodes).status == NOT_RUN
    assert judge(project, {"shop.py": set(range(8))}, nodes=nodes).status == PASSED


def test_a_file_that_is_no_python_did_not_run(project: Project) -> None:
    project.write({"shop.py": "def price(:\n"})
    verdict = judge(project, {"other.py": {1}})
    assert verdict.status == NOT_RUN
    assert "shop.py" in verdict.reason


def test_lines_executed_before_the_last_edit_do_not_count(project: Project) -> None:
    project.write({"shop.py": _NOW})
    judge(project, {"shop.py": set(range(8))})
    project.write({"shop.py": _NOW.replace("return total", "return total + 1")})
    verdict = judge(project, None, least=100)
    assert [finding.line for finding in verdict.findings] == [6]


def test_what_is_a_source(project: Project) -> None:
    nested = {
        "tests": {"paths": ["src/tests", "tests"], "source": ["src", "."], "exclude": ["gen"]}
    }
    assert coverage_gate.is_source(nested, "src/app.py")
    assert coverage_gate.is_source(nested, "app.py")
    assert not coverage_gate.is_source(nested, "src/tests/helper.py")
    assert not coverage_gate.is_source(nested, "tests/helper.py")
    assert not coverage_gate.is_source(nested, "gen/made.py")
