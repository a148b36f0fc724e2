"""Dropping old trees."""

import pytest

from ambidex.changes.prune import prune
from ambidex.changes.trees import TreeError
from testing.worktree import WorkTree


def test_trees_that_are_kept_stay_readable_and_others_go(work: WorkTree) -> None:
    first = work.take()
    work.write("app.py", "second\n")
    second = work.take(first)
    work.write("app.py", "third\n")
    third = work.take(first)
    assert prune(str(work.root), work.state, [first.sha, "1" * 40, "", "no tree"], limit=0)
    assert work.content(work.changes(first, work.take(first))[0].before_sha)
    assert work.take(first) == third
    with pytest.raises(TreeError):
        work.changes(first, second)


def test_rules_of_a_kept_tree_are_kept(work: WorkTree) -> None:
    before = work.take()
    assert prune(str(work.root), work.state, [before.sha], limit=0)
    work.write(".git/info/exclude", "hidden.py\n")
    work.write("hidden.py", "x = 1\n")
    assert work.since(before) == {"hidden.py": "A"}


def test_keeping_nothing_leaves_a_working_shadow(work: WorkTree) -> None:
    before = work.take()
    assert prune(str(work.root), work.state, [], limit=0)
    assert work.take() == before


def test_a_small_shadow_is_left_alone(work: WorkTree) -> None:
    first = work.take()
    work.write("app.py", "second\n")
    second = work.take()
    assert not prune(str(work.root), work.state, [])
    assert [each.path for each in work.changes(first, second)] == ["app.py"]


def test_state_that_cant_be_written_is_a_tree_error(work: WorkTree) -> None:
    with pytest.raises(TreeError, match="can't be pruned"):
        prune(str(work.root), str(work.root / "app.py"), [])
