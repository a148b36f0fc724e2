"""Follows the tests of a file and collects what they assert.

Parameters, variables that are assigned once, fixtures that return one expression, helpers,
`setUp` and loops over what is written down are put in, so that a test says the same before and
after a refactoring. What can't be followed stays a name.
"""

from __future__ import annotations

import ast

from ambidex.proof.weakening import mocking, skips
from ambidex.proof.weakening.checks import Check
from ambidex.proof.weakening.contents import Test, mark_names
from ambidex.proof.weakening.expressions import last_name, text
from ambidex.proof.weakening.follow import DEEPEST, MOST_CHECKS, Reader
from ambidex.proof.weakening.parameters import fixture_rows, product, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ambidex.proof.weakening.contents import Function, Module, Place
    from ambidex.proof.weakening.parameters import Row
    from ambidex.proof.weakening.surroundings import Surroundings


def tests(
    module: Module, around: Surroundings, left_out: Collection[str] = frozenset()
) -> list[Test]:
    """The tests of a file, and its helpers that assert.

    Args:
        module: the file.
        around: what it sees of others.
        left_out: qualnames that are not followed.
    """
    found = []
    for place in module.places:
        if place.qualname in left_out:
            continue
        if place.collected:
            found.append(_test(module, around, place))
        elif place.function.name not in module.fixtures:
            helper = _test(module, around, place, is_helper=True)
            if any(check.kind != "runs" for check in helper.checks):
                found.append(helper)
    return found


def _test(module: Module, around: Surroundings, place: Place, *, is_helper: bool = False) -> Test:
    function = place.function
    test = Test(module.path, place.qualname, function.lineno, is_helper=is_helper)
    test.skips = [*module.skips, *skips.of_marks(place.decorators)]
    test.marks = mark_names(place.decorators)
    test.body = "\n".join(map(text, function.body))
    for decorator in place.decorators:
        if isinstance(decorator, ast.Call):
            test.patched.update(mocking.of_call(decorator))
            if last_name(decorator.func) == "given":
                test.strategies = text(decorator)
            for keyword in decorator.keywords:
                if keyword.arg == "max_examples" and isinstance(keyword.value, ast.Constant):
                    value = keyword.value.value
                    test.max_examples = value if isinstance(value, int) else None
    functions = {**around.functions, **module.functions}
    fixtures = {**around.fixtures, **module.fixtures}
    names = {**around.names, **module.names}
    every = rows(place.decorators, function, names)
    wanted = [] if is_helper else _fixtures(function, place, fixtures)
    for fixture in wanted:
        own = fixture_rows(fixture, names)
        if own:
            every = product(every, own)
    for row in every:
        reader = Reader(module, functions, {**names, **row.names}, test)
        for name in [each.arg for each in function.args.args]:
            if name not in row.names:
                reader.names.pop(name, None)
        for fixture in wanted:
            reader.fixture(fixture)
        reader.names.update(row.names)
        if not is_helper:
            reader.set_up(place)
        reader.block(function.body, ())
        _finish(module, test, row, reader, function)
        if len(test.checks) > MOST_CHECKS:
            break
    return test


def _finish(module: Module, test: Test, row: Row, reader: Reader, function: Function) -> None:
    test.calls |= reader.calls
    made = reader.checks
    if any(skip.when != skips.ELSEWHERE for skip in row.skips):
        return
    if not made:
        check = Check("runs", reader.last or ast.Name(test.name), "")
        check.line = function.lineno
        made = [check]
    # What a loop repeats word for word is asserted once.
    once = {(each.key, each.actions, each.guard, each.line, each.rank): each for each in made}
    if len(once) < len(made):
        made = list(once.values())
    for check in made:
        check.row = row.text
        check.source = module.line(check.line)
        if check.rank and mocking.looks_at_mock(check, test.patched | reader.patched):
            check.kind, check.rank, check.why = "trivial", 0, mocking.MOCKED
    test.patched |= reader.patched
    test.checks += made


def _fixtures(function: Function, place: Place, known: dict[str, Function]) -> list[Function]:
    """The fixtures that a test asks for, those that they ask for first."""
    found: list[Function] = []

    def add(name: str, depth: int) -> None:
        fixture = known.get(name)
        if fixture is None or fixture in found or depth > DEEPEST:
            return
        for each in fixture.args.args:
            if each.arg != name:
                add(each.arg, depth + 1)
        found.append(fixture)

    for decorator in place.decorators:
        if isinstance(decorator, ast.Call) and last_name(decorator.func) == "usefixtures":
            for named in decorator.args:
                if isinstance(named, ast.Constant):
                    add(str(named.value), 0)
    for fixture in list(known.values()):
        for decorator in fixture.decorator_list:
            if isinstance(decorator, ast.Call) and any(
                keyword.arg == "autouse" for keyword in decorator.keywords
            ):
                add(fixture.name, 0)
    for each in function.args.args:
        add(each.arg, 0)
    return found
