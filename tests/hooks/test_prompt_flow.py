"""Secrets in a prompt: the user and the model are told, or the prompt is kept back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ambidex.hook import user_prompt
from ambidex.hook.context import Context
from ambidex.protocol.events import parse
from testing.hooks import Hooks
from testing.made_secrets import Maker

TOKEN = "ghp" + "_" + Maker(23).checked()
PROMPT = f"push it with {TOKEN} please"


def log(hooks: Hooks) -> str:
    """Everything that Ambidex keeps about the repository, as text."""
    files = [path for path in Path(hooks.state).rglob("*") if path.is_file()]
    assert files
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def test_the_user_and_the_model_are_told_and_no_record_holds_it(trusted: Hooks) -> None:
    answer = trusted.ask(PROMPT)
    assert answer.reply is not None
    assert not answer.blocks
    assert "GitHub token (ghp_…)" in answer.note
    assert "revoke" in answer.note
    context = answer.reply["hookSpecificOutput"]["additionalContext"]
    assert "Don't repeat it" in context
    assert TOKEN[5:] not in json.dumps(answer.reply)
    record = trusted.records("UserPromptSubmit")[-1]
    assert record["secrets"] == ["github-token"]
    assert record["tree"], "the baseline is taken all the same"
    assert TOKEN[5:] not in log(trusted)


def test_a_prompt_without_secrets_is_met_with_silence(trusted: Hooks) -> None:
    example = "AKIA" + "IOSFODNN7EXAMPLE"
    assert trusted.ask(f"test $GITHUB_TOKEN and the {example} of the manual").reply is None


def test_a_notification_of_a_task_passes_unexamined(trusted: Hooks) -> None:
    answer = trusted.ask(f"<task-notification>\n<result>{TOKEN}</result>\n</task-notification>")
    assert answer.reply is None
    assert TOKEN[5:] not in log(trusted)


def configured(hooks: Hooks, prompt: str, **guard: object) -> Context:
    payload = hooks.payload("UserPromptSubmit", prompt=prompt)
    context = Context(parse(payload, "UserPromptSubmit"), hooks.environ)
    context._policy = {**context.policy, "guard": {**context.policy["guard"], **guard}}
    return context


def test_the_policy_can_keep_the_prompt_from_the_model(trusted: Hooks) -> None:
    context = configured(trusted, PROMPT, prompts="block")
    reply = user_prompt.handle(context)
    assert reply is not None
    assert reply["decision"] == "block"
    assert "ambidex.secrets.in-prompt" in reply["reason"]
    assert TOKEN[5:] not in json.dumps(reply)
    assert "tree" not in context.record
    clean = configured(trusted, "no secret", prompts="block")
    assert user_prompt.handle(clean) is None


@pytest.mark.parametrize(("level", "recorded"), [("off", False), ("report", True)])
def test_a_guard_that_is_to_be_silent_says_nothing(
    trusted: Hooks, level: str, recorded: bool
) -> None:
    context = configured(trusted, PROMPT, prompts="block")
    gates = {track: {**levels, "guard": level} for track, levels in context.policy["gates"].items()}
    context._policy = {**context.policy, "gates": gates}
    assert user_prompt.handle(context) is None
    assert ("secrets" in context.record) is recorded
