"""Prompts that the agent schedules for itself: they start a count, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from testing.hooks import Hooks
from testing.trusted_project import suite_runs

WRONG = "VALUE = 'wrong'\n"
LOOK = "look at it again"


def stop(hooks: Hooks, active: bool = False) -> Any:
    job = {"id": "c1", "schedule": "* * * * *", "recurring": True, "prompt": LOOK}
    return hooks.fire("Stop", stop_hook_active=active, background_tasks=[], session_crons=[job])


def schedules(hooks: Hooks, tool: str = "CronCreate", **more: Any) -> None:
    hooks.before(tool, prompt=LOOK, **more)
    hooks.after(tool, {"id": "c1"}, prompt=LOOK, **more)


def test_a_job_of_every_minute_puts_off_one_stop_and_not_every_one(trusted: Hooks) -> None:
    schedules(trusted, cron="* * * * *")
    trusted.write("src/value.py", WRONG)
    assert "Put off once" in stop(trusted).note
    for _ in range(3):
        trusted.ask(LOOK)
        answers = [stop(trusted, active=turn > 0).blocks for turn in range(4)]
        # Each time it is judged; what was let go before stays let go only within its prompt.
        assert answers == [True, True, True, False]
    assert trusted.records("UserPromptSubmit")[-1]["by_a_person"] is False
    trusted.ask("and now?")
    assert "Put off once" in stop(trusted).note, "a person's prompt may be put off again"


@pytest.mark.parametrize("how", ["created", "woken", "listed", "lasting", "loop"])
def test_a_scheduled_prompt_moves_no_baseline(trusted: Hooks, how: str) -> None:
    assert trusted.stop().reply is None
    text = LOOK
    if how == "created":
        schedules(trusted, cron="* * * * *")
    elif how == "woken":
        schedules(trusted, "ScheduleWakeup", delaySeconds=60, reason="soon")
    elif how == "listed":
        stop(trusted)
    elif how == "lasting":
        path = trusted.project / ".claude" / "scheduled_tasks.json"
        path.parent.mkdir()
        path.write_text(json.dumps({"tasks": [{"id": "1", "prompt": LOOK}, {"prompt": 3}, 4]}))
    else:
        text = "<<autonomous-loop-dynamic>>"
    (trusted.project / "src" / "value.py").write_text(WRONG)  # by what was left in the background
    trusted.ask(f" {text}\n")
    assert trusted.stop().blocks


@pytest.mark.parametrize(
    "content", ["", "[]", '{"tasks": 3}', '{"tasks": {"a": 1}}', "{", "\udc80"]
)
def test_a_file_of_jobs_that_cannot_be_read_changes_nothing(trusted: Hooks, content: str) -> None:
    path = trusted.project / ".claude" / "scheduled_tasks.json"
    path.parent.mkdir()
    path.write_text(content, errors="surrogateescape")
    assert trusted.stop().reply is None
    runs = suite_runs(trusted)
    (trusted.project / "src" / "value.py").write_text(WRONG)
    assert trusted.ask(LOOK).reply is None
    assert trusted.stop().reply is None
    assert suite_runs(trusted) == runs, "a person's own edit"


def test_a_scheduled_prompt_is_told_of_the_debt(trusted: Hooks) -> None:
    schedules(trusted, cron="* * * * *")
    trusted.write("src/value.py", WRONG)
    for turn in range(4):
        trusted.stop(active=turn > 0)
    assert "still count" in trusted.ask(LOOK).context
