"""The table of client versions: what failed, or was not tested, is never shown as good."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing import matrix

VERSIONS = ["2.1.197", "2.1.240"]


def counted(folder: Path, *cases: tuple[str, str]) -> dict[str, matrix.Count]:
    report = folder / "report.xml"
    lines = [f'<testcase name="{name}">{inside}</testcase>' for name, inside in cases]
    report.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    return matrix.count(str(report), VERSIONS)


def test_results_are_counted_by_the_version_in_the_name(tmp_path: Path) -> None:
    counts = counted(
        tmp_path,
        ("test_a[2.1.197]", ""),
        ("test_a[2.1.240-Stop]", ""),
        ("test_b[Stop-2.1.240]", ""),
        ("test_c", ""),
    )
    assert {version: own.passed for version, own in counts.items()} == {
        "2.1.197": 1,
        "2.1.240": 2,
        "any": 1,
    }
    assert matrix.good(counts)
    assert "2.1.240           2      0" in matrix.table(counts)


@pytest.mark.parametrize("outcome", ["<failure/>", "<error/>", "<skipped/>"])
def test_what_did_not_pass_is_named_and_not_good(tmp_path: Path, outcome: str) -> None:
    counts = counted(tmp_path, ("test_a[2.1.197]", ""), ("test_a[2.1.240]", ""), ("t", outcome))
    assert not matrix.good(counts)
    assert "  not passed: t" in matrix.table(counts)


def test_a_version_without_a_single_test_is_not_good(tmp_path: Path) -> None:
    assert not matrix.good(counted(tmp_path, ("test_a[2.1.197]", ""), ("test_c", "")))


def test_a_run_that_leaves_no_report_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(matrix, "install", lambda versions: None)
    assert matrix.main(["--no-such-option"]) == 1
    assert "no report" in capsys.readouterr().err
