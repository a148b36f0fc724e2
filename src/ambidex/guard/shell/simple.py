"""Simple commands: their words, assignments and redirections.

Hot path: `os` only.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.shell import calling, expand, redirect, values
from ambidex.guard.shell.nodes import Assignment, Literal, Parameter, Simple, Substitution, Word
from ambidex.guard.shell.state import State, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.nodes import Script

# Builtins whose arguments are assignments.
_DECLARING = frozenset({"export", "declare", "typeset", "local", "readonly"})
# Plain assignments to these reach programs: they are in every environment.
_ALWAYS_EXPORTED = frozenset({"PATH", "HOME", "PROMPT_COMMAND", "BASH_ENV", "ENV", "SHELL"})


def run(shell: Shell, node: Simple, state: State) -> list[State]:
    """Run one simple command."""
    words = node.words
    state.retreat = ""
    if state.aliases and words:
        ends = _alias(shell, node, state)
        if ends is not None:
            return ends
    if not node.assignments and not node.redirections:
        plain = _plain(words)
        if plain is not None:
            return calling.dispatch(shell, state, plain, {}, True) if plain else [state]
    results = shell.alternatives(state, lambda one: _run(shell, node, one))
    return merged(results, shell.sources)


def _plain(words: list[Word]) -> list[str] | None:
    """The words where all of them are written out."""
    found = []
    for word in words:
        if len(word.parts) != 1:
            return None
        part = word.parts[0]
        if type(part) is not Literal or not (part.quoted or _DULL.issuperset(part.text)):
            return None
        found.append(part.text)
    return found


_DULL = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+%@^!|&;<>\"'\\ #"
)


def _run(shell: Shell, node: Simple, state: State) -> list[State]:
    outer, shell.waiting = shell.waiting, []
    state.status = True
    arrays: list[Assignment] = []
    if len(node.words) > 1 and _name(node.words[0]) in _DECLARING:
        count = len(shell.effects)
        words = _declared(shell, state, node.words, arrays)
        _take_in(node.words, shell.effects, count)
    else:
        words = expand.fields(shell, state, node.words)
    if not words:
        for one in node.assignments:
            assign(shell, state, one)
        if node.redirections:
            nothing = redirect.opened(shell, state, node.redirections, [])
            redirect.closed(shell, state, nothing, [])
        waiting, shell.waiting = shell.waiting, outer
        shell.settled()
        return finished(shell, [state], waiting)
    given: dict[str, str] = {}
    for one in node.assignments:
        if isinstance(one.value, list):
            assign(shell, state, one)
            continue
        given[one.name] = expand.text(shell, state, one.value)
        if one.append:
            before_value = values.value_of(shell, state, one.name)
            given[one.name] = (before_value if isinstance(before_value, str) else "") + given[
                one.name
            ]
        shell.emit(effects.ENVIRON, target=one.name, data=given[one.name], words=words)
    bare = words[0] == "exec" and len(words) == 1
    if bare:
        redirect.keep(shell, state, node.redirections, words)
    before: redirect.Opened | None = None
    if node.redirections and not bare:
        before = redirect.opened(shell, state, node.redirections, words)
    waiting, shell.waiting = shell.waiting, outer
    meant = _meant(shell, state, node, words, given)
    shell.settled()
    shell.writes = before is not None and _writes(node)
    if meant:
        calling.dispatch(shell, state.fork(), meant, given, True)
    ends = calling.dispatch(shell, state, words, given, True)
    for array in arrays:
        for end in ends:
            assign(shell, end, array)
    if before is not None:
        for end in ends:
            redirect.closed(shell, end, before, words)
    return finished(shell, ends, waiting)


def _take_in(words: list[Word], found: list[effects.Effect], count: int) -> None:
    """What `export $(grep -v "^#" .env)` reads goes into variables and is not shown, like `source`.

    Args:
        words: the command's words.
        found: all effects so far.
        count: how many of them there were before the words were expanded.
    """
    parts = [part for word in words[1:] for part in word.parts]
    if not all(type(part) is Substitution and not part.quoted for part in parts):
        return
    if all(effect.kind == effects.READ for effect in found[count:]):
        for effect in found[count:]:
            effect.flags |= {"quiet"}


def _writes(node: Simple) -> bool:
    """Whether its output goes to a file that somebody may read."""
    return any(
        one.operator in (">", ">>", ">|", "&>", "&>>")
        and one.descriptor in ("", "1")
        and _name(one.target) != "/dev/null"
        for one in node.redirections
    )


def _meant(
    shell: Shell, state: State, node: Simple, words: list[str], given: dict[str, str]
) -> list[str]:
    """The words as somebody means them who writes `FILE=x cat "$FILE"`; empty if they are that.

    In fact the assignment comes too late for the words of the same command.
    """
    if not given or not any(
        type(part) is Parameter and part.name in given for word in node.words for part in word.parts
    ):
        return []
    other = state.fork()
    for name, value in given.items():
        other.assign(name, value)
    found = expand.fields(shell, other, node.words)
    return found if found != words else []


def _name(word: Word) -> str:
    part = word.parts[0] if len(word.parts) == 1 else None
    return str(part.text) if type(part) is Literal else ""


def _declared(shell: Shell, state: State, words: list[Word], arrays: list[Assignment]) -> list[str]:
    """The words of `declare`, `export` and so on: values in them are not split."""
    found: list[str] = []
    for word in words:
        first = word.parts[0] if word.parts else None
        if type(first) is Assignment:
            arrays.append(first)
            found.append(first.name)
            continue
        name, equals, value = (
            first.text.partition("=")
            if type(first) is Literal and not first.quoted
            else ("", "", "")
        )
        if equals and name.rstrip("+").isidentifier():
            rest = Word([Literal(value, False), *word.parts[1:]] if value else word.parts[1:])
            found.append(f"{name}={expand.text(shell, state, rest)}")
        else:
            found += expand.fields(shell, state, [word])
    return found


def finished(shell: Shell, ends: list[State], waiting: list[tuple[str, Script]]) -> list[State]:
    """After a command: what was written to its `>(…)` is read by what waits there."""
    for path, body in waiting:
        following = []
        for end in ends:
            given = end.contents.get(path)
            for done in shell.enclosed(body, end, end.output if given is None else given):
                after = end.after(done)
                after.status = end.status
                redirect.put(shell, after, done.output, [])
                following.append(after)
        ends = following
    return ends


def redirected(
    shell: Shell, node: Any, state: State, act: Callable[[State], list[State]]
) -> list[State]:
    """Run `act` with the redirections of the compound command `node`."""
    redirections = node.redirections
    if not redirections:
        return act(state)
    outer, shell.waiting = shell.waiting, []
    before = redirect.opened(shell, state, redirections, [])
    waiting, shell.waiting = shell.waiting, outer
    ends = act(state)
    for end in ends:
        redirect.closed(shell, end, before, [])
    return finished(shell, ends, waiting)


def _alias(shell: Shell, node: Simple, state: State) -> list[State] | None:
    """Run a command whose first word is an alias; None when it is none."""
    parts = node.words[0].parts
    if len(parts) != 1 or type(parts[0]) is not Literal or parts[0].quoted:
        return None
    text = state.aliases.get(parts[0].text)
    if text is None:
        return None

    def act(one: State) -> list[State]:
        rest = expand.fields(shell, one, node.words[1:])
        shell.settled()
        # An alias is not expanded again within itself.
        kept = one.aliases
        one.aliases = {k: v for k, v in kept.items() if k != parts[0].text}
        ends = shell.source(" ".join([text, *map(values.quoted, rest)]), one)
        for end in ends:
            end.aliases = kept
        return ends

    return shell.alternatives(state, act)


def assign(shell: Shell, state: State, one: Assignment) -> None:
    """Follow one assignment."""
    name = one.name
    if isinstance(one.value, list):
        state.assign(name, _array(shell, state, one))
        return
    value = expand.text(shell, state, one.value)
    letters = state.attributes.get(name, "") if state.attributes else ""
    if one.subscript is not None:
        old = state.variables.get(name)
        items: dict[Any, str] = dict(old) if isinstance(old, dict) else {}
        if isinstance(old, str):
            items[0] = old
        key = values.subscript(shell, state, name, one.subscript)
        place = shell.variable_mark(f"{name}[]") if key is None else key
        items[place] = items.get(place, "") + value if one.append else value
        state.variables = {**state.variables, name: items}
        return
    if "i" in letters:
        number = expand.number_of(shell, state, value)
        if number is not None:
            value = str(number)
    if one.append:
        old = values.value_of(shell, state, name)
        if isinstance(old, dict):
            old = old.get(0, "")
        if "i" in letters:
            value = str(expand.number_of(shell, state, f"{old or 0}+{value}") or 0)
        else:
            value = (old or "") + value
    if len(value) > redirect.SIZE:
        shell.step(len(value) // redirect.SIZE)
    state.assign(name, value)
    if name in state.exported or name in _ALWAYS_EXPORTED or name in shell.scene.environ:
        state.exported |= {name}
        shell.emit(effects.ENVIRON, target=name, data=value, words=(f"{name}={value}",))


def _array(shell: Shell, state: State, one: Assignment) -> dict[Any, str]:
    items: dict[Any, str] = {}
    old = state.variables.get(one.name)
    if one.append and old is not None:
        items = dict(old) if isinstance(old, dict) else {0: old}
    place = max((key for key in items if isinstance(key, int)), default=-1) + 1
    for item in one.value:
        if isinstance(item, Assignment):
            key = values.subscript(shell, state, one.name, item.subscript)
            key = shell.variable_mark(f"{one.name}[]") if key is None else key
            items[key] = expand.text(shell, state, item.value)
            place = key + 1 if isinstance(key, int) else place
        else:
            for text in expand.fields(shell, state, [item]):
                items[place] = text
                place += 1
    return items
