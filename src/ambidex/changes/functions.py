"""Which Python functions contain changed lines."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Lines = tuple[int, int]

MODULE = "<module>"


class Function:
    """A function, a method, or the module outside of all functions.

    Attributes:
        qualname: as Python names it (`Class.method`, `outer.<locals>.inner`), or `<module>`.
        line: its first line, decorators included, 1-based.
        end_line: its last line, inclusive.
    """

    __slots__ = ("end_line", "line", "qualname")

    def __init__(self, qualname: str, line: int, end_line: int) -> None:
        self.qualname = qualname
        self.line = line
        self.end_line = end_line

    def __repr__(self) -> str:
        return f"Function({self.qualname!r}, {self.line}, {self.end_line})"


class Touched(list[Function]):
    """The functions that contain changed lines, in the order of their first lines.

    Attributes:
        error: why the source could not be parsed, `""` if it could. An empty list with an
            error says nothing about the functions.
    """

    def __init__(self, functions: Iterable[Function] = (), error: str = "") -> None:
        super().__init__(functions)
        self.error = error


def functions(source: str) -> list[Function]:
    """All functions of `source` in the order of their first lines; none if it can't be parsed."""
    try:
        return sorted(_functions(ast.parse(source), ""), key=lambda each: each.line)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def touched(source: str, ranges: Sequence[tuple[int, int]]) -> Touched:
    """The functions of `source` that contain a line in `ranges`.

    A change in a nested function is also one of the function around it. The body of a class
    outside of its methods runs with the module and counts as that; so does every other line
    outside of functions that is neither blank nor only a comment.

    Args:
        source: a Python file's text.
        ranges: 1-based inclusive line ranges, as `diff.changed_lines` returns them.
    """
    try:
        functions = sorted(_functions(ast.parse(source), ""), key=lambda each: each.line)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Touched(error=f"{type(error).__name__}: {error}")
    # As Python counts lines: a form feed or a Unicode separator ends none.
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = Touched(each for each in functions if _overlaps(each, ranges))
    if any(_is_code(lines, at) and not _inside(functions, at) for at in _each(ranges, len(lines))):
        found.insert(0, Function(MODULE, 1, len(lines)))
    return found


def _functions(node: ast.AST, prefix: str) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
            yield Function(prefix + child.name, first, child.end_lineno or child.lineno)
            yield from _functions(child, f"{prefix}{child.name}.<locals>.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _overlaps(function: Function, ranges: Sequence[Lines]) -> bool:
    return any(first <= function.end_line and function.line <= last for first, last in ranges)


def _inside(functions: Sequence[Function], line: int) -> bool:
    return any(each.line <= line <= each.end_line for each in functions)


def _each(ranges: Sequence[Lines], last_line: int) -> Iterator[int]:
    for first, last in ranges:
        yield from range(max(first, 1), min(last, last_line) + 1)


def _is_code(lines: Sequence[str], line: int) -> bool:
    text = lines[line - 1].strip()
    return bool(text) and not text.startswith("#")
