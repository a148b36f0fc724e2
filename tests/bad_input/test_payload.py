"""Bad input on standard input: no such payload lets a tool call through."""

import json

import pytest

from testing.hooks import Hooks

# A command that would be refused if it could be read; nothing ever runs it.
BAD = {"command": "rm -rf /"}


def refused(answer) -> bool:
    return answer.status == 0 and answer.permission in ("deny", "ask") and bool(answer.reason)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty", b""),
        ("white space", b" \n"),
        ("truncated", b'{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_in'),
        ("not UTF-8", b'{"hook_event_name":"PreToolUse","tool_name":"\xff\xfe"}'),
        ("UTF-16", '{"hook_event_name":"PreToolUse"}'.encode("utf-16")),
        ("a list", b"[]"),
        ("a string", b'"PreToolUse"'),
        ("null", b"null"),
        ("a number", b"7"),
        ("two objects", b"{}{}"),
        ("another event", b'{"hook_event_name":"Stop"}'),
        ("no event", b'{"tool_name":"Bash","tool_input":{}}'),
        ("no tool", b'{"hook_event_name":"PreToolUse","tool_input":{}}'),
        ("tool of a wrong type", b'{"hook_event_name":"PreToolUse","tool_name":1,"tool_input":{}}'),
        (
            "input of a wrong type",
            b'{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":"x"}',
        ),
        ("10,000 levels deep", b"[" * 10_000 + b"]" * 10_000),
        ("10,000 levels deep, never closed", b'{"a":' * 10_000),
        ("NUL bytes", b"\x00" * 100),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_payload_that_cannot_be_read_is_refused(hooks: Hooks, name: str, data: bytes) -> None:
    assert refused(hooks.send("PreToolUse", data)), name


@pytest.mark.parametrize("event", ["PostToolUse", "Stop", "SessionStart", "UserPromptSubmit"])
def test_elsewhere_an_unreadable_payload_is_reported_and_blocks_nothing(
    hooks: Hooks, event: str
) -> None:
    answer = hooks.send(event, b"{")
    assert answer.status == 0
    assert set(answer.reply or {}) == {"systemMessage"}
    assert event in answer.note


@pytest.mark.slow
def test_a_payload_of_50_mb_is_judged_like_any_other(hooks: Hooks) -> None:
    padding = "x" * 50_000_000
    harmless = hooks.before("Write", file_path=str(hooks.project / "big.txt"), content=padding)
    assert harmless.reply is None
    bad = hooks.before("Bash", command="rm -rf /", description=padding)
    assert bad.permission == "deny"


@pytest.mark.slow
def test_a_payload_over_the_limit_is_refused(hooks: Hooks) -> None:
    assert refused(hooks.before("Write", file_path="/x", content="x" * 70_000_000))


@pytest.mark.parametrize(
    "text",
    ["new\nline", "nul\x00byte", "\x1b[31mred\x1b[0m", "\u202ereversed", "\ud800", "🎭" * 1000],
    ids=["newline", "NUL", "ANSI", "bidi", "lone surrogate", "astral"],
)
def test_hostile_strings_in_a_destructive_command_do_not_hide_it(hooks: Hooks, text: str) -> None:
    answer = hooks.before("Bash", command=f"echo '{text}'; rm -rf /")
    assert answer.permission == "deny"


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "\x1b[31mred", "\u202e", "\ud800"])
def test_hostile_file_names_are_answered_with_valid_json(hooks: Hooks, text: str) -> None:
    answer = hooks.before("Write", file_path=f"{hooks.project}/{text}.py", content=text)
    assert answer.status == 0
    assert answer.reply is None or answer.permission in ("deny", "ask")


def test_a_command_nested_10000_levels_deep_is_refused(hooks: Hooks) -> None:
    assert refused(hooks.before("Bash", command="rm " + "$(" * 10_000 + ")" * 10_000))


def test_wrong_types_in_fields_that_do_not_matter_are_tolerated(hooks: Hooks) -> None:
    payload = hooks.payload("PreToolUse", tool_name="Bash", tool_input=BAD)
    payload.update(session_id=5, cwd=[], effort="high", agent_id={}, from_tomorrow=True)
    answer = hooks.send("PreToolUse", json.dumps(payload).encode())
    assert answer.permission == "deny"
    assert "recursive-delete" in answer.reason


def test_a_command_of_a_wrong_type_is_not_passed_as_harmless(hooks: Hooks) -> None:
    assert refused(hooks.before("Bash", command=["rm", "-rf", "/"]))
