"""Two witnesses of hooks: a plugin that logs every event, and a shell that logs plugin hooks.

The witness plugin proves that the client raised an event and keeps its payload. The spy proves that
the hooks of *another* plugin ran, unmodified, also for events that the client does not report: it
is a program `sh` that comes first on the PATH, so it sees hooks in exec form (`sh launch …`).
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

EVENTS = (
    "SessionStart", "Setup", "UserPromptSubmit", "UserPromptExpansion", "PreToolUse",
    "PermissionRequest", "PermissionDenied", "PostToolUse", "PostToolUseFailure", "PostToolBatch",
    "Notification", "MessageDisplay", "SubagentStart", "SubagentStop", "TaskCreated",
    "TaskCompleted", "Stop", "StopFailure", "TeammateIdle", "InstructionsLoaded", "ConfigChange",
    "CwdChanged", "FileChanged", "WorktreeCreate", "WorktreeRemove", "PreCompact", "PostCompact",
    "Elicitation", "ElicitationResult", "SessionEnd",
)  # fmt: skip
# A hook there replaces git: one that only logs breaks worktrees.
_NOT_WATCHED = {"WorktreeCreate"}

# Written under a name that is not read, then renamed: a payload is whole or absent.
_LOGGER = 'f=$(mktemp "$1/XXXXXXXXXX") && cat >"$f" && mv "$f" "$f.json"'

_SPY = """#!{sh}
# Hooks of plugins only: the Bash tool's own shells have no plugin root.
if [ -z "${{CLAUDE_PLUGIN_ROOT:-}}" ]; then exec {sh} "$@"; fi
f=$(mktemp {folder}/XXXXXXXXXX)
{sh} "$@" >"$f.out" 2>"$f.err"
status=$?
cat "$f.out"
cat "$f.err" >&2
printf '%s\\n' "$status" "$CLAUDE_PLUGIN_ROOT" "$@" >"$f.part"
mv "$f.part" "$f.run"
exit $status
"""


class Witness:
    """A plugin whose hooks write down their payloads.

    Attributes:
        plugin: the plugin's folder, for `--plugin-dir`.
    """

    def __init__(self, folder: str, watch: Sequence[str] = ()) -> None:
        """Write the plugin.

        Args:
            folder: an empty or absent folder for plugin and log.
            watch: absolute paths that its SessionStart asks the client to watch. Without that the
                client watches nothing for a plugin, whatever the matcher of its FileChanged hook:
                so an empty list leaves the asking to the plugin under test.
        """
        self.plugin = os.path.join(folder, "plugin")
        self._log = os.path.join(folder, "log")
        os.makedirs(os.path.join(self.plugin, ".claude-plugin"))
        os.makedirs(os.path.join(self.plugin, "hooks"))
        os.makedirs(self._log)
        manifest = {
            "name": "witness",
            "version": "1.0.0",
            "description": "Writes down the payload of every hook event.",
            "author": {"name": "The Ambidex authors"},
        }
        _write(os.path.join(self.plugin, ".claude-plugin", "plugin.json"), manifest)
        # The client's own sh by its full name: the spy is about other plugins.
        arguments = ["-c", _LOGGER, "witness", self._log]
        handler = {"type": "command", "command": _sh(), "args": arguments, "timeout": 20}
        hooks: dict[str, Any] = {
            event: [{"hooks": [handler]}] for event in EVENTS if event not in _NOT_WATCHED
        }
        if watch:
            output = {"hookEventName": "SessionStart", "watchPaths": list(watch)}
            answer = os.path.join(folder, "answer.json")
            _write(answer, {"hookSpecificOutput": output})
            words = ["-c", _LOGGER + ' && cat "$2"', "witness", self._log, answer]
            hooks["SessionStart"] = [{"hooks": [{**handler, "args": words}]}]
        _write(os.path.join(self.plugin, "hooks", "hooks.json"), {"hooks": hooks})

    def payloads(self, event: str | None = None) -> list[dict[str, Any]]:
        """The payloads so far, oldest first; of one event or of all."""
        found = []
        for name in os.listdir(self._log):
            if name.endswith(".json"):
                path = os.path.join(self._log, name)
                with open(path, encoding="utf-8") as file:
                    found.append((os.stat(path).st_mtime_ns, json.load(file)))
        found.sort(key=lambda pair: pair[0])
        return [p for _, p in found if event is None or p["hook_event_name"] == event]

    @property
    def events(self) -> list[str]:
        """The names of the events so far, in order, repetitions included."""
        return [str(payload["hook_event_name"]) for payload in self.payloads()]

    def saw(self, event: str, timeout: float = 10.0) -> bool:
        """Wait until an event has come; False when it did not in time."""
        deadline = time.monotonic() + timeout
        while not self.payloads(event):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


@dataclass(frozen=True)
class SpiedHook:
    """A plugin's hook that ran as `sh ARGUMENT…`.

    Attributes:
        arguments: what was given to `sh`.
        plugin_root: the plugin it belongs to.
        exit_code: how it ended.
        stdout: what it printed.
        stderr: what it printed to standard error.
    """

    arguments: tuple[str, ...]
    plugin_root: str
    exit_code: int
    stdout: str
    stderr: str


class Spy:
    """A program `sh` that writes down each plugin hook it runs."""

    def __init__(self, folder: str) -> None:
        self._log = os.path.join(folder, "log")
        self._bin = os.path.join(folder, "bin")
        os.makedirs(self._log)
        os.makedirs(self._bin)
        program = os.path.join(self._bin, "sh")
        with open(program, "w", encoding="utf-8") as file:
            file.write(_SPY.format(sh=_sh(), folder=self._log))
        os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)

    @property
    def env(self) -> dict[str, str]:
        """The variables that put it first on the client's PATH."""
        return {"PATH": self._bin + os.pathsep + os.environ.get("PATH", os.defpath)}

    @property
    def runs(self) -> list[SpiedHook]:
        """The hooks that ended so far, in the order of their ends."""
        found = []
        for name in os.listdir(self._log):
            if name.endswith(".run"):
                path = os.path.join(self._log, name)
                status, root, *arguments = _read(path).removesuffix("\n").split("\n")
                stem = path.removesuffix(".run")
                run = SpiedHook(
                    tuple(arguments), root, int(status), _read(stem + ".out"), _read(stem + ".err")
                )
                found.append((os.stat(path).st_mtime_ns, run))
        found.sort(key=lambda pair: pair[0])
        return [run for _, run in found]


def _sh() -> str:
    return shutil.which("sh") or "/bin/sh"


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _write(path: str, value: object) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
