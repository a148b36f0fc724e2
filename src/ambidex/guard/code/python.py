"""Reads Python by its syntax tree, following constants, imports, functions and loops.

Unknown parts become names that only this reader knows, so that code with them in it still parses.
Code that is no Python 3 is read by its tokens.

Hot path: the parser is the interpreter's own (`compile` to a tree), no module is imported.
"""

from __future__ import annotations

from ambidex.guard.code import python_calls
from ambidex.guard.code.sinks import MAX_ITEMS, Ref, Sinks, TooMuch, looks_like_shell
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_TREE_ONLY = 0x400  # ast.PyCF_ONLY_AST
_MARK = "_mark_"


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
    text = _with_names(text.replace("\r\n", "\n"))
    for candidate in (text, text.strip(), _dedented(text)):
        try:
            return compile(candidate, "<code>", "exec", _TREE_ONLY, dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    return None


def _no_python(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    if looks_like_shell(text):
        call.script(text, via=call.via or f"wrapper:{call.name}")
        return
    from ambidex.guard.code import expressions

    arguments = changes.get("arguments", ["-c"])
    expressions.read(text, call, python_calls.LANGUAGE, arguments, changes.get("depth", 0))


def _with_names(text: str) -> str:
    """Marks as names: they can stand in strings and in code."""
    if is_known(text):
        return text
    return "".join(c if is_known(c) else f"{_MARK}{ord(c):x}_" for c in text)


def _with_marks(text: str) -> str:
    """The opposite of `_with_names`."""
    if _MARK not in text:
        return text
    first, *rest = text.split(_MARK)
    found = [first]
    for piece in rest:
        number, _, tail = piece.partition("_")
        try:
            found.append(chr(int(number, 16)) + tail)
        except (ValueError, OverflowError):
            found.append(_MARK + piece)
    return "".join(found)


def _dedented(text: str) -> str:
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    margin = min(margins) if margins else 0
    return "\n".join(line[margin:] for line in lines).strip("\n")


class Reader(Sinks):
    """Walks the tree in the order of execution, once."""

    def __init__(self, call: Invocation, arguments: list[str], depth: int) -> None:
        super().__init__(call, arguments, depth)
        self.names: dict[str, Any] = {}
        self.stars: list[str] = []
        self.functions: dict[str, Any] = {}
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
            self._parts(node)

    def _parts(self, node: Any) -> None:
        """What a statement consists of, where its meaning does not matter."""
        for name in node._fields:
            value = getattr(node, name, None)
            for part in value if isinstance(value, list) else [value]:
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

    def items(self, value: Any) -> list[Any]:
        """What a loop over `value` sees; something unknown is seen once."""
        if isinstance(value, (list, tuple)):
            return list(value[:MAX_ITEMS])
        if isinstance(value, dict):
            return list(value)[:MAX_ITEMS]
        if isinstance(value, Ref) and value.name in python_calls.OF_FILES:
            return [self.read_handle(value)]
        if isinstance(value, str) and is_known(value) and value:
            return [self.unknown("a character of " + value[:20])]
        return [value]

    def read_handle(self, handle: Ref) -> str:
        """The content of an open file or of what a connection answers."""
        return python_calls.content(self, handle)

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

    # Expressions

    def value(self, node: Any) -> Any:
        """What is known of an expression; calls in it happen."""
        self.step()
        method = getattr(self, f"_of_{type(node).__name__}", None)
        if method is not None:
            return method(node)
        self._parts(node)
        return self.unknown("…")

    def _of_Constant(self, node: Any) -> Any:
        value = node.value
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        return _with_marks(value) if isinstance(value, str) else value

    def _of_Name(self, node: Any) -> Any:
        name = _with_marks(node.id)
        if not is_known(name):
            return name
        if name in self.names:
            return self.names[name]
        for module in self.stars:
            if f"{module}.{name}" in python_calls.CALLS:
                return Ref(f"{module}.{name}")
        return Ref(name)

    def _of_Attribute(self, node: Any) -> Any:
        return python_calls.attribute(self, self.value(node.value), _with_marks(node.attr))

    def _of_Call(self, node: Any) -> Any:
        function = self.value(node.func)
        values: list[Any] = []
        for argument in node.args:
            if type(argument).__name__ == "Starred":
                value = self.value(argument.value)
                values += value if isinstance(value, list) else [value]
            else:
                values.append(self.value(argument))
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named.update(value)
        if isinstance(function, Ref) and function.name.startswith("function."):
            return self.run_function(self.functions[function.name[9:]], values, named)
        return python_calls.called(self, function, values, named)

    def _of_BinOp(self, node: Any) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        kind = type(node.op).__name__
        if kind == "Add":
            return python_calls.added(self, left, right)
        if kind == "Mod" and isinstance(left, str):
            return python_calls.formatted(self, left, right if isinstance(right, list) else [right])
        if kind == "Div":
            return python_calls.divided(self, left, right)
        if isinstance(left, int) and isinstance(right, int):
            return python_calls.reckoned(kind, left, right)
        return self.unknown("…", [left, right])

    def _of_JoinedStr(self, node: Any) -> str:
        return "".join(self.text(self.value(part)) for part in node.values)

    def _of_FormattedValue(self, node: Any) -> str:
        return self.text(self.value(node.value))

    def _of_List(self, node: Any) -> list[Any]:
        found: list[Any] = []
        for element in node.elts:
            if type(element).__name__ == "Starred":
                found += self.items(self.value(element.value))
            else:
                found.append(self.value(element))
        return found

    _of_Tuple = _of_Set = _of_List

    def _of_Dict(self, node: Any) -> dict[str, Any]:
        found = {}
        for key, value in zip(node.keys, node.values):
            name = self.text(self.value(key)) if key is not None else "**"
            found[name] = self.value(value)
        return found

    def _of_Subscript(self, node: Any) -> Any:
        return python_calls.item(self, self.value(node.value), self.value(node.slice))

    def _of_Slice(self, node: Any) -> Any:
        bounds = [None if b is None else self.value(b) for b in (node.lower, node.upper, node.step)]
        if all(b is None or isinstance(b, int) for b in bounds):
            return slice(*bounds)
        return self.unknown("…")

    def _of_Index(self, node: Any) -> Any:
        return self.value(node.value)  # Python 3.8's trees

    def _of_ListComp(self, node: Any) -> list[Any]:
        found: list[Any] = []
        self._generate(node, 0, found)
        return found

    _of_GeneratorExp = _of_SetComp = _of_ListComp

    def _generate(self, node: Any, level: int, found: list[Any]) -> None:
        if level == len(node.generators):
            found.append(self.value(node.elt))
            return
        generator = node.generators[level]
        for item in self.items(self.value(generator.iter)):
            self.bind(generator.target, item)
            for condition in generator.ifs:
                self.value(condition)
            self._generate(node, level + 1, found)

    def _of_Lambda(self, node: Any) -> Any:
        for argument in node.args.args:
            self.names[argument.arg] = self.unknown(argument.arg)
        return Ref("lambda", self.value(node.body))

    def _of_IfExp(self, node: Any) -> Any:
        self.value(node.test)
        first, second = self.value(node.body), self.value(node.orelse)
        return first if isinstance(first, (str, list)) else second

    def _of_BoolOp(self, node: Any) -> Any:
        values = [self.value(part) for part in node.values]
        return next((value for value in values if value), values[-1])

    def _of_UnaryOp(self, node: Any) -> Any:
        value = self.value(node.operand)
        if type(node.op).__name__ == "USub" and isinstance(value, int):
            return -value
        return self.unknown("…", value)

    def _of_NamedExpr(self, node: Any) -> Any:
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def _of_Await(self, node: Any) -> Any:
        return self.value(node.value)

    def _of_Compare(self, node: Any) -> str:
        for part in (node.left, *node.comparators):
            self.value(part)
        return self.unknown("…")


_EXPRESSIONS = frozenset(
    "BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp "
    "Await Yield YieldFrom Compare Call FormattedValue JoinedStr Constant".split()
)
