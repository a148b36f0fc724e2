"""Default values are replaced in live functions where that is all that an import would do."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from ambidex.inside import ambidex_swap as swap
from ambidex.inside.ambidex_defaults import swap_default
from ambidex.mutation.covering import Covering
from ambidex.mutation.mutant import Mutant
from testing.mutated_shop import Shop, fates

TEXT = """import functools

def add(a, b=1, *, c=2, d=None):
    return a + b + c

class Shop:
    def price(self, percent=10):
        return percent

@functools.lru_cache
def decorated(e=3):
    return e

def several(f=[4]):
    return f

def other(g=5):
    return g

def inner():
    def nested(h=6):
        return h
    return nested()

ALIAS = add
MADE = other()
"""


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    path = tmp_path / "defaults.py"
    path.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("defaults", path)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def change(module: ModuleType, before: str, after: str) -> int:
    path = str(Path(module.__file__ or "").resolve())
    live = swap.Live({path}, "")
    assert TEXT.count(before) == 1
    start = TEXT.index(before)
    edit = start, start + len(before), after
    try:
        return swap.swap(live, swap.Module(path, TEXT), *edit)
    except swap.Unswappable:
        return swap_default(live, swap.Module(path, TEXT), *edit)


@pytest.mark.parametrize(
    ("before", "after", "call", "expected"),
    [
        ("b=1", "b=7", lambda m: m.add(1), 10),
        ("b=1", "b=7", lambda m: m.ALIAS(1), 10),
        ("c=2", "c=-2", lambda m: m.add(1), 0),
        ("d=None", 'd=""', lambda m: m.add.__kwdefaults__["d"], ""),
        ("percent=10", "percent=11", lambda m: m.Shop().price(), 11),
        ("h=6", "h=7", lambda m: m.inner(), 7),
    ],
)
def test_a_literal_is_replaced(
    module: ModuleType, before: str, after: str, call: Callable[[ModuleType], object], expected: int
) -> None:
    assert change(module, before, after) == 1
    assert call(module) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e=3", "e=4"),
        ("[4]", "len([4])"),
        ("b=1", "b=list()"),
        ("b=1", "**b"),
        ("MADE = other()", "MADE = None"),
    ],
)
def test_what_only_an_import_shows_is_not(module: ModuleType, before: str, after: str) -> None:
    try:
        assert change(module, before, after) == 0
    except SyntaxError:
        assert after == "**b"


def test_somebody_else_s_value_is_left_alone(module: ModuleType) -> None:
    module.add.__defaults__ = (8,)
    assert change(module, "b=1", "b=7") == 0
    assert module.add(1) == 11


class Map:
    """A map in which `tests` execute the body of `add` and of `other`, the import `imported`."""

    def __init__(self, *imported: int) -> None:
        self.imported = frozenset(imported)

    def covering(self, path: str, first: int, last: int) -> list[str]:
        return [f"test_{line}" for line in (4, 18) if first <= line <= last]

    def at_import(self, path: str) -> frozenset[int]:
        return self.imported


@pytest.mark.parametrize(
    ("before", "expected", "imported"),
    [
        ("1", ["test_4"], False),
        ("5", ["test_18", "test_4"], True),
        ("3", ["test_4", "test_18"], True),
        ("[4]", ["test_4", "test_18"], True),
    ],
)
def test_which_tests_it_concerns(before: str, expected: list[str], imported: bool) -> None:
    start = TEXT.index(f"={before}") + 1
    line = TEXT.count("\n", 0, start) + 1
    mutant = Mutant(
        "defaults.py",
        "",
        lines=(line, line),
        span=(start, start + len(before)),
        replacement="9",
        operator="NumberLiteral",
        at_import=True,
    )
    found = Covering(Map(3, 7, 10, 14, 17, 18), "defaults.py", TEXT, lambda _: ["all"])  # type: ignore[arg-type]
    mutant.at_import = found.is_imported(mutant)
    assert (found.of(mutant), mutant.at_import) == (expected, imported)


def test_the_runner_does_it_in_the_warm_process(tmp_path: Path) -> None:
    counted = f"open({str(tmp_path / 'imports')!r}, 'a').write('x')\n"
    (tmp_path / "there").mkdir()
    shop = Shop(
        tmp_path / "there",
        {"shop.py": counted + "def half(x=9, *, by=2):\n    return x // by\n",
         "test_shop.py": "from shop import half\n\ndef test_half():\n    assert half() == 4\n"},
    )  # fmt: skip
    run = shop.judge(["test_shop.py::test_half"], ("half", "x=9", "x=8"), ("half", "x=9", "x=7"))
    assert fates(run) == ["survived", "killed"]
    assert (tmp_path / "imports").read_text() == "x"
