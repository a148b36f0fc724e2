"""Tools that run a command of their project or their own: make, npx, poetry run, busybox, expect.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.batches import loosely

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def make(call: Invocation) -> None:
    """Recipes that the command line itself brings along; the project's Makefile is its own."""
    given = options.read(
        call.arguments,
        valued="CfIoWE",
        attached="jlO",
        long_valued=(
            *("directory", "file", "makefile", "include-dir", "eval", "old-file", "what-if"),
            *("assume-old", "assume-new", "new-file"),
        ),
    )
    if given.has("n", "just-print", "dry-run", "recon"):
        return
    cwd = call.cwd
    for folder in given.all("C", "directory"):
        cwd = call.path(folder)
    for word in call.arguments:
        if word.startswith("SHELL="):
            call.script(word[6:])
    for text in given.all("E", "eval"):
        _recipes(call, text.replace("\\n", "\n"), cwd)
    for file in given.all("f", "file", "makefile"):
        if file in ("-", "/dev/stdin", "/dev/fd/0"):
            _recipes(call, call.stdin or "", cwd)
            call.emit(effects.EXECUTE, action="make", data=call.stdin or "")
        else:
            path = file if file.startswith("/") else f"{cwd}/{file}"
            written = call.machine.contents.get(call.path(path))
            if written:
                _recipes(call, written, cwd)


def _recipes(call: Invocation, text: str, cwd: str) -> None:
    """The shell commands in a makefile: indented lines, what follows `target: ;`, `$(shell …)`."""
    text = text.replace("\\\n", " ")
    for line in text.split("\n"):
        if line.startswith("\t"):
            command = line.strip().lstrip("@-+ ")
        elif ":" in line and ";" in line.partition(":")[2] and not line.startswith("#"):
            command = line.partition(":")[2].partition(";")[2].strip().lstrip("@-+ ")
        else:
            command = ""
        if command:
            call.script(command.replace("$$", "$"), cwd=cwd, stdin="")
        if "$(shell " in line:
            inner = line.split("$(shell ", 1)[1].rpartition(")")[0]
            call.script(inner.replace("$$", "$"), cwd=cwd, stdin="")


def busybox(call: Invocation) -> None:
    """`busybox applet …`."""
    if call.arguments and not call.arguments[0].startswith("--"):
        call.output = call.run(call.arguments)


_NPX_VALUED = (
    *("package", "call", "cache", "userconfig", "workspace", "registry", "node-arg", "shell"),
    *("prefix", "loglevel"),
)


def npx(call: Invocation) -> None:
    """`npx tool …`, `npx -c 'command'`."""
    npx_inner(call, call.arguments)


_REPOSITORIES = ("github:", "gitlab:", "bitbucket:", "gist:", "git+", "git@")


def npx_inner(call: Invocation, arguments: list[str]) -> None:
    """Follow what stands behind `npx`, `npm exec`, `pnpm dlx`, `yarn exec` and the like."""
    given = options.read(arguments, valued="pcwn", long_valued=_NPX_VALUED, stops=True)
    for text in given.all("c", "call"):
        call.output = call.script(text)
    words = list(given.operands)
    for package in [*given.all("p", "package"), *words[:1]]:
        if "://" in package or package.startswith(_REPOSITORIES):
            call.emit(effects.EXECUTE, action="node", data=call.fetch(package))
    if words:
        words[0] = _without_version(words[0])
        call.output = call.run(words)


def _without_version(package: str) -> str:
    at = package.find("@", 1)
    name = package if at < 0 else package[:at]
    return name.rpartition("/")[2] if name.startswith("@") else name


# Tool → its verbs behind which a command follows, and its options with a value.
_VERBS = {
    "npm": (("exec", "x"), _NPX_VALUED),
    "pnpm": (("exec", "dlx"), ("filter", "dir", "C", "package")),
    "yarn": (("exec", "dlx"), ("cwd", "package")),
    "bun": (("x",), ("cwd",)),
    "poetry": (("run",), ("directory", "project", "C", "P")),
    "uv": (
        ("run",),
        (
            *("with", "python", "extra", "group", "env-file", "directory", "project", "package"),
            *("with-requirements", "with-editable", "index", "module", "only-group", "no-group"),
            *("index-url", "extra-index-url", "find-links", "cache-dir", "config-file", "no-extra"),
        ),
    ),
    "pipenv": (("run",), ("python",)),
    "pdm": (("run",), ("project", "p")),
    "hatch": (("run",), ("env", "e")),
    "rye": (("run",), ("pyproject",)),
    "pixi": (("run",), ("environment", "manifest-path")),
    "bundle": (("exec",), ("gemfile",)),
    "mise": (("exec", "x"), ("cd", "C")),
    "asdf": (("exec",), ()),
    "rbenv": (("exec",), ()),
    "pyenv": (("exec",), ()),
    "conda": (("run",), ("name", "prefix", "cwd")),
    "mamba": (("run",), ("name", "prefix", "cwd")),
    "micromamba": (("run",), ("name", "prefix", "cwd")),
    "op": (("run",), ("env-file", "account")),
    "dotenvx": (("run",), ("env-file", "f")),
    "doppler": (("run",), ("project", "config", "p", "c")),
    "aws-vault": (("exec",), ("duration", "region")),
    "perf": (("stat", "record", "trace"), ("event", "output", "repeat", "delay")),
}
_SHORT = {
    "uv": "pwm",
    "conda": "np",
    "mamba": "np",
    "micromamba": "np",
    "perf": "eorpC",
    "hatch": "e",
}


def tool_inner(call: Invocation) -> bool:
    """Follow the command behind `poetry run`, `npm exec` and so on; False when there is none."""
    verbs, valued = _VERBS.get(call.name, ((), ()))
    long_valued = tuple(name for name in valued if len(name) > 1)
    letters = "".join(name for name in valued if len(name) == 1)
    first = options.read(call.arguments, valued=letters, long_valued=long_valued, stops=True)
    if not first.operands or first.operands[0] not in verbs:
        return False
    letters += _SHORT.get(call.name, "")
    rest = first.operands[1:]
    if call.name in ("npm", "pnpm", "yarn", "bun"):
        npx_inner(call, rest)
        return True
    given = options.read(rest, valued=letters, long_valued=long_valued, stops=True)
    words = given.operands
    if call.name == "uv" and given.has("m", "module"):
        words = ["python", "-m", given.last("m", "module"), *words]
    if call.name == "aws-vault":
        words = words[1:]
        if words[:1] == ["--"]:
            words = words[1:]
    if words:
        call.output = call.run(words)
    return True


def tool(call: Invocation) -> None:
    """A project's runner, where nothing else is known about the program."""
    tool_inner(call)


def uvx(call: Invocation) -> None:
    """`uvx tool …` and `pipx run tool …`."""
    arguments = call.arguments
    if call.name == "pipx":
        if arguments[:1] != ["run"]:
            return
        arguments = arguments[1:]
    given = options.read(
        arguments,
        valued="p",
        long_valued=("from", "with", "python", "index", "index-url", "spec", "pip-args"),
        stops=True,
    )
    if given.operands:
        words = [given.operands[0].partition("@")[0].partition("==")[0], *given.operands[1:]]
        call.output = call.run(words)


def direnv(call: Invocation) -> None:
    """`direnv exec folder command`."""
    if call.arguments[:1] == ["exec"] and len(call.arguments) > 2:
        call.output = call.run(call.arguments[2:])


def gdb(call: Invocation) -> None:
    """`gdb --args command`, `-ex 'shell …'`; `lldb -o 'platform shell …'`."""
    given = options.read(
        call.arguments,
        valued="opsSO",
        long=("batch", "quiet", "silent", "nx", "args"),
        long_valued=("ex", "eval-command", "iex", "command", "x", "one-line", "batch-command"),
        single=call.name == "gdb",
    )
    for text in given.all("ex", "eval-command", "iex", "one-line", "o", "O"):
        for verb in ("shell ", "!", "platform shell ", "python import os; os.system"):
            if text.startswith(verb):
                call.script(text[len(verb) :].strip("()'\" "), stdin="")
    if given.has("args") and given.operands:
        call.run(given.operands)
    elif call.name != "gdb" and given.after_dashes:
        call.run(given.operands[-given.after_dashes :])


def capsh(call: Invocation) -> None:
    """`capsh --drop=… -- -c 'command'`."""
    if "--" in call.arguments:
        rest = call.arguments[call.arguments.index("--") + 1 :]
        call.output = call.run(["bash", *rest])


def run_parts(call: Invocation) -> None:
    """Everything in a folder is executed."""
    given = options.read(call.arguments, valued="au", long_valued=("arg", "regex", "umask"))
    if given.operands and not given.has("test", "list"):
        call.emit(effects.EXECUTE, action="file", path=given.operands[0] + "/*")


def start_stop_daemon(call: Invocation) -> None:
    """`start-stop-daemon --start --exec program -- arguments`."""
    given = options.read(
        call.arguments,
        valued="xapnucgrdNPIkO",
        long=("start", "stop", "status", "background", "make-pidfile"),
        long_valued=(
            *("exec", "startas", "pidfile", "name", "user", "chuid", "group", "chroot", "chdir"),
            *("nicelevel", "procsched", "iosched", "umask", "output", "signal", "retry", "pid"),
        ),
    )
    program = given.last("a", "startas", "x", "exec")
    if program and given.has("S", "start"):
        call.run([program, *given.operands])
    elif given.has("K", "stop"):
        call.emit(effects.KILL, target=given.last("n", "name") or program)


def expect(call: Invocation) -> None:
    """`expect -c 'spawn …'`, scripts from standard input."""
    given = options.read(call.arguments, valued="cfb")
    for text in given.all("c"):
        call.code("tcl", text)
    if not given.has("c") and call.stdin and given.operands in ([], ["-"]):
        call.code("tcl", call.stdin)


def cmd(call: Invocation) -> None:
    """`cmd /c command`, with the commands of Windows under the names they have elsewhere."""
    words = [word for word in call.arguments if not (word[:1] == "/" and len(word) == 2)]
    if words:
        call.code("powershell", " ".join(words))


def wsl(call: Invocation) -> None:
    """`wsl -d name -- command`."""
    given = options.read(
        call.arguments,
        valued="du",
        long_valued=("distribution", "user", "cd", "exec", "terminate", "unregister"),
        stops=True,
    )
    if given.has("unregister"):
        call.emit(effects.HOST, action="unregister", target=given.last("unregister"))
    words = [*given.all("e", "exec"), *given.operands]
    if words and words != [""]:
        call.output = loosely(call, [word for word in words if word])


def nix_shell(call: Invocation) -> None:
    """`nix-shell -p package --run 'command'`."""
    given = options.read(
        call.arguments, valued="pPIA", long_valued=("run", "command", "packages", "attr", "keep")
    )
    for text in given.all("run", "command"):
        call.output = call.script(text)


def hyperfine(call: Invocation) -> None:
    """Benchmarks shell commands."""
    given = options.read(
        call.arguments,
        valued="wrmMpcnSisPLDu",
        long_valued=(
            *("warmup", "runs", "min-runs", "max-runs", "prepare", "cleanup", "setup", "conclude"),
            *("command-name", "shell", "export-json", "export-csv", "export-markdown", "style"),
            *("parameter-scan", "parameter-list", "parameter-step-size", "output", "input"),
            *("time-unit", "sort", "export-asciidoc", "export-orgmode"),
        ),
    )
    for text in [*given.all("p", "prepare", "c", "cleanup", "s", "setup"), *given.operands]:
        call.script(text, stdin="")


MODELS = {
    **dict.fromkeys(("make", "gmake", "bmake"), make),
    **dict.fromkeys(("busybox", "toybox"), busybox),
    **dict.fromkeys(("npx", "pnpx", "bunx"), npx),
    **dict.fromkeys(
        ["pipenv", "pixi", "bundle", "mise", "asdf", "rbenv", "pyenv", "dotenvx", "perf"],
        tool,
    ),
    "direnv": direnv,
    "gdb": gdb,
    "lldb": gdb,
    "capsh": capsh,
    "run-parts": run_parts,
    "start-stop-daemon": start_stop_daemon,
    "expect": expect,
    "cmd": cmd,
    "cmd.exe": cmd,
    "wsl": wsl,
    "wsl.exe": wsl,
    "hyperfine": hyperfine,
    "nix-shell": nix_shell,
}
