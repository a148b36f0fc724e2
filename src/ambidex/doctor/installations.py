"""Which installations of Ambidex are active here: plugins, and settings with our launcher."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.doctor.machine import shown
from ambidex.doctor.settings_files import LOCAL, MANAGED, PROJECT, USER, Settings
from ambidex.setup import root as roots
from ambidex.setup import settings

GROUP = "installation"
NAME = "ambidex"


@dataclass(frozen=True)
class Handler:
    """One registered hook.

    Attributes:
        event: the event's name.
        command: the program, or in shell form the whole command line.
        args: the arguments; None in shell form.
        timeout: seconds that the client gives it.
    """

    event: str
    command: str
    args: tuple[str, ...] | None
    timeout: float


@dataclass(frozen=True)
class Installation:
    """Something that makes Claude Code run Ambidex's hooks in this project.

    Attributes:
        name: for a person, for example `plugin ambidex@ambidex` or `project settings`.
        scope: `user`, `project`, `local` or `managed`.
        source: the file that registers the hooks.
        root: the folder that contains `hooks/launch`; `""` when it cannot be told.
        data: its data home: interpreter, bytecode, environment.
        plugin: the plugin's id, for example `ambidex@ambidex`; `""` for settings.
        handlers: what it registers.
        trouble: why its hooks cannot work at all; `""` when nothing is known.
    """

    name: str
    scope: str
    source: str
    root: str
    data: str
    plugin: str = ""
    handlers: list[Handler] = field(default_factory=list)
    trouble: str = ""

    def environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """`environ` with the variables that the client sets for this installation's hooks."""
        if not self.plugin:
            return dict(environ)
        return {**environ, "CLAUDE_PLUGIN_ROOT": self.root, "CLAUDE_PLUGIN_DATA": self.data}


def find(
    environ: Mapping[str, str], project: str, files: Sequence[Settings]
) -> tuple[list[Installation], list[Check]]:
    """The active installations, and what is to be said about them and about inactive ones."""
    checks = [
        Check(
            GROUP,
            f"{file.scope} settings",
            PROBLEM,
            f"{shown(file.path, environ)} is ignored by Claude Code: {file.error}",
            "correct the file",
        )
        for file in files
        if file.error
    ]
    found: list[Installation] = []
    for plugin, state in _plugins(environ, project, files):
        if isinstance(state, Check):
            checks.append(state)
        else:
            found.append(plugin)
    found += [made for made in (_in_settings(environ, file) for file in files) if made]
    if not found:
        checks.append(_nothing(environ))
    for installation in found:
        place = shown(installation.source, environ)
        if installation.trouble:
            checks.append(
                Check(GROUP, installation.name, PROBLEM, installation.trouble, _again(installation))
            )
        else:
            facts = {"source": installation.source, "root": installation.root}
            facts["data"] = installation.data
            checks.append(Check(GROUP, installation.name, GOOD, place, details=facts))
    return found, checks


def _nothing(environ: Mapping[str, str]) -> Check:
    found = "no installation is active in this project, so nothing is guarded or checked"
    known = os.path.join(roots.claude_home(environ), "plugins", "known_marketplaces.json")
    plugin = f"claude plugin install {NAME}@{NAME}"
    if f'"{NAME}"' not in _text(known):
        root = roots.plugin_root()
        # The files inside a wheel are no whole plugin: the package lies beside them.
        whole = os.path.isdir(os.path.join(root, "src", "ambidex"))
        source = shlex.quote(root) if whole else "PATH-OF-A-CHECKOUT"
        plugin = f"claude plugin marketplace add {source} && {plugin}"
    fix = f"ambidex install (this project's settings), or as a plugin: {plugin}"
    return Check(GROUP, "none", PROBLEM, found, fix)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _again(installation: Installation) -> str:
    if installation.plugin:
        identity = installation.plugin
        scope = f" --scope {installation.scope}" if installation.scope != USER else ""
        return (
            f"claude plugin uninstall {identity}{scope} && claude plugin install {identity}{scope}"
        )
    option = "" if installation.scope == PROJECT else f" --{installation.scope}"
    return f"ambidex install{option}"


def _plugins(
    environ: Mapping[str, str], project: str, files: Sequence[Settings]
) -> Iterator[tuple[Installation, Check | None]]:
    """The plugins of our name, each with None when it is active, else with what to say."""
    folder = os.path.join(roots.claude_home(environ), "plugins")
    installed = _installed(os.path.join(folder, "installed_plugins.json"), project)
    enabled: dict[str, tuple[bool, Settings]] = {}
    for file in files:
        entries = file.value.get("enabledPlugins")
        for identity, on in entries.items() if isinstance(entries, dict) else ():
            if identity.split("@")[0] == NAME:
                enabled[identity] = (on is not False, file)
    for identity in dict.fromkeys([*enabled, *installed]):
        entry = installed.get(identity)
        on = identity in enabled and enabled[identity][0]
        switch: Settings | None = enabled[identity][1] if identity in enabled else None
        root = str((entry or {}).get("installPath", ""))
        plain = re.sub(r"[^A-Za-z0-9_-]", "-", identity)
        source = os.path.join(root, "hooks", "hooks.json")
        made = Installation(
            f"plugin {identity}",
            str((entry or {}).get("scope", switch.scope if switch else USER)),
            source,
            root,
            os.path.join(folder, "data", plain),
            identity,
        )
        if not on and entry is not None:
            found = "installed and disabled"
            if switch is not None:
                found += f" in {shown(switch.path, environ)}"
            yield made, Check(GROUP, made.name, NOTE, found, f"claude plugin enable {identity}")
        elif on and entry is None:
            where = shown(switch.path, environ) if switch else "the settings"
            found = f"enabled in {where} and not installed on this machine"
            fix = f"claude plugin install {identity}"
            yield made, Check(GROUP, made.name, PROBLEM, found, fix)
        elif on:
            yield _load(made), None


def _installed(path: str, project: str) -> dict[str, dict[str, Any]]:
    """Plugins of our name that are installed for this project, by id; the narrowest scope wins."""
    try:
        with open(path, encoding="utf-8") as file:
            plugins = json.load(file)["plugins"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    found: dict[str, dict[str, Any]] = {}
    rank = {USER: 0, PROJECT: 1, LOCAL: 2, MANAGED: 3}
    for identity, entries in plugins.items() if isinstance(plugins, dict) else ():
        if identity.split("@")[0] != NAME or not isinstance(entries, list):
            continue
        here = [entry for entry in entries if isinstance(entry, dict) and _is_for(entry, project)]
        if here:
            found[identity] = max(here, key=lambda entry: rank.get(str(entry.get("scope")), 0))
    return found


def _is_for(entry: dict[str, Any], project: str) -> bool:
    path = entry.get("projectPath")
    return path is None or os.path.realpath(str(path)) == os.path.realpath(project)


def _load(made: Installation) -> Installation:
    """`made` with the handlers of its hooks.json, or with the trouble of reading it."""
    trouble = ""
    value: Any = {}
    try:
        with open(made.source, encoding="utf-8") as file:
            value = json.load(file)
    except OSError as error:
        trouble = f"{made.source}: {error.strerror}; the plugin's files are gone"
    except ValueError as error:
        trouble = f"{made.source} is not JSON ({error}), so the client loads nothing of it"
    if not trouble and not os.path.isfile(os.path.join(made.root, "hooks", "launch")):
        trouble = f"{made.root}/hooks/launch is missing"
    groups = value.get("hooks", {}) if isinstance(value, dict) else {}
    handlers = [
        handler
        for event, group in _groups(groups)
        for handler in _handlers(event, group, only_ours=False)
    ]
    return Installation(**{**vars(made), "handlers": handlers, "trouble": trouble})


def _in_settings(environ: Mapping[str, str], file: Settings) -> Installation | None:
    handlers = [
        handler
        for event, groups in settings.our_groups(file.value).items()
        for group in groups
        for handler in _handlers(event, group, only_ours=True)
    ]
    if not handlers:
        return None
    data = roots.user_data_home(environ)
    root = ""
    trouble = ""
    try:
        with open(os.path.join(data, "root"), encoding="utf-8") as pointer:
            root = pointer.readline().rstrip("\n")
    except OSError:
        trouble = (
            f"{shown(file.path, environ)} calls Ambidex, and this machine's Ambidex was never "
            "installed, so every hook passes unchecked"
        )
    launcher = os.path.join(os.path.dirname(file.path), "ambidex", "launch")
    if file.scope != MANAGED and not os.path.isfile(launcher):
        trouble = f"{shown(launcher, environ)}, which its hooks start, is missing"
    elif root and not os.path.isfile(os.path.join(root, "hooks", "launch")):
        trouble = f"{root}/hooks/launch, which its launcher starts, is gone"
    return Installation(
        f"{file.scope} settings", file.scope, file.path, root, data, "", handlers, trouble
    )


def _groups(hooks: Any) -> Iterator[tuple[str, Any]]:
    for event, groups in hooks.items() if isinstance(hooks, dict) else ():
        for group in groups if isinstance(groups, list) else ():
            yield event, group


def _handlers(event: str, group: Any, *, only_ours: bool) -> Iterator[Handler]:
    entries = group.get("hooks") if isinstance(group, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("type", "command") != "command":
            continue
        if only_ours and not settings.is_ours(entry):
            continue
        args = entry.get("args")
        timeout = entry.get("timeout")
        yield Handler(
            event,
            str(entry.get("command", "")),
            tuple(map(str, args)) if isinstance(args, list) else None,
            float(timeout) if isinstance(timeout, (int, float)) else 600.0,
        )
