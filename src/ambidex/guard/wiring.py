"""Ambidex's own wiring: what decides what is checked, or whether the gates run at all.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.guard.effects import EDIT, Effect
from ambidex.guard.names import names_of
from ambidex.guard.protected import reaches_below
from ambidex.guard.scene import below
from ambidex.guard.tables import content
from ambidex.guard.taint import ANY, CLASS, STAR, is_known, is_pattern, known_prefix
from ambidex.policy.globs import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.names import Names
    from ambidex.guard.scene import Scene

# In a project: the path, and whether it is a folder with everything in it. The first ones also in
# the home folder.
_PLACES = (
    (".claude/settings.json", False),
    (".claude/settings.local.json", False),
    (".claude/hooks", True),
    (".claude/ambidex", True),
    (".git/hooks", True),
    ("ambidex.toml", False),
    (".ambidex", True),
)
_AT_HOME = 4
# What the names of all of them, and of what else is judged here, begin with.
_FIRST = (".", "a", "p")
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


def concerns(effect: Effect, scene: Scene) -> str:
    """The part of the wiring that an effect on files changes, for people; `""` for none."""
    names = names_of(effect, scene)
    for relative, folded in zip(names.relatives, names.folded):
        if folded[:1] not in _FIRST:
            continue
        if any(_hits(place, folded, effect, names, scene) for place in _PLACES):
            return relative or "."
        if _changes_policy(folded, effect, scene) or _changes_git(folded, effect):
            return relative
    own, home = _own_places(scene)
    for path in names.paths:
        folded = path.lower()
        for place in own:
            if below(place, folded) is not None or (
                reaches_below(effect) and below(folded, place) is not None and path != "/"
            ):
                return path
        at_home = below(home, folded)
        if at_home is not None and any(
            _hits(place, at_home, effect, names, scene) for place in _PLACES[:_AT_HOME]
        ):
            return f"~/{at_home}"
    return ""


def _hits(place: tuple[str, bool], folded: str, effect: Effect, names: Names, scene: Scene) -> bool:
    """Whether an effect on the path `folded` is one on `place`."""
    start, whole = place
    if below(_FREE, folded) is not None:
        return False
    if not is_known(folded):
        return _matched(start, folded, scene)
    if folded == start:
        # A folder that is there already is not made again.
        return not (whole and "create" in effect.flags and names.is_folder)
    if whole and folded.startswith(start + "/"):
        return True
    # A folder that goes with everything in it.
    return reaches_below(effect) and bool(folded) and below(folded, start) is not None


def _matched(start: str, folded: str, scene: Scene) -> bool:
    """Whether a pattern of the shell means a place, or what is unknown lies below it."""
    known = os.path.dirname(known_prefix(folded))
    if known and below(start, known) is not None:
        return True
    if not is_pattern(folded):
        return False
    pattern = folded.replace(STAR, "*").replace(ANY, "?").replace(CLASS, "?")
    if not matches("./" + pattern, "./" + start):
        return False
    return known == os.path.dirname(start) != "" or os.path.lexists(f"{scene.root}/{start}")


def _own_places(scene: Scene) -> tuple[list[str], str]:
    """Where Ambidex keeps what it knows, and the home folder; in lower case."""
    found: tuple[list[str], str] | None = scene.cache.get("own places")
    if found is None:
        environ = scene.environ
        places = (
            locate.state_home(environ),
            locate.data_home(environ),
            environ.get("CLAUDE_PLUGIN_ROOT", ""),
        )
        real = [os.path.realpath(place).lower() for place in places if place]
        found = scene.cache["own places"] = (real, os.path.realpath(scene.home).lower())
    return found


def _changes_policy(relative: str, effect: Effect, scene: Scene) -> bool:
    """Whether a change of pyproject.toml changes what it says about Ambidex."""
    if relative != _POLICY_HOST:
        return False
    if effect.kind == EDIT or not is_known(effect.data):
        return "ambidex" in scene.text + effect.data
    before = policy_lines(content(effect.path))
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
    return executing_lines(content(effect.path)) != executing_lines(effect.data)


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
