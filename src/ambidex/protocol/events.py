"""The 30 hook events of Claude Code, as types.

Field names, which event carries which, and the values in the docstrings were observed on
Claude Code 2.1.197. Unknown fields and events are kept and named, never refused: a newer
client must not break an older Ambidex.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PayloadError(ValueError):
    """The payload cannot be understood well enough to decide on it.

    Attributes:
        field: the field's name, `""` for the whole payload.
        found: what was there instead.
        allowed: what is expected.
    """

    def __init__(self, field: str, found: str, allowed: str) -> None:
        super().__init__(f"{field or 'payload'} is {found}; expected {allowed}")
        self.field = field
        self.found = found
        self.allowed = allowed


class Event:
    """What every event carries.

    Attributes:
        session_id: shared by a session and its subagents.
        transcript_path: the session's JSONL transcript.
        cwd: the session's directory at this moment; it moves with `cd` and worktrees.
        prompt_id: present once a prompt exists.
        permission_mode: for example `default`, `acceptEdits`, `bypassPermissions`; may be `""`.
        effort: `{"level": …}` on tool and Stop events.
        agent_id: set inside a subagent.
        agent_type: set inside a subagent, and for a session run with `--agent`.
        unknown: names of fields that this version does not know.
        problems: fields of a wrong type that were replaced by their empty value.
    """

    NAME = ""
    # field → (type, essential): an essential field of a wrong type makes the payload unusable.
    FIELDS: dict[str, tuple[type, bool]] = {}

    session_id: str
    transcript_path: str
    cwd: str
    prompt_id: str
    permission_mode: str
    effort: dict[str, Any]
    agent_id: str
    agent_type: str

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name = name
        self.problems: list[str] = []
        known = dict(_COMMON)
        known.update(self.FIELDS)
        for field, (kind, essential) in known.items():
            value = payload.get(field)
            if kind is object:
                pass
            elif value is None and not essential:
                value = kind()
            elif not isinstance(value, kind) or (kind is int and value is True):
                if essential:
                    raise PayloadError(field, _kind(value), _NAMES[kind])
                self.problems.append(field)
                value = kind()
            setattr(self, field, value)
        self.unknown = sorted(set(payload) - set(known) - {"hook_event_name"})


class SessionStart(Event):
    """`source`: startup, resume, clear, compact or fork."""

    NAME = "SessionStart"
    FIELDS = {"source": (str, False), "model": (str, False), "session_title": (str, False)}
    source: str
    model: str
    session_title: str


class Setup(Event):
    """`trigger`: init or maintenance."""

    NAME = "Setup"
    FIELDS = {"trigger": (str, False)}
    trigger: str


class UserPromptSubmit(Event):
    """A prompt; also a background task's `<task-notification>`."""

    NAME = "UserPromptSubmit"
    FIELDS = {"prompt": (str, False)}
    prompt: str

    @property
    def by_a_person(self) -> bool:
        """Whether a person wrote it, as opposed to a notification of a background task."""
        return not self.prompt.lstrip().startswith("<task-notification>")


class UserPromptExpansion(Event):
    """A typed slash command; `expansion_type`: slash_command or mcp_prompt."""

    NAME = "UserPromptExpansion"
    FIELDS = {
        "expansion_type": (str, False),
        "command_name": (str, False),
        "command_args": (str, False),
        "command_source": (str, False),
        "prompt": (str, False),
    }
    expansion_type: str
    command_name: str
    command_args: str
    command_source: str
    prompt: str


class ToolEvent(Event):
    """What the events around one tool call share."""

    FIELDS = {
        "tool_name": (str, True),
        "tool_input": (dict, True),
        "tool_use_id": (str, False),
    }
    tool_name: str
    tool_input: dict[str, Any]
    tool_use_id: str


class PreToolUse(ToolEvent):
    """Before a tool runs; the one event that can prevent it."""

    NAME = "PreToolUse"


class PermissionRequest(ToolEvent):
    """A permission dialog is about to be shown; carries no `tool_use_id`."""

    NAME = "PermissionRequest"
    FIELDS = {**ToolEvent.FIELDS, "permission_suggestions": (list, False)}
    permission_suggestions: list[Any]


class PermissionDenied(ToolEvent):
    """Auto mode denied a call."""

    NAME = "PermissionDenied"
    FIELDS = {**ToolEvent.FIELDS, "reason": (str, False)}
    reason: str


class PostToolUse(ToolEvent):
    """After a tool ran; the shape of `tool_response` is the tool's own. Duration in ms."""

    NAME = "PostToolUse"
    FIELDS = {
        **ToolEvent.FIELDS,
        "tool_response": (object, False),
        "duration_ms": (int, False),
    }
    tool_response: Any
    duration_ms: int


class PostToolUseFailure(ToolEvent):
    """After a tool failed; `error` is for example `Exit code 3`. Duration in ms."""

    NAME = "PostToolUseFailure"
    FIELDS = {
        **ToolEvent.FIELDS,
        "error": (str, False),
        "is_interrupt": (bool, False),
        "duration_ms": (int, False),
    }
    error: str
    is_interrupt: bool
    duration_ms: int


class PostToolBatch(Event):
    """After all calls of one model turn; also calls whose input failed validation are in it."""

    NAME = "PostToolBatch"
    FIELDS = {"tool_calls": (list, False)}
    tool_calls: list[Any]


class Notification(Event):
    """The client tells the user something."""

    NAME = "Notification"
    FIELDS = {"message": (str, False), "notification_type": (str, False), "title": (str, False)}
    message: str
    notification_type: str
    title: str


class MessageDisplay(Event):
    """A piece of text is about to be shown."""

    NAME = "MessageDisplay"
    FIELDS = {
        "turn_id": (str, False),
        "message_id": (str, False),
        "index": (int, False),
        "final": (bool, False),
        "delta": (str, False),
    }
    turn_id: str
    message_id: str
    index: int
    final: bool
    delta: str


class SubagentStart(Event):
    """A subagent begins."""

    NAME = "SubagentStart"


class StopEvent(Event):
    """What Stop and SubagentStop share."""

    FIELDS = {
        "stop_hook_active": (bool, False),
        "last_assistant_message": (str, False),
        "background_tasks": (list, False),
        "session_crons": (list, False),
    }
    stop_hook_active: bool
    last_assistant_message: str
    background_tasks: list[Any]
    session_crons: list[Any]


class Stop(StopEvent):
    """The agent says that it is done."""

    NAME = "Stop"


class SubagentStop(StopEvent):
    """A subagent says so; fires with `agent_type` `""` during compaction too."""

    NAME = "SubagentStop"
    FIELDS = {**StopEvent.FIELDS, "agent_transcript_path": (str, False)}
    agent_transcript_path: str


class StopFailure(Event):
    """The turn ended with an API error instead of a Stop."""

    NAME = "StopFailure"
    FIELDS = {"error": (str, False), "last_assistant_message": (str, False)}
    error: str
    last_assistant_message: str


class TaskEvent(Event):
    """What the events about the task list share."""

    FIELDS = {
        "task_id": (str, False),
        "task_subject": (str, False),
        "task_description": (str, False),
        "teammate_name": (str, False),
        "team_name": (str, False),
    }
    task_id: str
    task_subject: str
    task_description: str
    teammate_name: str
    team_name: str


class TaskCreated(TaskEvent):
    """A task was added to the list."""

    NAME = "TaskCreated"


class TaskCompleted(TaskEvent):
    """A task is about to be marked as completed."""

    NAME = "TaskCompleted"


class TeammateIdle(Event):
    """A teammate has nothing to do."""

    NAME = "TeammateIdle"
    FIELDS = {"teammate_name": (str, False), "team_name": (str, False)}
    teammate_name: str
    team_name: str


class InstructionsLoaded(Event):
    """A file of instructions was read; `load_reason`: session_start, include, and others."""

    NAME = "InstructionsLoaded"
    FIELDS = {
        "file_path": (str, False),
        "memory_type": (str, False),
        "load_reason": (str, False),
        "parent_file_path": (str, False),
        "trigger_file_path": (str, False),
        "globs": (list, False),
    }
    file_path: str
    memory_type: str
    load_reason: str
    parent_file_path: str
    trigger_file_path: str
    globs: list[Any]


class ConfigChange(Event):
    """Settings were edited; `source`: user_settings, project_settings and others."""

    NAME = "ConfigChange"
    FIELDS = {"source": (str, False), "file_path": (str, False)}
    source: str
    file_path: str


class CwdChanged(Event):
    """The session's directory moved."""

    NAME = "CwdChanged"
    FIELDS = {"old_cwd": (str, False), "new_cwd": (str, False)}
    old_cwd: str
    new_cwd: str


class FileChanged(Event):
    """A watched file changed; `event`: add, change or unlink."""

    NAME = "FileChanged"
    FIELDS = {"file_path": (str, False), "event": (str, False)}
    file_path: str
    event: str


class WorktreeCreate(Event):
    """A worktree is wanted."""

    NAME = "WorktreeCreate"
    # The field is the worktree's name; `name` on the event is the event's own.
    FIELDS = {"worktree_name": (str, False)}
    worktree_name: str

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        renamed = dict(payload)
        if "name" in renamed:
            renamed["worktree_name"] = renamed.pop("name")
        super().__init__(name, renamed)


class WorktreeRemove(Event):
    """A worktree made by a hook is given up."""

    NAME = "WorktreeRemove"
    FIELDS = {"worktree_path": (str, False)}
    worktree_path: str


class PreCompact(Event):
    """Before compaction; `trigger`: manual or auto."""

    NAME = "PreCompact"
    FIELDS = {"trigger": (str, False), "custom_instructions": (str, False)}
    trigger: str
    custom_instructions: str


class PostCompact(Event):
    """After compaction."""

    NAME = "PostCompact"
    FIELDS = {"trigger": (str, False), "compact_summary": (str, False)}
    trigger: str
    compact_summary: str


class Elicitation(Event):
    """An MCP server asks the user for input."""

    NAME = "Elicitation"
    FIELDS = {
        "mcp_server_name": (str, False),
        "message": (str, False),
        "mode": (str, False),
        "requested_schema": (dict, False),
    }
    mcp_server_name: str
    message: str
    mode: str
    requested_schema: dict[str, Any]


class ElicitationResult(Event):
    """What came of it; `action`: accept, decline or cancel."""

    NAME = "ElicitationResult"
    FIELDS = {
        "mcp_server_name": (str, False),
        "mode": (str, False),
        "action": (str, False),
        "content": (object, False),
    }
    mcp_server_name: str
    mode: str
    action: str
    content: Any


class SessionEnd(Event):
    """The session ends; `reason`: clear, resume, logout, prompt_input_exit, other, and others."""

    NAME = "SessionEnd"
    FIELDS = {"reason": (str, False)}
    reason: str


class UnknownEvent(Event):
    """An event of a newer client; its fields are all in `unknown`."""


EVENTS: dict[str, type[Event]] = {
    kind.NAME: kind
    for kind in (
        SessionStart,
        Setup,
        UserPromptSubmit,
        UserPromptExpansion,
        PreToolUse,
        PermissionRequest,
        PermissionDenied,
        PostToolUse,
        PostToolUseFailure,
        PostToolBatch,
        Notification,
        MessageDisplay,
        SubagentStart,
        SubagentStop,
        TaskCreated,
        TaskCompleted,
        Stop,
        StopFailure,
        TeammateIdle,
        InstructionsLoaded,
        ConfigChange,
        CwdChanged,
        FileChanged,
        WorktreeCreate,
        WorktreeRemove,
        PreCompact,
        PostCompact,
        Elicitation,
        ElicitationResult,
        SessionEnd,
    )
}

_COMMON: dict[str, tuple[type, bool]] = {
    "session_id": (str, False),
    "transcript_path": (str, False),
    "cwd": (str, False),
    "prompt_id": (str, False),
    "permission_mode": (str, False),
    "effort": (dict, False),
    "agent_id": (str, False),
    "agent_type": (str, False),
}

_NAMES = {str: "a string", dict: "an object", list: "an array", int: "a number", bool: "a boolean"}


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "a boolean"
    return _NAMES.get(type(value), f"a {type(value).__name__}")


def parse(payload: object, expected: str) -> Event:
    """The typed event of a decoded payload.

    Args:
        payload: what the JSON on standard input decoded to.
        expected: the name of the event that the hook was registered for.

    Returns:
        An instance of the event's class, or `UnknownEvent`.

    Raises:
        PayloadError: the payload is no object, names another event than `expected`, or
            an essential field (a tool's name or input) is missing or of a wrong type.
    """
    if not isinstance(payload, dict):
        raise PayloadError("", _kind(payload), "an object")
    name = payload.get("hook_event_name")
    if name != expected:
        found = repr(name) if isinstance(name, str) else _kind(name)
        raise PayloadError("hook_event_name", found, repr(expected))
    return EVENTS.get(expected, UnknownEvent)(expected, payload)
