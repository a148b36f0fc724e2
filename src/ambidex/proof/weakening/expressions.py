"""Expressions of tests with what is known about their names put in, and what of them is constant.

So `x = f(1)` followed by `x == 2`, a row of parameters, a helper's arguments and an attribute
that `setUp` assigned all read alike: `f(1) == 2`.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    # `self.x` under the name `x`: a fixture `x` takes its place when a class becomes functions.
    Names = dict[str, ast.expr]

PARAMETER = "request.param"
# Nodes of an expression beyond which a name stays a name, and characters of a text kept.
_MOST_NODES = 400
_MOST_TEXT = 4000
_MOST_ITEMS = 200
_SELF = ("self", "cls")
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class NotConstantError(Exception):
    """The value is known only when the test runs."""


def resolved(node: ast.expr, names: Names) -> ast.expr:
    """`node` with the known names replaced; the node itself is left as it is."""
    found: ast.expr = _resolved(node, names)
    return found


def _resolved(node: ast.AST, names: Names) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id, node)
    if isinstance(node, ast.Constant):
        return node
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if node.value.id in _SELF:
            return names.get(node.attr, ast.Name(node.attr, ast.Load()))
        if node.value.id == "request" and node.attr == "param" and PARAMETER in names:
            return names[PARAMETER]
    if isinstance(node, _SCOPES):
        bound = _bound(node)
        names = {name: value for name, value in names.items() if name not in bound}
    fields: dict[str, Any] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = _resolved(value, names)
        elif isinstance(value, list):
            fields[name] = [_resolved(v, names) if isinstance(v, ast.AST) else v for v in value]
        else:
            fields[name] = value
    return ast.copy_location(type(node)(**fields), node)


def _bound(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Lambda):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return {each.arg for each in every}
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def text(node: ast.AST) -> str:
    """One canonical line for `node`."""
    try:
        return " ".join(ast.unparse(node).split())[:_MOST_TEXT]
    except (RecursionError, ValueError, AttributeError):
        return ast.dump(node)[:_MOST_TEXT]


def is_something(node: ast.expr) -> bool:
    """Whether `node` is a class by its name, a function or a new object: true, and not None."""
    if isinstance(node, (ast.Lambda, ast.JoinedStr)):
        return True
    name = last_name(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Call)) else ""
    return name[:1].isupper() and not name.isupper()


def is_small(node: ast.AST) -> bool:
    """Whether the expression may take the place of a name."""
    return sum(1 for _ in zip(ast.walk(node), range(_MOST_NODES))) < _MOST_NODES


def constant(node: ast.expr) -> Any:
    """The value of `node`.

    Raises:
        NotConstantError: it is not written down in the test.
    """
    try:
        return _constant(node)
    except NotConstantError:
        raise
    except (ArithmeticError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise NotConstantError(str(error)) from error


def is_constant(node: ast.expr) -> bool:
    """Whether `constant` knows the value."""
    try:
        constant(node)
    except NotConstantError:
        return False
    return True


def _constant(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List)):
        values = [_constant(each) for each in node.elts]
        return tuple(values) if isinstance(node, ast.Tuple) else values
    if isinstance(node, ast.Set):
        return {_constant(each) for each in node.elts}
    if isinstance(node, ast.Dict):
        if any(key is None for key in node.keys):
            raise NotConstantError("**")
        return {
            _constant(key): _constant(value)
            for key, value in zip(node.keys, node.values)
            if key is not None
        }
    if isinstance(node, ast.UnaryOp):
        return _unary(node)
    if isinstance(node, ast.BoolOp):
        return _boolean(node)
    if isinstance(node, ast.IfExp):
        return _constant(node.body if _constant(node.test) else node.orelse)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        none = node.comparators[0]
        if isinstance(none, ast.Constant) and none.value is None and is_something(node.left):
            return isinstance(node.ops[0], (ast.IsNot, ast.NotEq))
        return _comparison(node.ops[0], _constant(node.left), _constant(node.comparators[0]))
    if isinstance(node, ast.BinOp):
        return _arithmetic(node.op, _constant(node.left), _constant(node.right))
    if isinstance(node, ast.Call):
        return _call(node)
    raise NotConstantError(type(node).__name__)


def _unary(node: ast.UnaryOp) -> Any:
    value = _constant(node.operand)
    if isinstance(node.op, ast.Not):
        return not value
    if isinstance(node.op, ast.USub):
        return -value
    if isinstance(node.op, ast.UAdd):
        return +value
    return ~value


def _boolean(node: ast.BoolOp) -> Any:
    """Also where one side alone decides: `x or True`."""
    decides = isinstance(node.op, ast.Or)
    unknown: NotConstantError | None = None
    value: Any = not decides
    for each in node.values:
        try:
            value = _constant(each)
        except NotConstantError as error:
            unknown = error
            continue
        if bool(value) == decides:
            return value
    if unknown is not None:
        raise unknown
    return value


def _comparison(operator: ast.cmpop, left: Any, right: Any) -> bool:
    compare: dict[type[ast.cmpop], Callable[[], bool]] = {
        ast.Eq: lambda: left == right,
        ast.NotEq: lambda: left != right,
        ast.Lt: lambda: left < right,
        ast.LtE: lambda: left <= right,
        ast.Gt: lambda: left > right,
        ast.GtE: lambda: left >= right,
        ast.In: lambda: left in right,
        ast.NotIn: lambda: left not in right,
        ast.Is: lambda: left is right,
        ast.IsNot: lambda: left is not right,
    }
    return compare[type(operator)]()


def _arithmetic(operator: ast.operator, left: Any, right: Any) -> Any:
    if not all(isinstance(each, (int, float)) and abs(each) < 1e15 for each in (left, right)):
        raise NotConstantError("not a number")
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div):
        return left / right
    if isinstance(operator, ast.Pow) and abs(left) <= 10 and abs(right) <= 30:
        return left**right
    raise NotConstantError(type(operator).__name__)


def _call(node: ast.Call) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if node.keywords or name not in ("range", "list", "tuple", "set", "dict", "len", "zip"):
        raise NotConstantError(name or "call")
    values = [_constant(each) for each in node.args]
    if name == "range":
        numbers = range(*values)
        if len(numbers) > _MOST_ITEMS:
            raise NotConstantError("a long range")
        return list(numbers)
    make: dict[str, Callable[..., Any]] = {
        "list": list,
        "tuple": tuple,
        "set": set,
        "dict": dict,
        "len": len,
        "zip": _zip,
    }
    return make[name](*values)


def _zip(*values: Any) -> list[Any]:
    return list(zip(*values))


def items(node: ast.expr) -> list[ast.expr] | None:
    """The items of a collection that is written down, as expressions; None where it is not."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        found: list[ast.expr] = []
        for each in node.elts:
            more = items(each.value) if isinstance(each, ast.Starred) else [each]
            if more is None:
                return None
            found += more
        return found[:_MOST_ITEMS]
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return _comprehended(node)
    if isinstance(node, ast.Dict) and all(node.keys):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.Call):
        inner = _items_of_call(node)
        if inner is not None:
            return inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = items(node.left), items(node.right)
        return None if left is None or right is None else left + right
    try:
        value = constant(node)
    except NotConstantError:
        return None
    if not isinstance(value, (list, tuple, set, dict)):
        return None
    return [ast.Constant(each) for each in list(value)[:_MOST_ITEMS]]


def _comprehended(node: ast.GeneratorExp | ast.ListComp) -> list[ast.expr] | None:
    """The items of a comprehension over one collection that is written down."""
    generator = node.generators[0]
    over = items(generator.iter)
    if over is None or generator.ifs or len(node.generators) > 1:
        return None
    found = []
    for each in over:
        names: Names = {}
        bind(generator.target, each, names)
        found.append(resolved(node.elt, names))
    return found


def _items_of_call(node: ast.Call) -> list[ast.expr] | None:
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Dict):
        table = function.value
        if function.attr == "items" and all(table.keys):
            pairs = zip(table.keys, table.values)
            return [ast.Tuple([key, value], ast.Load()) for key, value in pairs if key is not None]
        if function.attr == "values":
            return list(table.values)
        if function.attr == "keys":
            return items(table)
    if isinstance(function, ast.Name) and len(node.args) == 1:
        if function.id == "enumerate":
            inside = items(node.args[0])
            if inside is not None:
                return [
                    ast.Tuple([ast.Constant(at), each], ast.Load())
                    for at, each in enumerate(inside)
                ]
        if function.id in ("list", "tuple", "sorted", "set", "reversed"):
            return items(node.args[0])
    return None


def bind(target: ast.expr, value: ast.expr | None, names: Names) -> None:
    """Note in `names` that `target` is `value`; None or what can't be taken apart: unknown."""
    if isinstance(target, ast.Attribute):
        if isinstance(target.value, ast.Name) and target.value.id in _SELF:
            _bind_name(target.attr, value, names)
    elif isinstance(target, ast.Name):
        _bind_name(target.id, value, names)
    elif isinstance(target, ast.Starred):
        bind(target.value, None, names)
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = items(value) if value is not None else None
        starred = any(isinstance(each, ast.Starred) for each in target.elts)
        for at, each in enumerate(target.elts):
            if parts is not None and len(parts) == len(target.elts) and not starred:
                bind(each, parts[at], names)
            elif value is not None and not starred and is_small(value):
                bind(each, ast.Subscript(value, ast.Constant(at), ast.Load()), names)
            else:
                bind(each, None, names)


def _bind_name(name: str, value: ast.expr | None, names: Names) -> None:
    if value is not None and is_small(value):
        names[name] = value
    else:
        names.pop(name, None)


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name, of a call or of an item: `c` of `a.b.c(1)[0]`."""
    while isinstance(node, (ast.Call, ast.Subscript, ast.Await, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """A dotted name as written, `""` for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def called(node: ast.AST) -> Iterator[str]:
    """Last names of everything that is called in `node`."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            name = last_name(each.func)
            if name:
                yield name
