"""What a file of tests contains: tests, helpers and fixtures, with the marks that reach them."""

from __future__ import annotations

import ast

from ambidex.proof.weakening import skips
from ambidex.proof.weakening.expressions import (
    NotConstantError,
    bind,
    constant,
    dotted,
    last_name,
    resolved,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Union

    from ambidex.proof.weakening.checks import Check
    from ambidex.proof.weakening.expressions import Names
    from ambidex.proof.weakening.skips import Skip

    Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Test:
    """One test, or a helper that asserts.

    Attributes:
        path: its file.
        qualname: as Python names it; `name` is the last part.
        line: of its `def`, 1-based.
        is_helper: nobody collects it: it asserts for others.
        checks: what it asserts, a row of parameters at a time.
        skips: why it does not run, or why it may fail.
        marks: names of its marks.
        max_examples: of Hypothesis; None where it says nothing.
        strategies: how its `@given` is written, `""` without.
        calls: names that are called in it.
        patched: (owner, name) of what it replaces.
        body: its text without its name and decorators, canonical.
    """

    __test__ = False  # for pytest, which would take it for a test by its name
    __slots__ = (
        "body",
        "calls",
        "checks",
        "is_helper",
        "line",
        "marks",
        "max_examples",
        "name",
        "patched",
        "path",
        "qualname",
        "skips",
        "strategies",
    )

    def __init__(self, path: str, qualname: str, line: int, *, is_helper: bool = False) -> None:
        self.path = path
        self.qualname = qualname
        self.name = qualname.rpartition(".")[2]
        self.line = line
        self.is_helper = is_helper
        self.checks: list[Check] = []
        self.skips: list[Skip] = []
        self.marks: set[str] = set()
        self.max_examples: int | None = None
        self.strategies = ""
        self.calls: set[str] = set()
        self.patched: set[tuple[str, str]] = set()
        self.body = ""

    @property
    def node(self) -> str:
        """`tests/test_x.py::TestX::test_y`."""
        return "::".join((self.path, *self.qualname.split(".")))

    @property
    def runs(self) -> bool:
        """Whether it runs here and its failure counts."""
        return not any(skip.when != skips.ELSEWHERE for skip in self.skips)


class Place:
    """A function with what surrounds it: the classes it is in, and the decorators that reach it."""

    __slots__ = ("classes", "collected", "decorators", "function", "qualname")

    def __init__(
        self,
        function: Function,
        qualname: str,
        decorators: list[ast.expr],
        classes: list[ast.ClassDef],
        *,
        collected: bool,
    ) -> None:
        self.function = function
        self.qualname = qualname
        self.decorators = decorators
        self.classes = classes
        self.collected = collected


class Module:
    """A file of tests or helpers, parsed.

    Attributes:
        path: relative to the root.
        lines: its lines.
        names: what its top level assigns.
        functions: its functions and its classes' methods that are not tests, by name.
        fixtures: those of them that are fixtures.
        places: every function, tests and others, in order.
        imports: where an imported name comes from, dotted.
        skips: why all of it is left out.
        error: why it could not be parsed, `""` if it could.

    Args:
        path: relative to the root.
        source: its text.
        collects: whether pytest looks for tests in it.
    """

    def __init__(self, path: str, source: str, *, collects: bool = True) -> None:
        self.path = path
        self._collects = collects
        self.lines = source.splitlines()
        self.names: Names = {}
        self.functions: dict[str, Function] = {}
        self.fixtures: dict[str, Function] = {}
        self.places: list[Place] = []
        self.imports: dict[str, str] = {}
        self.skips: list[Skip] = []
        self.error = ""
        try:
            self.tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.error = f"{type(error).__name__}: {error}"
            self.tree = ast.Module([], [])
        self._read()

    def line(self, number: int) -> str:
        """The text of a line, 1-based, without its indentation."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def _read(self) -> None:
        marks: list[ast.expr] = []
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import(node)
            for target, value in assignments(node):
                bind(target, resolved(value, self.names), self.names)
                if isinstance(target, ast.Name) and target.id == "pytestmark":
                    marks += skips.listed(value)
            self._top_level_skip(node)
        self.skips += skips.of_marks(marks)
        classes = {each.name: each for each in self.tree.body if isinstance(each, ast.ClassDef)}
        found = _places(self.tree.body, "", marks, [], classes, inside=self._collects)
        # Of two with one name, the later one is left.
        for place in {each.qualname: each for each in found}.values():
            self.places.append(place)
            if any(last_name(each) == "fixture" for each in place.function.decorator_list):
                self.fixtures[_fixture_name(place.function)] = place.function
            elif not place.collected:
                self.functions[place.function.name] = place.function

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for each in node.names:
            if isinstance(node, ast.ImportFrom):
                self.imports[each.asname or each.name] = f"{node.module or ''}.{each.name}"
            elif each.asname:
                self.imports[each.asname] = each.name

    def _top_level_skip(self, node: ast.stmt) -> None:
        condition = None
        if isinstance(node, ast.If) and node.body:
            condition, node = node.test, node.body[0]
        value = node.value if isinstance(node, (ast.Expr, ast.Assign)) else None
        if isinstance(value, ast.Call):
            skip = skips.of_call(value)
            if skip is not None:
                if condition is not None:
                    skip.when = skips.when_true(condition)
                self.skips.append(skip)


def assignments(node: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets and values of an assignment, none for another statement."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value


def _fixture_name(function: Function) -> str:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return function.name


def _places(
    body: Sequence[ast.stmt],
    prefix: str,
    marks: list[ast.expr],
    around: list[ast.ClassDef],
    classes: dict[str, ast.ClassDef],
    *,
    inside: bool,
) -> Iterator[Place]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            is_fixture = any(last_name(each) == "fixture" for each in node.decorator_list)
            collected = (
                inside and node.name.startswith("test") and not is_fixture and not _yields(node)
            )
            decorators = [*node.decorator_list, *marks]
            yield Place(node, prefix + node.name, decorators, around, collected=collected)
        elif isinstance(node, ast.ClassDef):
            own = [*node.decorator_list, *marks, *_class_marks(node)]
            collected = inside and _collected(node, classes, set())
            name = f"{prefix}{node.name}."
            yield from _places(node.body, name, own, [*around, node], classes, inside=collected)
        elif isinstance(node, ast.If) and not _never(node.test):
            yield from _places(node.body, prefix, marks, around, classes, inside=inside)
            yield from _places(node.orelse, prefix, marks, around, classes, inside=inside)
        elif isinstance(node, ast.Try):
            yield from _places(node.body, prefix, marks, around, classes, inside=inside)


def _never(condition: ast.expr) -> bool:
    try:
        return not constant(condition)
    except NotConstantError:
        return False


def _class_marks(node: ast.ClassDef) -> list[ast.expr]:
    found: list[ast.expr] = []
    for each in node.body:
        for target, value in assignments(each):
            if isinstance(target, ast.Name) and target.id == "pytestmark":
                found += skips.listed(value)
    return found


def _collected(node: ast.ClassDef, classes: dict[str, ast.ClassDef], seen: set[str]) -> bool:
    """Whether pytest, as configured by default, looks for tests in a class."""
    if node.name in seen or len(seen) > 20:
        return False
    for each in node.body:
        for target, value in assignments(each):
            if isinstance(target, ast.Name) and target.id == "__test__":
                return isinstance(value, ast.Constant) and bool(value.value)
    if node.name.startswith("Test") or node.name.endswith(("TestCase", "Mixin")):
        return not any(
            isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body
        )
    # Its tests run where a class that is collected inherits them.
    heirs = [
        each
        for each in classes.values()
        if any(last_name(base) == node.name for base in each.bases)
    ]
    if any(_collected(each, classes, {*seen, node.name}) for each in heirs):
        return True
    for base in map(last_name, node.bases):
        if base.endswith("TestCase") or (base and base not in classes and base != "object"):
            return True
        if base in classes and _collected(classes[base], classes, {*seen, node.name}):
            return True
    return False


def _yields(function: Function) -> bool:
    return any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in own_nodes(function))


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def mark_names(decorators: Iterable[ast.expr]) -> set[str]:
    """Names of the `pytest.mark` decorators."""
    found = set()
    for each in decorators:
        name = dotted(each.func if isinstance(each, ast.Call) else each)
        if ".mark." in f".{name}":
            found.add(name.rpartition(".")[2])
    return found
