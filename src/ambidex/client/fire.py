"""Fires one hook as the client does, without the client."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from typing import Any


class Answer:
    """What a hook answered.

    Attributes:
        status: its exit status.
        stdout: what it printed.
        stderr: what it printed to standard error.
        seconds: wall-clock time of the process.
        reply: the parsed answer; None for silence.
    """

    def __init__(self, status: int, stdout: bytes, stderr: bytes, seconds: float) -> None:
        """Parse the output.

        Raises:
            ValueError: it is neither silence nor one JSON object.
        """
        self.status = status
        self.stdout = stdout.decode(errors="replace")
        self.stderr = stderr.decode(errors="replace")
        self.seconds = seconds
        self.reply: dict[str, Any] | None = None
        if self.stdout.strip():
            reply = json.loads(self.stdout)
            if not isinstance(reply, dict):
                raise ValueError(f"the hook answered with no object: {self.stdout[:200]!r}")
            self.reply = reply

    @property
    def permission(self) -> str:
        """PreToolUse's decision, `""` for silence."""
        return str(self._specific().get("permissionDecision", ""))

    @property
    def reason(self) -> str:
        """Why, for a PreToolUse decision or a block."""
        reply = self.reply or {}
        return str(self._specific().get("permissionDecisionReason") or reply.get("reason", ""))

    @property
    def blocks(self) -> bool:
        """Whether it blocks, in the event's own sense."""
        return (self.reply or {}).get("decision") == "block"

    @property
    def note(self) -> str:
        """What the user is told."""
        return str((self.reply or {}).get("systemMessage", ""))

    @property
    def context(self) -> str:
        """What the model is told besides."""
        return str(self._specific().get("additionalContext", ""))

    def _specific(self) -> dict[str, Any]:
        return dict((self.reply or {}).get("hookSpecificOutput", {}))


def fire(
    command: list[str],
    data: bytes,
    *,
    environ: Mapping[str, str],
    cwd: str,
    timeout: float,
) -> Answer:
    """Run a hook's command with `data` on standard input.

    Args:
        command: program and arguments, as registered with the client.
        data: the payload's bytes.
        environ: the whole environment of the hook.
        cwd: the session's directory.
        timeout: seconds.

    Raises:
        subprocess.TimeoutExpired: it did not end in time.
        OSError: it could not be started.
        ValueError: its output is no answer.
    """
    started = time.perf_counter()
    done = subprocess.run(
        command,
        input=data,
        capture_output=True,
        env=dict(environ),
        cwd=cwd,
        timeout=timeout,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr, time.perf_counter() - started)


def snake_case(event: str) -> str:
    """`PreToolUse` → `pre_tool_use`, the launcher's argument."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event).lower()
