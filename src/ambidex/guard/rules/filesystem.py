"""Rules about files: what is deleted, moved and overwritten, and where.

Hot path: nothing but places.
"""

from __future__ import annotations

from ambidex.guard import places
from ambidex.guard.effects import APPEND, DELETE, EDIT, LINK, MOVE, WRITE
from ambidex.guard.places import (
    DEVICE,
    HISTORY,
    HOME,
    INSIDE,
    KEPT,
    OUTSIDE,
    PROJECT,
    ROOT,
    SYSTEM,
    TEMPORARY,
)
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

_FATAL = (ROOT, SYSTEM, HOME, DEVICE, PROJECT, HISTORY)
_HARMLESS = (TEMPORARY, KEPT)
# Folders whose loss is the loss of the work itself.
_SOURCES = frozenset(
    (
        *("src", "lib", "app", "apps", "tests", "test", "spec", "docs", "packages", "internal"),
        *(
            "pkg",
            "cmd",
            "server",
            "client",
            "backend",
            "frontend",
            "crates",
            ".github",
            "migrations",
        ),
    )
)


def _takes_trees(effect: Effect, scene: Scene) -> list[places.Reach]:
    """What a deletion reaches, if it may take folders with what is in them."""
    if "empty" in effect.flags or "packed" in effect.flags:
        return []
    reached = places.reaches(effect, scene)
    if {"recursive", "found"} & effect.flags:
        return reached
    # A single file is another rule's matter, a list of all files is not.
    return [reach for reach in reached if reach.rest and reach.whole and _is_list(effect, scene)]


def _is_list(effect: Effect, scene: Scene) -> bool:
    return any(source.folders for source in scene.sources.of(effect.path))


def _tree(effect: Effect, scene: Scene) -> str:
    for reach in _takes_trees(effect, scene):
        if reach.anywhere:
            if reach.whole and reach.rest:
                return (
                    f"the deletion of everything in {scene.show(effect.path)}, which may be empty"
                )
            continue
        place = places.where(reach.base, scene)
        shown = scene.show(effect.path) or "the project's folder"
        mirrors = "mirror" in effect.flags
        if place in _HARMLESS:
            continue
        if place == PROJECT and not (reach.whole and (reach.rest or reach.base == effect.path)):
            if below(reach.base, scene.root) != "":
                return f"the recursive deletion of {shown}, outside the project"
            continue
        if place == INSIDE or (place == HISTORY and mirrors):
            continue
        if place == OUTSIDE and mirrors:
            continue
        if place in _FATAL:
            return f"the recursive deletion of {shown}: {place}"
        return f"the recursive deletion of {shown}, outside the project"
    return ""


def _unknown_tree(effect: Effect, scene: Scene) -> str:
    for reach in _takes_trees(effect, scene):
        shown = scene.show(effect.path)
        if reach.anywhere:
            if not (reach.whole and reach.rest):
                return f"the recursive deletion of {shown}, which is not known"
            continue
        place = places.where(reach.base, scene)
        if place == PROJECT and reach.rest and not reach.whole and not _narrows(reach.rest):
            return f"the recursive deletion of {shown}, which may be the whole project"
        if place == OUTSIDE and "mirror" in effect.flags:
            return f"the deletion of what is not in the source from {shown}"
    return ""


def _narrows(rest: str) -> bool:
    """Whether a part of a path that is not fully known says something about the name."""
    return any(is_known(letter) and letter not in "/." for letter in rest) or len(rest) > 1


def _source_tree(effect: Effect, scene: Scene) -> str:
    for reach in _takes_trees(effect, scene):
        inside = below(scene.root, reach.base)
        if (
            reach.whole
            and not reach.anywhere
            and inside in _SOURCES
            and "mirror" not in effect.flags
        ):
            return f"the recursive deletion of {inside}, a folder of the project's own work"
    return ""


def _single(effect: Effect, scene: Scene) -> str:
    """A single file that certainly lies elsewhere, or all files at the project's root."""
    if {"recursive", "empty", "shred", "found"} & effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        if reach.anywhere:
            continue
        place = places.where(reach.base, scene)
        shown = scene.show(effect.path)
        if place == PROJECT and reach.whole and reach.rest and not _is_list(effect, scene):
            return f"the deletion of all files of {scene.show(reach.base) or 'the project'}"
        if place == HISTORY and not reach.base.endswith(
            (".lock", "_MSG", "_HEAD", ".orig", "gc.pid")
        ):
            return f"the deletion of {shown} in the repository's own files"
        if place == OUTSIDE or (place == HOME and reach.rest):
            return f"the deletion of {shown}, outside the project"
    return ""


def _single_system(effect: Effect, scene: Scene) -> str:
    if {"recursive", "empty", "found"} & effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        if not reach.anywhere and places.where(reach.base, scene) in (ROOT, SYSTEM, DEVICE):
            return f"the deletion of {scene.show(effect.path)}, a file of the system"
    return ""


def _shred(effect: Effect, scene: Scene) -> str:
    if "shred" not in effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        if reach.anywhere or places.where(reach.base, scene) not in (TEMPORARY, DEVICE):
            return f"the overwriting of {scene.show(effect.path)} so that nothing can bring it back"
    return ""


def _moved_away(effect: Effect, scene: Scene) -> str:
    for reach in places.reaches(effect, scene):
        place = places.where(reach.base, scene)
        if reach.anywhere or (
            place == PROJECT and not (reach.whole and _all_of(reach, effect, scene))
        ):
            continue
        if place == HISTORY and below(scene.root, effect.path) != ".git":
            continue
        if place in _FATAL:
            return f"the moving away of {scene.show(effect.path) or 'the project'}: {place}"
    return ""


def _all_of(reach: places.Reach, effect: Effect, scene: Scene) -> bool:
    """The project's folder itself, or everything in it to a place outside."""
    return not reach.rest or not scene.is_inside(effect.target or scene.root)


def _moved_from_elsewhere(effect: Effect, scene: Scene) -> str:
    """Dot files and top folders of the home folder; a download moved into the project passes."""
    for reach in places.reaches(effect, scene):
        in_home = below(scene.home, reach.base)
        if reach.anywhere or not in_home or places.where(reach.base, scene) != OUTSIDE:
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


def _system_write(effect: Effect, scene: Scene) -> str:
    if "folder" in effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        place = places.where(reach.base, scene)
        local = any(below(folder, reach.base) is not None for folder in _LOCAL)
        if not reach.anywhere and place in (ROOT, SYSTEM) and not local:
            return f"a write to {scene.show(effect.path)}, a file of the system"
    return ""


def _outside_write(effect: Effect, scene: Scene) -> str:
    folder = "folder" in effect.flags
    for reach in places.reaches(effect, scene):
        if reach.anywhere:
            continue
        place = places.where(reach.base, scene)
        if place in (ROOT, SYSTEM) or (place in (OUTSIDE, HOME) and not folder):
            return f"a write to {scene.show(effect.path)}, outside the project"
        if place == PROJECT and below(scene.root, reach.base) != "" and not folder:
            return f"a write to {scene.show(effect.path)}, outside the project"
    return ""


RULES = (
    Rule(
        "ambidex.filesystem.delete-tree",
        kinds=(DELETE,),
        when=_tree,
        decision=DENY,
        severity="critical",
        protects="the system, the home folder, the project as a whole",
        why="A deleted folder does not come back, and what lies elsewhere is not this task's.",
        instead="Name the folders in the project that must go, one by one.",
        match=(
            "rm -rf /",
            "rm -fr ~",
            "rm --recurs --forc /etc",
            "rm -rf ~/other",
            "rm -r -f -- .",
            "rm -rf ./*",
            "rm -rf .git",
            "find . -delete",
            "find / -name core -delete",
            "find . -type f -exec rm -f {} +",
            "rsync -a --delete empty/ /",
        ),
        not_match=(
            "rm -rf build dist node_modules",
            "rm -rf /tmp/work",
            "rm -rf src/__pycache__",
            "find . -name '*.pyc' -delete",
            "find /tmp/work -type f -delete",
            "find . -type d -empty -delete",
            "rm -f notes.txt",
            "rm -rf ~/.cache/pip",
            "rsync -a --delete build/ dist/",
            "grep -rn 'rm -rf /' docs",
        ),
    ),
    Rule(
        "ambidex.filesystem.delete-unknown-tree",
        kinds=(DELETE,),
        when=_unknown_tree,
        decision=ASK,
        severity="high",
        protects="whatever a variable happens to name",
        why="If the variable holds something else, another folder is deleted than the one meant.",
        instead="Write the path out, or look at the value first.",
        match=(
            "find $DIR -delete",
            "rm -rf $BUILD_DIR",
            'rm -rf "$BUILD_DIR"',
            "rm -r $DIR/cache",
            "rsync -a --delete build/ ~/site/",
            "rm -rf `cat list`",
        ),
        not_match=(
            "rm -rf $TMPDIR/x",
            "rm -rf build",
            "rm $file",
            "rm -rf build/$name",
            "rm -rf /tmp/$name",
            "rsync -a build/ ~/site/",
        ),
    ),
    Rule(
        "ambidex.filesystem.delete-sources",
        kinds=(DELETE,),
        when=_source_tree,
        decision=ASK,
        severity="high",
        protects="the project's own folders",
        why="What is in it and not committed is lost.",
        instead="Delete the files that must go, or use `git rm -r`, which keeps what is committed.",
        match=(
            "rm -rf src",
            "rm -r ./tests/",
            "rm -rf src/*",
            "find src -delete",
            "rm -Rf lib app",
            "find tests -type f -delete",
        ),
        not_match=(
            "rm -rf src/build",
            "rm -rf tests/tmp",
            "rm -f src/app.py",
            "find src -name '*.orig' -delete",
            "rm -rf dist",
            "ls src",
        ),
    ),
    Rule(
        "ambidex.filesystem.delete-outside",
        kinds=(DELETE,),
        when=_single,
        decision=ASK,
        severity="high",
        protects="files outside the project, and all files at its root",
        why="Files elsewhere belong to other work, and no commit of this project brings them back.",
        instead="Leave them, or let the person delete them.",
        match=(
            "rm ~/notes.txt",
            "rm ~/other/file",
            "unlink /home/other/x",
            "rm *",
            "rm -f .git/config",
            "gzip ~/notes.txt",
        ),
        not_match=(
            "rm notes.txt",
            "rm -f *.log",
            "rm -f .git/index.lock",
            "rm /tmp/x",
            "rmdir ../empty",
            "rm -f ~/.cache/x",
        ),
    ),
    Rule(
        "ambidex.filesystem.delete-system-file",
        kinds=(DELETE,),
        when=_single_system,
        decision=DENY,
        severity="critical",
        protects="files of the system",
        why="The machine may not start or work any more.",
        instead="Leave the system's files alone.",
        match=(
            "rm -f /etc/passwd",
            "unlink /usr/bin/python3",
            "rm /boot/vmlinuz",
            "rm /*",
            "rm /dev/sda",
            "rm -f /var/lib/dpkg/status",
        ),
        not_match=(
            "rm -f etc/passwd",
            "rm /tmp/passwd",
            "cat /etc/passwd",
            "rm src/app.py",
            "rm /var/tmp/x",
            "ls /usr/bin",
        ),
    ),
    Rule(
        "ambidex.filesystem.shred",
        kinds=(WRITE, DELETE),
        when=_shred,
        decision=DENY,
        severity="high",
        protects="files that could otherwise be recovered",
        why="What is overwritten this way cannot be brought back by any means.",
        instead="Delete the file normally, or leave this to the person.",
        match=(
            "shred notes.txt",
            "shred -u src/app.py",
            "srm -r data",
            "shred --remov .env",
            "wipe -rf data",
            "shred -n 3 -z ~/x",
        ),
        not_match=(
            "shred /tmp/key",
            "shred --help",
            "shred",
            "rm notes.txt",
            "truncate -s 0 log.txt",
            "grep -rn shred src",
        ),
    ),
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
