"""Differences between trees."""

import pytest

from ambidex.changes import diff, trees
from ambidex.changes.trees import Tree, TreeError
from testing.projects import git
from testing.worktree import WorkTree


def shown(work: WorkTree, before: Tree, after: Tree) -> list[tuple[str, str, str]]:
    return [(each.path, each.status, each.old_path) for each in work.changes(before, after)]


def test_a_change_names_the_content_before_and_after(work: WorkTree) -> None:
    before = work.take()
    work.write("app.py", "new\n")
    (work.root / "README.md").unlink()
    work.write("z.py", "z\n")
    deleted, modified, added = work.changes(before, work.take(before))
    assert (deleted.path, deleted.after_sha, deleted.mode) == ("README.md", "", "")
    assert work.content(deleted.before_sha) == b"# Project\n"
    assert work.content(modified.before_sha) == b"def one():\n    return 1\n"
    assert work.content(modified.after_sha) == b"new\n"
    assert (added.before_sha, work.content(added.after_sha)) == ("", b"z\n")


def test_a_rename_with_an_edit_is_one_change(work: WorkTree) -> None:
    lines = [f"line {number}\n" for number in range(50)]
    work.write("long.py", "".join(lines))
    before = work.take()
    (work.root / "long.py").unlink()
    work.write("moved.py", "".join([*lines, "more\n"]))
    assert shown(work, before, work.take(before)) == [("moved.py", "R", "long.py")]


def test_equal_trees_have_no_changes(work: WorkTree) -> None:
    assert work.changes(work.take(), work.take()) == []


def test_the_content_of_a_link_is_its_target(work: WorkTree) -> None:
    before = work.take()
    (work.root / "link").symlink_to("app.py")
    change = work.changes(before, work.take())[0]
    assert (change.mode, work.content(change.after_sha)) == ("120000", b"app.py")


def test_content_that_was_not_recorded_is_a_tree_error(work: WorkTree) -> None:
    work.take()
    for sha in ("", "1" * 40, "nonsense"):
        with pytest.raises(TreeError):
            work.content(sha)


def test_a_tree_that_is_not_there_is_a_tree_error(work: WorkTree) -> None:
    here = work.take()
    with pytest.raises(TreeError, match="not there any more"):
        work.changes(Tree("1" * 40), here)


def test_a_large_file_that_takes_the_place_of_a_moved_one(work: WorkTree) -> None:
    before = work.take()
    (work.root / "app.py").rename(work.root / "moved.py")
    (work.root / "app.py").write_bytes(b"x" * 6_000_000)
    after = work.take(before)
    assert shown(work, before, after) == [("app.py", "M", ""), ("moved.py", "A", "")]
    assert shown(work, after, before) == [("app.py", "M", ""), ("moved.py", "D", "")]


def test_files_at_gives_those_that_are_there(work: WorkTree) -> None:
    work.write("od:d *[name].py", "odd\n")
    tree = work.take()
    asked = ["lib/two.py", "od:d *[name].py", "none.py", "lib", "new\nline.py"]
    assert diff.files_at(work.state, str(work.root), tree, asked) == {
        "lib/two.py": b"def two():\n    return 2\n",
        "od:d *[name].py": b"odd\n",
    }


def test_files_at_of_a_tree_that_is_gone_is_no_empty_answer(work: WorkTree) -> None:
    work.take()
    with pytest.raises(TreeError, match="not there any more"):
        diff.files_at(work.state, str(work.root), Tree("1" * 40), ["app.py"])


def test_a_commits_submodule_is_left_out(work: WorkTree) -> None:
    commit = git(work.root, "rev-parse", "HEAD").strip()
    git(work.root, "update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    git(work.root, "commit", "-q", "-m", "submodule")
    base = trees.tree_of(str(work.root), work.state, "HEAD")
    (work.root / "sub").mkdir()
    (work.root / "app.py").rename(work.root / "sub" / "app.py")
    assert shown(work, base, work.take()) == [("app.py", "D", "")]
