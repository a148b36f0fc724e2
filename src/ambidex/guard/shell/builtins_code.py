"""Builtins of the shell that run code: `eval`, `source`, `exec`, `command`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.shell import calling, redirect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Optional

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.state import State

    Given = dict[str, str]
    Builtin = Callable[[Shell, State, list[str], Given], Optional[list[State]]]


def _eval(shell: Shell, state: State, words: list[str], given: Given) -> list[State]:
    for name, value in given.items():
        state.assign(name, value)
    arguments = words[2:] if words[1:2] == ["--"] else words[1:]
    outer, shell.shell = shell.shell, shell.shell or "eval"
    shell.plain = not (shell.indirect or shell.writes or words[1:2] == ["--"])
    try:
        return shell.source(" ".join(arguments), state)
    finally:
        shell.shell, shell.plain = outer, False


def _source(shell: Shell, state: State, words: list[str], given: Given) -> list[State] | None:
    operands = words[2:] if words[1:2] == ["--"] else words[1:]
    state.status = None
    if not operands:
        return None
    for name, value in given.items():
        state.assign(name, value)
    path = operands[0]
    place = calling.file_of(state, path)
    from_input = place in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
    descriptor = place[8:] if place.startswith("/dev/fd/") else ""
    via = shell.via
    if from_input:
        text = redirect.stdin_of(shell, state)
    elif descriptor in state.descriptors:
        text = redirect.reading(shell, state, state.descriptors[descriptor], words)
    elif place in state.contents:
        text = state.contents[place]
        shell.emit(
            effects.EXECUTE, action="file", path=place, data=text, target=words[0], words=words
        )
    else:
        found = shell.working_text(state, place)
        shell.emit(effects.READ, path=place, words=words)
        if found is None:
            shell.emit(effects.EXECUTE, action="file", path=place, target=words[0], words=words)
            return None
        text = found
        shell.via = via if via.startswith("wrapper:") else f"script:{shell.scene.show(place)}"
    outer, shell.shell = shell.shell, words[0]
    positional = state.positional
    if len(operands) > 1:
        state.positional = tuple(operands[1:])
    shell.plain = not (shell.indirect or shell.writes or len(words) > 2)
    try:
        ends = shell.source(text, state)
    finally:
        shell.via, shell.shell, shell.plain = via, outer, False
    for end in ends:
        if end.flow is not None and end.flow[0] == "return":
            end.flow = None
        if len(operands) > 1:
            end.positional = positional
    return ends


def _exec(shell: Shell, state: State, words: list[str], given: Given) -> list[State] | None:
    at = 1
    while at < len(words) and words[at][:1] == "-" and len(words[at]) > 1:
        at += 2 if words[at] in ("-a", "-ca", "-la") else 1
        if words[at - 1 : at] == ["--"]:
            break
    if at >= len(words):
        state.status = True
        return None
    ends = calling.external(shell, state, words[at:], given)
    for end in ends:
        end.flow = ("exit", 1)
    return ends


def _command(shell: Shell, state: State, words: list[str], given: Given) -> list[State] | None:
    letters, rest = "", words[1:]
    while rest and len(rest[0]) > 1 and rest[0][0] == "-" and not rest[0][1:].strip("pvV-"):
        letters += rest[0][1:]
        rest = rest[1:]
        if letters.endswith("-"):
            break
    if "v" in letters or "V" in letters:
        redirect.put(shell, state, "".join(f"{word}\n" for word in rest), words)
        state.status = None
        # A name with options is no name to look up: what was meant to run is followed.
        if "p" not in letters or not any(word[:1] == "-" for word in rest):
            return None
    if not rest:
        state.status = True
        return None
    before = len(state.output)
    ends = calling.dispatch(shell, state, rest, given, False)
    for end in ends:
        printed = shell.sources.through(words[0], end.output[before:])
        end.output = end.output[:before] + printed
    return ends


BUILTINS: dict[str, Builtin] = {
    "eval": _eval,
    **dict.fromkeys(("source", "."), _source),
    "exec": _exec,
    **dict.fromkeys(("command", "builtin"), _command),
}
