"""Why a property can't fail, as far as its source shows."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPE_CHECKS = frozenset(("isinstance", "issubclass", "callable", "hasattr"))
_RAISING = frozenset(("fail", "raises", "warns", "deprecated_call"))
_TOLERANT = frozenset(("Exception", "BaseException"))


def reasons(tree: ast.AST) -> list[str]:
    """What is visible in a property's source; empty where nothing is.

    Meant for a property that is known to notice nothing: each reason alone may stand in a good
    test, too.

    Args:
        tree: the test function, or the class of a state machine.
    """
    found = []
    checks = list(_checks(tree))
    if not checks:
        found.append("it asserts nothing")
    elif all(_is_same_twice(each) for each in checks):
        found.append("both sides of what it asserts are the same expression")
    elif all(_is_about_types(each) for each in checks):
        found.append("it only checks types, or that there is a value")
    if any(map(_swallows, ast.walk(tree))):
        found.append("it catches the exceptions that would make it fail")
    if any(map(_assumes_one_value, ast.walk(tree))):
        found.append("its assume() lets almost no input through")
    return found


def _checks(tree: ast.AST) -> Iterator[ast.expr]:
    """What is asserted: conditions of `assert`, calls that check, by their names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.Raise):
            yield ast.Name("raise", ast.Load())
        elif isinstance(node, ast.Call):
            name = _last_name(node.func)
            checks = name.lower().startswith(("assert", "check", "verify", "expect"))
            if checks or name in _RAISING:
                yield node


def _is_same_twice(check: ast.expr) -> bool:
    if isinstance(check, ast.Compare) and len(check.ops) == 1:
        if not isinstance(check.ops[0], (ast.Eq, ast.Is, ast.LtE, ast.GtE)):
            return False
        return ast.dump(check.left) == ast.dump(check.comparators[0])
    return isinstance(check, ast.Constant) and bool(check.value)


def _is_about_types(check: ast.expr) -> bool:
    if isinstance(check, ast.BoolOp):
        return all(map(_is_about_types, check.values))
    if isinstance(check, ast.Call):
        return _last_name(check.func) in _TYPE_CHECKS
    if isinstance(check, ast.Compare) and len(check.ops) == 1:
        operator, right = check.ops[0], check.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            return isinstance(operator, (ast.IsNot, ast.NotEq))
        left = check.left
        return isinstance(left, ast.Call) and _last_name(left.func) == "type"
    return False


def _swallows(node: ast.AST) -> bool:
    if isinstance(node, (ast.With, ast.AsyncWith)):
        calls = [item.context_expr for item in node.items]
        return any(
            isinstance(call, ast.Call)
            and _last_name(call.func) == "suppress"
            and any(_last_name(each) in _TOLERANT for each in call.args)
            for call in calls
        )
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    names = {_last_name(each) if each else "BaseException" for each in caught}
    quiet = all(isinstance(each, (ast.Pass, ast.Return, ast.Continue)) for each in node.body)
    return quiet and bool(names & (_TOLERANT | {"AssertionError"}))


def _assumes_one_value(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or _last_name(node.func) != "assume" or not node.args:
        return False
    condition = node.args[0]
    if isinstance(condition, ast.Constant):
        return not condition.value
    if not isinstance(condition, ast.Compare) or not isinstance(condition.ops[0], ast.Eq):
        return False
    kinds = {type(side) for side in (condition.left, condition.comparators[0])}
    return kinds == {ast.Name, ast.Constant}


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
