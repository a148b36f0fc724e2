"""Stop in several work trees: a subagent's own, one that the agent went into, and the client's."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import grant, suite_runs

WRONG = "VALUE = 'wrong'\n"


def worktree(hooks: Hooks, name: str = ".claude/worktrees/agent-a1") -> Path:
    path = hooks.project / name
    git(hooks.project, "worktree", "add", "-q", "-b", f"of-{path.name}", str(path))
    return path


@pytest.fixture
def alone(trusted: Hooks) -> Hooks:
    """A subagent in a work tree of its own, where the client puts it."""
    trusted.directory = worktree(trusted)
    trusted.common = {"agent_id": "a1", "agent_type": "general-purpose"}
    return trusted


def ends(hooks: Hooks, active: bool = False) -> tuple[bool, str]:
    answer = hooks.fire(
        "SubagentStop",
        stop_hook_active=active,
        last_assistant_message="done",
        background_tasks=[],
        session_crons=[],
    )
    return answer.blocks, answer.reason or answer.note


def test_a_subagent_in_a_work_tree_of_its_own_is_proved_there(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    blocked, reason = ends(alone)
    assert blocked
    assert f"In {alone.directory}:" in reason
    alone.write("src/value.py", "VALUE = 2\n")
    assert ends(alone, active=True) == (False, "")
    assert [record["stop"]["action"] for record in alone.records("SubagentStop")] == [
        "block",
        "pass",
    ]
    assert alone.records("SubagentStop")[0]["fields"]["last_assistant_message"] == "done"


def test_committing_in_it_is_no_way_past(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    git(alone.directory, "commit", "-qam", "done")
    assert ends(alone)[0]


def test_it_is_let_go_when_the_failures_repeat(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    answers = [ends(alone, active=turn > 0) for turn in range(4)]
    assert [blocked for blocked, _ in answers] == [True, True, True, False]
    assert "not proved" in answers[-1][1]


def test_its_blocks_are_not_the_main_agents(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    for turn in range(4):
        ends(alone, active=turn > 0)
    alone.directory, alone.common = alone.project, {}
    alone.write("src/value.py", WRONG)
    assert [alone.stop(active=turn > 0).blocks for turn in range(4)] == [True, True, True, False]


def test_background_work_does_not_put_it_off_since_nothing_wakes_it(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    task = {"id": "b1", "type": "shell", "status": "running", "description": "a server"}
    answer = alone.fire(
        "SubagentStop", stop_hook_active=False, background_tasks=[task], session_crons=[]
    )
    assert answer.blocks


def test_its_work_tree_below_the_project_is_no_change_of_the_project(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    alone.directory, alone.common = alone.project, {}
    assert alone.stop().reply is None
    assert suite_runs(alone) == 0


def test_in_a_shared_tree_the_main_agents_stop_proves_the_sum(trusted: Hooks) -> None:
    trusted.common = {"agent_id": "a1", "agent_type": "general-purpose"}
    trusted.write("src/value.py", WRONG)
    assert ends(trusted) == (False, "")
    trusted.common = {}
    assert trusted.stop().blocks


def test_the_clients_own_summary_of_a_compaction_is_not_held(alone: Hooks) -> None:
    alone.write("src/value.py", WRONG)
    alone.common = {"agent_id": "", "agent_type": ""}
    assert ends(alone) == (False, "")


def test_stopping_in_another_work_tree_hides_nothing(trusted: Hooks) -> None:
    trusted.write("src/value.py", WRONG)
    trusted.directory = worktree(trusted)
    answer = trusted.stop()
    assert answer.blocks
    assert f"In {trusted.directory}" not in answer.reason
    trusted.directory = trusted.project
    trusted.write("src/value.py", "VALUE = 2\n")
    trusted.directory = trusted.project / ".claude" / "worktrees" / "agent-a1"
    assert trusted.stop(active=True).reply is None
    trusted.write("src/value.py", WRONG)
    assert f"In {trusted.directory}" in trusted.stop(active=True).reason


def test_a_persons_edits_in_the_project_are_not_blamed_on_a_session_elsewhere(
    trusted: Hooks,
) -> None:
    assert trusted.stop().reply is None
    trusted.directory = worktree(trusted)
    (trusted.project / "src" / "value.py").write_text(WRONG)
    trusted.ask()
    assert trusted.stop().reply is None


@pytest.mark.parametrize(
    ("cap", "blocks"), [("1", 1), ("2", 2), ("20", 3), ("0", 3), ("x", 3), ("-1", 3), ("²", 3)]
)
def test_the_clients_cap_lowers_ours_and_never_raises_it(
    trusted: Hooks, cap: str, blocks: int
) -> None:
    trusted.environ["CLAUDE_CODE_STOP_HOOK_BLOCK_CAP"] = cap
    trusted.write("src/value.py", WRONG)
    # The first Stop comes after a tool call, the others right after a refusal.
    answers = [trusted.stop(active=turn > 0) for turn in range(blocks + 1)]
    assert [answer.blocks for answer in answers] == [True] * blocks + [False]
    assert "not proved" in answers[-1].note


def test_a_raised_cap_does_not_raise_the_seven_in_a_row(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + "\n[stop]\nblocks_without_progress = 7\n")
    grant(trusted)
    trusted.environ["CLAUDE_CODE_STOP_HOOK_BLOCK_CAP"] = "50"
    trusted.write("src/value.py", WRONG)
    answers = [trusted.stop(active=turn > 0).blocks for turn in range(8)]
    assert answers == [True] * 7 + [False]
