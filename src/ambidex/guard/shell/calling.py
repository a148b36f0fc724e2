"""Calls what the words of a command name: a function, a builtin, a program, a script.

Hot path: `os` only.
"""

from __future__ import annotations

import os
import time

from ambidex.guard import effects, programs
from ambidex.guard.invocation import Invocation, absolute, resolved
from ambidex.guard.programs.outputs import named_outputs
from ambidex.guard.scene import below
from ambidex.guard.shell import patterns, redirect
from ambidex.guard.shell.state import State
from ambidex.guard.taint import is_known, is_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell

_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh")
# Builtins that are programs as well, and the folders of those.
_ALSO_PROGRAMS = frozenset({"echo", "printf", "true", "false", "test", "[", "pwd"})
_SYSTEM = frozenset({"/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"})
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
    | {"ln", "cp", "mkdir", "touch", "basename", "dirname", "realpath"}
    | {"dpkg", "rpm", "logger", "say", "figlet", "cowsay", "espeak"}
    | {"claude", "apt-cache", "dpkg-query", "rpmbuild", "pydoc", "ri"}
)


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
    elif os.path.basename(name) in _ALSO_PROGRAMS and os.path.dirname(name) in _SYSTEM:
        return dispatch(shell, state, [os.path.basename(name), *words[1:]], given, False)
    return external(shell, state, words, given)


def call(shell: Shell, state: State, words: list[str], given: dict[str, str]) -> list[State]:
    """Call a function."""
    name = words[0]
    running = [entry for entry in shell.calls if entry[0] == name]
    if running:
        _, apart, doubtful, _ = running[0]
        if shell.apart > apart and shell.doubtful == doubtful:
            shell.emit(effects.HOST, action="fork-bomb", words=words)
            return [state]
        if len(running) > 3 and shell.doubtful > doubtful:
            return [state]
        if len(running) > 3 and running[-1][3] == (words, state.variables):
            # Nothing is different from the last time, so it will never end.
            shell.emit(effects.HOST, action="endless-recursion", words=words)
            return [state]
    outer = (state.positional, state.scopes)
    state.positional = tuple(words[1:])
    state.scopes = (*state.scopes, {})
    hidden = {one: state.variables.get(one, MISSING) for one in given}
    for one, value in given.items():
        state.assign(one, value)
    shell.calls.append((name, shell.apart, shell.doubtful, (words, state.variables)))
    shell.deeper()
    try:
        ends = shell.walk(state.functions[name], state)
    finally:
        shell.shallower()
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
        meant = _guessed(words)
        if meant:
            inner = Invocation(shell, words, state.cwd, {}, state.stdin, via)
            outer, shell.state = shell.state, state
            inner.run(meant, via=via if via.startswith("wrapper:") else "wrapper:unknown")
            shell.state = outer
    invocation = Invocation(
        shell, words, state.cwd, shell.variables_of(state, given), state.stdin, via
    )
    if shell.scene.policy["guard"]["rules"]:
        # Our own rules know what programs do; a project's may be about one that nobody knows.
        invocation.emit(effects.RUN, target=invocation.name)
    outer, shell.state = shell.state, state
    try:
        tells = len(words) == 2 and words[1] in _TELLING and "/" not in name
        began = time.process_time()
        model = None if tells else programs.model_of(invocation.name)
        # Without bytecode an import takes long; that is not the command's fault.
        shell.deadline += time.process_time() - began
        if model is not None:
            model(invocation)
        elif "/" in name and is_known(name):
            _file(shell, invocation)
        elif not tells and "/" not in name and invocation.name not in _CONSUMERS and words[1:]:
            _wrapper(shell, invocation)
        if model is None:
            named_outputs(invocation)
        if "/" in name and model is not None:
            _written(shell, invocation)
    finally:
        shell.state = outer
    state.status = invocation.status
    output = invocation.output
    redirect.put(shell, state, invocation.default_output() if output is None else output, words)
    return [state]


# The only word behind a program that is asked what it is: nothing is done then. A path may name a
# script of the project, which runs all the same.
_TELLING = frozenset({"--help", "--version"})


def _guessed(words: list[str]) -> list[str]:
    """What a command whose name is unknown in part most likely is; empty where nobody can say."""
    name = words[0].rsplit("/", 1)[-1]
    known = "".join(letter for letter in name if is_known(letter))
    if known in COMMANDS:
        return [known, *words[1:]]
    if known != name and is_pattern(name):
        for command in ("rm", "dd", "mv", "sh", "bash", "git", "chmod", "chown", "shred"):
            if patterns.matches(name, command):
                return [command, *words[1:]]
    first = words[1] if len(words) > 2 else ""
    if not known and first[:1] == "-" and first[1:2] != "-" and {"r", "f"} <= set(first.lower()):
        return ["rm", *words[1:]]
    if not known and first in ("reset", "clean", "checkout", "restore", "push"):
        return ["git", *words[1:]]
    return []


def _is_named(name: str) -> bool:
    """Whether a name that is unknown in part says which program it is: `$HOME/bin/tool`."""
    last = name.rsplit("/", 1)[-1]
    return "/" in name and bool(last) and is_known(last)


def _written(shell: Shell, invocation: Invocation) -> None:
    """A program of a known name may still be a file that this command line wrote."""
    place = resolved(invocation.path(invocation.words[0]), shell.links)
    content = shell.contents.get(place)
    if content is not None:
        _content(invocation, place, content)


def _file(shell: Shell, invocation: Invocation) -> None:
    """A program named by its path: a script of the project, or what was written before."""
    place = resolved(invocation.path(invocation.words[0]), shell.links)
    content = shell.contents.get(place)
    if content is not None:
        _content(invocation, place, content)
        return
    if below(shell.scene.root, place) is None:
        return
    text = shell.file_text(place)
    if text and is_shell_script(place, text):
        invocation.output = invocation.script(
            text, via=_script_via(shell, place), arguments=invocation.words
        )


def _content(invocation: Invocation, place: str, content: str) -> None:
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
    if "=" in invocation.name:
        # `A-B=2 command`, `=2 command`: an assignment gone wrong, no program.
        invocation.run(invocation.words[1:])
        return
    for at, word in enumerate(invocation.words[1:9], 1):
        if os.path.basename(word) in COMMANDS and "=" not in word:
            invocation.run(invocation.words[at:], via=f"wrapper:{invocation.name}")
            return


def file_of(state: State, path: str) -> str:
    """The absolute path that `path` means in `state`."""
    return resolved(absolute(state.cwd, path), state.links)
