"""What one assertion of a test looks at, what it demands, and how much that is.

A check is an assertion in one normal form, whatever the style it is written in: `assertEqual(a,
b)`, `assert a == b` and `assert b == a` are one and the same.
"""

from __future__ import annotations

import ast

from ambidex.proof.weakening.expressions import (
    NotConstantError,
    called,
    constant,
    dotted,
    last_name,
    text,
)
from ambidex.proof.weakening.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# How much an assertion demands, by its kind: 5 one value or one exception, 3 a range or a part,
# 2 a property, 1 that there is something, 0 nothing. Only the order counts.
RANKS = {
    "eq": 5,
    "near": 5,
    "raises": 5,
    "warns": 4,
    "custom": 4,
    "snapshot": 4,
    "or": 3,
    "order": 3,
    "in": 3,
    "contains": 3,
    "match": 3,
    "mock": 3,
    "derived": 3,
    "ne": 2,
    "isinstance": 2,
    "truth": 2,
    "falsy": 2,
    "some": 1,
    "runs": 1,
    "trivial": 0,
}

# What takes away from a value before it is compared.
LOSSY = words("abs bool float int len lower round set sorted str strip type")
MOCK_STATE = words(
    "called call_count call_args call_args_list mock_calls method_calls await_count "
    "await_args await_args_list"
)
_MOCKS = frozenset(
    ("Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec", "mock_open")
)
WILD = frozenset(("ANY", "Anything", "IsAnything", "AnyThing"))


class Check:
    """One assertion in normal form.

    Attributes:
        kind: a key of `RANKS`.
        rank: how much it demands; see `RANKS`.
        subject: what is looked at, canonical text.
        demand: what is demanded of it, canonical text.
        value: `demand` as a value where it is a constant, else None.
        key: equal for checks that are the same whatever their test's names.
        shape: equal for checks of the same form about the same functions and constants.
        tolerance: absolute tolerance of `near`; None for the method's own default.
        guard: conditions under which it runs at all, `""` if always.
        calls: last names of what is called in it.
        line: 1-based line in the file, and `source` the line's text.
        why: why a trivial one is trivial, `""` otherwise.
        node: what is looked at, as a tree.
        actions: what the test did before, as text; set by the reader of tests.
        row: the parameters' row that it belongs to, as text; likewise.
    """

    __slots__ = (
        "actions",
        "calls",
        "demand",
        "guard",
        "key",
        "kind",
        "line",
        "node",
        "rank",
        "row",
        "shape",
        "source",
        "subject",
        "tolerance",
        "value",
        "why",
        "wild",
    )

    def __init__(
        self,
        kind: str,
        node: ast.expr,
        demand: ast.expr | str | None = None,
        *,
        rank: int | None = None,
        tolerance: float | None = None,
        why: str = "",
    ) -> None:
        self.kind = kind
        self.rank = RANKS[kind] if rank is None else rank
        self.node = node
        self.subject = text(node)
        self.demand = "" if demand is None else demand if isinstance(demand, str) else text(demand)
        self.value: Any = None
        self.wild = 0
        self.tolerance = tolerance
        self.why = why
        self.calls = frozenset(called(node))
        if isinstance(demand, ast.expr):
            self.calls |= frozenset(called(demand))
            self.wild = sum(
                1
                for each in ast.walk(demand)
                if isinstance(each, (ast.Name, ast.Attribute)) and last_name(each) in WILD
            )
            try:
                self.value = constant(demand)
            except NotConstantError:
                self.value = None
        sides = sorted((self.subject, self.demand)) if kind == "eq" else [self.subject, self.demand]
        # The tolerance is no part of it: it is compared.
        self.key = "\0".join((kind, *sides))
        constants = sorted({*_constants(node), *_constants(demand)})
        self.shape = "\0".join((kind, *constants, "\1", *sorted(self.calls)))
        self.guard = self.actions = self.row = self.source = ""
        self.line = 0


def _constants(node: ast.expr | str | None) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif node is not None:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant):
                yield repr(each.value)


def trivial(node: ast.expr, why: str) -> Check:
    """A check that can't fail."""
    return Check("trivial", node, why=why)


def outermost(node: ast.expr) -> ast.expr | None:
    """The call whose result is looked at: `a.f(1)` of `len(a.f(1).items)[0]`; None if none is."""
    while True:
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            if name in LOSSY and isinstance(node.func, ast.Name) and node.args:
                node = node.args[0]
                continue
            return node
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Await, ast.Starred)):
            node = node.value
        else:
            return None


def is_mock_state(check: Check) -> bool:
    """Whether it asks a mock what was done with it."""
    if check.kind == "mock":
        return True
    return any(
        isinstance(each, ast.Attribute) and each.attr in MOCK_STATE for each in ast.walk(check.node)
    )


def makes_mock(node: ast.expr) -> bool:
    """Whether `node` is a new mock."""
    return isinstance(node, ast.Call) and last_name(node.func) in _MOCKS


def asks_private(check: Check) -> bool:
    """Whether it looks at a name that begins with one underscore."""
    return any(
        isinstance(each, ast.Attribute)
        and each.attr.startswith("_")
        and not each.attr.startswith("__")
        and dotted(each.value) != "self"
        for each in ast.walk(check.node)
    )
