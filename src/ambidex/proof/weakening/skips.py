"""Why a test does not run, or why its failure does not count: marks, decorators, calls."""

from __future__ import annotations

import ast
import os
import sys

from ambidex.proof.weakening.expressions import NotConstantError, constant, dotted, last_name, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALWAYS = "always"
UNKNOWN = "unknown"
ELSEWHERE = "elsewhere"

_MARKS = frozenset(("skip", "skipif", "xfail", "flaky", "skipIf", "skipUnless", "expectedFailure"))
_CALLS = frozenset(("skip", "skipTest", "xfail", "importorskip", "SkipTest", "exit"))
_PLATFORM: dict[str, str | int | tuple[int, ...]] = {
    "sys.platform": sys.platform,
    "os.name": os.name,
    "platform.system()": {"linux": "Linux", "darwin": "Darwin"}.get(sys.platform, "Windows"),
    "sys.version_info": tuple(sys.version_info[:3]),
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info[0]": sys.version_info.major,
}


class Skip:
    """One reason.

    Attributes:
        kind: `skip`, `xfail`, `flaky` or `importorskip`.
        when: `ALWAYS` (or on this machine), `ELSEWHERE` (another platform only), `UNKNOWN`.
        text: how it is written.
        line: 1-based.
    """

    __slots__ = ("kind", "line", "text", "when")

    def __init__(self, kind: str, when: str, text: str, line: int) -> None:
        self.kind = kind
        self.when = when
        self.text = text
        self.line = line


def of_marks(decorators: Iterable[ast.expr]) -> list[Skip]:
    """The reasons among decorators or marks."""
    found = []
    for node in decorators:
        function = node.func if isinstance(node, ast.Call) else node
        name = last_name(function)
        if name not in _MARKS:
            continue
        kind = {"expectedFailure": "xfail", "xfail": "xfail", "flaky": "flaky"}.get(name, "skip")
        arguments = list(node.args) if isinstance(node, ast.Call) else []
        keywords = node.keywords if isinstance(node, ast.Call) else []
        named = [each.value for each in keywords if each.arg == "condition"]
        conditional = name in ("skipif", "skipIf", "skipUnless", "xfail")
        conditions = [*arguments, *named] if conditional else []
        if name in ("skipIf", "skipUnless"):
            conditions = conditions[:1]
        when = ALWAYS
        if conditions:
            condition = conditions[0]
            if name == "skipUnless":
                condition = ast.UnaryOp(ast.Not(), condition)
            when = when_true(condition)
        found.append(Skip(kind, when, f"@{text(node)}", getattr(node, "lineno", 0)))
    return found


def of_call(call: ast.Call) -> Skip | None:
    """The reason that a call gives in a test's body."""
    name = last_name(call.func)
    if name not in _CALLS:
        return None
    owner = dotted(call.func).rpartition(".")[0]
    if owner not in ("", "pytest", "self", "unittest", "case", "request"):
        return None
    if name == "exit" and owner != "pytest":
        return None
    kind = name if name in ("xfail", "importorskip") else "skip"
    when = UNKNOWN if name == "importorskip" else ALWAYS
    return Skip(kind, when, text(call), getattr(call, "lineno", 0))


def when_true(condition: ast.expr) -> str:
    """When a condition holds, as far as it is about constants and the platform."""
    if isinstance(condition, ast.Constant) and isinstance(condition.value, str):
        try:
            condition = ast.parse(condition.value, mode="eval").body
        except SyntaxError:
            return UNKNOWN
    try:
        return ALWAYS if constant(_on_this_platform(condition)) else ELSEWHERE
    except NotConstantError:
        return UNKNOWN


def _on_this_platform(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(node.op, [_on_this_platform(each) for each in node.values])
    if isinstance(node, ast.UnaryOp):
        return ast.UnaryOp(node.op, _on_this_platform(node.operand))
    if isinstance(node, ast.Compare):
        sides = [_on_this_platform(each) for each in node.comparators]
        return ast.Compare(_on_this_platform(node.left), node.ops, sides)
    if isinstance(node, ast.Call) and text(node.func) == "sys.platform.startswith" and node.args:
        try:
            prefix = constant(node.args[0])
        except NotConstantError:
            return node
        return ast.Constant(sys.platform.startswith(prefix))
    known = _PLATFORM.get(text(node))
    if isinstance(known, tuple):
        return ast.Tuple([ast.Constant(each) for each in known], ast.Load())
    return node if known is None else ast.Constant(known)


def listed(node: ast.expr) -> Iterator[ast.expr]:
    """The marks of `pytestmark = mark` or `pytestmark = [mark, …]`."""
    if isinstance(node, (ast.List, ast.Tuple)):
        yield from node.elts
    else:
        yield node
