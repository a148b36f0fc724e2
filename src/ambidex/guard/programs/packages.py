"""Package managers: what they install, from where, and what they remove.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.options import Options, read
from ambidex.guard.programs.outputs import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Domains from which packages come without anybody choosing them: name → top-level domain.
_USUAL = {
    **dict.fromkeys(("pypi", "pythonhosted", "pytorch", "npmjs", "rubygems", "codeberg"), "org"),
    **dict.fromkeys(("github", "githubusercontent", "gitlab", "yarnpkg", "nvidia"), "com"),
    **dict.fromkeys(("crates", "jsr"), "io"),
}
_LOCAL = ("localhost", "127.0.0.1", "")


def is_usual(host: str) -> bool:
    """Whether packages come from `host` without anybody choosing it; `""` is no host."""
    name, _, top = host.rpartition(".")
    return host in _LOCAL or _USUAL.get(name.rpartition(".")[2]) == top


def install(call: Invocation, name: str, *flags: str, action: str = "install") -> None:
    """Record that a package is installed."""
    call.emit(effects.INSTALL, action=action, target=name, flags=flags)


def host_in(text: str) -> str:
    """The host of a URL in a requirement (`name @ git+https://host/…`), `""` for none."""
    if "://" not in text:
        return ""
    authority = text.partition("://")[2].partition("/")[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()


def _from(text: str) -> tuple[str, ...]:
    """Flags for where a requirement comes from."""
    flags = []
    host = host_in(text)
    if host or text.startswith("git@"):
        flags.append("url")
        if not is_usual(host):
            flags.append("elsewhere")
        if "http://" in text and host not in _LOCAL:
            flags.append("unencrypted")
    return tuple(flags)


def _helps(call: Invocation) -> bool:
    return bool({"--help", "-h", "--dry-run", "help", "--version"} & set(call.arguments))


# Python

_PIP_VALUED = (
    *("index-url", "extra-index-url", "find-links", "requirement", "constraint", "target"),
    *("prefix", "root", "src", "trusted-host", "editable", "platform", "python-version"),
    *("cache-dir", "proxy", "log", "config-settings", "report", "python", "index", "default-index"),
    *("dest", "wheel-dir"),
)


def pip(call: Invocation, words: list[str] | None = None) -> None:
    """`pip …`, also as `uv pip`."""
    if _helps(call):
        return
    given = read(
        call.arguments if words is None else words,
        valued="irfcetbdpw",
        long_valued=_PIP_VALUED,
    )
    verb = given.operands[0] if given.operands else ""
    if verb in ("install", "download", "wheel", "sync"):
        _indexes(call, given)
        names = given.operands[1:] + given.all("e", "editable")
        for name in names:
            install(call, name, *_from(name))
        for path in given.all("r", "requirement"):
            if "://" in path:
                install(call, path, *_from(path))
            else:
                call.read(path)
                install(call, f"-r {path}")
        for path in given.all("t", "target", "d", "dest", "prefix", "root", "w", "wheel-dir"):
            written(call, path)
        if given.has("break-system-packages"):
            install(call, "the system's Python", "system")
    elif verb == "uninstall":
        for name in given.operands[1:]:
            install(call, name, action="remove")
    elif verb == "config" and given.operands[1:2] == ["set"]:
        _setting(call, given.operands[2:])


def _indexes(call: Invocation, given: Options) -> None:
    for name in ("i", "index-url", "extra-index-url", "index", "default-index", "f", "find-links"):
        for url in given.all(name):
            host = host_in(url)
            if not is_usual(host):
                install(call, url, "index", *_from(url))
    for variable in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        url = call.variables.get(variable, "")
        if not is_usual(host_in(url)):
            install(call, url, "index", *_from(url))


def _setting(call: Invocation, words: list[str]) -> None:
    """A setting of a package manager that stays."""
    key = words[0].partition("=")[0].lower() if words else ""
    value = words[0].partition("=")[2] if "=" in (words or [""])[0] else "".join(words[1:2])
    kinds = ("registry", "index-url", "trusted-host", "find-links", "strict-ssl", "proxy")
    if key.rpartition(":")[2].rpartition(".")[2] in (*kinds, "script-shell", "npmregistryserver"):
        host = host_in(value)
        if not host or not is_usual(host):
            install(call, f"{key} = {call.show(value)}", "setting", action="configure")


def uv(call: Invocation) -> None:
    """`uv`: `uv pip`, `uv add`, `uv publish`; `uv run` belongs to wrappers."""
    words = call.arguments
    if words[:1] == ["pip"]:
        pip(call, words[1:])
    elif words[:1] == ["publish"]:
        from ambidex.guard.programs import publishing

        publishing.publisher(call)
    elif words[:1] == ["venv"]:
        for word in read(words[1:], valued="p", long_valued=("python", "prompt")).operands:
            written(call, word)
    elif words[:1] in (["run"], ["x"]) or words[:2] == ["tool", "run"]:
        run_behind(call, words[2 if words[0] == "tool" else 1 :])
    elif words[:1] == ["add"] or words[:2] == ["tool", "install"]:
        given = read(words[1 if words[0] == "add" else 2 :], long_valued=_PIP_VALUED)
        _indexes(call, given)
        for name in given.operands:
            install(call, name, *_from(name))


_BEFORE_PROGRAM = (
    "--with --from --python -p --with-editable --with-requirements --project --directory --group"
    " --extra --env-file --index --package --spec --pip-args -c --no-group --only-group -n --suffix"
)
_RUN_VALUED = frozenset(_BEFORE_PROGRAM.split())


def run_behind(call: Invocation, words: list[str]) -> None:
    """Run the program that stands behind the options of a runner (`uv run`, `npx`)."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "--":
        if words[at] in ("-c", "--call") and at + 1 < len(words):
            call.script(words[at + 1])
            return
        if words[at] in ("-m", "--module"):
            call.run(["python", *words[at:]])
            return
        at += 2 if words[at] in _RUN_VALUED else 1
    if words[at : at + 1] == ["--"]:
        at += 1
    if at < len(words):
        call.run([words[at].partition("@")[0] or words[at], *words[at + 1 :]])


def uvx(call: Invocation) -> None:
    """`uvx PROGRAM …`."""
    run_behind(call, call.arguments)


def pipx(call: Invocation) -> None:
    """`pipx run PROGRAM …` and `pipx install`."""
    words = call.arguments
    if words[:1] == ["run"]:
        run_behind(call, words[1:])
    elif words[:1] in (["install"], ["inject"]) and not _helps(call):
        for name in read(words[1:], long_valued=("spec", "python", "index-url")).operands:
            install(call, name, *_from(name))


def conda(call: Invocation) -> None:
    """`conda`, `mamba`."""
    from ambidex.guard.programs.runners import tool_inner

    if tool_inner(call):
        return
    given = read(call.arguments, valued="ncp", long_valued=("name", "channel", "prefix", "file"))
    words = given.operands
    if _helps(call) or not words:
        return
    if words[:2] == ["env", "remove"] or (words[0] == "remove" and given.has("all")):
        install(call, given.last("n", "name", "p") or "environment", "whole", action="remove")
    elif words[0] in ("install", "create"):
        for name in words[1:]:
            install(call, name)
    elif words[0] == "run":
        from ambidex.guard.programs import runners

        runners.tool_inner(call)


# JavaScript

_NODE_VALUED = (
    "registry",
    "prefix",
    "workspace",
    "filter",
    "tag",
    "otp",
    "cwd",
    "dir",
    "userconfig",
)


_BUN_CODE = (["-e"], ["--eval"], ["-p"], ["--print"], ["run"], ["-"], ["x"])
# Programs of a project that its package manager runs by their names (`pnpm prisma …`).
_OF_PROJECTS = ("migrations", "publishing", "infrastructure")


def node(call: Invocation) -> None:
    """`npm`, `yarn`, `pnpm`, `bun`."""
    from ambidex.guard.programs import publishing

    if call.name == "bun" and call.arguments[:1] in _BUN_CODE:
        from ambidex.guard.programs import interpreters

        interpreters.node(call)
        return
    if _helps(call):
        return
    if call.name == "bun" and call.arguments and call.arguments[0][:1] == "-":
        from ambidex.guard.programs import interpreters

        interpreters.node(call)
        return
    given = read(call.arguments, valued="wC", long_valued=_NODE_VALUED)
    words = given.operands
    verb = words[0] if words else ""
    if call.name == "yarn" and verb == "npm":
        words = words[1:]
        verb = words[0] if words else ""
    if publishing.node_registry(call, words, given):
        return
    if verb in ("exec", "dlx", "x") and len(words) > 1:
        behind = call.arguments[call.arguments.index(verb) + 1 :]
        run_behind(call, behind)
    elif verb in ("install", "i", "add", "in", "isntall", "ci", "update", "upgrade"):
        for path in given.all("prefix", "C", "cwd", "dir"):
            written(call, path + "/node_modules")
        names = words[1:] if verb != "ci" else []
        everywhere = ("global",) if given.has("g", "global") else ()
        for name in names:
            install(call, name, *everywhere, *_from(name))
        registry = given.last("registry") or call.variables.get("npm_config_registry", "")
        if not is_usual(host_in(registry)):
            install(call, registry, "index", *_from(registry))
    elif words[:2] in (["config", "set"], ["c", "set"], ["set"]) or verb == "set":
        _setting(call, words[1:] if verb == "set" else words[2:])
    elif verb in ("uninstall", "remove", "rm", "un", "r") and given.has("g", "global"):
        for name in words[1:]:
            install(call, name, "global", action="remove")
    elif call.name in ("yarn", "pnpm", "bun") and _is_of_project(verb):
        call.output = call.run(call.arguments[call.arguments.index(verb) :])


def _is_of_project(name: str) -> bool:
    from ambidex.guard import programs

    return any(name in programs.FAMILIES[family] for family in _OF_PROJECTS)


# The system

_SYSTEM_REMOVAL = {
    "apt": ("remove", "purge", "autoremove", "autopurge", "full-upgrade"),
    "apt-get": ("remove", "purge", "autoremove", "dist-upgrade"),
    "aptitude": ("remove", "purge"),
    "dpkg": (),
    "yum": ("remove", "erase", "autoremove"),
    "dnf": ("remove", "erase", "autoremove"),
    "zypper": ("remove", "rm"),
    "apk": ("del",),
    "brew": ("uninstall", "remove", "rm", "autoremove", "zap"),
    "port": ("uninstall",),
    "snap": ("remove",),
    "flatpak": ("uninstall", "remove"),
    "nix-collect-garbage": (),
    "choco": ("uninstall",),
    "winget": ("uninstall",),
    "scoop": ("uninstall",),
}
_SYSTEM_INSTALL = ("install", "add", "in", "reinstall")


def system(call: Invocation) -> None:
    """`apt-get`, `brew` and the like."""
    given = read(call.arguments, valued="otc", long_valued=("option", "target-release", "config"))
    if _helps(call) or given.has("s", "simulate", "dry-run", "just-print", "no-act", "n"):
        return
    words = given.operands
    verb = words[0] if words else ""
    if verb in _SYSTEM_REMOVAL[call.name]:
        install(call, " ".join(words[1:]) or verb, "system", action="remove")
    elif verb in _SYSTEM_INSTALL:
        unsigned = given.has("allow-unauthenticated", "force-yes", "nogpgcheck", "allow-untrusted")
        for name in words[1:]:
            install(call, name, *_from(name), *(("unsigned",) if unsigned else ()))
    elif call.name == "dpkg" and given.has("i", "install"):
        for name in words:
            _package_file(call, name)
    elif call.name == "dpkg" and given.has("r", "P", "remove", "purge"):
        install(call, " ".join(words), "system", action="remove")


def _package_file(call: Invocation, name: str) -> None:
    """A package in a file, whose scripts run as root when it is installed."""
    if "://" in name:
        install(call, name, *_from(name))
        return
    data = call.machine.contents.get(call.path(name), "")
    call.emit(effects.EXECUTE, action="file", path=name, data=data)


def pacman(call: Invocation) -> None:
    """`pacman -R…`."""
    words = call.arguments
    removing = any(word[:2] == "-R" or word == "--remove" for word in words)
    if removing and not any(word in ("-p", "--print", "--help") for word in words):
        names = [word for word in words if not word.startswith("-")]
        install(call, " ".join(names), "system", action="remove")


def rpm(call: Invocation) -> None:
    """`rpm -e`, and `rpm -i` of a package from elsewhere."""
    given = read(call.arguments, long=("erase",))
    if given.has("i", "install", "U", "upgrade", "F", "freshen"):
        for name in given.operands:
            _package_file(call, name)
    if given.has("e", "erase") and not given.has("test"):
        install(call, " ".join(given.operands), "system", action="remove")


MODELS = {
    **dict.fromkeys(("pip", "pip3", "pip2"), pip),
    "uv": uv,
    "uvx": uvx,
    "pipx": pipx,
    **dict.fromkeys(("conda", "mamba", "micromamba"), conda),
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), node),
    **dict.fromkeys(_SYSTEM_REMOVAL, system),
    "pacman": pacman,
    "yay": pacman,
    "rpm": rpm,
}
