"""Which prompts the agent has scheduled for itself.

A scheduled prompt arrives as UserPromptSubmit with nothing but its text (seen on 2.1.197), like one
that a person types. Taken for a person's, a job of every minute would put off every Stop, and
move the baseline past what was changed in between. So what is scheduled is remembered.
"""

from __future__ import annotations

import os

from ambidex.locate import path_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ambidex.hook.context import Context
    from ambidex.ledger.store import Store

# Tools that schedule a prompt, each with a `prompt` in its input.
TOOLS = frozenset({"CronCreate", "ScheduleWakeup"})

# Jobs that outlive their session, and fire in another.
_LASTING = os.path.join(".claude", "scheduled_tasks.json")
# What stands for the prompt of a loop that paces itself.
_LOOP = "<<autonomous-loop"
_KEY = "scheduled"
_MAIN = ""
_MOST = 200


def remember(context: Context, store: Store, prompts: Iterable[object]) -> None:
    """Note prompts that will come by themselves in this session."""
    session = context.event.session_id
    known = _known(context, store)
    new = [_digest(text) for text in prompts if isinstance(text, str) and text.strip()]
    fresh = [digest for digest in dict.fromkeys(new) if digest not in known]
    if fresh:
        record = {"prompts": [*known, *fresh][-_MOST:]}
        store.set_stop_record(session, _MAIN, _KEY, record)


def is_scheduled(context: Context, store: Store, prompt: str) -> bool:
    """Whether a prompt is one that came by itself."""
    if prompt.lstrip().startswith(_LOOP):
        return True
    digest = _digest(prompt)
    return digest in _known(context, store) or digest in _lasting(context)


def _known(context: Context, store: Store) -> list[str]:
    record = store.stop_record(context.event.session_id, _MAIN, _KEY) or {}
    found: list[str] = record.get("prompts", [])
    return found


def _lasting(context: Context) -> set[str]:
    try:
        with open(os.path.join(context.root, _LASTING), "rb") as file:
            data = file.read(1_000_000)
    except OSError:
        return set()
    from ambidex import fastjson

    try:
        found: Any = fastjson.loads(data)
    except ValueError:
        return set()
    tasks = found.get("tasks") if isinstance(found, dict) else None
    if not isinstance(tasks, list):
        return set()
    prompts = [task.get("prompt") for task in tasks if isinstance(task, dict)]
    return {_digest(text) for text in prompts if isinstance(text, str)}


def _digest(prompt: str) -> str:
    # Sixty-four bits of it: the text itself may hold anything and need not be kept twice.
    return path_key(prompt.strip())
