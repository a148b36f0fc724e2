"""Ambidex's own wiring: what decides what is checked, or whether the gates run at all.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.guard.effects import EDIT, Effect
from ambidex.guard.protected import reaches_below, relatives, spellings
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known
from ambidex.policy.globs import literal_start, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.scene import Scene

# In a project; the first four also in the home folder.
_PLACES = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".claude/hooks/**",
    ".claude/ambidex/**",
    ".git/hooks/**",
    "ambidex.toml",
    ".ambidex/**",
)
_AT_HOME = _PLACES[:4]
# Where removed files are kept for a person, who may not be the only one to bring them back.
_FREE = ".ambidex/trash"
_POLICY_HOST = "pyproject.toml"
_GIT_CONFIG = (".git/config", ".git/config.worktree")

# Keys of git's configuration that execute something or redirect what is executed and fetched.
_KEYS = frozenset(
    {"hookspath", "fsmonitor", "sshcommand", "gitproxy", "askpass", "pager", "editor", "clean"}
    | {"smudge", "process", "textconv", "driver", "command", "program", "insteadof", "external"}
    | {"pushinsteadof", "path", "helper", "worktree", "attributesfile", "excludesfile"}
)

# Largest file that is read in order to find out what a change would do, bytes.
MAX_READ = 2_000_000


def concerns(effect: Effect, scene: Scene) -> str:
    """The part of the wiring that an effect on files changes, for people; `""` for none."""
    for relative in relatives(effect, scene):
        for glob in _PLACES:
            if _hits(glob, relative, effect):
                return relative or "."
        if _changes_policy(relative, effect, scene) or _changes_git(relative, effect):
            return relative
    for path in spellings(effect, scene):
        for place in _own_places(scene):
            if below(place.lower(), path.lower()) is not None or (
                reaches_below(effect) and below(path, place) is not None and path != "/"
            ):
                return path
        at_home = below(os.path.realpath(scene.home).lower(), path.lower())
        if at_home is not None and any(_hits(glob, at_home, effect) for glob in _AT_HOME):
            return f"~/{at_home}"
    return ""


def _hits(glob: str, relative: str, effect: Effect) -> bool:
    folded = relative.lower()
    if below(_FREE, folded) is not None:
        return False
    if matches(glob.lower(), folded):
        return True
    start = literal_start(glob)
    # The folder itself, and a folder that goes with everything in it.
    return folded == start or (
        reaches_below(effect) and bool(folded) and below(folded, start) is not None
    )


def _own_places(scene: Scene) -> list[str]:
    environ = scene.environ
    places = (
        locate.state_home(environ),
        locate.data_home(environ),
        environ.get("CLAUDE_PLUGIN_ROOT", ""),
    )
    return [os.path.realpath(place) for place in places if place]


def _changes_policy(relative: str, effect: Effect, scene: Scene) -> bool:
    """Whether a change of pyproject.toml changes what it says about Ambidex."""
    if relative.lower() != _POLICY_HOST:
        return False
    if effect.kind == EDIT or not is_known(effect.data):
        return "ambidex" in scene.text + effect.data
    before = policy_lines(_read(effect.path))
    return before != policy_lines(effect.data)


def policy_lines(text: str) -> list[str]:
    """The lines of the `tool.ambidex` tables, and any other line that names Ambidex."""
    kept = []
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            header = stripped.replace(" ", "").replace('"', "").replace("'", "")
            inside = header.lstrip("[").startswith("tool.ambidex")
        if inside or "ambidex" in line:
            kept.append(stripped)
    return [line for line in kept if line]


def _changes_git(relative: str, effect: Effect) -> bool:
    """Whether a change of git's configuration file changes what git executes or talks to."""
    if relative not in _GIT_CONFIG:
        return False
    if effect.kind == EDIT or not is_known(effect.data) or "\n" not in effect.data.strip():
        # Which lines change is not known.
        return True
    return executing_lines(_read(effect.path)) != executing_lines(effect.data)


def executing_lines(text: str) -> list[str]:
    """The lines of a git configuration that execute or redirect, with their sections."""
    kept = []
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.lower()
        key = stripped.partition("=")[0].strip().lower().rpartition("]")[2].strip()
        executes = key in _KEYS or section.startswith(("[alias", "[include", "[filter", "[cred"))
        if executes and key:
            kept.append(section + stripped)
    return kept


def executing_key(key: str) -> bool:
    """Whether a dotted key of git's configuration executes or redirects: `core.hooksPath`."""
    folded = key.lower()
    section, _, name = folded.rpartition(".")
    return name in _KEYS or section.partition(".")[0] in (
        *("alias", "include", "includeif", "filter", "credential", "url"),
    )


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(MAX_READ)
    except (OSError, ValueError):
        return ""
