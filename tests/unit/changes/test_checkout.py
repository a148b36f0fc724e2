"""The files of an earlier tree in a folder of our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex.changes import checkout as module
from ambidex.changes.checkout import KEPT, checkout
from ambidex.changes.trees import Tree, TreeError, tree_of
from testing.projects import git
from testing.worktree import WorkTree


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test of this process holds is not held here."""
    monkeypatch.setattr(module, "_held", {})


def _checkout(work: WorkTree, tree: Tree) -> Path:
    return Path(checkout(work.state, str(work.root), tree))


def test_files_are_those_of_the_tree_with_modes_and_links(work: WorkTree) -> None:
    work.write("bin/run", "#!/bin/sh\r\n")
    (work.root / "bin/run").chmod(0o755)
    (work.root / "link").symlink_to("bin/run")
    work.write(".gitattributes", "* text eol=crlf\n*.py filter=none\n")
    before = work.take()
    work.write("app.py", "changed\n")
    (work.root / "lib/two.py").unlink()
    place = _checkout(work, before)
    assert (place / "app.py").read_bytes() == b"def one():\n    return 1\n"
    assert (place / "lib/two.py").exists()
    assert (place / "bin/run").read_bytes() == b"#!/bin/sh\r\n"
    assert os.access(place / "bin/run", os.X_OK)
    assert not os.access(place / "app.py", os.X_OK)
    assert os.readlink(place / "link") == "bin/run"
    assert place.stat().st_mode & 0o077 == 0
    assert not (place / ".git").exists()


def test_the_users_files_and_index_stay_as_they_are(work: WorkTree) -> None:
    before = work.take()
    work.write("app.py", "changed\n")
    git(work.root, "add", "app.py")
    index = (work.root / ".git/index").read_bytes()
    _checkout(work, before)
    assert (work.root / "app.py").read_text() == "changed\n"
    assert (work.root / ".git/index").read_bytes() == index


def test_a_commit_can_be_checked_out_too(work: WorkTree) -> None:
    place = _checkout(work, tree_of(str(work.root), work.state, "HEAD"))
    assert (place / "lib/two.py").exists()


def test_the_same_tree_is_written_once(work: WorkTree) -> None:
    before = work.take()
    place = _checkout(work, before)
    (place / "left behind").touch()
    assert (_checkout(work, before) / "left behind").exists()


def test_what_a_killed_process_left_is_replaced(work: WorkTree) -> None:
    before = work.take()
    folder = Path(work.state) / "checkouts"
    (folder / f"{before.sha}.new" / "lib").mkdir(parents=True)
    (folder / f"{before.sha}.index.lock").touch()
    folder.chmod(0o700)
    place = _checkout(work, before)
    assert (place / "lib/two.py").exists()
    assert sorted(entry.name for entry in folder.iterdir()) == [before.sha, f"{before.sha}.lock"]


def _one_more(work: WorkTree, number: int) -> Path:
    work.write("app.py", f"{number}\n")
    place = _checkout(work, work.take())
    os.utime(f"{place}.lock", (number, number))
    return place


def test_the_oldest_go_unless_somebody_uses_them(work: WorkTree) -> None:
    used = _one_more(work, 1)
    # Another process uses it.
    hold = (
        "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_SH)\n"
        "print(flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, f"{used}.lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout and holder.stdout.readline()
    old = _one_more(work, 2)
    _release()
    for number in range(3, 3 + KEPT):
        new = _one_more(work, number)
        _release()
    assert used.exists()
    assert new.exists()
    assert not old.exists()
    assert not Path(f"{old}.lock").exists()
    holder.communicate(b"\n")
    newest = _one_more(work, 3 + KEPT)
    assert not used.exists()
    assert newest.exists()


def _release() -> None:
    """What the end of the process does."""
    for descriptor in module._held.values():
        os.close(descriptor)
    module._held.clear()


def test_a_tree_that_is_not_there_is_a_tree_error(work: WorkTree) -> None:
    work.take()
    with pytest.raises(TreeError, match="not there any more"):
        _checkout(work, Tree("1" * 40))
    with pytest.raises(TreeError, match="is not a tree"):
        _checkout(work, Tree("../.."))
    assert not (Path(work.state) / "checkouts" / ("1" * 40)).exists()


def test_state_that_cant_be_written_is_a_tree_error(work: WorkTree) -> None:
    before = work.take()
    with pytest.raises(TreeError):
        checkout(str(work.root / "app.py"), str(work.root), before)
