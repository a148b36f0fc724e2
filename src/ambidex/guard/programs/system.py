"""Programs that work on the machine as a whole: power, services, schedules, users, kernel, network.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry, read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _power(call: Invocation) -> None:
    words = call.arguments
    given = options.read(words, valued="t", long=("help", "show", "no-wall", "reboot", "halt"))
    if asks_help(call) or given.has("c", "show", "w", "wtmp-only"):
        return  # cancels or shows a shutdown, or only writes the record
    if call.name in ("init", "telinit"):
        level = given.operands[0] if given.operands else ""
        if level not in ("q", "Q", "u", "U", ""):
            call.emit(effects.HOST, action="shutdown", target=f"run level {level}")
        return
    call.emit(effects.HOST, action="shutdown", target=" ".join(given.operands))


# Of systemctl; what is not named changes nothing.
_POWER_VERBS = frozenset(
    (
        *("poweroff", "reboot", "halt", "kexec", "soft-reboot", "suspend", "hibernate", "rescue"),
        *("hybrid-sleep", "suspend-then-hibernate", "emergency", "exit", "switch-root", "isolate"),
    )
)
_STOP_VERBS = frozenset({"stop", "disable", "mask", "kill", "revert", "clean", "freeze", "bootout"})
_CHANGE_VERBS = frozenset(
    (
        *(
            "start",
            "enable",
            "restart",
            "reload",
            "try-restart",
            "reload-or-restart",
            "link",
            "edit",
        ),
        *(
            "unmask",
            "reenable",
            "preset",
            "preset-all",
            "set-default",
            "set-property",
            "daemon-reexec",
        ),
        *("import-environment", "set-environment", "force-reload", "add-wants", "add-requires"),
    )
)


def _service_effect(call: Invocation, verb: str, target: str, flags: list[str]) -> None:
    if verb in _POWER_VERBS:
        call.emit(effects.HOST, action="shutdown", target=verb, flags=flags)
    elif verb in _STOP_VERBS:
        call.emit(effects.HOST, action="service-stop", target=target, flags=flags)
    elif verb in _CHANGE_VERBS:
        call.emit(effects.HOST, action="service-change", target=target, flags=flags)


def _systemctl(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="tpsHMno",
        long=("user", "system", "now", "force", "global", "no-pager", "runtime", "quiet", "all"),
        long_valued=("type", "property", "signal", "host", "machine", "lines", "output", "root"),
    )
    words = given.operands
    if words:
        flags = ["user"] if given.has("user") else []
        _service_effect(call, words[0].lower(), " ".join(words[1:]), flags)


def _service(call: Invocation) -> None:
    words = [word for word in call.arguments if not word.startswith("-")]
    if call.name in ("update-rc.d", "chkconfig"):
        verbs = {"remove": "disable", "off": "disable", "defaults": "enable", "on": "enable"}
        verb = words[1] if len(words) > 1 else ""
        _service_effect(call, verbs.get(verb, verb), "".join(words[:1]), [])
    elif call.name in ("rc-service", "service") and len(words) > 1:
        _service_effect(call, words[1].lower(), words[0], [])
    elif call.name in ("initctl", "sv", "supervisorctl", "pm2") and words:
        verb = {"down": "stop", "exit": "stop", "delete": "stop"}.get(words[0], words[0])
        flags = ["user"] if call.name in ("pm2", "supervisorctl") else []
        _service_effect(call, verb, " ".join(words[1:]), flags)


def _launchctl(call: Invocation) -> None:
    words = [word for word in call.arguments if not word.startswith("-")]
    verb = words[0] if words else ""
    target = " ".join(words[1:])
    if verb in ("bootout", "unload", "remove", "stop", "disable", "kill"):
        call.emit(effects.HOST, action="service-stop", target=target)
    elif verb in (
        "bootstrap",
        "load",
        "submit",
        "start",
        "enable",
        "kickstart",
        "setenv",
        "config",
    ):
        call.emit(effects.HOST, action="service-change", target=target)
    elif verb in ("reboot", "shutdown"):
        call.emit(effects.HOST, action="shutdown", target=target)


def _crontab(call: Invocation) -> None:
    given = options.read(call.arguments, valued="u")
    if given.has("r"):
        call.emit(effects.HOST, action="schedule-delete", target="crontab")
    elif given.has("l"):
        call.output = carry(call)
    elif given.has("e"):
        call.emit(effects.HOST, action="schedule", target="crontab")
    elif given.operands or call.stdin is not None:
        data = read_all(call, given.operands or ["-"])
        call.emit(effects.HOST, action="schedule", target="crontab", data=data)


def _at(call: Invocation) -> None:
    given = options.read(call.arguments, valued="fqt")
    if call.name == "atrm" or given.has("d", "r"):
        call.emit(effects.HOST, action="schedule-delete", target="at")
    elif call.name == "batch" and not given.has("f") and call.stdin is None:
        return
    elif not given.has("l", "c", "V"):
        data = read_all(call, given.all("f") or ["-"])
        call.emit(effects.HOST, action="schedule", target="at", data=data)
        call.script(data)


def _firewall(call: Invocation) -> None:
    words = call.arguments
    joined = {word.partition("=")[0] for word in words}
    target = " ".join(words)
    name = call.name
    if name == "nft" and {"-c", "--check"} & joined:
        return
    if name in ("iptables-restore", "ip6tables-restore", "nft") and (
        "-f" in joined or name.endswith("restore")
    ):
        call.emit(effects.HOST, action="firewall", target=target)
    elif name == "ufw":
        flushes = {"disable", "reset"} & joined
        changes = {
            "allow",
            "deny",
            "delete",
            "enable",
            "insert",
            "reject",
            "limit",
            "default",
            "route",
        }
        if flushes and "--dry-run" not in joined:
            call.emit(effects.HOST, action="firewall-flush", target=target)
        elif changes & joined and "--dry-run" not in joined:
            call.emit(effects.HOST, action="firewall", target=target)
    elif name == "nft":
        if {"flush", "delete", "destroy", "reset"} & joined:
            call.emit(effects.HOST, action="firewall-flush", target=target)
        elif {"add", "insert", "create", "replace"} & joined:
            call.emit(effects.HOST, action="firewall", target=target)
    elif name == "firewall-cmd":
        if any(
            word.startswith(("--remove", "--panic-on", "--reset", "--delete")) for word in words
        ):
            call.emit(effects.HOST, action="firewall-flush", target=target)
        elif any(word.startswith(("--add", "--set", "--reload", "--change")) for word in words):
            call.emit(effects.HOST, action="firewall", target=target)
    elif name == "pfctl":
        if {"-d", "-F", "-f", "-e"} & {word[:2] for word in words}:
            call.emit(effects.HOST, action="firewall-flush", target=target)
    elif {
        "-F",
        "--flush",
        "-X",
        "--delete-chain",
        "-Z",
        "-P",
        "--policy",
        "-D",
        "--delete",
    } & joined:
        call.emit(effects.HOST, action="firewall-flush", target=target)
    elif {"-A", "--append", "-I", "--insert", "-R", "--replace", "-N", "--new-chain"} & joined:
        call.emit(effects.HOST, action="firewall", target=target)


def _sysctl(call: Invocation) -> None:
    given = options.read(
        call.arguments, attached="p", long=("write", "load", "system", "all", "values", "names")
    )
    sets = [word for word in given.operands if "=" in word]
    if sets or given.has("w", "write", "p", "load", "system"):
        call.emit(effects.HOST, action="kernel", target=" ".join(sets or given.operands))


def _module(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="CdS",
        long=("remove", "dry-run", "show", "show-depends", "resolve-alias"),
    )
    if given.operands and not given.has(
        "n", "dry-run", "show", "D", "show-depends", "c", "showconfig"
    ):
        call.emit(effects.HOST, action="kernel", target=" ".join(given.operands))


def _users(call: Invocation) -> None:
    if asks_help(call):
        return
    words = call.arguments
    name = call.name
    if name == "passwd" and ({"-S", "--status", "-Sa"} & set(words)):
        return
    if name == "chage" and ({"-l", "--list"} & set(words)):
        return
    if name == "dscl":
        verbs = {word.lstrip("-") for word in words}
        if not verbs & {"create", "delete", "append", "change", "passwd", "merge"}:
            return
    if name == "sysadminctl" and not any(
        word.startswith(("-add", "-delete", "-reset", "-newPassword")) for word in words
    ):
        return
    removes = name in ("userdel", "groupdel", "deluser", "delgroup") or "delete" in " ".join(words)
    action = "user-delete" if removes else "user"
    data = call.stdin or "" if name in ("chpasswd", "passwd", "newusers") else ""
    call.emit(effects.HOST, action=action, target=" ".join(words), data=data)


def _network(call: Invocation) -> None:
    words = [word for word in call.arguments if not word.startswith("-")]
    name = call.name
    verb_set = set(words)
    down = changes = False
    if name == "ip" and words[1:2] and words[1] in ("show", "list", "ls", "get"):
        return
    if name == "tc":
        down = bool(verb_set & {"add", "del", "delete", "change", "replace", "link"})
        down = down or any(word in ("-b", "-batch") for word in call.arguments)
    elif name == "ip":
        down = bool(verb_set & {"del", "delete", "flush", "down"})
        changes = bool(verb_set & {"add", "change", "replace", "set", "up", "append"})
        if any(word in ("-b", "-batch") for word in call.arguments):
            changes = True
    elif name == "ifconfig":
        down, changes = "down" in verb_set or "delete" in verb_set, len(words) > 1
    elif name == "route":
        down = bool(verb_set & {"del", "delete", "flush"})
        changes = bool(verb_set & {"add", "change"})
    elif name == "nmcli":
        down = bool(verb_set & {"down", "delete", "off", "disconnect"})
        changes = bool(verb_set & {"up", "modify", "add", "on", "connect"})
    elif name == "networksetup":
        changes = any(word.startswith("-set") for word in call.arguments)
    else:
        down = changes = True  # ifdown and ifup
    if down:
        call.emit(effects.HOST, action="network-down", target=" ".join(words))
    elif changes:
        call.emit(effects.HOST, action="network", target=" ".join(words))


def _settings(call: Invocation) -> None:
    """hostnamectl, timedatectl and their like: verbs that set something."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if call.name == "hostname":
        changes = bool(words)
    elif call.name == "date":
        given = options.read(call.arguments, valued="dfrs", long_valued=("set", "date", "file"))
        changes = given.has("s", "set")
    elif call.name == "hwclock":
        changes = any(
            word in ("-w", "-s", "--systohc", "--hctosys", "--set") for word in call.arguments
        )
    else:
        changes = bool(words) and words[0].startswith(("set", "hostname")) and len(words) > 1
    if changes:
        call.emit(effects.HOST, action="settings", target=" ".join(call.arguments))


def _boot(call: Invocation) -> None:
    words = call.arguments
    if asks_help(call):
        return
    if call.name == "efibootmgr" and all(word in ("-v", "--verbose") for word in words):
        return
    if call.name in ("nvram", "bless", "csrutil", "spctl") and set(words) <= {
        "-p",
        "status",
        "-xp",
    }:
        return
    if call.name == "spctl" and words[:1] and words[0] in ("--status", "--assess", "-a", "--list"):
        return
    if call.name in ("grub-mkconfig", "grub2-mkconfig") and "-o" not in words:
        return
    call.emit(effects.HOST, action="boot", target=" ".join(words))


MODELS = {
    **dict.fromkeys(("shutdown", "reboot", "halt", "poweroff", "init", "telinit"), _power),
    "systemctl": _systemctl,
    **dict.fromkeys(
        (
            "service",
            "rc-service",
            "initctl",
            "sv",
            "supervisorctl",
            "pm2",
            "update-rc.d",
            "chkconfig",
        ),
        _service,
    ),
    "launchctl": _launchctl,
    "crontab": _crontab,
    **dict.fromkeys(("at", "batch", "atrm"), _at),
    **dict.fromkeys(
        (
            *("iptables", "ip6tables", "iptables-restore", "ip6tables-restore", "nft", "ufw"),
            *("firewall-cmd", "pfctl", "iptables-legacy", "iptables-nft", "ebtables", "arptables"),
        ),
        _firewall,
    ),
    "sysctl": _sysctl,
    **dict.fromkeys(("modprobe", "insmod", "rmmod", "kextload", "kextunload", "kldload"), _module),
    **dict.fromkeys(
        (
            *("useradd", "userdel", "usermod", "adduser", "deluser", "groupadd", "groupdel"),
            *("groupmod", "addgroup", "delgroup", "passwd", "chpasswd", "visudo", "vipw", "vigr"),
            *("gpasswd", "chage", "chsh", "chfn", "newusers", "dscl", "sysadminctl"),
        ),
        _users,
    ),
    **dict.fromkeys(
        ("ip", "ifconfig", "route", "nmcli", "networksetup", "ifdown", "ifup", "tc"), _network
    ),
    **dict.fromkeys(
        (
            *("hostnamectl", "timedatectl", "localectl", "loginctl", "hostname", "date", "hwclock"),
            *("scutil", "systemsetup"),
        ),
        _settings,
    ),
    **dict.fromkeys(
        (
            *("update-grub", "grub-install", "grub2-install", "grub-mkconfig", "grub2-mkconfig"),
            *("efibootmgr", "update-initramfs", "mkinitcpio", "dracut", "kexec", "nvram", "bless"),
            *("csrutil", "spctl", "bcdedit"),
        ),
        _boot,
    ),
}
