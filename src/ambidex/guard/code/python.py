"""Reads Python by its syntax tree, following constants, imports, functions and loops.

Unknown parts become names that only this reader knows, so that code with them in it still parses.
Code that is no Python 3 is read by its tokens.

Hot path: the parser is the interpreter's own (`compile` to a tree), no module is imported.
"""

from __future__ import annotations

import _warnings
import sys

from ambidex.guard.code import python_calls
from ambidex.guard.code.python_expressions import Expressions, with_names
from ambidex.guard.code.sinks import Ref, TooMuch, looks_like_shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_TREE_ONLY = 0x400  # ast.PyCF_ONLY_AST
# Of `warnings.filters`: the compiler's remarks on somebody's code are none of ours. It would
# import `warnings` to print them, and the client shows what a hook prints.
_QUIET = ("ignore", None, Warning, None, 0)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the Python code `text` would do."""
    arguments = changes.get("arguments", ["-c"])
    reader = Reader(call, arguments, changes.get("depth", 0))
    try:
        tree = parse(text)
        if tree is None:
            _no_python(text, call, changes)
            return
        reader.block(tree.body)
        reader.finish()
    except TooMuch:
        call.emit("unknown", action="python code too long to follow")
    except RecursionError:
        call.emit("unknown", action="python code nested too deeply")
    if reader.printed:
        call.output = "".join(reader.printed)


def parse(text: str) -> Any:
    """The tree of `text`, None when it is not Python 3."""
    text = with_names(text.replace("\r\n", "\n"))
    # Where somebody imported `warnings`, its list is the one that counts.
    filters: Any = getattr(sys.modules.get("warnings"), "filters", _warnings.filters)
    filters.insert(0, _QUIET)
    try:
        for candidate in (text, text.strip(), _dedented(text)):
            try:
                return compile(candidate, "<code>", "exec", _TREE_ONLY, dont_inherit=True)
            except (SyntaxError, ValueError, MemoryError, RecursionError):
                continue
        return None
    finally:
        filters.remove(_QUIET)


def _no_python(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    if looks_like_shell(text):
        call.script(text, via=call.via or f"wrapper:{call.name}")
        return
    from ambidex.guard.code import expressions, python_text

    arguments = changes.get("arguments", ["-c"])
    expressions.read(text, call, python_text.LANGUAGE, arguments, changes.get("depth", 0))


def _dedented(text: str) -> str:
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    margin = min(margins) if margins else 0
    return "\n".join(line[margin:] for line in lines).strip("\n")


class Reader(Expressions):
    """Walks the tree in the order of execution, once."""

    def __init__(self, call: Invocation, arguments: list[str], depth: int) -> None:
        super().__init__(call, arguments, depth)
        self.called: set[str] = set()
        self.running = 0
        self.returned: Any = None

    # Statements

    def block(self, statements: list[Any]) -> None:
        """Statements one after the other."""
        for statement in statements:
            self.statement(statement)

    def finish(self) -> None:
        """Functions that nobody called: with unknown arguments, they are there for something."""
        for name, node in list(self.functions.items()):
            if name not in self.called:
                self.run_function(node, [], {})

    def statement(self, node: Any) -> None:
        """One statement."""
        self.step()
        kind = type(node).__name__
        method = getattr(self, f"_on_{kind}", None)
        if method is not None:
            method(node)
        else:
            self.parts(node)

    def parts(self, node: Any) -> None:
        """What a statement consists of, where its meaning does not matter."""
        for name in node._fields:
            value = getattr(node, name, None)
            parts: list[Any] = value if isinstance(value, list) else [value]
            for part in parts:
                fields = getattr(part, "_fields", None)
                if fields is None:
                    continue
                if "body" in fields and "lineno" not in part._attributes:
                    self.block(part.body)  # match_case
                elif hasattr(part, "lineno") and not hasattr(part, "ctx"):
                    if type(part).__name__ in _EXPRESSIONS:
                        self.value(part)
                    else:
                        self.statement(part)
                elif hasattr(part, "lineno"):
                    self.value(part)

    def _on_Import(self, node: Any) -> None:
        for alias in node.names:
            if alias.asname:
                self.names[alias.asname] = Ref(alias.name)
            else:
                top = alias.name.split(".")[0]
                self.names[top] = Ref(top)

    def _on_ImportFrom(self, node: Any) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(node.module or "")
            else:
                self.names[alias.asname or alias.name] = Ref(f"{node.module or ''}.{alias.name}")

    def _on_Assign(self, node: Any) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)

    def _on_AnnAssign(self, node: Any) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value))

    def _on_AugAssign(self, node: Any) -> None:
        value = self.value(node.value)
        if type(node.target).__name__ == "Name":
            before = self.names.get(node.target.id, "")
            self.names[node.target.id] = python_calls.added(self, before, value)

    def _on_For(self, node: Any) -> None:
        for item in self.items(self.value(node.iter)):
            self.bind(node.target, item)
            self.block(node.body)
        self.block(node.orelse)

    _on_AsyncFor = _on_For

    def _on_If(self, node: Any) -> None:
        test = self.value(node.test)
        if test is False or (test == 0 and isinstance(test, int)):
            self.block(node.orelse)
            return
        self.block(node.body)
        self.block(node.orelse)

    def _on_With(self, node: Any) -> None:
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        self.block(node.body)

    _on_AsyncWith = _on_With

    def _on_FunctionDef(self, node: Any) -> None:
        for default in node.args.defaults:
            self.value(default)
        self.functions[node.name] = node
        self.names[node.name] = Ref(f"function.{node.name}")

    _on_AsyncFunctionDef = _on_FunctionDef

    def _on_Return(self, node: Any) -> None:
        if node.value is not None:
            self.returned = self.value(node.value)

    def bind(self, target: Any, value: Any) -> None:
        """Assign to a name or to several."""
        kind = type(target).__name__
        if kind == "Name":
            self.names[target.id] = value
        elif kind in ("Tuple", "List"):
            values = value if isinstance(value, list) else [value] * len(target.elts)
            for at, element in enumerate(target.elts):
                self.bind(element, values[at] if at < len(values) else self.unknown("…", value))
        elif kind == "Subscript":
            holder = self.value(target.value)
            if isinstance(holder, dict):
                holder[self.text(self.value(target.slice))] = value
        elif kind == "Starred":
            self.bind(target.value, value)

    def run_function(self, node: Any, values: list[Any], named: dict[str, Any]) -> Any:
        """A function of the code's own."""
        if self.running >= 4:
            return self.unknown(node.name, values)
        self.called.add(node.name)
        self.running += 1
        before, self.returned = dict(self.names), None
        names = [*getattr(node.args, "posonlyargs", ()), *node.args.args]
        for at, argument in enumerate(names):
            given = values[at] if at < len(values) else named.get(argument.arg)
            if given is None:
                behind = at - (len(names) - len(node.args.defaults))
                given = (
                    self.value(node.args.defaults[behind])
                    if behind >= 0
                    else self.unknown(argument.arg)
                )
            self.names[argument.arg] = given
        self.block(node.body)
        self.running -= 1
        result, self.returned, self.names = self.returned, None, before
        return result


_EXPRESSIONS = frozenset(
    [
        "BoolOp",
        "NamedExpr",
        "BinOp",
        "UnaryOp",
        "Lambda",
        "IfExp",
        "Dict",
        "Set",
        "ListComp",
        "SetComp",
        "DictComp",
        "GeneratorExp",
        "Await",
        "Yield",
        "YieldFrom",
        "Compare",
        "Call",
        "FormattedValue",
        "JoinedStr",
        "Constant",
    ]
)
