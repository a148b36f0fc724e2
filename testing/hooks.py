"""This checkout's hooks, fired for one project in a scrubbed environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ambidex import locate
from ambidex.client.fire import Answer, fire, snake_case
from ambidex.ledger import chain
from testing import reply_shapes

REPOSITORY = Path(__file__).resolve().parents[1]
LAUNCH = REPOSITORY / "hooks" / "launch"

# Long enough for a busy machine; a hook that needs it has failed its own deadline.
_PATIENCE = 120


class Hooks:
    """The hooks of an installation, fired for one project and one home.

    Attributes:
        environ: what the hook's process gets, nothing else; tests change it as they need.
        directory: the session's directory, which `cd` and worktrees move.
        common: fields that every payload carries besides, for example a subagent's.
        wrapper: a command that the hook's command is given to, to run it under some condition.
    """

    def __init__(self, home: Path, project: Path, launch: Path = LAUNCH) -> None:
        self.home = home
        self.project = project
        self.launch = launch
        self.session = "session-1"
        self.prompt = "prompt-1"
        self.prompts = 1
        self.directory = project
        self.common: dict[str, Any] = {}
        self.wrapper: list[str] = []
        self.environ = {
            "HOME": str(home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "CLAUDE_PROJECT_DIR": str(project),
            "CLAUDE_PLUGIN_DATA": str(home / "data"),
            "CLAUDECODE": "1",
            "CLAUDE_CODE_ENTRYPOINT": "cli",
        }

    @property
    def state(self) -> str:
        """The state directory of the project's repository."""
        return locate.repository_state(self.environ, str(self.project))

    def records(self, event: str = "") -> list[dict[str, Any]]:
        """The audit log, oldest first; of one event, or all."""
        events = [event] if event else None
        return list(chain.read(self.state, newest_first=False, events=events))

    def payload(self, event: str, /, **fields: Any) -> dict[str, Any]:
        """A payload with the common fields of the client."""
        return {
            "session_id": self.session,
            "transcript_path": str(self.home / "transcript.jsonl"),
            "cwd": str(self.directory),
            "prompt_id": self.prompt,
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **self.common,
            **fields,
        }

    def fire(self, event: str, /, **fields: Any) -> Answer:
        """Fire an event with a well-formed payload."""
        return self.send(event, json.dumps(self.payload(event, **fields)).encode())

    def send(self, event: str, data: bytes) -> Answer:
        """Fire an event with these very bytes on standard input; the reply's shape is checked."""
        answer = fire(
            [*self.wrapper, *self.command(event)],
            data,
            environ=self.environ,
            cwd=str(self.directory),
            timeout=_PATIENCE,
        )
        assert answer.status == 0, answer.stderr
        reply_shapes.check(event, answer.reply)
        return answer

    def command(self, event: str) -> list[str]:
        """The command that is registered with the client."""
        return ["/bin/sh", str(self.launch), snake_case(event)]

    def ask(self, text: str = "go on") -> Answer:
        """UserPromptSubmit: a person's next prompt."""
        self.prompts += 1
        self.prompt = f"prompt-{self.prompts}"
        return self.fire("UserPromptSubmit", prompt=text)

    def write(self, name: str, text: str) -> Answer:
        """A Write of the model, as the client carries it out; the answer is PostToolUse's."""
        path = Path(self.directory, name)
        self.before("Write", file_path=str(path), content=text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self.after("Write", {"type": "update"}, file_path=str(path), content=text)

    def run(self, command: str) -> Answer:
        """A Bash call of the model, really run; the answer is the event's after it."""
        self.before("Bash", command=command)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return self.after(
                "Bash", {"stdout": done.stdout, "interrupted": False}, command=command
            )
        return self.fire(
            "PostToolUseFailure",
            tool_name="Bash",
            tool_input={"command": command},
            tool_use_id="toolu_1",
            error=f"Exit code {done.returncode}\n{done.stderr}",
            is_interrupt=False,
            duration_ms=5,
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

    def stop(self, *, active: bool = False, message: str = "done", waiting: bool = False) -> Answer:
        """Stop, as after a turn; `waiting`: while a command runs in the background."""
        task = {"id": "b1", "type": "shell", "status": "running", "description": "a server"}
        return self.fire(
            "Stop",
            stop_hook_active=active,
            last_assistant_message=message,
            background_tasks=[task] if waiting else [],
            session_crons=[],
        )
