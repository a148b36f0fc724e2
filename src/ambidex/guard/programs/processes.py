"""Programs that end processes: kill, pkill, killall, fuser -k.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _signal(word: str) -> str:
    """`-9`, `-KILL`, `-SIGTERM` as upper-case names or numbers, `""` for another word."""
    name = word[1:].upper()
    name = name[3:] if name.startswith("SIG") else name
    known = ("KILL", "TERM", "HUP", "INT", "QUIT", "STOP", "CONT", "USR1", "USR2", "TSTP", "ABRT")
    return name if word[:1] == "-" and (name.isdigit() or name in known) else ""


def _kill(call: Invocation) -> None:
    call.output = ""
    words = list(call.arguments)
    if asks_help(call) or not words:
        return
    signal = ""
    if words[0] in ("-l", "-L", "--list", "--table"):
        return
    if words[0] in ("-s", "-n", "--signal"):
        signal = "".join(words[1:2]).upper()
        words = words[2:]
    elif _signal(words[0]) and len(words) > 1:
        signal, words = _signal(words[0]), words[1:]
    elif words[0].startswith("--signal="):
        signal, words = words[0][9:].upper(), words[1:]
    if words and words[0] == "--":
        words = words[1:]
    if signal in ("0", "EXIT"):
        return  # only asks whether it is there
    for word in words:
        call.emit(effects.KILL, action="process", target=word, data=signal)


def _by_name(call: Invocation) -> None:
    """`pkill` and `killall`."""
    call.output = ""
    if asks_help(call):
        return
    words, signal = [], ""
    for word in call.arguments:
        if _signal(word):
            signal = _signal(word)
        else:
            words.append(word)
    given = options.read(
        words,
        valued="dFgGPstuUrOcC" if call.name == "pkill" else "sugoyZtc",
        long=("full", "exact", "newest", "oldest", "ignore-case", "echo", "count", "list", "wait"),
        long_valued=(
            *("signal", "euid", "uid", "group", "parent", "pgroup", "session", "terminal", "user"),
            *("older-than", "younger-than", "pidfile", "older", "runstates", "process-group"),
        ),
    )
    signal = given.last("signal", "s") if not signal and call.name == "killall" else signal
    if signal == "0" or (given.has("list", "l") and call.name == "killall"):
        return
    flags = [name for name, keys in _FLAGS.items() if given.has(*keys)]
    for word in given.operands or [""]:
        call.emit(effects.KILL, action="name", target=word, data=signal, flags=flags)


# What a signal by name goes to besides the name.
_FLAGS = {
    "full": ("f", "full"),
    "exact": ("x", "exact"),
    "user": ("u", "U", "euid", "uid", "user"),
    "session": ("t", "terminal", "session", "G", "g", "group", "pgroup"),
    "parent": ("P", "parent", "F", "pidfile"),
    "inverse": ("v", "inverse"),
    "regexp": ("r",),
}


def _everything(call: Invocation) -> None:
    call.output = ""
    if not asks_help(call):
        call.emit(effects.KILL, action="everything", target=call.name)


def _fuser(call: Invocation) -> None:
    call.output = carry(call)
    given = options.read(call.arguments, valued="nN", long=("kill",), long_valued=("namespace",))
    if given.has("k", "kill"):
        words = [*given.all("n", "namespace"), *given.operands]
        call.emit(
            effects.KILL,
            action="users-of-file",
            target=" ".join(words),
            flags=["mount"] if given.has("m", "mount", "M", "c") else [],
        )


MODELS = {
    "kill": _kill,
    "skill": _by_name,
    "pkill": _by_name,
    "killall": _by_name,
    "killall5": _everything,
    "xkill": _everything,
    "fuser": _fuser,
}
