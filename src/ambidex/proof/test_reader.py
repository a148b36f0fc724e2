"""Follows the tests of a file and collects what they assert.

Parameters, variables that are assigned once, fixtures that return one expression, helpers,
`setUp` and loops over what is written down are put in, so that a test says the same before and
after a refactoring. What can't be followed stays a name.
"""

from __future__ import annotations

import ast

from ambidex.proof import checks, mocking, skips
from ambidex.proof.checks import Check
from ambidex.proof.expressions import (
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
from ambidex.proof.test_ast import Row, Test, assignments, fixture_rows, mark_names, product, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ambidex.proof.expressions import Names
    from ambidex.proof.test_ast import Function, Module, Place

_MOST_CHECKS = 2000
_DEEPEST = 5
_RAISES = frozenset(("raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"))
_WARNS = frozenset(("warns", "assertWarns", "assertWarnsRegex", "deprecated_call"))
_SET_UP = ("setUpClass", "setup_class", "setUp", "setup_method", "asyncSetUp", "setup")
_SWALLOWING = frozenset(("AssertionError", "Exception", "BaseException"))
_RAISED = "RAISED"


class Surroundings:
    """The functions and fixtures of files beside the tests: conftest files, helper modules."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.functions: dict[str, Function] = {}
        self.fixtures: dict[str, Function] = {}
        self.names: Names = {}
        for module in modules:
            self.functions.update(module.functions)
            self.fixtures.update(module.fixtures)
            for name, value in module.names.items():
                self.names.setdefault(name, value)
        self._dumps: dict[int, tuple[ast.AST, str, frozenset[str]]] = {}

    def dump(self, node: ast.AST) -> str:
        """The node as text, once."""
        return self._known(node)[1]

    def mentioned(self, node: ast.AST) -> frozenset[str]:
        """Every name that occurs in the node, parameters included."""
        return self._known(node)[2]

    def _known(self, node: ast.AST) -> tuple[ast.AST, str, frozenset[str]]:
        # The node is kept, so that its id is not given to another.
        known = self._dumps.get(id(node))
        if known is None:
            names = set()
            for each in ast.walk(node):
                if isinstance(each, ast.Name):
                    names.add(each.id)
                elif isinstance(each, ast.Attribute):
                    names.add(each.attr)
                elif isinstance(each, ast.arg):
                    names.add(each.arg)
                elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                    names.add(each.value)  # usefixtures("name")
            known = self._dumps[id(node)] = node, ast.dump(node), frozenset(names)
        return known


def signatures(module: Module, around: Surroundings) -> dict[str, str]:
    """What decides what each function of a file asserts, by qualname: equal means unchanged.

    Its own text and that of all it names here and in its surroundings, whatever they name included.
    """
    functions = {**around.functions, **module.functions}
    fixtures = {**around.fixtures, **module.fixtures}
    names = {**around.names, **module.names}
    autouse = "\n".join(
        around.dump(each) for each in fixtures.values() if "autouse" in around.dump(each)
    )
    top = "\n".join(skip.text for skip in module.skips)
    classes = {id(each): each for place in module.places for each in place.classes}
    frames = {key: _frame(each, around) for key, each in classes.items()}
    found = {}
    for place in module.places:
        waiting: list[ast.AST] = [place.function]
        seen: set[int] = set()
        parts = [autouse, top, str(place.collected)]
        parts += [frames[id(each)] for each in place.classes]
        parts += [around.dump(each) for each in place.decorators]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            parts.append(around.dump(node))
            for name in around.mentioned(node):
                for table in (functions, fixtures, names):
                    if name in table:
                        waiting.append(table[name])
        found[place.qualname] = "\n".join(parts)
    return found


def _frame(node: ast.ClassDef, around: Surroundings) -> str:
    """What a class says about all of its tests."""
    kept = [
        each
        for each in node.body
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) or each.name in _SET_UP
    ]
    return "\n".join(around.dump(each) for each in [*node.bases, *node.decorator_list, *kept])


def tests(
    module: Module, around: Surroundings, left_out: Collection[str] = frozenset()
) -> list[Test]:
    """The tests of a file, and its helpers that assert.

    Args:
        module: the file.
        around: what it sees of others.
        left_out: qualnames that are not followed.
    """
    found = []
    for place in module.places:
        if place.qualname in left_out:
            continue
        if place.collected:
            found.append(_test(module, around, place))
        elif place.function.name not in module.fixtures:
            helper = _test(module, around, place, is_helper=True)
            if any(check.kind != "runs" for check in helper.checks):
                found.append(helper)
    return found


def _test(module: Module, around: Surroundings, place: Place, *, is_helper: bool = False) -> Test:
    function = place.function
    test = Test(module.path, place.qualname, function.lineno, is_helper=is_helper)
    test.skips = [*module.skips, *skips.of_marks(place.decorators)]
    test.marks = mark_names(place.decorators)
    test.body = "\n".join(map(text, function.body))
    for decorator in place.decorators:
        if isinstance(decorator, ast.Call):
            test.patched.update(mocking.of_call(decorator))
            if last_name(decorator.func) == "given":
                test.strategies = text(decorator)
            for keyword in decorator.keywords:
                if keyword.arg == "max_examples" and isinstance(keyword.value, ast.Constant):
                    value = keyword.value.value
                    test.max_examples = value if isinstance(value, int) else None
    functions = {**around.functions, **module.functions}
    fixtures = {**around.fixtures, **module.fixtures}
    names = {**around.names, **module.names}
    every = rows(place.decorators, function, names)
    wanted = [] if is_helper else _fixtures(function, place, fixtures)
    for fixture in wanted:
        own = fixture_rows(fixture, names)
        if own:
            every = product(every, own)
    for row in every:
        reader = _Reader(module, functions, {**names, **row.names}, test)
        for name in [each.arg for each in function.args.args]:
            if name not in row.names:
                reader.names.pop(name, None)
        for fixture in wanted:
            reader.fixture(fixture)
        reader.names.update(row.names)
        if not is_helper:
            reader.set_up(place)
        reader.block(function.body, ())
        _finish(module, test, row, reader, function)
        if len(test.checks) > _MOST_CHECKS:
            break
    return test


def _finish(module: Module, test: Test, row: Row, reader: _Reader, function: Function) -> None:
    test.calls |= reader.calls
    made = reader.checks
    if any(skip.when != skips.ELSEWHERE for skip in row.skips):
        return
    if not made:
        check = Check("runs", reader.last or ast.Name(test.name), "")
        check.line = function.lineno
        made = [check]
    # What a loop repeats word for word is asserted once.
    once = {(each.key, each.actions, each.guard, each.line, each.rank): each for each in made}
    if len(once) < len(made):
        made = list(once.values())
    for check in made:
        check.row = row.text
        check.source = module.line(check.line)
        if check.rank and mocking.looks_at_mock(check, test.patched | reader.patched):
            check.kind, check.rank, check.why = "trivial", 0, mocking.MOCKED
    test.patched |= reader.patched
    test.checks += made


def _fixtures(function: Function, place: Place, known: dict[str, Function]) -> list[Function]:
    """The fixtures that a test asks for, those that they ask for first."""
    found: list[Function] = []

    def add(name: str, depth: int) -> None:
        fixture = known.get(name)
        if fixture is None or fixture in found or depth > _DEEPEST:
            return
        for each in fixture.args.args:
            if each.arg != name:
                add(each.arg, depth + 1)
        found.append(fixture)

    for decorator in place.decorators:
        if isinstance(decorator, ast.Call) and last_name(decorator.func) == "usefixtures":
            for named in decorator.args:
                if isinstance(named, ast.Constant):
                    add(str(named.value), 0)
    for fixture in list(known.values()):
        for decorator in fixture.decorator_list:
            if isinstance(decorator, ast.Call) and any(
                keyword.arg == "autouse" for keyword in decorator.keywords
            ):
                add(fixture.name, 0)
    for each in function.args.args:
        add(each.arg, 0)
    return found


class _Reader:
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
            for name in _SET_UP:
                if name in methods:
                    self.block(methods[name].body, ())

    def block(self, body: Sequence[ast.stmt], guards: tuple[str, ...]) -> bool:
        """Follow statements; False when nothing behind them runs."""
        for statement in body:
            if len(self.checks) > _MOST_CHECKS:
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
        if self._is_failure(node):
            return
        self._add(checks.of_condition(resolved(node.test, self.names)), guards)

    def _add(self, made: Iterable[Check], guards: tuple[str, ...]) -> None:
        for check in made:
            kept = _as_match(check)
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
        made = checks.of_call(found) if isinstance(found, ast.Call) else None
        if made is not None:
            self._add(made, guards)
        elif alone:
            if name == "match" and _RAISED in text(found) and isinstance(found, ast.Call):
                self._add([Check("match", _raised_by(found), _pattern(found.args[0]))], guards)
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
        if function is None or name in self._inside or self._depth >= _DEEPEST:
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
        if isinstance(first, ast.Raise) or self._is_failure(first):
            # `if not x: fail()` is an assertion in other words.
            self._add(checks.of_condition(_opposite(resolved(node.test, self.names))), guards)
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
        raising: list[ast.Call] = []
        for item in node.items:
            context = resolved(item.context_expr, self.names)
            self._expression_of_context(item.context_expr)
            if isinstance(context, ast.Call):
                name = last_name(context.func)
                if name in _RAISES or name in _WARNS:
                    raising.append(context)
                if name == "suppress" and any(
                    last_name(each) in _SWALLOWING for each in context.args
                ):
                    swallowed = "the failure is suppressed"
            if item.optional_vars is not None:
                value = context if isinstance(context, ast.Call) and not raising else None
                if raising:
                    value = ast.Call(ast.Name(_RAISED), [_result(node.body, self.names)], [])
                bind(item.optional_vars, value, self.names)
        count = len(self.checks)
        goes_on = self.block(node.body, guards)
        if swallowed:
            self._swallow(count, swallowed)
        if self._depth == 0:
            self._line = node.lineno
        for call in raising:
            self._raising(call, _result(node.body, self.names), guards)
        return goes_on or bool(raising)

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
            found = _pattern(pattern)
            if found and not _is_any(found):
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
        wanted = (bool(node.body) and self._is_failure(node.body[-1])) or any(
            self._is_failure(each) for each in node.orelse
        )
        if wanted and node.handlers:
            body = node.body[:-1] if self._is_failure(node.body[-1]) else node.body
            self.block(body, guards)
            for handler in node.handlers:
                result = _result(body, self.names)
                demand = handler.type or ast.Name("BaseException")
                self._add([Check("raises", result, demand)], guards)
                if handler.name:
                    self.names[handler.name] = ast.Call(ast.Name(_RAISED), [result], [])
                self.block(handler.body, guards)
            return guards
        count = len(self.checks)
        goes_on = self.block(node.body, guards)
        self.block(node.orelse, guards)
        for handler in node.handlers:
            if self._swallows(handler):
                self._swallow(count, "its failure is swallowed")
        for handler in node.handlers:
            caught = text(handler.type) if handler.type else "anything"
            self.block(handler.body, (*guards, f"raised {caught}"))
        self.block(node.finalbody, guards)
        return guards if goes_on or node.handlers else None

    def _swallows(self, handler: ast.ExceptHandler) -> bool:
        caught = handler.type
        types = caught.elts if isinstance(caught, ast.Tuple) else [caught] if caught else []
        if types and not any(last_name(each) in _SWALLOWING for each in types):
            return False
        for each in ast.walk(ast.Module(list(handler.body), [])):
            if isinstance(each, ast.Raise):
                return False
            if isinstance(each, ast.stmt) and self._is_failure(each):
                return False
            if isinstance(each, ast.Call) and skips.of_call(each) is not None:
                return True
        return True

    def _raise(self, node: ast.Raise, guards: tuple[str, ...]) -> tuple[str, ...] | None:
        value = node.exc
        if value is not None and last_name(value) in ("SkipTest", "Skipped"):
            when = skips.UNKNOWN if guards else skips.ALWAYS
            self._skip(skips.Skip("skip", when, text(node), node.lineno))
        return None

    @staticmethod
    def _is_failure(node: ast.stmt) -> bool:
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


def _opposite(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return ast.UnaryOp(ast.Not(), node)


def _result(body: Sequence[ast.stmt], names: Names) -> ast.expr:
    """What is expected to raise: the last thing that a block does."""
    last = body[-1] if body else None
    if isinstance(last, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor)):
        return _result(last.body, names)
    value = getattr(last, "value", None)
    if isinstance(value, ast.expr):
        return resolved(value, names)
    return ast.Name(text(last) if last is not None else "…")


def _as_match(check: Check) -> Check:
    """`"x" in str(error.value)` as the `match="x"` that it is."""
    node = check.node
    if check.kind != "contains" or not isinstance(node, ast.Call) or not node.args:
        return check
    inner = node.args[0]
    if last_name(node.func) not in ("str", "repr") or _RAISED not in text(inner):
        return check
    demand = check.value if isinstance(check.value, str) else check.demand
    return Check("match", _raised_by(inner), _plain(demand))


def _raised_by(node: ast.expr) -> ast.expr:
    for each in ast.walk(node):
        function = each.func if isinstance(each, ast.Call) else None
        if isinstance(function, ast.Name) and function.id == _RAISED and each.args:
            return each.args[0]
    return node


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and last_name(node.func) in ("escape", "compile") and node.args:
        return _pattern(node.args[0])
    try:
        value = constant(node)
    except NotConstantError:
        return text(node)
    return _plain(value) if isinstance(value, str) else text(node)


def _plain(pattern: str) -> str:
    """A pattern without what does not narrow it."""
    pattern = pattern.replace("\\", "")
    if pattern.startswith("^"):
        pattern = pattern[1:]
    return pattern.removesuffix("$").removeprefix(".*").removesuffix(".*")


def _is_any(pattern: str) -> bool:
    return not pattern.strip(".*+?()[]^$ ")
