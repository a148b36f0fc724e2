"""Real payloads of the client parse into typed events; what is unknown is kept."""

import json
from pathlib import Path

import pytest

from ambidex.protocol.events import EVENTS, PayloadError, UnknownEvent, parse

PAYLOADS = sorted((Path(__file__).parents[2] / "payloads").glob("*.json"))


def payload(name: str) -> dict:
    return json.loads((Path(__file__).parents[2] / "payloads" / f"{name}.json").read_text())[
        "payload"
    ]


def test_there_are_payloads_to_look_at() -> None:
    assert len(PAYLOADS) > 60


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_real_payload_parses_with_every_field_known(path: Path) -> None:
    recorded = json.loads(path.read_text())["payload"]
    event = parse(recorded, recorded["hook_event_name"])
    assert type(event) is EVENTS[recorded["hook_event_name"]]
    assert event.unknown == []
    assert event.problems == []
    for field, value in recorded.items():
        if field not in ("hook_event_name", "name"):
            assert getattr(event, field) == value


def test_all_thirty_events_have_a_type() -> None:
    assert len(EVENTS) == 30


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_with_unknown_fields_parses_and_names_them(name: str) -> None:
    tool = {"tool_name": "Bash", "tool_input": {}}
    event = parse({"hook_event_name": name, "from_tomorrow": 1, **tool}, name)
    assert "from_tomorrow" in event.unknown


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_field_of_a_wrong_type_is_replaced_and_named(name: str) -> None:
    tool = {"tool_name": "Bash", "tool_input": {}}
    event = parse({"hook_event_name": name, "cwd": 7, "session_id": ["x"], **tool}, name)
    assert event.problems == ["session_id", "cwd"]
    assert event.cwd == ""


def test_an_unknown_event_is_tolerated() -> None:
    event = parse({"hook_event_name": "DirectoryAdded", "directory": "/x"}, "DirectoryAdded")
    assert isinstance(event, UnknownEvent)
    assert event.unknown == ["directory"]


@pytest.mark.parametrize("broken", [None, [], "text", 3, True])
def test_a_payload_that_is_no_object_is_refused(broken: object) -> None:
    with pytest.raises(PayloadError, match="expected an object"):
        parse(broken, "PreToolUse")


def test_a_payload_for_another_event_is_refused() -> None:
    with pytest.raises(PayloadError, match="hook_event_name is 'Stop'; expected 'PreToolUse'"):
        parse({"hook_event_name": "Stop"}, "PreToolUse")


@pytest.mark.parametrize(
    ("field", "value"), [("tool_name", None), ("tool_name", 1), ("tool_input", "rm")]
)
def test_a_tool_event_without_a_usable_tool_is_refused(field: str, value: object) -> None:
    good = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {}}
    with pytest.raises(PayloadError, match=field):
        parse({**good, field: value}, "PreToolUse")


def test_a_task_notification_is_not_a_persons_prompt() -> None:
    name = "UserPromptSubmit"
    typed = parse({"hook_event_name": name, "prompt": "go"}, name)
    told = parse({"hook_event_name": name, "prompt": "<task-notification>x"}, name)
    assert typed.by_a_person
    assert not told.by_a_person
