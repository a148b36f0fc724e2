"""What functions do that many languages' libraries have under their own names.

Each takes the reader, the function, and the values given by place and by name.

Hot path: the guard's own words.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.code.decoding import decoded as decode
from ambidex.guard.code.sinks import Ref, joined
from ambidex.guard.taint import STAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.code.sinks import Sinks

    Handler = Callable[[Sinks, Ref, list[Any], dict[str, Any]], Any]


def table(*rows: tuple[Handler, str]) -> dict[str, Handler]:
    """Names, separated by blanks, to their handlers."""
    return {name: handler for handler, names in rows for name in names.split()}


def shell(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """One string is a shell command, several are a program and its arguments."""
    if len(values) == 1 and not isinstance(values[0], list):
        return reader.shell(values[0])
    words: list[Any] = []
    for value in values:
        words += value if isinstance(value, list) else [value]
    return reader.program(words) if words else None


def first_shell(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """The first argument is a shell command, the others are options."""
    if not values:
        return None
    return reader.program(values[0]) if isinstance(values[0], list) else reader.shell(values[0])


def program(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A program, then the list of its arguments."""
    rest = values[1] if len(values) > 1 and isinstance(values[1], list) else []
    options = values[-1] if values and isinstance(values[-1], dict) else {}
    shown = options.get("shell")
    if isinstance(shown, Ref) and shown.name == "true":
        return reader.shell(" ".join(reader.texts([values[0], *rest])))
    return reader.program([values[0], *rest]) if values else None


def code(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Text that is code of the same language."""
    language = getattr(reader, "language", None)
    if values and language is not None:
        reader.execute(language.name, reader.flat(values[0]))
    return reader.unknown("…", values)


def remove(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Deletes the files named; an option `recursive` makes it a tree."""
    flags = set()
    for options in [named, *(v for v in values if isinstance(v, dict))]:
        for name in options:
            if name.lower() in ("recursive", "force") and not _false(options[name]):
                flags.add(name.lower())
    for value in values:
        if value is not None and not isinstance(value, dict) and not _is_function(value):
            reader.remove(value, *flags)
    return None


def _false(value: Any) -> bool:
    return isinstance(value, Ref) and value.name.lower() in ("false", "f", "nil", "null")


def _is_function(value: Any) -> bool:
    return isinstance(value, str) and not value


def remove_tree(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Deletes folders with what is in them."""
    for value in values:
        if not isinstance(value, dict):
            reader.remove(value, "recursive", "force")
    return None


def write(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`write(path, data)`."""
    if values:
        reader.write(values[0], values[1:2])
    return Ref("file", reader.text(values[0])) if values else None


def append(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`append(path, data)`."""
    if values:
        reader.write(values[0], values[1:2], effects.APPEND)
    return None


def read(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`read(path)`."""
    if not values:
        return None
    path = reader.text(values[0])
    if path in ("/dev/stdin", "php://stdin", "-") or values[0] == 0:
        return stdin(reader, ref, values, named)
    if path.startswith(("http://", "https://", "ftp://")):
        return reader.network(path)
    return reader.read(path)


def opened(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`open(path, mode)` with C's modes."""
    if not values:
        return None
    path = reader.text(values[0])
    mode = reader.text(values[1]) if len(values) > 1 and isinstance(values[1], str) else "r"
    if path.startswith("|"):
        reader.shell(path[1:])
    elif path.startswith(("http://", "https://")):
        return Ref("answer", reader.network(path))
    elif mode[:1] in ("w", "x", "c"):
        reader.write(path, values[2:3])
    elif mode[:1] == "a":
        reader.write(path, values[2:3], effects.APPEND)
    elif "+" in mode:
        reader.write(path, "", effects.EDIT)
    else:
        return Ref("file", reader.read(path))
    return Ref("written", path)


def written(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A method that writes into an open file."""
    if ref.name.startswith("written.") and isinstance(ref.value, str):
        reader.write(ref.value, values, effects.APPEND)
    return None


def contents(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A method that reads an open file, or whose result is what the object holds."""
    return reader.flat(ref.value)


def move(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`rename(old, new)`."""
    if len(values) > 1:
        for old in reader.texts(values[0]):
            reader.move(old, values[1])
    return None


def copy(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`copy(old, new)`."""
    if len(values) > 1:
        for old in reader.texts(values[0]):
            reader.copy(old, values[1])
    return None


def mode(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`chmod(path, mode)`, and with the mode first."""
    if len(values) > 1:
        first_is_mode = isinstance(values[0], int)
        paths = values[1:] if first_is_mode else values[:1]
        for path in paths:
            reader.mode(path, values[0] if first_is_mode else values[1])
    return None


def owner(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`chown(path, …)`, or with the path last."""
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        reader.owner(texts[-1] if isinstance(values[0], int) else texts[0])
    return None


def link(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`symlink(target, path)`."""
    if len(values) > 1:
        reader.link(values[0], values[1])
    return None


def fetch(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """An address and, among options or behind it, what is sent."""
    if not values:
        return None
    address, data = values[0], list(values[1:])
    if isinstance(address, dict):
        data.append(address)
        address = address.get("url", address.get("hostname", address.get("host", "")))
    data.extend(named.values())
    verb = ref.name.rpartition(".")[2].lower()
    sends = verb in ("post", "put", "patch", "post_form", "request") or any(
        isinstance(part, dict) and ({"body", "data", "json", "content"} & set(part))
        for part in data
    )
    tainted = any(source.paths for source in reader.call.sources(reader.flat(data)))
    flowing = reader.flat(data) or (" " if sends and data else "")
    return Ref("answer", reader.network(address, flowing if sends or tainted else ""))


def sent(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A method that sends over a connection."""
    if isinstance(ref.value, str) and ref.name.startswith("connection.") and values:
        reader.call.send(ref.value, reader.flat(values))
    return None


def connect(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A connection to a host."""
    texts = [value for value in values if isinstance(value, str)]
    hosts = [v["host"] for v in values if isinstance(v, dict) and isinstance(v.get("host"), str)]
    return Ref("connection", (hosts or texts or ["a host"])[0])


def kill(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`kill(pid, signal)`, and with the signal first."""
    if values:
        last = len(values) > 1 and isinstance(values[0], str)
        reader.kill(values[-1] if last else values[0], values[0] if last else values[-1])
    return None


def printed(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Prints, with the end of the line."""
    reader.printed.append(" ".join(reader.text(value) for value in values) + "\n")
    return None


def put(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Prints as it stands."""
    reader.printed.append("".join(reader.text(value) for value in values))
    return None


def stdin(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """What comes from standard input."""
    if reader.call.stdin is not None:
        return reader.call.stdin
    return reader.call.unknown("standard input", kind="input")


def path(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Path parts put together."""
    return joined(*(reader.text(value) for value in values))


def same(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Gives its first argument, or the object itself."""
    return values[0] if values else ref.value


def text(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A method of text that gives the text itself, as far as this is concerned."""
    value = ref.value
    if isinstance(value, list):
        return (reader.text(values[0]) if values else "").join(reader.texts(value))
    return value


def decoded(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Text decoded from base64 and the like, by the function's name or the second argument."""
    source = reader.text(values[0]) if values else ""
    how = ref.name.rpartition(".")[2]
    if len(values) > 1 and isinstance(values[1], str):
        how = values[1]
    found = decode(how, source)
    if found is not None:
        return found
    return source if how == "from" else reader.unknown(f"{ref.name}(…)", source)


def character(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Characters of numbers."""
    if values and all(isinstance(value, int) and 0 <= value < 0xF0000 for value in values):
        return "".join(chr(value) for value in values)
    return reader.unknown("a character", values)


def matched(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Files that match a pattern."""
    return [reader.text(values[0] if values else "*").replace("*", STAR)]


def home(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """The user's home folder."""
    from ambidex.guard.code.python_files import home as folder

    return folder(reader)


def variable(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """An environment variable."""
    from ambidex.guard.code.python_files import variable as value

    return value(reader, reader.text(values[0] if values else ""))
