"""Is the client new enough for what the hooks answer?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping

from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.doctor.machine import shown

GROUP = "client"
# The oldest client that the hooks are tested with.
OLDEST = (2, 1, 197)
_SECONDS = 60.0


def check(environ: Mapping[str, str]) -> list[Check]:
    """The client on the person's PATH, and the one that runs this session, if there is one."""
    on_path = shutil.which("claude", path=environ.get("PATH"))
    running = environ.get("CLAUDE_CODE_EXECPATH", "")
    programs = [program for program in (on_path, running) if program]
    distinct = {os.path.realpath(program): program for program in reversed(programs)}
    if not distinct:
        found = "no claude on your PATH, so its version was not looked at"
        return [Check(GROUP, "claude", NOTE, found)]
    return [_check(environ, program) for program in distinct.values()]


def _check(environ: Mapping[str, str], program: str) -> Check:
    where = shown(program, environ)
    facts: dict[str, object] = {"program": program}
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            env={**environ, "DISABLE_AUTOUPDATER": "1"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(GROUP, "claude", PROBLEM, f"{where} does not run: {error}", _update(program))
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    if done.returncode != 0 or not match:
        printed = (done.stdout + done.stderr).strip()[:100]
        found = f"{where} --version says no version: {printed!r}"
        return Check(GROUP, "claude", PROBLEM, found, _update(program), facts)
    facts["version"] = match.group()
    if tuple(map(int, match.groups())) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        found = f"{where} is {match.group()}; Ambidex needs {oldest} or newer"
        return Check(GROUP, "claude", PROBLEM, found, _update(program), facts)
    return Check(GROUP, "claude", GOOD, f"Claude Code {match.group()}", details=facts)


def _update(program: str) -> str:
    if "node_modules" in os.path.realpath(program):
        return "npm install -g @anthropic-ai/claude-code@latest"
    return "claude update"
