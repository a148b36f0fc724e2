"""The programs that hooks need, looked for where hooks look.

Each is looked for with the small PATH of a client that was started from the desktop.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence

from ambidex import locate
from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.doctor.installations import Installation
from ambidex.doctor.machine import (
    install_package,
    install_python,
    install_tool,
    scrubbed,
    shown,
)
from ambidex.doctor.scenes import ENVIRONMENT, GIT, PYTHON, RECENT, RUFF, SEMGREP
from ambidex.hook.context import FULL_PYTHON
from ambidex.policy.compile import compile_policy
from ambidex.policy.errors import PolicyError
from ambidex.proof import command
from ambidex.setup import environment

GROUP = "programs"
_PROBE_SECONDS = 20.0
_LOSES = {RUFF: "edits are neither formatted nor linted", SEMGREP: "edits are not scanned"}


def check(
    environ: Mapping[str, str], project: str, installation: Installation, path: str
) -> list[Check]:
    """What hooks of one installation find, and what they miss.

    Args:
        environ: the person's environment.
        project: the project's root.
        installation: whose data home is looked at.
        path: the PATH of its hooks.
    """
    base = scrubbed(environ, locate.state_home(environ), path)
    hook = installation.environ({**base, "AMBIDEX_DATA_HOME": installation.data})
    checks = [_interpreter(environ, hook, installation), _git(environ, path)]
    state = _environment(environ, hook, installation)
    checks += [state] if state else []
    if state and state.status != GOOD:
        # What comes out of that environment, perhaps the tests' command too, is missing with it.
        return checks
    checks += [_tool(hook, project, installation, name) for name in (RUFF, SEMGREP)]
    tests = _tests(environ, hook, project)
    return [*checks, tests] if tests else checks


def missing(checks: Sequence[Check]) -> set[str]:
    """The names of the programs that these checks found missing, as scenes know them."""
    lacking = [made for made in checks if made.group == GROUP and made.status != GOOD]
    return {RECENT if made.details.get("version") else made.name for made in lacking}


def _interpreter(
    environ: Mapping[str, str], hook: Mapping[str, str], installation: Installation
) -> Check:
    remembered = os.path.join(installation.data, "python")
    python = _first_line(remembered)
    origin = "remembered"
    if not (python and os.access(python, os.X_OK)):
        python, origin = _found_by_launcher(hook, installation), "found"
    fix = install_python(environ)
    if not python:
        found = "no Python 3.9 or newer where hooks look, so every tool call is refused"
        return Check(GROUP, PYTHON, PROBLEM, found, fix, {"path": hook["PATH"]})
    version = _version(python)
    facts = {"program": python, "version": version, "origin": origin}
    if version is None:
        found = f"{python}, which hooks remember, does not run"
        return Check(GROUP, PYTHON, PROBLEM, found, f"rm {remembered}", facts)
    number = ".".join(map(str, version))
    if version < FULL_PYTHON:
        found = f"{python} is Python {number}: the guard runs, edits and tests are not checked"
        if origin == "remembered":
            fix = f"{fix} && rm {remembered}"
        return Check(GROUP, PYTHON, PROBLEM, found, fix, facts)
    return Check(GROUP, PYTHON, GOOD, f"python {number}", details=facts)


def _found_by_launcher(hook: Mapping[str, str], installation: Installation) -> str:
    """The interpreter that the launcher itself finds, with a data home where it knows of none."""
    launch = os.path.join(installation.root, "hooks", "launch")
    with tempfile.TemporaryDirectory(prefix="ambidex-doctor-") as folder:
        environ = {
            **hook,
            "CLAUDE_PLUGIN_DATA": folder,
            "AMBIDEX_STATE_HOME": os.path.join(folder, "state"),
        }
        try:
            subprocess.run(
                ["/bin/sh", launch, "notification"],
                input=b"{}",
                env=environ,
                cwd=folder,
                capture_output=True,
                timeout=6 * _PROBE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return _first_line(os.path.join(folder, "python"))


def _version(python: str) -> tuple[int, ...] | None:
    """Major and minor version of an interpreter; None when it does not run."""
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=True,
        )
        major, minor = done.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _git(environ: Mapping[str, str], path: str) -> Check:
    program = shutil.which(GIT, path=path)
    if program:
        return Check(GROUP, GIT, GOOD, GIT, details={"program": program})
    elsewhere = shutil.which(GIT, path=environ.get("PATH"))
    found = f"not in {path}, so changes cannot be measured"
    if elsewhere:
        found += f" in sessions that do not have {os.path.dirname(elsewhere)} on their PATH"
    return Check(GROUP, GIT, PROBLEM, found, install_package(environ, GIT))


def _environment(
    environ: Mapping[str, str], hook: Mapping[str, str], installation: Installation
) -> Check | None:
    """How the tools' environment is; None where it is the person's own and there."""
    if not installation.root:
        return None
    status = environment.status(hook, installation.root)
    facts = {"state": status.state, "python": status.python, "log": status.log}
    if status.state == environment.READY:
        return Check(GROUP, ENVIRONMENT, GOOD, "its tools' environment", details=facts)
    if status.state == environment.BUILDING:
        found = f"{status.reason}; until then edits and tests are not checked"
        return Check(GROUP, ENVIRONMENT, NOTE, found, f"tail {shown(status.log, environ)}", facts)
    fix = "start a session of Claude Code in this project, wait a minute, and run this again"
    if not installation.plugin:
        fix = "pip install --force-reinstall ambidex && ambidex install"
    elif status.log and os.path.exists(status.log):
        fix += f" (log: {shown(status.log, environ)})"
    return Check(GROUP, ENVIRONMENT, PROBLEM, status.reason, fix, facts)


def _tool(
    hook: Mapping[str, str],
    project: str,
    installation: Installation,
    name: str,
) -> Check:
    program = locate.tool(hook, project, name)
    if program:
        return Check(GROUP, name, GOOD, name, details={"program": program})
    found = f"not found where hooks look, so {_LOSES[name]}"
    python = os.path.join(locate.data_home(hook), "env", "current", "bin", "python")
    fix = install_tool(python, name)
    if installation.plugin:
        folder = shlex.quote(environment.folder(hook))
        fix = f"rm -r {folder} && claude   (a new session builds it again)"
    return Check(GROUP, name, PROBLEM, found, fix)


def _tests(environ: Mapping[str, str], hook: Mapping[str, str], project: str) -> Check | None:
    """The command that would run the project's tests; None where nothing is configured."""
    try:
        policy = compile_policy(project, strict=False)
    except PolicyError:
        return None
    if not policy["active"] or policy["gates"][policy["track"]]["tests"] == "off":
        return None
    deadline = time.monotonic() + _PROBE_SECONDS
    try:
        found = command.find(project, policy, hook, deadline)
    except command.NoCommandError as error:
        reason = str(error)
        fix = "name the command that runs the tests in ambidex.toml: tests.command"
        if "run `" in reason:
            fix = reason.split("run `", 1)[1].split("`", 1)[0]
        return Check(GROUP, "tests", PROBLEM, reason, fix)
    first = found.argv[0]
    path = (
        first
        if os.sep in first
        else shutil.which(first, path=command.environment(hook, project)["PATH"])
    )
    runs = path and os.access(os.path.join(project, path), os.X_OK)
    if runs:
        return Check(GROUP, "tests", GOOD, "tests", details={"command": found.argv})
    facts = {"command": found.argv}
    elsewhere = shutil.which(first, path=environ.get("PATH"))
    if elsewhere:
        text = (
            f"`{found.shown(project)}` runs only in sessions that have "
            f"{shown(os.path.dirname(elsewhere), environ)} on their PATH"
        )
        fix = f"write {elsewhere} instead of {first} in ambidex.toml: tests.command"
        return Check(GROUP, "tests", NOTE, text, fix, facts)
    text = f"`{found.shown(project)}` cannot be run: there is no {first}"
    fix = f"install {first}, or name another command in ambidex.toml: tests.command"
    return Check(GROUP, "tests", PROBLEM, text, fix, facts)


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.readline().rstrip("\n")
    except OSError:
        return ""
