"""Archives of tar, which also runs commands and reaches other hosts.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard.programs import options
from ambidex.guard.programs.paths import (
    asks_help,
    carry,
    inside,
    listing,
    put,
    read_all,
    read_listed,
    remove,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Options that change files or run commands, GNU's and BSD's.
_LONG = (
    *("create", "extract", "get", "list", "append", "update", "concatenate", "catenate", "diff"),
    *(
        "compare",
        "delete",
        "to-stdout",
        "verbose",
        "gzip",
        "gunzip",
        "ungzip",
        "bzip2",
        "xz",
        "zstd",
    ),
    *("lzma", "lzip", "auto-compress", "absolute-names", "keep-old-files", "overwrite", "totals"),
    *("remove-files", "same-owner", "preserve-permissions", "dereference", "wildcards", "anchored"),
    *("verify", "force-local", "one-top-level", "recursive-unlink", "unlink-first", "null"),
)
_VALUED = (
    *("file", "directory", "use-compress-program", "to-command", "checkpoint-action", "files-from"),
    *(
        "exclude",
        "exclude-from",
        "strip-components",
        "transform",
        "xform",
        "owner",
        "group",
        "mode",
    ),
    *("mtime", "newer", "after-date", "newer-mtime", "listed-incremental", "rsh-command", "format"),
    *(
        "rmt-command",
        "info-script",
        "new-volume-script",
        "label",
        "volno-file",
        "index-file",
        "sort",
    ),
    *(
        "starting-file",
        "tape-length",
        "blocking-factor",
        "record-size",
        "backup",
        "suffix",
        "pax-option",
    ),
    *("warning", "quoting-style", "hole-detection", "level", "owner-map", "group-map", "add-file"),
)
_SHORT_VALUED = "fCITXbgFHKLNVs"
# What old-style bundles (`tar cfC a.tar dir`) may contain besides letters with values.
_BUNDLE = frozenset("AcdrtuxzjJZvwkmpPOhlSaBGinoRUWM")


def _options(call: Invocation) -> options.Options:
    """The command line, with `TAR_OPTIONS` in front and an old-style bundle spelt out."""
    words = call.arguments
    if words and _is_bundle(words[0]):
        rest = list(words[1:])
        spelt: list[str] = []
        for letter in words[0]:
            spelt.append(f"-{letter}")
            if letter in _SHORT_VALUED and rest:
                spelt.append(rest.pop(0))
        words = spelt + rest
    extra = call.variables.get("TAR_OPTIONS", "").split()
    return options.read([*extra, *words], valued=_SHORT_VALUED, long=_LONG, long_valued=_VALUED)


def _is_bundle(word: str) -> bool:
    letters = set(word)
    return (
        bool(letters) and letters <= _BUNDLE | set(_SHORT_VALUED) and bool(letters & set("Acdrtux"))
    )


def _runs(call: Invocation, given: options.Options, data: str) -> None:
    """The commands that tar would start."""
    for text in given.all("I", "use-compress-program"):
        call.run(text.split(), stdin=data)
    for name in ("to-command", "info-script", "F", "new-volume-script"):
        for text in given.all(name):
            call.script(text, stdin=data)
    for action in given.all("checkpoint-action"):
        verb, _, text = action.partition("=")
        if verb == "exec":
            call.script(text)
    for name in ("rsh-command", "rmt-command"):
        for text in given.all(name):
            call.run(text.split())


def _remote(name: str, given: options.Options) -> str:
    """The host of an archive `host:file`."""
    host, colon, _ = name.partition(":")
    if not colon or not host or "/" in host or given.has("force-local"):
        return ""
    return host.rpartition("@")[2]


def _tar(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = _options(call)
    archive = given.last("f", "file") or call.variables.get("TAPE", "-")
    folder = ""
    for name in given.all("C", "directory"):
        folder = name if name.startswith("/") else inside(folder, name) if folder else name
    if given.has("c", "create", "r", "append", "u", "update", "A", "concatenate", "catenate"):
        _create(call, given, archive, folder)
    elif given.has("delete"):
        put(call, archive, call.unknown("…"))
    else:
        _extract(call, given, archive, folder)


def _create(call: Invocation, given: options.Options, archive: str, folder: str) -> None:
    names = given.all("T", "files-from")
    words = _members(given, folder)
    data = read_all(call, words, recursive=True)
    listed = read_listed(call, read_all(call, names), folder)
    data = carry(call, data, listed)
    _runs(call, given, data)
    host = _remote(archive, given)
    if host:
        call.send(host, data, action="tar")
    elif archive == "-":
        call.output = data
    else:
        put(call, archive, data)
    for name in given.all("g", "listed-incremental", "index-file"):
        put(call, name, call.unknown("…"))
    if given.has("remove-files"):
        for word in words:
            remove(call, word, ["recursive"])


def _members(given: options.Options, folder: str) -> list[str]:
    """The operands where they lie: a `-C` between them holds for those behind it.

    The folders are known in their order, the operands too, but not how they interleave; one folder
    is the rule, and then all operands lie in it.
    """
    words = given.operands + given.all("add-file")
    if not folder:
        return words
    return [word if word.startswith("/") else inside(folder, word) for word in words]


def _extract(call: Invocation, given: options.Options, archive: str, folder: str) -> None:
    host = _remote(archive, given)
    data = call.fetch(host, action="tar") if host else read_all(call, [archive])
    data = carry(call, data)
    _runs(call, given, data)
    if not given.has("x", "extract", "get"):
        call.output = data
        return
    if given.has("O", "to-stdout"):
        call.output = data
        return
    if given.has("to-command"):
        return
    flags = ["unpacked"]
    base = inside(folder, given.last("one-top-level")) if given.last("one-top-level") else folder
    shifted = given.has("strip-components", "transform", "xform", "s")
    if given.operands and not shifted:
        for word in given.operands:
            put(call, inside(base, word) if base else word, data, [*flags, "recursive"])
    else:
        content = listing(call, [base], "the archive's files")
        put(call, inside(base, content) if base else content, data, flags)
    if given.has("recursive-unlink"):
        remove(call, base or ".", ["recursive"])


MODELS = {"tar": _tar, "gtar": _tar, "bsdtar": _tar}
