"""Shells that are started as programs: `sh`, `bash`, `zsh` and their relatives.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.invocation import STDIN
from ambidex.guard.scene import below
from ambidex.guard.taint import INTERACTIVE, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation
    from ambidex.guard.programs import Model

# Long options that take a value as their next word, and those that name a file to be run first.
_VALUED = frozenset({"rcfile", "init-file", "init-command", "features", "profile-startup"})
_STARTUP = frozenset({"rcfile", "init-file"})
# Letters of `set` and the like that take the next word.
_LETTERS = "oO"


class _Line:
    """A shell's command line.

    Attributes:
        code: what follows `-c`; None without it.
        reads: whether it reads its code from standard input although there are operands (`-s`).
        startup: files that it runs first.
        operands: the script and its arguments, or with `-c` `$0` and the arguments.
        interactive: whether it is to talk to somebody (`-i`).
        syntax_only: whether it only reads the code (`-n`).
        shows: whether it only shows its version or help.
    """

    def __init__(self, call: Invocation) -> None:
        self.code: str | None = None
        self.reads = False
        self.startup: list[str] = []
        self.operands: list[str] = []
        self.syntax_only = False
        self.interactive = False
        self.shows = False
        self._read(call.arguments, call.name)

    def _read(self, words: list[str], name: str) -> None:
        at, takes_code = 0, False
        while at < len(words):
            word = words[at]
            if word in ("--", "-"):
                at += 1
                break
            if len(word) < 2 or word[0] not in "-+" or not is_known(word[:2]):
                break
            at += 1
            if word.startswith("--"):
                option, equals, value = word[2:].partition("=")
                if option == "command" or (name == "fish" and option == "init-command"):
                    takes_code = not equals
                    self.code = value if equals else self.code
                elif option in _VALUED:
                    if not equals and at < len(words):
                        value = words[at]
                        at += 1
                    self.startup += [value] if option in _STARTUP else []
                elif option in ("version", "help"):
                    self.shows = True
                continue
            for place, letter in enumerate(word[1:], 2):
                if letter == "c" and word[0] == "-":
                    takes_code = True
                elif letter == "i" and word[0] == "-":
                    self.interactive = True
                elif letter == "s":
                    self.reads = True
                elif letter == "n" and word[0] == "-":
                    self.syntax_only = True
                elif letter in _LETTERS and name != "fish":
                    # `-o errexit`, `-oerrexit`; in a cluster the names follow it one by one.
                    rest = word[place:]
                    if rest and name == "zsh":
                        break
                    if not rest or rest[:1] in "ceiuxls":
                        at += 1
                        continue
                    break
        if takes_code and at < len(words):
            self.code = words[at]
            at += 1
        self.operands = words[at:]


def run(call: Invocation) -> None:
    """What a shell does with its command line and standard input."""
    line = _Line(call)
    if line.shows:
        call.output = ""
        return
    for name in ("BASH_ENV", "ENV"):
        if call.variables.get(name):
            line.startup.append(call.variables[name])
    for path in line.startup:
        _startup(call, path)
    if line.code is not None:
        if not line.syntax_only:
            call.output = call.script(line.code, arguments=line.operands or [call.words[0]])
    elif line.operands and not line.reads:
        _file(call, line)
    elif call.stdin is not None:
        if not line.syntax_only:
            arguments = [call.words[0], *line.operands]
            call.output = call.script(call.stdin, arguments=arguments, stdin="")
            if line.interactive and not is_known(call.stdin):
                call.output += call.unknown(INTERACTIVE)
    else:
        # Interactive, or nothing to read. Whoever gets what it prints may be talking to it.
        call.output = call.unknown(INTERACTIVE) if line.interactive else ""


def _startup(call: Invocation, path: str) -> None:
    """A file that is run before anything else, where its content is known."""
    place = call.path(path)
    content = call.content(place)
    if content is not None:
        written = place in call.machine.contents
        call.script(content, via=call.via if written else _via(call, place))


def _file(call: Invocation, line: _Line) -> None:
    path = line.operands[0]
    place = call.path(path)
    written = call.machine.contents.get(place)
    if place in STDIN:
        if call.stdin is not None and not line.syntax_only:
            call.output = call.script(call.stdin, arguments=line.operands, stdin="")
        return
    call.emit(effects.READ, path=path)
    if line.syntax_only:
        return
    text = call.content(place)
    if not place.startswith("/dev/fd/"):
        data = written or ""
        call.emit(effects.EXECUTE, action="file", path=place, data=data, target=call.name)
    if text is not None:
        via = call.via if written is not None or place.startswith("/dev/fd/") else _via(call, place)
        call.output = call.script(text, arguments=line.operands, via=via)
    elif not is_known(path):
        call.emit(effects.EXECUTE, action="shell", data=path, target=call.name, path=place)


def _via(call: Invocation, place: str) -> str:
    if call.via.startswith("wrapper:"):
        return call.via
    root = getattr(getattr(call.machine, "scene", None), "root", "")
    return f"script:{(below(root, place) if root else None) or place}"


_SHELLS = (
    *("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish", "rbash", "ksh93", "yash"),
    *("csh", "tcsh", "xonsh", "nu"),
)

MODELS: dict[str, Model] = dict.fromkeys(_SHELLS, run)
