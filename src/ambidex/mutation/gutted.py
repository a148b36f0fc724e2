"""Functions without their bodies: a return of the right type and a wrong value."""

from __future__ import annotations

import ast

from ambidex.mutation.mutant import Mutant
from ambidex.mutation.positions import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPERATOR = "Gutted"
# Values that no program means: neither empty, nor a sentinel, nor near a bound.
NUMBER = "-987654321"
TEXT = "'gutted by ambidex'"
VALUES = {
    "int": NUMBER,
    "float": NUMBER + ".5",
    "complex": NUMBER + "j",
    "str": TEXT,
    "bytes": "b" + TEXT,
    "bytearray": f"bytearray(b{TEXT})",
    "list": f"[{NUMBER}]",
    "tuple": f"({NUMBER},)",
    "set": "{" + NUMBER + "}",
    "frozenset": "frozenset({" + NUMBER + "})",
    "dict": "{" + TEXT + ": " + NUMBER + "}",
    "iter": f"iter(({NUMBER},))",
    "None": "None",
}
BOOLS = ("True", "False")
# By the name in an annotation, and of a function or method that is called.
_TYPES = {
    **{each: each for each in VALUES},
    **dict.fromkeys(("List", "Sequence", "MutableSequence", "Collection", "deque"), "list"),
    **dict.fromkeys(("Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"), "dict"),
    **dict.fromkeys(("Set", "MutableSet", "AbstractSet"), "set"),
    **dict.fromkeys(("Iterable", "Iterator"), "iter"),
    **dict.fromkeys(("bool", "TypeGuard", "TypeIs"), "bool"),
    "FrozenSet": "frozenset",
    "Text": "str",
    "Tuple": "tuple",
}
_CALLS = {
    **{each: each for each in VALUES},
    **dict.fromkeys(("sorted", "split", "splitlines"), "list"),
    **dict.fromkeys(("len", "sum", "round", "abs", "ord", "hash", "count", "index"), "int"),
    **dict.fromkeys(("repr", "format", "join", "strip", "chr"), "str"),
    **dict.fromkeys(("lower", "upper", "replace", "decode"), "str"),
    **dict.fromkeys(("bool", "isinstance", "issubclass", "any", "all", "callable"), "bool"),
    **dict.fromkeys(("hasattr", "startswith", "endswith", "exists"), "bool"),
    "encode": "bytes",
}
_NODES: tuple[tuple[type[ast.expr], str], ...] = (
    (ast.JoinedStr, "str"),
    (ast.Compare, "bool"),
    (ast.List, "list"),
    (ast.ListComp, "list"),
    (ast.Dict, "dict"),
    (ast.DictComp, "dict"),
    (ast.Set, "set"),
    (ast.SetComp, "set"),
    (ast.GeneratorExp, "iter"),
)


def gut(path: str, text: str, qualnames: Iterable[str]) -> list[Mutant]:
    """Each of the functions with its body replaced by a wrong but typed return.

    The value's type is that of the return annotation, else the kind that the returns themselves
    show, else `None`. A function of booleans gives two mutants, one for each value: whichever is
    wrong for a test, the other is right for it, so a test proves nothing about such a function
    when it passes with both. A generator yields nothing; a function without values does nothing.

    Args:
        path: the module, relative to the project's root.
        text: the module's text.
        qualnames: functions as `changes.functions` names them; unknown names are passed over.

    Raises:
        SyntaxError, ValueError, RecursionError: the text is no module.
    """
    module = Text(text)
    wanted = set(qualnames)
    found = []
    for qualname, node in functions(ast.parse(module.source)):
        if qualname in wanted:
            for body in _bodies(node):
                start = _first(module, node.body[0])
                end = module.span(node.body[-1])[1]
                if not _same(node.body, body):
                    lines = (module.line(start), module.line(end - 1))
                    found.append(
                        Mutant(
                            path,
                            qualname,
                            lines=lines,
                            span=(start, end),
                            replacement=body,
                            operator=OPERATOR,
                        )
                    )
    return found


def functions(
    tree: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function with its name, as `changes.functions` names it."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
            yield from functions(child, f"{prefix}{child.name}.<locals>.")
        elif isinstance(child, ast.ClassDef):
            yield from functions(child, f"{prefix}{child.name}.")
        elif not isinstance(child, ast.expr):
            yield from functions(child, prefix)


def own(node: ast.AST) -> Iterator[ast.AST]:
    """Everything inside a function that belongs to it, not to one nested in it."""
    waiting: list[ast.AST] = list(getattr(node, "body", ()))
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(each))


def _same(body: list[ast.stmt], gutted: str) -> bool:
    """Whether a body does no more than what would replace it."""
    rest = [each for each in body if not _is_constant(each)] or [ast.Pass()]
    return [ast.dump(each) for each in rest] == [ast.dump(each) for each in ast.parse(gutted).body]


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _first(module: Text, statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators = getattr(statement, "decorator_list", ())
    if not decorators:
        return module.span(statement)[0]
    begin = module.span(decorators[0])[0]
    return module.text.rindex("@", 0, begin)


def _bodies(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    inside = list(own(node))
    if any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in inside):
        yield "return; yield"
        return
    values = [each.value for each in inside if isinstance(each, ast.Return) and each.value]
    annotated = None if node.returns is None else _annotated(node.returns)
    if not values and annotated in (None, "None"):
        yield "pass"
        return
    kind = annotated or next(filter(None, map(_kind, values)), "None")
    if kind == "bool":
        yield from (f"return {each}" for each in BOOLS)
    elif kind == "tuple" and (size := _size(values)):
        yield f"return ({NUMBER},) * {size}"
    else:
        yield f"return {VALUES[kind]}"


def _annotated(node: ast.expr) -> str | None:
    """The kind of an annotation: a key of `VALUES`, `bool`, or nothing known."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return "None"
        if isinstance(node.value, str):
            try:
                return _annotated(ast.parse(node.value.strip(), mode="eval").body)
            except (SyntaxError, ValueError):
                return None
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _either([node.left, node.right])
    if isinstance(node, ast.Subscript):
        head = _name(node.value)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head in ("Optional", "Union"):
            return _either(inner)
        if head in ("Annotated", "Final", "ClassVar") and inner:
            return _annotated(inner[0])
        if head == "Literal":
            return _kind(inner[0]) if inner else None
        return _TYPES.get(head)
    return _TYPES.get(_name(node))


def _either(nodes: list[ast.expr]) -> str | None:
    kinds = [_annotated(each) for each in nodes]
    return next((each for each in kinds if each not in (None, "None")), None)


def _kind(node: ast.expr) -> str | None:
    """The kind of value that an expression shows by its form."""
    if isinstance(node, ast.Constant):
        kind = type(node.value).__name__
        return kind if kind in VALUES or kind == "bool" else None
    for form, kind in _NODES:
        if isinstance(node, form):
            return kind
    if isinstance(node, ast.Tuple):
        return "tuple"
    if isinstance(node, ast.UnaryOp):
        return "bool" if isinstance(node.op, ast.Not) else _kind(node.operand)
    if isinstance(node, ast.BinOp):
        return _kind(node.left) or _kind(node.right)
    if isinstance(node, ast.BoolOp):
        return next(filter(None, map(_kind, node.values)), None)
    if isinstance(node, ast.IfExp):
        return _kind(node.body) or _kind(node.orelse)
    if isinstance(node, ast.Await):
        return None
    if isinstance(node, ast.Call):
        return _CALLS.get(_name(node.func))
    return None


def _size(values: list[ast.expr]) -> int:
    return next((len(each.elts) for each in values if isinstance(each, ast.Tuple)), 0)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
