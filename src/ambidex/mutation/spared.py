"""Code that is never mutated, because nobody would write the test that notices.

A survivor that asks for a test of a log message costs more trust than ten real ones bring.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

from ambidex.mutation.operators import DECORATOR, SILENT_DECORATORS, called
from ambidex.mutation.units import first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ambidex.mutation.positions import Text
    from ambidex.mutation.units import Unit

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WHOLE = tuple(
    kind
    for name in ("Import", "ImportFrom", "Global", "Nonlocal", "Pass", "Assert", "TypeAlias")
    if (kind := getattr(ast, name, None)) is not None
)
_METADATA = frozenset(
    {
        *("__all__", "__author__", "__copyright__", "__credits__", "__date__", "__doc__"),
        *("__email__", "__license__", "__slots__", "__status__", "__title__", "__url__"),
        *("__version__", "TYPE_CHECKING", "__match_args__", "__annotations__"),
    }
)
_LOGGERS = re.compile(r"_?_?(log|logger|logging|LOG|LOGGER)", re.IGNORECASE)
_LEVELS = frozenset(
    {
        *("critical", "debug", "error", "exception", "fatal", "info", "log", "warn"),
        *("trace", "warning"),
    }
)
_TYPE_MAKERS = frozenset({"NewType", "ParamSpec", "TypeAliasType", "TypeVar", "TypeVarTuple"})
_TYPE_FORMS = frozenset(
    {"Annotated", "Callable", "ClassVar", "Literal", "Optional", "Type", "Union"}
)
# Arguments that are for people, or without effect where the tests run.
_KEYWORDS = frozenset(
    {
        *("description", "encoding", "epilog", "help", "metavar", "stacklevel", "usage"),
    }
)
_UTF_8 = frozenset({"utf-8", "utf8"})
_CODECS = frozenset({*_UTF_8, "ascii", "latin-1", "latin1", "iso-8859-1", "utf-16", "utf-32"})
_SEPARATORS = " \t\r\n\f,\\"
_LITERALS = frozenset({"NumberLiteral", "BooleanLiteral", DECORATOR})


class Spared:
    """The spared places of one unit."""

    def __init__(self, unit: Unit, text: Text) -> None:
        self._text = text
        # First character, behind the last, operators that apply nevertheless.
        self._regions: list[tuple[int, int, Collection[str]]] = []
        self._statements: list[int] = []
        self._by_kind: dict[type[ast.AST], Callable[..., None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._assign,
            ast.If: self._if,
            ast.Raise: self._raise,
            ast.Call: self._call,
            ast.Subscript: self._subscript,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
        }
        waiting: list[ast.AST] = list(unit.nodes)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.JoinedStr):
                # Before Python 3.12 what is inside has no exact place.
                continue
            if isinstance(node, ast.stmt):
                self._statements.append(text.span(node)[0])
            if isinstance(node, _WHOLE):
                self._spare(node)
            handle = self._by_kind.get(type(node))
            if handle is not None:
                handle(node)
            waiting.extend(ast.iter_child_nodes(node))
        self._statements.sort()

    def covers(self, start: int, end: int, replacement: str, operator: str) -> bool:
        """Whether an edit lies in what is spared."""
        text = self._text.text
        if operator == "StringLiteral" and _same_codec(text[start:end], replacement):
            return True
        while start < end and text[start] in _SEPARATORS:
            start += 1
        while end > start and text[end - 1] in _SEPARATORS:
            end -= 1
        return any(
            first <= start and end <= last and operator not in nevertheless
            for first, last, nevertheless in self._regions
        )

    def statement(self, offset: int) -> int:
        """Where the statement around a place begins."""
        at = bisect_right(self._statements, offset)
        return self._statements[at - 1] if at else 0

    def _spare(self, node: ast.AST, nevertheless: Collection[str] = ()) -> None:
        self._regions.append((*self._text.span(node), nevertheless))  # type: ignore[arg-type]

    def _expression(self, node: ast.Expr) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            if _logs(value) or called(value) == "sleep":
                self._spare(node)
        elif isinstance(value, ast.Constant):
            self._spare(node)

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        about = any(isinstance(each, ast.Name) and each.id in _METADATA for each in targets)
        value = node.value
        alias = isinstance(value, ast.Subscript) and called(value.value) in _TYPE_FORMS
        if about or alias or called(value) in (*_TYPE_MAKERS, "getLogger"):
            self._spare(node)
        elif isinstance(node, ast.AnnAssign):
            self._spare(node if called(node.annotation) == "TypeAlias" else node.annotation)

    def _if(self, node: ast.If) -> None:
        if called(node.test) == "TYPE_CHECKING" or _is_main(node.test):
            self._spare(node.test)
            for each in node.body:
                self._spare(each)

    def _raise(self, node: ast.Raise) -> None:
        if called(node.exc) == "NotImplementedError":
            self._spare(node)
        if isinstance(node.exc, ast.Call):
            # The text; numbers and flags by themselves (a status, an exit code) count.
            for each in (*node.exc.args, *(given.value for given in node.exc.keywords)):
                if not (isinstance(each, ast.Constant) and isinstance(each.value, (int, float))):
                    self._spare(each)
        if node.cause is not None:
            self._spare(node.cause)

    def _call(self, node: ast.Call) -> None:
        for given in node.keywords:
            if given.arg in _KEYWORDS:
                self._spare(given)
        name = called(node)
        if name in ("warn", "warn_explicit", *_TYPE_MAKERS):
            for each in (*node.args, *node.keywords):
                self._spare(each)
        elif name in ("cast", "NamedTuple", "TypedDict", "namedtuple", "getLogger"):
            for each in node.args[:1]:
                self._spare(each)
        elif name in ("encode", "decode") and len(node.args) == 1:
            only = node.args[0]
            if isinstance(only, ast.Constant) and str(only.value).lower() in _UTF_8:
                self._spare(only)
        elif name == "get" and len(node.args) == 2:
            default = node.args[1]
            if isinstance(default, ast.Constant) and default.value is None:
                self._spare(default)

    def _subscript(self, node: ast.Subscript) -> None:
        if called(node.value) in _TYPE_FORMS:
            self._spare(node.slice)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in node.decorator_list:
            self._spare(each, () if called(each) in SILENT_DECORATORS else _LITERALS)
        overload = any(called(each) == "overload" for each in node.decorator_list)
        if node.name == "__repr__" or overload or all(map(_says_nothing, node.body)):
            start = self._text.at(first_line(node), 0)
            self._regions.append((start, self._text.span(node)[1], ()))


def _says_nothing(node: ast.stmt) -> bool:
    """Whether a statement is what a protocol or an abstract method has for a body."""
    if isinstance(node, ast.Raise):
        return called(node.exc) == "NotImplementedError"
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _logs(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _LEVELS
        and _LOGGERS.fullmatch(called(node.func.value)) is not None
    )


def _is_main(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "__name__"
    )


def _same_codec(before: str, after: str) -> bool:
    """Whether only the case of an encoding's name changes."""
    return before.lower() == after.lower() and before.strip("'\"").lower() in _CODECS
