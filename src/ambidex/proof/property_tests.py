"""Which tests are property tests of Hypothesis, found in the source without running it."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

GIVEN = "given"
STATEFUL = "stateful"
_MACHINE = "RuleBasedStateMachine"
_RUN_MACHINE = "run_state_machine_as_test"


class Property:
    """A property test.

    Attributes:
        path: the test file, relative to the project's root, with `/`.
        name: as in a node id (`test_sum`, `TestCart::test_total`).
        line: its first line, decorators included, 1-based.
        end_line: its last line, inclusive; of a state machine, the machine's.
        kind: `GIVEN` or `STATEFUL`.
        tree: the function, or the machine's class; None where that is imported.
    """

    __slots__ = ("end_line", "kind", "line", "name", "path", "tree")

    def __init__(
        self, path: str, name: str, lines: tuple[int, int], kind: str, tree: ast.AST | None
    ) -> None:
        self.path = path
        self.name = name
        self.line, self.end_line = lines
        self.kind = kind
        self.tree = tree

    @property
    def node(self) -> str:
        """The node id; a parametrized test has several, which begin with it and `[`."""
        return f"{self.path}::{self.name}"

    def owns(self, node: str) -> bool:
        """Whether the node id `node` is this test, or this test with parameters."""
        return node == self.node or node.startswith(f"{self.node}[")

    def __repr__(self) -> str:
        return f"Property({self.node!r})"


class Names:
    """What a module calls the parts of Hypothesis that it imports.

    Attributes:
        modules: names of the modules `hypothesis`, `hypothesis.stateful`, as written before a dot.
        given: what `given` is called.
        machines: classes that are state machines, those of the module included.
        runners: what `run_state_machine_as_test` is called.
    """

    __slots__ = ("given", "machines", "modules", "runners")

    def __init__(self, tree: ast.Module) -> None:
        self.modules: set[str] = set()
        self.given: set[str] = set()
        self.machines: set[str] = set()
        self.runners: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.partition(".")[0] == "hypothesis":
                        self.modules.add(alias.asname or alias.name)
                        self.modules.add(alias.asname or "hypothesis")
            elif isinstance(node, ast.ImportFrom) and not node.level:
                self._add(node)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(map(self.is_machine, node.bases)):
                self.machines.add(node.name)

    def is_given(self, node: ast.expr) -> bool:
        """Whether a decorator is Hypothesis's `given`."""
        return isinstance(node, ast.Call) and self._is(node.func, self.given, "given")

    def is_machine(self, node: ast.expr) -> bool:
        """Whether an expression is a state machine's class, as far as this module tells."""
        return self._is(node, self.machines, _MACHINE)

    def runs_machine(self, function: ast.AST) -> bool:
        """Whether a function runs a state machine as a test."""
        return any(
            isinstance(node, ast.Call) and self._is(node.func, self.runners, _RUN_MACHINE)
            for node in ast.walk(function)
        )

    def _add(self, node: ast.ImportFrom) -> None:
        if (node.module or "").partition(".")[0] != "hypothesis":
            return
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name == "given":
                self.given.add(name)
            elif alias.name == _MACHINE:
                self.machines.add(name)
            elif alias.name == _RUN_MACHINE:
                self.runners.add(name)
            elif alias.name == "stateful":
                self.modules.add(name)
            elif alias.name == "*":
                self.given.add("given")
                self.machines.add(_MACHINE)

    def _is(self, node: ast.expr, names: set[str], attribute: str) -> bool:
        if isinstance(node, ast.Name):
            return node.id in names
        return (
            isinstance(node, ast.Attribute)
            and node.attr == attribute
            and ast.unparse(node.value) in self.modules
        )


def mentions(source: bytes) -> bool:
    """Whether a file may use Hypothesis; cheap, and True rather than wrong."""
    return b"hypothesis" in source


def find(path: str, source: bytes) -> list[Property]:
    """The property tests of a file, in order; none where it does not parse.

    Functions with `@given`, in classes too and whatever they are called elsewhere in the file;
    `TestCase` of a state machine, assigned or subclassed; functions that run a machine.

    Args:
        path: relative to the project's root, with `/`.
        source: the file's bytes.
    """
    if not mentions(source):
        return []
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = Names(tree)
    machines = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = list(_within(path, tree.body, "", names, machines))
    # A name that is bound twice is the later one for Python.
    return sorted({each.name: each for each in found}.values(), key=lambda each: each.line)


def _within(
    path: str,
    body: list[ast.stmt],
    prefix: str,
    names: Names,
    machines: dict[str, ast.ClassDef],
) -> Iterator[Property]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(map(names.is_given, node.decorator_list)):
                yield Property(path, prefix + node.name, _lines(node), GIVEN, node)
            elif node.name.startswith("test") and names.runs_machine(node):
                yield Property(path, prefix + node.name, _lines(node), STATEFUL, None)
        elif isinstance(node, ast.ClassDef):
            machine = next(filter(None, map(_machine, node.bases)), None)
            if machine is not None:
                tree = machines.get(machine)
                name = f"{prefix}{node.name}::runTest"
                yield Property(path, name, _lines(tree or node), STATEFUL, tree)
            else:
                yield from _within(path, node.body, f"{prefix}{node.name}::", names, machines)
        elif isinstance(node, ast.Assign) and not prefix:
            machine = _machine(node.value)
            if machine is None:
                continue
            tree = machines.get(machine)
            for target in node.targets:
                if isinstance(target, ast.Name):
                    name = f"{target.id}::runTest"
                    yield Property(path, name, _lines(tree or node), STATEFUL, tree)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _within(path, node.body, prefix, names, machines)
            yield from _within(path, getattr(node, "orelse", []), prefix, names, machines)


def _machine(node: ast.expr) -> str | None:
    """`Machine` of `Machine.TestCase`, which says by itself that `Machine` is one."""
    if not isinstance(node, ast.Attribute) or node.attr != "TestCase":
        return None
    # `unittest.TestCase` is everybody's base; machines are classes, named like classes.
    if not isinstance(node.value, ast.Name) or not node.value.id[:1].isupper():
        return None
    return node.value.id


def _lines(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return first, node.end_lineno or node.lineno
