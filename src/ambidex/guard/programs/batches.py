"""Programs that run a command for many arguments: xargs, parallel, and those that repeat one.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.effects import EXECUTE
from ambidex.guard.programs import options
from ambidex.guard.programs.prefixes import split_words
from ambidex.guard.taint import INPUT, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# So many runs of the inner command are followed; those behind are like those before.
MAX_RUNS = 32
MAX_ITEMS = 512

_XARGS_VALUED = (
    *("arg-file", "delimiter", "max-args", "max-procs", "max-chars", "process-slot-var"),
)
_XARGS_LONG = (
    *("null", "no-run-if-empty", "interactive", "verbose", "exit", "open-tty", "show-limits"),
    *("replace", "eof", "max-lines"),
)


def xargs(call: Invocation) -> None:
    """Appends what it reads to the words of the inner command, or puts it in their midst."""
    given = options.read(
        call.arguments,
        valued="aEdIJLnPsRS",
        attached="eil",
        long=_XARGS_LONG,
        long_valued=_XARGS_VALUED,
        stops=True,
    )
    file = given.last("a", "arg-file")
    text = call.read(file) if file else call.stdin
    if text is None:
        text = call.unknown("standard input", kind=INPUT)
    words = given.operands or ["echo"]
    inserted = given.has("I", "i", "replace")
    place = given.last("I", "i", "replace") or ("{}" if inserted else "")
    items = _items(text, given, by_lines=inserted)
    changes = {"stdin": call.stdin} if file and call.stdin is not None else {"stdin": ""}
    printed = []
    _takes_code(call, words)
    if inserted:
        for item in items[:MAX_RUNS]:
            filled = [word.replace(place, item) for word in words]
            # Without a place the item is lost in fact; what was meant is followed.
            meant = [item] if filled == words and is_known(item) else []
            printed.append(call.run([*filled, *meant], **changes))
    elif given.has("J") and given.last("J") in words:
        at = words.index(given.last("J"))
        printed.append(call.run([*words[:at], *items, *words[at + 1 :]], **changes))
    elif items or not given.has("r", "no-run-if-empty"):
        size = _number(given.last("n", "max-args", "L", "l", "max-lines"), len(items))
        for at in list(range(0, len(items), size))[:MAX_RUNS] if items else [0]:
            printed.append(call.run([*words, *items[at : at + size]], **changes))
        _meant(call, words, text, changes)
    call.output = "".join(printed)


_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "mksh"})


def _meant(call: Invocation, words: list[str], text: str, changes: dict[str, str]) -> None:
    """A shell whose arguments are commands gets them word by word; whole lines were meant."""
    name = words[0].rsplit("/", 1)[-1].lower()
    if name not in _SHELLS or not any(word[:1] == "-" and "c" in word for word in words[1:-1]):
        return
    for line in text.split("\n")[:MAX_RUNS]:
        if " " in line.strip():
            call.run([*words, line.strip()], **changes)


def _takes_code(call: Invocation, words: list[str]) -> None:
    """Record that whatever comes in is a command: `xargs bash -c`."""
    name = words[0].rsplit("/", 1)[-1].lower()
    if name in _SHELLS and len(words) > 1 and words[-1][:1] == "-" and words[-1][-1] == "c":
        typed = call.unknown("what comes in", kind=INPUT)
        call.emit(EXECUTE, action="shell", data=typed, target=call.name)


def _number(text: str, otherwise: int) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() else max(otherwise, 1)


def _items(text: str, given: options.Options, *, by_lines: bool) -> list[str]:
    """The arguments that xargs makes of its input."""
    if given.has("0", "null"):
        parts = [part if is_known(part) else part.strip("\n") for part in text.split("\0")]
    elif given.has("d", "delimiter"):
        parts = text.split(_escape(given.last("d", "delimiter")) or "\0")
        parts = [
            part.rstrip("\n") if at == len(parts) - 1 else part for at, part in enumerate(parts)
        ]
    elif by_lines:
        parts = [_unquoted(line.strip()) for line in text.split("\n")]
    else:
        parts = split_words(text)
    return [part for part in parts if part][:MAX_ITEMS]


def _unquoted(line: str) -> str:
    if "'" in line or '"' in line or "\\" in line:
        return " ".join(split_words(line))
    return line


def _escape(text: str) -> str:
    return {"\\n": "\n", "\\t": "\t", "\\0": "\0", "\\r": "\r"}.get(text, text)


_PARALLEL_VALUED = (
    *("jobs", "max-procs", "arg-file", "max-args", "max-replace-args", "colsep", "delimiter"),
    *("joblog", "results", "halt", "halt-on-error", "delay", "timeout", "retries", "tmpdir"),
    *("tagstring", "env", "workdir", "wd", "sshlogin", "sshloginfile", "block", "recstart"),
    *("recend", "load", "memfree", "nice", "basefile", "return", "profile", "arg-sep"),
    *("transferfile", "tempdir", "max-chars", "max-lines", "shellquote", "progress-file"),
)
_SEPARATORS = (":::", "::::", ":::+", "::::+")


def parallel(call: Invocation) -> None:
    """`parallel cmd {} ::: a b`, `… | parallel cmd`, and commands from standard input."""
    arguments = call.arguments
    first = next((at for at, word in enumerate(arguments) if word in _SEPARATORS), len(arguments))
    given = options.read(
        arguments[:first],
        valued="jPaINnLCdSsE",
        long_valued=_PARALLEL_VALUED,
        stops=True,
    )
    if given.has("dry-run", "dryrun", "citation", "version", "help", "V", "h"):
        return
    rows = _combined(_sources(call, arguments[first:], given))
    words = given.operands
    if given.has("pipe", "pipepart", "spreadstdin") and words:
        call.output = loosely(call, words)
        return
    place = given.last("I") or "{}"
    printed = []
    if first == len(arguments):
        # Without a command whatever comes in is one.
        _takes_code(call, words or ["sh", "-c"])
    colsep = given.last("C", "colsep")
    if colsep and is_known(colsep):
        mark = _escape(colsep)
        rows = [[part for item in row for part in item.split(mark)] for row in rows]
    for number, row in enumerate(rows[:MAX_RUNS], 1):
        if not words:
            printed.append(call.script(" ".join(row), stdin=""))
            continue
        filled = [_filled(word, row, place, number) for word in words]
        if filled == words:
            filled = (
                [*words, *row]
                if len(words) > 1 or " " not in words[0]
                else [" ".join((words[0], *(quoted(item) for item in row)))]
            )
        printed.append(loosely(call, filled, stdin=""))
    call.output = "".join(printed)


def _sources(call: Invocation, rest: list[str], given: options.Options) -> list[list[str]]:
    """The lists of arguments behind `:::` and `::::`, or of the files and the standard input."""
    found: list[list[str]] = []
    of_files = False
    for word in rest:
        if word in _SEPARATORS:
            of_files = word.startswith("::::")
            found.append([])
        elif of_files:
            found[-1] += _lines(call.read(word) if word != "-" else call.stdin or "")
        else:
            found[-1].append(word)
    for file in given.all("a", "arg-file"):
        found.append(_lines(call.read(file)))
    if not found:
        text = call.stdin
        if text is None:
            text = call.unknown("standard input", kind=INPUT)
        found.append(text.split("\0") if given.has("0", "null") else _lines(text))
    return found


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()][:MAX_ITEMS]


def _combined(lists: list[list[str]]) -> list[list[str]]:
    """Every combination, the first ones."""
    rows: list[list[str]] = [[]]
    for items in lists:
        rows = [[*row, item] for row in rows for item in items][:MAX_RUNS]
    return [row for row in rows if row]


def _filled(word: str, row: list[str], place: str, number: int) -> str:
    """`word` with its replacement strings replaced."""
    if "{" not in word and place not in word:
        return word
    whole = " ".join(row)
    for name, value in _replacements(whole, place):
        word = word.replace(name, value)
    word = word.replace("{#}", str(number)).replace("{%}", "1")
    for at, item in enumerate(row, 1):
        for name, value in _replacements(item, f"{{{at}}}"):
            word = word.replace(name, value)
    return word


def _replacements(item: str, place: str) -> list[tuple[str, str]]:
    inside = place.strip("{}")
    folder, _, base = item.rpartition("/")
    stem = base.rpartition(".")[0] or base
    return [
        (f"{{{inside}//}}", folder or "."),
        (f"{{{inside}/.}}", stem),
        (f"{{{inside}/}}", base),
        (f"{{{inside}.}}", f"{folder}/{stem}" if folder else stem),
        (place, item),
    ]


def loosely(call: Invocation, words: list[str], **changes: str) -> str:
    """Run words that a program joins for a shell, as they were meant.

    `watch sh -c 'a b'` loses its quoting in fact; what is meant is followed, for that is what
    somebody will make of it. Words with operators of the shell are joined.
    """
    if len(words) == 1 or any(word in _OPERATORS or word[-1:] == ";" for word in words):
        return call.script(" ".join(words), **changes)
    return call.run(words, **changes)


_OPERATORS = frozenset(("&&", "||", "|", ";", ">", ">>", "<", "&", "|&", "2>&1"))


def quoted(text: str) -> str:
    """`text` as one word of the shell."""
    if is_known(text) and text.replace("/", "a").replace(".", "a").replace("-", "a").isalnum():
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def watch(call: Invocation) -> None:
    """Repeats a command."""
    given = options.read(
        call.arguments, valued="nqs", long_valued=("interval", "equexit", "shotsdir"), stops=True
    )
    if given.operands:
        call.output = loosely(call, given.operands)


def entr(call: Invocation) -> None:
    """Repeats a command when files change."""
    given = options.read(call.arguments, stops=True)
    if given.has("s"):
        call.script(" ".join(given.operands[:1]), stdin="")
    elif given.operands:
        call.run(given.operands, stdin="")


def flock(call: Invocation) -> None:
    """`flock file command` and `flock file -c 'command'`."""
    given = options.read(
        call.arguments,
        valued="wE",
        long_valued=("timeout", "wait", "conflict-exit-code"),
        stops=True,
    )
    words = given.operands[1:]
    if words and words[0] in ("-c", "--command"):
        call.output = call.script(" ".join(words[1:2]))
    elif words:
        call.output = call.run(words)


def script(call: Invocation) -> None:
    """`script -c 'command' file`, and `script file command …` as BSD has it."""
    given = options.read(
        call.arguments,
        valued="cEmoBIOT",
        long_valued=(
            "command",
            "echo",
            "output-limit",
            "log-in",
            "log-out",
            "log-io",
            "log-timing",
        ),
        stops=not any(a.startswith(("-c", "-qc", "--c")) for a in call.arguments[1:]),
    )
    if given.operands:
        call.write(given.operands[0], call.unknown("what is typed"))
    for command in given.all("c", "command"):
        call.output = call.script(command)
    if len(given.operands) > 1:
        call.output = call.run(given.operands[1:])


MODELS = {
    "xargs": xargs,
    "gxargs": xargs,
    "parallel": parallel,
    "watch": watch,
    "entr": entr,
    "flock": flock,
    "script": script,
}
