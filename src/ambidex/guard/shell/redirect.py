"""Redirections: where a command reads from and where its output goes.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.effects import Effect
from ambidex.guard.invocation import absolute, resolved
from ambidex.guard.shell import expand
from ambidex.guard.shell.state import ERR, OUT
from ambidex.guard.taint import FILE, INPUT, Source, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.nodes import Redirection, Word
    from ambidex.guard.shell.state import Descriptor, State

# Text of so many characters counts as one step of work.
SIZE = 64

_STDIN = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_STDOUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
_STDERR = frozenset({"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"})


class Opened:
    """What a command's redirections change, to be undone after it.

    Attributes:
        target: where its output goes; None: as before.
        descriptors, stdin, output: what they were before.
    """

    __slots__ = ("descriptors", "output", "stdin", "target")

    def __init__(self, state: State) -> None:
        self.descriptors = state.descriptors
        self.stdin = state.stdin
        self.output = state.output
        self.target: Descriptor | None = None


def opened(shell: Shell, state: State, redirections: list[Redirection], words: list[str]) -> Opened:
    """Follow `redirections` in `state`; its output is collected until `closed` is called."""
    before = Opened(state)
    for one in redirections:
        _follow(shell, state, one, words)
    first = state.descriptors.get("1")
    if first is not None and first != before.descriptors.get("1"):
        before.target = first
        # What is printed is collected and delivered as a whole.
        state.descriptors = {k: v for k, v in state.descriptors.items() if k != "1"}
        state.output = ""
    return before


def closed(shell: Shell, state: State, before: Opened, words: list[str]) -> None:
    """Deliver what was printed, and undo the redirections."""
    kept = {k: v for k, v in state.descriptors.items() if len(k) > 1}  # of `{fd}`: they stay open
    state.descriptors = {**before.descriptors, **kept} if kept else before.descriptors
    state.stdin = before.stdin
    if before.target is not None:
        printed = state.output
        state.output = before.output
        deliver(shell, state, before.target, printed, words)


def keep(shell: Shell, state: State, redirections: list[Redirection], words: list[str]) -> None:
    """Follow the redirections of an `exec` without a command: they stay."""
    for one in redirections:
        _follow(shell, state, one, words)
    first = state.descriptors.get("1")
    if first is not None and first[0] == "file" and first[2] == effects.WRITE:
        deliver(shell, state, first, "", words)
        _set(state, "1", ("file", first[1], effects.APPEND))


def deliver(shell: Shell, state: State, target: Descriptor, printed: str, words: list[str]) -> None:
    """Bring what was printed to where a descriptor leads."""
    kind = target[0]
    if kind == "out":
        state.output += printed
    elif kind == "file":
        write(shell, state, target[1], printed, target[2], words)
    elif kind == "net" and printed:
        shell.effects.append(
            Effect(effects.SEND, target=target[1], data=printed, words=words, via=shell.via)
        )
    elif kind == "process":
        state.contents[target[1]] = state.contents.get(target[1], "") + printed


def put(shell: Shell, state: State, printed: str, words: list[str]) -> None:
    """Print to standard output."""
    if len(printed) > SIZE:
        shell.step(len(printed) // SIZE)
    target = state.descriptors.get("1") if state.descriptors else None
    if target is None:
        state.output += printed
    elif printed:
        deliver(shell, state, target, printed, words)


def write(shell: Shell, state: State, path: str, data: str, kind: str, words: list[str]) -> None:
    """Write to a file, as `>` and `>>` do."""
    place = resolved(absolute(state.cwd, path), state.links)
    if place.startswith(("/dev/tcp/", "/dev/udp/")):
        _connect(shell, place, words, data)
        return
    number = place[8:] if place.startswith("/dev/fd/") else ""
    target = state.descriptors.get(number) if number else None
    if target is not None and target[0] != "out":
        deliver(shell, state, target, data, words)
        return
    shell.effects.append(Effect(kind, path=place, data=data, words=words, via=shell.via))
    before = state.contents.get(place, "") if kind == effects.APPEND else ""
    state.contents[place] = before + data


def read(shell: Shell, state: State, path: str, words: list[str]) -> str:
    """What `< path` reads."""
    place = resolved(absolute(state.cwd, path), state.links)
    if place in _STDIN:
        return stdin_of(shell, state)
    if place.startswith(("/dev/tcp/", "/dev/udp/")):
        return _connect(shell, place, words, None)
    for folder in ("/dev/fd/", "/proc/self/fd/"):
        if place.startswith(folder) and place[len(folder) :] in state.descriptors:
            return reading(shell, state, state.descriptors[place[len(folder) :]], words)
    shell.effects.append(Effect(effects.READ, path=place, words=words, via=shell.via))
    written = state.contents.get(place)
    if written is not None:
        return written
    return shell.sources.mark(Source(FILE, shell.sources.show(path), (place,)))


def stdin_of(shell: Shell, state: State) -> str:
    """The text on standard input."""
    if state.stdin is None:
        return shell.variable_mark("", INPUT, "standard input")
    return state.stdin


def reading(shell: Shell, state: State, target: Descriptor, words: list[str]) -> str:
    """What reading from a descriptor gives."""
    if target[0] == "text":
        return target[1]
    if target[0] == "net":
        shell.effects.append(Effect(effects.FETCH, target=target[1], words=words, via=shell.via))
        return shell.sources.mark(Source("output", f"the answer of {target[1]}", (), (target[1],)))
    if target[0] == "file":
        return read(shell, state, target[1], words)
    return ""


def _connect(shell: Shell, place: str, words: list[str], data: str | None) -> str:
    """Open `/dev/tcp/host/port`; `data` is sent, None: it is read."""
    host = ":".join(place.split("/")[3:5])
    if data is None:
        shell.effects.append(Effect(effects.FETCH, target=host, words=words, via=shell.via))
        return shell.sources.mark(Source("output", f"the answer of {host}", (), (host,)))
    shell.effects.append(
        Effect(effects.SEND, action="connect", target=host, data=data, words=words, via=shell.via)
    )
    return ""


def _follow(shell: Shell, state: State, one: Redirection, words: list[str]) -> None:
    operator = one.operator
    descriptor = one.descriptor or ("1" if operator[:1] in (">", "&") else "0")
    if descriptor[:1] == "{":
        name = descriptor.strip("{}")
        target_text = expand.text(shell, state, one.target)
        if target_text == "-":
            held = state.variables.get(name)
            state.descriptors = {k: v for k, v in state.descriptors.items() if k != held}
            return
        descriptor = str(10 + sum(1 for key in state.descriptors if len(key) > 1 and key < "50"))
        state.assign(name, descriptor)
    if operator in ("<<", "<<-", "<<<"):
        body = expand.text(shell, state, one.target if operator == "<<<" else one.body)
        _input(state, descriptor, body + "\n" if operator == "<<<" else body)
        return
    text = _target(shell, state, one.target)
    words = words or [operator, text]
    if operator in ("<&", ">&"):
        _duplicate(shell, state, one, descriptor, text, words)
    elif operator == "<":
        place = absolute(state.cwd, text)
        if place.startswith(("/dev/tcp/", "/dev/udp/")) and descriptor != "0":
            _open(shell, state, descriptor, text, effects.WRITE, words)
        else:
            _input(state, descriptor, read(shell, state, text, words))
    elif operator == "<>":
        _open(shell, state, descriptor, text, effects.APPEND, words)
    elif operator in ("&>", "&>>"):
        kind = effects.APPEND if operator == "&>>" else effects.WRITE
        _open(shell, state, "1", text, kind, words)
        _set(state, "2", ERR)
    else:
        kind = effects.APPEND if operator == ">>" else effects.WRITE
        _open(shell, state, descriptor, text, kind, words)


def _target(shell: Shell, state: State, word: Word) -> str:
    # Bash refuses a target of several words; what they name together is close enough.
    return " ".join(expand.fields(shell, state, [word]))


def _set(state: State, descriptor: str, target: Descriptor) -> None:
    state.descriptors = {**state.descriptors, descriptor: target}


def _input(state: State, descriptor: str, text: str) -> None:
    if descriptor == "0":
        state.stdin = text
    else:
        _set(state, descriptor, ("text", text))
        state.contents[f"/dev/fd/{descriptor}"] = text


def _open(
    shell: Shell, state: State, descriptor: str, text: str, kind: str, words: list[str]
) -> None:
    """Open a file or connection for writing; an empty name is an error of the shell's."""
    text = text or "/dev/null"
    place = resolved(absolute(state.cwd, text), state.links)
    number = place[8:] if place.startswith("/dev/fd/") else ""
    if place.startswith(("/dev/tcp/", "/dev/udp/")):
        _connect(shell, place, words, "")
        _set(state, descriptor, ("net", ":".join(place.split("/")[3:5])))
    elif place in _STDOUT:
        _set(state, descriptor, state.descriptors.get("1", OUT))
    elif place in _STDERR:
        _set(state, descriptor, state.descriptors.get("2", ERR))
    elif number in state.descriptors:
        _set(state, descriptor, state.descriptors[number])
    elif descriptor == "1":
        _set(state, "1", ("file", place, kind))
    elif descriptor == "0":  # `<> file`
        state.stdin = read(shell, state, text, words)
    else:
        write(shell, state, place, "", kind, words)
        _set(state, descriptor, ("file", place, effects.APPEND))


def _duplicate(
    shell: Shell, state: State, one: Redirection, descriptor: str, text: str, words: list[str]
) -> None:
    """`>&3`, `<&3`, `3>&-`, and `>& file`."""
    moved = len(text) > 1 and text.endswith("-") and text[:-1].isdigit()
    number = text[:-1] if moved else text
    if text == "-":
        if descriptor == "0":
            state.stdin = ""
        else:
            _set(state, descriptor, ERR)
    elif number.isdigit():
        default = OUT if number == "1" else ERR if number == "2" else None
        target = state.descriptors.get(number, default)
        if one.operator == "<&" and descriptor == "0":
            if target is not None:
                state.stdin = reading(shell, state, target, words)
        elif target is not None and number == "0":
            _set(state, descriptor, ("text", state.stdin or ""))
        elif target is not None:
            _set(state, descriptor, target)
        if moved:
            state.descriptors = {k: v for k, v in state.descriptors.items() if k != number}
    elif is_known(text) or "/" in text:
        _open(shell, state, "1", text, effects.WRITE, words)
        _set(state, "2", ERR)
