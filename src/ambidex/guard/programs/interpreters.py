"""Interpreters of languages: which of their words are code, and what runs when.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.outputs import archive_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def file(call: Invocation, language: str, path: str, arguments: list[str]) -> None:
    """A script in a file: read only where the command line itself wrote it."""
    if path in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        stdin(call, language, arguments)
        return
    written = call.machine.contents.get(call.path(path))
    name = path.rsplit("/", 1)[-1]
    if name in ("manage.py", "artisan"):
        call.run([name, *arguments])
    call.emit(effects.EXECUTE, action="file", path=path, data=written or "")
    if written:
        call.code(language, written, arguments=[path, *arguments])


def stdin(call: Invocation, language: str, arguments: list[str]) -> None:
    """Code from standard input."""
    if call.stdin:
        call.code(language, call.stdin, arguments=["-", *arguments], stdin="")


def python(call: Invocation) -> None:
    """`python -c code`, `-m module`, `-` and files."""
    words = call.arguments
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word[:1] != "-" or word == "-":
            break
        if word.startswith("--"):
            continue
        for place, letter in enumerate(word[1:], 2):
            if letter in "cm":
                value, rest = word[place:], words[at:]
                if not value:
                    value, rest = (rest[0], rest[1:]) if rest else ("", [])
                if letter == "c":
                    call.code("python", value, arguments=["-c", *rest])
                else:
                    _module(call, value, rest)
                return
            if letter in "WX":
                at += not word[place:]
                break
            if letter in "hV?":
                return
    else:
        stdin(call, "python", [])
        return
    if word == "-":
        stdin(call, "python", words[at:])
        return
    file(call, "python", word, words[at:])
    if word.rpartition("/")[2] == "manage.py":
        call.run(["manage.py", *words[at:]])


# Modules that are programs of the same name.
_PROGRAMS = frozenset(
    (
        *("pip", "pytest", "mypy", "ruff", "black", "coverage", "twine", "build", "venv"),
        *("virtualenv", "poetry", "pipx", "uv", "awscli", "pipenv", "ansible", "alembic"),
        *("flake8", "isort", "tox", "nox", "sqlite3", "duckdb", "pre_commit", "ambidex"),
    )
)


def _module(call: Invocation, name: str, rest: list[str]) -> None:
    """`python -m module …`."""
    if name in ("timeit", "cProfile", "profile"):
        given = options.read(rest, valued="nrsuo", stops=True)
        for text in [*given.all("s"), *(given.operands if name == "timeit" else [])]:
            call.code("python", text)
        if name != "timeit" and given.operands:
            call.run(["python", *(["-m"] if given.has("m") else []), *given.operands])
    elif name in ("runpy", "pdb", "trace", "code", "idlelib"):
        if rest:
            call.run(["python", *rest])
        else:
            stdin(call, "python", [])
    elif name in ("http.server", "SimpleHTTPServer"):
        call.emit(effects.SEND, action="serve", target="whoever asks", flags=("serve",))
    elif name in ("zipfile", "tarfile"):
        archive_module(call, name, rest)
    elif name == "json.tool":
        operands = [word for word in rest if word[:1] != "-" or word == "-"]
        for path in operands[:1]:
            call.read(path)
        if len(operands) > 1:
            call.write(operands[1])
    elif name in _PROGRAMS:
        call.output = call.run([name.replace("_", "-"), *rest])


def node(call: Invocation) -> None:
    """node, deno, bun, ts-node, tsx."""
    words = list(call.arguments)
    if call.name == "deno" and words[:1] == ["publish"]:
        from ambidex.guard.programs import publishing

        publishing.publisher(call)
        return
    if call.name in ("deno", "bun") and words[:1] in (["eval"], ["run"], ["repl"]):
        verb = words.pop(0)
        if verb == "eval":
            texts = [word for word in words if word[:1] != "-"]
            if texts:
                call.code("node", texts[0], arguments=texts)
            return
    elif (call.name == "bun" and words[:1] == ["x"]) or (
        call.name == "tsx" and words[:1] == ["watch"]
    ):
        words.pop(0)
        if call.name == "bun":
            from ambidex.guard.programs.runners import npx_inner

            npx_inner(call, words)
            return
    elif call.name in ("deno", "bun") and words and words[0][:1] != "-" and "." not in words[0]:
        return  # another verb: install, test, task
    at, code, shown = 0, [], False
    while at < len(words):
        word = words[at]
        at += 1
        name, equals, value = word.partition("=")
        if word == "-" or word[:1] != "-":
            at -= 1
            break
        if word == "--":
            break
        if name in ("-e", "--eval", "-p", "--print", "-pe", "-ep"):
            shown = shown or "p" in name.lstrip("-")[:2]
            if not equals and at < len(words):
                value, at = words[at], at + 1
            code.append(value)
        elif name in _NODE_VALUED and not equals:
            at += 1
    rest = words[at:]
    for text in code:
        call.code("node", text, arguments=rest)
    if code:
        return
    if not rest or rest[0] == "-":
        stdin(call, "node", rest[1:])
    elif rest[0].startswith(("https://", "http://")):
        call.emit(effects.EXECUTE, action="node", data=call.fetch(rest[0]))
    else:
        file(call, "node", rest[0], rest[1:])


_NODE_VALUED = frozenset(
    [
        "-r",
        "--require",
        "--import",
        "--loader",
        "--experimental-loader",
        "-C",
        "--conditions",
        "--env-file",
        "--title",
        "--input-type",
        "--inspect-port",
        "-P",
        "--project",
        "-O",
        "--compiler-options",
    ]
)


def perl(call: Invocation) -> None:
    """`perl -ne code`, `perl -pi -e code files`."""
    words, at = call.arguments, 0
    code: list[str] = []
    loops, inplace = False, False
    while at < len(words) and words[at][:1] == "-" and len(words[at]) > 1:
        word = words[at]
        at += 1
        if word == "--":
            break
        place = 1
        while place < len(word):
            letter = word[place]
            place += 1
            if letter in "eE":
                if word[place:]:
                    code.append(word[place:])
                    break
                code.append(words[at] if at < len(words) else "")
                at += 1
            elif letter in "np":
                loops = True
            elif letter == "i":
                inplace = True
                if word[place:][:1] in (".", "~", "_") or "*" in word[place:]:
                    break
            elif letter in "MmIxDCF":
                at += not word[place:] and letter == "I"
                break
            elif letter in "0l":
                while word[place : place + 1].isdigit() or word[place : place + 1] in ("x",):
                    place += 1
    rest = words[at:]
    text = "\n".join(code)
    _loop_files(call, text, rest, loops=loops, inplace=inplace)
    if code:
        call.code("perl", text, arguments=["-e", *rest])
    elif rest and rest[0] != "-":
        file(call, "perl", rest[0], rest[1:])
    else:
        stdin(call, "perl", rest[1:])


def _loop_files(
    call: Invocation, text: str, files: list[str], *, loops: bool, inplace: bool
) -> None:
    """What `-n`, `-p` and `-i` do with the files."""
    if text and inplace:
        for path in files:
            call.write(path, text, kind=effects.EDIT)
    elif text and loops:
        for path in files:
            call.read(path)


def ruby(call: Invocation) -> None:
    """`ruby -e code`, with perl's switches."""
    words, at = call.arguments, 0
    code: list[str] = []
    loops, inplace = False, False
    while at < len(words) and words[at][:1] == "-" and len(words[at]) > 1:
        word = words[at]
        at += 1
        if word == "--":
            break
        if word.startswith("--"):
            continue
        for place, letter in enumerate(word[1:], 2):
            if letter == "e":
                value = word[place:]
                if not value and at < len(words):
                    value, at = words[at], at + 1
                code.append(value)
                break
            if letter in "np":
                loops = True
            elif letter == "i":
                inplace = True
                if word[place:][:1] == ".":
                    break
            elif letter in "rICEFKTWx":
                at += not word[place:] and letter in "rICE"
                break
    rest = words[at:]
    text = "\n".join(code)
    _loop_files(call, text, rest, loops=loops, inplace=inplace)
    if code:
        call.code("ruby", text, arguments=["-e", *rest])
    elif call.name == "irb" or not rest or rest[0] == "-":
        stdin(call, "ruby", rest[1:])
    else:
        file(call, "ruby", rest[0], rest[1:])


# Interpreter → its language, options with code, letters of options with a value.
_PLAIN = {
    "php": ("php", ("r", "B", "R", "E", "run"), "rBREcdfFSztw"),
    "php-cgi": ("php", (), "cd"),
    "lua": ("lua", ("e",), "el"),
    "luajit": ("lua", ("e",), "elj"),
    "lua5.3": ("lua", ("e",), "el"),
    "lua5.4": ("lua", ("e",), "el"),
    "r": ("r", ("e",), "efg"),
    "rscript": ("r", ("e",), "e"),
    "tclsh": ("tcl", (), ""),
    "osascript": ("osascript", ("e",), "els"),
}


def plain(call: Invocation) -> None:
    """Interpreters with a switch for code and otherwise a file."""
    language, switches, valued = _PLAIN[call.name]
    given = options.read(
        call.arguments,
        valued=valued,
        long_valued=("run", "file", "process-begin", "process-code", "process-end"),
        stops=True,
    )
    code = given.all(*switches)
    if code:
        call.code(language, "\n".join(code), arguments=["-", *given.operands])
        return
    path = given.last("f", "file") or (given.operands or [""])[0]
    if path and path != "-":
        file(call, language, path, given.operands[1:])
        if path.rpartition("/")[2] == "artisan":
            call.run(["artisan", *given.operands[1:]])
    elif not given.has("v", "i", "m", "version", "help", "h"):
        stdin(call, language, given.operands)


def awk(call: Invocation) -> None:
    """awk, gawk, mawk; `-i inplace` edits the files."""
    given = options.read(
        call.arguments,
        valued="FfveiElb" if call.name == "gawk" else "FfveiE",
        long_valued=(*("field-separator", "file", "assign", "source", "include", "exec", "load"),),
        stops=True,
    )
    assigned = {}
    for text in given.all("v", "assign"):
        name, _, value = text.partition("=")
        assigned[name] = value
    operands = list(given.operands)
    code = given.all("e", "source")
    for path in given.all("f", "file", "E", "exec"):
        written = (
            call.stdin
            if path in ("-", "/dev/stdin")
            else call.machine.contents.get(call.path(path))
        )
        if written:
            code.append(written)
    if not code and not given.has("f", "file", "E", "exec") and operands:
        code = [operands.pop(0)]
    files = [word for word in operands if "=" not in word]
    inplace = "inplace" in given.all("i", "include")
    texts = []
    for path in files:
        if inplace:
            call.write(path, call.unknown("edited lines"), kind=effects.EDIT)
        else:
            texts.append(call.read(path))
    if not texts and call.stdin:
        texts.append(call.stdin)
    for text in code:
        call.code("awk", text, assigned=assigned, stdin="".join(texts) or None)
    call.output = call.unknown("lines", like="".join(texts))


def powershell(call: Invocation) -> None:
    """`pwsh -c command`, `pwsh -File script`."""
    words = call.arguments
    for at, word in enumerate(words):
        name = word.lower().lstrip("-/")
        if word[:1] not in "-/" or not name:
            if word == "-":
                break
            call.code("powershell", " ".join(words[at:]))
            return
        if "command".startswith(name):
            call.code("powershell", " ".join(words[at + 1 :]))
            return
        if "file".startswith(name) and at + 1 < len(words):
            file(call, "powershell", words[at + 1], words[at + 2 :])
            return
        if "encodedcommand".startswith(name) or name in ("ec", "enc"):
            from ambidex.guard.code.decoding import decoded

            text = decoded("base64", words[at + 1]) if at + 1 < len(words) else None
            call.code("powershell", (text or "").replace("\0", ""))
            return
    stdin(call, "powershell", [])


_VERSIONS = tuple(f"python3.{minor}" for minor in range(6, 16))

MODELS = {
    **dict.fromkeys(
        ("python", "python2", "python3", "python2.7", "pypy", "pypy3", "ipython", *_VERSIONS),
        python,
    ),
    **dict.fromkeys(("node", "nodejs", "ts-node", "tsx", "deno"), node),
    "perl": perl,
    **dict.fromkeys(("ruby", "irb", "jruby"), ruby),
    **dict.fromkeys(_PLAIN, plain),
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), awk),
    **dict.fromkeys(("pwsh", "powershell", "powershell.exe", "pwsh.exe"), powershell),
}
