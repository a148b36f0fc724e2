"""All checks, in the order in which one explains the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ambidex import __version__, locate
from ambidex.doctor import (
    client,
    history,
    hooks,
    installations,
    machine,
    policy,
    programs,
    registration,
    rules,
    settings_files,
    state,
)
from ambidex.doctor.check import PROBLEM, Check


class Examination(NamedTuple):
    """Everything that was found.

    Attributes:
        project: the project's root.
        checks: all checks, in order.
        fired: when each event last fired here (UTC); None for never.
        at: when it was examined, seconds since the epoch.
    """

    project: str
    checks: list[Check]
    fired: dict[str, str | None]
    at: float

    @property
    def problems(self) -> int:
        """How many checks found a problem."""
        return sum(check.status == PROBLEM for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """The examination as JSON-ready data."""
        return {
            "version": __version__,
            "project": self.project,
            "problems": self.problems,
            "checks": [check.as_dict() for check in self.checks],
            "last_fired": self.fired,
        }


def examine(
    environ: Mapping[str, str],
    cwd: str,
    progress: Callable[[str], object],
    path: str = machine.SCRUBBED_PATH,
) -> Examination:
    """Examine the installations that count in the project around `cwd`.

    Hooks are fired for real, in a temporary repository with temporary state. In the
    installation's data home only what any hook writes can change (the interpreter it remembers,
    bytecode); nothing else outside of temporary folders is written.

    Args:
        environ: the person's environment.
        cwd: the current directory.
        progress: told what is done next.
        path: the PATH that hooks are given.

    Raises:
        OSError: there is no room for temporary files, or this copy of Ambidex is incomplete.
        roots.NoRoot, ValueError: this copy of Ambidex is incomplete.
    """
    environ = machine.person(environ)
    project = locate.project_root(environ, cwd)
    folder = locate.repository_state(environ, project)
    events = registration.expected()
    files = settings_files.read_all(environ, project)
    found, checks = installations.find(environ, project, files)
    checks += registration.check(environ, files, found, events)
    for installation in found:
        if installation.trouble:
            continue
        progress(f"programs of {installation.name}")
        seen = programs.check(environ, project, installation, path)
        checks += [check for check in seen if check not in checks]
        progress(f"firing the hooks of {installation.name}")
        checks += hooks.check(environ, project, installation, programs.missing(seen), path)
    progress("the rules' examples")
    checks += rules.check()
    progress("client, policy, state")
    checks += client.check(environ)
    checks += policy.check(project, folder)
    checks += state.check(environ, folder)
    now = time.time()
    checks += history.check(folder, events, now)
    try:
        fired = history.last_fired(folder, events)
    except OSError:
        fired = dict.fromkeys(events)
    return Examination(project, checks, fired, now)
