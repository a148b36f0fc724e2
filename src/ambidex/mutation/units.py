"""A module cut into the pieces that are parsed and compiled on their own.

Parsing a whole module with libcst and compiling it once per mutant would cost more than anything
else. A piece is a function, a method, or a statement of the module or of a class.
"""

from __future__ import annotations

import ast

from ambidex.changes.functions import MODULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.mutation.positions import Text

    Def = ast.FunctionDef | ast.AsyncFunctionDef

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Scope:
    """A function of a unit.

    Attributes:
        qualname: as `changes.functions` names it.
        first: its first line, decorators included.
        last: its last line.
        body: offset at which its body begins; before it lies what runs with the definition.
        node: its syntax tree.
    """

    __slots__ = ("body", "first", "last", "node", "qualname")

    def __init__(self, qualname: str, node: Def, text: Text) -> None:
        self.qualname = qualname
        self.node = node
        self.first = first_line(node)
        self.last = node.end_lineno or node.lineno
        first = node.body[0]
        decorated = first_line(first) < first.lineno
        self.body = text.at(first_line(first), 0) if decorated else text.span(first)[0]


class Unit:
    """Neighbouring statements of one body that share no line with others.

    Attributes:
        nodes: the statements' syntax trees.
        first: their first line, decorators included, 1-based.
        last: their last line.
        owner: the class whose body they are in; `""` in the module's.
        added: how many lines `source` has before theirs.
        source: their text, such that it can be parsed and compiled alone.
        prefix: what their names begin with (`Class.`).
    """

    __slots__ = (
        "_scopes",
        "_shift",
        "added",
        "first",
        "last",
        "nodes",
        "owner",
        "prefix",
        "source",
    )

    def __init__(self, nodes: list[ast.stmt], owner: str, prefix: str, text: Text) -> None:
        self.nodes = nodes
        self.owner = owner
        self.prefix = prefix
        self.first = first_line(nodes[0])
        self.last = max(each.end_lineno or each.lineno for each in nodes)
        # A class of the same name, so that private names are mangled as they are in it.
        header = f"class {owner}:\n" if owner else ""
        self.added = 1 if owner else 0
        self.source = header + text.lines(self.first, self.last)
        self._shift = len(header) - text.starts[self.first - 1]
        self._scopes: list[Scope] | None = None

    def scopes(self, text: Text) -> list[Scope]:
        """The functions in it, outer before inner."""
        if self._scopes is None:
            self._scopes = []
            for node in self.nodes:
                self._scopes.extend(_scopes(node, self.prefix, text))
        return self._scopes

    def place(self, offset: int, line: int, text: Text) -> tuple[str, bool]:
        """The innermost function of a place, and whether it runs with the import."""
        found = [each for each in self.scopes(text) if each.first <= line <= each.last]
        if not found:
            return MODULE, True
        return found[-1].qualname, offset < found[0].body

    def mutated(self, start: int, end: int, replacement: str) -> str:
        """Its source with an edit of the module's text in it."""
        shift = self._shift
        return self.source[: start + shift] + replacement + self.source[end + shift :]


def units(tree: ast.Module, text: Text) -> Iterator[Unit]:
    """All statements of a module, classes taken apart."""
    yield from _units(tree.body, "", "", text)


def first_line(node: ast.stmt) -> int:
    """The line in which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _units(body: list[ast.stmt], owner: str, prefix: str, text: Text) -> Iterator[Unit]:
    group: list[ast.stmt] = []
    for node in body:
        if group and first_line(node) > (group[-1].end_lineno or 0):
            yield Unit(group, owner, prefix, text)
            group = []
        if isinstance(node, ast.ClassDef) and not group and _apart(node):
            yield from _units(node.body, node.name, f"{prefix}{node.name}.", text)
        else:
            group.append(node)
    if group:
        yield Unit(group, owner, prefix, text)


def _apart(node: ast.ClassDef) -> bool:
    """Whether a class' body begins on a line of its own."""
    given = [*node.bases, *(each.value for each in node.keywords), *node.decorator_list]
    return first_line(node.body[0]) > max([node.lineno, *(each.end_lineno or 0 for each in given)])


def _scopes(node: ast.AST, prefix: str, text: Text) -> Iterator[Scope]:
    inner = prefix
    if isinstance(node, _DEFS):
        yield Scope(prefix + node.name, node, text)
        inner = f"{prefix}{node.name}.<locals>."
    elif isinstance(node, ast.ClassDef):
        inner = f"{prefix}{node.name}."
    elif isinstance(node, ast.expr):
        return
    for child in ast.iter_child_nodes(node):
        yield from _scopes(child, inner, text)
