"""The gate `weakening` on real trees, and where its parts draw their lines."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from ambidex.proof.weakening import deselection, expected_files, suppressions, tool_settings
from ambidex.proof.weakening import gate as weakening
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.python_project import Repository
from testing.test_edits import Edit

TEST = """from pkg import f


def test_f():
    assert f(2) == 4
"""


def edit(before: str, after: str, path: str = "tests/test_x.py", **more: str) -> Verdict:
    verdict = weakening.judge(Edit({path: before, **more}, {path: after, **more}))
    assert verdict is not None
    return verdict


def severities(verdict: Verdict) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in verdict.findings}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path, {"tests/test_x.py": TEST, "src/pkg.py": "def f(x): return x * x\n"})


def test_a_weaker_assertion_in_a_real_tree(repository: Repository) -> None:
    repository.write({"tests/test_x.py": TEST.replace("f(2) == 4", "f(2)")})
    verdict = weakening.judge(repository.subject())
    assert verdict is not None
    assert verdict.status == FINDINGS
    (finding,) = verdict.findings
    assert (finding.path, finding.line, finding.severity) == ("tests/test_x.py", 5, "error")
    assert finding.message.endswith("before: assert f(2) == 4; now: assert f(2)")
    assert finding.fix == "restore it, or let a person agree"


def test_a_moved_file_in_a_real_tree(repository: Repository) -> None:
    repository.write({"tests/unit/test_y.py": TEST})
    (repository.path / "tests/test_x.py").unlink()
    verdict = weakening.judge(repository.subject())
    assert verdict is not None
    assert verdict.status == PASSED


def test_a_deleted_file_in_a_real_tree(repository: Repository) -> None:
    (repository.path / "tests/test_x.py").unlink()
    verdict = weakening.judge(repository.subject())
    assert verdict is not None
    assert severities(verdict) == {"test-removed": "error"}


def test_nothing_of_interest_is_nothing_owed(repository: Repository) -> None:
    repository.write({"notes.md": "# Notes\n"})
    verdict = weakening.judge(repository.subject())
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


def test_without_an_earlier_state_nothing_is_said() -> None:
    subject = Edit({"tests/test_x.py": TEST}, {})
    subject.before = None
    verdict = weakening.judge(subject)
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)


def test_without_time_nothing_is_said() -> None:
    subject = Edit({"tests/test_x.py": TEST}, {})
    subject.deadline = time.monotonic() - 1
    verdict = weakening.judge(subject)
    assert verdict is not None
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)


@pytest.mark.parametrize(
    "text",
    ["def test_f(:\n", "\0\0", "(" * 300, "def test_f():\n    assert " + "not " * 2000 + "x\n"],
)
def test_what_can_not_be_read_has_not_passed(text: str) -> None:
    verdict = edit(TEST, text)
    if verdict.status != FINDINGS:
        assert (verdict.status, verdict.is_fine) == (NOT_RUN, False)
        assert verdict.reason


def test_a_skip_for_another_platform_is_a_warning() -> None:
    elsewhere = "win32" if sys.platform != "win32" else "linux"
    mark = f'import sys, pytest\n\n\n@pytest.mark.skipif(sys.platform == "{elsewhere}", reason="x")'
    verdict = edit(TEST, TEST.replace("\n\n\ndef", f"\n\n\n{mark}\ndef"))
    assert severities(verdict) == {"test-skipped": "warning"}


def test_a_skip_for_this_platform_is_an_error() -> None:
    mark = f'import sys, pytest\n\n\n@pytest.mark.skipif(sys.platform == "{sys.platform}")'
    verdict = edit(TEST, TEST.replace("\n\n\ndef", f"\n\n\n{mark}\ndef"))
    assert severities(verdict) == {"test-skipped": "error"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    mock = Mock()\n    f(mock)\n    mock.send.assert_called_once()", "calls of a mock"),
        ("    assert f(1)._cache == {}", "private names"),
        ("    f(1)", "asserts nothing"),
        ("    assert f(1) == f(1)", "always true"),
    ],
)
def test_new_tests_that_prove_little_are_warnings(body: str, why: str) -> None:
    verdict = edit(TEST, f"{TEST}\n\ndef test_new():\n{body}\n")
    assert severities(verdict) == {"proves-little": "warning"}
    assert why in verdict.findings[0].message


def test_a_renamed_function_keeps_its_tests() -> None:
    source = {"src/pkg.py": "def f(x):\n    return x * x\n"}
    renamed = {"src/pkg.py": "def square(x):\n    return x * x\n"}
    kept = TEST.replace("f(2)", "square(2)").replace("test_f", "test_square")
    fine = weakening.judge(
        Edit({"tests/test_x.py": TEST, **source}, {"tests/test_x.py": kept, **renamed})
    )
    assert fine is not None
    assert fine.status == PASSED
    gone = weakening.judge(Edit({"tests/test_x.py": TEST, **source}, renamed))
    assert gone is not None
    assert severities(gone) == {"test-removed": "error"}


@pytest.mark.parametrize(
    ("line", "area"),
    [
        ("x = 1  # noqa", "tool"),
        ("x = 1  # noqa: E501", "layout"),
        ("x = 1  # noqa: E501, S101", "tool"),
        ("x = 1  # type: ignore[attr-defined]", "tool"),
        ("x = 1  # pragma: no cover", "proof"),
        ("x = 1  # pragma:no mutate", "proof"),
        ("# fmt: off", "layout"),
        ("# pylint: disable=all", "tool"),
    ],
)
def test_suppressions_have_an_area(line: str, area: str) -> None:
    assert [each.area for each in suppressions.found("a.py", line + "\n")] == [area]


@pytest.mark.parametrize("text", ["x = '# noqa'\n", '"""\n# type: ignore\n"""\n', "# denoqat\n"])
def test_no_comment_no_suppression(text: str) -> None:
    assert suppressions.found("a.py", text) == []


def test_one_more_of_the_same_is_new() -> None:
    once = suppressions.found("a.py", "x = 1  # noqa\n")
    twice = suppressions.found("a.py", "y = 1  # noqa\nx = 1  # noqa\n")
    assert [each.line for each in suppressions.new(once, twice)] == [1]
    assert suppressions.new(twice, once) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "setting"),
    [
        ("mypy.ini", "[mypy]\nstrict = True\n", "[mypy]\n", "mypy.strict"),
        ("setup.cfg", "[flake8]\n", "[flake8]\nextend-ignore = B006\n", "flake8.extend-ignore"),
        (".flake8", "[flake8]\nselect = E,F,B\n", "[flake8]\nselect = E,F\n", "flake8.select"),
        ("tox.ini", "[pytest]\n", "[pytest]\naddopts = -k fast\n", "pytest.addopts"),
        ("ruff.toml", 'select = ["ALL"]\n', 'select = ["E"]\n', "select"),
        (
            "pyrightconfig.json",
            '{"typeCheckingMode": "strict"}',
            '{"typeCheckingMode": "basic"}',
            "typeCheckingMode",
        ),
        (
            "package.json",
            '{"scripts": {"test": "jest"}}',
            '{"scripts": {"test": "jest || true"}}',
            "scripts.test",
        ),
    ],
)
def test_settings_that_check_less(path: str, before: str, after: str, setting: str) -> None:
    assert [each.setting for each in tool_settings.loosened(path, before, after)] == [setting]
    assert tool_settings.loosened(path, before, before) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[tool.ruff.lint]\nselect = ["E"]\n', '[tool.ruff.lint]\nselect = ["ALL"]\n'),
        ('[tool.ruff.lint]\nselect = ["S101"]\n', '[tool.ruff.lint]\nselect = ["S"]\n'),
        ("[tool.coverage.report]\nfail_under = 80\n", "[tool.coverage.report]\nfail_under = 90\n"),
        ("[tool.mypy]\nstrict = false\n", "[tool.mypy]\nstrict = true\n"),
        ("[project]\nname = 'a'\n", "[project]\nname = 'b'\n"),
        ("not toml", "[tool.mypy]\nstrict = false\n"),
    ],
)
def test_settings_that_check_as_much_or_more(before: str, after: str) -> None:
    assert tool_settings.loosened("pyproject.toml", before, after) == []


def test_hooks_that_only_order_are_no_sign() -> None:
    hook = "def pytest_collection_modifyitems(items):\n    items[:] = {}(items)\n"
    assert deselection.signs(hook.format("sorted")) == []
    assert len(deselection.signs(hook.format("broken"))) == 1


def test_which_files_say_what_tests_expect() -> None:
    folders = ["tests"]
    for path in ("tests/__snapshots__/a.ambr", "tests/expected/a.txt", "tests/a_expected.json"):
        assert expected_files.holds_expectations(path, folders)
    for path in ("tests/test_golden.py", "src/expected.txt", "tests/data/input.json"):
        assert not expected_files.holds_expectations(path, folders)


def test_a_large_file_of_tests_takes_no_second() -> None:
    many = "from pkg import f\n\n" + "\n".join(
        f"\ndef test_{n}():\n    value = f({n})\n    assert value == {n * n}\n" for n in range(400)
    )
    started = time.process_time()
    verdict = edit(many, many.replace("assert value == 9\n", "assert value\n"))
    assert time.process_time() - started < 1
    assert severities(verdict) == {"assertion-weaker": "error"}
