"""What a change took out of the code: tests of it may go as well."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ambidex.proof.weakening.checks import Check

# Strings shorter than this occur anywhere.
_SHORTEST = 3


class Gone:
    """What the code no longer has.

    Attributes:
        names: names that were defined and do not occur any more.
        texts: strings that only definitions that are gone contained.
        renamed: new names of functions and classes that are the same otherwise, by their old ones.
        defined: names that the changed code defines now.
    """

    __slots__ = ("defined", "names", "renamed", "texts")

    def __init__(
        self,
        names: set[str] | None = None,
        texts: set[str] | None = None,
        renamed: dict[str, str] | None = None,
        defined: set[str] | None = None,
    ) -> None:
        self.names = names or set()
        self.texts = texts or set()
        self.renamed = renamed or {}
        self.defined = defined or set()

    def took(self, check: Check, calls: Iterable[str] = ()) -> bool:
        """Whether what a check looks at, or what its test calls, went away."""
        if not self.names:
            return False
        if not self.names.isdisjoint(check.calls) or not self.names.isdisjoint(calls):
            return True
        for each in ast.walk(check.node):
            if isinstance(each, ast.Name) and each.id in self.names:
                return True
            if isinstance(each, ast.Attribute) and each.attr in self.names:
                return True
            if isinstance(each, ast.keyword) and each.arg in self.names:
                return True
            if isinstance(each, ast.Constant) and str(each.value) in self.texts:
                return True
        return False


def gone(files: Iterable[tuple[str | None, str | None]]) -> Gone:
    """What changed Python files that are no tests lost.

    Args:
        files: their texts before and after; None where there is none.
    """
    pairs = [(_parsed(before), _parsed(after)) for before, after in files]
    old = [tree for tree, _ in pairs if tree is not None]
    new = [tree for _, tree in pairs if tree is not None]
    if not old:
        return Gone(defined={name for tree in new for name in _defined(tree)})
    kept: set[str] = set()
    strings: set[str] = set()
    for tree in new:
        for node in ast.walk(tree):
            kept.update(_mentioned(node))
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
    was = {name for tree in old for name in _defined(tree)}
    now = {name for tree in new for name in _defined(tree)}
    names = was - kept | _with_modules(pairs)
    bodies = {_body(node): node.name for tree in new for node in _definitions(tree)}
    bodies = {body: name for body, name in bodies.items() if name not in was}
    renamed: dict[str, str] = {}
    texts: set[str] = set()
    for tree in old:
        for node in _definitions(tree):
            if node.name not in names:
                continue
            same = bodies.get(_body(node))
            if same is not None:
                renamed[node.name] = same
                continue
            for each in ast.walk(node):
                value = each.value if isinstance(each, ast.Constant) else None
                if isinstance(value, str) and len(value) >= _SHORTEST:
                    texts.add(value)
    return Gone(names - renamed.keys(), texts - strings, renamed, now)


def _with_modules(pairs: list[tuple[ast.Module | None, ast.Module | None]]) -> set[str]:
    """What went away with whole modules, and is defined nowhere where it was not before."""
    lost: set[str] = set()
    moved: set[str] = set()
    for before, after in pairs:
        was = set() if before is None else {node.name for node in _definitions(before)}
        now = set() if after is None else {node.name for node in _definitions(after)}
        if after is None:
            lost |= was
        moved |= now - was
    return lost - moved


def _parsed(source: str | None) -> ast.Module | None:
    try:
        return None if source is None else ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _definitions(
    tree: ast.Module,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def _mentioned(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.arg, ast.keyword)):
        yield node.arg or ""
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).rpartition(".")[2]


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    arguments = "" if isinstance(node, ast.ClassDef) else ast.dump(node.args)
    return arguments + "\n".join(map(ast.dump, node.body))
