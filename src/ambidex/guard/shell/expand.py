"""Words to text: what the shell makes of them before a program sees them.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard.scene import below
from ambidex.guard.shell import arithmetic, braces, patterns, values
from ambidex.guard.shell.nodes import (
    Arithmetic,
    Literal,
    Parameter,
    ProcessSubstitution,
    Redirection,
    Simple,
    Substitution,
    Word,
)
from ambidex.guard.shell.state import choice
from ambidex.guard.taint import OUTPUT, STAR, VARIABLE, Source, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.state import State

# Folders with more entries are not searched, and patterns with more matches stay patterns.
MAX_ENTRIES = 500
MAX_MATCHES = 64
_SPECIAL = frozenset("*?[{~")
_BLANKS = " \t\n"


class _Fields:
    """The fields that one word becomes."""

    def __init__(self, separators: str) -> None:
        self.done: list[str] = []
        self.current: str | None = None
        self.separators = separators
        # A field was ended by blanks: a visible separator may still follow and belong to them.
        self.open_end = False

    def add(self, text: str) -> None:
        """Text that is not split."""
        self.current = text if self.current is None else self.current + text
        self.open_end = False

    def end(self) -> None:
        """The end of a field."""
        if self.current is not None:
            self.done.append(self.current)
            self.current = None

    def split(self, text: str) -> None:
        """Text that is split at separators; blanks among them count once."""
        separators = self.separators
        start = 0
        for at, character in enumerate(text):
            if character not in separators:
                continue
            if at > start:
                self.add(text[start:at])
            start = at + 1
            if character in _BLANKS:
                self.open_end = self.open_end or self.current is not None
                self.end()
            else:
                if self.current is None and not self.open_end:
                    self.add("")
                self.end()
                self.open_end = False
        if start < len(text):
            self.add(text[start:])


def fields(shell: Shell, state: State, words: list[Word]) -> list[str]:
    """The words that a program gets."""
    found: list[str] = []
    for word in words:
        parts = word.parts
        if len(parts) == 1 and type(parts[0]) is Literal:
            text = parts[0].text
            if parts[0].quoted or (_SPECIAL.isdisjoint(text) and "(" not in text):
                found.append(text)
                continue
        elif not parts:
            continue
        if braces.may_expand(word):
            try:
                several = braces.expanded(word)
            except braces.TooMany:
                found.append(shell.mark(VARIABLE, _shown(parts)))
                continue
        else:
            several = [word]
        for one in several:
            found += _fields_of(shell, state, one)
    return found


def _shown(parts: list[Any]) -> str:
    return "".join(part.text if type(part) is Literal else "…" for part in parts)[:60]


def _fields_of(shell: Shell, state: State, word: Word) -> list[str]:
    separators = values.separators(state)
    into = _Fields(separators)
    _expand(shell, state, word.parts, into, True, True)
    into.end()
    found = []
    for field in into.done:
        if patterns.is_active(field):
            shell.step()
            found += _files(shell, state, field)
        else:
            found.append(field)
    return found


def text(shell: Shell, state: State, word: Word | None) -> str:
    """The word as one text: not split, not matched against files."""
    if word is None:
        return ""
    parts = word.parts
    if (
        len(parts) == 1
        and type(parts[0]) is Literal
        and (parts[0].quoted or "~" not in parts[0].text)
    ):
        return str(parts[0].text)
    into = _Fields("")
    _expand(shell, state, parts, into, False, False)
    return into.current or ""


def pattern(shell: Shell, state: State, word: Word | None) -> str:
    """The word as a pattern, see `ambidex.guard.shell.patterns`."""
    if word is None:
        return ""
    into = _Fields("")
    _expand(shell, state, word.parts, into, False, True)
    return into.current or ""


def _expand(
    shell: Shell, state: State, parts: list[Any], into: _Fields, splits: bool, active: bool
) -> None:
    for place, part in enumerate(parts):
        kind = type(part)
        if kind is Literal:
            written = part.text
            if part.quoted:
                into.add(written)
                continue
            if place == 0 and written[:1] == "~":
                known = _tilde(shell, state, written, len(parts) == 1)
                if known is not None:
                    home, written = known
                    into.add(home)
            elif not splits and not active and ":~" in written:
                written = written.replace(":~/", f":{shell.home(state)}/")
            if active:
                written = _extended(written).translate(patterns.ACTIVE)
            if written:
                into.add(written)
        elif kind is Parameter:
            if splits and part.operator and not part.quoted:
                given = values.default_of(shell, state, part)
                if isinstance(given, Word):
                    _expand(shell, state, given.parts, into, True, True)
                    continue
                if given is not None:
                    _put([given], True, False, into, splits, active)
                    continue
            found, whole = values.values(shell, state, part)
            _put(found, whole, part.quoted, into, splits, active)
        elif kind is Substitution:
            printed = substitution(shell, state, part)
            _put([printed], True, part.quoted, into, splits, active)
        elif kind is Arithmetic:
            number = calculate(shell, state, part.parts)
            shown = shell.mark(VARIABLE, "$((…))") if number is None else str(number)
            _put([shown], True, part.quoted, into, splits, active)
        elif kind is ProcessSubstitution:
            into.add(process(shell, state, part))


def _put(
    several: list[str], whole: bool, quoted: bool, into: _Fields, splits: bool, active: bool
) -> None:
    """Add the values of an expansion; `whole`: they are one text, not fields."""
    if not splits:
        joined = " ".join(several) if len(several) != 1 else several[0]
        into.add(joined.translate(patterns.ACTIVE) if active and not quoted else joined)
        return
    for number, value in enumerate(several):
        if number:
            into.end()
        if quoted:
            into.add(value)
        else:
            into.split(value.translate(patterns.ACTIVE))
    if quoted and whole and not several:
        into.add("")


def _extended(written: str) -> str:
    """Text with bash's extended patterns made stars."""
    if "(" not in written:
        return written
    for opener in ("!(", "@(", "+(", "*(", "?("):
        at = written.find(opener)
        if at >= 0:
            end = written.rfind(")")
            return written[:at] + STAR + (written[end + 1 :] if end > at else "")
    return written


def _tilde(shell: Shell, state: State, written: str, alone: bool) -> tuple[str, str] | None:
    """The folder that `~…` stands for, and what follows it."""
    name, slash, rest = written[1:].partition("/")
    if not slash and not alone:
        return None  # `~"$x"` is no home
    if name == "":
        return shell.home(state), slash + rest
    if name == "+":
        return state.cwd, slash + rest
    if name == "-":
        return state.previous or shell.variable_mark("OLDPWD"), slash + rest
    if name == "root":
        return "/root", slash + rest
    if name.replace("-", "").replace("_", "").isalnum():
        return os.path.join(os.path.dirname(shell.scene.home) or "/home", name), slash + rest
    return None


def substitution(shell: Shell, state: State, part: Substitution) -> str:
    """What `$(…)` prints, without newlines at its end."""
    from ambidex.guard.shell import redirect

    items = part.body.items
    if len(items) == 1 and type(items[0][0]) is Simple:
        only = items[0][0]
        if not only.words and not only.assignments and _is_read(only.redirections):
            path = text(shell, state, only.redirections[0].target)
            return redirect.read(shell, state, path, ["<", path]).rstrip("\n")
    ends = shell.enclosed(part.body, state, redirect.stdin_of(shell, state))
    state.status = ends[0].status if all(e.status == ends[0].status for e in ends) else None
    outputs = []
    for end in ends:
        printed = end.output.rstrip("\n")
        if printed not in outputs:
            outputs.append(printed)
    taken = ends[0]
    if len(outputs) == 1:
        state.contents, state.links = taken.contents, taken.links
        return outputs[0]
    picked = shell.choose(outputs)
    state.contents, state.links = taken.contents, taken.links
    return choice(outputs, "$(…)", shell.sources) if picked is None else picked


def _is_read(redirections: list[Redirection]) -> bool:
    return (
        len(redirections) == 1
        and redirections[0].operator == "<"
        and not redirections[0].descriptor
    )


def process(shell: Shell, state: State, part: ProcessSubstitution) -> str:
    """The path that `<(…)` or `>(…)` becomes."""
    shell.descriptor -= 1
    path = f"/dev/fd/{shell.descriptor}"
    if part.direction == "<":
        ends = shell.enclosed(part.body, state, None)
        outputs = [end.output for end in ends]
        state.contents, state.links = ends[0].contents, ends[0].links
        same = all(output == outputs[0] for output in outputs)
        printed = outputs[0] if same else choice(outputs, "<(…)", shell.sources)
        state.contents[path] = printed
        state.descriptors = {**state.descriptors, str(shell.descriptor): ("text", printed)}
    else:
        shell.waiting.append((path, part.body))
        state.descriptors = {**state.descriptors, str(shell.descriptor): ("process", path)}
    return path


def calculate(shell: Shell, state: State, parts: list[Any]) -> int | None:
    """The value of an arithmetic expression; None when it is not known."""
    into = _Fields("")
    _expand(shell, state, parts, into, False, False)
    return number_of(shell, state, into.current or "")


def number_of(shell: Shell, state: State, expression: str) -> int | None:
    """The value of the text of an arithmetic expression; None when it is not known."""

    def get(name: str) -> str | None:
        value = values.value_of(shell, state, name)
        if isinstance(value, dict):
            value = value.get(0, value.get("0", ""))
        return "" if value is None else value

    def put(name: str, value: int | None) -> None:
        state.assign(name, shell.variable_mark(name) if value is None else str(value))

    return arithmetic.evaluate(expression, get, put)


def _files(shell: Shell, state: State, field: str) -> list[str]:
    """The files that a pattern matches where it is cheap to look, else the pattern."""
    closed = patterns.closed(field)
    last = field.rsplit("/", 1)[-1] or field
    if (
        last in (STAR, "." + STAR)
        or not patterns.is_active(closed + field)
        or "noglob" in state.options
    ):
        return [closed] if "noglob" not in state.options else [patterns.plain(field)]
    first = next(at for at, character in enumerate(field) if patterns.is_active(character))
    slash = field.rfind("/", 0, first) + 1
    folder, rest = field[:slash], field[slash:].split("/")
    base = os.path.normpath(folder if folder.startswith("/") else f"{state.cwd}/{folder}")
    if not is_known(base + folder) or below(shell.scene.root, base) is None or len(rest) > 4:
        return [closed]
    found = [folder]
    for part in rest:
        following: list[str] = []
        for start in found:
            if not patterns.is_active(part):
                name = start + part
                if os.path.lexists(os.path.join(state.cwd, name)):
                    following.append(name)
                continue
            names = _entries(os.path.join(state.cwd, start))
            if names is None or part == STAR + STAR:
                return [closed]
            following += [
                start + name
                for name in names
                if (name[0] != "." or part[0] == ".") and patterns.matches(part, name)
            ]
        if len(following) > MAX_MATCHES:
            return [closed]
        last_one = part is rest[-1]
        found = following if last_one else [name + "/" for name in following]
    return sorted(found) or [closed]


def _entries(folder: str) -> list[str] | None:
    """The names in a folder; None when there are too many."""
    names = []
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) > MAX_ENTRIES:
                    return None
    except OSError:
        return []
    return names


def mark_like(shell: Shell, like: str, shown: str) -> str:
    """A mark for text that is made of `like`."""
    paths: list[str] = []
    hosts: list[str] = []
    kind, program = VARIABLE, ""
    for source in shell.sources.of(like):
        paths += source.paths
        hosts += source.hosts
        program = program or source.program
        kind = OUTPUT if source.kind != VARIABLE else kind
    return shell.sources.mark(Source(kind, shown, paths, hosts, (), program))
