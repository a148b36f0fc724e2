"""Whatever a user has edited and staged, a commit holds the agent's changes and no others."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.committing import Repository
from testing.examples import examples
from testing.projects import repository

pytestmark = pytest.mark.slow

# Lines far enough apart for a merge to tell them from each other, and none like another: where
# lines are alike, which of them changed is anybody's guess, git's too.
SLOTS = 6
EDIT = st.sampled_from(["changed {}", "changed {}\nand longer by {}"])
EDITS = st.fixed_dictionaries({}, optional=dict.fromkeys(range(SLOTS), EDIT))


def text(*edits: dict[int, str]) -> str:
    lines = {slot: f"line {slot}" for slot in range(SLOTS)}
    for one in edits:
        lines.update({slot: line.format(slot, slot) for slot, line in one.items()})
    return "".join(
        f"{lines[slot]}\n" + "".join(f"between {slot} {n}\n" for n in range(4))
        for slot in range(SLOTS)
    )


@given(mine=EDITS, agents=EDITS, staged=st.booleans(), new=st.booleans(), gone=st.booleans())
@examples(6)
def test_a_commit_is_the_last_one_with_what_the_agent_changed(
    mine: dict[int, str], agents: dict[int, str], staged: bool, new: bool, gone: bool
) -> None:
    agents = {slot: line for slot, line in agents.items() if slot not in mine}
    with tempfile.TemporaryDirectory() as folder:
        files = {"both.txt": text(), "gone.txt": "gone\n", "mine.txt": "mine\n"}
        user = Repository(repository(Path(folder, "project"), files), Path(folder, "state"))
        user.write("both.txt", text(mine))
        user.write("mine.txt", "mine, edited\n")
        if staged:
            user.git("add", "mine.txt")
        index = user.staged()
        base = user.take()
        user.write("both.txt", text(mine, agents))
        if new:
            user.write("new.txt", "new\n")
        if gone:
            (user.root / "gone.txt").unlink()
        made = user.commit(base)
        assert made.refused == ""
        shown = subprocess.run(
            ["git", "show", "HEAD:both.txt"], cwd=user.root, capture_output=True, check=True
        )
        assert shown.stdout.decode() == text(agents)
        wanted = {"both.txt": "M"} if text(agents) != text() else {}
        wanted |= ({"new.txt": "A"} if new else {}) | ({"gone.txt": "D"} if gone else {})
        assert bool(made.sha) == bool(wanted)
        assert not wanted or user.files() == wanted
        assert (user.root / "both.txt").read_text() == text(mine, agents)
        kept = [line for line in index.split(b"\0") if b"mine.txt" in line]
        assert [line for line in user.staged().split(b"\0") if b"mine.txt" in line] == kept
        assert user.git("diff", "--cached", "--name-only") == ("mine.txt" if staged else "")
