"""Which files an agent reads as instructions, and where they are, within bounds."""

from __future__ import annotations

import os

from ambidex import fastjson

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMES = frozenset(
    (
        *("claude.md", "claude.local.md", "agents.md", "agent.md", "gemini.md", "skill.md"),
        *(".cursorrules", ".windsurfrules", ".clinerules", ".mcp.json"),
        *("copilot-instructions.md",),
    )
)
# Folder → its folders in which everything is read or run by an agent.
_FOLDERS = {
    ".claude": ("skills", "agents", "commands", "rules", "output-styles", "hooks"),
    ".cursor": ("rules",),
    ".github": ("instructions", "prompts"),
}
# What a plugin brings.
_PLUGIN_FOLDERS = ("skills", "agents", "commands", "hooks", "output-styles")
# What lies in these is read as data at most; tools' results are looked at when they come.
_SKIPPED = frozenset(
    (".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox")
)
_MOST_FOLDERS = 20_000


def is_instruction(path: str) -> bool:
    """Whether an agent reads this file as instructions, judged by its path."""
    parts = path.lower().replace("\\", "/").split("/")
    name = parts[-1]
    if name in _NAMES:
        return True
    for number, part in enumerate(parts[:-1]):
        if part not in _FOLDERS:
            continue
        if parts[number + 1] in _FOLDERS[part] and number + 2 < len(parts):
            return True
        if part == ".claude" and number + 2 == len(parts) and _is_settings(name):
            return True
    return False


def _is_settings(name: str) -> bool:
    return name.startswith("settings") and name.endswith(".json")


def usual(root: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The files that a session in the project reads from the start or on demand, nearest first.

    Instructions in folders further down are met when the client loads them. Own files of the
    user and of plugins come last.
    """
    seen: set[str] = set()
    yield from _here(root, seen)
    for folder, inner in _FOLDERS.items():
        yield from _inside(os.path.join(root, folder), inner, seen)
    home = user_folder(environ)
    if home:
        yield from _here(home, seen)
        yield from _inside(home, _FOLDERS[".claude"], seen)
        for plugin in plugins(environ):
            yield from _here(plugin, seen)
            yield from _inside(plugin, _PLUGIN_FOLDERS, seen)


def below(folder: str) -> Iterator[str]:
    """All files of instructions below a folder; links to folders are followed once."""
    seen: set[str] = set()
    for path in _walk(folder, seen):
        if is_instruction(path):
            yield path


def user_folder(environ: Mapping[str, str]) -> str:
    """The client's folder of the user, or `""`."""
    own = environ.get("CLAUDE_CONFIG_DIR")
    if own:
        return own
    home = environ.get("HOME")
    return os.path.join(home, ".claude") if home else ""


def plugins(environ: Mapping[str, str]) -> list[str]:
    """The folders of the plugins that the user has installed, without Ambidex's own."""
    path = os.path.join(user_folder(environ), "plugins", "installed_plugins.json")
    try:
        with open(path, "rb") as file:
            listed = fastjson.loads(file.read(1_000_000))
        entries = [entry for group in listed["plugins"].values() for entry in group]
        found = [entry["installPath"] for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    own = os.path.realpath(environ.get("CLAUDE_PLUGIN_ROOT") or os.sep)
    return sorted({one for one in found if isinstance(one, str) and os.path.realpath(one) != own})


def _here(folder: str, seen: set[str]) -> Iterator[str]:
    """The files of instructions directly in a folder, and settings in its `.claude`."""
    for place in (folder, os.path.join(folder, ".claude"), os.path.join(folder, ".github")):
        for name in _listed(place):
            path = os.path.join(place, name)
            named = name.lower() in _NAMES
            settings = os.path.basename(place) == ".claude" and _is_settings(name.lower())
            if (named or settings) and os.path.isfile(path) and _first(path, seen):
                yield path


def _inside(folder: str, names: tuple[str, ...], seen: set[str]) -> Iterator[str]:
    for name in names:
        yield from _walk(os.path.join(folder, name), seen)


def _walk(folder: str, seen: set[str]) -> Iterator[str]:
    """All regular files below a folder, each once, wherever links lead."""
    waiting = [folder]
    folders = 0
    while waiting and folders < _MOST_FOLDERS:
        here = waiting.pop()
        if not _first(here, seen):
            continue
        folders += 1
        inner = []
        for name in _listed(here):
            path = os.path.join(here, name)
            if os.path.isdir(path):
                if name not in _SKIPPED:
                    inner.append(path)
            elif os.path.isfile(path) and _first(path, seen):
                yield path
        waiting += reversed(inner)


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _first(path: str, seen: set[str]) -> bool:
    real = os.path.realpath(path)
    if real in seen:
        return False
    seen.add(real)
    return True
