"""Replies to Claude Code: every JSON object that a hook prints is built here.

A reply is a dict, or None for silence. Shapes and effects as observed on Claude Code 2.1.197:
one wrong enum value or event name voids the whole output, and the tool runs.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Reply = dict[str, Any]

# Longer strings are moved into a file by the client, and the model sees a preview of 2 KB only.
LONGEST_TEXT = 9_500

# Where `decision: block` with a reason is honoured, and what it does there:
# the prompt or expansion is dropped, compaction or the settings change is refused, the batch
# stops, the model is told after the tool ran, or the agent goes on working at Stop.
BLOCKABLE = frozenset(
    {
        "UserPromptSubmit",
        "UserPromptExpansion",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "Stop",
        "SubagentStop",
        "ConfigChange",
        "PreCompact",
    }
)

# Where `additionalContext` reaches the model.
CONTEXT = frozenset(
    {
        "SessionStart",
        "Setup",
        "UserPromptSubmit",
        "UserPromptExpansion",
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "SubagentStart",
        "SubagentStop",
        "Stop",
    }
)


def permission(decision: str, reason: str, updated_input: dict[str, Any] | None = None) -> Reply:
    """The answer to PreToolUse.

    Args:
        decision: `deny`, `ask` or `allow`. `allow` skips the user's own permission rules, so it
            is only ever sent along with `updated_input`; a plain allow is silence.
        reason: what the model (deny) or the user (ask) reads.
        updated_input: the whole new input of the tool, for a rewrite.

    Raises:
        ValueError: another decision, or a deny or ask without a reason.
    """
    if decision not in ("deny", "ask", "allow") or not reason:
        raise ValueError(f"decision {decision!r} with reason {reason!r}")
    specific: Reply = {
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": clip(reason),
    }
    if updated_input is not None:
        specific["updatedInput"] = updated_input
    return {"hookSpecificOutput": specific}


def rewrite(updated_input: dict[str, Any], reason: str) -> Reply:
    """Replace a tool's input and leave the permission decision to the user's own rules."""
    return {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "updatedInput": updated_input,
            "additionalContext": clip(reason),
        }
    }


def block(event: str, reason: str) -> Reply:
    """Block in the event's own sense, see `BLOCKABLE`.

    Raises:
        ValueError: the event cannot block, or there is no reason.
    """
    if event not in BLOCKABLE or not reason:
        raise ValueError(f"{event} cannot block with reason {reason!r}")
    return {"decision": "block", "reason": clip(reason)}


def context(event: str, text: str) -> Reply:
    """Give the model something to read along with the event.

    Raises:
        ValueError: the event has no channel to the model, or there is no text.
    """
    if event not in CONTEXT or not text:
        raise ValueError(f"{event} cannot carry context {text!r}")
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": clip(text)}}


def watch(event: str, paths: list[str]) -> Reply:
    """Have FileChanged fire for these absolute paths; a plugin's matcher alone watches nothing.

    Raises:
        ValueError: the event cannot start a watch.
    """
    if event not in ("SessionStart", "CwdChanged", "FileChanged"):
        raise ValueError(f"{event} cannot watch files")
    return {"hookSpecificOutput": {"hookEventName": event, "watchPaths": paths}}


def note(text: str) -> Reply:
    """Tell the user, not the model."""
    return {"systemMessage": clip(text)}


def with_note(reply: Reply | None, text: str) -> Reply:
    """`reply`, which may be silence, and something for the user besides."""
    said = (reply or {}).get("systemMessage")
    return {**(reply or {}), "systemMessage": clip(f"{said}\n{text}" if said else text)}


def with_context(reply: Reply | None, event: str, text: str) -> Reply | None:
    """`reply`, which may be silence, and something for the model besides; `""` adds nothing.

    Raises:
        ValueError: the event has no channel to the model.
    """
    if not text:
        return reply
    specific = dict((reply or {}).get("hookSpecificOutput") or {})
    said = specific.get("additionalContext")
    added = context(event, f"{said}\n{text}" if said else text)
    specific.update(added["hookSpecificOutput"])
    return {**(reply or {}), "hookSpecificOutput": specific}


def merge(*replies: Reply | None) -> Reply | None:
    """One reply out of several for the same event; None when all are silent.

    Raises:
        ValueError: two replies set the same field differently.
    """
    merged: Reply = {}
    for reply in replies:
        for key, value in (reply or {}).items():
            if key == "hookSpecificOutput" and key in merged:
                for inner, content in value.items():
                    if merged[key].setdefault(inner, content) != content:
                        raise ValueError(f"two replies set {inner}")
            elif merged.setdefault(key, value) != value:
                raise ValueError(f"two replies set {key}")
    return merged or None


def clip(text: str) -> str:
    """`text`, at most `LONGEST_TEXT` characters, cut in the middle and saying so."""
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2 - 40
    return f"{text[:half]}\n[{len(text) - 2 * half} characters left out]\n{text[-half:]}"
