"""The check of replies itself: what the client would void must not pass it."""

import json

import pytest

from testing import reply_shapes
from testing.hooks import REPOSITORY, Hooks

BLOCK = {"decision": "block", "reason": "why"}


@pytest.mark.parametrize(
    ("event", "reply"),
    [
        ("PreToolUse", {"hookSpecificOutput": {"hookEventName": "PostToolUse"}}),
        ("PreToolUse", {"hookSpecificOutput": {"permissionDecision": "deny"}}),
        (
            "PreToolUse",
            {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "maybe"}},
        ),
        (
            "PreToolUse",
            {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny"}},
        ),
        ("PreToolUse", BLOCK),
        ("Stop", {"decision": "approve", "reason": "x"}),
        ("Stop", {"decision": "block"}),
        ("Stop", {"reason": "x"}),
        ("Stop", {"decision": "block", "reason": ""}),
        ("Stop", {"decision": "block", "reason": "x" * 10_001}),
        (
            "PostToolUse",
            {"hookSpecificOutput": {"hookEventName": "Stop", "additionalContext": "x"}},
        ),
        ("SessionEnd", BLOCK),
        ("Notification", BLOCK),
        ("SessionStart", BLOCK),
        ("NotAnEvent", BLOCK),
        ("ConfigChange", {"hookSpecificOutput": {"hookEventName": "ConfigChange"}}),
        ("SessionStart", {"systemMessage": 7}),
        ("SessionStart", {"systemmessage": "x"}),
        (
            "SessionStart",
            {"hookSpecificOutput": {"hookEventName": "SessionStart", "watchPaths": ["relative"]}},
        ),
    ],
)
def test_a_reply_that_the_client_would_void_is_found(event: str, reply: dict) -> None:
    with pytest.raises(AssertionError, match=event):
        reply_shapes.check(event, reply)


@pytest.mark.parametrize(
    ("event", "reply"),
    [
        ("Stop", None),
        ("Stop", BLOCK),
        ("Stop", {"systemMessage": "x"}),
        ("ConfigChange", BLOCK),
        ("NotAnEvent", {"systemMessage": "x"}),
        ("PreToolUse", {"hookSpecificOutput": {"hookEventName": "PreToolUse", "updatedInput": {}}}),
    ],
)
def test_a_reply_that_the_client_takes_is_no_finding(event: str, reply: dict | None) -> None:
    reply_shapes.check(event, reply)


def test_every_registered_event_has_a_shape() -> None:
    registered = json.loads((REPOSITORY / "hooks" / "hooks.json").read_text())["hooks"]
    shapes = json.loads(reply_shapes.SHAPES.read_text())["$defs"]
    assert set(registered) <= set(shapes)


def test_what_every_registered_hook_answers_to_nonsense_has_its_shape(hooks: Hooks) -> None:
    registered = json.loads((REPOSITORY / "hooks" / "hooks.json").read_text())["hooks"]
    assert len(registered) >= 18
    for event in registered:
        answer = hooks.send(event, b'{"tool_name": 5}')
        assert answer.permission in ("ask", "deny") if event == "PreToolUse" else answer.note, event
