"""Which tests a mutant is shown to: by its statement, and by its module where an import runs it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ambidex.mutation.covering import Covering
from ambidex.mutation.mutant import Mutant

TEXT = """RATE = (
    19
)


def half(
    price,
):
    if (
        price
        > 10
    ):
        rest = call(
            price,
            3,
        )
    try:
        return price // 2
    finally:
        done()
"""


class Map:
    """A test map of one file, as far as it is asked."""

    def __init__(self, executed: Mapping[int, str], imported: frozenset[int]) -> None:
        self.executed = executed
        self.imported = imported

    def covering(self, path: str, first: int, last: int) -> list[str]:
        assert path == "shop.py"
        return sorted({node for line, node in self.executed.items() if first <= line <= last})

    def at_import(self, path: str) -> frozenset[int]:
        assert path == "shop.py"
        return self.imported


def covering(
    mutated: tuple[int, int],
    executed: Mapping[int, str],
    imported: frozenset[int] = frozenset({1, 6}),
    at_import: bool = False,
) -> tuple[list[str], bool]:
    tests = Map(executed, imported)
    found = Covering(tests, "shop.py", TEXT, lambda _: ["all"])  # type: ignore[arg-type]
    mutant = Mutant(
        "shop.py",
        "half",
        lines=mutated,
        span=(0, 0),
        replacement="",
        operator="X",
        at_import=at_import,
    )
    return found.of(mutant), found.is_imported(mutant)


@pytest.mark.parametrize(
    ("mutated", "executed", "expected"),
    [
        ((11, 11), {9: "head"}, ["head"]),
        ((10, 10), {13: "body"}, []),
        ((15, 15), {13: "call"}, ["call"]),
        ((13, 16), {13: "call"}, ["call"]),
        ((18, 18), {18: "return"}, ["return"]),
        ((18, 18), {20: "finally"}, []),
        ((17, 20), {20: "finally"}, ["finally"]),
        ((9, 16), {9: "head"}, ["head"]),
        ((9, 16), {13: "body"}, []),
    ],
)
def test_a_line_stands_for_its_statement_and_a_block_for_its_head(
    mutated: tuple[int, int], executed: Mapping[int, str], expected: list[str]
) -> None:
    assert covering(mutated, executed) == (expected, False)


def test_what_an_import_runs_concerns_whoever_uses_the_module() -> None:
    assert covering((2, 2), {13: "call", 18: "return"}, at_import=True)[0] == ["call", "return"]
    assert covering((2, 2), {}, at_import=True)[0] == ["all"]
    assert covering((2, 2), {}, frozenset(), at_import=True)[0] == []


def test_those_that_execute_the_code_itself_come_first() -> None:
    found, _ = covering((18, 18), {13: "a", 18: "b"}, frozenset({18}), at_import=True)
    assert found == ["b", "a"]


def test_a_function_that_ran_while_a_module_was_imported_is_known() -> None:
    assert covering((18, 18), {18: "return"}, frozenset({18}))[1]
    assert not covering((18, 18), {18: "return"}, frozenset({17}))[1]
