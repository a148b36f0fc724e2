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


_KINDS = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict, "Any": object}


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


def _annotated(cls: type) -> dict[str, type]:
    """The fields that the body of `cls` annotates, with their types."""
    own = cls.__annotations__
    # On Python 3.9 a class without annotations shows those of its base.
    if own is getattr(cls.__mro__[1], "__annotations__", None):
        return {}
    # They are text here, and `dict[str, Any]` is a dict; constants are in capitals.
    return {field: _KINDS[own[field].split("[")[0]] for field in own if field.islower()}


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
    # Fields without which the payload is unusable; any other of a wrong type is left empty.
    ESSENTIAL: tuple[str, ...] = ()
    # The event's own fields and their types, taken from the annotations of its class.
    FIELDS: dict[str, type] = {}

    session_id: str
    transcript_path: str
    cwd: str
    prompt_id: str
    permission_mode: str
    effort: dict[str, Any]
    agent_id: str
    agent_type: str

    def __init_subclass__(cls) -> None:
        cls.FIELDS = {**cls.FIELDS, **_annotated(cls)}

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        self.name = name
        self.problems: list[str] = []
        known = {**_annotated(Event), **self.FIELDS}
        for field, kind in known.items():
            value = payload.get(field)
            if kind is object:
                pass
            elif value is None and field not in self.ESSENTIAL:
                value = kind()
            elif not isinstance(value, kind) or (kind is int and value is True):
                if field in self.ESSENTIAL:
                    raise PayloadError(field, _kind(value), _NAMES[kind])
                self.problems.append(field)
                value = kind()
            setattr(self, field, value)
        self.unknown = sorted(set(payload) - set(known) - {"hook_event_name"})


class SessionStart(Event):
    """`source`: startup, resume, clear, compact or fork."""

    NAME = "SessionStart"
    source: str
    model: str
    session_title: str


class Setup(Event):
    """`trigger`: init or maintenance."""

    NAME = "Setup"
    trigger: str


class UserPromptSubmit(Event):
    """A prompt; also a background task's `<task-notification>`."""

    NAME = "UserPromptSubmit"
    prompt: str

    @property
    def by_a_person(self) -> bool:
        """Whether a person wrote it, as opposed to a notification of a background task."""
        return not self.prompt.lstrip().startswith("<task-notification>")


class UserPromptExpansion(Event):
    """A typed slash command; `expansion_type`: slash_command or mcp_prompt."""

    NAME = "UserPromptExpansion"
    expansion_type: str
    command_name: str
    command_args: str
    command_source: str
    prompt: str


class ToolEvent(Event):
    """What the events around one tool call share."""

    ESSENTIAL = ("tool_name", "tool_input")
    tool_name: str
    tool_input: dict[str, Any]
    tool_use_id: str


class PreToolUse(ToolEvent):
    """Before a tool runs; the one event that can prevent it."""

    NAME = "PreToolUse"


class PermissionRequest(ToolEvent):
    """A permission dialog is about to be shown; carries no `tool_use_id`."""

    NAME = "PermissionRequest"
    permission_suggestions: list[Any]


class PermissionDenied(ToolEvent):
    """Auto mode denied a call."""

    NAME = "PermissionDenied"
    reason: str


class PostToolUse(ToolEvent):
    """After a tool ran; the shape of `tool_response` is the tool's own. Duration in ms."""

    NAME = "PostToolUse"
    tool_response: Any
    duration_ms: int


class PostToolUseFailure(ToolEvent):
    """After a tool failed; `error` is for example `Exit code 3`. Duration in ms."""

    NAME = "PostToolUseFailure"
    error: str
    is_interrupt: bool
    duration_ms: int


class PostToolBatch(Event):
    """After all calls of one model turn; also calls whose input failed validation are in it."""

    NAME = "PostToolBatch"
    tool_calls: list[Any]


class Notification(Event):
    """The client tells the user something."""

    NAME = "Notification"
    message: str
    notification_type: str
    title: str


class MessageDisplay(Event):
    """A piece of text is about to be shown."""

    NAME = "MessageDisplay"
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
    agent_transcript_path: str


class StopFailure(Event):
    """The turn ended with an API error instead of a Stop."""

    NAME = "StopFailure"
    error: str
    last_assistant_message: str


class TaskEvent(Event):
    """What the events about the task list share."""

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
    teammate_name: str
    team_name: str


class InstructionsLoaded(Event):
    """A file of instructions was read; `load_reason`: session_start, include, and others."""

    NAME = "InstructionsLoaded"
    file_path: str
    memory_type: str
    load_reason: str
    parent_file_path: str
    trigger_file_path: str
    globs: list[Any]


class ConfigChange(Event):
    """Settings were edited; `source`: user_settings, project_settings and others."""

    NAME = "ConfigChange"
    source: str
    file_path: str


class CwdChanged(Event):
    """The session's directory moved."""

    NAME = "CwdChanged"
    old_cwd: str
    new_cwd: str


class FileChanged(Event):
    """A watched file changed; `event`: add, change or unlink."""

    NAME = "FileChanged"
    file_path: str
    event: str


class WorktreeCreate(Event):
    """A worktree is wanted."""

    NAME = "WorktreeCreate"
    # The field is the worktree's name; `name` on the event is the event's own.
    worktree_name: str

    def __init__(self, name: str, payload: dict[str, Any]) -> None:
        renamed = dict(payload)
        if "name" in renamed:
            renamed["worktree_name"] = renamed.pop("name")
        super().__init__(name, renamed)


class WorktreeRemove(Event):
    """A worktree made by a hook is given up."""

    NAME = "WorktreeRemove"
    worktree_path: str


class PreCompact(Event):
    """Before compaction; `trigger`: manual or auto."""

    NAME = "PreCompact"
    trigger: str
    custom_instructions: str


class PostCompact(Event):
    """After compaction."""

    NAME = "PostCompact"
    trigger: str
    compact_summary: str


class Elicitation(Event):
    """An MCP server asks the user for input."""

    NAME = "Elicitation"
    mcp_server_name: str
    message: str
    mode: str
    requested_schema: dict[str, Any]


class ElicitationResult(Event):
    """What came of it; `action`: accept, decline or cancel."""

    NAME = "ElicitationResult"
    mcp_server_name: str
    mode: str
    action: str
    content: Any


class SessionEnd(Event):
    """The session ends; `reason`: clear, resume, logout, prompt_input_exit, other, and others."""

    NAME = "SessionEnd"
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
