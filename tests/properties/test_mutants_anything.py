"""Mutants of real modules: each is a module, differs in one place, and is where it says."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ambidex.changes import functions
from ambidex.mutation.mutants import Generated, generate, gut
from testing.examples import examples
from testing.mutated import compiles

PATH = "module.py"
# What every test pays for parsing and compiling.
LONGEST = 8_000


@cache
def modules() -> list[str]:
    """Modules of the standard library, whole, as they are on disk."""
    found = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if 200 < path.stat().st_size < LONGEST and "site-packages" not in path.parts:
            try:
                text = path.read_bytes().decode()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ast.parse(text.removeprefix("\ufeff"))
            except (SyntaxError, ValueError):
                continue
            found.append(text)
    return found


def innermost(text: str, line: int) -> str:
    """The function of a line, as the change set names it."""
    around = functions.touched(text.removeprefix("\ufeff"), [(line, line)])
    return around[-1].qualname


def made(text: str, **only: object) -> Generated:
    result = generate(PATH, text, **only)  # type: ignore[arg-type]
    assert result.error == ""
    assert not {"syntax", "unread"} & result.dropped.keys()
    return result


@given(data=st.data())
@examples(10)
def test_every_mutant_is_a_module_that_differs_where_it_says(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(modules()))
    found = made(text).mutants
    assert len({each.id for each in found}) == len(found)
    chosen = data.draw(st.lists(st.sampled_from(found), max_size=12)) if found else []
    for each in chosen:
        assert compiles(each, text)
        changed = each.applied(text)
        assert changed != text
        assert changed.startswith(text[: each.start])
        assert changed.endswith(text[each.end :])
        before = text[: each.start].replace("\r\n", "\n").replace("\r", "\n")
        assert each.line == before.count("\n") + 1
        assert each.end_line >= each.line
        assert each.qualname == innermost(text, each.line)
        assert each.at_import or each.qualname != functions.MODULE


@given(data=st.data())
@examples(10)
def test_lines_and_functions_restrict_and_change_nothing_else(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(modules()))
    every = {each.id: each for each in made(text).mutants}
    count = text.count("\n") + 1
    first = data.draw(st.integers(1, count))
    last = data.draw(st.integers(first, min(count, first + 20)))
    some = {each.id for each in made(text, lines=[(first, last)]).mutants}
    tables = {each.id for each in every.values() if each.qualname == functions.MODULE}
    # A table's first rows are all that is taken of it, unless others are asked for.
    inside = {each.id for each in every.values() if first <= each.line <= last}
    assert inside - tables <= some
    for each in made(text, lines=[(first, last)]).mutants:
        assert each.id in every or each.qualname == functions.MODULE
    names = sorted({each.qualname for each in every.values()})
    if names:
        name = data.draw(st.sampled_from(names))
        only = made(text, functions=[name]).mutants
        assert {each.id for each in only} == {
            each.id
            for each in every.values()
            if each.qualname == name or each.qualname.startswith(name + ".")
        }


@given(data=st.data())
@examples(10)
def test_line_ends_and_a_mark_change_no_mutant(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(modules())).replace("\r\n", "\n")
    other = data.draw(st.sampled_from(["\n", "\r\n"])).join(text.split("\n"))
    other = data.draw(st.sampled_from(["", "\ufeff"])) + other
    marks = [
        [(each.line, each.qualname, each.operator, each.at_import) for each in made(form).mutants]
        for form in (text, other)
    ]
    assert marks[0] == marks[1]


@given(data=st.data())
@examples(10)
def test_what_is_gutted_is_a_module(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(modules()))
    count = text.count("\n") + 1
    names = [each.qualname for each in functions.touched(text, [(1, count)])]
    for each in gut(PATH, text, names):
        assert compiles(each, text)
        assert each.applied(text) != text
        assert each.qualname == innermost(text, each.line) or each.end_line > each.line
