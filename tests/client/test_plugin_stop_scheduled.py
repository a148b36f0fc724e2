"""Stop in an interactive session that the agent wakes by itself, once a minute."""

from __future__ import annotations

import pytest

from ambidex.client import terminal
from ambidex.client.turns import Script, Text, ToolCall
from testing.plugin import Site
from testing.recipes import bash

pytestmark = [pytest.mark.client, pytest.mark.slow]

LOOK = "look at it again"
SPOIL = "sed -i 's/sum(cents)$/sum(cents) - len(cents)/' basket/total.py"
# The minute, the client's jitter of at most half of one, and a busy machine. Seconds.
PATIENCE = 240


def test_a_job_of_every_minute_puts_off_one_stop_and_the_next_is_judged(site: Site) -> None:
    job = {"cron": "* * * * *", "prompt": LOOK, "recurring": True, "durable": False}
    sleep = {"command": "sleep 900", "description": "wait", "run_in_background": True}
    turns = [ToolCall("CronCreate", job), ToolCall("Bash", sleep), bash(SPOIL), Text("I wait.")]
    with terminal.session(
        site.client,
        script=Script(turns, then=Text("I am finished.")),
        plugin_dirs=list(site.plugin_dirs),
        settings={"permissions": {"allow": ["Bash", "CronCreate"]}},
    ) as session:
        session.submit("go")
        session.wait_for(lambda: bool(site.stops()), "the first Stop", timeout=PATIENCE)
        assert site.stops() == [("defer", "waiting")]
        session.wait_for(lambda: len(site.stops()) > 1, "the second Stop", timeout=PATIENCE)
        session.wait_for(lambda: "Not done yet" in session.told, "the refusal", timeout=PATIENCE)
    prompts = site.records("UserPromptSubmit")
    assert [record["by_a_person"] for record in prompts][:2] == [True, False]
    assert site.stops()[1] == ("block", "red")
