"""Sets of parameters that a test runs with, as far as they are written down."""

from __future__ import annotations

import ast

from ambidex.proof.weakening import skips
from ambidex.proof.weakening.expressions import (
    PARAMETER,
    NotConstantError,
    constant,
    items,
    last_name,
    resolved,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.proof.weakening.contents import Function
    from ambidex.proof.weakening.expressions import Names
    from ambidex.proof.weakening.skips import Skip

MOST_ROWS = 200


class Row:
    """One set of parameters: the names it binds, how it is written, and why it is left out."""

    __slots__ = ("names", "skips", "text")

    def __init__(self, names: Names, text: str, skips: list[Skip]) -> None:
        self.names = names
        self.text = text
        self.skips = skips


def rows(decorators: Iterable[ast.expr], function: Function, names: Names) -> list[Row]:
    """The sets of parameters that decorators bind; one empty row where there are none."""
    found = [Row({}, "", [])]
    examples: list[Row] = []
    for decorator in decorators:
        if not isinstance(decorator, ast.Call):
            continue
        name = last_name(decorator.func)
        own: list[Row] | None = None
        if name == "parametrize":
            own = _parametrized(decorator, names)
        elif name == "expand" and "parameterized" in text(decorator.func):
            own = _expanded(decorator, function, names)
        elif name == "example":
            examples.append(_example(decorator, function, names))
        if own is not None:
            found = product(found, own)
    return found + examples


def product(left: list[Row], right: list[Row]) -> list[Row]:
    """Every row of `left` with every row of `right`, as far as `MOST_ROWS`."""
    found = [
        Row({**a.names, **b.names}, ", ".join(filter(None, (a.text, b.text))), a.skips + b.skips)
        for a in left
        for b in right
    ]
    return found[:MOST_ROWS]


def fixture_rows(fixture: Function, names: Names) -> list[Row] | None:
    """The rows of `@pytest.fixture(params=[…])`, None without."""
    for decorator in fixture.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "params":
                    values = items(resolved(keyword.value, names))
                    return [_row([PARAMETER], each) for each in values] if values else None
    return None


def _parametrized(call: ast.Call, names: Names) -> list[Row] | None:
    arguments = {each.arg: each.value for each in call.keywords if each.arg}
    for name, value in zip(("argnames", "argvalues"), call.args):
        arguments[name] = value
    try:
        listed = constant(resolved(arguments["argnames"], names))
    except (KeyError, NotConstantError):
        return None
    bound = listed.split(",") if isinstance(listed, str) else list(listed)
    values = items(resolved(arguments["argvalues"], names)) if "argvalues" in arguments else None
    if values is None:
        return None
    return [_row([str(each).strip() for each in bound], value) for value in values[:MOST_ROWS]]


def _row(bound: list[str], value: ast.expr) -> Row:
    names: Names = {}
    found: list[Skip] = []
    shown = text(value)
    if isinstance(value, ast.Call) and last_name(value.func) == "param":
        for keyword in value.keywords:
            if keyword.arg == "marks":
                found = skips.of_marks(list(skips.listed(keyword.value)))
        parts: list[ast.expr] | None = list(value.args)
        shown = ", ".join(map(text, value.args))
    else:
        parts = [value] if len(bound) == 1 else items(value)
    if parts is not None and len(parts) == len(bound):
        for name, part in zip(bound, parts):
            names[name] = part
    return Row(names, shown, found)


def _expanded(call: ast.Call, function: Function, names: Names) -> list[Row] | None:
    values = items(resolved(call.args[0], names)) if call.args else None
    if values is None:
        return None
    bound = [each.arg for each in function.args.args if each.arg not in ("self", "cls")]
    found = []
    for value in values:
        parts = items(value) if isinstance(value, (ast.Tuple, ast.List)) else [value]
        names_of_row = dict(zip(bound, parts or []))
        found.append(Row(names_of_row, text(value), []))
    return found


def _example(call: ast.Call, function: Function, names: Names) -> Row:
    bound = [each.arg for each in function.args.args if each.arg not in ("self", "cls")]
    values: Names = {each.arg: resolved(each.value, names) for each in call.keywords if each.arg}
    # Positional strategies and examples fill the last parameters.
    if call.args:
        values.update(zip(bound[-len(call.args) :], call.args))
    return Row(values, text(call), [])
