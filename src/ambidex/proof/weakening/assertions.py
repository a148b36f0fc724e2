"""Reads assertions of every style into checks: `assert`, unittest's methods, mocks', numpy's."""

from __future__ import annotations

import ast

from ambidex.proof.weakening.checks import MOCK_STATE, WILD, Check, trivial
from ambidex.proof.weakening.expressions import (
    NotConstantError,
    called,
    constant,
    is_constant,
    items,
    last_name,
    text,
)
from ambidex.proof.weakening.words import words

_MOCK_CALLS = {
    "assert_called": 1,
    "assert_called_once": 2,
    "assert_awaited": 1,
    "assert_awaited_once": 2,
    "assert_not_called": 3,
    "assert_not_awaited": 3,
    "assert_called_with": 3,
    "assert_called_once_with": 3,
    "assert_awaited_with": 3,
    "assert_awaited_once_with": 3,
    "assert_any_call": 3,
    "assert_any_await": 3,
    "assert_has_calls": 3,
    "assert_has_awaits": 3,
}
# Attributes that every mock invents: true whatever happened.
_MOCK_TYPOS = frozenset(
    ("called_once", "called_once_with", "called_with", "has_calls", "not_called", "any_call")
)
_UNITTEST_EQUAL = words(
    "assertEqual assertEquals assertListEqual assertDictEqual assertSequenceEqual assertSetEqual "
    "assertTupleEqual assertMultiLineEqual assert_equal assert_array_equal assert_frame_equal "
    "assert_series_equal eq_ assertIs"
)
_UNITTEST_COMPARE: dict[str, type[ast.cmpop]] = {
    "assertNotEqual": ast.NotEq,
    "assertIsNot": ast.IsNot,
    "assertIn": ast.In,
    "assertNotIn": ast.NotIn,
    "assertGreater": ast.Gt,
    "assertGreaterEqual": ast.GtE,
    "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE,
}
_NEAR = words(
    "assertAlmostEqual assertAlmostEquals assert_allclose assert_almost_equal "
    "assert_array_almost_equal isclose allclose"
)


def of_condition(node: ast.expr) -> list[Check]:
    """The checks that `assert node` makes."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return [check for each in node.values for check in of_condition(each)]
    if isinstance(node, ast.Tuple) and node.elts:
        return [trivial(node, "a tuple is always true")]
    if isinstance(node, (ast.JoinedStr, ast.Lambda, ast.GeneratorExp)):
        return [trivial(node, "it is always true")]
    if is_constant(node):
        return [trivial(node, "it is always true")] if constant(node) else [Check("eq", node)]
    if isinstance(node, ast.BoolOp):
        return [_either(node)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _negated(node.operand)
    if isinstance(node, ast.Compare):
        return _compared(node)
    if isinstance(node, ast.Call):
        return _predicate(node)
    if isinstance(node, ast.Attribute) and node.attr == "called":
        return [Check("mock", node, rank=1)]
    if isinstance(node, ast.NamedExpr):
        return of_condition(node.value)
    return [Check("truth", node)]


def _either(node: ast.BoolOp) -> Check:
    """`a or b`: less than the least of its sides."""
    sides = [of_condition(each) for each in node.values]
    ranks = [min((check.rank for check in side), default=0) for side in sides]
    if min(ranks) == 0:
        return trivial(node, "one side of its `or` is always true")
    first = sides[0][0]
    check = Check("or", first.node, text(node), rank=min(3, *ranks))
    check.calls |= frozenset(called(node))
    return check


def _negated(node: ast.expr) -> list[Check]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return [check for each in node.values for check in _negated(each)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return of_condition(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        opposite: dict[type[ast.cmpop], type[ast.cmpop]] = {
            ast.Eq: ast.NotEq,
            ast.NotEq: ast.Eq,
            ast.Is: ast.IsNot,
            ast.IsNot: ast.Is,
            ast.In: ast.NotIn,
            ast.NotIn: ast.In,
            ast.Lt: ast.GtE,
            ast.GtE: ast.Lt,
            ast.Gt: ast.LtE,
            ast.LtE: ast.Gt,
        }
        operator = opposite[type(node.ops[0])]()
        return _compared(ast.Compare(node.left, [operator], node.comparators))
    return [Check("falsy", node)]


def _compared(node: ast.Compare) -> list[Check]:
    checks = []
    left = node.left
    for operator, right in zip(node.ops, node.comparators):
        checks += _pairwise(operator, left, right)
        left = right
    return checks


def _pairwise(operator: ast.cmpop, left: ast.expr, right: ast.expr) -> list[Check]:
    """`(a, b) == (1, 2)` as `a == 1` and `b == 2`."""
    if not isinstance(operator, ast.Eq):
        return [_comparison(operator, left, right)]
    if isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple):
        pairs = list(zip(left.elts, right.elts))
        starred = any(isinstance(each, ast.Starred) for each in [*left.elts, *right.elts])
        if len(left.elts) == len(right.elts) and pairs and not starred:
            return [check for a, b in pairs for check in _pairwise(operator, a, b)]
    return [_comparison(operator, left, right)]


def _comparison(operator: ast.cmpop, left: ast.expr, right: ast.expr) -> Check:
    whole = ast.Compare(left, [operator], [right])
    if isinstance(operator, (ast.Eq, ast.Is)):
        return _equal(left, right)
    if isinstance(operator, (ast.NotEq, ast.IsNot)):
        left, right = _oriented(left, right)
        if isinstance(right, ast.Constant) and right.value is None:
            return Check("some", left)
        return Check("ne", left, right)
    if isinstance(operator, ast.In):
        return _member(left, right)
    if isinstance(operator, ast.NotIn):
        return Check("contains", right, text(ast.Compare(left, [operator], [ast.Name("…")])))
    if _is_near(left, operator):
        return _near_by_difference(left, right)
    if is_constant(left) and not is_constant(right):
        mirrored: dict[type[ast.cmpop], type[ast.cmpop]] = {
            ast.Lt: ast.Gt,
            ast.LtE: ast.GtE,
            ast.Gt: ast.Lt,
            ast.GtE: ast.LtE,
        }
        left, right, operator = right, left, mirrored[type(operator)]()
    zero = is_constant(right) and constant(right) == 0
    if last_name(left) == "len" and zero and isinstance(operator, ast.GtE):
        return trivial(whole, "no length is below zero")
    sign = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}[type(operator)]
    check = Check("order", left, right)
    check.demand = f"{sign} {check.demand}"
    check.key = "\0".join(("order", check.subject, check.demand))
    return check


def _equal(left: ast.expr, right: ast.expr) -> Check:
    left, right = _oriented(left, right)
    if text(left) == text(right):
        return trivial(left, "both sides are the same")
    if isinstance(right, ast.Constant) and right.value is True:
        return Check("truth", left)
    if isinstance(right, ast.Constant) and right.value is False:
        return Check("falsy", left)
    if isinstance(right, ast.Call) and last_name(right.func) == "approx" and right.args:
        return Check("near", left, right.args[0], tolerance=_tolerance(right))
    name = last_name(right)
    if name in WILD:
        return trivial(left, f"everything equals {name}")
    if name.startswith("snapshot") or name.endswith("snapshot"):
        return Check("snapshot", left, right)
    if isinstance(left, ast.Attribute) and left.attr in MOCK_STATE:
        return Check("mock", left, right)
    if isinstance(left, ast.Call) and last_name(left.func) == "round" and len(left.args) == 2:
        return Check("near", left.args[0], right, tolerance=_of_places(left.args[1]))
    return Check("eq", left, right)


def _oriented(left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr]:
    """What is looked at, and what is demanded of it."""
    if _expected(left) > _expected(right):
        return right, left
    return left, right


def _expected(node: ast.expr) -> int:
    """How much a side looks like the expected one."""
    if is_constant(node):
        return 4
    name = last_name(node)
    if name == "approx" or name in WILD or name.endswith("snapshot"):
        return 4
    if isinstance(node, (ast.List, ast.Dict, ast.Set, ast.Tuple)):
        return 3
    if isinstance(node, ast.Name):
        return 2 if node.id.startswith(("expect", "want", "correct")) else 1
    return 0


def _member(left: ast.expr, right: ast.expr) -> Check:
    """`value in (a, b)`, where the value is looked at, or `part in whole`, where the whole is."""
    if isinstance(right, (ast.Tuple, ast.List, ast.Set)):
        if len(right.elts) == 1:
            return _equal(left, right.elts[0])
        if any(text(each) == text(left) for each in right.elts):
            return trivial(left, "it is compared with itself")
        return Check("in", left, right)
    return Check("contains", right, left)


def _predicate(node: ast.Call) -> list[Check]:
    name = last_name(node.func)
    if name == "isinstance" and len(node.args) == 2:
        if last_name(node.args[1]) == "object":
            return [trivial(node, "everything is an object")]
        return [Check("isinstance", node.args[0], node.args[1])]
    if name in ("callable", "hasattr") and node.args:
        return [Check("some", node.args[0], text(node))]
    if name in ("isclose", "allclose") and len(node.args) >= 2:
        return [_near(node.args[0], node.args[1], node)]
    if name == "bool" and len(node.args) == 1:
        return of_condition(node.args[0])
    if name in ("startswith", "endswith") and isinstance(node.func, ast.Attribute) and node.args:
        check = Check("contains", node.func.value, node.args[0])
        check.demand = f"{name} {check.demand}"
        check.key = "\0".join(("contains", check.subject, check.demand))
        return [check]
    if name == "all" and len(node.args) == 1:
        return _all(node.args[0])
    if name in _MOCK_TYPOS:
        return [trivial(node, f"`{name}` of a mock is always true")]
    return [Check("truth", node)]


def _all(node: ast.expr) -> list[Check]:
    listed = items(node)
    if listed is not None:
        if not listed:
            return [trivial(node, "`all` of nothing is true")]
        return [check for each in listed for check in of_condition(each)]
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return of_condition(node.elt)
    return [Check("truth", node)]


def _is_near(left: ast.expr, operator: ast.cmpop) -> bool:
    return (
        isinstance(operator, (ast.Lt, ast.LtE))
        and isinstance(left, ast.Call)
        and last_name(left.func) in ("abs", "fabs")
        and len(left.args) == 1
        and isinstance(left.args[0], ast.BinOp)
        and isinstance(left.args[0].op, ast.Sub)
    )


def _near_by_difference(left: ast.expr, right: ast.expr) -> Check:
    assert_on = left.args[0] if isinstance(left, ast.Call) else left
    if not isinstance(assert_on, ast.BinOp):
        return Check("order", left, right)
    subject, demand = _oriented(assert_on.left, assert_on.right)
    tolerance = _number(right)
    return Check("near", subject, demand, tolerance=1e-9 if tolerance is None else tolerance)


def _near(left: ast.expr, right: ast.expr, call: ast.Call) -> Check:
    left, right = _oriented(left, right)
    if text(left) == text(right):
        return trivial(left, "both sides are the same")
    return Check("near", left, right, tolerance=_tolerance(call, right))


def _tolerance(call: ast.Call, expected: ast.expr | None = None) -> float | None:
    """The absolute tolerance that a call names, None if it names none."""
    expected = call.args[0] if expected is None else expected
    number = _number(expected)
    size = abs(number) if number is not None else 1.0
    found: list[float] = []
    named = {each.arg: each.value for each in call.keywords if each.arg}
    name = last_name(call.func)
    for at, key in ((1, "rel"), (2, "abs")) if name == "approx" else ():
        if len(call.args) > at:
            named.setdefault(key, call.args[at])
    by_places = name.startswith(("assertAlmost", "assert_almost", "assert_array_almost"))
    if by_places and len(call.args) > 2:
        named.setdefault("places", call.args[2])
    for key, node in named.items():
        value = _number(node)
        if value is None:
            continue
        if key in ("abs", "abs_tol", "atol", "delta"):
            found.append(value)
        elif key in ("rel", "rel_tol", "rtol"):
            found.append(value * size)
        elif key in ("places", "decimal"):
            found.append(0.5 * 10 ** -min(max(value, -300), 300))
    return max(found) if found else None


def _of_places(node: ast.expr) -> float | None:
    places = _number(node)
    return None if places is None or abs(places) > 300 else 0.5 * 10**-places


def _number(node: ast.expr) -> float | None:
    try:
        value = constant(node)
    except NotConstantError:
        return None
    return float(value) if isinstance(value, (int, float)) else None


def of_call(call: ast.Call, known: frozenset[str] = frozenset()) -> list[Check] | None:
    """The checks of a call that stands alone, None if it asserts nothing.

    Args:
        call: the call, with its names resolved.
        known: names of helpers that are read themselves.
    """
    name = last_name(call.func)
    args = call.args
    if name in ("assertTrue", "assert_", "assertFalse") and args:
        return of_condition(args[0]) if name != "assertFalse" else _negated(args[0])
    if name in ("assertIsNone", "assertIsNotNone") and args:
        none = ast.Constant(None)
        return [_equal(args[0], none) if name == "assertIsNone" else Check("some", args[0])]
    if len(args) >= 2:
        if name in _UNITTEST_EQUAL:
            return [_equal(args[0], args[1])]
        if name in _UNITTEST_COMPARE:
            return [_comparison(_UNITTEST_COMPARE[name](), args[0], args[1])]
        if name in _NEAR and name.startswith("assert"):
            return [_near(args[0], args[1], call)]
        if name == "assertIsInstance":
            return _predicate(ast.Call(ast.Name("isinstance"), args[:2], []))
        if name == "assertCountEqual":
            return [Check("custom", args[0], args[1])]
        if name in ("assertRegex", "assertRegexpMatches"):
            return [Check("contains", args[0], args[1])]
    if name in _MOCK_CALLS and isinstance(call.func, ast.Attribute):
        return [_mock_call(name, call.func.value, call)]
    if name in known:
        return None
    if name in ("assert_match", "check") and "snapshot" in text(call.func):
        return [Check("snapshot", args[0] if args else call)]
    if name.startswith(("assert", "check_", "verify_", "expect_")) and name != "assertLogs":
        check = Check("custom", args[0] if args else call, text(call))
        return [check]
    return None


def _mock_call(name: str, mock: ast.expr, call: ast.Call) -> Check:
    what = ", ".join([*map(text, call.args), *(f"{k.arg}={text(k.value)}" for k in call.keywords)])
    return Check("mock", mock, f"{name}({what})", rank=_MOCK_CALLS[name])
