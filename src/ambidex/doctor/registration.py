"""Are all events registered, each once, and may hooks run at all?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ambidex.doctor.check import GOOD, PROBLEM, Check
from ambidex.doctor.installations import Installation
from ambidex.doctor.machine import shown
from ambidex.doctor.settings_files import MANAGED, Settings
from ambidex.setup import root as roots
from ambidex.setup import template

GROUP = "registration"


def expected() -> list[str]:
    """The events that an installation of this version registers.

    Raises:
        roots.NoRoot, OSError, ValueError: this copy of Ambidex is incomplete.
    """
    return list(template.load(roots.plugin_root())["hooks"])


def check(
    environ: Mapping[str, str],
    files: Sequence[Settings],
    installations: Sequence[Installation],
    events: Sequence[str],
) -> list[Check]:
    """What is to be said about the registration of `events`."""
    checks = [_switched_off(environ, file) for file in files if file.value.get("disableAllHooks")]
    checks += [
        _managed_only(environ, file)
        for file in files
        if file.scope == MANAGED and file.value.get("allowManagedHooksOnly")
    ]
    for installation in installations:
        registered = {handler.event for handler in installation.handlers}
        missing = [event for event in events if event not in registered]
        if missing:
            checks.append(_missing(environ, installation, missing))
        elif not installation.trouble:
            found = f"all {len(events)} events"
            checks.append(Check(GROUP, installation.name, GOOD, found, details={"events": events}))
    return checks + _twice(installations, events)


def _switched_off(environ: Mapping[str, str], file: Settings) -> Check:
    found = f"disableAllHooks in {shown(file.path, environ)} switches every hook off"
    return Check(GROUP, "disableAllHooks", PROBLEM, found, "remove it from that file")


def _managed_only(environ: Mapping[str, str], file: Settings) -> Check:
    found = (
        f"allowManagedHooksOnly in {shown(file.path, environ)}: only hooks in managed settings "
        "run, ours do not"
    )
    fix = "ask whoever administers this machine to allow the Ambidex plugin there"
    return Check(GROUP, "allowManagedHooksOnly", PROBLEM, found, fix)


def _missing(
    environ: Mapping[str, str], installation: Installation, missing: Sequence[str]
) -> Check:
    found = f"not registered in {shown(installation.source, environ)}: {', '.join(missing)}"
    if installation.plugin:
        fix = f"claude plugin update {installation.plugin}"
    else:
        fix = "ambidex install"
        if installation.scope != "project":
            fix += f" --{installation.scope}"
    return Check(GROUP, installation.name, PROBLEM, found, fix, {"missing": list(missing)})


def _twice(installations: Sequence[Installation], events: Sequence[str]) -> list[Check]:
    """Events that run more than once. The client runs identical commands once, so they count so."""
    doubled: dict[tuple[str, ...], list[str]] = {}
    for event in events:
        commands: dict[tuple[object, ...], str] = {}
        for installation in installations:
            for handler in installation.handlers:
                if handler.event == event:
                    key = (installation.plugin, handler.command, handler.args)
                    commands.setdefault(key, installation.name)
        if len(commands) > 1:
            doubled.setdefault(tuple(commands.values()), []).append(event)
    checks = []
    for names, concerned in doubled.items():
        which = "every event" if len(concerned) == len(events) else ", ".join(concerned)
        places = " and ".join(dict.fromkeys(names))
        found = f"{which} runs twice: registered by {places}"
        fix = _keep_one([i for i in installations if i.name in names])
        facts = {"events": concerned, "installations": list(dict.fromkeys(names))}
        checks.append(Check(GROUP, "runs twice", PROBLEM, found, fix, facts))
    return checks


def _keep_one(installations: Sequence[Installation]) -> str:
    """The command that leaves one of them: the widest goes, the project's own stays."""
    settings = [made for made in installations if not made.plugin]
    if len(installations) == 1 and settings:
        option = _option(settings[0])
        return f"ambidex uninstall{option} && ambidex install{option}"
    if settings and len(settings) < len(installations):
        option = _option(settings[0])
        return f"ambidex uninstall{option} && ambidex install{option} --rules-only"
    if settings:
        return f"ambidex uninstall{_option(settings[0])}"
    return f"claude plugin disable {installations[0].plugin}"


def _option(installation: Installation) -> str:
    return "" if installation.scope == "project" else f" --{installation.scope}"
