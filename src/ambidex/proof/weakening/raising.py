"""What tests expect to be raised: by which words, what of its message, and what is swallowed."""

from __future__ import annotations

import ast

from ambidex.proof.weakening import skips
from ambidex.proof.weakening.checks import Check
from ambidex.proof.weakening.expressions import (
    NotConstantError,
    constant,
    last_name,
    resolved,
    text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.proof.weakening.expressions import Names

# What stands for a caught exception: `RAISED(what raised it)`.
RAISED = "RAISED"
_SWALLOWING = frozenset(("AssertionError", "Exception", "BaseException"))


def opposite(node: ast.expr) -> ast.expr:
    """`not node`, or what it negates."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return ast.UnaryOp(ast.Not(), node)


def result(body: Sequence[ast.stmt], names: Names) -> ast.expr:
    """What is expected to raise: the last thing that a block does."""
    last = body[-1] if body else None
    if isinstance(last, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor)):
        return result(last.body, names)
    value = getattr(last, "value", None)
    if isinstance(value, ast.expr):
        return resolved(value, names)
    return ast.Name(text(last) if last is not None else "…")


def as_match(check: Check) -> Check:
    """`"x" in str(error.value)` as the `match="x"` that it is."""
    node = check.node
    if check.kind != "contains" or not isinstance(node, ast.Call) or not node.args:
        return check
    inner = node.args[0]
    if last_name(node.func) not in ("str", "repr") or RAISED not in text(inner):
        return check
    demand = check.value if isinstance(check.value, str) else check.demand
    return Check("match", raised_by(inner), plain(demand))


def raised_by(node: ast.expr) -> ast.expr:
    """What raised the exception that `node` looks at."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and text(each.func) == RAISED and each.args:
            return each.args[0]
    return node


def pattern(node: ast.expr) -> str:
    """A `match=` as the text that it looks for."""
    if isinstance(node, ast.Call) and last_name(node.func) in ("escape", "compile") and node.args:
        return pattern(node.args[0])
    try:
        value = constant(node)
    except NotConstantError:
        return text(node)
    return plain(value) if isinstance(value, str) else text(node)


def plain(pattern: str) -> str:
    """A pattern without what does not narrow it."""
    pattern = pattern.replace("\\", "")
    if pattern.startswith("^"):
        pattern = pattern[1:]
    return pattern.removesuffix("$").removeprefix(".*").removesuffix(".*")


def is_any(pattern: str) -> bool:
    """Whether every message has it."""
    return not pattern.strip(".*+?()[]^$ ")


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a failed assertion ends in this handler and nobody hears of it."""
    caught = handler.type
    types = caught.elts if isinstance(caught, ast.Tuple) else [caught] if caught else []
    if types and not any(last_name(each) in _SWALLOWING for each in types):
        return False
    for each in ast.walk(ast.Module(list(handler.body), [])):
        if isinstance(each, ast.Raise):
            return False
        if isinstance(each, ast.stmt) and is_failure(each):
            return False
        if isinstance(each, ast.Call) and skips.of_call(each) is not None:
            return True
    return True


def is_failure(node: ast.stmt) -> bool:
    """Whether a statement fails the test whenever it is reached."""
    if isinstance(node, ast.Assert):
        try:
            return not constant(node.test)
        except NotConstantError:
            return False
    if isinstance(node, ast.Raise):
        return node.exc is not None and last_name(node.exc) == "AssertionError"
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Call) and last_name(value.func) == "fail"
