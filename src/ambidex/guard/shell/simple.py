"""Simple commands: assignments, and the program, function or builtin that the words name.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard import effects, programs
from ambidex.guard.invocation import Invocation, absolute, resolved
from ambidex.guard.scene import below
from ambidex.guard.shell import expand, redirect, values
from ambidex.guard.shell.nodes import Assignment, Literal, Simple, Word
from ambidex.guard.shell.state import State, merged
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.nodes import Script

# Plain assignments to these reach programs: they are in every environment.
_ALWAYS_EXPORTED = frozenset({"PATH", "HOME", "PROMPT_COMMAND", "BASH_ENV", "ENV", "IFS", "SHELL"})
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh")
# Arguments of a program that is not known which look like a command that it may run.
COMMANDS = frozenset(
    {"rm", "rmdir", "shred", "dd", "mkfs", "wipefs", "fdisk", "parted", "shutdown", "reboot"}
    | {"halt", "poweroff", "chmod", "chown", "chgrp", "mv", "truncate", "kill", "pkill", "killall"}
    | {"sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "ruby", "node", "php"}
    | {"git", "curl", "wget", "find", "xargs", "sudo", "doas", "env", "docker", "podman"}
    | {"kubectl", "terraform", "aws", "gcloud", "az", "systemctl", "crontab", "iptables"}
    | {"eval", "exec", "source", "nohup", "timeout", "busybox", "mkfs.ext4", "mkfs.xfs"}
)
# Programs that take such words as data, also where nothing else is known about them.
_CONSUMERS = frozenset(
    {"echo", "printf", "grep", "egrep", "fgrep", "rg", "ag", "ack", "man", "which", "type"}
    | {"whatis", "apropos", "tldr", "info", "help", "whereis", "git", "pytest", "jest", "vitest"}
    | {"cargo", "go", "npm", "npx", "yarn", "pnpm", "pip", "pip3", "brew", "apt", "apt-get"}
    | {"dnf", "yum", "apk", "pacman", "uv", "poetry", "gem", "make", "just", "tox", "nox"}
    | {"ls", "cat", "head", "tail", "wc", "file", "stat", "test", "[", "pgrep", "pidof", "ps"}
    | {"ambidex", "code", "vim", "vi", "nano", "less", "more", "cheat", "shellcheck", "shfmt"}
    | {"gh", "glab", "jq", "yq", "sort", "uniq", "cut", "tr", "diff", "cmp", "tee", "seq", "date"}
    | {"ruff", "mypy", "eslint", "prettier", "black", "tsc", "bundle", "rake", "mvn", "gradle"}
    | {"snap", "flatpak", "conda", "mamba", "asdf", "mise", "pyenv", "rbenv", "nvm", "rustup"}
    | {"cd", "hash", "alias", "ln", "cp", "mkdir", "touch", "basename", "dirname", "realpath"}
    | {"dpkg", "rpm", "hyperfine-data", "logger", "say", "figlet", "cowsay", "espeak"}
    | {"claude", "cd", "screenfetch", "apt-cache", "dpkg-query", "rpmbuild", "pydoc", "ri"}
)


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
            return dispatch(shell, state, plain, {}, True) if plain else [state]
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
    shell.settled()
    ends = dispatch(shell, state, words, given, True)
    if before is not None:
        for end in ends:
            redirect.closed(shell, end, before, words)
    return finished(shell, ends, waiting)


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


def dispatch(
    shell: Shell, state: State, words: list[str], given: dict[str, str], functions: bool
) -> list[State]:
    """Run what the first of `words` names; `given` are assignments before it."""
    shell.step()
    name = words[0]
    if not name:
        state.status = False
        return [state]
    if functions and name in state.functions:
        return call(shell, state, words, given)
    if "/" not in name:
        from ambidex.guard.shell.builtins import BUILTINS

        builtin = BUILTINS.get(name)
        if builtin is not None:
            return builtin(shell, state, words, given) or [state]
    return external(shell, state, words, given)


def call(shell: Shell, state: State, words: list[str], given: dict[str, str]) -> list[State]:
    """Call a function."""
    name = words[0]
    running = [entry for entry in shell.calls if entry[0] == name]
    if running:
        _, apart, doubtful = running[0]
        if shell.apart > apart and shell.doubtful == doubtful:
            shell.emit(effects.HOST, action="fork-bomb", words=words)
            return [state]
        if len(running) > 3 and shell.doubtful > doubtful:
            return [state]
    outer = (state.positional, state.scopes)
    state.positional = tuple(words[1:])
    state.scopes = (*state.scopes, {})
    hidden = {one: state.variables.get(one, MISSING) for one in given}
    for one, value in given.items():
        state.assign(one, value)
    shell.calls.append((name, shell.apart, shell.doubtful))
    shell._deeper()
    try:
        ends = shell.walk(state.functions[name], state)
    finally:
        shell._depth -= 1
        shell.calls.pop()
    for end in ends:
        variables = dict(end.variables)
        for one, value in {**hidden, **end.scopes[-1]}.items():
            if value is MISSING:
                variables.pop(one, None)
            else:
                variables[one] = value
        end.variables = variables
        end.positional, end.scopes = outer
        if end.flow is not None and end.flow[0] == "return":
            end.flow = None
    return ends


# What stands for a variable that had no value of the shell's own.
MISSING: Any = object()


def external(shell: Shell, state: State, words: list[str], given: dict[str, str]) -> list[State]:
    """Run a program."""
    name = words[0]
    via = shell.via
    if not is_known(name) and not _is_named(name):
        shell.emit(effects.EXECUTE, action="program", data=name, target=shell.shell, words=words)
    invocation = Invocation(
        shell, words, state.cwd, shell.variables_of(state, given), state.stdin, via
    )
    outer, shell.state = shell.state, state
    picks, shell._picks = shell._picks, None
    try:
        model = programs.model_of(invocation.name)
        if model is not None:
            model(invocation)
        elif "/" in name and is_known(name):
            _file(shell, invocation)
        elif "/" not in name and invocation.name not in _CONSUMERS and len(words) > 1:
            _wrapper(shell, invocation)
        if "/" in name and model is not None:
            _written(shell, invocation)
    finally:
        shell.state = outer
        shell._picks = picks
    state.status = invocation.status
    output = invocation.output
    redirect.put(shell, state, invocation.default_output() if output is None else output, words)
    return [state]


def _is_named(name: str) -> bool:
    """Whether a name that is unknown in part says which program it is: `$HOME/bin/tool`."""
    last = name.rsplit("/", 1)[-1]
    return "/" in name and bool(last) and is_known(last)


def _written(shell: Shell, invocation: Invocation) -> None:
    """A program of a known name may still be a file that this command line wrote."""
    place = resolved(invocation.path(invocation.words[0]), shell.links)
    content = shell.contents.get(place)
    if content is not None:
        _content(shell, invocation, place, content)


def _file(shell: Shell, invocation: Invocation) -> None:
    """A program named by its path: a script of the project, or what was written before."""
    place = resolved(invocation.path(invocation.words[0]), shell.links)
    content = shell.contents.get(place)
    if content is not None:
        _content(shell, invocation, place, content)
        return
    if below(shell.scene.root, place) is None:
        return
    text = shell.file_text(place)
    if text and is_shell_script(place, text):
        invocation.output = invocation.script(
            text, via=_script_via(shell, place), arguments=invocation.words
        )


def _content(shell: Shell, invocation: Invocation, place: str, content: str) -> None:
    """Run a file that this command line wrote."""
    invocation.emit(effects.EXECUTE, action="file", path=place, data=content)
    first = content.split("\n", 1)[0]
    if content.startswith("#!") and not is_shell_script("", content):
        interpreter = first[2:].split()
        if interpreter and is_known(first):
            invocation.run([*interpreter, place, *invocation.arguments])
    elif not all(not is_known(character) or character.isspace() for character in content):
        invocation.output = invocation.script(content, arguments=invocation.words)


def is_shell_script(path: str, text: str) -> bool:
    """Whether the file is to be run by a shell."""
    if text.startswith("#!"):
        return any(
            word.rsplit("/", 1)[-1] in _SHELLS for word in text.split("\n", 1)[0][2:].split()
        )
    return path.endswith((".sh", ".bash"))


def _script_via(shell: Shell, place: str) -> str:
    if shell.via.startswith("wrapper:"):
        return shell.via
    return f"script:{below(shell.scene.root, place) or place}"


def _wrapper(shell: Shell, invocation: Invocation) -> None:
    """A program that is not known may run its arguments."""
    if shell.via.startswith("wrapper:"):
        return
    for at, word in enumerate(invocation.words[1:9], 1):
        if os.path.basename(word) in COMMANDS and "=" not in word:
            invocation.run(invocation.words[at:], via=f"wrapper:{invocation.name}")
            return


def file_of(state: State, path: str) -> str:
    """The absolute path that `path` means in `state`."""
    return resolved(absolute(state.cwd, path), state.links)
