"""Programs that print files, or what they made of them, line by line.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry, put, read_all
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


class Reader:
    """How a program takes its operands.

    Attributes:
        valued: short options with a value.
        long: long options with a value.
        skip: so many operands are no files (`nothing` for a program that takes none).
        keeps: the lines are printed as they are (or some of them), so that known text stays known.
        hides: what it prints says nothing about the content: counts, digests, names.
    """

    __slots__ = ("hides", "keeps", "long", "skip", "valued")

    def __init__(
        self,
        valued: str = "",
        long: tuple[str, ...] = (),
        skip: int = 0,
        *,
        keeps: bool = False,
        hides: bool = False,
    ) -> None:
        self.valued = valued
        self.long = long
        self.skip = skip
        self.keeps = keeps
        self.hides = hides


_DIGEST = Reader(hides=True)
_PAGER_VALUED = "bhjkoOpPtTxyzD#"
READERS = {
    "cat": Reader(keeps=True),
    "bat": Reader(
        "lHmrn",
        ("language", "highlight-line", "style", "theme", "line-range", "paging", "color", "tabs"),
        keeps=True,
    ),
    "batcat": Reader("lHmr", ("language", "style", "theme", "line-range", "paging"), keeps=True),
    "tac": Reader("s", ("separator",), keeps=True),
    "nl": Reader("bdfhilnsvw"),
    "head": Reader("nc", ("lines", "bytes"), keeps=True),
    "tail": Reader(
        "ncs", ("lines", "bytes", "pid", "sleep-interval", "max-unchanged-stats"), keeps=True
    ),
    "most": Reader(keeps=True),
    "od": Reader("AjNStw", ("address-radix", "skip-bytes", "read-bytes", "format", "width")),
    "hexdump": Reader("efns"),
    "hd": Reader("efns"),
    "strings": Reader("neTtU", ("bytes", "radix", "encoding", "target")),
    "paste": Reader("d", ("delimiters",)),
    "join": Reader("aeijotv12", ()),
    "fmt": Reader("wgp", ("width", "goal", "prefix")),
    "fold": Reader("w", ("width",), keeps=True),
    "column": Reader("csoNRTEHWlO", ("columns", "separator", "output-separator", "table-columns")),
    "expand": Reader("t", ("tabs",)),
    "unexpand": Reader("t", ("tabs",)),
    "pr": Reader("DehilnNosSwW"),
    "comm": Reader("", ("output-delimiter",)),
    "diff": Reader(
        "UCFIxXWSL", ("unified", "context", "exclude", "exclude-from", "label", "color")
    ),
    "sdiff": Reader("IwoS"),
    "colordiff": Reader("UCFIxXWSL"),
    "cmp": Reader("in", ("ignore-initial", "bytes"), hides=True),
    "wc": Reader("", (), hides=True),
    "look": Reader("t", skip=1, keeps=True),
    "tsort": Reader(keeps=True),
    "iconv": Reader("fto", ("from-code", "to-code", "output"), keeps=True),
    "zdiff": Reader("UC"),
    **dict.fromkeys(
        ("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum"), _DIGEST
    ),
    **dict.fromkeys(("cksum", "sum", "b3sum"), Reader("a", ("algorithm",), hides=True)),
    "md5": Reader("s", hides=True),
    "shasum": Reader("a", ("algorithm",), hides=True),
}


def _print(call: Invocation) -> None:
    """The model of all `READERS`."""
    if asks_help(call):
        call.output = ""
        return
    reader = READERS[call.name]
    given = options.read(call.arguments, valued=reader.valued, long_valued=reader.long)
    words = given.operands[reader.skip :]
    if call.name == "tail":
        words = [word for word in words if not _is_count(word)]
    recursive = call.name in ("diff", "colordiff") and given.has("r", "recursive")
    text = read_all(call, words or ["-"], recursive=recursive)
    if given.has("files0-from"):
        text += read_all(call, given.all("files0-from"))
    if call.name == "iconv" and given.has("o", "output"):
        put(call, given.last("o", "output"), text)
    if reader.hides:
        call.output = carry(call)
    elif reader.keeps:
        call.output = text
    else:
        call.output = carry(call, text)


def _is_count(word: str) -> bool:
    """`+5`, as old tails take it."""
    return word[:1] == "+" and word[1:].isdigit()


def _less(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued=_PAGER_VALUED if call.name == "less" else "n",
        long_valued=("pattern", "lesskey-file", "lesskey-src", "log-file", "LOG-FILE", "prompt"),
    )
    read_all(call, given.all("k", "lesskey-file", "lesskey-src"))
    words = [word for word in given.operands if not word.startswith("+")]
    for word in given.operands:
        if word.startswith(("+!", "++!")):
            call.script(word.lstrip("+!"))
    call.output = read_all(call, words or ["-"])
    for word in given.all("o", "O", "log-file", "LOG-FILE"):
        put(call, word, call.output)
    for name in ("LESSOPEN", "LESSCLOSE"):
        text = call.variables.get(name, "").lstrip("|-")
        if text and given.operands:
            call.script(text.replace("%s", given.operands[0]))


def _sort(call: Invocation) -> None:
    if asks_help(call):
        call.output = ""
        return
    given = options.read(
        call.arguments,
        valued="koStTm" if call.name == "shuf" else "koStT",
        long=(
            "reverse",
            "unique",
            "numeric-sort",
            "human-numeric-sort",
            "check",
            "stable",
            "merge",
        ),
        long_valued=(
            *("output", "key", "field-separator", "temporary-directory", "buffer-size", "sort"),
            *("files0-from", "compress-program", "batch-size", "parallel", "random-source"),
        ),
    )
    names = given.all("files0-from")
    listed = read_all(call, names)
    if is_known(listed):
        read_all(call, listed.split("\0"))
    data = listed + read_all(call, given.operands or ([] if names else ["-"]))
    for word in given.all("compress-program"):
        call.run([word], stdin=data)
    _finish(call, given.last("o", "output"), data)


def _finish(call: Invocation, target: str, data: str) -> None:
    call.output = data
    if target and target != "-":
        put(call, target, data)
        call.output = ""


def _shuf(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="ino",
        long=("echo", "repeat", "zero-terminated"),
        long_valued=("input-range", "head-count", "output", "random-source"),
    )
    if given.has("e", "echo"):
        data = "\n".join(given.operands)
    elif given.has("i", "input-range"):
        data = call.unknown("$(shuf)")
    else:
        data = read_all(call, given.operands or ["-"])
    _finish(call, given.last("o", "output"), data)


def _uniq(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="fsw",
        long=("count", "repeated", "unique", "ignore-case", "zero-terminated"),
        long_valued=("skip-fields", "skip-chars", "check-chars"),
    )
    words = given.operands
    data = read_all(call, words[:1] or ["-"])
    _finish(call, words[1] if len(words) > 1 else "", data)


def _xxd(call: Invocation) -> None:
    given = options.read(
        call.arguments, valued="cglosRn", long_valued=("cols", "seek", "len"), single=False
    )
    words = given.operands
    data = read_all(call, words[:1] or ["-"])
    if given.has("r", "revert"):
        from ambidex.guard.programs import decoding

        text = decoding.from_hex(data)
        data = carry(call, data) if text is None else text
    else:
        data = carry(call, data)
    _finish(call, words[1] if len(words) > 1 else "", data)


def _names(call: Invocation) -> None:
    """basename, dirname, realpath and readlink: computed where the path is known."""
    given = options.read(
        call.arguments,
        valued="s" if call.name == "basename" else "",
        long_valued=("suffix", "relative-to", "relative-base"),
    )
    words = given.operands
    if call.name == "basename":
        suffix = given.last("s", "suffix")
        if not given.has("a", "multiple", "s", "suffix") and len(words) == 2:
            suffix = words.pop()
        names = [os.path.basename(word.rstrip("/")) or word[:1] for word in words]
        names = [
            n[: -len(suffix)] if suffix and n != suffix and n.endswith(suffix) else n for n in names
        ]
    elif call.name == "dirname":
        names = [
            os.path.dirname(word.rstrip("/")) or ("/" if word[:1] == "/" else ".") for word in words
        ]
    elif given.has("relative-to", "relative-base") or not all(is_known(word) for word in words):
        return
    else:
        names = [call.path(word) for word in words]
    call.output = "".join(f"{name}\n" for name in names)


def _about(call: Invocation) -> None:
    """stat, file, du, df and their like say something about files, not what is in them."""
    call.output = carry(call)
    if call.name == "file":
        given = options.read(
            call.arguments, valued="fFmeP", long_valued=("files-from", "magic-file")
        )
        read_all(call, given.all("f", "files-from"))


MODELS = {
    **dict.fromkeys(READERS, _print),
    "less": _less,
    "more": _less,
    "sort": _sort,
    "gsort": _sort,
    "shuf": _shuf,
    "uniq": _uniq,
    "xxd": _xxd,
    **dict.fromkeys(
        ("basename", "dirname", "realpath", "readlink", "grealpath", "greadlink"), _names
    ),
    **dict.fromkeys(("stat", "file", "du", "df", "lsattr", "getfacl", "namei", "gstat"), _about),
}
