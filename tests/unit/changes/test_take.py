"""Taking the tree of ordinary and odd work trees."""

import os
import shutil
import socket
import time
from pathlib import Path

import pytest

from ambidex.changes import listing, trees
from ambidex.changes.shadow import Shadow
from ambidex.changes.trees import Tree, TreeError
from testing.projects import git, repository
from testing.worktree import WorkTree, snapshot


def test_a_clean_checkout_has_the_tree_of_its_commit(work: WorkTree) -> None:
    assert work.take().sha == git(work.root, "rev-parse", "HEAD^{tree}").strip()
    assert work.take() == trees.tree_of(str(work.root), work.state, "HEAD")


def test_an_unchanged_work_tree_gives_the_same_tree(work: WorkTree) -> None:
    first = work.take()
    assert [work.take(), work.take(first), work.take()] == [first, first, first]


def test_edits_additions_and_deletions_are_seen(work: WorkTree) -> None:
    before = work.take()
    work.write("app.py", "def one():\n    return 11\n")
    work.write("new.py", "x = 1\n")
    (work.root / "README.md").unlink()
    assert work.since(before) == {"app.py": "M", "new.py": "A", "README.md": "D"}


def test_going_back_to_what_was_gives_the_first_tree(work: WorkTree) -> None:
    before = work.take()
    path = work.write("app.py", "x\n")
    assert work.take() != before
    path.write_text("def one():\n    return 1\n")
    assert work.take() == before


def test_the_users_repository_is_untouched_to_the_last_byte_and_time(work: WorkTree) -> None:
    git(work.root, "gc", "-q")  # packs are what git would set new times on
    work.write("app.py", "stashed\n")
    git(work.root, "stash", "push", "-q")
    work.write("lib/two.py", "staged\n")
    git(work.root, "add", "lib/two.py")
    work.write("untracked.py", "x = 1\n")
    before = snapshot(work.root)
    first = work.take()
    for number in range(4):
        work.take(first)
        trees.tree_of(str(work.root), work.state, "HEAD")
        work.changes(trees.tree_of(str(work.root), work.state, "HEAD"), first)
        elsewhere = work.root / "scratch.py"
        elsewhere.write_text(f"{number}\n")
        work.take()
        elsewhere.unlink()
    assert snapshot(work.root) == before


def test_a_split_index_is_read_without_new_times_on_its_shared_part(work: WorkTree) -> None:
    work.write(".gitignore", "*.log\n")
    work.write("kept.log", "1\n")
    git(work.root, "add", "-f", ".gitignore", "kept.log")
    git(work.root, "update-index", "--split-index")
    shared = next((work.root / ".git").glob("sharedindex.*"))
    os.utime(shared, ns=(10**18, 10**18))
    before = snapshot(work.root / ".git")
    first = work.take()
    work.write("kept.log", "2\n")
    assert work.since(first) == {"kept.log": "M"}
    assert snapshot(work.root / ".git") == before


def test_no_ignored_file_is_in_the_tree(work: WorkTree) -> None:
    work.write(".gitignore", "build/\n*.log\n!keep.log\n/only_top.txt\n")
    before = work.take()
    for name in ("build/x.py", "a.log", "lib/b.log", "only_top.txt"):
        work.write(name, "x\n")
    for name in ("lib/keep.log", "lib/only_top.txt"):
        work.write(name, "x\n")
    assert work.since(before) == {"lib/keep.log": "A", "lib/only_top.txt": "A"}


def test_ignore_rules_of_folders_apply_below_them_as_in_git(work: WorkTree) -> None:
    work.write("lib/.gitignore", "/anchored\nanywhere\nonly_folder/\n*.tmp\n!good.tmp\n\\#odd\n")
    work.write("lib/deep/.gitignore", "!again.tmp\r\nspace \n")
    work.write("we[i]rd*/.gitignore", "hidden\n")
    names = ["anchored", "deep/anchored", "deep/anywhere", "only_folder/x", "deep/only_folder"]
    names += ["a.tmp", "deep/again.tmp", "again.tmp", "good.tmp", "#odd", "deep/space", "space"]
    for name in names:
        work.write(f"lib/{name}", "x\n")
    work.write("we[i]rd*/hidden", "x\n")
    work.write("weird/hidden", "x\n")
    git(work.root, "add", "-A")
    wanted = git(work.root, "write-tree").strip()
    git(work.root, "reset", "-q")
    assert work.take().sha == wanted


def test_the_users_own_excludes_apply(work: WorkTree, home: Path) -> None:
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*.global\n")
    (work.root / ".git" / "info" / "exclude").write_text("*.local\n")
    before = work.take()
    work.write("a.global", "x\n")
    work.write("a.local", "x\n")
    work.write("a.seen", "x\n")
    assert work.since(before) == {"a.seen": "A"}
    (home / "mine").write_text("*.seen\n")
    git(work.root, "config", "core.excludesFile", str(home / "mine"))
    assert set(work.changes(before, work.take())[0].path.split()) == {"a.global"}


def test_a_folder_that_ignores_itself_at_the_baseline_stays_ignored(work: WorkTree) -> None:
    work.write("cache/tool/.gitignore", "*\n")
    work.write("cache/tool/data", "1\n")
    before = work.take()
    assert before == trees.tree_of(str(work.root), work.state, "HEAD")
    work.write("cache/tool/data", "2\n")
    assert work.since(before) == {}


def test_renames_are_found(work: WorkTree) -> None:
    before = work.take()
    (work.root / "lib" / "two.py").rename(work.root / "lib" / "deux.py")
    change = work.changes(before, work.take(before))[0]
    assert (change.path, change.old_path, change.status) == ("lib/deux.py", "lib/two.py", "R")


def test_the_executable_bit_counts(work: WorkTree) -> None:
    before = work.take()
    (work.root / "app.py").chmod(0o755)
    change = work.changes(before, work.take(before))[0]
    assert (change.path, change.status, change.mode) == ("app.py", "M", "100755")


def test_names_with_newlines_and_bytes_that_are_no_text(work: WorkTree) -> None:
    before = work.take()
    names = [b"new\nline", b"\xff\xfe", b"back\\slash", b" space ", b"-dash", b'q"uote']
    for name in names:
        Path(os.fsdecode(os.fsencode(work.root) + b"/" + name)).write_text("x\n")
    assert work.since(before) == {os.fsdecode(name): "A" for name in names}


def test_a_path_may_turn_from_file_to_folder_to_link_and_back(work: WorkTree) -> None:
    before = work.take()
    path = work.root / "app.py"
    text = path.read_text()
    path.unlink()
    path.mkdir()
    assert work.since(before) == {"app.py": "D"}
    work.write("app.py/inner.py", "x = 1\n")
    assert work.since(before) == {"app.py": "D", "app.py/inner.py": "A"}
    shutil.rmtree(path)
    path.symlink_to("README.md")
    assert work.since(before) == {"app.py": "T"}
    path.unlink()
    path.write_text(text)
    assert work.since(before) == {}


def test_a_folder_replaced_by_a_link_to_a_copy_is_seen(work: WorkTree) -> None:
    before = work.take()
    shutil.copytree(work.root / "lib", work.root.parent / "copy")
    shutil.rmtree(work.root / "lib")
    (work.root / "lib").symlink_to("../copy")
    assert work.since(before) == {"lib": "A", "lib/two.py": "D"}


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_replaced_by_a_link_to_another_is_seen(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(trees, "_ATTEMPTS", 1)  # starting again would hide a failure
    before = work.take()
    shutil.rmtree(work.root / "lib")
    (work.root.parent / "other").mkdir()
    if there:
        (work.root.parent / "other" / "two.py").write_text("other\n")
    (work.root / "lib").symlink_to("../other")
    assert work.since(before) == {"lib": "A", "lib/two.py": "D"}


def test_sockets_pipes_and_link_loops_are_no_trouble(work: WorkTree) -> None:
    before = work.take()
    os.mkfifo(work.root / "pipe")
    (work.root / "loop").symlink_to("loop")
    (work.root / "README.md").unlink()
    os.mkfifo(work.root / "README.md")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(work.root, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{here}/sock" if os.path.isdir("/proc/self/fd") else "sock")
        assert work.since(before) == {"loop": "A", "README.md": "D"}
        os.close(here)


def test_a_large_file_is_recorded_without_being_copied(work: WorkTree) -> None:
    before = work.take()
    large = work.root / "data.bin"
    large.write_bytes(b"x" * 6_000_000)
    with_it = work.take(before)
    assert list(with_it.large) == ["data.bin"]
    assert work.since(before) == {"data.bin": "A"}
    large.write_bytes(b"y" * 6_000_000)
    assert work.since(with_it) == {"data.bin": "M"}
    large.write_bytes(b"small")
    small = work.take(before)
    assert small.large == {}
    assert [(each.path, each.status) for each in work.changes(with_it, small)] == [
        ("data.bin", "M")
    ]
    large.write_bytes(b"x" * 6_000_000)
    assert work.since(small) == {"data.bin": "M"}
    large.unlink()
    assert work.since(with_it) == {"data.bin": "D"}
    size = sum(path.stat().st_size for path in Path(work.state).rglob("*") if path.is_file())
    assert size < 1_000_000


def test_a_project_without_git_has_trees(home: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    work = WorkTree(tmp_path / "plain", tmp_path / "state")
    empty = work.take()
    work.write("a.py", "x = 1\n")
    assert work.since(empty) == {"a.py": "A"}
    with pytest.raises(TreeError, match="not in a git repository"):
        trees.tree_of(str(work.root), work.state, "HEAD")


def test_state_inside_a_project_without_git_is_not_part_of_it(home: Path) -> None:
    work = WorkTree(home, home / ".local" / "state")
    before = work.take()
    work.write("a.py", "x = 1\n")
    assert work.since(before) == {"a.py": "A"}


def test_a_repository_without_commits_has_trees(home: Path, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    git(tmp_path / "fresh", "init", "-q")
    work = WorkTree(tmp_path / "fresh", tmp_path / "state")
    before = work.take()
    work.write("a.py", "x = 1\n")
    assert work.since(before) == {"a.py": "A"}
    with pytest.raises(TreeError, match="not a revision"):
        trees.tree_of(str(work.root), work.state, "HEAD")


def test_a_repository_with_sha256_ids_is_compared_with_its_commits(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "long").mkdir()
    git(tmp_path / "long", "init", "-q", "--object-format=sha256")
    work = WorkTree(repository(tmp_path / "long", {"a.py": "x = 1\n"}), tmp_path / "state")
    assert work.take() == trees.tree_of(str(work.root), work.state, "HEAD")
    (work.root / "nested").mkdir()
    git(work.root / "nested", "init", "-q")
    work.write("nested/b.py", "x = 1\n")
    assert list(work.since(trees.tree_of(str(work.root), work.state, "HEAD"))) == ["nested/b.py"]


def test_a_broken_index_of_the_user_changes_nothing(work: WorkTree) -> None:
    before = work.take()
    (work.root / ".git" / "index").write_bytes(b"DIRC garbage")
    assert work.take(before) == before
    work.write("app.py", "x\n")
    assert work.since(before) == {"app.py": "M"}


def test_worktrees_of_one_repository_can_be_compared(work: WorkTree) -> None:
    git(work.root, "worktree", "add", "-q", "../other", "-b", "other")
    other = WorkTree(work.root.parent / "other", work.root.parent / "state")
    assert other.state == work.state
    here, there = work.take(), other.take()
    assert here == there
    other.write("app.py", "x\n")
    assert other.since(here) == {"app.py": "M"}
    assert work.take() == here


def test_files_in_nested_repositories_and_submodules_are_seen_one_by_one(work: WorkTree) -> None:
    inner = repository(work.root.parent / "inner", {"mod.py": "a = 1\n"})
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    git(work.root, *add)
    git(work.root, "commit", "-q", "-m", "submodule")
    repository(work.root / "nested", {"deep.py": "b = 1\n"})
    commit = trees.tree_of(str(work.root), work.state, "HEAD")
    before = work.take()
    assert {each.path for each in work.changes(commit, before)} == {"nested/deep.py"}
    work.write("sub/mod.py", "a = 2\n")
    work.write("nested/deep.py", "b = 2\n")
    work.write("nested/more.py", "c = 1\n")
    assert work.since(before) == {
        "sub/mod.py": "M",
        "nested/deep.py": "M",
        "nested/more.py": "A",
    }


def test_an_empty_nested_repository_is_nothing(work: WorkTree) -> None:
    before = work.take()
    (work.root / "empty").mkdir()
    git(work.root / "empty", "init", "-q")
    assert work.take(before) == before
    assert work.take(before) == before


def test_a_symbolic_link_to_the_project_is_the_project(work: WorkTree) -> None:
    link = work.root.parent / "link"
    link.symlink_to(work.root)
    before = work.take()
    work.write("app.py", "x\n")
    after = trees.take(str(link), work.state, before)
    assert [each.path for each in work.changes(before, after)] == ["app.py"]


def test_last_is_what_the_last_take_returned(work: WorkTree) -> None:
    assert trees.last(str(work.root), work.state) is None
    (work.root / "data.bin").write_bytes(b"x" * 6_000_000)
    taken = work.take()
    assert trees.last(str(work.root), work.state) == taken
    work.write("app.py", "x\n")
    assert trees.last(str(work.root), work.state) == taken


@pytest.mark.slow
def test_many_new_files_are_soon_not_read_again(work: WorkTree) -> None:
    time.sleep(1 - time.time() % 1)  # all within one second
    for number in range(150):
        work.write(f"many/{number}.txt", f"{number}\n")
    before = work.take()
    index = next(Path(work.state).rglob("index"))
    written = index.stat().st_mtime_ns
    time.sleep(2.1)
    assert work.take() == before
    assert index.stat().st_mtime_ns > written
    again = index.stat().st_mtime_ns
    assert work.take() == before
    assert index.stat().st_mtime_ns == again


def test_files_that_a_checkout_touched_are_not_read_again_for_ever(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SECONDS_IN_DOUBT_NS", 0)  # no file gets a second look
    before = work.take()
    os.utime(work.root / "app.py", (10**9, 10**9))
    git(work.root, "update-index", "--refresh")
    assert work.take() == before
    shadow = Shadow(str(work.root), work.state)
    assert shadow.git("diff-files", "--name-only") == b""


def test_a_tree_is_equal_to_nothing_else() -> None:
    assert Tree("a") != "a"
    assert Tree("a", {"b": "1"}) != Tree("a")
