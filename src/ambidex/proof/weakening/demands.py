"""Whether one check demands less than another of the same value."""

from __future__ import annotations

import ast

from ambidex.proof.weakening.checks import LOSSY
from ambidex.proof.weakening.expressions import NotConstantError, constant, last_name, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.proof.weakening.checks import Check

# A difference of tolerances below this factor is rounding of how they are written.
_FACTOR = 1.01
# pytest.approx's default, relative: what an exact comparison of floats may become.
_DEFAULT = 1e-6
_BROAD = ("BaseException", "Exception")


class Less:
    """Why it demands less; `sure` is False where a person may well see it otherwise."""

    __slots__ = ("sure", "why")

    def __init__(self, why: str, *, sure: bool = True) -> None:
        self.why = why
        self.sure = sure


def less(before: Check, after: Check) -> Less | None:
    """Why `after` demands less than `before`, None where it does not.

    Another expected value of the same kind is neither more nor less.
    """
    if before.rank == 0:
        return None
    if after.rank == 0:
        return Less(after.why)
    if after.guard != before.guard and after.guard:
        return Less(f"it runs only if {after.guard}")
    if after.wild > before.wild:
        return Less("it accepts anything in a part of the value")
    if after.kind == before.kind:
        return _SAME.get(after.kind, _nothing)(before, after)
    if before.kind == "eq" and after.kind == "near":
        return _eq_near(before, after)
    if {before.kind, after.kind} <= {"eq", "near", "custom"}:
        return None
    if before.kind == "eq" and after.kind == "snapshot":
        return Less("the value is no longer written in the test", sure=False)
    if before.kind == "eq" and after.kind == "falsy" and not before.value:
        return None if before.demand else Less("anything empty passes", sure=False)
    if after.rank < before.rank:
        return Less(_WORDS.get(after.kind, "it demands less"))
    return None


def _nothing(before: Check, after: Check) -> Less | None:
    if after.rank < before.rank:
        return Less("it demands less")
    return None


def _eq(before: Check, after: Check) -> Less | None:
    written = before.value is not None or before.demand == "None"
    if written and after.value is None and after.demand != "None":
        name = _function(after.subject)
        if name and name not in LOSSY and name == _function(after.demand):
            return Less(f"the expected value comes from `{name}` itself")
    lost = _narrowed(before, after)
    if lost:
        return Less(f"it looks only at `{lost}` of the value", sure=lost not in ("sorted", "set"))
    return None


def _function(source: str) -> str:
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return ""
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def _narrowed(before: Check, after: Check) -> str:
    """What is looked at of the value only now: `len` of `len(x)` where it was `x`."""
    if after.subject == before.subject:
        return ""
    for function in ("len", "type", "bool", "set", "sorted", "round", "int", "str"):
        if after.subject == f"{function}({before.subject})":
            return function
    return ""


def _near(before: Check, after: Check) -> Less | None:
    if after.tolerance is None:
        return None
    size = abs(before.value) if isinstance(before.value, (int, float)) else 1.0
    was = before.tolerance
    if was is None:
        was = max(_DEFAULT * size, 1e-6)
    if after.tolerance > was * _FACTOR:
        return Less("the tolerance is wider")
    return None


def _eq_near(before: Check, after: Check) -> Less | None:
    size = abs(before.value) if isinstance(before.value, (int, float)) else 1.0
    if after.tolerance is not None and after.tolerance > max(1e-3 * size, 1e-9):
        return Less("it accepts values nearby")
    if after.tolerance is None or after.tolerance <= max(_DEFAULT * size, 1e-9):
        # Only of floats is that the way to compare.
        whole = isinstance(before.value, int) and not isinstance(before.value, bool)
        return Less("it accepts values nearby", sure=False) if whole else None
    return Less("it accepts values nearby", sure=False)


def _in(before: Check, after: Check) -> Less | None:
    was, now = _members(before.demand), _members(after.demand)
    if was and now and was < now:
        return Less("it accepts more values")
    return None


def _members(source: str) -> set[str]:
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return {text(each) for each in node.elts}
    if isinstance(node, ast.BoolOp):
        return {text(each) for each in node.values}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _members(text(node.left)) | _members(text(node.right))
    return {text(node)}


def _order(before: Check, after: Check) -> Less | None:
    sign, _, was = before.demand.partition(" ")
    now_sign, _, now = after.demand.partition(" ")
    if sign[0] != now_sign[0]:
        return None
    old, new = _number(was), _number(now)
    if old is None or new is None:
        return None
    if new > old if sign[0] == "<" else new < old:
        return Less("the bound is wider")
    if new == old and len(now_sign) > len(sign):
        return Less("the bound is wider", sure=False)
    return None


def _number(source: str) -> float | None:
    try:
        value = constant(ast.parse(source, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, NotConstantError):
        return None
    return float(value) if isinstance(value, (int, float)) else None


def _contains(before: Check, after: Check) -> Less | None:
    was, now = before.demand, after.demand
    if isinstance(before.value, str) and isinstance(after.value, str):
        was, now = before.value, after.value
    prefixes = ("startswith ", "endswith ")
    if not was.startswith(prefixes) and not now.startswith(prefixes) and was != now and now in was:
        return Less("it looks for a shorter part")
    if was.startswith(prefixes) and now.startswith(prefixes):
        short, long = now.partition(" ")[2].strip("'\""), was.partition(" ")[2].strip("'\"")
        if short != long and short in long:
            return Less("it looks for a shorter part")
    return None


def _isinstance(before: Check, after: Check) -> Less | None:
    was, now = _members(before.demand), _members(after.demand)
    if was < now:
        return Less("it accepts more types")
    return None


def _raises(before: Check, after: Check) -> Less | None:
    was, now = _members(before.demand), _members(after.demand)
    was_names = {name.rpartition(".")[2] for name in was}
    now_names = {name.rpartition(".")[2] for name in now}
    broad = [name for name in _BROAD if name in now_names and name not in was_names]
    if broad and "BaseException" not in was_names:
        return Less(f"any `{broad[0]}` passes")
    if was < now:
        return Less("it accepts more exceptions")
    if any(_is_wider(wide, narrow) for wide in now_names for narrow in was_names):
        return Less("it accepts more exceptions")
    return None


def _is_wider(wide: str, narrow: str) -> bool:
    """Whether one built-in exception is a base of another."""
    import builtins

    first, second = getattr(builtins, wide, None), getattr(builtins, narrow, None)
    return (
        isinstance(first, type)
        and isinstance(second, type)
        and first is not second
        and issubclass(second, first)
    )


def _match(before: Check, after: Check) -> Less | None:
    if before.demand != after.demand and after.demand in before.demand:
        return Less("it looks for a shorter part of the message")
    return None


def _either(before: Check, after: Check) -> Less | None:
    if _members(before.demand) < _members(after.demand):
        return Less("it accepts more values")
    return None


_SAME = {
    "eq": _eq,
    "near": _near,
    "in": _in,
    "order": _order,
    "contains": _contains,
    "isinstance": _isinstance,
    "raises": _raises,
    "warns": _raises,
    "match": _match,
    "or": _either,
}
_WORDS = {
    "some": "anything but None passes",
    "truth": "anything true passes",
    "falsy": "anything empty passes",
    "ne": "every value but one passes",
    "in": "one of several values passes",
    "order": "a whole range passes",
    "contains": "it looks only for a part",
    "isinstance": "it looks only at the type",
    "or": "one of several values passes",
    "mock": "it looks only at calls of a mock",
    "runs": "it only runs the code",
}
