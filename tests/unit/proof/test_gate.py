"""The whole gate over real projects."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from ambidex.gates import PROOF_GATES
from ambidex.proof.gate import Gate, about_code, prove
from ambidex.proof.report import report
from ambidex.proof.subject import Subject
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict
from testing.python_project import Change, Evidence, Project, policy

SHOP = {
    "src/price.py": "def price(): return 3\n",
    "src/mail.py": "def mail(): return 'sent'\n",
    "pytest.ini": "[pytest]\npythonpath = src\n",
    "tests/test_price.py": "from price import price\n\ndef test_price(): assert price() == 3\n",
    "tests/test_mail.py": "from mail import mail\n\ndef test_mail(): assert mail() == 'sent'\n",
    "tests/test_runs.py": "def test_run(): open('runs', 'a').write('x')\n",
}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write(SHOP)
    return project


def stop(
    project: Project,
    *paths: str,
    evidence: Evidence | None = None,
    seconds: float = 60,
    **tests: Any,
) -> Verdict:
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(**tests),
        changes=[Change(path) for path in paths],
        environ=project.environ,
        deadline=time.monotonic() + seconds,
    )
    stored = evidence if evidence is not None else Evidence()
    verdicts = prove(subject, {"tests": "block"}, stored, PROOF_GATES)
    assert len(verdicts) == 1
    return verdicts[0]


def runs(project: Project) -> int:
    path = project.path / "runs"
    return len(path.read_text()) if path.exists() else 0


def test_a_red_affected_test_spares_the_suite(shop: Project) -> None:
    shop.write({"src/price.py": "def price(): return 4\n"})
    verdict = stop(shop, "src/price.py")
    assert (verdict.status, verdict.details["layer"]) == (FINDINGS, "affected")
    assert [finding.rule for finding in verdict.findings] == ["tests/test_price.py::test_price"]
    assert runs(shop) == 0


def test_a_suite_can_be_red_although_the_affected_tests_are_green(shop: Project) -> None:
    shop.write({"src/mail.py": "def mail(): return 'lost'\n"})
    verdict = stop(shop, "src/price.py")
    assert (verdict.status, verdict.details["layer"]) == (FINDINGS, "suite")
    assert [finding.path for finding in verdict.findings] == ["tests/test_mail.py"]


def test_a_green_verdict_is_used_again_for_the_same_tree(shop: Project) -> None:
    evidence = Evidence()
    first = stop(shop, "src/price.py", evidence=evidence)
    assert (first.status, first.details["layer"], runs(shop)) == (PASSED, "suite", 1)
    assert stop(shop, "src/price.py", evidence=evidence) is first
    assert runs(shop) == 1


def test_findings_are_used_again_for_the_same_tree(project: Project) -> None:
    evidence = Evidence()
    first = stop(project, "a.js", evidence=evidence, command=["false"])
    assert first.status == FINDINGS
    assert stop(project, "a.js", evidence=evidence, command=["false"]) is first


@pytest.mark.parametrize("status", [NOT_RUN, BROKEN])
def test_a_run_that_proved_nothing_is_neither_kept_nor_used_again(
    project: Project, status: str
) -> None:
    evidence = Evidence()
    evidence.put(Verdict("tests", status, "from before"))
    assert stop(project, "a.js", evidence=evidence, command=["true"]).status == PASSED
    evidence = Evidence()
    assert stop(project, "a.js", evidence=evidence, command=["no-such-thing"]).status == BROKEN
    assert evidence.stored == {}


@pytest.mark.parametrize("paths", [(), ("README.md", "docs/picture.png")])
def test_where_nothing_relevant_changed_nothing_runs(shop: Project, paths: tuple[str, ...]) -> None:
    verdict = stop(shop, *paths)
    assert (verdict.status, verdict.reason) == (NOT_RUN, "nothing relevant changed")
    assert verdict.is_fine
    assert not os.path.exists(shop.state)


def test_a_module_that_nobody_installed_is_the_environments_trouble(shop: Project) -> None:
    shop.write({"tests/test_mail.py": "import absent_library\n"})
    verdict = stop(shop, "pytest.ini")
    assert verdict.status == BROKEN
    assert "absent_library" in verdict.reason


def test_a_missing_module_that_a_changed_file_names_is_a_finding(shop: Project) -> None:
    shop.write({"src/price.py": "import absent_library\n\ndef price(): return 3\n"})
    assert stop(shop, "src/price.py").status == FINDINGS


def test_a_module_of_the_project_that_went_away_is_a_finding(shop: Project) -> None:
    (shop.path / "src/price.py").unlink()
    assert stop(shop, "src/price.py").status == FINDINGS


def test_affected_tests_that_are_all_skipped_leave_the_judgement_to_the_suite(
    shop: Project,
) -> None:
    shop.write(
        {"tests/test_price.py": "import pytest, price\npytest.skip(allow_module_level=True)\n"}
    )
    verdict = stop(shop, "src/price.py")
    assert (verdict.status, verdict.details["layer"]) == (PASSED, "suite")


def test_a_project_without_tests_is_not_run(project: Project) -> None:
    project.write({"app.py": ""})
    verdict = stop(project, "app.py")
    assert (verdict.status, verdict.reason) == (NOT_RUN, "the project has no test files")
    assert not verdict.is_fine


def test_a_project_without_tests_needs_no_pytest(project: Project) -> None:
    project.write({"app.py": ""})
    project.environ["PATH"] = "/nowhere"
    verdict = stop(project, "app.py")
    assert (verdict.status, verdict.reason) == (NOT_RUN, "the project has no test files")


def test_a_project_whose_python_has_no_pytest_is_broken(shop: Project) -> None:
    shop.environ["PATH"] = "/nowhere"
    verdict = stop(shop, "src/price.py")
    assert verdict.status == BROKEN
    assert "install pytest" in verdict.reason


def test_nothing_starts_after_the_deadline(shop: Project) -> None:
    verdict = stop(shop, "src/price.py", seconds=-1, command=["touch", "started"])
    assert verdict.status == NOT_RUN
    assert "deadline" in verdict.reason
    assert not (shop.path / "started").exists()


def test_the_policys_own_deadline_ends_a_run(project: Project) -> None:
    verdict = stop(project, "a.js", command=["sleep", "300"], deadline_seconds=0.2)
    assert verdict.status == NOT_RUN


def test_a_report_keeps_to_its_limit_and_always_names_the_log() -> None:
    findings = [
        Finding(f"tests/test_{n}.py", n, f"tests/test_{n}.py::test", "m" * 900, "re-run: x" * 90)
        for n in range(300)
    ]
    log = {"log": "/state/logs/tests-1.log"}
    text = report([Verdict("tests", FINDINGS, "300 of 400 tests failed", findings, log)])
    assert len(text) <= 2000
    assert text.startswith("tests: 300 of 400 tests failed\n- tests/test_0.py::test (line 0)")
    assert "more\nre-run: x" in text
    assert text.endswith("\nFull output: /state/logs/tests-1.log")


def test_a_report_of_one_failure_is_three_lines() -> None:
    finding = Finding("t.py", 3, "t.py::test", "assert 1 == 2", "re-run: pytest t.py::test")
    text = report([Verdict("lint", PASSED), Verdict("tests", FINDINGS, "1 failed", [finding])])
    assert text.splitlines() == [
        "tests: 1 failed",
        "- t.py::test (line 3): assert 1 == 2",
        "re-run: pytest t.py::test",
    ]


def test_a_report_is_silent_when_all_is_well() -> None:
    assert report([Verdict("tests", PASSED), Verdict("scan", NOT_RUN, "x")]) == ""


@pytest.mark.parametrize(
    ("severity", "reached", "gates"),
    [("warning", ["first", "second"], ["tests", "next"]), ("error", ["first"], ["tests"])],
)
def test_warnings_let_the_next_layer_and_the_next_gate_speak(
    project: Project, severity: str, reached: list[str], gates: list[str]
) -> None:
    seen = []

    def first(_: Subject) -> Verdict:
        seen.append("first")
        finding = Finding("tests/test_a.py", 1, "tests/test_a.py::a", "old", severity=severity)
        return Verdict("tests", FINDINGS, "", [finding])

    def second(_: Subject) -> Verdict:
        seen.append("second")
        return Verdict("tests", PASSED, "all")

    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(),
        changes=[],
        environ={},
        deadline=time.monotonic() + 60,
    )
    table = [Gate("tests", first, second), Gate("next", lambda _: Verdict("next", PASSED))]
    levels = {"tests": "block", "next": "block"}
    verdicts = prove(subject, levels, Evidence(), table)
    assert (seen, [verdict.gate for verdict in verdicts]) == (reached, gates)


@pytest.mark.parametrize(
    ("tests", "level", "gates"),
    [
        (Verdict("tests", PASSED, "3 tests passed"), "block", ["tests", "types", "coverage"]),
        (Verdict("tests", NOT_RUN, "irrelevant", details={"owed": 0}), "block",
         ["tests", "types", "coverage"]),
        (Verdict("tests", NOT_RUN, "no test files"), "block", ["tests", "types"]),
        (Verdict("tests", BROKEN, "no pytest"), "block", ["tests", "types"]),
        (Verdict("tests", FINDINGS, "", [Finding("", 0, "a", "red")]), "report",
         ["tests", "types"]),
        (Verdict("tests", FINDINGS, "", [Finding("", 0, "a", "red")]), "block", ["tests"]),
    ],
)  # fmt: skip
def test_without_usable_tests_only_gates_that_need_none_speak(
    project: Project, tests: Verdict, level: str, gates: list[str]
) -> None:
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(),
        changes=[],
        environ={},
        deadline=time.monotonic() + 60,
    )
    table = [
        Gate("tests", lambda _: tests),
        Gate("types", lambda _: Verdict("types", PASSED)),
        Gate("coverage", lambda _: Verdict("coverage", PASSED), needs_tests=True),
    ]
    levels = {"tests": level, "types": "block", "coverage": "block"}
    verdicts = prove(subject, levels, Evidence(), table)
    assert [verdict.gate for verdict in verdicts] == gates


def test_which_gates_need_tests() -> None:
    needing = [gate.name for gate in PROOF_GATES if gate.needs_tests]
    assert needing == ["coverage", "inert", "mutation", "properties"]


def test_a_doubt_comes_last_and_keeps_the_command_to_run_again() -> None:
    doubt = Finding("", 0, "claim tests pass", "no test ran", "Say what is so.", "warning")
    known = Finding("t.py", 3, "t.py::test_old", "assert 1", "re-run: pytest t.py", "warning")
    failing = Finding("t.py", 9, "t.py::test_a", "assert 0", "re-run: pytest t.py::test_a")
    text = report(
        [
            Verdict("claims", FINDINGS, "1 statement is doubtful", [doubt]),
            Verdict("tests", FINDINGS, "1 of 2 tests failed", [known, failing]),
        ]
    )
    assert text.splitlines() == [
        "tests: 1 of 2 tests failed",
        "- t.py::test_a (line 9): assert 0",
        "- t.py::test_old (line 3): assert 1",
        "claims: 1 statement is doubtful",
        "- claim tests pass: no test ran",
        "re-run: pytest t.py::test_a",
    ]


@pytest.mark.parametrize(
    ("path", "only"),
    [("README.md", True), ("docs/a.png", True), ("src/shop.py", False), ("web/app.ts", False),
     ("tests/page.md", False), ("package.json", False)],
)  # fmt: skip
def test_gates_about_code_have_nothing_to_do_with_documents(
    project: Project, path: str, only: bool
) -> None:
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(),
        changes=[Change(path)],
        environ={},
        deadline=time.monotonic() + 60,
    )
    assert subject.only_documents == only
    ran = Gate("types", about_code("types"), lambda _: Verdict("types", PASSED))
    (verdict,) = prove(subject, {"types": "block"}, Evidence(), [ran])
    assert (verdict.status, verdict.is_fine) == (NOT_RUN if only else PASSED, True)
