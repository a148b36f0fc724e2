"""Trees against a naive listing of folders, lines against their definition."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ambidex.changes.diff import changed_lines
from testing.projects import repository
from testing.worktree import WorkTree

NAMES = ["a", "b", "d/a", "d/b", "d/e/a", "a/x"]
TEXTS = ["one\n", "two\n", "a longer text\n" * 20, ""]
STEPS = st.tuples(
    st.sampled_from(["write", "disguise", "delete", "move", "chmod", "link", "take"]),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sampled_from(TEXTS),
)


@contextmanager
def project() -> Iterator[WorkTree]:
    folder = Path(tempfile.mkdtemp(prefix="ambidex-"))
    try:
        work = WorkTree(repository(folder / "project", {"a": "one\n", "d/a": "two\n"}), folder)
        yield work
    finally:
        shutil.rmtree(folder)


def naive(root: Path) -> dict[str, tuple[str, bytes]]:
    """Kind and content of every file, found by walking."""
    seen = {}
    for where, folders, files in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in [*files, *links]:
            path = Path(where) / name
            relative = str(path.relative_to(root))
            if path.is_symlink():
                seen[relative] = ("link", os.fsencode(path.readlink()))
            else:
                executable = bool(path.stat().st_mode & 0o100)
                seen[relative] = ("program" if executable else "file", path.read_bytes())
    return seen


def act(work: WorkTree, step: tuple[str, str, str, str]) -> None:
    what, name, other, text = step
    path, target = work.root / name, work.root / other
    try:
        if what == "write":
            work.write(name, text)
        elif what == "disguise" and path.is_file():
            status = path.stat()
            path.write_bytes(bytes(reversed(path.read_bytes())))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        elif what == "delete":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        elif what == "move":
            path.rename(target)
        elif what == "chmod" and path.is_file():
            path.chmod(path.stat().st_mode ^ 0o100)
        elif what == "link":
            path.symlink_to(other)
        elif what == "take":
            work.take()
    except OSError:
        return  # the step does not fit what is there


@given(st.lists(STEPS, max_size=8), st.lists(STEPS, min_size=1, max_size=10))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_difference_of_two_takes_is_that_of_two_listings(
    first: list[tuple[str, str, str, str]], second: list[tuple[str, str, str, str]]
) -> None:
    with project() as work:
        for step in first:
            act(work, step)
        listed_before, before = naive(work.root), work.take()
        for step in second:
            act(work, step)
        listed_after, after = naive(work.root), work.take(before)
        assert work.take(before) == after

        differing = {
            path
            for path in listed_before.keys() | listed_after.keys()
            if listed_before.get(path) != listed_after.get(path)
        }
        changes = work.changes(before, after)
        named = {each.path for each in changes} | {each.old_path for each in changes} - {""}
        assert named == differing
        for each in changes:
            if each.after_sha:
                assert work.content(each.after_sha) == listed_after[each.path][1]
            if each.before_sha:
                old = each.old_path or each.path
                assert work.content(each.before_sha) == listed_before[old][1]


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"d\r\n"]), max_size=30)


@given(LINES, LINES)
def test_lines_outside_the_ranges_are_in_the_old_file_in_the_same_order(
    old: list[bytes], new: list[bytes]
) -> None:
    ranges = changed_lines(b"".join(old), b"".join(new))
    changed = {line for first, last in ranges for line in range(first, last + 1)}
    assert all(1 <= line <= len(new) for line in changed)
    rest = iter(old)
    for at, line in enumerate(new, 1):
        assert at in changed or any(line == each for each in rest)
    assert all(second[0] > first[1] + 1 for first, second in zip(ranges, ranges[1:]))
    assert bool(ranges) == (old != new and bool(new))
