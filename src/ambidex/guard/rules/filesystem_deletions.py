"""Rules about what is deleted, a part of the pack about files.

Hot path: nothing but places.
"""

from __future__ import annotations

from ambidex.guard import places
from ambidex.guard.effects import DELETE, WRITE
from ambidex.guard.invocation import absolute
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

# What no command deletes or moves away as a whole.
FATAL = (ROOT, SYSTEM, HOME, DEVICE, PROJECT, HISTORY)
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


def _place(effect: Effect, reach: places.Reach, scene: Scene) -> str:
    """The kind of place; what is reached by `..` out of the project is outside, not temporary."""
    place = places.where(reach.spot, scene)
    if place != TEMPORARY or not is_known(effect.path):
        return place
    beside = below(scene.root.rpartition("/")[0], effect.path) is not None
    for word in effect.words[1:]:
        if word.startswith("..") and absolute(scene.root, word) == effect.path:
            return OUTSIDE
        # `cd .. && rm -rf x`, where the project itself lies in a folder of a temporary one.
        relative = word[:1] not in ("", "/") and effect.path.endswith("/" + word.rstrip("/"))
        if beside and relative and scene.root.count("/") > 2:
            return OUTSIDE
    return place


def _takes_trees(effect: Effect, scene: Scene) -> list[places.Reach]:
    """What a deletion reaches, if it may take folders with what is in them."""
    if "empty" in effect.flags or "packed" in effect.flags:
        return []
    reached = places.reaches(effect, scene)
    if {"recursive", "found"} & effect.flags:
        return reached
    # A single file is another rule's matter, a list of all files is not.
    if not _is_list(effect, scene):
        return []
    above = (ROOT, SYSTEM, HOME)
    return [
        reach
        for reach in reached
        if reach.rest and (reach.whole or places.where(reach.base, scene) in above)
    ]


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
        place = _place(effect, reach, scene)
        shown = scene.show(effect.path) or "the project's folder"
        mirrors = "mirror" in effect.flags
        if place in _HARMLESS:
            continue
        if place == INSIDE or (place == HISTORY and mirrors):
            continue
        if place == OUTSIDE and mirrors:
            continue
        if place in FATAL:
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
        place = places.where(reach.spot, scene)
        project = below(scene.root, reach.base) == ""
        if project and reach.rest and not reach.whole and not _narrows(reach.rest):
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
        place = _place(effect, reach, scene)
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
        if not reach.anywhere and places.where(reach.spot, scene) in (ROOT, SYSTEM, DEVICE):
            return f"the deletion of {scene.show(effect.path)}, a file of the system"
    return ""


def _shred(effect: Effect, scene: Scene) -> str:
    if "shred" not in effect.flags:
        return ""
    for reach in places.reaches(effect, scene):
        if reach.anywhere or places.where(reach.spot, scene) not in (TEMPORARY, DEVICE):
            return f"the overwriting of {scene.show(effect.path)} so that nothing can bring it back"
    return ""


DELETIONS = (
    Rule(
        "ambidex.filesystem.recursive-delete",
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
            'rm -rf "$tmp"',
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
            "rm -f .git/refs/heads/main",
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
)
