"""Parameters of the shell: their values, and the operators of `${…}`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import patterns
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.nodes import Parameter, Word
    from ambidex.guard.shell.state import State, Value

# Variables of the hook's environment that the command certainly has as well.
_INHERITED = frozenset({"HOME", "USER", "LOGNAME", "TMPDIR", "PATH", "SHELL", "LANG", "TERM"})
_DEFAULTS = {"IFS": " \t\n", "OPTIND": "1", "PS4": "+ "}


def separators(state: State) -> str:
    """The characters that unquoted expansions are split at."""
    value = state.variables.get("IFS", " \t\n")
    if value is None or not isinstance(value, str):
        return " \t\n"
    return value if is_known(value) else value + " \t\n"


def value_of(shell: Shell, state: State, name: str) -> Value:
    """The value of a variable or special parameter; None when it certainly has none."""
    if name in state.variables:
        value = state.variables[name]
        if state.attributes and "n" in state.attributes.get(name, "") and isinstance(value, str):
            return state.variables.get(value)
        return value
    if name.isdigit():
        number = int(name) if len(name) < 6 else 99_999
        if number == 0:
            return state.zero
        if number <= len(state.positional):
            return state.positional[number - 1]
        # The arguments of a script are known; those of the client's shell do not exist.
        return None
    if name == "#":
        return str(len(state.positional))
    if name in ("@", "*"):
        return " ".join(state.positional) if state.positional else None
    if name == "PWD":
        return state.cwd
    if name == "OLDPWD" and state.previous:
        return state.previous
    if name == "?" and state.status is True:
        return "0"
    if name == "-":
        return "hB"
    if name in _INHERITED and shell.scene.environ.get(name):
        return shell.scene.environ[name]
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    if name == "DIRSTACK":
        return state.cwd
    return shell.variable_mark(name)


def values(shell: Shell, state: State, node: Parameter) -> tuple[list[str], bool]:
    """The values that an expansion has, and whether they are one text rather than fields."""
    shell.step()
    operator = node.operator
    name = node.name
    if operator == "indirect":
        target = value_of(shell, state, name)
        if not isinstance(target, str):
            return [""], True
        if not is_known(target):
            return [derived(shell, target, f"${{!{name}}}")], True
        name, operator = _target(target)
        if operator:
            return _array_item(shell, state, name, operator)
    if operator == "names":
        return sorted(n for n in state.variables if n.startswith(name)), False
    several = _several(shell, state, node, name)
    if several is None:
        value = _single(shell, state, node, name)
        return [_operated(shell, state, node, name, value)], True
    found, joined = several
    if operator == "length":
        return [str(len(found))], True
    if operator == ":":
        found = _slice(shell, state, node, found, name)
    elif operator in _DEFAULTING:
        one = _operated(shell, state, node, name, " ".join(found) if found else None)
        keeps = found and operator not in (":+", "+")
        found = found if keeps else [one] if one else []
    elif operator:
        found = [_operated(shell, state, node, name, value) for value in found]
    if joined:
        between = separators(state)[:1]
        return [between.join(found)], True
    return found, False


def _target(target: str) -> tuple[str, str]:
    """The name and the subscript that an indirect expansion means."""
    name, bracket, rest = target.partition("[")
    return name, rest.rstrip("]") if bracket else ""


def _array_item(shell: Shell, state: State, name: str, key: str) -> tuple[list[str], bool]:
    value = value_of(shell, state, name)
    items: dict[Any, str] = value if isinstance(value, dict) else {0: value or ""}
    if key in ("@", "*"):
        return list(items.values()), key == "*"
    found = items.get(int(key) if key.isdigit() else key, "")
    return [found], True


def _several(
    shell: Shell, state: State, node: Parameter, name: str
) -> tuple[list[str], bool] | None:
    """The items of `$@`, `${a[*]}` and the like, and whether they are joined; else None."""
    if name in ("@", "*"):
        return list(state.positional), name == "*" and bool(node.quoted)
    if node.subscript is None:
        return None
    key = _plain_text(node.subscript)
    if key not in ("@", "*"):
        return None
    value = value_of(shell, state, name)
    if node.operator == "indirect":
        keys = list(value) if isinstance(value, dict) else ["0"]
        return [str(k) for k in keys], key == "*" and bool(node.quoted)
    if isinstance(value, dict):
        ordered = sorted(value) if all(isinstance(k, int) for k in value) else list(value)
        items = [value[k] for k in ordered]
    else:
        items = [] if value is None else [value]
    return items, key == "*" and bool(node.quoted)


def _plain_text(word: Word) -> str:
    return "".join(getattr(part, "text", "") or "" for part in word.parts)


def _single(shell: Shell, state: State, node: Parameter, name: str) -> str | None:
    value = value_of(shell, state, name)
    if node.subscript is not None:
        key = subscript(shell, state, name, node.subscript)
        if not isinstance(value, dict):
            return value if key in (0, "0") or (value and not is_known(value)) else None
        if key is None:
            from ambidex.guard.shell.state import choice

            return choice(list(value.values()), f"${{{name}[…]}}", shell.sources)
        if isinstance(key, int) and key < 0 and value:
            key += max(k for k in value if isinstance(k, int)) + 1
        return value.get(key)
    if isinstance(value, dict):
        return value.get(0, value.get("0"))
    return value


def subscript(shell: Shell, state: State, name: str, word: Word) -> int | str | None:
    """The key that a subscript means; None when it is not known."""
    from ambidex.guard.shell import expand

    key = expand.text(shell, state, word)
    if "A" in state.attributes.get(name, ""):
        return key if is_known(key) else None
    return expand.number_of(shell, state, key)


def _operated(shell: Shell, state: State, node: Parameter, name: str, value: str | None) -> str:
    from ambidex.guard.shell import expand

    operator = node.operator
    if not operator or operator == "indirect":
        return "" if value is None else value
    if operator in _DEFAULTING:
        given = _defaulted(shell, state, node, name, value)
        return given if isinstance(given, str) else expand.text(shell, state, given)
    if value is None:
        return "0" if operator == "length" else ""
    known = is_known(value)
    shown = f"${{{name}{operator}…}}"
    result: str | None = None
    if operator == "length":
        return str(len(value)) if known else shell.mark("variable", f"${{#{name}}}")
    if operator in ("#", "##", "%", "%%"):
        pattern = expand.pattern(shell, state, node.argument)
        result = patterns.trimmed(
            value, pattern, end=operator[0] == "%", longest=len(operator) == 2
        )
    elif operator[0] == "/":
        pattern = expand.pattern(shell, state, node.argument)
        new = expand.text(shell, state, node.second)
        result = patterns.replaced(value, pattern, new, operator)
    elif operator[0] in "^,":
        result = _cased(value, operator, expand.pattern(shell, state, node.argument))
    elif operator == ":":
        result = _cut(shell, state, node, value)
    elif operator == "@":
        letter = expand.text(shell, state, node.argument)
        if letter == "P" and ("$" in value or "`" in value):
            # A prompt is expanded once more, with the commands in it.
            shell.source(': "' + value.replace('"', '\\"') + '"', state.fork())
        result = _transformed(letter, value)
    return derived(shell, value, shown) if result is None else result


def default_of(shell: Shell, state: State, node: Parameter) -> str | Word | None:
    """What unquoted `${x:-…}` and its relatives become: a value, or a word to be expanded.

    None: nothing of the kind.
    """
    if node.operator not in _DEFAULTING or node.subscript is not None or node.name in ("@", "*"):
        return None
    return _defaulted(shell, state, node, node.name, _single(shell, state, node, node.name))


_DEFAULTING = frozenset({":-", "-", ":=", "=", ":+", "+", ":?", "?"})


def _defaulted(
    shell: Shell, state: State, node: Parameter, name: str, value: str | None
) -> str | Word:
    """`${x:-…}` and its relatives; where the value is not known, both are possible."""
    from ambidex.guard.shell import expand

    operator = node.operator
    empty = value is None or (value == "" and operator[0] == ":")
    unset = not empty and not is_known(value or "") and name not in state.variables
    other: str | Word = "" if node.argument is None else node.argument
    if operator[-1] == "?":
        # A shell that comes past this has a value that is not empty.
        if unset or empty:
            return shell.variable_mark(f"{{{name}{operator}}}")
        return value or ""
    if operator[-1] == "+":
        if empty or (unset and shell.choose(["+", ""]) == ""):
            return ""
        return other
    if not empty:
        # Text that is unknown as a whole may turn out empty.
        only = operator[0] == ":" and value and len(value) == 1 and not is_known(value)
        if not (unset or only) or shell.choose(["value", ""]) != "":
            return value or ""
    if operator[-1] == "=":
        text = expand.text(shell, state, node.argument)
        state.assign(name, text)
        return text
    return other


def _cased(value: str, operator: str, pattern: str) -> str | None:
    if not is_known(value):
        return None

    def turned(character: str) -> str:
        if pattern and not patterns.matches(pattern, character):
            return character
        return character.upper() if operator[0] == "^" else character.lower()

    if len(operator) == 2:
        return "".join(turned(character) for character in value)
    return turned(value[0]) + value[1:] if value else ""


def _number(shell: Shell, state: State, word: Word | None) -> int | None:
    from ambidex.guard.shell import expand

    return expand.number_of(shell, state, expand.text(shell, state, word))


def _cut(shell: Shell, state: State, node: Parameter, value: str) -> str | None:
    """`${x:offset:length}`."""
    if not is_known(value):
        return None
    offset = _number(shell, state, node.argument)
    if offset is None:
        return None
    if offset < 0:
        offset += len(value)
        if offset < 0:
            return ""
    if node.second is None:
        return value[offset:]
    length = _number(shell, state, node.second)
    if length is None:
        return None
    return value[offset : offset + length] if length >= 0 else value[offset : len(value) + length]


def _slice(shell: Shell, state: State, node: Parameter, found: list[str], name: str) -> list[str]:
    """`${@:2:3}`, `${a[@]:1}`; for `$@` the numbers begin with `$0`."""
    if name in ("@", "*"):
        found = [state.zero, *found]
    offset = _number(shell, state, node.argument)
    if offset is None:
        return found
    if offset < 0:
        offset = max(offset + len(found), 0)
    if node.second is None:
        return found[offset:]
    length = _number(shell, state, node.second)
    return found[offset:] if length is None else found[offset : offset + max(length, 0)]


def _transformed(letter: str, value: str) -> str | None:
    """`${x@Q}` and so on."""
    if not is_known(value):
        return None
    if letter == "Q":
        return quoted(value)
    if letter == "U":
        return value.upper()
    if letter == "L":
        return value.lower()
    if letter == "u":
        return value[:1].upper() + value[1:]
    if letter == "E":
        from ambidex.guard.shell.printing import unescaped

        return unescaped(value)
    return value if letter in ("P", "A", "K", "k", "a") else None


def quoted(value: str) -> str:
    """`value` so that the shell reads it as one word."""
    return "'" + value.replace("'", "'\\''") + "'"


def derived(shell: Shell, like: str, shown: str) -> str:
    """A mark for what an operator makes of text that is not known."""
    from ambidex.guard.shell import expand

    return expand.mark_like(shell, like, shown)
