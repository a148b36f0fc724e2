"""Reading what checkers print. Go's and others' output is recorded, in their documented forms."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ambidex.proof.types import output as checker_output
from ambidex.proof.types.new_errors import only_new
from ambidex.proof.types.output import Problem, Report

TOP = "/srv/shop"

GO_VET = """# example.com/shop
# [example.com/shop]
./main.go:4:2: undefined: price
vet: ./cart.go:9:14: cannot use "x" (untyped string constant) as int value in assignment
./main.go:12:2: fmt.Printf format %d has arg name of wrong type string
"""
RUSTC = """\x1b[31merror\x1b[0m[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
2 |     "x"
warning: unused variable
 --> src/lib.rs:9:5
error: aborting due to 1 previous error
"""
PYRIGHT = json.dumps(
    {
        "generalDiagnostics": [
            {
                "file": "/srv/shop/src/a.py",
                "severity": "error",
                "message": 'Type "str"\n  is not',
                "range": {"start": {"line": 6, "character": 1}},
                "rule": "reportReturnType",
            },
            {"file": "/srv/shop/src/a.py", "severity": "warning", "message": "x"},
        ],
        "summary": {"filesAnalyzed": 3},
    }
)


def places(report: Report) -> list[tuple[str, int, str, str]]:
    return [(p.path, p.line, p.code, p.message) for p in report.problems]


@pytest.mark.parametrize(
    ("reader", "out", "expected"),
    [
        (
            checker_output.mypy,
            "src/a.py:3: error: Bad  [arg-type]",
            ("src/a.py", 3, "arg-type", "Bad"),
        ),
        (checker_output.mypy, "a.py:3:5:3:9: error: Bad  [x]", ("a.py", 3, "x", "Bad")),
        (checker_output.tsc, "src/a.ts(3,5): error TS2322: No.", ("src/a.ts", 3, "TS2322", "No.")),
        (
            checker_output.any_tool,
            "  /srv/shop/a.py:3:5 - error: No (reportX)",
            ("a.py", 3, "reportX", "No"),
        ),
        (checker_output.any_tool, "a.c:3:5: fatal error: x.h: no", ("a.c", 3, "", "x.h: no")),
        (checker_output.any_tool, RUSTC, ("src/lib.rs", 2, "E0308", "mismatched types")),
        (
            checker_output.pyright,
            f"note\n{PYRIGHT}",
            ("src/a.py", 7, "reportReturnType", 'Type "str"'),
        ),
    ],
)
def test_an_error_is_read(
    reader: Callable[[str, str, str], Report], out: str, expected: tuple[str, int, str, str]
) -> None:
    assert places(reader(out, TOP, TOP)) == [expected]


def test_all_of_gos_lines_are_read() -> None:
    found = places(checker_output.go(GO_VET, f"{TOP}/api", TOP))
    assert [(path, line) for path, line, _, _ in found] == [
        ("api/main.go", 4),
        ("api/cart.go", 9),
        ("api/main.go", 12),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "src/a.py:3: note: See https://x",
        "src/a.py:3: warning: unused",
        "src/a.ts(3,5): warning TS1: x",
        "12:30:01 - error handling is off",
        "Found 2 errors in 1 file (checked 3 source files)",
    ],
)
def test_what_is_no_error_is_not_read(line: str) -> None:
    assert checker_output.any_tool(line, TOP, TOP).problems == []


def test_a_crash_is_no_finding() -> None:
    assert checker_output.mypy("a.py:1: error: INTERNAL ERROR -- x", TOP, TOP).crashed
    assert checker_output.pyright("Segmentation fault", TOP, TOP).crashed


def test_who_checked_nothing_says_so() -> None:
    assert checker_output.mypy("There are no .py[i] files in directory '.'", TOP, TOP).nothing
    assert checker_output.tsc("error TS18003: No inputs were found.", TOP, TOP).nothing
    assert checker_output.go('go: warning: "./..." matched no packages', TOP, TOP).nothing
    assert checker_output.mypy("Success: no issues found in 7 source files", TOP, TOP).checked == 7


def test_cargo_is_read_once_per_error() -> None:
    span = {"is_primary": True, "file_name": "src/lib.rs", "line_start": 2}
    message = {
        "level": "error",
        "message": "mismatched\nx",
        "spans": [span],
        "code": {"code": "E1"},
    }
    line = json.dumps({"reason": "compiler-message", "message": message})
    last = {"level": "error", "message": "aborting due to 1 previous error", "spans": []}
    end = json.dumps({"reason": "compiler-message", "message": last})
    report = checker_output.cargo(f"{line}\nnoise\n{line}\n{end}\n", TOP, TOP)
    assert places(report) == [("src/lib.rs", 2, "E1", "mismatched")]


def problem(path: str, line: int, message: str = "m", text: str = "t") -> Problem:
    return Problem(path, line, "c", message, text)


@pytest.mark.parametrize(
    ("now", "before", "lines", "new"),
    [
        # The same error one line further down.
        ([problem("a", 2)], [problem("a", 1)], {2: 1}, []),
        # Two of a kind where there was one: that on the line that is new.
        ([problem("a", 1), problem("a", 2)], [problem("a", 1)], {2: 1}, [1]),
        # Numbers of lines in messages mean nothing.
        ([problem("a", 2, "see line 9")], [problem("a", 1, "see line 8")], {2: 1}, []),
        ([problem("a", 1, "other")], [problem("a", 1)], {1: 1}, [1]),
        # Moved to another file, line and all.
        ([problem("b", 5)], [problem("a", 1)], {0: 0}, []),
        ([problem("b", 5, text="u")], [problem("a", 1)], {0: 0}, [5]),
        # Copied to another file: one was there, the other is new.
        ([problem("a", 1), problem("b", 5)], [problem("a", 1)], {}, [5]),
    ],
)
def test_which_errors_are_new(
    now: list[Problem], before: list[Problem], lines: dict[int, int], new: list[int]
) -> None:
    assert [p.line for p in only_new(now, before, {}, lambda path: lines)] == new
