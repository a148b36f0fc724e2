"""What is played in a rehearsal: every event, with the answer that it must get.

A scene returns `""` when the answer was right, else what came instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from ambidex.client.fire import Answer
from ambidex.doctor.rehearsal import BROKEN, SLOPPY, SOUND, NoAnswerError, Rehearsal
from ambidex.policy.snapshot import FILE

PYTHON, GIT, RUFF, SEMGREP, ENVIRONMENT = "python", "git", "ruff", "semgrep", "environment"
# An interpreter that runs more than the guard.
RECENT = "recent python"


class Scene(NamedTuple):
    """One thing to try.

    Attributes:
        event: the event that it is about.
        what: what must happen, for a person.
        play: does it; `""`, or what came instead.
        needs: programs without which it cannot succeed.
    """

    event: str
    what: str
    play: Callable[[Rehearsal], str]
    needs: frozenset[str] = frozenset((PYTHON,))


class Outcome(NamedTuple):
    """What came of a scene.

    Attributes:
        scene: the scene.
        problem: what came instead of what must happen; `""` when all was right.
        skipped: what is missing, where it was not played.
    """

    scene: Scene
    problem: str
    skipped: str = ""


def play(rehearsal: Rehearsal, missing: Collection[str]) -> list[Outcome]:
    """Play every scene whose event the installation registers, in order.

    Args:
        rehearsal: the stage.
        missing: what is known to be missing; scenes that need it are skipped, since the missing
            thing is a problem of its own already.
    """
    registered = {handler.event for handler in rehearsal.installation.handlers}
    outcomes = []
    for scene in SCENES:
        if scene.event not in registered:
            continue
        lacking = sorted(scene.needs & set(missing))
        if lacking:
            outcomes.append(Outcome(scene, "", lacking[0]))
            continue
        try:
            problem = scene.play(rehearsal)
        except NoAnswerError as error:
            problem = str(error)
        outcomes.append(Outcome(scene, problem))
    others = sorted(registered - {scene.event for scene in SCENES})
    for event in others:
        scene = Scene(event, "the hook answers", _answered(event))
        outcomes.append(Outcome(scene, _played(scene, rehearsal)))
    return outcomes


def _played(scene: Scene, rehearsal: Rehearsal) -> str:
    try:
        return scene.play(rehearsal)
    except NoAnswerError as error:
        return str(error)


def _answered(name: str, /, **fields: Any) -> Callable[[Rehearsal], str]:
    """A scene in which any answer is right that reports no failure and blocks nothing."""

    def run(rehearsal: Rehearsal) -> str:
        answer = rehearsal.send(name, **fields)
        if answer.blocks or answer.permission:
            return f"it blocks: {answer.reason}"
        return _failure(answer)

    return run


def _failure(answer: Answer) -> str:
    """What the answer reports of a failure of the hook itself, `""` if nothing."""
    advice = "See: ambidex doctor"
    return answer.note.replace(advice, "").strip() if advice in answer.note else ""


def _said(answer: Answer) -> str:
    """What came, for a message about something else that was expected."""
    if answer.reply is None:
        return "silence"
    words = answer.reason or answer.note or answer.context or answer.stdout.strip()
    return f"{answer.permission}: {words}" if answer.permission else words


def _refused(tool: str, rule: str, **fields: str) -> Callable[[Rehearsal], str]:
    """A scene in which the guard must deny a call by a rule of that family."""

    def run(rehearsal: Rehearsal) -> str:
        given = {key: value.format(root=rehearsal.root) for key, value in fields.items()}
        answer = _before(rehearsal, tool, given)
        if answer.permission == "deny" and answer.reason.startswith(rule):
            return ""
        return _said(answer)

    return run


def _before(rehearsal: Rehearsal, tool: str, tool_input: dict[str, str]) -> Answer:
    return rehearsal.send(
        "PreToolUse", tool_name=tool, tool_input=tool_input, tool_use_id="toolu_doctor"
    )


def _harmless(rehearsal: Rehearsal) -> str:
    answer = _before(rehearsal, "Bash", {"command": "ls"})
    return "" if answer.reply is None else _said(answer)


def _unreadable(rehearsal: Rehearsal) -> str:
    answer = rehearsal.send_bytes("PreToolUse", b'{"hook_event_name": "PreToolUse", "tool')
    if answer.permission in ("deny", "ask"):
        return ""
    return _said(answer)


def _edit(rehearsal: Rehearsal) -> tuple[Answer, str]:
    path = rehearsal.write("archive.py", SLOPPY)
    try:
        answer = rehearsal.send(
            "PostToolUse",
            tool_name="Write",
            tool_input={"file_path": path, "content": SLOPPY},
            tool_response={"type": "create", "filePath": path},
            tool_use_id="toolu_doctor",
            duration_ms=5,
        )
        return answer, rehearsal.read("archive.py")
    finally:
        rehearsal.remove("archive.py")


def _formats(rehearsal: Rehearsal) -> str:
    answer, text = _edit(rehearsal)
    if "def archive(name):" in text:
        return ""
    return _failure(answer) or _said(answer)


def _scans(rehearsal: Rehearsal) -> str:
    answer, _ = _edit(rehearsal)
    told = answer.reason + answer.context
    if "archive.py:" in told and "shell" in told:
        return ""
    return _failure(answer) or _said(answer)


def _stop(rehearsal: Rehearsal) -> Answer:
    return rehearsal.send(
        "Stop",
        stop_hook_active=False,
        last_assistant_message="done",
        background_tasks=[],
        session_crons=[],
    )


def _blocks(rehearsal: Rehearsal) -> str:
    rehearsal.write("shop.py", BROKEN)
    answer = _stop(rehearsal)
    return "" if answer.blocks else _failure(answer) or _said(answer)


def _releases(rehearsal: Rehearsal) -> str:
    rehearsal.write("shop.py", SOUND)
    answer = _stop(rehearsal)
    if answer.blocks:
        return f"it still blocks: {answer.reason}"
    return _failure(answer)


_AGENT = {
    "stop_hook_active": False,
    "agent_id": "doctor",
    "agent_type": "general-purpose",
    "agent_transcript_path": "/nonexistent",
    "last_assistant_message": "done",
    "background_tasks": [],
    "session_crons": [],
}
_TOOLS = frozenset((PYTHON, RECENT, GIT, ENVIRONMENT))
# Made up, and in two parts, so that no scanner takes this file for a leak.
_SECRET = "KEY = 'AKIA" + "Q7XJ2M5RT3WZ4VYB'"
# The launcher alone must see to these: without an interpreter everything is refused.
_NOTHING: frozenset[str] = frozenset()

SCENES = (
    Scene("Setup", "the hook answers", _answered("Setup", trigger="init")),
    Scene("SessionStart", "the hook answers", _answered("SessionStart", source="startup")),
    Scene(
        "InstructionsLoaded",
        "the hook answers",
        _answered(
            "InstructionsLoaded",
            file_path="/nonexistent/CLAUDE.md",
            memory_type="Project",
            load_reason="session_start",
        ),
    ),
    Scene(
        "UserPromptExpansion",
        "the hook answers",
        _answered(
            "UserPromptExpansion",
            expansion_type="slash_command",
            command_name="help",
            command_args="",
            command_source="builtin",
            prompt="/help",
        ),
    ),
    Scene("UserPromptSubmit", "the hook answers", _answered("UserPromptSubmit", prompt="go on")),
    Scene("PreToolUse", "a harmless command passes", _harmless),
    Scene(
        "PreToolUse",
        "a destructive command is denied",
        _refused("Bash", "ambidex.", command="rm -rf /"),
        _NOTHING,
    ),
    Scene("PreToolUse", "an unreadable call is refused", _unreadable, _NOTHING),
    Scene(
        "PreToolUse",
        "a write to a golden test is denied",
        _refused(
            "Write",
            "ambidex.golden",
            file_path="{root}/tests/golden/total.txt",
            content="43",
        ),
        frozenset((PYTHON, ENVIRONMENT)),
    ),
    Scene(
        "PreToolUse",
        "a shell write to a golden test is denied",
        _refused("Bash", "ambidex.golden", command="echo 43 | tee ./tests/*/total.txt"),
        frozenset((PYTHON, ENVIRONMENT)),
    ),
    Scene(
        "PreToolUse",
        "a secret in a file is denied",
        _refused("Write", "ambidex.secrets", file_path="{root}/keys.py", content=_SECRET),
    ),
    Scene(
        "PreToolUse",
        "a write to Ambidex's configuration is denied",
        _refused("Write", "ambidex.own", file_path="{root}/" + FILE, content=""),
    ),
    Scene("PostToolUse", "an edit is formatted", _formats, _TOOLS | {RUFF}),
    Scene("PostToolUse", "a vulnerability is reported", _scans, _TOOLS | {SEMGREP}),
    Scene(
        "PostToolUse",
        "the hook answers",
        _answered(
            "PostToolUse",
            tool_name="Read",
            tool_input={"file_path": "README.md"},
            tool_response={"type": "text", "file": {"filePath": "README.md", "numLines": 1}},
            tool_use_id="toolu_doctor",
            duration_ms=5,
        ),
    ),
    Scene(
        "PostToolUseFailure",
        "the hook answers",
        _answered(
            "PostToolUseFailure",
            tool_name="Bash",
            tool_input={"command": "false"},
            tool_use_id="toolu_doctor",
            error="Exit code 1",
            is_interrupt=False,
            duration_ms=5,
        ),
    ),
    Scene(
        "PostToolBatch",
        "the hook answers",
        _answered(
            "PostToolBatch",
            tool_calls=[
                {
                    "tool_name": "Bash",
                    "tool_input": {"command": "ls"},
                    "tool_use_id": "toolu_doctor",
                    "tool_response": "shop.py",
                }
            ],
        ),
    ),
    Scene("Stop", "a failing test blocks the end of the turn", _blocks, _TOOLS),
    Scene("Stop", "the repaired code is released", _releases, _TOOLS),
    Scene("SubagentStop", "the hook answers", _answered("SubagentStop", **_AGENT)),
    Scene(
        "TaskCompleted",
        "the hook answers",
        _answered("TaskCompleted", task_id="1", task_subject="s", task_description="d"),
    ),
    Scene(
        "StopFailure",
        "the hook answers",
        _answered("StopFailure", error="unknown", last_assistant_message=""),
    ),
    Scene(
        "PreCompact",
        "the hook answers",
        _answered("PreCompact", trigger="manual", custom_instructions=""),
    ),
    Scene(
        "Notification",
        "the hook answers",
        _answered("Notification", message="m", notification_type="permission_prompt"),
    ),
    Scene(
        "ConfigChange",
        "the hook answers",
        _answered("ConfigChange", source="local_settings", file_path="/nonexistent/settings.json"),
    ),
    Scene(
        "FileChanged",
        "the hook answers",
        _answered("FileChanged", file_path="/nonexistent/ambidex.toml", event="change"),
    ),
    Scene("SessionEnd", "the hook answers", _answered("SessionEnd", reason="other")),
)
