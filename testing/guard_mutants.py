"""Mutants of one module of the guard: mutmut's operators and a few of our own, as edits of text.

mutmut leaves code at module level alone, where most of a rule is; so its operators are applied
here to the whole tree. What is no behaviour is left out: docstrings, annotations, imports, blocks
for the type checker, what a rule says to people and its examples (see `is_message`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import (
    mutation_operators,
    operator_arg_removal,
    operator_string,
)

# Arguments of `Rule(…)` that a decision never depends on.
SAID = frozenset({"protects", "why", "instead", "severity", "match", "not_match"})
# Names of the decisions; the one stands in for the other.
DECISIONS = {"DENY": "ASK", "ASK": "DENY"}
# Methods whose text is compared with another text.
_COMPARING = frozenset(
    {"startswith", "endswith", "find", "rfind", "partition", "rpartition", "split", "rsplit"}
    | {"replace", "removeprefix", "removesuffix", "count", "strip", "lstrip", "rstrip", "index"}
    | {"join", "get"}
)
_BARE = ("__slots__", "__all__")
_INERT = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Raise, cst.Decorator)


class Mutant(NamedTuple):
    """One change of a module: `first` to `last` are the lines of the statement it is in.

    `function` is the outermost function around it, `""` at module level.
    """

    line: int
    before: str
    after: str
    operator: str
    first: int
    last: int
    function: str
    start: int
    end: int

    def applied(self, source: str) -> str:
        """The source of the module with the change."""
        return source[: self.start] + self.after + source[self.end :]


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module's source, in its order; texts that were made twice, once."""
    found: dict[tuple[int, int, str], Mutant] = {}
    for mutant in _all(source):
        found.setdefault((mutant.start, mutant.end, mutant.after), mutant)
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.after))


def _all(source: str) -> Iterator[Mutant]:
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    exact = wrapper.resolve(WhitespaceInclusivePositionProvider)
    shown = wrapper.resolve(PositionProvider)
    module = wrapper.module
    offsets = [0]
    for text in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(text))
    stack: list[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]] = [(module, ())]
    while stack:
        node, above = stack.pop()
        if _is_inert(node, above):
            continue
        for operator, changed in _changes(node, above):
            where = exact[node]
            start = offsets[where.start.line - 1] + where.start.column
            end = offsets[where.end.line - 1] + where.end.column
            after = module.code_for_node(changed)
            if source[start:end] == after:
                continue
            first, last = _statement(node, above, shown)
            yield Mutant(
                *(shown[node].start.line, source[start:end], after, operator, first, last),
                *(_function(above), start, end),
            )
        stack.extend((child, (*above, node)) for child in node.children)


def _is_inert(node: cst.CSTNode, above: tuple[cst.CSTNode, ...]) -> bool:
    if isinstance(node, _INERT):
        return True
    if isinstance(node, cst.FunctionDef) and node.name.value == "__repr__":
        return True
    if isinstance(node, cst.If) and _is_named(node.test, "TYPE_CHECKING"):
        return True
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.BaseString):
        return True  # a docstring
    if isinstance(node, cst.Assign | cst.AnnAssign):
        targets = node.targets if isinstance(node, cst.Assign) else [node]
        if any(_is_named(one.target, *_BARE, "TYPE_CHECKING") for one in targets):
            return True
    if isinstance(node, cst.Arg) and node.keyword and node.keyword.value in SAID:
        return _is_named(above[-1].func, "Rule") if isinstance(above[-1], cst.Call) else False
    return isinstance(node, cst.BaseExpression) and is_message(node, above)


def is_message(node: cst.CSTNode, above: tuple[cst.CSTNode, ...]) -> bool:
    """Whether an expression is text for people, whose wording no decision depends on.

    That is a literal (plain, formatted or joined, with all that is formatted into it) with a
    space in it, unless it is compared with something: an operand of a comparison, a member of a
    set or list or tuple, a key, or an argument of a method like `startswith`.
    """
    if isinstance(node, cst.FormattedString):
        parts = [p.value for p in node.parts if isinstance(p, cst.FormattedStringText)]
    elif isinstance(node, cst.ConcatenatedString):
        return is_message(node.left, above) or is_message(node.right, above)
    elif isinstance(node, cst.SimpleString):
        parts = [str(node.evaluated_value)]
    else:
        return False
    if not any(" " in part.strip() or len(part) > len(part.strip()) > 0 for part in parts):
        return False
    for parent in reversed(above):
        if isinstance(parent, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            return True
        if isinstance(parent, cst.Comparison | cst.Set | cst.List | cst.Tuple):
            return False
        if isinstance(parent, cst.DictElement) and parent.key is node:
            return False
        if isinstance(parent, cst.Call):
            func = parent.func
            return not (isinstance(func, cst.Attribute) and func.attr.value in _COMPARING)
    return True


def _changes(
    node: cst.CSTNode, above: tuple[cst.CSTNode, ...]
) -> Iterator[tuple[str, cst.CSTNode]]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            if operator is operator_arg_removal and _says(node, above):
                continue
            if isinstance(node, cst.Assign | cst.AnnAssign) and _has_message(node.value, above):
                continue
            changed = list(operator(node))
            # The same word in capitals fails as the altered word does: one change is enough.
            for one in changed[:1] if operator is operator_string else changed:
                yield operator.__name__.removeprefix("operator_"), one
    yield from _own_changes(node, above)


def _own_changes(
    node: cst.CSTNode, above: tuple[cst.CSTNode, ...]
) -> Iterator[tuple[str, cst.CSTNode]]:
    """What mutmut lacks: decisions, members of tables, returns, conditions."""
    if isinstance(node, cst.Name) and node.value in DECISIONS:
        yield "decision", cst.Name(DECISIONS[node.value])
    if isinstance(node, cst.Tuple | cst.Set | cst.List) and _is_display(above):
        for at, element in enumerate(node.elements):
            is_text = isinstance(element.value, cst.BaseString | cst.Tuple | cst.Call)
            if isinstance(element, cst.Element) and not is_text and len(node.elements) > 1:
                rest = [one for number, one in enumerate(node.elements) if number != at]
                if len(rest) == 1:
                    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(""))
                    rest = [rest[0].with_changes(comma=comma)]
                yield "member", node.with_changes(elements=rest)
    if isinstance(node, cst.Return) and node.value and not _is_empty(node.value):
        yield "return", node.with_changes(value=_bracketed(cst.Name("None")))
    plain = not isinstance(node, cst.Comparison | cst.BooleanOperation | cst.UnaryOperation)
    if plain and above and isinstance(above[-1], cst.If) and node is above[-1].test:
        yield "condition", cst.UnaryOperation(cst.Not(), _bracketed(node))


def _is_display(above: tuple[cst.CSTNode, ...]) -> bool:
    """Whether members of it are looked up, not taken apart or paired."""
    return bool(above) and isinstance(
        above[-1], cst.ComparisonTarget | cst.Arg | cst.Assign | cst.AnnAssign | cst.DictElement
    )


def _is_empty(node: cst.BaseExpression) -> bool:
    """Whether to return None instead makes no difference to a condition."""
    if isinstance(node, cst.SimpleString):
        return node.evaluated_value == ""
    return _is_named(node, "None", "False")


def _bracketed(node: cst.CSTNode) -> Any:
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _says(node: cst.CSTNode, above: tuple[cst.CSTNode, ...]) -> bool:
    """Whether dropping arguments of a call concerns people only, or can't but fail at once."""
    if not isinstance(node, cst.Call):
        return False
    return _is_named(node.func, "Rule") or any(
        _has_message(argument.value, (*above, node)) for argument in node.args
    )


def _has_message(node: cst.CSTNode | None, above: tuple[cst.CSTNode, ...]) -> bool:
    if isinstance(node, cst.IfExp | cst.BooleanOperation):
        return any(_has_message(child, above) for child in node.children)
    return node is not None and is_message(node, above)


def _is_named(node: cst.CSTNode, *names: str) -> bool:
    return isinstance(node, cst.Name) and node.value in names


def _statement(node: cst.CSTNode, above: Iterable[cst.CSTNode], shown: object) -> tuple[int, int]:
    """The lines of the innermost statement, of a compound one its head."""
    inner: cst.CSTNode = node
    for parent in (node, *reversed(list(above))):
        if isinstance(parent, cst.BaseSmallStatement):
            where = shown[parent]  # type: ignore[index]
            return where.start.line, where.end.line
        if isinstance(parent, cst.BaseCompoundStatement):
            where = shown[inner]  # type: ignore[index]
            return where.start.line, where.end.line
        inner = parent
    return 1, 1


def _function(above: tuple[cst.CSTNode, ...]) -> str:
    for parent in above:
        if isinstance(parent, cst.FunctionDef):
            return parent.name.value
    return ""
