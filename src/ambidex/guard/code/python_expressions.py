"""What Python's expressions give and do: the half of its reader that looks at values.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import python_calls
from ambidex.guard.code.sinks import MAX_ITEMS, Ref, Sinks
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_MARK = "_mark_"


def with_names(text: str) -> str:
    """Marks as names: they can stand in strings and in code."""
    if is_known(text):
        return text
    return "".join(c if is_known(c) else f"{_MARK}{ord(c):x}_" for c in text)


def with_marks(text: str) -> str:
    """The opposite of `with_names`."""
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


class Expressions(Sinks):
    """Evaluates expressions; what statements do is the other half's."""

    def __init__(self, call: Invocation, arguments: list[str], depth: int) -> None:
        super().__init__(call, arguments, depth)
        self.names: dict[str, Any] = {}
        self.stars: list[str] = []
        self.functions: dict[str, Any] = {}

    def bind(self, target: Any, value: Any) -> None:
        """Assign to a name or to several."""
        raise NotImplementedError

    def run_function(self, node: Any, values: list[Any], named: dict[str, Any]) -> Any:
        """A function of the code's own."""
        raise NotImplementedError

    def parts(self, node: Any) -> None:
        """What a node consists of, where its meaning does not matter."""
        raise NotImplementedError

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

    def value(self, node: Any) -> Any:
        """What is known of an expression; calls in it happen."""
        self.step()
        method = getattr(self, f"_of_{type(node).__name__}", None)
        if method is not None:
            return method(node)
        self.parts(node)
        return self.unknown("…")

    def _of_Constant(self, node: Any) -> Any:
        value = node.value
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        return with_marks(value) if isinstance(value, str) else value

    def _of_Name(self, node: Any) -> Any:
        name = with_marks(node.id)
        if not is_known(name):
            return name
        if name in self.names:
            return self.names[name]
        for module in self.stars:
            if f"{module}.{name}" in python_calls.CALLS:
                return Ref(f"{module}.{name}")
        return Ref(name)

    def _of_Attribute(self, node: Any) -> Any:
        return python_calls.attribute(self, self.value(node.value), with_marks(node.attr))

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
