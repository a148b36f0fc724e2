"""What the shell prints and reads itself.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import printing, redirect, values
from ambidex.guard.taint import INPUT, Source, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.state import State

    Given = dict[str, str]
    Builtin = Callable[[Shell, State, list[str], Given], Optional[list[State]]]


def _echo(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    redirect.put(shell, state, printing.echo(words[1:]), words)
    state.status = True


def _printf(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    arguments = words[1:]
    variable = ""
    if arguments[:1] == ["-v"] and len(arguments) > 1:
        variable, arguments = arguments[1], arguments[2:]
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    state.status = True
    if not arguments:
        return

    def mark(word: str) -> str:
        return values.derived(shell, word, "$(printf …)")

    printed = printing.printf(arguments[0], arguments[1:], mark)
    if not variable:
        redirect.put(shell, state, printed, words)
        return
    name, bracket, key = variable.partition("[")
    if bracket:
        old = state.variables.get(name)
        key = key.rstrip("]")
        items: dict[Any, str] = dict(old) if isinstance(old, dict) else {}
        items[int(key) if key.isdigit() else key] = printed
        state.assign(name, items)
    elif is_known(name):
        state.assign(name, printed)


def _pwd(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    redirect.put(shell, state, state.cwd + "\n", words)
    state.status = True


def _type(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    redirect.put(shell, state, shell.mark("output", f"$({' '.join(words)})"), words)
    state.status = None


def _options(words: list[str], valued: str) -> tuple[dict[str, str], list[str]]:
    """Options of `read` and `mapfile`, and their operands."""
    given: dict[str, str] = {}
    at = 1
    while (
        at < len(words) and len(words[at]) > 1 and words[at][0] == "-" and is_known(words[at][:2])
    ):
        word = words[at]
        at += 1
        if word == "--":
            break
        for place, letter in enumerate(word[1:], 2):
            if letter in valued:
                given[letter] = word[place:]
                if not given[letter] and at < len(words):
                    given[letter] = words[at]
                    at += 1
                break
            given[letter] = ""
    return given, words[at:]


def _text_of(shell: Shell, state: State, number: str) -> str | None:
    """What there is to read from a descriptor; None: nothing that is known."""
    if number in ("", "0"):
        return state.stdin
    target = state.descriptors.get(number)
    return None if target is None else redirect.reading(shell, state, target, ["read"])


def _leave(state: State, number: str, rest: str) -> None:
    """Put back what was not read."""
    if number in ("", "0"):
        state.stdin = rest
    elif state.descriptors.get(number, ("",))[0] == "text":
        state.descriptors = {**state.descriptors, number: ("text", rest)}


def _read(shell: Shell, state: State, words: list[str], given: Given) -> None:
    options, names = _options(words, "adinNptu")
    number = options.get("u", "")
    text = _text_of(shell, state, number)
    names = [name for name in names if is_known(name)] or ([] if "a" in options else ["REPLY"])
    if text is None:
        for name in [*names, *([options["a"]] if "a" in options else [])]:
            state.assign(name, shell.sources.mark(Source(INPUT, f"${name}")))
        state.status = None
        return
    delimiter = options["d"][:1] if "d" in options else "\n"
    line, found, rest = text.partition(delimiter or "\0")
    unknown = not is_known(text)
    if not found and unknown:
        # Of unknown text it is not known how many lines there are.
        rest = text
    count = options.get("N") or options.get("n")
    if count and count.isdigit() and is_known(line):
        rest = line[int(count) :] + found + rest
        line = line[: int(count)]
    if "r" not in options:
        line = line.replace("\\", "") if "\\" in line else line
    _leave(state, number, rest)
    separators = given.get("IFS", values.separators(state))
    parts = _split(line, separators, 0 if "a" in options else len(names))
    if "a" in options:
        state.assign(options["a"], dict(enumerate(parts)))
    elif names == ["REPLY"]:
        state.assign("REPLY", line)
    else:
        for at, name in enumerate(names):
            state.assign(name, parts[at] if at < len(parts) else "")
    state.status = None if unknown and not found else bool(found)


def _split(line: str, separators: str, most: int) -> list[str]:
    """The fields of a line, the last of `most` with all the rest; 0: as many as there are."""
    blanks = "".join(c for c in separators if c in " \t\n")
    others = "".join(c for c in separators if c not in " \t\n")
    rest = line.strip(blanks) if blanks else line
    parts: list[str] = []
    while rest and (most == 0 or len(parts) < most - 1):
        end = next((at for at, c in enumerate(rest) if c in separators), len(rest))
        parts.append(rest[:end])
        rest = rest[end:].lstrip(blanks) if blanks else rest[end:]
        if rest and rest[0] in others:
            rest = rest[1:].lstrip(blanks) if blanks else rest[1:]
    if rest:
        parts.append(rest)
    return parts


def _mapfile(shell: Shell, state: State, words: list[str], _given: Given) -> None:
    options, names = _options(words, "CcdnOsu")
    number = options.get("u", "")
    text = _text_of(shell, state, number)
    name = names[0] if names else "MAPFILE"
    if text is None:
        text = shell.sources.mark(Source(INPUT, f"${name}"))
    delimiter = (options["d"][:1] or "\0") if "d" in options else "\n"
    lines = text.split(delimiter)
    last = lines.pop()
    if "t" not in options:
        lines = [line + delimiter for line in lines]
    lines += [last] if last else []
    skipped = options.get("s", "")
    lines = lines[int(skipped) :] if skipped.isdigit() else lines
    most = options.get("n", "")
    lines = lines[: int(most)] if most.isdigit() and int(most) else lines
    _leave(state, number, "")
    if is_known(name):
        state.assign(name, dict(enumerate(lines)))
    state.status = True


BUILTINS: dict[str, Builtin] = {
    "echo": _echo,
    "print": _echo,
    "printf": _printf,
    "pwd": _pwd,
    "read": _read,
    **dict.fromkeys(("mapfile", "readarray"), _mapfile),
    **dict.fromkeys(("type", "which", "dirs"), _type),
}
