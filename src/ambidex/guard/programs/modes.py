"""Programs that change who may do what with a file: chmod, chown, chattr, setfacl, xattr.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, place, read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_LONG = (
    *("recursive", "changes", "silent", "quiet", "verbose", "preserve-root", "no-preserve-root"),
    *("dereference", "no-dereference", "help", "version"),
)


def _emit(call: Invocation, kind: str, action: str, words: list[str], recursive: bool) -> None:
    flags = ["recursive"] if recursive else []
    for word in words:
        call.emit(kind, path=word, action=action, flags=[*flags, *place(call, word)])


def _chmod(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    mode = ""
    arguments = []
    for word in call.arguments:
        # `chmod -x file`: a mode that looks like options.
        letters = set(word[1:])
        if not mode and word[:1] == "-" and letters and letters <= set("rwxXstugo,=+"):
            mode = word
            continue
        arguments.append(word)
    given = options.read(arguments, long=_LONG, long_valued=("reference",))
    words = given.operands
    if given.has("reference"):
        mode = f"as {given.last('reference')}"
    elif not mode and words:
        mode, words = words[0], words[1:]
    _emit(call, effects.MODE, mode, words, given.has("R", "recursive"))


def _chown(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, long=_LONG, long_valued=("reference", "from"))
    words = given.operands
    if given.has("reference"):
        owner = f"as {given.last('reference')}"
    else:
        owner, words = "".join(words[:1]), words[1:]
    _emit(call, effects.OWNER, owner, words, given.has("R", "recursive"))


def _chattr(call: Invocation) -> None:
    """Attributes of ext file systems (`+i`, `-a`) and BSD's flags (`chflags nouchg`)."""
    call.output = ""
    changes: list[str] = []
    words: list[str] = []
    recursive = False
    for word in call.arguments:
        if word in ("-R", "-V", "-f", "-h", "-v", "-H", "-L", "-P"):
            recursive = recursive or word == "-R"
        elif not words and word[:1] in ("+", "-", "="):
            changes.append(word)
        else:
            words.append(word)
    if call.name == "chflags" and words:
        changes.append(words.pop(0))
    _emit(call, effects.MODE, " ".join(["attributes", *changes]), words, recursive)


def _setfacl(call: Invocation) -> None:
    call.output = ""
    given = options.read(
        call.arguments,
        valued="mxMX",
        long=("recursive", "remove-all", "remove-default", "default", "test"),
        long_valued=(
            "modify",
            "remove",
            "modify-file",
            "remove-file",
            "set",
            "set-file",
            "restore",
        ),
    )
    read_all(call, given.all("M", "X", "modify-file", "remove-file", "set-file", "restore"))
    if given.has("test"):
        return
    change = ",".join(given.all("m", "modify", "set", "x", "remove"))
    if not change and given.has("b", "remove-all", "k", "remove-default"):
        change = "none"
    words = given.operands or (["."] if given.has("restore") else [])
    _emit(call, effects.MODE, f"acl {change}", words, given.has("R", "recursive", "restore"))


def _xattr(call: Invocation) -> None:
    """The xattr of macOS and Linux' setfattr; reading attributes changes nothing."""
    call.output = ""
    if call.name == "setfattr":
        given = options.read(call.arguments, valued="nvx", long_valued=("name", "value", "remove"))
        _emit(call, effects.MODE, "attributes", given.operands, False)
        return
    given = options.read(call.arguments)
    named = 2 if given.has("w") else 1 if given.has("d") else 0
    if named or given.has("c"):
        _emit(call, effects.MODE, "attributes", given.operands[named:], given.has("r"))


def _umask(call: Invocation) -> None:
    call.output = ""
    words = [word for word in call.arguments if word not in ("-S", "-p")]
    if words:
        call.emit(effects.ENVIRON, action="umask", target="umask", data=words[0])


MODELS = {
    "chmod": _chmod,
    "gchmod": _chmod,
    "chown": _chown,
    "gchown": _chown,
    "chgrp": _chown,
    "lchown": _chown,
    "chattr": _chattr,
    "chflags": _chattr,
    "setfacl": _setfacl,
    "xattr": _xattr,
    "setfattr": _xattr,
    "umask": _umask,
}
