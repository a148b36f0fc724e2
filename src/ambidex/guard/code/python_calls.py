"""What Python's operators, attributes and calls give, as far as constants tell.

Hot path: the guard's own words; `binascii` where code decodes constants.
"""

from __future__ import annotations

from ambidex.guard.code import python_files, python_names
from ambidex.guard.code.sinks import Ref, joined
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks

CALLS = python_names.CALLS
OF_FILES = ("file", "answer", "process", "connection")

_MAX_TEXT = 65_536


def attribute(reader: Sinks, holder: Any, name: str) -> Any:
    """`holder.name`."""
    if isinstance(holder, Ref):
        if holder.name == "Path":
            return _of_path(holder, name)
        if holder.name in ("answer", "process") and name in _CONTENT:
            return content(reader, holder)
        if holder.name == "sys" and name == "argv":
            return list(reader.argv)
        if holder.name in ("os", "os.path") and name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "__dict__":
            return holder
        return Ref(python_names.canonical(f"{holder.name}.{name}"), holder.value, holder)
    if isinstance(holder, str):
        return Ref(f"str.{name}", holder)
    if isinstance(holder, (list, dict)):
        return Ref(f"{type(holder).__name__}.{name}", holder)
    return Ref(f"object.{name}", holder)


_CONSTANTS = {"sep": "/", "curdir": ".", "pardir": "..", "devnull": "/dev/null", "linesep": "\n"}
_CONTENT = ("text", "content", "stdout", "stderr")


def _of_path(path: Ref, name: str) -> Any:
    text = str(path.value)
    if name == "parent":
        return Ref("Path", text.rpartition("/")[0] or ("/" if text.startswith("/") else "."))
    if name in ("name", "stem", "suffix"):
        return text.rpartition("/")[2]
    return Ref(f"Path.{name}", text)


def called(reader: Sinks, function: Any, values: list[Any], named: dict[str, Any]) -> Any:
    """The call of a function that is not the code's own."""
    if not isinstance(function, Ref):
        return reader.unknown("…", [function, *values])
    if function.name == "lambda":
        return function.value
    if function.name == "vars" and values and isinstance(values[0], Ref):
        return values[0]
    if function.name == "getattr" and len(values) > 1:
        return attribute(reader, values[0], reader.text(values[1]))
    name = python_names.canonical(function.name)
    handler = CALLS.get(name)
    if handler is not None:
        return handler(reader, function, values, named)
    owner, _, method = name.rpartition(".")
    handler = python_names.METHODS.get(method)
    if handler is not None and (owner != "str" or not is_known(function.value)):
        return handler(reader, function, values, named)
    if owner == "str":
        return _of_text(reader, function.value, method, values)
    return reader.unknown(f"{name}(…)", [function.value, *values, *named.values()])


def _of_text(reader: Sinks, text: str, method: str, values: list[Any]) -> Any:
    """A method of a string."""
    if method == "join" and values:
        return text.join(reader.texts(values[0]))
    if method == "format":
        return formatted(reader, text, values)
    if method in ("encode", "decode"):
        return text
    if method in ("split", "rsplit", "splitlines"):
        separator = reader.text(values[0]) if values and values[0] is not None else None
        if method == "splitlines":
            return text.splitlines()
        return text.split(separator) if separator != "" else [text]
    if method == "replace" and len(values) > 1:
        old, new = reader.text(values[0]), reader.text(values[1])
        return text.replace(old, new) if old and len(text) * len(new) < _MAX_TEXT else text
    if method in ("strip", "lstrip", "rstrip", "lower", "upper"):
        result: str = getattr(text, method)()
        return result
    return reader.unknown(f"….{method}(…)", [text, *values])


def added(reader: Sinks, left: Any, right: Any) -> Any:
    """`left + right`."""
    if isinstance(left, list) and isinstance(right, list):
        return (left + right)[:256]
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return (reader.text(left) + reader.text(right))[:_MAX_TEXT]
    return reader.unknown("…", [left, right])


def divided(reader: Sinks, left: Any, right: Any) -> Any:
    """`left / right`: paths."""
    if isinstance(left, (Ref, str)) and isinstance(right, (Ref, str)):
        return Ref("Path", joined(reader.text(left), reader.text(right)))
    return reader.unknown("…", [left, right])


def formatted(reader: Sinks, text: str, values: list[Any]) -> str:
    """`text % values` and `text.format(*values)`, without field widths."""
    found, waiting = [], list(values)
    at = 0
    while at < len(text):
        two = text[at : at + 2]
        if two in ("%s", "%d", "%r", "{}") and waiting:
            found.append(reader.text(waiting.pop(0)))
            at += 2
        elif text[at] == "{" and text[at + 1 : at + 2].isdigit() and text[at + 2 : at + 3] == "}":
            place = int(text[at + 1])
            found.append(reader.text(values[place]) if place < len(values) else "")
            at += 3
        else:
            found.append(text[at])
            at += 1
    return "".join(found)[:_MAX_TEXT]


def reckoned(kind: str, left: int, right: int) -> int:
    """Small sums of integers; what is too large is 0."""
    if abs(left) > 1 << 40 or abs(right) > 1 << 40:
        return 0
    if kind == "Sub":
        return left - right
    if kind == "BitXor":
        return left ^ right
    if kind == "BitOr":
        return left | right
    if kind == "Mult":
        return left * right
    return 0


def item(reader: Sinks, holder: Any, key: Any) -> Any:
    """`holder[key]`."""
    if isinstance(holder, (list, str)) and isinstance(key, (int, slice)):
        try:
            return holder[key]
        except IndexError:
            return reader.unknown("…", holder)
    if isinstance(holder, dict):
        text = reader.text(key)
        return holder[text] if text in holder else reader.unknown(f"…[{text}]", holder)
    if isinstance(holder, Ref):
        name = reader.text(key)
        if holder.name == "os.environ":
            return python_files.variable(reader, name)
        if holder.name in ("vars", "globals", "locals", "sys.modules", "__builtins__"):
            return Ref(name)
        if is_known(name) and not isinstance(key, int):
            return Ref(python_names.canonical(f"{holder.name}.{name}"), holder.value)
        return holder
    return reader.unknown("…", [holder, key])


def content(reader: Sinks, handle: Ref) -> str:
    """What is read from an open file, a process or a connection."""
    if handle.name == "file":
        return reader.read(handle.value[0] if isinstance(handle.value, tuple) else handle.value)
    return reader.flat(handle.value)
