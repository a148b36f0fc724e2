"""What is registered with Claude Code, what answers, and in which time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ambidex.client.fire import snake_case
from ambidex.hook.door import DEADLINES, DEFAULT_DEADLINE, HANDLERS
from ambidex.protocol.events import EVENTS
from testing.checkout import ROOT, read, tracked

# Registered for what `door` itself does with every event: it writes the record.
RECORDED = {
    "TaskCompleted",
    "StopFailure",
    "PreCompact",
    "Notification",
}


def registered(name: str) -> dict[str, list[dict[str, Any]]]:
    """Event → handlers of a manifest."""
    hooks = json.loads(read(name))["hooks"]
    return {
        event: [one for group in groups for one in group["hooks"]]
        for event, groups in hooks.items()
    }


PLUGIN = registered("hooks/hooks.json")
SETTINGS = registered("settings.template.json")


def test_all_events_that_a_capability_needs_are_registered_once() -> None:
    assert len(PLUGIN) >= 18
    assert all(len(handlers) == 1 for handlers in PLUGIN.values())
    assert set(PLUGIN) <= set(EVENTS)


@pytest.mark.parametrize("event", PLUGIN)
def test_a_registered_event_has_its_script_which_names_it(event: str) -> None:
    assert PLUGIN[event][0]["args"][-1] == snake_case(event)
    assert f'answer("{event}")' in read(f"hooks/{snake_case(event)}.py")


def test_the_scripts_are_exactly_the_registered_events() -> None:
    scripts = {path.stem for path in tracked("hooks/*.py")}
    assert scripts == {snake_case(event) for event in PLUGIN}


@pytest.mark.parametrize("event", PLUGIN)
def test_a_registered_event_is_handled_or_known_to_be_only_recorded(event: str) -> None:
    assert (event in HANDLERS) != (event in RECORDED)
    if event in HANDLERS:
        assert (ROOT / f"src/ambidex/hook/{HANDLERS[event]}.py").is_file()


def test_nothing_is_handled_that_is_not_registered() -> None:
    assert set(HANDLERS) <= set(PLUGIN)
    assert set(DEADLINES) <= set(PLUGIN)


@pytest.mark.parametrize("event", PLUGIN)
def test_the_client_waits_longer_than_the_hook_takes(event: str) -> None:
    assert PLUGIN[event][0]["timeout"] > DEADLINES.get(event, DEFAULT_DEADLINE)


def test_the_template_registers_the_same_events_with_the_same_timeouts() -> None:
    def essence(manifest: dict[str, list[dict[str, Any]]]) -> dict[str, list[int]]:
        return {event: [one["timeout"] for one in handlers] for event, handlers in manifest.items()}

    assert essence(SETTINGS) == essence(PLUGIN)


def test_every_event_is_explained_in_the_documentation() -> None:
    page = read("docs/hooks.md")
    rows = [line.split("|")[1].strip(" `") for line in page.splitlines() if line.startswith("| `")]
    assert rows == list(PLUGIN)
