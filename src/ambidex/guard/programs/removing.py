"""Programs that take files away: rm and its relatives, truncate.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, place, put, remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_RM_LONG = (
    *("recursive", "force", "dir", "interactive", "one-file-system", "no-preserve-root"),
    *("preserve-root", "verbose", "help", "version"),
)


def _rm(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, long=_RM_LONG)
    flags = []
    if given.has("r", "R", "recursive"):
        flags.append("recursive")
    if given.has("f", "force"):
        flags.append("force")
    if given.has("no-preserve-root"):
        flags.append("no-preserve-root")
    for word in given.operands:
        remove(call, word, flags)


def _rmdir(call: Invocation) -> None:
    call.output = ""
    for word in options.read(call.arguments, long=("parents",)).operands:
        remove(call, word, ["empty"])


def _unlink(call: Invocation) -> None:
    call.output = ""
    for word in options.read(call.arguments).operands:
        remove(call, word)


def _always_recursive(call: Invocation) -> None:
    """Rimraf and its like: everything given goes, folders too."""
    call.output = ""
    for word in options.read(call.arguments).operands:
        remove(call, word, ["recursive", "force"])


def _shred(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="ns",
        attached="",
        long=("force", "remove", "verbose", "exact", "zero"),
        long_valued=("iterations", "size", "random-source"),
    )
    for word in given.operands:
        put(call, word, call.unknown("random bytes"), ["shred"])
        if given.has("u", "remove"):
            remove(call, word, ["shred"])


def _srm(call: Invocation) -> None:
    call.output = ""
    given = options.read(call.arguments, long=("recursive", "force", "simple", "medium"))
    flags = ["shred", "recursive"] if given.has("r", "R", "recursive") else ["shred"]
    for word in given.operands:
        remove(call, word, flags)


def _trash(call: Invocation) -> None:
    """Into the desktop's trash: the name goes, the content can be brought back."""
    call.output = ""
    words = call.arguments
    if call.name == "gio":
        if not words or words[0] != "trash":
            return
        words = words[1:]
    for word in options.read(words, long=("force",)).operands:
        call.emit(effects.MOVE, path=word, flags=["recursive", "trash", *place(call, word)])


def _truncate(call: Invocation) -> None:
    call.output = ""
    given = options.read(
        call.arguments,
        valued="sr",
        long=("no-create", "io-blocks"),
        long_valued=("size", "reference"),
    )
    grows = given.last("s", "size").startswith("+")
    for word in given.operands:
        put(call, word, "", ["truncate"], effects.EDIT if grows else effects.WRITE)


MODELS = {
    "rm": _rm,
    "grm": _rm,
    "rmdir": _rmdir,
    "unlink": _unlink,
    "rimraf": _always_recursive,
    "del-cli": _always_recursive,
    "shred": _shred,
    "gshred": _shred,
    "srm": _srm,
    "wipe": _srm,
    "trash": _trash,
    "trash-put": _trash,
    "gio": _trash,
    "truncate": _truncate,
}
