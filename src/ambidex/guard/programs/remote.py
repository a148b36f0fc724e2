"""ssh and its relatives, chroot and sandboxes, tmux and screen: commands for another shell.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.programs import elsewhere, options
from ambidex.guard.programs.elsewhere import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_LOCAL = ("proxycommand", "localcommand", "knownhostscommand")


def ssh(call: Invocation) -> None:
    """Runs a command on another machine, and sends it the standard input."""
    given = options.read(call.arguments, valued="BbcDEeFIiJLlmOopQRSWw", stops=True)
    host, words = (given.operands or [""])[0], given.operands[1:]
    # Options may stand behind the host, too.
    if words and words[0].startswith("-"):
        behind = options.read(words, valued="BbcDEeFIiJLlmOopQRSWw", stops=True)
        for name, values in behind.given.items():
            given.given.setdefault(name, []).extend(values)
        words = behind.operands
    for setting in given.all("o"):
        end = next((at for at, c in enumerate(setting) if c in " ="), len(setting))
        name, value = setting[:end], setting[end + 1 :]
        if name.lower() in _LOCAL and value.lower() != "none":
            call.script(value.lstrip("= "), stdin="")
        elif name.lower() == "remotecommand":
            words = [value]
    if not host or given.has("G", "V", "Q", "O"):
        return
    name = host.rpartition("@")[2]
    if given.has("R"):
        call.send(name, "", flags=("tunnel",))
    if call.stdin and not given.has("n", "f"):
        call.send(name, call.stdin)
    away = call.unknown(f"the home folder on {call.show(name)}")
    via = f"remote:{call.show(name)}"
    if words:
        call.script(" ".join(words), cwd=f"/{away}", via=via)
    elif call.stdin:
        call.script(call.stdin, cwd=f"/{away}", stdin="", via=via)
    call.output = call.unknown(f"the answer of {call.show(name)}", hosts=(name,))


def mosh(call: Invocation) -> None:
    """`mosh host -- command`."""
    given = options.read(
        call.arguments, valued="p", long_valued=("ssh", "client", "server", "port")
    )
    if given.last("ssh"):
        call.script(given.last("ssh"))
    if len(given.operands) > 1:
        host = given.operands[0].rpartition("@")[2]
        away = call.unknown(f"the home folder on {call.show(host)}")
        call.script(" ".join(given.operands[1:]), cwd=f"/{away}", via=f"remote:{call.show(host)}")


def sshpass(call: Invocation) -> None:
    """`sshpass -p secret ssh host command`."""
    given = options.read(call.arguments, valued="pfdP", stops=True)
    if given.operands:
        call.output = call.run(given.operands)


def chroot(call: Invocation) -> None:
    """`chroot folder command`: the folder is `/` for it."""
    given = options.read(call.arguments, long_valued=("groups", "userspec"), stops=True)
    if len(given.operands) > 1:
        elsewhere.rooted(call, given.operands[1:], given.operands[0])


_BWRAP = {
    **dict.fromkeys(["bind", "dev-bind", "bind-try", "dev-bind-try"], 2),
    **dict.fromkeys(
        ["ro-bind", "ro-bind-try", "symlink", "setenv", "file", "bind-data", "ro-bind-data"], 2
    ),
    **dict.fromkeys(["chmod", "overlay"], 2),
    **dict.fromkeys(
        [
            "proc",
            "dev",
            "tmpfs",
            "mqueue",
            "dir",
            "chdir",
            "unsetenv",
            "uid",
            "gid",
            "hostname",
            "lock-file",
            "sync-fd",
            "seccomp",
            "perms",
            "size",
            "cap-add",
            "cap-drop",
            "args",
            "exec-label",
            "file-label",
            "remount-ro",
            "userns",
            "info-fd",
            "argv0",
        ],
        1,
    ),
}


def bwrap(call: Invocation) -> None:
    """bubblewrap: only what is bound is there."""
    place = Place("container:bwrap")
    arguments = call.arguments
    at, cwd = 0, call.cwd
    while at < len(arguments) and arguments[at].startswith("--") and arguments[at] != "--":
        name = arguments[at][2:]
        values = arguments[at + 1 : at + 1 + _BWRAP.get(name, 0)]
        if "bind" in name and len(values) == 2 and "data" not in name:
            place.mounts.append((values[1], call.path(values[0]), not name.startswith("ro")))
        elif name == "chdir" and values:
            cwd = values[0]
        at += 1 + _BWRAP.get(name, 0)
    words = [word for word in arguments[at : at + 1] if word != "--"] + arguments[at + 1 :]
    if words:
        elsewhere.inside(call, words, place, cwd=cwd)


_TMUX_SHELLS = {
    **dict.fromkeys(("new-session", "new"), "cefFnstxy"),
    **dict.fromkeys(("new-window", "neww"), "ceFnt"),
    **dict.fromkeys(("split-window", "splitw"), "ceFlpt"),
    **dict.fromkeys(("respawn-pane", "respawnp", "respawn-window", "respawnw"), "cet"),
    **dict.fromkeys(("run-shell", "run"), "cdt"),
    **dict.fromkeys(("pipe-pane", "pipep"), "t"),
    **dict.fromkeys(("display-popup", "popup"), "bcdehsStTwxy"),
    **dict.fromkeys(("if-shell", "if"), "t"),
}


def tmux(call: Invocation) -> None:
    """Commands given to new windows, and keys sent to shells that wait for them."""
    given = options.read(call.arguments, valued="cfLST", stops=True)
    words = list(given.operands)
    while words:
        end = words.index(";") if ";" in words else len(words)
        _tmux(call, words[:end])
        words = words[end + 1 :]


def _tmux(call: Invocation, words: list[str]) -> None:
    verb, rest = (words or [""])[0], words[1:]
    if verb in ("send-keys", "send"):
        keys = options.read(rest, valued="Nt", stops=True).operands
        text = "".join("\n" if key in ("Enter", "C-m", "KPEnter", "C-j") else key for key in keys)
        if text.strip():
            call.script(text, stdin="")
    elif verb in _TMUX_SHELLS:
        operands = options.read(rest, valued=_TMUX_SHELLS[verb], stops=True).operands
        if len(operands) == 1 or verb in ("if-shell", "if"):
            for text in operands:
                call.script(text, stdin="")
        elif operands:
            call.run(operands, stdin="")


def screen(call: Invocation) -> None:
    """`screen -dmS name command`, `screen -S name -X stuff 'keys'`."""
    given = options.read(call.arguments, valued="cehpsStTX", stops=True)
    if given.has("X"):
        if given.last("X") in ("stuff", "exec") and given.operands:
            call.script(given.operands[0].replace("^M", "\n").replace("\\n", "\n"), stdin="")
    elif given.operands:
        call.run(given.operands, stdin="")


MODELS = {
    "ssh": ssh,
    "autossh": ssh,
    "mosh": mosh,
    "sshpass": sshpass,
    "chroot": chroot,
    "bwrap": bwrap,
    "tmux": tmux,
    "screen": screen,
}
