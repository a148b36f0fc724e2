"""Pragmas count where they stood at the baseline, and nowhere else."""

from __future__ import annotations

import textwrap

import pytest

from testing.mutated import made

PRAGMA = "# pragma: no mutate"


def lines(code: str, former: str | None = None) -> list[int]:
    """The lines that are mutated."""
    before = None if former is None else textwrap.dedent(former)
    return sorted({each.line for each in made(code, former=before).mutants})


@pytest.mark.parametrize(
    ("code", "left"),
    [
        (f"a = 1  {PRAGMA}\nb = 2\n", [2]),
        ("a = 1  #pragma:no mutate: because\nb = 2\n", [2]),
        ("a = 1  # noqa  # pragma: no mutate\nb = 2\n", [2]),
        (f"a = g(\n    1,\n    2,\n)  {PRAGMA}\nb = 2\n", [5]),
        (f"if a > 1:  {PRAGMA}\n    b = 2\n", [2]),
        (f"if a > 1:  {PRAGMA} block\n    b = 2\nelse:\n    c = 3\n", [4]),
        (f"def f(a):  {PRAGMA} block\n    g(1)\nb = 2\n", [3]),
        (f"def f(a):\n    g(1)\n    {PRAGMA} block\n    g(2)\n    h(3)\nb = 2\n", [2, 6]),
        (f"a = 1\n{PRAGMA} start\nb = 2\nc = 3\n{PRAGMA} end\nd = 4\n", [1, 6]),
        (f"a = 1\n{PRAGMA} start\nb = 2\n", [1]),
        ("if a > 1:  # pragma: no cover\n    b = 2\nc = 3\n", [3]),
        ("def f(a):  # pragma: nocover\n    b = 2\nc = 3\n", [3]),
        ("try:\n    a = g(1)\nexcept E:  # pragma: no cover\n    a = 2\n", [2]),
        # None of these is a pragma.
        (f"a = '{PRAGMA}'\nb = 2\n", [1, 2]),
        ("a = 1  # pragma: no mutations\nb = 2\n", [1, 2]),
        ("a = 1  # no mutate\nb = 2\n", [1, 2]),
        (f"a = 1\n{PRAGMA}\nb = 2\n", [1, 3]),
        ("a = 1  # pragma: no branch\nb = 2\n", [1, 2]),
    ],
)
def test_what_a_pragma_reaches(code: str, left: list[int]) -> None:
    assert lines(code) == left
    assert lines(code, former=code) == left
    # All of them are new.
    assert lines(code, former="") == lines(code.replace("pragma", "remark"))


def test_what_it_kept_is_counted() -> None:
    assert made(f"a = 1  {PRAGMA}\n").dropped == {"pragma": 1}


@pytest.mark.parametrize(
    ("before", "now", "left"),
    [
        # Moved with its line; the code around it changed.
        (f"a = 1  {PRAGMA}\nb = 2\n", f"b = 2\nc = 3\na = 1  {PRAGMA}\n", [1, 2]),
        # Its code was edited, as the task may want.
        (f"total = price + 1  {PRAGMA}\n", f"total = price + 3  {PRAGMA}\n", []),
        # Moved to other code.
        (f"a = 1  {PRAGMA}\nhalf = g(b / 2)\n", f"a = 1\nhalf = g(b / 2)  {PRAGMA}\n", [1, 2]),
        # A second one for the same line.
        (f"a = 1  {PRAGMA}\n", f"a = 1  {PRAGMA}\na = 1  {PRAGMA}\n", [2]),
        # One line became a block.
        (
            f"def f(a):  {PRAGMA}\n    g(2)\n",
            f"def f(a):  {PRAGMA} block\n    g(2)\n",
            [2],
        ),
        # The comment is the same, what follows is not.
        (
            f"def f():\n    {PRAGMA} block\n    g(1)\n",
            f"def f():\n    {PRAGMA} block\n    sell(everything, 7)\n    g(1)\n",
            [3, 4],
        ),
        # The baseline was no module.
        (f"def (\na = 1  {PRAGMA}\n", f"b = 2  {PRAGMA}\n", [1]),
    ],
)
def test_only_what_stood_at_the_baseline(before: str, now: str, left: list[int]) -> None:
    assert lines(now, former=before) == left
