"""Rules about files: what is deleted, moved and overwritten, and where.

Hot path: nothing but places.
"""

from __future__ import annotations

from ambidex.guard import places
from ambidex.guard.effects import APPEND, EDIT, LINK, MOVE, WRITE
from ambidex.guard.places import HISTORY, HOME, OUTSIDE, PROJECT, ROOT, SYSTEM
from ambidex.guard.rules.filesystem_deletions import DELETIONS, FATAL
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _moved_away(effect: Effect, scene: Scene) -> str:
    for reach in places.reaches(effect, scene):
        place = places.where(reach.spot, scene)
        if reach.anywhere or (
            place == PROJECT and not (reach.whole and _all_of(reach, effect, scene))
        ):
            continue
        if place == HISTORY and below(scene.root, effect.path) != ".git":
            continue
        if place in FATAL:
            return f"the moving away of {scene.show(effect.path) or 'the project'}: {place}"
    return ""


def _all_of(reach: places.Reach, effect: Effect, scene: Scene) -> bool:
    """The project's folder itself, or everything in it to a place outside."""
    return not reach.rest or not scene.is_inside(effect.target or scene.root)


def _moved_from_elsewhere(effect: Effect, scene: Scene) -> str:
    """Dot files and top folders of the home folder; a download moved into the project passes."""
    for reach in places.reaches(effect, scene):
        in_home = below(scene.home, reach.base)
        if reach.anywhere or not in_home or places.where(reach.spot, scene) != OUTSIDE:
            continue
        if in_home.startswith(".") or "/" not in in_home:
            return f"the moving away of {scene.show(effect.path)} from the home folder"
    return ""


_START_UP = frozenset(
    (
        *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile"),
        *(".zshrc", ".zprofile", ".zshenv", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc"),
        *(".login", ".xprofile", ".xinitrc", ".xsession", ".pam_environment", ".inputrc", ".envrc"),
        *(".config/fish/config.fish", ".netrc", ".forward", ".rhosts", ".shosts", ".pgpass"),
    )
)
_START_UP_FOLDERS = (
    *(".ssh", ".gnupg", ".config/autostart", ".config/systemd/user", "Library/LaunchAgents"),
    *(".config/environment.d", ".config/fish/conf.d", ".bashrc.d", ".oh-my-zsh", ".aws", ".kube"),
)


def _start_up(effect: Effect, scene: Scene) -> str:
    if "folder" in effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        in_home = below(scene.home, reach.base)
        if not in_home or reach.anywhere or scene.is_inside(effect.path):
            continue
        if in_home.startswith(".ssh/known_hosts"):
            continue
        inside = any(below(folder, in_home) is not None for folder in _START_UP_FOLDERS)
        if inside or in_home in _START_UP:
            return f"a write to {scene.show(effect.path)}, which decides what runs or who gets in"
    return ""


# Of the system, but people install their own programs there.
_LOCAL = ("/usr/local", "/opt", "/srv", "/Applications", "/var/log", "/var/www", "/run/user")
# Not a file: `host.emergency-keys` says what writing to it does.
_KEYS = "/proc/sysrq-trigger"


def _system_write(effect: Effect, scene: Scene) -> str:
    if {"folder", "database"} & effect.flags or effect.path == _KEYS:
        return ""
    for reach in places.reaches(effect, scene):
        place = places.where(_written(reach), scene)
        local = any(below(folder, reach.base) is not None for folder in _LOCAL)
        if not reach.anywhere and place in (ROOT, SYSTEM) and not local:
            return f"a write to {scene.show(effect.path)}, a file of the system"
    return ""


def _moved_into_nothing(effect: Effect, scene: Scene) -> str:
    if below("/dev/null", effect.target) is None:
        return ""
    if is_known(effect.path) and scene.is_temporary(effect.path):
        return ""
    return f"the loss of {scene.show(effect.path)}, which is moved to {effect.target}"


def _written(reach: places.Reach) -> str:
    """A path that stands for what is written: `cp a/* /tmp` writes below /tmp."""
    return f"{reach.base}/…" if reach.rest and reach.base != "/" else reach.spot


def _outside_write(effect: Effect, scene: Scene) -> str:
    if "database" in effect.flags:
        return ""
    folder = "folder" in effect.flags
    for reach in places.reaches(effect, scene):
        if reach.anywhere:
            continue
        place = places.where(_written(reach), scene)
        if place in (ROOT, SYSTEM) or (place in (OUTSIDE, HOME) and not folder):
            return f"a write to {scene.show(effect.path)}, outside the project"
        if place == PROJECT and below(scene.root, reach.base) != "" and not folder:
            return f"a write to {scene.show(effect.path)}, outside the project"
    return ""


RULES = (
    *DELETIONS,
    Rule(
        "ambidex.filesystem.move-away",
        kinds=(MOVE,),
        when=_moved_away,
        decision=DENY,
        severity="critical",
        protects="the system, the home folder, the project as a whole",
        why="Programs no longer find what they need, which is as bad as deleting it.",
        instead="Move single files of the project.",
        match=(
            "mv /* /tmp",
            "mv -t /tmp /etc",
            "mv ~ /tmp/h",
            "mv /usr/lib /usr/lib.old",
            "mv .git /tmp/git",
            "mv . ../old",
        ),
        not_match=(
            "mv a.txt b.txt",
            "mv src/app.py src/main.py",
            "mv /tmp/x .",
            "mv build dist",
            "mv *.log logs/",
            "cp /etc/hosts hosts.txt",
        ),
    ),
    Rule(
        "ambidex.filesystem.move-into-nothing",
        kinds=(MOVE,),
        when=_moved_into_nothing,
        decision=DENY,
        severity="high",
        protects="the file that is moved",
        why="What is moved there is gone, or takes the place of the device for everybody.",
        instead="Delete the file by its name if it must go.",
        match=(
            "mv notes.txt /dev/null",
            "mv src /dev/null",
            "mv -f src/app.py /dev/null",
            "mv -t /dev/null src/app.py",
            "sudo mv src/app.py /dev/null",
        ),
        not_match=(
            "mv /tmp/x /dev/null",
            "cp notes.txt /dev/null",
            "mv notes.txt null",
            "cat notes.txt > /dev/null",
            "mv notes.txt dev/null",
        ),
    ),
    Rule(
        "ambidex.filesystem.move-from-home",
        kinds=(MOVE,),
        when=_moved_from_elsewhere,
        decision=ASK,
        severity="high",
        protects="settings and folders of the home folder",
        why="Programs outside the project look for them there.",
        instead="Copy them instead.",
        match=(
            "mv ~/.config /tmp/c",
            "mv ~/.vimrc old",
            "mv ~/Documents docs",
            "mv ~/.gitconfig x",
            "trash ~/Pictures",
            "mv -t /tmp ~/.local",
        ),
        not_match=(
            "mv ~/Downloads/logo.png assets/",
            "cp ~/.vimrc vimrc",
            "mv .vimrc vimrc",
            "mv ~/.cache/x /tmp",
            "mv /tmp/x y",
            "ls ~/.config",
        ),
    ),
    Rule(
        "ambidex.filesystem.start-up-files",
        kinds=(WRITE, APPEND, EDIT, LINK),
        when=_start_up,
        decision=DENY,
        severity="critical",
        protects="what runs at login, and who can log in",
        why="Whatever is written there runs, or lets somebody in, long after this task.",
        instead="Show the person the lines to add.",
        match=(
            "tee -a ~/.bashrc",
            "sed -i s/a/b/ ~/.zshrc",
            "cp key.pub ~/.ssh/authorized_keys",
            "ln -sf /tmp/x ~/.profile",
            "mv x ~/.zshenv",
            "cp x.service ~/.config/systemd/user/",
            "touch ~/.ssh/config",
        ),
        not_match=(
            "cat ~/.bashrc",
            "cp ~/.bashrc bashrc.txt",
            "tee -a .bashrc",
            "grep PATH ~/.zshrc",
            "ls -la ~/.ssh",
            "mkdir -p ~/.ssh",
        ),
    ),
    Rule(
        "ambidex.filesystem.system-write",
        kinds=(WRITE, APPEND, EDIT, LINK),
        when=_system_write,
        decision=DENY,
        severity="critical",
        protects="files of the system",
        why="They decide how the whole machine works, for everybody on it.",
        instead="Write inside the project, and tell the person what the system would need.",
        match=(
            "tee /etc/hosts",
            "sed -i s/a/b/ /etc/ssh/sshd_config",
            "cp x /usr/bin/x",
            "touch /boot/x",
            "tar -xf a.tar -C /",
            "cp job /etc/cron.d/job",
            "ln -sf x /usr/lib/libc.so",
            "install -m 755 x /sbin/x",
        ),
        not_match=(
            "cat /etc/hosts",
            "cp /etc/hosts hosts.txt",
            "tee etc/hosts",
            "sed -n 1p /etc/hosts",
            "tee /dev/null",
            "tar -cf a.tar /etc/hosts",
            "cp x /tmp/x",
        ),
    ),
    Rule(
        "ambidex.filesystem.outside-write",
        kinds=(WRITE, APPEND, EDIT, LINK),
        when=_outside_write,
        decision=ASK,
        severity="medium",
        protects="files outside the project",
        why="They belong to other work, and no commit of this project brings them back.",
        instead="Write inside the project or below /tmp.",
        match=(
            "cp x ~/x",
            "tee ~/notes.txt",
            "sed -i s/a/b/ ~/other/app.py",
            "touch ~/marker",
            "mkdir /opt/tool",
            "cp x /usr/local/bin/x",
            "ln -s x ~/bin",
        ),
        not_match=(
            "cp x y",
            "tee /tmp/x",
            "touch src/new.py",
            "mkdir -p ~/projects/new",
            "cp x ~/.cache/x",
            "tee ~/.claude/plans/p.md",
            "sort -o out.txt in.txt",
            "tee $OUT",
        ),
    ),
)
