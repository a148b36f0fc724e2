"""Rust's mutants: how cargo-mutants is called, and what its report says.

cargo-mutants itself is not run here. A program of its name stands for it, which checks the diff
that it is given with git and answers with a report in the documented form.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ambidex.mutation import cargo
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import Repository

BEFORE = "pub fn double(a: i32) -> i32 {\n    a * 2\n}\n"
AFTER = BEFORE + "\npub fn is_free(price: i32) -> bool {\n    price <= 0\n}"
FILES = {"Cargo.toml": '[package]\nname = "shop"\n', "src/lib.rs": BEFORE}
PROGRAM = """#!{python}
import json, os, subprocess, sys
arguments = sys.argv[1:]
value = lambda name: arguments[arguments.index(name) + 1]
assert arguments[0] == "mutants", arguments
# The new side of the diff is what the files hold.
subprocess.run(["git", "apply", "--reverse", "--check", value("--in-diff")],
               cwd=value("--dir"), check=True)
report = json.load(open({report!r}))
if report is not None:
    folder = os.path.join(value("--output"), "mutants.out")
    os.mkdir(folder)
    json.dump(report, open(os.path.join(folder, "outcomes.json"), "w"))
sys.exit({code})
"""


def mutant(summary: str, replacement: str, line: int, columns: tuple[int, int]) -> dict[str, Any]:
    return {
        "scenario": {
            "Mutant": {
                "name": f"src/lib.rs:{line}:{columns[0]}: replace",
                "package": "shop",
                "file": "src/lib.rs",
                "function": {"function_name": "is_free", "return_type": "-> bool"},
                "span": {
                    "start": {"line": line, "column": columns[0]},
                    "end": {"line": line, "column": columns[1]},
                },
                "replacement": replacement,
                "genre": "BinaryOperator",
            }
        },
        "summary": summary,
        "phase_results": [],
    }


def outcomes(*summaries: str) -> dict[str, Any]:
    mutants = [mutant(summary, ">", 6, (11, 13)) for summary in summaries]
    baseline = {"scenario": "Baseline", "summary": "Success", "phase_results": []}
    return {"outcomes": [baseline, *mutants], "total_mutants": len(mutants)}


def judged(folder: Path, report: Any, code: int) -> Verdict | None:
    repository = Repository(folder, FILES)
    repository.write({"src/lib.rs": AFTER})
    recorded = folder / "recorded.json"
    recorded.write_text(json.dumps(report))
    program = folder / "bin" / "cargo-mutants"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, report=str(recorded), code=code))
    program.chmod(0o700)
    repository.environ["PATH"] = f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return cargo.judge(repository.subject())


def test_missed_mutants_are_survivors(tmp_path: Path) -> None:
    verdict = judged(tmp_path, outcomes("CaughtMutant", "MissedMutant", "MissedMutant"), 2)
    assert verdict is not None
    assert verdict.status == FINDINGS
    assert "33 % (1 killed, 2 survived)" in verdict.reason
    finding = verdict.findings[0]
    assert (finding.path, finding.line, finding.rule) == (
        "src/lib.rs",
        6,
        "is_free:BinaryOperator",
    )
    assert finding.message.startswith("`price <= 0` → `price > 0` goes unnoticed")
    assert finding.fix == "write one that fails with it"


def test_time_outs_are_dead_and_what_does_not_compile_is_no_mutant(tmp_path: Path) -> None:
    verdict = judged(tmp_path, outcomes("CaughtMutant", "Timeout", "Unviable"), 3)
    assert verdict is not None
    assert verdict.status == PASSED
    assert [verdict.details[name] for name in ("killed", "timeout", "mutants")] == [1, 1, 2]
    assert verdict.details["engine"] == "cargo-mutants"


def test_a_change_without_mutants_owes_nothing(tmp_path: Path) -> None:
    verdict = judged(tmp_path, None, 0)
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


@pytest.mark.parametrize("code", [1, 4, 5, 6, 70])
def test_its_trouble_is_nobodys_fault(tmp_path: Path, code: int) -> None:
    verdict = judged(tmp_path, outcomes("MissedMutant"), code)
    assert verdict is not None
    assert verdict.status == BROKEN
    assert f"ended with {code}" in verdict.reason


@pytest.mark.parametrize("report", [[], {}, {"outcomes": [{"scenario": {}, "summary": "Timeout"}]}])
def test_a_report_that_is_none_is_no_verdict(tmp_path: Path, report: Any) -> None:
    verdict = judged(tmp_path, report, 0)
    assert verdict is not None
    assert verdict.status == BROKEN


def test_without_cargo_mutants_or_rust_nobody_is_asked(tmp_path: Path) -> None:
    repository = Repository(tmp_path, FILES)
    repository.write({"README.md": "Shop.\n"})
    assert cargo.judge(repository.subject()) is None
    repository.write({"src/lib.rs": AFTER})
    assert cargo.judge(repository.subject()) is None
