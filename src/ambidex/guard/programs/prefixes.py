"""Programs that run the command that follows their own options: sudo, env, nice, timeout, strace.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation
    from ambidex.guard.programs.options import Options


class Prefix:
    """How a program reads its own arguments before those of the inner command.

    Attributes:
        valued: letters of its options that take a value.
        attached: letters whose optional value can only be attached.
        long: its long options with a value.
        skip: how many operands stand before the command (`timeout 5 cmd`: 1).
        root: whether the command runs as another user.
    """

    __slots__ = ("attached", "long", "root", "skip", "valued")

    def __init__(
        self,
        valued: str = "",
        long: str = "",
        skip: int = 0,
        root: bool = False,
        attached: str = "",
    ) -> None:
        self.valued = valued
        self.long = tuple(long.split())
        self.skip = skip
        self.root = root
        self.attached = attached


PREFIXES = {
    "sudo": Prefix(
        "CDghprRtTuU",
        "close-from chdir group host prompt role chroot type command-timeout user other-user",
        root=True,
    ),
    "doas": Prefix("aCu", root=True),
    "pkexec": Prefix("", "user", root=True),
    "gosu": Prefix(skip=1, root=True),
    "su-exec": Prefix(skip=1, root=True),
    "nice": Prefix("n", "adjustment"),
    "ionice": Prefix("cnpPu", "class classdata pid pgid uid"),
    "chrt": Prefix("TPD", "sched-runtime sched-period sched-deadline", skip=1),
    "taskset": Prefix("", skip=1),
    "nohup": Prefix(),
    "time": Prefix("fo", "format output"),
    "gtime": Prefix("fo", "format output"),
    "timeout": Prefix("ks", "kill-after signal", skip=1),
    "gtimeout": Prefix("ks", "kill-after signal", skip=1),
    "stdbuf": Prefix("ioe", "input output error"),
    "unbuffer": Prefix(),
    "setsid": Prefix(),
    "setarch": Prefix(),
    "linux32": Prefix(),
    "linux64": Prefix(),
    "arch": Prefix("de"),
    "unshare": Prefix(
        "SGRw",
        "setuid setgid root wd map-user map-group map-users map-groups propagation setgroups "
        "monotonic boottime load-interp",
    ),
    "nsenter": Prefix("tSG", "target setuid setgid", root=True, attached="muinpUCTrw"),
    "setpriv": Prefix(
        "",
        "reuid regid groups inh-caps ambient-caps bounding-set securebits pdeathsig ruid euid rgid "
        "egid selinux-label apparmor-profile",
    ),
    "strace": Prefix(
        "abeEIoOpPsSuUX",
        "attach output trace string-limit user columns summary-sort-by env interruptible",
    ),
    "ltrace": Prefix("abDeFlnopsSuwxX", "output library"),
    "valgrind": Prefix("", ""),
    "firejail": Prefix("", ""),
    "proot": Prefix("rbqwk", "rootfs bind qemu pwd cwd kernel-release"),
    "systemd-run": Prefix(
        "EHMpSu",
        "unit property description slice uid gid nice working-directory setenv host machine "
        "on-active on-boot on-calendar on-startup on-unit-active on-unit-inactive timer-property "
        "path-property socket-property service-type",
    ),
    "systemd-inhibit": Prefix("", "what who why mode"),
    "dbus-run-session": Prefix("", "config-file dbus-daemon"),
    "dbus-launch": Prefix(),
    "xvfb-run": Prefix(
        "efnpsw",
        "error-file auth-file server-num server-args wait xauth-protocol",
    ),
    "ssh-agent": Prefix("aEOPt"),
    "caffeinate": Prefix("tw"),
    "rlwrap": Prefix("abBcCDfFgHlMopPqsStz"),
    "catchsegv": Prefix(),
    "eatmydata": Prefix(),
    "fakeroot": Prefix("lsibu", "lib faked"),
    "faketime": Prefix("", skip=1),
    "torsocks": Prefix("uapP"),
    "proxychains": Prefix("f"),
    "proxychains4": Prefix("f"),
    "tsocks": Prefix(),
    "chpst": Prefix("ueUbnmdofcPprt/"),
    "chronic": Prefix(),
    "ifne": Prefix(),
    "cgexec": Prefix("g"),
    "numactl": Prefix("iNmCp", "interleave cpunodebind membind physcpubind preferred"),
    "prlimit": Prefix("p", "pid"),
    "sg": Prefix(skip=1),
    "softlimit": Prefix("admcfolprst"),
    "daemonize": Prefix("acepoluE"),
    "cpulimit": Prefix("lpe", "limit pid exe"),
    "tini": Prefix("p"),
    "dumb-init": Prefix("r", "rewrite"),
    "retry": Prefix("tdm", "times delay"),
    "winpty": Prefix(),
    "ccache": Prefix(),
    "sccache": Prefix(),
}


def inner_of(call: Invocation, prefix: Prefix) -> tuple[Options, list[str]]:
    """The program's own options, and the words of the inner command."""
    given = options.read(
        call.arguments,
        valued=prefix.valued,
        attached=prefix.attached,
        long_valued=prefix.long,
        stops=True,
    )
    return given, given.operands[prefix.skip :]


def unwrap(call: Invocation) -> None:
    """The inner command runs as it stands."""
    prefix = PREFIXES[call.name]
    given, words = inner_of(call, prefix)
    if call.name in ("time", "gtime", "strace", "ltrace") and given.has("o", "output"):
        call.write(given.last("o", "output"))
    if prefix.root:
        become(call, given.last("u", "user") or "root")
    if call.name in ("sudo", "doas") and given.has("i", "s", "login", "shell", "e", "edit"):
        _sudo_shell(call, given, words)
        return
    changes = {}
    cwd = given.last("D", "chdir", "working-directory", "wd") if call.name != "nice" else ""
    if cwd and call.name in ("sudo", "systemd-run", "unshare"):
        changes["cwd"] = call.path(cwd)
    assigned, words = assignments(words) if call.name in ("sudo", "doas") else ({}, words)
    if assigned:
        changes["variables"] = assigned  # type: ignore[assignment]
    if words:
        call.output = call.run(words, **changes)


def become(call: Invocation, user: str) -> None:
    """Record that what follows runs as another user."""
    call.emit(effects.ROOT, action=call.name, target=user)


def _sudo_shell(call: Invocation, given: Options, words: list[str]) -> None:
    """`sudo -s`, `sudo -i`, `sudo -e file`."""
    if given.has("e", "edit"):
        for path in words:
            call.write(path, call.unknown("what is typed"), kind=effects.EDIT)
    elif len(words) == 1 and " " in words[0]:
        call.output = call.script(words[0])
    elif words:
        call.output = call.run(words)
    elif call.stdin is not None:
        call.script(call.stdin)


def assignments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Leading `NAME=value` words, and the rest."""
    found: dict[str, str] = {}
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals or not name or not is_known(name) or not name.replace("_", "a").isalnum():
            return found, words[at:]
        found[name] = value
    return found, []


def su(call: Invocation) -> None:
    """`su user -c 'command'`, `runuser -u user -- command`."""
    given = options.read(
        call.arguments,
        valued="cCgGsuwT",
        long_valued=(
            *("command", "session-command", "group", "supp-group", "shell"),
            *("user", "whitelist-environment"),
        ),
        stops=call.name == "runuser" and any(a.startswith("-u") for a in call.arguments[:1]),
    )
    operands = [word for word in given.operands if word != "-"]
    if call.name == "runuser" and given.has("u", "user"):
        become(call, given.last("u", "user"))
        call.output = call.run(operands)
        return
    become(call, operands[0] if operands else "root")
    commands = given.all("c", "command", "session-command")
    if "-c" in operands:  # behind `--`: the shell gets it
        commands += operands[operands.index("-c") + 1 :][:1]
    for command in commands:
        call.output = call.script(command, arguments=["su", *operands[1:]])
    if not commands and call.stdin is not None:
        call.script(call.stdin)


def env(call: Invocation) -> None:
    """`env -i NAME=value command`, `env -S 'command line'`, `env -C folder command`."""
    arguments = list(call.arguments)
    for at, word in enumerate(arguments[:40]):
        split = _split_option(word, arguments, at)
        if split is not None:
            arguments = split
            break
        if not word.startswith("-") and "=" not in word:
            break
    given = options.read(
        arguments,
        valued="uCSaP",
        long_valued=("unset", "chdir", "split-string", "argv0"),
        long=("ignore-environment", "null", "debug", "block-signal", "default-signal"),
        stops=True,
    )
    assigned, words = assignments(given.operands)
    if words and words[0] == "-":
        assigned, words = assignments(words[1:])
    for name, value in assigned.items():
        call.emit(effects.ENVIRON, target=name, data=value)
    cwd = given.last("C", "chdir")
    changes = {"cwd": call.path(cwd)} if cwd else {}
    if words:
        call.output = call.run(words, variables=assigned, **changes)
    else:
        call.output = call.unknown("the environment", paths=("/proc/self/environ",))


def _split_option(word: str, arguments: list[str], at: int) -> list[str] | None:
    """`arguments` with the text of `-S` as words of its own, None when `word` is no `-S`."""
    before, after = arguments[:at], arguments[at + 1 :]
    text = None
    if word in ("-S", "--split-string") or (
        word.startswith("--s") and "--split-string".startswith(word)
    ):
        text, after = (after[0], after[1:]) if after else ("", [])
    elif word.startswith("--s") and "=" in word:
        text = word.partition("=")[2]
    elif word[:1] == "-" and word[:2] != "--" and "S" in word:
        flags, _, text = word.partition("S")
        if any(letter in "uCaP" for letter in flags):
            return None
        before += [flags] if len(flags) > 1 else []
        if not text:
            text, after = (after[0], after[1:]) if after else ("", [])
    if text is None:
        return None
    return [*before, *split_words(text), *after]


def split_words(text: str) -> list[str]:
    """Words as `env -S` and most programs split them: blanks, quotes, backslashes."""
    words: list[str] = []
    word: list[str] | None = None
    quote, at = "", 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "\\" and quote != "'" and at < len(text):
            if word is None:
                word = []
            word.append(text[at])
            at += 1
        elif quote:
            if character == quote:
                quote = ""
            elif word is not None:
                word.append(character)
        elif character in "'\"":
            quote, word = character, word if word is not None else []
        elif character.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            if word is None:
                word = []
            word.append(character)
    if word is not None:
        words.append("".join(word))
    return words


MODELS = {**dict.fromkeys(PREFIXES, unwrap), "su": su, "runuser": su, "env": env, "genv": env}
