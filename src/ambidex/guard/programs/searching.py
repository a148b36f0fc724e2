"""Programs that look for text in files: grep and its relatives, jq and yq.

Hot path: `os` only.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry, listing, put, read_all
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_GREP_LONG = (
    *("regexp", "file", "max-count", "after-context", "before-context", "context", "label"),
    *("include", "exclude", "exclude-from", "exclude-dir", "color", "colour", "binary-files"),
    *("devices", "directories", "group-separator"),
)
_RG_LONG = (
    *("regexp", "file", "glob", "iglob", "type", "type-not", "type-add", "type-clear", "max-count"),
    *("max-depth", "maxdepth", "after-context", "before-context", "context", "color", "colors"),
    *("encoding", "engine", "ignore-file", "max-columns", "max-filesize", "path-separator", "pre"),
    *("pre-glob", "regex-size-limit", "replace", "sort", "sortr", "threads", "hostname-bin"),
    *("context-separator", "field-match-separator", "field-context-separator", "dfa-size-limit"),
)
_AG_LONG = ("ignore", "ignore-dir", "file-search-regex", "depth", "pager", "output", "context")


def _grep(call: Invocation) -> None:
    if asks_help(call):
        call.output = ""
        return
    searches_trees = call.name in ("rg", "ag", "ack", "ripgrep")
    if call.name in ("rg", "ripgrep"):
        given = options.read(call.arguments, valued="ABCEefgjmMrtT", long_valued=_RG_LONG)
    elif searches_trees:
        given = options.read(call.arguments, valued="ABCGgmp", long_valued=_AG_LONG)
    else:
        given = options.read(call.arguments, valued="efmABCdD", long_valued=_GREP_LONG)
    pattern_files = given.all("f", "file")
    read_all(call, pattern_files)
    words = list(given.operands)
    patterns = given.all("e", "regexp")
    lists_files = given.has("files") or (call.name in ("ag", "ack") and given.has("g"))
    if not patterns and not pattern_files and not lists_files and words:
        patterns = [words.pop(0)]
    recursive = searches_trees or given.has("r", "R", "recursive", "dereference-recursive")
    if recursive and not words and (call.stdin is None or not searches_trees):
        words = ["."]
    for word in given.all("pre", "hostname-bin", "pager"):
        call.script(word)
    if lists_files:
        call.output = listing(call, words or ["."], call.show(" ".join(call.words)))
        return
    text = read_all(call, words or ["-"], recursive=recursive)
    names = ("l", "files-with-matches", "L", "files-without-match")
    if given.has(*names):
        found = listing(call, words or ["."], call.show(" ".join(call.words)))
        call.output = found + call.unknown("(those that match)")
    elif given.has("c", "count", "q", "quiet", "silent"):
        call.output = carry(call)
    elif recursive:
        call.output = carry(call, text)
    else:
        call.output = _matching(text, patterns, given.has("v", "invert-match"))


def _matching(text: str, patterns: list[str], inverted: bool) -> str:
    """The matching lines where text and pattern are plain, else all of them."""
    plain = len(patterns) == 1 and patterns[0].replace(" ", "").replace("_", "").isalnum()
    if not (plain and is_known(text) and is_known(patterns[0])):
        return text
    lines = text.splitlines(True)
    return "".join(line for line in lines if (patterns[0] in line) != inverted)


def _jq(call: Invocation) -> None:
    # These take a name and a value (or a file); options.read knows only one value.
    pairs = {"--arg": False, "--argjson": False, "--slurpfile": True, "--rawfile": True}
    arguments, at = [], 0
    words = call.arguments
    while at < len(words):
        if words[at] in pairs and at + 2 < len(words):
            if pairs[words[at]]:
                read_all(call, [words[at + 2]])
            at += 3
        elif words[at] in ("--args", "--jsonargs"):
            break
        else:
            arguments.append(words[at])
            at += 1
    given = options.read(
        arguments, valued="fL", long_valued=("from-file", "indent", "library-path", "tab")
    )
    files = given.operands
    if given.has("f", "from-file"):
        read_all(call, given.all("f", "from-file"))
    else:
        files = files[1:]
    if given.has("n", "null-input") and not files:
        call.output = None
        return
    call.output = carry(call, read_all(call, files or ["-"]))


def _yq(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="poIsf",
        long=("inplace", "in-place", "null-input", "exit-status"),
        long_valued=("input-format", "output-format", "indent", "split-exp", "from-file"),
    )
    words = given.operands
    if words and words[0] in ("eval", "e", "eval-all", "ea"):
        words = words[1:]
    files = words[1:] if not given.has("from-file") else words
    data = read_all(call, files or ["-"])
    call.output = carry(call, data)
    if given.has("i", "inplace", "in-place"):
        for word in files:
            put(call, word, call.output, (), effects.EDIT)
        call.output = ""
    if given.has("s", "split-exp"):
        put(call, call.unknown("…"), data)


MODELS = {
    **dict.fromkeys(
        ("grep", "egrep", "fgrep", "ggrep", "zgrep", "rg", "ripgrep", "ag", "ack"), _grep
    ),
    "jq": _jq,
    "gojq": _jq,
    "yq": _yq,
}
