"""The gate `inert` over a real project: tests that pass with nothing behind them are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.mutation import inert
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, Judged, Mutant
from ambidex.proof.weakening.contents import Test
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import Repository

FILES = {
    "src/shop.py": "def half(price):\n    return price // 2\n",
    "pytest.ini": "[pytest]\npythonpath = src\n",
    "tests/test_shop.py": "from shop import half\n\n\ndef test_half():\n    assert half(5) == 2\n",
}
ADDED = """

def discount(price: int, percent: int) -> int:
    return price - price * percent // 100
"""
LIVELY = """

@pytest.mark.parametrize("percent", [0, 10])
def test_discount(percent):
    assert discount(100, percent) == 100 - percent
"""
INERT = """

def test_discount_works():
    assert discount(100, 10) is not None


class TestDiscount:
    def test_type(self):
        assert isinstance(discount(100, 10), int)
"""


def judge(folder: Path, tests: str, source: str = FILES["src/shop.py"] + ADDED) -> Verdict:
    repository = Repository(folder, FILES)
    head = "import pytest\nfrom shop import discount, half\n"
    old = FILES["tests/test_shop.py"].partition("\n")[2]
    repository.write({"src/shop.py": source, "tests/test_shop.py": head + old + tests})
    assert repository.record().status == PASSED
    verdict = inert.judge(repository.subject())
    assert verdict is not None
    return verdict


@pytest.mark.slow
def test_tests_that_prove_nothing_are_named_and_others_are_not(tmp_path: Path) -> None:
    verdict = judge(tmp_path, LIVELY + INERT)
    assert verdict.status == FINDINGS, verdict.reason
    named = {finding.rule: finding.severity for finding in verdict.findings}
    assert named == {
        "tests/test_shop.py::test_discount_works": "error",
        "tests/test_shop.py::TestDiscount::test_type": "error",
    }
    assert verdict.details["notice"] == 1
    assert "discount" in verdict.findings[0].message


@pytest.mark.slow
def test_tests_that_notice_pass(tmp_path: Path) -> None:
    verdict = judge(tmp_path, LIVELY)
    assert verdict.status == PASSED, verdict.reason


@pytest.mark.slow
def test_new_tests_of_old_code_owe_nothing(tmp_path: Path) -> None:
    extra = "\n\ndef test_more():\n    assert half(7) == 3\n"
    verdict = judge(tmp_path, extra)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


@pytest.mark.slow
def test_without_a_recorded_run_nothing_is_said(tmp_path: Path) -> None:
    repository = Repository(tmp_path, FILES)
    text = FILES["tests/test_shop.py"] + "\n\ndef test_new():\n    assert half(3) == 1\n"
    repository.write({"src/shop.py": FILES["src/shop.py"] + ADDED, "tests/test_shop.py": text})
    subject = repository.subject()
    subject.verdicts.append(Verdict("tests", PASSED, "2 tests passed"))
    verdict = inert.judge(subject)
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)


def test_without_changed_tests_nothing_is_owed(tmp_path: Path) -> None:
    repository = Repository(tmp_path, FILES)
    repository.write({"src/shop.py": FILES["src/shop.py"] + ADDED})
    verdict = inert.judge(repository.subject())
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


def alone(node: str, replacement: str, status: str, reason: str = "") -> Judged:
    mutant = Mutant("a.py", "f", lines=(1, 2), span=(0, 1), replacement=replacement, operator="G")
    return Judged(inert.Alone(mutant, node), status, reason=reason)


def one() -> Test:
    return Test("tests/test_x.py", "test_f", 3)


NODE = "tests/test_x.py::test_f"


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([(NODE, SURVIVED)], FINDINGS),
        ([(NODE, SURVIVED), (NODE, KILLED)], PASSED),
        ([(f"{NODE}[a]", SURVIVED), (f"{NODE}[b]", KILLED)], PASSED),
        ([(f"{NODE}[a]", SURVIVED), (f"{NODE}[b]", SURVIVED)], FINDINGS),
        ([(NODE, SURVIVED), (NODE, NOT_JUDGED)], NOT_RUN),
    ],
)
def test_what_becomes_of_the_pairs_decides(outcomes: list[tuple[str, str]], status: str) -> None:
    judged = [alone(node, str(at), each) for at, (node, each) in enumerate(outcomes)]
    assert inert.verdict_of([one()], judged).status == status


def test_where_pairs_were_left_out_a_test_is_not_called_inert() -> None:
    verdict = inert.verdict_of([one()], [alone(NODE, "1", SURVIVED)], left_out=1)
    assert verdict.status == NOT_RUN
