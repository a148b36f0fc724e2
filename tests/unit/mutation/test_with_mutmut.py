"""Which mutants are the same for mutmut and for us, and what is said of the others."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from ambidex.mutation import judging, with_mutmut
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, Judged, Mutant

TEXT = """import functools


def half(price):
    return price // 2


class Cart:
    @functools.cache
    def add(self, price):
        return price + 1
"""
# As mutmut writes its mutants, in `mutants/` of the folder it runs in.
MUTATED = """
def x_half__mutmut_orig(price):
    return price // 2


def x_half__mutmut_1(price):
    return price / 2


def x_half__mutmut_2(price):
    return price // 3


class Cart:
    def xǁCartǁadd__mutmut_1(self, price):
        return price - 1
"""
CODES = {"shop.x_half__mutmut_1": 1, "shop.x_half__mutmut_2": 0, "shop.xǁCartǁadd__mutmut_1": 33}
PROGRAM = """
import pathlib
folder = pathlib.Path("mutants/src")
folder.mkdir(parents=True)
(folder / "shop.py").write_text({text!r}, encoding="utf-8")
(folder / "shop.py.meta").write_text({meta!r}, encoding="utf-8")
"""


def mutant(old: str, new: str, qualname: str) -> Mutant:
    at = TEXT.index(old)
    line = TEXT.count("\n", 0, at) + 1
    return Mutant(
        "src/shop.py",
        qualname,
        lines=(line, line),
        span=(at, at + len(old)),
        replacement=new,
        operator="ArithmeticOperator",
    )


SLASH = mutant("//", "/", "half")
THREE = mutant("2", "3", "half")
MINUS = mutant("+", "-", "Cart.add")
OURS = mutant("price // 2", "None", "half")


@pytest.fixture
def theirs(tmp_path: Path) -> dict[with_mutmut.Key, bool]:
    """What a program finds that leaves what mutmut would leave."""
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = shop\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "data").mkdir()
    program = tmp_path / "python"
    code = PROGRAM.format(text=MUTATED, meta=json.dumps({"exit_code_by_key": CODES}))
    program.write_text(f"#!{sys.executable}\n{code}")
    program.chmod(0o700)
    found, number, _ = with_mutmut.run(
        str(tmp_path),
        str(program),
        ["src/shop.py"],
        ["src", "."],
        environ={"PATH": "/usr/bin:/bin"},
        deadline=time.monotonic() + 60,
        options=["-q"],
    )
    assert number == 3
    return found


def compare(theirs: dict[with_mutmut.Key, bool], *judged: Judged) -> with_mutmut.Comparison:
    outcome = judging.of_report(judged, {"src/shop.py": TEXT})
    return with_mutmut.compare(outcome, theirs, lambda mutant: mutant.qualname == "Cart.add")


def test_the_same_change_of_the_same_function_is_the_same_mutant(
    theirs: dict[with_mutmut.Key, bool],
) -> None:
    found = compare(theirs, Judged(SLASH, KILLED), Judged(THREE, SURVIVED), Judged(OURS, KILLED))
    assert (found.ours, found.common, found.agreed, found.differing) == (3, 2, 2, [])


def test_differences_are_named(theirs: dict[with_mutmut.Key, bool]) -> None:
    found = compare(theirs, Judged(SLASH, SURVIVED), Judged(THREE, SURVIVED))
    assert (found.common, found.agreed) == (2, 1)
    assert found.differing == [(SLASH.id, False, True)]
    assert "1 alike (50.0 %)" in found.words()


def test_what_an_import_runs_is_counted_apart(theirs: dict[with_mutmut.Key, bool]) -> None:
    found = compare(theirs, Judged(MINUS, KILLED))
    assert (found.common, found.imported) == (0, 1)


def test_what_was_not_judged_is_not_compared(theirs: dict[with_mutmut.Key, bool]) -> None:
    assert compare(theirs, Judged(SLASH, NOT_JUDGED)).common == 0


def test_it_is_told_which_files_and_what_else_to_copy(
    theirs: dict[with_mutmut.Key, bool], tmp_path: Path
) -> None:
    assert theirs
    text = (tmp_path / "setup.cfg").read_text()
    assert text.startswith("[metadata]\nname = shop\n")
    settings = text.partition("[mutmut]\n")[2]
    assert settings.startswith("source_paths =\n    src\nonly_mutate =\n    src/shop.py\n")
    assert "    data\n" in settings
    assert "pytest_add_cli_args =\n    -q\n" in settings


def test_a_projects_own_settings_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.mutmut]\nsource_paths = ['src']\n")
    with pytest.raises(with_mutmut.MutmutFailed, match="left no verdicts"):
        with_mutmut.run(
            str(tmp_path),
            "/bin/true",
            ["src/shop.py"],
            ["src"],
            environ={},
            deadline=time.monotonic() + 60,
        )
    assert not (tmp_path / "setup.cfg").exists()


@pytest.mark.parametrize(
    ("program", "problem"), [("/bin/false", "ended with 1"), ("/nowhere", "can't be run")]
)
def test_its_failure_is_told(tmp_path: Path, program: str, problem: str) -> None:
    with pytest.raises(with_mutmut.MutmutFailed, match=problem):
        with_mutmut.run(
            str(tmp_path),
            program,
            ["a.py"],
            ["."],
            environ={},
            deadline=time.monotonic() + 60,
        )
