"""Python's functions that execute, send, decode and print.

Hot path: the guard's own words; `binascii` where code decodes constants.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.code.python_files import given
from ambidex.guard.code.sinks import Ref
from ambidex.guard.taint import OUTPUT, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks


# Execution


def system(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.system` and its like."""
    return Ref("process", reader.shell(given(values, named, 0, "command", "cmd")))


def subprocess(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`subprocess.run` and its like."""
    command = given(values, named, 0, "args", "popenargs")
    stdin = reader.flat(named["input"]) if "input" in named else None
    if isinstance(named.get("stdin"), Ref) and named["stdin"].name == "process":
        stdin = reader.flat(named["stdin"].value)
    if isinstance(command, list):
        shell = bool(named.get("shell"))
        output = (
            reader.shell(command[0] if command else "", stdin)
            if shell
            else reader.program(command, stdin, reader.text(named.get("cwd")))
        )
    else:
        output = reader.shell(command, stdin)
    return Ref("process", output)


def replaced(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.exec*` and `os.spawn*`."""
    name = ref.name.rpartition(".")[2]
    given = (
        values[1:] if name.startswith(("spawn", "posix_spawn")) and "posix" not in name else values
    )
    if not given:
        return None
    listed = len(given) > 1 and ("v" in name[4:] or name.startswith("posix"))
    rest = given[1] if listed else given[1:]
    words = reader.texts(rest) if rest else []
    reader.program([given[0], *words[1:]])
    return Ref("process", "")


def spawn(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`pty.spawn` and its like."""
    command = given(values, named, 0, "argv", "command")
    if isinstance(command, list):
        reader.program(command)
    else:
        reader.shell(command)
    return None


def code(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`exec` and its like."""
    source = given(values, named, 0, "source")
    if isinstance(source, Ref) and source.name == "code":
        source = source.value
    reader.execute("python", source if isinstance(source, str) else reader.unknown("code", source))
    return reader.unknown(f"{ref.name}(…)", source)


def compiled(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`compile` and its like."""
    return Ref("code", reader.text(given(values, named, 0, "source")))


def imported(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`__import__` and its like."""
    return Ref(reader.text(given(values, named, 0, "name")))


# Text


def printed(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`print` and its like."""
    handle = named.get("file")
    text = " ".join(reader.text(value) for value in values)
    if isinstance(handle, Ref) and handle.name == "file":
        reader.write(handle.value[0], text, effects.APPEND)
    elif not (isinstance(handle, Ref) and handle.name == "sys.stderr"):
        end = named.get("end")
        reader.printed.append(text + (end if isinstance(end, str) else "\n"))
    return None


def stdout(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`sys.stdout.write` and its like."""
    reader.printed.append(reader.flat(values))
    return None


def stdin(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`sys.stdin.read` and its like."""
    if reader.call.stdin is not None:
        return reader.call.stdin
    return reader.call.unknown("standard input", kind="input")


def character(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`chr` and its like."""
    if values and isinstance(values[0], int) and 0 <= values[0] < 0xF0000:
        return chr(values[0])
    return reader.unknown("chr(…)", values)


def text(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`str` and its like."""
    value = values[0] if values else ""
    if isinstance(value, list) and all(isinstance(n, int) and 0 <= n < 0x110000 for n in value):
        return "".join(chr(number) for number in value)
    return reader.text(value) if not isinstance(value, (list, dict)) else reader.unknown("…", value)


def sequence(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`list` and its like."""
    value = values[0] if values else []
    if isinstance(value, str) and is_known(value) and ref.name == "reversed":
        return list(value[::-1])
    if isinstance(value, list) and ref.name == "reversed":
        return value[::-1]
    if isinstance(value, str) and is_known(value) and len(value) < 256 and ref.name == "list":
        return list(value)
    return value


def mapped(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`map` and its like."""
    from ambidex.guard.code.python_calls import called

    if len(values) < 2:
        return []
    given = values[1] if isinstance(values[1], list) else [values[1]]
    return [called(reader, values[0], [value], {}) for value in given[:64]]


def numbers(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`range` and its like."""
    if values and all(isinstance(value, int) for value in values) and len(values) < 4:
        try:
            return list(range(*values)[:8])
        except ValueError:
            return []
    return [reader.unknown("a number", values)]


def decoded(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`base64.b64decode` and its like."""
    from ambidex.guard.code.decoding import decoded

    text = reader.text(values[0] if values else "")
    how = reader.text(values[1]) if len(values) > 1 else ref.name.rpartition(".")[2]
    found = decoded(how, text)
    return reader.call.unknown(f"{ref.name}(…)", kind=OUTPUT, like=text) if found is None else found


def quoted(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`shlex.quote` and its like."""
    return reader.text(values[0] if values else "")


# The rest of the world


def fetch(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`urllib.request.urlopen` and its like."""
    at = 1 if ref.name.rpartition(".")[2] == "request" and len(values) > 1 else 0
    url = given(values, named, at, "url", "fullurl")
    data = [named[name] for name in ("data", "json", "files", "content", "body") if name in named]
    if ref.name.endswith(("urlopen", "post", "put", "patch", "Request")):
        data += values[at + 1 :]
    if "headers" in named and any(reader.call.sources(reader.flat(named["headers"]))):
        data.append(named["headers"])
    if isinstance(url, Ref) and url.name == "request":
        data.append(url.value[1])
        url = url.value[0]
    if ref.name.endswith(".Request"):
        return Ref("request", [url, data])
    return Ref("answer", reader.network(url, data))


def retrieve(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`urllib.request.urlretrieve` and its like."""
    answer = reader.network(given(values, named, 0, "url"))
    path = given(values, named, 1, "filename")
    if path is not None:
        reader.write(path, answer)
    return [path, answer]


def connect(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """A connection to a host: what is sent over it comes later."""
    address = given(values, named, 0, "host", "address", "hostname")
    host = reader.text(address[0] if isinstance(address, list) and address else address)
    return Ref("connection", host)


def sent(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`connection.send` and its like."""
    host = ref.value if isinstance(ref.value, str) else "a host"
    if values or named:
        reader.call.send(host, reader.flat([*values, *named.values()]))
    return Ref("answer", reader.unknown("an answer"))


def received(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`connection.recv` and its like."""
    host = ref.value if isinstance(ref.value, str) else "a host"
    return reader.call.fetch(host)


def kill(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.kill` and its like."""
    reader.kill(given(values, named, 0, "pid"), given(values, named, 1, "sig"))
    return None


# Smaller ones


def arguments_run(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`asyncio.create_subprocess_exec` and its like."""
    return Ref("process", reader.program(values))


def library(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`ctypes.CDLL` and its like."""
    return Ref("libc")


def libc(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`ctypes.CDLL(None).system(…)`, or `system` of something else that has not been understood."""
    return Ref("process", reader.shell(values[0])) if values else None


def divided(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`shlex.split` and its like."""
    from ambidex.guard.programs.prefixes import split_words

    return split_words(reader.text(values[0])) if values else []


def session(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`requests.Session` and its like."""
    return Ref("session")


def socket(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`socket.socket` and its like."""
    return Ref("socket")


def attached(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`socket.connect((host, port))`: from now on the object is a connection."""
    address = given(values, named, 0, "address", "hostname")
    host = address[0] if isinstance(address, list) and address else address
    if ref.holder is not None:
        ref.holder.name, ref.holder.value = "connection", reader.text(host)
    return None


def remote_command(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """Paramiko's `exec_command`: a shell command on another machine."""
    host = ref.value if isinstance(ref.value, str) else "a host"
    if values:
        reader.call.script(reader.text(values[0]), via=f"remote:{host}")
    return [Ref("answer", reader.unknown("an answer"))] * 3
