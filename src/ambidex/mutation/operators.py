"""What mutmut's operators lack, found by `ast` with exact places."""

from __future__ import annotations

import ast
import builtins
from itertools import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ambidex.mutation.positions import Text
    from ambidex.mutation.units import Unit

    # First character, behind the last, what stands there instead, operator's name.
    Edit = tuple[int, int, str, str]

RETURN = "ReturnValue"
EXCEPTION = "ExceptionType"
REMOVAL = "StatementRemoval"
NUMBER = "NumberLiteral"
CONDITION = "ConditionalExpression"
DECORATOR = "DecoratorRemoval"
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BARE = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Await)
# Decorators that say something to a reader, a checker or a cache, not to a caller.
SILENT_DECORATORS = frozenset(
    {
        *("abstractmethod", "cache", "cached", "cached_property", "deprecated", "final"),
        *("lru_cache", "no_type_check", "overload", "override", "runtime_checkable"),
        *("total_ordering", "wraps", "singledispatch", "singledispatchmethod"),
    }
)


def propose(unit: Unit, text: Text) -> Iterator[Edit]:
    """The edits of a unit, nested functions and classes included, in the text's offsets."""
    for node in unit.nodes:
        yield from _Walk(text).visit(node, None)


def heads(nodes: list[ast.stmt]) -> Iterator[tuple[int, int]]:
    """First and last line of every simple statement and of every compound one's header."""
    for node in chain.from_iterable(map(ast.walk, nodes)):
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield head(node)


def head(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> tuple[int, int]:
    """First and last line of a statement without the statements in it."""
    own = [
        each
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        for each in ast.walk(child)
        if hasattr(each, "lineno")
    ]
    lines = [each.lineno for each in own]
    ends = [each.end_lineno for each in own]  # type: ignore[attr-defined]
    if isinstance(node, ast.match_case):
        return min(lines), max(ends)
    if not hasattr(node, "body") and not hasattr(node, "cases"):
        return node.lineno, max([node.end_lineno or node.lineno, *ends])
    return min([node.lineno, *lines]), max([node.lineno, *ends])


def names(target: ast.AST) -> Iterator[str]:
    """The names that something binds or mentions."""
    for each in ast.walk(target):
        if isinstance(each, ast.Name):
            yield each.id


def called(node: ast.AST | None) -> str:
    """The last name of what is called or mentioned: `warn` for `warnings.warn(…)`."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


class _Function:
    """The function that is being walked: what it has bound so far."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [each for each in (arguments.vararg, arguments.kwarg) if each]
        self.bound = {each.arg for each in every}
        self.name = node.name
        self.returns_bool = called(node.returns) in ("bool", "TypeGuard", "TypeIs")


class _Walk:
    def __init__(self, text: Text) -> None:
        self.text = text
        self._by_kind: dict[type[ast.AST], Callable[..., Iterator[Edit]]] = {
            ast.Return: self._return,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.Raise: self._raise,
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._assign,
            ast.AugAssign: self._assign,
            ast.Delete: self._delete,
            ast.Compare: self._compare,
            ast.Slice: self._slice,
            ast.Call: self._call,
            ast.If: self._if,
            ast.While: self._while,
            ast.comprehension: self._comprehension,
            ast.FunctionDef: self._decorators,
            ast.AsyncFunctionDef: self._decorators,
        }

    def visit(self, node: ast.AST, function: _Function | None) -> Iterator[Edit]:
        if isinstance(node, ast.JoinedStr):
            # Before Python 3.12 what is inside has no exact place.
            return
        handle = self._by_kind.get(type(node))
        if handle is not None:
            yield from handle(node, function)
        if isinstance(node, _DEFS):
            function = _Function(node)
        elif isinstance(node, ast.ClassDef):
            function = None
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        yield from self.visit(child, function)
        if function is not None and isinstance(node, (ast.Name, ast.alias, ast.ExceptHandler)):
            self._bind(node, function)

    def _bind(self, node: ast.AST, function: _Function) -> None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            function.bound.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            function.bound.add(node.name)
        elif isinstance(node, ast.alias):
            function.bound.add((node.asname or node.name).partition(".")[0])

    def _instead(self, node: ast.expr | ast.stmt, replacement: str, operator: str) -> Edit:
        return (*self.text.span(node), replacement, operator)

    def _return(self, node: ast.Return, function: _Function | None) -> Iterator[Edit]:
        if node.value is None:
            yield self._instead(node, "pass", REMOVAL)
        elif isinstance(node.value, ast.Constant):
            # Its own literal is changed, and `None` is what tests see of most functions.
            return
        elif (function and function.returns_bool) or _is_bool(node.value):
            yield self._instead(node.value, "True", RETURN)
            yield self._instead(node.value, "False", RETURN)
        else:
            yield self._instead(node.value, "None", RETURN)

    def _yield(self, node: ast.Yield, _function: _Function | None) -> Iterator[Edit]:
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield self._instead(node.value, "None", RETURN)

    def _yield_from(self, node: ast.YieldFrom, _function: _Function | None) -> Iterator[Edit]:
        yield self._instead(node.value, "()", RETURN)

    def _raise(self, node: ast.Raise, _function: _Function | None) -> Iterator[Edit]:
        yield self._instead(node, "pass", REMOVAL)
        if node.exc is not None and (other := _other_exception(called(node.exc))):
            yield self._instead(node.exc, other, EXCEPTION)

    def _expression(self, node: ast.Expr, _function: _Function | None) -> Iterator[Edit]:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            yield self._instead(node, "pass", REMOVAL)

    def _assign(
        self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, function: _Function | None
    ) -> Iterator[Edit]:
        if node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if all(self._was_there(each, function) for each in targets):
            yield self._instead(node, "pass", REMOVAL)

    def _was_there(self, target: ast.expr, function: _Function | None) -> bool:
        """Whether there is something without the assignment too.

        Else its removal is only a NameError that every test sees.
        """
        if isinstance(target, ast.Name):
            return function is not None and target.id in function.bound
        if isinstance(target, ast.Attribute):
            return function is None or function.name != "__init__"
        return isinstance(target, ast.Subscript)

    def _delete(self, node: ast.Delete, _function: _Function | None) -> Iterator[Edit]:
        # Without `del name` there is only a name too many.
        if not all(isinstance(each, ast.Name) for each in node.targets):
            yield self._instead(node, "pass", REMOVAL)

    def _compare(self, node: ast.Compare, _function: _Function | None) -> Iterator[Edit]:
        # mutmut makes `x < 10` to `x <= 10` and `x < 11`, which are the same for integers.
        sides = [node.left, *node.comparators]
        for at, operator in enumerate(node.ops):
            if isinstance(operator, (ast.Lt, ast.GtE)):
                yield from self._less(sides[at + 1])
            elif isinstance(operator, (ast.Gt, ast.LtE)):
                yield from self._less(sides[at])

    def _slice(self, node: ast.Slice, _function: _Function | None) -> Iterator[Edit]:
        for bound in (node.lower, node.upper):
            number = bound.operand if isinstance(bound, ast.UnaryOp) else bound
            if isinstance(number, ast.Constant) and number.value:
                yield from self._less(number)

    def _call(self, node: ast.Call, _function: _Function | None) -> Iterator[Edit]:
        if isinstance(node.func, ast.Name) and node.func.id == "range":
            for bound in node.args[:2]:
                yield from self._less(bound)

    def _less(self, node: ast.expr) -> Iterator[Edit]:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            # A negative literal is an expression, which may bind otherwise where it stands.
            less = node.value - 1
            yield self._instead(node, str(less) if less >= 0 else f"({less})", NUMBER)

    def _if(self, node: ast.If, _function: _Function | None) -> Iterator[Edit]:
        if isinstance(node.test, _BARE):
            yield self._instead(node.test, "True", CONDITION)
            yield self._instead(node.test, "False", CONDITION)

    def _while(self, node: ast.While, _function: _Function | None) -> Iterator[Edit]:
        if isinstance(node.test, _BARE):
            yield self._instead(node.test, "False", CONDITION)

    def _comprehension(
        self, node: ast.comprehension, _function: _Function | None
    ) -> Iterator[Edit]:
        for each in node.ifs:
            if isinstance(each, _BARE):
                yield self._instead(each, "True", CONDITION)

    def _decorators(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, _function: _Function | None
    ) -> Iterator[Edit]:
        for each in node.decorator_list:
            if called(each) not in SILENT_DECORATORS:
                start, end = self.text.span(each)
                begin = self.text.text.rindex("@", 0, start)
                # A parenthesis or a continued line is not ours to match.
                if not self.text.text[begin + 1 : start].strip(" \t"):
                    yield begin, end, "", DECORATOR


def _is_bool(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(map(_is_bool, node.values))
    return isinstance(node, ast.Compare) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _other_exception(name: str) -> str:
    """A built-in exception that `except` clauses for the named one do not catch."""
    known = getattr(builtins, name, None)
    if not (isinstance(known, type) and issubclass(known, BaseException)):
        return "ArithmeticError"
    for other in (RuntimeError, LookupError):
        if not (issubclass(known, other) or issubclass(other, known)):
            return other.__name__
    # `Exception` catches whatever comes instead.
    return ""
