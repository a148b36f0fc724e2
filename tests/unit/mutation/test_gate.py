"""The gate over real projects: real tests, real mutants, real verdicts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ambidex.gates import PROOF_GATES
from ambidex.mutation import gate, judging
from ambidex.mutation.baseline import Scores
from ambidex.proof import testmap
from ambidex.proof.gate import prove
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import Evidence, Repository

SHOP = """LIMIT = 100


def half(price):
    return price // 2


def is_free(price):
    return price <= 0
"""
ADDED = """

def discount(price, percent):
    if percent > LIMIT:
        raise ValueError("too much")
    return price - price * percent // 100
"""
WEAK = """from shop import half, is_free, discount


def test_half():
    assert half(5) == 2


def test_discount():
    assert discount(100, 10) < 100
"""
STRONG = """import pytest

from shop import half, is_free, discount


def test_half():
    assert half(5) == 2


def test_discount():
    assert discount(200, 10) == 180
    assert discount(7, 100) == 0
    with pytest.raises(ValueError, match="^too much$"):
        discount(7, 101)
"""
FILES = {
    "src/shop.py": SHOP,
    "pytest.ini": "[pytest]\npythonpath = src\n",
    "tests/test_shop.py": "from shop import half\n\n\ndef test_half():\n    assert half(5) == 2\n",
}

pytestmark = pytest.mark.slow


def shop(folder: Path, tests: str = WEAK, source: str = SHOP + ADDED) -> Repository:
    repository = Repository(folder, FILES)
    repository.write({"src/shop.py": source, "tests/test_shop.py": tests})
    assert repository.record().status == PASSED
    return repository


def judge(repository: Repository, seconds: float = 100) -> Verdict:
    verdict = gate.judge(repository.subject(seconds))
    assert verdict is not None
    return verdict


def test_weak_tests_of_a_new_function_are_found(folder: Path) -> None:
    verdict = judge(shop(folder))
    assert verdict.status == FINDINGS, verdict.reason
    assert 1 < len(verdict.findings) <= 5
    assert all(finding.rule.startswith("discount:") for finding in verdict.findings)
    assert all("in tests/test_shop.py" in finding.fix for finding in verdict.findings)
    uncovered = [each for each in verdict.details["survivors"] if each["status"] == "uncovered"]
    assert {each["line"] for each in uncovered} == {14}
    # What is not changed is not blamed, although nothing tests it.
    assert [each["function"] for each in verdict.details["functions"]] == ["discount"]


def test_after_the_tests_their_own_run_is_the_map(folder: Path) -> None:
    repository = Repository(folder, FILES)
    levels = {"tests": "block", "mutation": "block"}
    for tests, expected in ((WEAK, FINDINGS), (STRONG, PASSED)):
        repository.write({"src/shop.py": SHOP + ADDED, "tests/test_shop.py": tests})
        verdicts = prove(repository.subject(), levels, Evidence(), PROOF_GATES)
        statuses = {verdict.gate: verdict.status for verdict in verdicts}
        assert statuses == {"tests": PASSED, "mutation": expected}, verdicts[-1].reason


def test_strong_tests_pass(folder: Path) -> None:
    verdict = judge(shop(folder, STRONG))
    assert verdict.status == PASSED, verdict.reason
    assert verdict.details["killed"] > 5
    assert verdict.details["not_judged"] == 0
    assert verdict.reason.endswith("in 1 function")


def test_what_did_not_change_is_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = shop(folder)
    started = time.monotonic()
    first = judge(repository)
    between = time.monotonic()
    again = judge(repository)
    assert time.monotonic() - between < (between - started) / 2
    assert again.details["cached"] == first.details["killed"] + first.details["survived"]
    assert again.reason == first.reason
    assert [each.as_dict() for each in again.findings] == [e.as_dict() for e in first.findings]


def test_a_better_test_is_seen_at_once(folder: Path) -> None:
    repository = shop(folder)
    assert judge(repository).status == FINDINGS
    repository.write({"tests/test_shop.py": STRONG})
    assert repository.record().status == PASSED
    verdict = judge(repository)
    assert verdict.status == PASSED, verdict.reason


def test_an_edited_test_leaves_what_others_killed(folder: Path) -> None:
    extra = STRONG + "\n\ndef test_more():\n    assert discount(300, 10) == 270\n"
    repository = shop(folder, extra)
    first = judge(repository)
    edited = extra.replace("discount(300, 10) == 270", "discount(400, 10) == 360")
    repository.write({"tests/test_shop.py": edited})
    assert repository.record().status == PASSED
    again = judge(repository)
    assert again.status == PASSED
    killers = first.details["killed"]
    assert 0 < again.details["cached"] <= killers
    assert again.details["killed"] == killers


def test_a_modified_function_is_compared_with_what_it_was(folder: Path) -> None:
    repository = shop(folder, STRONG)
    assert judge(repository).status == PASSED
    repository.rebase()
    modified = SHOP + ADDED.replace(
        "    return", '    "Pay less."\n    percent = int(percent)\n    return'
    )
    weaker = STRONG.replace("    assert discount(200, 10) == 180\n", "").replace(
        "== 0", "is not None"
    )
    repository.write({"src/shop.py": modified, "tests/test_shop.py": weaker})
    assert repository.record().status == PASSED
    verdict = judge(repository)
    assert verdict.status == FINDINGS, verdict.reason
    assert "no less than before" in verdict.reason


def test_a_pass_is_remembered_and_a_failure_is_not(folder: Path) -> None:
    repository = shop(folder)
    judge(repository)
    assert not Scores(repository.state)._known
    repository.write({"tests/test_shop.py": STRONG})
    repository.record()
    judge(repository)
    assert [key.split("::")[:2] for key in Scores(repository.state)._known] == [
        ["src/shop.py", "discount"]
    ]


def test_code_that_runs_at_import_is_judged_too(folder: Path) -> None:
    rates = "RATES = {1: 19, 2: 7}\n\n\ndef rate(kind):\n    return RATES[kind]\n"
    repository = Repository(folder, FILES)
    repository.write({"src/rates.py": rates})
    good = (
        "from rates import rate\n\n\ndef test_rate():\n    assert (rate(1), rate(2)) == (19, 7)\n"
    )
    repository.write({"tests/test_rates.py": good})
    assert repository.record().status == PASSED
    verdict = judge(repository)
    assert verdict.status == PASSED, verdict.reason
    repository.write({"tests/test_rates.py": good.replace("== (19, 7)", "")})
    assert repository.record().status == PASSED
    verdict = judge(repository)
    assert verdict.status == FINDINGS, verdict.reason
    assert "<module>" in {finding.rule.partition(":")[0] for finding in verdict.findings}


def test_critical_files_have_to_reach_more(folder: Path) -> None:
    almost = STRONG.replace(
        '    with pytest.raises(ValueError, match="^too much$"):\n', ""
    ).replace("        discount(7, 101)\n", "")
    repository = shop(folder, almost)
    repository.policy["mutation"].update(min_new=1, min_critical=100)
    assert judge(repository).status == PASSED
    repository.policy["mutation"]["critical"] = ["src/**"]
    assert judge(repository).status == FINDINGS


def test_without_time_nothing_is_proved(folder: Path) -> None:
    verdict = judge(shop(folder, STRONG), seconds=0.05)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False), verdict.reason
    assert "not judged" in verdict.reason


def after_tests(repository: Repository) -> Verdict:
    subject = repository.subject()
    subject.verdicts.append(Verdict("tests", PASSED, "1 test passed"))
    verdict = gate.judge(subject)
    assert verdict is not None
    return verdict


def test_without_a_map_nothing_is_proved(folder: Path) -> None:
    repository = Repository(folder, FILES)
    repository.write({"src/shop.py": SHOP + ADDED})
    verdict = after_tests(repository)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    # Whoever switches the tests off has said that nothing is to be run.
    verdict = judge(repository)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)
    assert "the gate tests is off" in verdict.reason


def test_a_map_of_other_files_is_none(folder: Path) -> None:
    repository = shop(folder, STRONG)
    repository.write({"src/shop.py": SHOP + ADDED.replace("// 100", "// 100 + 0")})
    verdict = after_tests(repository)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    assert "no run of the tests on these files" in verdict.reason


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "Shop.\n"},
        {"tests/test_shop.py": STRONG},
        {
            "src/shop.py": SHOP.replace(
                "    return price // 2", "    # Down.\n    return price // 2"
            )
        },
    ],
)
def test_where_no_function_changed_nothing_is_owed(folder: Path, files: dict[str, str]) -> None:
    repository = Repository(folder, FILES)
    repository.write(files)
    verdict = judge(repository)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


def test_a_run_that_is_broken_is_no_verdict(folder: Path) -> None:
    repository = shop(folder, STRONG)
    repository.policy["tests"]["command"] = ["/nowhere/python", "-m", "pytest"]
    verdict = judge(repository)
    assert verdict.status == BROKEN
    assert "/nowhere/python" in verdict.reason


def test_shards_are_parts_of_the_whole(folder: Path) -> None:
    repository = shop(folder, STRONG)
    subject = repository.subject()
    from ambidex.mutation import targets

    tests = testmap.load(repository.state, repository.root)
    assert tests is not None
    ids = []
    for part in range(2):
        outcome = judging.run(
            repository.root,
            repository.state,
            repository.policy,
            subject.command,
            targets.changed(subject),
            tests,
            environ=repository.environ,
            deadline=time.monotonic() + 100,
            keep=lambda mutant, part=part: mutant.start % 2 == part,  # type: ignore[misc]
        )
        ids.append({judged.mutant.id for judged in outcome.judged})
    assert ids[0]
    assert not ids[0] & ids[1]
    assert len(ids[0] | ids[1]) == judge(repository).details["mutants"]
