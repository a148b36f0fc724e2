"""Editors and pickers: files they change, and commands that they run for themselves.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def vim(call: Invocation) -> None:
    """`vim -c '%s/a/b/' -c wq file`, `ex -s file <<EOF`, `nvim --headless '+!command' +q`."""
    commands, operands, reads = [], [], call.name in ("ex", "exim")
    words = iter(call.arguments)
    for word in words:
        if word.startswith("+"):
            commands.append(word[1:])
        elif word in ("-c", "--cmd", "-S") or (word[:2] == "-c" and len(word) > 2):
            commands.append(word[2:] if word[:2] == "-c" and len(word) > 2 else next(words, ""))
        elif call.name in ("ex", "exim", "vim", "vi", "nvim") and word in ("-sc", "-esc", "-Esc"):
            commands.append(next(words, ""))
        elif word in ("-u", "-U", "-i", "-T", "-s", "-t", "-w", "-W") and word != "-s":
            next(words, "")
        elif word == "--":
            operands += list(words)
        elif word[:1] == "-" and len(word) > 1:
            reads = reads or word in ("-es", "-e", "-E", "-Es", "-s")
        elif word != "-":
            operands.append(word)
    script = "\n".join(commands)
    if reads and call.stdin:
        script += "\n" + call.stdin
    looks = call.name in ("view", "vimdiff") or "-R" in call.arguments or "-M" in call.arguments
    if looks and not script:
        for path in operands:
            call.read(path)
        return
    if script:
        call.code("vim", script, arguments=operands)
    if not script or _saves(script):
        for path in operands:
            call.write(path, call.unknown("what is typed"), kind=effects.EDIT)
    else:
        for path in operands:
            call.read(path)


def _saves(script: str) -> bool:
    """Whether editor commands write the file that is open."""
    for line in script.replace("|", "\n").split("\n"):
        word = line.strip().lstrip(":%").split(" ")[0].rstrip("!")
        if word in (
            "w",
            "wq",
            "x",
            "wa",
            "wqa",
            "xa",
            "wall",
            "write",
            "update",
            "up",
            "exit",
            "ZZ",
        ):
            return True
    return False


def ed(call: Invocation) -> None:
    """`ed -s file` with its commands on standard input."""
    given = options.read(call.arguments, valued="p", long_valued=("prompt",))
    script = call.stdin or ""
    if script:
        call.code("vim", script, arguments=given.operands)
    for path in given.operands:
        if path.startswith("!"):
            call.script(path[1:])
        elif not script or _saves(script):
            call.write(path, call.unknown("what is typed"), kind=effects.EDIT)
        else:
            call.read(path)


def emacs(call: Invocation) -> None:
    """`emacs --batch --eval '(delete-file "x")'`, plain `emacs file`."""
    given = options.read(
        call.arguments,
        valued="lfuqd",
        long_valued=("eval", "execute", "load", "funcall", "visit", "insert", "kill", "file"),
        single=True,
    )
    for text in given.all("eval", "execute"):
        _lisp(call, text)
    scripts = "".join(given.all("eval", "execute", "funcall", "f"))
    if not given.has("batch", "eval", "execute") or "save-" in scripts:
        for path in given.operands:
            edited(call, path)


_LISP = {
    "(delete-file": "delete",
    "(delete-directory": "delete",
    "(shell-command": "shell",
    "(shell-command-to-string": "shell",
    "(async-shell-command": "shell",
    "(write-file": "write",
    "(write-region": "write",
}


def _lisp(call: Invocation, text: str) -> None:
    """The few functions of Emacs Lisp that reach out, with a string as first argument."""
    for name, verb in _LISP.items():
        for piece in text.split(name + " ")[1:]:
            parts = piece.split('"')
            if len(parts) < 3:
                continue
            if verb == "shell":
                call.script(parts[1])
            elif verb == "delete":
                call.delete(parts[1], flags=("recursive",) if "directory" in name else ())
            else:
                call.write(parts[1])


def edited(call: Invocation, path: str) -> None:
    """A file that a person has open in an editor."""
    call.write(path, call.unknown("what is typed"), kind=effects.EDIT)


def plain(call: Invocation) -> None:
    """nano, micro and others: their operands are edited."""
    given = options.read(call.arguments, valued="CQTYcor" if call.name in ("nano", "pico") else "")
    for path in given.operands:
        if not path.startswith("+"):
            edited(call, path)


def man(call: Invocation) -> None:
    """`man -P 'command' page`."""
    given = options.read(
        call.arguments, valued="PCLMSeEmRrTH", long_valued=("pager", "html", "preprocessor")
    )
    if given.last("P", "pager"):
        call.script(given.last("P", "pager"))


_FZF_ACTIONS = (
    "execute",
    "execute-silent",
    "become",
    "reload",
    "reload-sync",
    "transform",
    "preview",
)


def fzf(call: Invocation) -> None:
    """`fzf --preview 'command {}' --bind 'enter:execute(command {})'`."""
    if call.arguments in (["--bash"], ["--zsh"]):
        return  # prints its key bindings for the shell
    given = options.read(
        call.arguments,
        valued="qfdnm",
        long_valued=(
            "preview",
            "bind",
            "query",
            "filter",
            "delimiter",
            "nth",
            "with-nth",
            "height",
        ),
    )
    chosen = call.unknown("what is chosen", like=call.stdin or "")
    texts = given.all("preview")
    for binding in given.all("bind"):
        for action in _FZF_ACTIONS:
            for opened, closed in (("(", ")"), ("[", "]"), ("{", "}"), (":", "")):
                before, found, rest = binding.partition(f"{action}{opened}")
                if found and before[-1:] in (":", "+", ""):
                    texts.append(rest.rpartition(closed)[0] if closed and closed in rest else rest)
    for text in texts:
        call.script(text.replace("{}", chosen).replace("{+}", chosen), stdin="")
    call.output = chosen


MODELS = {
    **dict.fromkeys(("vim", "vi", "nvim", "ex", "view", "gvim", "vimdiff", "exim"), vim),
    **dict.fromkeys(("ed", "red"), ed),
    **dict.fromkeys(("emacs", "emacsclient"), emacs),
    **dict.fromkeys(("nano", "pico", "micro", "joe", "kak", "hx", "helix", "mcedit"), plain),
    "man": man,
    "fzf": fzf,
    "sk": fzf,
}
