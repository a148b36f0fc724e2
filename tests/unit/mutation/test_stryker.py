"""JavaScript's mutants: the real Stryker on changed lines, its report, and where it is called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ambidex.mutation import stryker
from ambidex.policy.defaults import DEFAULTS
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED
from testing.checkout import ROOT
from testing.python_project import Repository

PRICES = """export function half(price) {
  return price / 2;
}

export function isFree(price) {
  return price <= 0;
}
"""
CHANGED = PRICES.replace("price <= 0", "price < 1")
WEAK = """import assert from "node:assert";
import test from "node:test";
import { half, isFree } from "../src/prices.js";

test("half", () => { assert.equal(half(4), 2); });
test("free", () => { isFree(0); });
"""
STRONG = WEAK.replace(
    "isFree(0);",
    "for (const [price, free] of [[0, true], [1, false], [2, false]]) "
    "assert.equal(isFree(price), free);",
)
FILES = {
    "package.json": '{"type": "module", "scripts": {"test": "node --test"}}',
    "stryker.conf.json": '{"testRunner": "command", "coverageAnalysis": "off"}',
    "src/prices.js": PRICES,
    "test/prices.test.js": WEAK,
}


@pytest.fixture(scope="module")
def packages() -> Path:
    folder = ROOT / ".cache" / "stryker"
    if not (folder / "ready").exists():
        subprocess.run(["make", ".cache/stryker/ready"], cwd=ROOT, check=True)
    return folder / "node_modules"


def project(folder: Path, packages: Path | None, files: dict[str, str]) -> Repository:
    repository = Repository(folder, FILES)
    repository.environ["PATH"] = os.environ["PATH"]
    repository.policy["mutation"]["deadline_seconds"] = 300
    repository.write(files)
    if packages is not None:
        (repository.path / "node_modules").symlink_to(packages)
        (repository.path / ".gitignore").write_text("node_modules\n")
    return repository


@pytest.mark.slow
def test_weak_tests_of_a_changed_line_are_found(tmp_path: Path, packages: Path) -> None:
    repository = project(tmp_path, packages, {"src/prices.js": CHANGED})
    before = sorted(os.listdir(repository.root))
    verdict = stryker.judge(repository.subject(seconds=300))
    assert verdict is not None
    assert verdict.status == FINDINGS, verdict.reason
    assert {(finding.path, finding.line) for finding in verdict.findings} == {("src/prices.js", 6)}
    assert any("`return price < 1;` → `return price <= 1;`" in f.message for f in verdict.findings)
    assert verdict.details["engine"] == "stryker"
    # Nothing is left in the user's tree.
    assert sorted(os.listdir(repository.root)) == before


@pytest.mark.slow
def test_strong_tests_pass(tmp_path: Path, packages: Path) -> None:
    files = {"src/prices.js": CHANGED, "test/prices.test.js": STRONG}
    verdict = stryker.judge(project(tmp_path, packages, files).subject(seconds=300))
    assert verdict is not None
    assert verdict.status == PASSED, verdict.reason
    assert verdict.details["killed"] >= 3


@pytest.mark.slow
def test_tests_that_fail_anyway_judge_nothing(tmp_path: Path, packages: Path) -> None:
    broken = STRONG.replace("half(4), 2", "half(4), 3")
    files = {"src/prices.js": CHANGED, "test/prices.test.js": broken}
    verdict = stryker.judge(project(tmp_path, packages, files).subject(seconds=300))
    assert verdict is not None
    assert verdict.status == BROKEN
    assert "left no report" in verdict.reason


def test_without_stryker_nothing_is_proved(tmp_path: Path) -> None:
    verdict = stryker.judge(project(tmp_path, None, {"src/prices.js": CHANGED}).subject())
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
    assert "not installed" in verdict.reason


def test_only_source_concerns_it(tmp_path: Path) -> None:
    files = {"test/prices.test.js": STRONG, "README.md": "Prices.\n"}
    assert stryker.judge(project(tmp_path, None, files).subject()) is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"stryker.config.mjs": ""}, True),
        ({".stryker.conf.json": "{}"}, True),
        ({"package.json": '{"devDependencies": {"@stryker-mutator/core": "^9"}}'}, True),
        ({"package.json": '{"devDependencies": {"vitest": "^3"}}'}, False),
        ({"package.json": "[]"}, False),
        ({"package.json": "{"}, False),
        ({"notes/stryker.conf.json": "{}"}, False),
        ({}, False),
    ],
)
def test_a_projects_files_say_whether_it_uses_stryker(
    tmp_path: Path, files: dict[str, str], expected: bool
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert stryker.is_set_up(str(tmp_path)) is expected


def test_lines_are_named_and_names_are_no_patterns() -> None:
    ranges = {"src/b.ts": [(3, 4), (9, 9)], "app/[id]/a.tsx": [(1, 2)]}
    assert stryker.arguments(ranges)[:3] == [
        "run",
        "--mutate",
        "app/[[]id]/a.tsx:1-2,src/b.ts:3-4,src/b.ts:9-9",
    ]


def test_a_report_that_is_none_is_no_verdict() -> None:
    verdict = stryker.verdict_of({"files": []}, {}, "/nowhere", DEFAULTS)
    assert verdict.status == BROKEN
