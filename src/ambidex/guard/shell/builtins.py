"""What the shell does itself: variables, directories, options, control.

A builtin gets the shell, its state, its words and the assignments before it; it changes the state,
or returns the states that it may end in.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.invocation import absolute, resolved
from ambidex.guard.shell import calling, conditions, expand, values
from ambidex.guard.shell.builtins_code import BUILTINS as CODE
from ambidex.guard.shell.builtins_io import BUILTINS as IO
from ambidex.guard.shell.state import State
from ambidex.guard.taint import OUTPUT, Source, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Optional

    from ambidex.guard.shell.evaluate import Shell

    Given = dict[str, str]
    Builtin = Callable[[Shell, State, list[str], Given], Optional[list[State]]]


def _true(_shell: Shell, state: State, _words: list[str], _given: Given) -> None:
    state.status = True


def _false(_shell: Shell, state: State, _words: list[str], _given: Given) -> None:
    state.status = False


def _unknown(_shell: Shell, state: State, _words: list[str], _given: Given) -> None:
    state.status = None


def _cd(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    operands = [word for word in words[1:] if not _is_option(word)]
    if operands[:1] == ["--"]:
        operands = operands[1:]
    target = operands[0] if operands else shell.home(state)
    if target == "-":
        target = state.previous or shell.variable_mark("OLDPWD")
    _go(state, resolved(_path(state, target), state.links))
    state.status = None


def _is_option(word: str) -> bool:
    return len(word) == 2 and word[0] == "-" and word[1] in "LPe@"


def _path(state: State, target: str) -> str:
    return state.cwd if not target else absolute(state.cwd, target)


def _go(state: State, folder: str) -> None:
    state.previous = state.retreat = state.cwd
    state.cwd = folder


def _pushd(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    operands = [word for word in words[1:] if word != "-n"]
    old = state.cwd
    if operands and operands[0][:1] not in ("+", "-"):
        _go(state, _path(state, operands[0]))
        state.folders = (old, *state.folders)
    elif state.folders:
        _go(state, state.folders[0])
        state.folders = (old, *state.folders[1:])
    state.status = None


def _popd(shell: Shell, state: State, _words: list[str], _given: Given) -> None:
    if state.folders:
        _go(state, state.folders[0])
        state.folders = state.folders[1:]
    else:
        _go(state, shell.variable_mark("PWD"))
    state.status = None


def _export(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    letters, names = _flags(words[1:])
    if not names:
        _dump(shell, state, words)
    for word in names:
        name, equals, value = word.partition("=")
        append = name.endswith("+")
        name = name.rstrip("+")
        if equals:
            if append:
                value = _text(values.value_of(shell, state, name)) + value
            state.assign(name, value)
        if "n" in letters:
            state.exported -= {name}
            continue
        if "f" in letters:
            state.exported |= {f"{name}()"}
            continue
        state.exported |= {name}
        held = _text(values.value_of(shell, state, name))
        shell.emit(effects.ENVIRON, target=name, data=held, words=words)
    state.status = True


def _dump(shell: Shell, state: State, words: list[str]) -> None:
    """All variables are printed, those of the environment among them."""
    state.output += shell.sources.mark(
        Source(OUTPUT, f"$({' '.join(words)})", ("/proc/self/environ",), program=words[0])
    )


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get(0, "")
    return value if isinstance(value, str) else ""


def _flags(words: list[str]) -> tuple[str, list[str]]:
    """Letters of the options, and the operands."""
    letters = ""
    for at, word in enumerate(words):
        if word == "--":
            return letters, words[at + 1 :]
        if len(word) < 2 or word[0] not in "-+" or not is_known(word):
            return letters, words[at:]
        if word[0] == "-":
            letters += word[1:]
    return letters, []


def _declare(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    letters, names = _flags(words[1:])
    local = words[0] == "local" or (words[0] in ("declare", "typeset") and "g" not in letters)
    if words[0] == "readonly":
        letters += "r"
    if "f" in letters or "F" in letters or "p" in letters:
        state.status = None
        if not names and "f" not in letters.lower():
            _dump(shell, state, words)
        return
    if not names:
        _dump(shell, state, words)
    for word in names:
        name, equals, value = word.partition("=")
        append = name.endswith("+")
        name = name.rstrip("+")
        if not is_known(name):
            continue
        key = ""
        if name.endswith("]") and "[" in name:
            name, _, key = name[:-1].partition("[")
        if local and state.scopes and name not in state.scopes[-1]:
            hidden = {**state.scopes[-1], name: state.variables.get(name, calling.MISSING)}
            state.scopes = (*state.scopes[:-1], hidden)
            if not equals:
                state.variables = {**state.variables, name: None}
        if letters:
            kept = state.attributes.get(name, "")
            state.attributes = {**state.attributes, name: kept + letters.replace("r", "")}
        if equals:
            _set(shell, state, name, key, value, append)
        elif ("A" in letters or "a" in letters) and not isinstance(state.variables.get(name), dict):
            state.assign(name, {})
        if "r" in letters:
            state.attributes = {**state.attributes, name: state.attributes.get(name, "") + "r"}
        if "x" in letters:
            state.exported |= {name}
            shell.emit(effects.ENVIRON, target=name, data=value, words=words)
    state.status = True


def _set(shell: Shell, state: State, name: str, key: str, value: str, append: bool) -> None:
    """Assign what `declare name=value` says; arrays come as their text."""
    letters = state.attributes.get(name, "")
    if key:
        old = state.variables.get(name)
        items = dict(old) if isinstance(old, dict) else {}
        items[int(key) if key.isdigit() and "A" not in letters else key] = value
        state.assign(name, items)
        return
    if "i" in letters:
        number = expand.number_of(shell, state, value)
        value = value if number is None else str(number)
    if append:
        value = _text(values.value_of(shell, state, name)) + value
    state.assign(name, value)


def _unset(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    letters, names = _flags(words[1:])
    for word in names:
        name, bracket, key = word.partition("[")
        old = state.variables.get(name)
        if bracket:
            key = key.rstrip("]")
            if isinstance(old, dict):
                place = (
                    int(key) if key.isdigit() and "A" not in state.attributes.get(name, "") else key
                )
                state.variables = {
                    **state.variables,
                    name: {k: v for k, v in old.items() if k != place},
                }
            continue
        if "f" not in letters:
            state.variables = {**state.variables, name: None}
            state.exported -= {name}
        if "v" not in letters and (old is None or "f" in letters):
            state.functions = {k: v for k, v in state.functions.items() if k != name}
    state.status = True


def _shift(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    count = 1
    if len(words) > 1:
        count = int(words[1]) if words[1].isdigit() and len(words[1]) < 6 else 0
    state.status = count <= len(state.positional)
    if state.status:
        state.positional = state.positional[count:]


def _set_builtin(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    at = 1
    if len(words) == 1:
        _dump(shell, state, words)
    state.status = True
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            state.positional = tuple(words[at:])
            return
        if word in ("-o", "+o"):
            if at < len(words):
                _option(state, words[at], word == "-o")
            at += 1
        elif len(word) > 1 and word[0] in "-+" and is_known(word):
            if "f" in word:
                _option(state, "noglob", word[0] == "-")
            if word.endswith("o") and at < len(words):
                _option(state, words[at], word[0] == "-")
                at += 1
        else:
            state.positional = tuple(words[at - 1 :])
            return


def _option(state: State, name: str, on: bool) -> None:
    state.options = state.options | {name} if on else state.options - {name}


def _shopt(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    letters, names = _flags(words[1:])
    for name in names:
        if "s" in letters or "u" in letters:
            _option(state, name, "s" in letters)
    state.status = True if "s" in letters or "u" in letters else None


def _trap(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    state.status = True
    operands = words[2:] if words[1:2] == ["--"] else words[1:]
    if not operands or operands[0] in ("-l", "-p") or len(operands) < 2:
        return
    code, signals = operands[0], operands[1:]
    traps = dict(state.traps)
    for written in signals:
        signal = "EXIT" if written == "0" else written.upper().replace("SIG", "")
        if code in ("-", ""):
            traps.pop(signal, None)
        else:
            traps[signal] = code
    state.traps = traps


def _alias(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals and is_known(name):
            state.aliases = {**state.aliases, name: value}
    state.status = True


def _unalias(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    if "-a" in words:
        state.aliases = {}
    state.aliases = {k: v for k, v in state.aliases.items() if k not in words}
    state.status = True


def _flow(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    count = int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) < 4 else 1
    name = words[0]
    if name in ("return", "exit", "logout"):
        state.status = None if len(words) < 2 else words[1] == "0" if words[1].isdigit() else None
        name = "exit" if name == "logout" else name
        count = 1
    else:
        state.status = True
    state.flow = (name, count)


def _let(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    value: int | None = None
    for word in words[1:]:
        value = expand.number_of(shell, state, word)
    state.status = None if value is None else value != 0


def _test(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    arguments = words[1:]
    if words[0] == "[" and arguments[-1:] == ["]"]:
        arguments = arguments[:-1]
    state.status = conditions.single(arguments)


def _getopts(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    if len(words) > 2 and is_known(words[2]):
        state.assign(words[2], shell.variable_mark(words[2]))
        state.assign("OPTARG", shell.variable_mark("OPTARG"))
    state.status = None


def _hash(_shell: Shell, state: State, words: list[str], _given: Given) -> None:
    if len(words) == 4 and words[1] == "-p":
        # From now on the name means another program.
        target = words[2]
        state.aliases = {**state.aliases, words[3]: values.quoted(target)}
    state.status = None


BUILTINS: dict[str, Builtin] = {
    **CODE,
    **IO,
    **dict.fromkeys((":", "true"), _true),
    "false": _false,
    **dict.fromkeys(("cd", "chdir"), _cd),
    "pushd": _pushd,
    "popd": _popd,
    "export": _export,
    **dict.fromkeys(("declare", "typeset", "local", "readonly"), _declare),
    "unset": _unset,
    "shift": _shift,
    "set": _set_builtin,
    "shopt": _shopt,
    "trap": _trap,
    "alias": _alias,
    "unalias": _unalias,
    **dict.fromkeys(("exit", "return", "break", "continue", "logout"), _flow),
    "let": _let,
    **dict.fromkeys(("test", "["), _test),
    "getopts": _getopts,
    "hash": _hash,
    **dict.fromkeys(("wait", "jobs", "fg", "bg", "disown"), _unknown),
    **dict.fromkeys(("times", "bind", "complete", "compgen", "compopt"), _unknown),
    **dict.fromkeys(("enable", "help", "suspend", "caller", "setopt", "unsetopt"), _unknown),
    **dict.fromkeys(("autoload", "zmodload", "emulate", "zstyle", "compdef"), _unknown),
}
