"""Rules about the machine as a whole and the processes on it.

Hot path: nothing is imported but the words for effects.
"""

from __future__ import annotations

from ambidex.guard.effects import APPEND, HOST, KILL, WRITE
from ambidex.guard.rules.rule import Rule
from ambidex.guard.taint import is_known
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

# Verbs of HOST effects → what they are for people.
_STOPPING = {
    "shutdown": "the machine shut down, restarted or put to sleep",
    "fork-bomb": "processes that multiply without end",
    "endless-recursion": "a function that calls itself without end",
    "boot": "a change of how the machine starts",
    "kernel": "a change of the running kernel",
}
_OPENING = {
    "service-stop": "a service stopped or disabled",
    "firewall-flush": "the firewall opened or emptied",
    "network-down": "the machine cut off from the network",
    "schedule-delete": "scheduled jobs deleted",
}
_USERS = {"user": "users or groups changed", "user-delete": "users or groups deleted"}
_WEIGHED = {
    "service-change": "a service started, restarted or enabled",
    "firewall": "a rule added to the firewall",
    "network": "a change of the network's settings",
    "schedule": "a job scheduled for later",
    "settings": "a change of the machine's settings",
    "mount": "a file system mounted",
    "unmount": "a file system unmounted",
    "swapon": "swap space added",
    "swapoff": "swap space taken away",
}


def _saying(table: dict[str, str], effect: Effect, scene: Scene) -> str:
    said = table.get(effect.action, "")
    if said and effect.target:
        return f"{said} ({scene.show(effect.target)})"
    return said


def _stops(effect: Effect, scene: Scene) -> str:
    return _saying(_STOPPING, effect, scene)


def _opens(effect: Effect, scene: Scene) -> str:
    return "" if "user" in effect.flags else _saying(_OPENING, effect, scene)


def _changes_users(effect: Effect, scene: Scene) -> str:
    return _saying(_USERS, effect, scene)


def _weighed(effect: Effect, scene: Scene) -> str:
    if "user" in effect.flags and effect.action == "service-stop":
        return _saying(_OPENING, effect, scene)
    return _saying(_WEIGHED, effect, scene)


def _magic(effect: Effect, _scene: Scene) -> str:
    return (
        "a key of the kernel's emergency keyboard" if effect.path == "/proc/sysrq-trigger" else ""
    )


# Without these nobody is logged in any more.
_VITAL = frozenset(
    (
        *(
            "systemd",
            "init",
            "launchd",
            "sshd",
            "dbus-daemon",
            "xorg",
            "gnome-shell",
            "kwin_wayland",
        ),
        *("windowserver", "loginwindow", "finder", "dockerd", "containerd", "login", "kernel_task"),
        *("claude", "tmux", "screen", "bash", "zsh", "sh", "fish", "wayland", "gdm", "sddm", "ssh"),
    )
)
# Names that other work on the machine has too.
_COMMON = frozenset(
    (
        *(
            "node",
            "python",
            "python3",
            "java",
            "ruby",
            "php",
            "docker",
            "postgres",
            "mysqld",
            "npm",
        ),
        *("redis-server", "nginx", "chrome", "firefox", "code", "electron", "go", "cargo", "make"),
        *("apache2", "httpd", "git", "vim", "emacs", "deno", "bun", "perl", "mongod", "safari"),
    )
)


def _kills_all(effect: Effect, scene: Scene) -> str:
    target = effect.target
    name = scene.show(target)
    if effect.action == "everything":
        return "every process ended"
    if effect.action == "process":
        if target == "-1":
            return "every process of the user ended"
        return "the machine's first process ended" if target == "1" else ""
    if effect.action == "users-of-file":
        return f"every process ended that uses {name}" if "mount" in effect.flags else ""
    if "inverse" in effect.flags:
        return f"every process ended but {name}"
    if not target and {"user", "session"} & effect.flags:
        return "every process of a user or a terminal ended"
    if (
        is_known(target)
        and "exact" not in effect.flags
        and not _names(target)
        and not _narrow(effect)
    ):
        return "every process ended whose name has a letter"
    if target.lower() in _VITAL:
        return f"every process ended that is called {name}"
    return ""


def _names(pattern: str) -> str:
    """What a regular expression says about a name: its letters beyond a single one."""
    letters = "".join(letter for letter in pattern if letter.isalnum())
    return letters if len(letters) > 1 else ""


def _narrow(effect: Effect) -> bool:
    return not effect.target and "parent" in effect.flags


def _kills_many(effect: Effect, scene: Scene) -> str:
    name = scene.show(effect.target)
    if effect.action == "process":
        return "every process of this group ended" if effect.target == "0" else ""
    if effect.action == "users-of-file":
        words = effect.target.split()
        ports = [
            word for word in words if word.endswith(("/tcp", "/udp")) or word in ("tcp", "udp")
        ]
        return "" if ports else f"every process ended that uses {name}"
    if effect.action == "name" and effect.target.lower() in _COMMON:
        return f"every process ended that is called {name}, other work's too"
    return ""


RULES = (
    Rule(
        "ambidex.host.stop",
        kinds=(HOST,),
        when=_stops,
        decision=DENY,
        severity="critical",
        protects="the running machine",
        why="Everybody's work on the machine ends, and it may not come back.",
        instead="Tell the person what has to be done to the machine, and why.",
        match=(
            "shutdown -h now",
            "reboot",
            "systemctl poweroff",
            "init 0",
            "telinit 6",
            "halt -p",
            "sysctl -w kernel.panic=1",
            "modprobe -r ext4",
            "insmod x.ko",
            "update-grub",
            "efibootmgr -b 0 -B",
            "launchctl reboot",
        ),
        not_match=(
            "shutdown -c",
            "shutdown --help",
            "systemctl status nginx",
            "sysctl kernel.panic",
            "sysctl -a",
            "modprobe -n ext4",
            "lsmod",
            "efibootmgr -v",
            "init",
            "grep -rn reboot src",
        ),
    ),
    Rule(
        "ambidex.host.disable",
        kinds=(HOST,),
        when=_opens,
        decision=DENY,
        severity="high",
        protects="services, the firewall, the network, scheduled jobs",
        why="Others rely on it, and nobody is told that it is gone.",
        instead="Tell the person what is in the way, and why.",
        match=(
            "systemctl stop postgresql",
            "systemctl disable --now sshd",
            "service nginx stop",
            "launchctl bootout system/com.example",
            "iptables -F",
            "iptables --flush",
            "ufw disable",
            "nft flush ruleset",
            "firewall-cmd --remove-service=ssh",
            "crontab -r",
            "atrm 3",
            "ip link set eth0 down",
            "ifconfig en0 down",
            "nmcli networking off",
        ),
        not_match=(
            "systemctl list-units",
            "service --status-all",
            "iptables -L",
            "ufw status",
            "nft list ruleset",
            "firewall-cmd --list-all",
            "crontab -l",
            "ip addr show",
            "ifconfig",
            "nmcli device status",
            "systemctl --user stop app",
        ),
    ),
    Rule(
        "ambidex.host.users",
        kinds=(HOST,),
        when=_changes_users,
        decision=DENY,
        severity="critical",
        protects="who can log in, and as whom",
        why="It lets somebody in or locks somebody out.",
        instead="Leave users and passwords to the person.",
        match=(
            "useradd eve",
            "userdel -r bob",
            "usermod -aG sudo eve",
            "passwd root",
            "visudo",
            "groupdel staff",
            "chpasswd",
            "dscl . -delete /Users/bob",
        ),
        not_match=(
            "id",
            "whoami",
            "passwd -S",
            "getent passwd",
            "dscl . -read /Users/bob",
            "groups",
            "useradd --help",
            "cat /etc/passwd",
        ),
    ),
    Rule(
        "ambidex.host.change",
        kinds=(HOST,),
        when=_weighed,
        decision=ASK,
        severity="medium",
        protects="the machine's settings",
        why="They stay when the task is over, and hold for everybody on the machine.",
        instead="Start what the task needs as a process of its own, inside the project.",
        match=(
            "systemctl restart nginx",
            "systemctl --user stop app",
            "iptables -A INPUT -p tcp --dport 80 -j ACCEPT",
            "crontab jobs.txt",
            "crontab -e",
            "mount /dev/sdb1 /mnt",
            "umount /mnt",
            "swapoff -a",
            "hostnamectl set-hostname box",
            "timedatectl set-timezone UTC",
            "ip route add default via 10.0.0.1",
            "date -s tomorrow",
        ),
        not_match=(
            "systemctl is-active nginx",
            "mount",
            "crontab -l",
            "hostnamectl",
            "timedatectl status",
            "ip route",
            "date",
            "date +%s",
            "swapon --show",
            "hostname",
            "date -d yesterday",
        ),
    ),
    Rule(
        "ambidex.host.emergency-keys",
        kinds=(WRITE, APPEND),
        when=_magic,
        decision=DENY,
        severity="critical",
        protects="the running machine",
        why="The kernel acts on it at once: it restarts, crashes or ends every process.",
        instead="Tell the person what has to be done to the machine, and why.",
        match=(
            "tee /proc/sysrq-trigger",
            "tee -a /proc/sysrq-trigger",
            "dd of=/proc/sysrq-trigger",
            "cp b /proc/sysrq-trigger",
            "sponge /proc/sysrq-trigger",
            "sort -o /proc/sysrq-trigger b",
        ),
        not_match=(
            "cat /proc/cpuinfo",
            "ls /proc/sysrq-trigger",
            "tee sysrq-trigger",
            "grep -rn sysrq-trigger src",
            "cat /proc/sys/kernel/sysrq",
            "head /proc/meminfo",
        ),
    ),
    Rule(
        "ambidex.host.kill-all",
        kinds=(KILL,),
        when=_kills_all,
        decision=DENY,
        severity="high",
        protects="every process on the machine",
        why="Everybody's work ends, this session included.",
        instead="End the processes that were started here, by their numbers.",
        match=(
            "kill -9 -1",
            "kill -KILL 1",
            "kill -s KILL -- -1",
            "killall5",
            "pkill -u somebody",
            "pkill .",
            "pkill -9 -v x",
            "killall -u somebody",
            "pkill sshd",
            "killall -9 systemd",
            "fuser -km /",
        ),
        not_match=(
            "kill 1234",
            "kill -9 1234",
            "kill %1",
            "kill -TERM -1234",
            "kill -l",
            "pkill -f my-server",
            "killall my-server",
            "pkill -P 1234",
            "kill -0 1234",
            "fuser -k 3000/tcp",
        ),
    ),
    Rule(
        "ambidex.host.kill-many",
        kinds=(KILL,),
        when=_kills_many,
        decision=ASK,
        severity="medium",
        protects="processes of other work",
        why="Other projects and tools run under the same name.",
        instead="End the process by its number, or by a pattern that names this project.",
        match=(
            "killall node",
            "pkill -9 python",
            "pkill -f node",
            "killall -9 java",
            "kill 0",
            "fuser -k notes.txt",
        ),
        not_match=(
            "pkill -f 'node server.js'",
            "kill 1234",
            "pgrep node",
            "killall my-server",
            "fuser 3000/tcp",
            "fuser -k 3000/tcp",
        ),
    ),
)
