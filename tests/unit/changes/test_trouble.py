"""What happens when a tree can't be taken, or was interrupted."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from ambidex.changes import listing, shadow, trees
from ambidex.changes.diff import files_at
from ambidex.changes.trees import TreeError
from testing.projects import git
from testing.worktree import WorkTree

SOURCE = str(Path(trees.__file__).parents[2])
TAKE = (
    "import sys; sys.path.insert(0, sys.argv[1])\n"
    "from ambidex.changes import trees\n"
    "try: print(trees.take(*sys.argv[2:4]).sha)\n"
    "except trees.TreeError as error: print('TreeError:', error.reason)\n"
)


def take_in_a_process(work: WorkTree, **options: object) -> str:
    command = [sys.executable, "-c", TAKE, SOURCE, str(work.root), work.state]
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout  # type: ignore[call-overload, no-any-return]


def test_a_bare_repository_is_refused(home: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    with pytest.raises(TreeError, match="bare repository"):
        trees.take(str(tmp_path / "bare.git"), str(tmp_path / "state"))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="not a folder"):
        trees.take(str(tmp_path / "none"), str(tmp_path / "state"))


def test_git_that_is_not_installed_is_said_plainly(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(work.root))
    with pytest.raises(TreeError, match="git is not installed"):
        work.take()


def test_git_that_always_fails_is_a_tree_error_with_what_it_said(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "git"
    fake.write_text("#!/bin/sh\necho 'out of luck' >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(TreeError, match="exit code 3: out of luck"):
        work.take()


def test_git_that_hangs_is_ended_at_the_deadline(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work.take()
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "git"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(TreeError, match="deadline"):
        trees.take(str(work.root), work.state, deadline=time.monotonic() + 0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_deadline_that_has_passed_is_a_tree_error(work: WorkTree) -> None:
    with pytest.raises(TreeError, match="deadline"):
        trees.take(str(work.root), work.state, deadline=time.monotonic() - 1)


def test_state_that_cant_be_written_is_a_tree_error(work: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TreeError, match="state can't be written"):
        trees.take(str(work.root), str(tmp_path / "file" / "state"))


def test_a_full_disk_is_a_tree_error_and_the_next_take_recovers(work: WorkTree) -> None:
    import resource

    before = work.take()
    (work.root / "noise.bin").write_bytes(os.urandom(1_000_000))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    assert take_in_a_process(work, preexec_fn=limit).startswith("TreeError: git ")
    assert work.since(before) == {"noise.bin": "A"}


def test_an_index_lock_left_by_a_crash_is_no_obstacle(work: WorkTree) -> None:
    before = work.take()
    index = next(Path(work.state).rglob("index"))
    (index.parent / "index.lock").write_bytes(b"half")
    work.write("app.py", "x\n")
    assert work.since(before) == {"app.py": "M"}


@pytest.mark.parametrize("damage", ["index", "memory"])
@pytest.mark.parametrize("how", ["garbage", "truncated", "absent"])
def test_a_damaged_shadow_is_rebuilt(work: WorkTree, damage: str, how: str) -> None:
    before = work.take()
    path = next(Path(work.state).rglob(damage))
    data = path.read_bytes()
    if how == "absent":
        path.unlink()
    else:
        path.write_bytes(b"\0garbage\0" if how == "garbage" else data[: len(data) // 2])
    work.write("app.py", "x\n")
    assert work.since(before) == {"app.py": "M"}


def test_an_index_written_without_its_memory_is_not_believed(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SECONDS_IN_DOUBT_NS", 0)  # no file gets a second look
    before = work.take()
    memory = next(Path(work.state).rglob("memory"))
    old = memory.read_bytes()
    work.write("app.py", "x\n")
    after = work.take(before)
    memory.write_bytes(old)  # as if killed in between
    assert work.take(before) == after


def test_objects_that_are_gone_are_written_again(work: WorkTree) -> None:
    import shutil

    before = work.take()
    shutil.rmtree(Path(work.state) / "shadow" / "objects")
    assert work.take() == before
    work.write("app.py", "x\n")
    assert work.since(before) == {"app.py": "M"}


def test_an_index_that_names_lost_objects_is_made_anew(work: WorkTree) -> None:
    import shutil

    work.take()
    for folder in (Path(work.state) / "shadow" / "objects").iterdir():
        shutil.rmtree(folder)
    work.write("app.py", "x\n")
    after = work.take()
    for name in ("app.py", "lib/two.py"):
        assert name in files_at(work.state, str(work.root), after, [name])


def test_a_gc_that_removes_the_users_objects_leaves_the_trees_readable(work: WorkTree) -> None:
    work.write("app.py", "staged, then forgotten\n")
    git(work.root, "add", "app.py")
    before = work.take()
    git(work.root, "reset", "-q", "--hard")
    git(work.root, "reflog", "expire", "--expire=now", "--all")
    git(work.root, "gc", "-q", "--prune=now")
    change = work.changes(before, work.take(before))[0]
    assert work.content(change.before_sha) == b"staged, then forgotten\n"


def test_takes_at_the_same_time_wait_for_each_other(work: WorkTree) -> None:
    expected = work.take().sha
    work.write("app.py", "x\n")
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(take_in_a_process(work).strip()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0] != expected
    assert answers[0] == work.take().sha


def test_a_take_that_never_ends_is_waited_for_in_bounds(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "LOCK_WAIT_SECONDS", 0.2)
    with (
        shadow.Shadow(str(work.root), work.state),
        pytest.raises(TreeError, match="another process"),
    ):
        work.take()
    work.take()


def test_files_that_vanish_and_change_meanwhile_are_no_trouble(work: WorkTree) -> None:
    before = work.take()
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = work.root / f"churn{number % 7}"
            path.write_text(f"{number}\n" * 200)
            (work.root / f"churn{(number + 3) % 7}").unlink(missing_ok=True)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        taken = 0
        for _ in range(15):
            try:
                work.take(before)
                taken += 1
            except TreeError:
                continue  # allowed; any other error is not
        assert taken
    finally:
        stop.set()
        thread.join()
    (work.root / "churn0").write_text("end\n")
    assert work.since(before)["churn0"] == "A"


def test_a_file_that_cant_be_read_is_recorded_by_its_signature() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ambidex-"))
    (folder / "work" / "closed").mkdir(parents=True)
    for name in ("open.py", "secret.py", "closed/inner.py"):
        (folder / "work" / name).write_text("x = 1\n")
    (folder / "work" / "secret.py").chmod(0)
    (folder / "work" / "closed").chmod(0)
    for path in [folder, *folder.rglob("*")] if os.geteuid() == 0 else []:
        os.chown(path, 65534, 65534)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from ambidex.changes import trees, diff\n"
        "import hashlib, os\n"
        "if os.geteuid() == 0:  # who can read everything\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "root, state = sys.argv[2:4]\n"
        "first = trees.take(root, state)\n"
        "assert list(first.large) == ['secret.py'], first.large\n"
        "assert trees.take(root, state) == first\n"
        "os.chmod(root + '/secret.py', 0o600)\n"
        "os.chmod(root + '/open.py', 0)\n"
        "os.chmod(root + '/closed', 0o700)\n"
        "second = trees.take(root, state, first)\n"
        "print([(c.path, c.status) for c in diff.changed(state, root, first, second)])\n"
        "os.chmod(root + '/closed', 0)\n"
        "third = trees.take(root, state, first)\n"
        "print([(c.path, c.status) for c in diff.changed(state, root, second, third)])\n"
    )
    command = [sys.executable, "-c", script, SOURCE, str(folder / "work"), str(folder / "state")]
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environ, cwd=folder, check=False
    )
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first == "[('closed/inner.py', 'A'), ('open.py', 'M'), ('secret.py', 'M')]"
    assert second == "[('closed/inner.py', 'D')]"
    (folder / "work" / "closed").chmod(0o700)
    subprocess.run(["rm", "-r", str(folder)], check=True)


def test_a_first_take_cut_short_is_continued_by_the_next(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ambidex.changes import index

    monkeypatch.setattr(index, "_BATCH", 2)
    (tmp_path / "bin").mkdir()
    real = subprocess.check_output(["which", "git"], text=True).strip()
    fake = tmp_path / "bin" / "git"
    fake.write_text(
        f'#!/bin/sh\ncase "$*" in *--add*)\n  echo >> {tmp_path}/calls\n'
        f'  [ $(wc -l < {tmp_path}/calls) = 2 ] && exec sleep 60;; esac\nexec {real} "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(TreeError, match="deadline"):
        trees.take(str(work.root), work.state, deadline=time.monotonic() + 1)
    assert trees.last(str(work.root), work.state) is None
    assert work.take() == trees.tree_of(str(work.root), work.state, "HEAD")
    # Three files in batches of two: the second batch was tried twice, the first once.
    assert (tmp_path / "calls").read_text().count("\n") == 3


def test_a_folder_without_git_with_very_many_files_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "_MOST_FILES_WITHOUT_GIT", 10)
    work = WorkTree(tmp_path / "plain", tmp_path / "state")
    for number in range(11):
        work.write(f"{number}.txt", "x\n")
    with pytest.raises(TreeError, match="holds 11 files"):
        work.take()


@pytest.mark.parametrize("revision", ["none", "--help", "HEAD:app.py", "", "a\0b", "HEAD^{tree}x"])
def test_what_is_no_revision_is_refused(work: WorkTree, revision: str) -> None:
    with pytest.raises(TreeError):
        trees.tree_of(str(work.root), work.state, revision)
