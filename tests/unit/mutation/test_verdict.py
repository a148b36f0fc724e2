"""From judged mutants to the verdict: what is demanded of which function, and what is told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from ambidex.mutation import demands, gate, judging, mutmut_operators, operators, survivors
from ambidex.mutation.baseline import Scores
from ambidex.mutation.judging import Outcome
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, UNCOVERED, Judged, Mutant
from ambidex.mutation.targets import MODIFIED, NEW, Module, Target
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof.fingerprint import failures
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

TEXT = """def half(price):
    rest = price % 2
    return price // 2


def double(price):
    return price * 2
"""
K, S, U, N = KILLED, SURVIVED, UNCOVERED, NOT_JUDGED


class Case:
    """One file with `half` and `double`, whose mutants are made up."""

    def __init__(self, state: Path, kind: str = NEW) -> None:
        self.policy: dict[str, Any] = copy.deepcopy(DEFAULTS)
        self.scores = Scores(str(state))
        self.module = Module(
            "src/shop.py",
            TEXT,
            "",
            [(3, 3), (7, 7)],
            [Target("half", (1, 3), kind, "h2", "h1"), Target("double", (6, 7), kind, "d2", "d1")],
        )
        self.outcome = Outcome()
        self.outcome.modules = {"src/shop.py": self.module}

    def add(self, qualname: str, line: int, *statuses: str) -> None:
        at = sum(len(each) + 1 for each in TEXT.split("\n")[: line - 1]) + TEXT.split("\n")[
            line - 1
        ].index("2")
        for number, status in enumerate(statuses):
            mutant = Mutant(
                "src/shop.py",
                qualname,
                lines=(line, line),
                span=(at, at + 1),
                replacement=str(3 + number),
                operator="NumberLiteral",
            )
            if status != U:
                nodes = ["tests/test_a.py::test_1", "tests/test_shop.py::test_2"]
                self.outcome.covering[mutant.id] = nodes
            self.outcome.judged.append(Judged(mutant, status, ran=1, covering=2))

    def verdict(self, together: bool = False) -> Verdict:
        found = demands.score_all(self.outcome, self.policy, self.scores)
        weigh = gate.verdict_together if together else gate.verdict_of
        verdict = weigh(self.outcome, found, "/nowhere", self.policy)
        if verdict.status == PASSED:
            demands.remember(self.scores, found)
        return verdict


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture
def modified(tmp_path: Path) -> Case:
    return Case(tmp_path, MODIFIED)


def test_each_new_function_has_to_reach_its_score_by_itself(case: Case) -> None:
    case.add("half", 3, K, K, K, K, K, K, K, K)
    case.add("double", 7, K, S, S)
    verdict = case.verdict()
    assert verdict.status == FINDINGS
    assert verdict.reason == (
        "double: 33 % (1 killed, 2 survived), at least 80 % wanted; "
        "in all 81 % (9 killed, 2 survived)"
    )
    assert {finding.rule for finding in verdict.findings} == {"double:NumberLiteral"}
    assert case.verdict(together=True).status == PASSED


def test_the_score_of_a_single_function_is_told_once(case: Case) -> None:
    case.add("double", 7, K, S, S)
    assert case.verdict().reason == "double: 33 % (1 killed, 2 survived), at least 80 % wanted"


def test_a_pass_tells_all_counts(case: Case) -> None:
    case.add("half", 3, *[K] * 18, S, N)
    verdict = case.verdict()
    assert verdict.status == PASSED
    assert verdict.reason == "94 % (18 killed, 1 survived, 1 not judged) in 1 function"
    details = verdict.details
    assert [details[name] for name in ("killed", "survived", "uncovered", "not_judged")] == [
        18,
        1,
        0,
        1,
    ]
    assert len(details["survivors"]) == len(details["not_judged_ids"]) == 1


def test_what_was_not_judged_is_no_pass(case: Case) -> None:
    case.add("half", 3, K, K, N, N)
    verdict = case.verdict()
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    assert "2 killed, 2 not judged" in verdict.reason


def test_a_broken_run_says_nothing(case: Case) -> None:
    case.add("half", 3, K, S, S, S)
    case.outcome.broken = "the control mutant was killed"
    verdict = case.verdict()
    assert (verdict.status, verdict.reason) == (BROKEN, "the control mutant was killed")


def test_a_file_that_cannot_be_read_is_no_pass(case: Case) -> None:
    case.add("half", 3, K, K, K)
    case.outcome.errors["src/other.py"] = "it is not UTF-8"
    verdict = case.verdict()
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    assert verdict.reason == "src/other.py was not judged: it is not UTF-8"


def test_without_mutants_nothing_is_owed(case: Case) -> None:
    verdict = case.verdict()
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


def test_critical_files_have_to_reach_more(case: Case) -> None:
    case.add("half", 3, K, K, K, K, K, K, K, S)
    assert case.verdict().status == PASSED
    case.policy["mutation"]["critical"] = ["src/shop.py"]
    assert case.verdict().status == FINDINGS
    assert case.verdict(together=True).status == FINDINGS


def test_a_modified_function_without_history_is_judged_on_its_changed_lines(
    modified: Case,
) -> None:
    modified.add("half", 2, S, S, S, U)
    modified.add("half", 3, K, K, K)
    assert modified.verdict().status == PASSED


def test_weak_tests_of_changed_lines_are_not_hidden_by_the_rest(modified: Case) -> None:
    modified.add("half", 2, *[K] * 20)
    modified.add("half", 3, S, S)
    assert modified.verdict().status == FINDINGS


def test_with_history_a_modified_function_must_not_get_worse(modified: Case) -> None:
    modified.scores.put([("src/shop.py", "half", "h1", 18, 2)])
    modified.add("half", 2, *[K] * 17)
    modified.add("half", 3, S, S, S)
    verdict = modified.verdict()
    assert verdict.status == FINDINGS
    assert "no less than before (90 %) wanted" in verdict.reason


def test_the_history_is_of_exactly_what_was_changed(modified: Case) -> None:
    modified.scores.put([("src/shop.py", "half", "another", 20, 0)])
    modified.add("half", 2, S, S)
    modified.add("half", 3, K, K)
    assert modified.verdict().status == PASSED


def test_a_renamed_file_keeps_its_history(modified: Case) -> None:
    modified.module.former_path = "src/store.py"
    modified.scores.put([("src/store.py", "half", "h1", 20, 0)])
    modified.add("half", 2, S, S)
    modified.add("half", 3, K, K)
    assert modified.verdict().status == FINDINGS


def test_a_pass_becomes_history_and_a_failure_does_not(case: Case, tmp_path: Path) -> None:
    case.add("half", 3, K, K)
    case.add("double", 7, S, S)
    assert case.verdict().status == FINDINGS
    assert Scores(str(tmp_path)).get("src/shop.py", "half", "h2") is None
    case.outcome.judged = case.outcome.judged[:2]
    assert case.verdict().status == PASSED
    assert Scores(str(tmp_path)).get("src/shop.py", "half", "h2") == (2, 0)


def test_a_finding_says_what_why_and_where_to_write_the_test(case: Case) -> None:
    case.add("half", 3, S, S)
    finding = case.verdict().findings[0]
    assert (finding.path, finding.line, finding.severity) == ("src/shop.py", 3, "error")
    assert finding.message == (
        "`return price // 2` → `return price // 3` goes unnoticed: no test depends on this number"
    )
    assert finding.fix == (
        "1 of 2 covering tests ran; write one that fails with it, "
        "e.g. test_half_with_the_exact_number in tests/test_shop.py"
    )


def test_code_without_tests_is_said_to_be_without(case: Case) -> None:
    case.add("double", 7, U, U)
    finding = case.verdict().findings[0]
    assert (
        finding.message
        == "`return price * 2` → `return price * 3` goes unnoticed: no test executes it"
    )
    assert finding.fix.endswith("e.g. test_double_with_the_exact_number in tests/test_shop.py")


def test_at_most_five_are_named_each_function_in_turn(case: Case) -> None:
    case.add("half", 2, *[S] * 9)
    case.add("half", 3, *[S] * 9)
    case.add("double", 7, *[S] * 9)
    verdict = case.verdict()
    assert [(finding.rule.partition(":")[0], finding.line) for finding in verdict.findings] == [
        ("half", 3),
        ("double", 7),
        ("half", 2),
        ("double", 7),
        ("half", 3),
    ]
    assert len(verdict.details["survivors"]) == 27


def test_more_tests_that_notice_nothing_are_no_progress(case: Case) -> None:
    case.add("half", 3, S, S)
    before = failures([case.verdict()])
    for nodes in case.outcome.covering.values():
        nodes.append("tests/test_shop.py::test_more")
    for judged in case.outcome.judged:
        judged.ran = 3
    assert failures([case.verdict()]) == before


@pytest.mark.parametrize(
    ("text", "span", "replacement", "expected"),
    [
        ("a = 1\nb = 2\n", (4, 5), "3", ("a = 1", "a = 3")),
        ("a = 1\n  b = 2\n", (8, 13), "pass", ("b = 2", "pass")),
        ("f(\n    a,\n    b,\n)\n", (3, 10), "", ("a,", "")),
        ("a\nb\nc\n", (0, 3), "x", ("a", "x")),
        ("a\n", (1, 1), "\nb", ("", "b")),
    ],
)
def test_one_line_shows_the_difference(
    text: str, span: tuple[int, int], replacement: str, expected: tuple[str, str]
) -> None:
    mutant = Mutant("a.py", "f", lines=(1, 1), span=span, replacement=replacement, operator="X")
    assert survivors.difference(text, mutant) == expected


def test_control_characters_of_the_source_are_not_shown() -> None:
    mutant = Mutant("a.py", "f", lines=(1, 1), span=(0, 1), replacement="b", operator="X")
    assert "\x1b" not in "".join(survivors.difference("a = '\x1b[31m'\n", mutant))


def of_report(case: Case, first: int = 0) -> Verdict:
    outcome = judging.of_report(case.outcome.judged[first:], {"src/shop.py": TEXT})
    return gate.verdict_of_report(outcome, "/nowhere", case.policy)


def test_a_report_is_judged_as_a_whole(case: Case) -> None:
    case.add("half", 3, *[K] * 8)
    case.add("double", 7, S, S)
    assert of_report(case).status == PASSED
    case.add("half", 2, S)
    verdict = of_report(case)
    assert (verdict.status, len(verdict.findings)) == (FINDINGS, 3)
    assert verdict.reason.startswith("all together: 72 % (8 killed, 3 survived)")
    case.add("half", 2, *[N] * 20)
    assert of_report(case, first=10).status == NOT_RUN
    assert of_report(case, first=99).is_fine


@pytest.mark.parametrize("content", ["", "[]", '{"a::b::c": [1]}', '{"src/shop.py::f::d": [0, 0]}'])
def test_a_damaged_history_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "mutation-scores.json").write_text(content)
    scores = Scores(str(tmp_path))
    assert scores.get("src/shop.py", "f", "d") is None
    scores.put([("src/shop.py", "f", "d", 1, 1)])
    assert Scores(str(tmp_path)).get("src/shop.py", "f", "d") == (1, 1)


def test_every_operator_has_its_own_words() -> None:
    constants = [name for name in vars(operators) if name.isupper() and name[0] != "_"]
    names = {getattr(operators, name) for name in constants}
    names = {name for name in names if isinstance(name, str)} | set(mutmut_operators.NAMES.values())
    assert len(names) > 15
    unknown = survivors.why("no such operator")
    assert [name for name in sorted(names) if survivors.why(name) == unknown] == []
