"""Programs that pack and unpack, besides tar: gzip and its relatives, zip, 7z, ar, cpio, pax.

Hot path: `os` only.
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
from ambidex.policy.globs import literal_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_SUFFIXES = {
    **dict.fromkeys(
        (
            "gzip",
            "gunzip",
            "pigz",
            "unpigz",
        ),
        ".gz",
    ),
    **dict.fromkeys(
        (
            "bzip2",
            "bunzip2",
            "pbzip2",
        ),
        ".bz2",
    ),
    **dict.fromkeys(
        (
            "xz",
            "unxz",
        ),
        ".xz",
    ),
    **dict.fromkeys(
        (
            "lzma",
            "unlzma",
        ),
        ".lzma",
    ),
    **dict.fromkeys(
        (
            "zstd",
            "unzstd",
            "zstdmt",
        ),
        ".zst",
    ),
    **dict.fromkeys(
        (
            "lz4",
            "unlz4",
        ),
        ".lz4",
    ),
    **dict.fromkeys(
        (
            "compress",
            "uncompress",
        ),
        ".Z",
    ),
    **dict.fromkeys(("brotli",), ".br"),
    **dict.fromkeys(("lzip",), ".lz"),
    **dict.fromkeys(("lzop",), ".lzo"),
}
# These keep what they were given.
_KEEPS = frozenset({"zstd", "unzstd", "zstdmt", "lz4", "unlz4", "brotli"})
_LONG = (
    *(
        "stdout",
        "to-stdout",
        "decompress",
        "uncompress",
        "keep",
        "force",
        "list",
        "test",
        "recursive",
    ),
    *("best", "fast", "quiet", "verbose", "rm", "no-name", "name", "compress"),
)


def _compress(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    name = call.name
    given = options.read(
        call.arguments,
        valued="SboTM" if name not in ("zstd", "brotli") else "SoTMDqw",
        long=_LONG,
        long_valued=(
            "suffix",
            "output",
            "threads",
            "memlimit",
            "format",
            "quality",
            "output-dir-flat",
        ),
    )
    recursive = given.has("r", "recursive")
    words = given.operands
    data = carry(call, read_all(call, words or ["-"], recursive=recursive))
    target = given.last("o", "output")
    if given.has("c", "stdout", "to-stdout", "l", "list", "t", "test") or not words:
        if target and target != "-":
            put(call, target, data)
        else:
            call.output = data
        return
    unpacks = given.has("d", "decompress", "uncompress") or name.startswith("un") or "unz" in name
    suffix = given.last("S", "suffix") or _SUFFIXES[name]
    for word in words:
        if recursive:
            put(call, inside(word, call.unknown("…")), data, ["recursive"])
        elif target:
            put(call, target, data)
        elif unpacks:
            put(call, word[: -len(suffix)] if word.endswith(suffix) else call.unknown(word), data)
        else:
            put(call, word + suffix, data)
        if given.has("rm") or not (name in _KEEPS or given.has("k", "keep")):
            flags = ["packed", "recursive"] if recursive else ["packed"]
            remove(call, word, flags)


def _zcat(call: Invocation) -> None:
    given = options.read(call.arguments)
    call.output = carry(call, read_all(call, given.operands or ["-"]))


def _zip(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="bnixOPst",
        long=("recurse-paths", "move", "delete", "test", "update", "junk-paths", "symlinks"),
        long_valued=("include", "exclude", "unzip-command", "output-file", "temp-path", "password"),
    )
    words = given.operands
    if not words:
        return
    archive = given.last("O", "output-file") or words[0]
    data = carry(
        call, read_all(call, words[1:] or ["-"], recursive=given.has("r", "recurse-paths"))
    )
    if given.has("@", "names-stdin"):
        data = carry(call, data, read_listed(call, call.stdin or ""))
    if given.has("T", "test"):
        # -TT names the command that tests the archive.
        for text in given.all("unzip-command", "T"):
            if text:
                call.script(text)
        if "-TT" in call.arguments:
            at = call.arguments.index("-TT") + 1
            call.script("".join(call.arguments[at : at + 1]))
    if archive == "-":
        call.output = data
    else:
        put(call, archive if "." in archive.rpartition("/")[2] else archive + ".zip", data)
    if given.has("m", "move"):
        for word in words[1:]:
            remove(call, word, ["recursive"])


def _unpack(call: Invocation, folder: str, members: list[str], data: str) -> None:
    for word in members:
        if "*" in word or "?" in word:
            # A pattern of the archive's members, which the shell has left alone.
            start = literal_start(word)
            place = inside(folder, start) if folder and start else folder or start
            content = listing(call, [place], "the archive's files")
            put(call, inside(place, content) if place else content, data, ["unpacked"])
            continue
        put(call, inside(folder, word) if folder else word, data, ["unpacked"])
    if not members:
        content = listing(call, [folder], "the archive's files")
        put(call, inside(folder, content) if folder else content, data, ["unpacked"])


def _unzip(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, valued="dPxOI")
    if not given.operands:
        return
    data = carry(call, read_all(call, given.operands[:1]))
    if given.has("l", "Z", "t", "v", "z", "p", "c"):
        call.output = data
        return
    _unpack(call, given.last("d"), given.operands[1:], data)


def _seven(call: Invocation) -> None:
    """7z and rar: a verb, switches, the archive, names."""
    call.output = ""
    words = [word for word in call.arguments if not word.startswith("-")]
    switches = [word for word in call.arguments if word.startswith("-")]
    if len(words) < 2:
        return
    verb, archive, names = words[0].lower(), words[1], words[2:]
    if verb in ("a", "u", "m", "d", "rn"):
        put(call, archive, carry(call, read_all(call, names, recursive=True)))
        if "-sdel" in switches or "-df" in switches or verb == "m":
            for word in names:
                remove(call, word, ["recursive"])
    elif verb in ("x", "e"):
        data = carry(call, read_all(call, [archive]))
        if "-so" in switches:
            call.output = data
            return
        folder = "".join(word[2:] for word in switches if word.startswith("-o"))
        if call.name in ("rar", "unrar") and names and names[-1].endswith("/"):
            folder = names.pop()
        _unpack(call, folder, names, data)
    else:
        call.output = carry(call, read_all(call, [archive]))


def _ar(call: Invocation) -> None:
    call.output = ""
    words = call.arguments
    if len(words) < 2:
        return
    verb = words[0].lstrip("-")
    if verb[:1] in ("r", "q", "d", "m", "s"):
        put(call, words[1], carry(call, read_all(call, words[2:] if verb[:1] in "rq" else [])))
        return
    data = carry(call, read_all(call, words[1:2]))
    if verb[:1] == "x":
        _unpack(call, "", words[2:], data)
    else:
        call.output = data


def _cpio(call: Invocation) -> None:
    """`cpio` and `pax`: names on standard input out, an archive in, or from folder to folder."""
    call.output = ""
    pax = call.name == "pax"
    given = options.read(
        call.arguments,
        valued="fsxbBEGoTU" if pax else "CDEFHIMORW",
        long=("extract", "create", "list", "pass-through", "to-stdout"),
        long_valued=("file", "directory", "format", "pattern-file", "rsh-command"),
    )
    for text in given.all("rsh-command"):
        call.run(text.split())
    archive = given.last("f", "F", "I", "O", "file")
    folder = given.last("D", "directory")
    words = given.operands
    if given.has("p", "pass-through") or (pax and given.has("r") and given.has("w")):
        data = carry(call, call.stdin or "", read_all(call, words[:-1], recursive=True))
        for word in words[-1:]:
            _unpack(call, word, [], data)
    elif given.has("o", "create") or (pax and given.has("w")):
        data = carry(call, call.stdin or "", read_all(call, words, recursive=True))
        if archive:
            put(call, archive, data)
        else:
            call.output = data
    else:
        data = carry(call, read_all(call, [archive or "-"]))
        unpacks = given.has("i", "extract") or (pax and given.has("r"))
        if unpacks and not given.has("t", "list", "to-stdout"):
            _unpack(call, folder, [], data)
            return
        call.output = data


def _unar(call: Invocation) -> None:
    call.output = ""
    given = options.read(call.arguments, valued="ope", long_valued=("output-directory",))
    data = carry(call, read_all(call, given.operands[:1]))
    _unpack(call, given.last("o", "output-directory"), given.operands[1:], data)


MODELS = {
    **dict.fromkeys(_SUFFIXES, _compress),
    **dict.fromkeys(
        ("zcat", "gzcat", "bzcat", "xzcat", "zstdcat", "lzcat", "zless", "zmore"), _zcat
    ),
    "zip": _zip,
    "unzip": _unzip,
    **dict.fromkeys(("7z", "7za", "7zr", "7zz", "rar", "unrar"), _seven),
    "ar": _ar,
    "cpio": _cpio,
    "pax": _cpio,
    "unar": _unar,
}
