"""Follows the statements of one test and collects what it asserts on the way."""

from __future__ import annotations

import ast

from ambidex.proof.weakening import assertions, mocking, raising, skips
from ambidex.proof.weakening.checks import Check
from ambidex.proof.weakening.contents import assignments
from ambidex.proof.weakening.expressions import (
    NotConstantError,
    bind,
    constant,
    is_small,
    is_something,
    items,
    last_name,
    resolved,
    text,
)
from ambidex.proof.weakening.surroundings import SET_UP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ambidex.proof.weakening.contents import Function, Module, Place, Test
    from ambidex.proof.weakening.expressions import Names

MOST_CHECKS = 2000
DEEPEST = 5
_RAISES = frozenset(("raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"))
_WARNS = frozenset(("warns", "assertWarns", "assertWarnsRegex", "deprecated_call"))
_SWALLOWING = frozenset(("AssertionError", "Exception", "BaseException"))


class Reader:
    """Follows one test with one row of parameters."""

    def __init__(
        self, module: Module, functions: dict[str, Function], names: Names, test: Test
    ) -> None:
        self.module = module
        self.functions = functions
        self.names = names
        self.test = test
        self.checks: list[Check] = []
        self.calls: set[str] = set()
        self.patched: set[tuple[str, str]] = set()
        self.last: ast.expr | None = None
        self._actions: list[str] = []
        self._depth = 0
        self._inside: list[str] = []
        self._line = 0

    def fixture(self, function: Function) -> None:
        """Run a fixture: what it patches and skips counts, what it returns is its name's value."""
        before = self.checks
        self.checks = []
        self.block(function.body, ())
        self.checks = before
        for statement in reversed(function.body):
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Expr) and isinstance(value, ast.Yield):
                value = value.value
            elif not isinstance(statement, ast.Return):
                continue
            name = function.name
            if value is not None:
                bind(ast.Name(name, ast.Store()), resolved(value, self.names), self.names)
            return

    def set_up(self, place: Place) -> None:
        """Follow `setUp` and its relatives of the classes around a test."""
        for each in place.classes:
            methods = {
                node.name: node
                for node in each.body
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            }
            for name in SET_UP:
                if name in methods:
                    self.block(methods[name].body, ())

    def block(self, body: Sequence[ast.stmt], guards: tuple[str, ...]) -> bool:
        """Follow statements; False when nothing behind them runs."""
        for statement in body:
            if len(self.checks) > MOST_CHECKS:
                return False
            outcome = self._statement(statement, guards)
            if outcome is None:
                return False
            guards = outcome
        return True

    def _statement(self, node: ast.stmt, guards: tuple[str, ...]) -> tuple[str, ...] | None:
        """The guards of what follows; None where nothing does."""
        if self._depth == 0:
            self._line = node.lineno
        if isinstance(node, (ast.Return, ast.Break, ast.Continue)):
            value = getattr(node, "value", None)
            if value is not None:
                self._expression(value, guards)
            return None
        if isinstance(node, ast.Assert):
            self._condition(node, guards)
        elif isinstance(node, ast.Expr):
            return guards if self._expression(node.value, guards, alone=True) else None
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self._assignment(node, guards)
        elif isinstance(node, ast.AugAssign):
            whole = ast.BinOp(resolved(node.target, self.names), node.op, node.value)
            bind(node.target, resolved(whole, self.names), self.names)
        elif isinstance(node, ast.If):
            return self._if(node, guards)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._for(node, guards)
        elif isinstance(node, ast.While):
            if not self._is(node.test, value=False):
                self.block(node.body, guards)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            return guards if self._with(node, guards) else None
        elif isinstance(node, ast.Try):
            return self._try(node, guards)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.functions = {**self.functions, node.name: node}
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self.block(case.body, (*guards, f"case {text(case.pattern)}"))
        elif isinstance(node, ast.Raise):
            return self._raise(node, guards)
        return guards

    def _condition(self, node: ast.Assert, guards: tuple[str, ...]) -> None:
        for each in ast.walk(node.test):
            if isinstance(each, ast.Call):
                self.calls.add(last_name(each.func))
        if raising.is_failure(node):
            return
        self._add(assertions.of_condition(resolved(node.test, self.names)), guards)

    def _add(self, made: Iterable[Check], guards: tuple[str, ...]) -> None:
        for check in made:
            kept = raising.as_match(check)
            kept.guard = " and ".join(guards)
            kept.actions = "; ".join(self._actions)[-1000:]
            kept.line = self._line
            self.checks.append(kept)

    def _expression(self, node: ast.expr, guards: tuple[str, ...], *, alone: bool = False) -> bool:
        """Follow a value; False when nothing behind it runs."""
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                self.calls.add(last_name(each.func))
                self.patched.update(mocking.of_call(each))
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            return True
        skip = skips.of_call(call)
        if skip is not None:
            if guards and skip.when == skips.ALWAYS:
                skip.when = skips.UNKNOWN
            self._skip(skip)
            return skip.when == skips.UNKNOWN
        name = last_name(call.func)
        if name == "assume" and call.args and self._is(call.args[0], value=False):
            return False
        if name in (*_RAISES, *_WARNS) and len(call.args) >= 2:
            self._raising_call(call, guards)
            return True
        if self._helper(call, guards):
            return True
        found = resolved(call, self.names)
        made = assertions.of_call(found) if isinstance(found, ast.Call) else None
        if made is not None:
            self._add(made, guards)
        elif alone:
            if name == "match" and raising.RAISED in text(found) and isinstance(found, ast.Call):
                self._add(
                    [Check("match", raising.raised_by(found), raising.pattern(found.args[0]))],
                    guards,
                )
            self._actions.append(text(found))
            self.last = found
        return True

    def _skip(self, skip: skips.Skip) -> None:
        if all(each.text != skip.text for each in self.test.skips):
            self.test.skips.append(skip)

    def _helper(self, call: ast.Call, guards: tuple[str, ...]) -> bool:
        """Follow a function of the tests; False where it is none, or asserts nothing."""
        name = last_name(call.func)
        function = self.functions.get(name)
        if function is None or name in self._inside or self._depth >= DEEPEST:
            return False
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if owner is not None and not isinstance(owner, ast.Name):
            return False
        names = dict(self.names)
        parameters = [*function.args.posonlyargs, *function.args.args]
        bound = [each.arg for each in parameters if each.arg not in ("self", "cls")]
        every = [*bound, *(each.arg for each in function.args.kwonlyargs)]
        for each in every:
            names.pop(each, None)
        for each, value in zip(reversed(bound), reversed(function.args.defaults)):
            names[each] = value
        for kwonly, default in zip(function.args.kwonlyargs, function.args.kw_defaults):
            if default is not None:
                names[kwonly.arg] = default
        for each, value in zip(bound, call.args):
            bind(ast.Name(each), resolved(value, self.names), names)
        for keyword in call.keywords:
            if keyword.arg:
                bind(ast.Name(keyword.arg), resolved(keyword.value, self.names), names)
        outer, self.names = self.names, names
        count = len(self.checks)
        self._depth += 1
        self._inside.append(name)
        self.block(function.body, guards)
        self._inside.pop()
        self._depth -= 1
        self.names = outer
        return len(self.checks) > count

    def _assignment(self, node: ast.Assign | ast.AnnAssign, guards: tuple[str, ...]) -> None:
        for target, value in assignments(node):
            self._expression(value, guards)
            self.patched.update(mocking.of_assignment(target, value))
            known = resolved(value, self.names)
            if isinstance(known, ast.Call):
                self.last = known
            bind(target, known if is_small(known) else None, self.names)

    def _is(self, condition: ast.expr, *, value: bool) -> bool:
        """Whether a condition is known to be `value`."""
        known = resolved(condition, self.names)
        if known is not condition and is_something(known):
            return value
        try:
            return bool(constant(known)) is value
        except NotConstantError:
            return isinstance(condition, ast.Name) and condition.id == "TYPE_CHECKING" and not value

    def _if(self, node: ast.If, guards: tuple[str, ...]) -> tuple[str, ...] | None:
        if self._is(node.test, value=True):
            return guards if self.block(node.body, guards) else None
        if self._is(node.test, value=False):
            return guards if self.block(node.orelse, guards) else None
        condition = text(resolved(node.test, self.names))
        first = node.body[0]
        called = first.value if isinstance(first, ast.Expr) else None
        if isinstance(called, ast.Call):
            skip = skips.of_call(called)
            if skip is not None:
                skip.when = skips.when_true(node.test)
                skip.text = f"if {text(node.test)}: {skip.text}"
                self._skip(skip)
                return guards
        if isinstance(first, ast.Raise) or raising.is_failure(first):
            # `if not x: fail()` is an assertion in other words.
            self._add(
                assertions.of_condition(raising.opposite(resolved(node.test, self.names))), guards
            )
            return guards
        goes_on = self.block(node.body, (*guards, condition))
        other = self.block(node.orelse, (*guards, f"not ({condition})")) if node.orelse else True
        if not goes_on and not other:
            return None
        if not goes_on:
            return (*guards, f"not ({condition})")
        return guards if other else (*guards, condition)

    def _for(self, node: ast.For | ast.AsyncFor, guards: tuple[str, ...]) -> None:
        over = resolved(node.iter, self.names)
        listed = items(over)
        if listed is None:
            bind(node.target, None, self.names)
            self._expression(node.iter, guards)
            self.block(node.body, guards)
        else:
            for each in listed:
                bind(node.target, each, self.names)
                self.block(node.body, guards)
        self.block(node.orelse, guards)

    def _with(self, node: ast.With | ast.AsyncWith, guards: tuple[str, ...]) -> bool:
        swallowed = ""
        expected: list[ast.Call] = []
        for item in node.items:
            context = resolved(item.context_expr, self.names)
            self._expression_of_context(item.context_expr)
            if isinstance(context, ast.Call):
                name = last_name(context.func)
                if name in _RAISES or name in _WARNS:
                    expected.append(context)
                if name == "suppress" and any(
                    last_name(each) in _SWALLOWING for each in context.args
                ):
                    swallowed = "the failure is suppressed"
            if item.optional_vars is not None:
                value = context if isinstance(context, ast.Call) and not expected else None
                if expected:
                    value = ast.Call(
                        ast.Name(raising.RAISED), [raising.result(node.body, self.names)], []
                    )
                bind(item.optional_vars, value, self.names)
        count = len(self.checks)
        goes_on = self.block(node.body, guards)
        if swallowed:
            self._swallow(count, swallowed)
        if self._depth == 0:
            self._line = node.lineno
        for call in expected:
            self._raising(call, raising.result(node.body, self.names), guards)
        return goes_on or bool(expected)

    def _expression_of_context(self, node: ast.expr) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                self.calls.add(last_name(each.func))
                self.patched.update(mocking.of_call(each))

    def _swallow(self, count: int, why: str) -> None:
        for check in self.checks[count:]:
            check.kind, check.rank, check.why = "trivial", 0, why

    def _raising(self, call: ast.Call, node: ast.expr, guards: tuple[str, ...]) -> None:
        name = last_name(call.func)
        kind = "warns" if name in _WARNS else "raises"
        demand: ast.expr = call.args[0] if call.args else ast.Name("DeprecationWarning")
        self._add([Check(kind, node, demand)], guards)
        patterns = [each.value for each in call.keywords if each.arg in ("match", "expected_regex")]
        if name.endswith("Regex") and len(call.args) > 1:
            patterns.append(call.args[1])
        for pattern in patterns:
            found = raising.pattern(pattern)
            if found and not raising.is_any(found):
                self._add([Check("match", node, found)], guards)

    def _raising_call(self, call: ast.Call, guards: tuple[str, ...]) -> None:
        """`assertRaises(E, f, *arguments)`."""
        known = resolved(call, self.names)
        if isinstance(known, ast.Call):
            skipped = 2 if last_name(known.func).endswith("Regex") else 1
            rest = known.args[skipped:]
            if rest:
                node = ast.Call(rest[0], rest[1:], known.keywords)
                if isinstance(rest[0], ast.Lambda):
                    self._raising(known, rest[0].body, guards)
                    return
                plain = ast.Call(known.func, known.args[:skipped], [])
                self._raising(plain, node, guards)
            else:
                self._raising(known, ast.Name("…"), guards)

    def _try(self, node: ast.Try, guards: tuple[str, ...]) -> tuple[str, ...] | None:
        wanted = (bool(node.body) and raising.is_failure(node.body[-1])) or any(
            raising.is_failure(each) for each in node.orelse
        )
        if wanted and node.handlers:
            body = node.body[:-1] if raising.is_failure(node.body[-1]) else node.body
            self.block(body, guards)
            for handler in node.handlers:
                result = raising.result(body, self.names)
                demand = handler.type or ast.Name("BaseException")
                self._add([Check("raises", result, demand)], guards)
                if handler.name:
                    self.names[handler.name] = ast.Call(ast.Name(raising.RAISED), [result], [])
                self.block(handler.body, guards)
            return guards
        count = len(self.checks)
        goes_on = self.block(node.body, guards)
        self.block(node.orelse, guards)
        for handler in node.handlers:
            if raising.swallows(handler):
                self._swallow(count, "its failure is swallowed")
        for handler in node.handlers:
            caught = text(handler.type) if handler.type else "anything"
            self.block(handler.body, (*guards, f"raised {caught}"))
        self.block(node.finalbody, guards)
        return guards if goes_on or node.handlers else None

    def _raise(self, node: ast.Raise, guards: tuple[str, ...]) -> tuple[str, ...] | None:
        value = node.exc
        if value is not None and last_name(value) in ("SkipTest", "Skipped"):
            when = skips.UNKNOWN if guards else skips.ALWAYS
            self._skip(skips.Skip("skip", when, text(node), node.lineno))
        return None
