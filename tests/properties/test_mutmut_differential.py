"""Our edits of text against mutmut's own changed modules: the same programs."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from ambidex.mutation.mutants import generate
from ambidex.mutation.mutmut_operators import propose
from ambidex.mutation.positions import Text

STDLIB = Path(sysconfig.get_paths()["stdlib"])
SMALL = ["bisect.py", "fnmatch.py", "sched.py"]
LARGER = ["textwrap.py", "shlex.py", "heapq.py"]


def by_mutmut(source: str) -> tuple[cst.Module, MutationVisitor]:
    module = cst.parse_module(source)
    visitor = MutationVisitor(mutation_operators, IgnoredCode(set(), set(), set()))
    return MetadataWrapper(module, unsafe_skip_copy=True).visit(visitor), visitor


def meaning(source: str) -> str | None:
    """A program without the way in which it is written; None if it is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(source))
        except SyntaxError:
            return None


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_every_change_of_mutmut_is_among_our_edits(name: str) -> None:
    source = (STDLIB / name).read_text("utf-8")
    text = Text(source)
    ours = {
        meaning(source[: text.at(*first)] + replacement + source[text.at(*last) :])
        for first, last, replacement, _operator in propose(source)
    }
    module, visitor = by_mutmut(source)
    for each in visitor.mutations:
        changed = deep_replace(module, each.original_node, each.mutated_node)
        assert isinstance(changed, cst.Module)
        assert meaning(changed.code) in ours, changed.code_for_node(each.mutated_node)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGER)
def test_there_are_about_as_many_as_mutmut_makes(name: str) -> None:
    source = (STDLIB / name).read_text("utf-8")
    _module, visitor = by_mutmut(source)
    names = [
        each.contained_by_top_level_function.name.value
        for each in visitor.mutations
        if isinstance(each.contained_by_top_level_function, cst.FunctionDef)
    ]
    theirs = Counter(names)
    ours = Counter(
        part
        for each in generate(name, source).mutants
        for part in {*each.qualname.split(".")}
        if part in theirs
    )
    assert 0.7 * theirs.total() <= ours.total() <= 2.5 * theirs.total()
    for function, count in theirs.items():
        # Methods of one name in several classes are counted together on both sides.
        assert ours[function] <= 2.5 * count + 5, function
