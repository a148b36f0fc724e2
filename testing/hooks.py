"""This checkout's hooks, fired for one project in a scrubbed environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from ambidex.client.fire import Answer, fire, snake_case

REPOSITORY = Path(__file__).resolve().parents[1]
LAUNCH = REPOSITORY / "hooks" / "launch"

# Long enough for a busy machine; a hook that needs it has failed its own deadline.
_PATIENCE = 120


class Hooks:
    """The hooks of an installation, fired for one project and one home.

    Attributes:
        environ: what the hook's process gets, nothing else; tests change it as they need.
    """

    def __init__(self, home: Path, project: Path, launch: Path = LAUNCH) -> None:
        self.home = home
        self.project = project
        self.launch = launch
        self.session = "session-1"
        self.prompt = "prompt-1"
        self.environ = {
            "HOME": str(home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "CLAUDE_PROJECT_DIR": str(project),
            "CLAUDE_PLUGIN_DATA": str(home / "data"),
            "CLAUDECODE": "1",
            "CLAUDE_CODE_ENTRYPOINT": "cli",
        }

    def payload(self, event: str, **fields: Any) -> dict[str, Any]:
        """A payload with the common fields of the client."""
        return {
            "session_id": self.session,
            "transcript_path": str(self.home / "transcript.jsonl"),
            "cwd": str(self.project),
            "prompt_id": self.prompt,
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **fields,
        }

    def fire(self, event: str, **fields: Any) -> Answer:
        """Fire an event with a well-formed payload."""
        return self.send(event, json.dumps(self.payload(event, **fields)).encode())

    def send(self, event: str, data: bytes) -> Answer:
        """Fire an event with these very bytes on standard input."""
        return fire(
            ["/bin/sh", str(self.launch), snake_case(event)],
            data,
            environ=self.environ,
            cwd=str(self.project),
            timeout=_PATIENCE,
        )

    def before(self, tool: str, **tool_input: Any) -> Answer:
        """PreToolUse of one call."""
        return self.fire("PreToolUse", tool_name=tool, tool_input=tool_input, tool_use_id="toolu_1")

    def after(self, tool: str, response: object = None, **tool_input: Any) -> Answer:
        """PostToolUse of one call."""
        return self.fire(
            "PostToolUse",
            tool_name=tool,
            tool_input=tool_input,
            tool_response=response if response is not None else {},
            tool_use_id="toolu_1",
            duration_ms=5,
        )

    def stop(self, *, active: bool = False, message: str = "done") -> Answer:
        """Stop, as after a turn."""
        return self.fire(
            "Stop",
            stop_hook_active=active,
            last_assistant_message=message,
            background_tasks=[],
            session_crons=[],
        )
