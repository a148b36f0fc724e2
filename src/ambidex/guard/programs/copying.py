"""Programs that put files somewhere: cp, mv, install, ln, mkdir, touch, mktemp, tee, dd and more.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import (
    MAX_CONTENTS,
    asks_help,
    base_name,
    content_below,
    destinations,
    file_mark,
    inside,
    may_be_folder,
    place,
    put,
    read_all,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_COPY_LONG = (
    *("archive", "recursive", "force", "interactive", "link", "symbolic-link", "no-clobber"),
    *("no-target-directory", "update", "verbose", "parents", "backup", "dereference"),
    *("no-dereference", "remove-destination", "attributes-only", "one-file-system", "preserve"),
    *("strip-trailing-slashes", "copy-contents", "help", "version"),
)
_COPY_VALUED = ("target-directory", "suffix")


def _into(given: options.Options) -> str:
    return given.last("t", "target-directory")


def _cp(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, valued="tS", long=_COPY_LONG, long_valued=_COPY_VALUED)
    recursive = given.has("r", "R", "a", "recursive", "archive")
    flags = ["recursive"] if recursive else []
    if given.has("n", "no-clobber"):
        flags.append("create")
    pairs = destinations(
        call,
        given.operands,
        _into(given),
        exact=given.has("T", "no-target-directory"),
        whole=given.has("parents"),
    )
    for source, target in pairs:
        if given.has("l", "link", "s", "symbolic-link"):
            _link(call, source, target, flags)
            continue
        data = read_all(call, [source], recursive=recursive)
        put(call, target, data, flags)
        if recursive:
            _carry_below(call, source, target)
    if len(given.operands) == 1 and not pairs:
        read_all(call, given.operands, recursive=recursive)


def _carry_below(call: Invocation, source: str, target: str) -> None:
    """Files that the command line wrote below `source` appear below `target` too."""
    old, new = call.path(source).rstrip("/") + "/", call.path(target).rstrip("/") + "/"
    contents = call.machine.contents
    if len(contents) > MAX_CONTENTS:
        return
    moved = {new + at[len(old) :]: text for at, text in contents.items() if at.startswith(old)}
    contents.update(moved)


def _mv(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, valued="tS", long=_COPY_LONG, long_valued=_COPY_VALUED)
    pairs = destinations(
        call, given.operands, _into(given), exact=given.has("T", "no-target-directory")
    )
    for source, target in pairs:
        flags = ["recursive"] if may_be_folder(call, source) else []
        call.emit(
            effects.MOVE,
            path=source,
            target=call.path(target),
            flags=[*flags, *place(call, source)],
        )
        data = "".join([file_mark(call, call.path(source)), *content_below(call, source)])
        put(call, target, data, ["moved", *flags])
        _carry_below(call, source, target)


def _install(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="tSmog",
        long=("directory", "compare", "preserve-timestamps", "strip", "verbose", "backup"),
        long_valued=(*_COPY_VALUED, "mode", "owner", "group", "strip-program"),
    )
    if given.has("d", "directory"):
        targets = given.operands
        for word in targets:
            _make_folder(call, word)
    else:
        targets = []
        exact = given.has("T", "no-target-directory")
        for source, target in destinations(call, given.operands, _into(given), exact=exact):
            put(call, target, read_all(call, [source]), ())
            targets.append(target)
    for word in targets:
        if given.has("m", "mode"):
            call.emit(effects.MODE, path=word, action=given.last("m", "mode"))
        if given.has("o", "g", "owner", "group"):
            call.emit(effects.OWNER, path=word, action=given.last("o", "owner", "g", "group"))
    program = given.last("strip-program")
    if program:
        call.run([program, *targets])


def _link(call: Invocation, old: str, new: str, flags: list[str], *, soft: bool = False) -> None:
    """A new name; the target of a symbolic link is relative to the link's folder."""
    target = call.path(old)
    if soft and not old.startswith("/"):
        target = call.path(inside(os.path.dirname(call.path(new)), old))
    kinds = [*flags, "symbolic" if soft else "hard", *place(call, new)]
    call.emit(effects.LINK, path=new, target=target, flags=kinds)
    call.machine.contents[call.path(new)] = file_mark(call, target)
    if soft:
        call.machine.links[call.path(new)] = target


def _ln(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    long = ("symbolic", "force", "no-dereference", "relative", "logical", "physical", "verbose")
    given = options.read(
        call.arguments,
        valued="tS",
        long=(*long, "no-target-directory", "interactive", "backup"),
        long_valued=_COPY_VALUED,
    )
    flags = ["force"] if given.has("f", "force") else []
    words = given.operands
    if len(words) == 1 and not _into(given):
        words = [words[0], base_name(words[0]) or "."]
    soft = given.has("s", "symbolic")
    exact = given.has("T", "no-target-directory", "n", "no-dereference")
    for old, new in destinations(call, words, _into(given), exact=exact):
        absolute = soft and given.has("r", "relative")
        _link(call, call.path(old) if absolute else old, new, flags, soft=soft)


def _hard_link(call: Invocation) -> None:
    call.output = ""
    words = options.read(call.arguments).operands
    if len(words) == 2:
        _link(call, words[0], words[1], [])


def _make_folder(call: Invocation, word: str) -> None:
    call.emit(effects.WRITE, path=word, flags=["create", "folder", *place(call, word)])


def _mkdir(call: Invocation) -> None:
    call.output = ""
    given = options.read(
        call.arguments, valued="mZ", long=("parents", "verbose"), long_valued=("mode", "context")
    )
    for word in given.operands:
        _make_folder(call, word)
        if given.has("m", "mode"):
            call.emit(effects.MODE, path=word, action=given.last("m", "mode"))


def _touch(call: Invocation) -> None:
    call.output = ""
    given = options.read(
        call.arguments,
        valued="drtA",
        long=("no-create", "no-dereference"),
        long_valued=("date", "reference", "time"),
    )
    if call.name == "touch" and given.has("c", "no-create"):
        return
    for word in given.operands:
        call.emit(effects.WRITE, path=word, flags=["create", *place(call, word)])


def _mktemp(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="p",
        attached="",
        long=("directory", "dry-run", "quiet", "tmpdir"),
        long_valued=("suffix",),
    )
    template = given.operands[0] if given.operands else ""
    folder = given.last("p", "tmpdir") or "/tmp"
    unknown = call.unknown("$(mktemp)")
    name = template.rstrip("X") + unknown if template else "tmp." + unknown
    if template and not given.has("p", "tmpdir", "t"):
        folder = ""
    call.output = inside(folder, name) if folder else name
    if folder != "/tmp" and not given.has("u", "dry-run"):
        flags = ["create", "folder"] if given.has("d", "directory") else ["create"]
        call.emit(effects.WRITE, path=call.output, flags=flags)


def _tee(call: Invocation) -> None:
    given = options.read(call.arguments, long=("append", "ignore-interrupts", "output-error"))
    kind = effects.APPEND if given.has("a", "append") else effects.WRITE
    call.output = call.stdin or ""
    for word in given.operands:
        put(call, word, call.stdin or "", (), kind)


def _sponge(call: Invocation) -> None:
    _tee(call)
    if options.read(call.arguments).operands:
        call.output = ""


def _dd(call: Invocation) -> None:
    data, target, flags = call.stdin or "", "", []
    for word in call.arguments:
        name, equals, value = word.partition("=")
        if name == "if" and equals:
            data = read_all(call, [value])
        elif name == "of" and equals:
            target = value
        elif name in ("conv", "oflag") and "append" in value.split(","):
            flags.append("append")
    if target:
        call.output = ""
        put(call, target, data, ["raw", *flags])
    else:
        call.output = data


def _split(call: Invocation) -> None:
    call.output = ""
    given = options.read(
        call.arguments,
        valued="abCtnflk",
        long=("numeric-suffixes", "hex-suffixes", "elide-empty-files", "verbose", "unbuffered"),
        long_valued=(
            *("suffix-length", "additional-suffix", "bytes", "line-bytes", "lines", "filter"),
            *("number", "separator", "prefix", "suffix-format", "digits"),
        ),
    )
    data = read_all(call, given.operands[:1] or ["-"])
    part = call.unknown("…")
    if call.name.endswith("csplit"):
        put(call, (given.last("f", "prefix") or "xx") + part, data)
        return
    prefix = given.operands[1] if len(given.operands) > 1 else "x"
    if given.has("filter"):
        variables = {"FILE": prefix + part}
        call.output = call.script(given.last("filter"), stdin=data, variables=variables)
    else:
        put(call, prefix + part + given.last("additional-suffix"), data)


def _fallocate(call: Invocation) -> None:
    call.output = ""
    given = options.read(call.arguments, valued="lo", long_valued=("length", "offset"))
    for word in given.operands:
        put(call, word, "", ["create"], effects.EDIT)


def _ditto(call: Invocation) -> None:
    """The ditto of macOS: copies folders into folders."""
    call.output = ""
    words = options.read(
        call.arguments, long_valued=("arch", "bom", "zlibCompressionLevel")
    ).operands
    for word in words[:-1]:
        put(call, words[-1], read_all(call, [word], recursive=True), ["recursive"])


def _exchange(call: Invocation) -> None:
    """exch: swaps two names."""
    call.output = ""
    for word in options.read(call.arguments).operands:
        call.emit(effects.MOVE, path=word, flags=["recursive"])
        put(call, word, call.unknown("…"))


def _mkfifo(call: Invocation) -> None:
    call.output = ""
    for word in options.read(call.arguments, valued="mZ", long_valued=("mode",)).operands[:1]:
        call.emit(effects.WRITE, path=word, flags=["create"])


MODELS = {
    "cp": _cp,
    "gcp": _cp,
    "mv": _mv,
    "gmv": _mv,
    "install": _install,
    "ginstall": _install,
    "ln": _ln,
    "gln": _ln,
    "link": _hard_link,
    "mkdir": _mkdir,
    "touch": _touch,
    "mktemp": _mktemp,
    "tee": _tee,
    "sponge": _sponge,
    "dd": _dd,
    "gdd": _dd,
    "split": _split,
    "csplit": _split,
    "fallocate": _fallocate,
    "ditto": _ditto,
    "exch": _exchange,
    "mkfifo": _mkfifo,
    "mknod": _mkfifo,
}
