"""Treating an edit twice is treating it once, and never changes what the code means."""

from __future__ import annotations

import ast
import sysconfig
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ambidex.changes.lines import changed_lines
from ambidex.edits.lines import split
from ambidex.edits.treat import treat
from testing.examples import examples

# Statements in all states of neatness; none is a docstring, whose text a formatter may re-indent.
STATEMENTS = [
    "x = 1\n",
    "x = [ 1,2 ]\n",
    "y = {'a':1,\n 'b' : 2}\n",
    "import os\n",
    "import sys, abc\n",
    "def f( a,b = 1 ):\n        return  a+b\n",
    "def g(a):\n    if a == 1 :\n        return (a)\n    return [\n      a,\n      1 ]\n",
    "class C( object ):\n    def m(self): return f'{self}'\n    x: int=1\n",
    "if x == 1: y = 2\n",
    "for i in range( 3 ):\n    print( i );print('é😀')\n",
    "try:\n    x = 1\nexcept ValueError :\n    pass\n",
    "@decorate( 1 )\ndef h(): pass\n",
    "# a comment\n",
    "\n",
    "\n\n\n\n",
    "z = (  1 +\n   2 )\n",
    "with open( 'a' ) as a , open('b') as b:\n    pass\n",
    "a = b = lambda   q: q\n",
    "# fmt: off\nm = [1,  2]\n# fmt: on\n",
]

sources = st.lists(st.sampled_from(STATEMENTS), max_size=8)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A file's statements before and after somebody worked on it."""
    before = draw(sources)
    after = list(before)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(after)))
        if draw(st.booleans()) or place == len(after):
            after.insert(place, draw(st.sampled_from(STATEMENTS)))
        else:
            after[place] = draw(st.sampled_from(STATEMENTS))
    return before, after


def treated(folder: Path, content: bytes, before: bytes | None, lint: bool) -> bytes:
    edits_ = {"format": True, "lint": lint, "scan": False, "exclude": [], "rules": []}
    policy = {
        "edits": {**edits_, "max_file_bytes": 1_000_000},
        "paths": {"golden": [], "read_only": []},
    }
    (folder / "a.py").write_bytes(content)
    verdicts = treat(
        str(folder),
        policy,
        ["a.py"],
        baseline=lambda _: before,
        environ={"PATH": sysconfig.get_path("scripts"), "HOME": str(folder)},
        state=str(folder / "state"),
        fix=True,
        deadline=time.monotonic() + 60,
    ).verdicts
    assert verdicts[0].status == "passed", verdicts[0].as_dict()
    return (folder / "a.py").read_bytes()


relaxed = examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@relaxed
@given(edits(), st.booleans(), st.booleans())
def test_treating_twice_is_treating_once(
    tmp_path: Path, edit: tuple[list[str], list[str]], new: bool, crlf: bool
) -> None:
    (tmp_path / "ruff.toml").write_text('lint.select = ["E", "F", "I", "UP", "SIM", "RET"]\n')
    before, after = ("".join(text).encode() for text in edit)
    if crlf:
        before, after = (text.replace(b"\n", b"\r\n") for text in (before, after))
    once = treated(tmp_path, after, None if new else before, lint=True)
    assert treated(tmp_path, once, None if new else before, lint=True) == once
    compile(once, "a.py", "exec")


@pytest.mark.slow
@relaxed
@given(edits(), st.booleans())
def test_formatting_never_changes_the_meaning(
    tmp_path: Path, edit: tuple[list[str], list[str]], new: bool
) -> None:
    before, after = ("".join(text).encode() for text in edit)
    formatted = treated(tmp_path, after, None if new else before, lint=False)
    assert ast.dump(ast.parse(formatted)) == ast.dump(ast.parse(after))


@pytest.mark.slow
@relaxed
@given(sources, st.sampled_from(STATEMENTS))
def test_an_unclean_file_keeps_every_line_above_and_below_an_added_statement(
    tmp_path: Path, statements: list[str], added: str
) -> None:
    unclean = "w = [ 0,0 ]\n"
    above, below = unclean + "v = ( 1,1 )\n", "u = { 2,2 }\n" + "".join(statements)
    before, after = (above + below).encode(), (above + added + below).encode()
    treated_ = treated(tmp_path, after, before, lint=True)
    kept, lines = split(before), split(treated_)
    # Blank lines around a new statement are its own; every other line must be there, in order.
    changed = {n for a, b in changed_lines(before, treated_, gaps=False) for n in range(a, b + 1)}
    rest = [line for number, line in enumerate(lines, 1) if number not in changed]
    assert [line for line in rest if line.strip()] == [line for line in kept if line.strip()]
