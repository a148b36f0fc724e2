"""Code in conftest files and plugins that keeps tests from running or changes how they ended."""

from __future__ import annotations

import ast

from ambidex.proof.weakening import mocking, skips
from ambidex.proof.weakening.contents import assignments
from ambidex.proof.weakening.expressions import last_name, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = ("collect_ignore", "collect_ignore_glob")
_ADDERS = [f"{name}.{verb}" for name in _LISTS for verb in ("append", "extend")]
_HOOKS = "pytest_"
_ENDS = ("exitstatus", "outcome", "when", "longrepr", "wasxfail", "shouldfail", "testsfailed")


class Sign:
    """One statement.

    Attributes:
        what: what it does, a clause.
        text: how it is written.
        line: 1-based.
    """

    __slots__ = ("line", "text", "what")

    def __init__(self, what: str, text: str, line: int) -> None:
        self.what = what
        self.text = text
        self.line = line


def signs(source: str) -> list[Sign]:
    """What in a conftest file deselects, skips, or changes results; empty if it can't be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted(_all(tree), key=lambda sign: sign.line)


def _all(tree: ast.Module) -> Iterator[Sign]:
    for node in tree.body:
        yield from _of_module(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name.startswith(_HOOKS):
                yield from _of_hook(node)
            elif _is_autouse(node):
                yield from _of_autouse(node)


def _of_module(node: ast.stmt) -> Iterator[Sign]:
    inner = node.body if isinstance(node, ast.If) else [node]
    for each in inner:
        if isinstance(each, ast.AugAssign) and last_name(each.target) in _LISTS:
            yield Sign("files of tests are left out", text(each), each.lineno)
        for target, value in assignments(each):
            if last_name(target) in _LISTS and not (
                isinstance(value, (ast.List, ast.Tuple)) and not value.elts
            ):
                yield Sign("files of tests are left out", text(each), each.lineno)
        call = each.value if isinstance(each, ast.Expr) else None
        if isinstance(call, ast.Call) and text(call.func) in _ADDERS:
            yield Sign("files of tests are left out", text(each), each.lineno)


def _of_hook(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Sign]:
    items = [each.arg for each in function.args.args]
    if function.name in ("pytest_ignore_collect", "pytest_pyfunc_call", "pytest_runtest_protocol"):
        for node in ast.walk(function):
            value = node.value if isinstance(node, ast.Return) else None
            if value is not None and not (isinstance(value, ast.Constant) and not value.value):
                yield Sign(f"{function.name} decides what runs", text(node), value.lineno)
    for node in ast.walk(function):
        if isinstance(node, ast.stmt):
            yield from _of_statement(node, items)
        if isinstance(node, ast.Call):
            what = _of_call(node)
            if what:
                yield Sign(what, text(node), node.lineno)


def _of_statement(node: ast.stmt, arguments: list[str]) -> Iterator[Sign]:
    if isinstance(node, ast.Delete) and any("items" in text(each) for each in node.targets):
        yield Sign("tests are deselected", text(node), node.lineno)
    for target, value in assignments(node):
        if isinstance(target, ast.Subscript) and last_name(target.value) in arguments:
            if not _only_orders(value):
                yield Sign("tests are deselected", text(node), node.lineno)
        elif isinstance(target, ast.Attribute) and target.attr in _ENDS:
            yield Sign("how tests ended is changed", text(node), node.lineno)


def _only_orders(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and last_name(value.func) in ("sorted", "reversed")


def _of_call(node: ast.Call) -> str:
    name = last_name(node.func)
    owner = text(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if name in ("remove", "pop", "clear") and owner == "items":
        return "tests are deselected"
    if name == "pytest_deselected":
        return "tests are deselected"
    if name == "add_marker" and node.args:
        mark = node.args[0]
        if any(skip.when != skips.ELSEWHERE for skip in skips.of_marks([mark])):
            return "tests are skipped or may fail"
        named = mark.value if isinstance(mark, ast.Constant) else ""
        if named in ("skip", "xfail") or last_name(mark).startswith(("skip", "xfail")):
            return "tests are skipped or may fail"
    if name in ("skip", "xfail", "exit") and owner == "pytest":
        return "tests are skipped or may fail"
    if name in ("force_result", "force_exception"):
        return "how tests ended is changed"
    if name in ("_exit",) or (name == "exit" and owner == "sys"):
        return "the exit code is set"
    return ""


def _is_autouse(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and last_name(each.func) == "fixture":
            for keyword in each.keywords:
                if keyword.arg == "autouse" and isinstance(keyword.value, ast.Constant):
                    return bool(keyword.value.value)
    return False


def _of_autouse(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Sign]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _of_call(node) == "tests are skipped or may fail":
            yield Sign("tests are skipped or may fail", text(node), node.lineno)


def replaced(source: str) -> list[tuple[str, str, int]]:
    """What fixtures that every test gets put in place of something: owner, name, line."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and _is_autouse(function):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    found += [(*patch, node.lineno) for patch in mocking.of_call(node)]
                if isinstance(node, ast.stmt):
                    for target, value in assignments(node):
                        found += [(*p, node.lineno) for p in mocking.of_assignment(target, value)]
    return found
