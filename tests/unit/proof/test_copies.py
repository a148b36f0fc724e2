"""The copy of the work tree: what is in it, what is not, and how it is brought up to date."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ambidex.proof import copies
from ambidex.proof.copies import CopyError, work_copy
from testing.python_project import Project
from testing.untouched import snapshot


def take(project: Project, seconds: float = 20) -> tuple[Path, int]:
    with work_copy(project.state, project.root, time.monotonic() + seconds) as copy:
        return Path(copy.path), copy.copied


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_everything_is_there_ignored_or_not_under_the_same_name(project: Project) -> None:
    project.write({"a.py": "1", "src/b.py": "2", ".hidden": "3", "build/data.bin": "4"})
    (project.path / "run.sh").write_text("#!/bin/sh\n")
    (project.path / "run.sh").chmod(0o755)
    before = snapshot(project.path)
    copy, copied = take(project)
    assert copied == 5
    assert copy.name == project.path.name
    assert names(copy) == names(project.path)
    assert os.access(copy / "run.sh", os.X_OK)
    assert (copy / "a.py").stat().st_mtime_ns == (project.path / "a.py").stat().st_mtime_ns
    assert snapshot(project.path) == before
    assert os.stat(copy).st_mode & 0o077 == 0


def test_environments_are_linked_and_caches_left_out(project: Project) -> None:
    project.write(
        {
            "env/pyvenv.cfg": "",
            "node_modules/x.js": "",
            ".git/HEAD": "",
            "pkg/__pycache__/a.pyc": "",
            ".pytest_cache/x": "",
        }
    )
    copy, copied = take(project)
    assert copied == 0
    for name in ("env", "node_modules", ".git"):
        assert (copy / name).readlink() == project.path / name
    assert {path.name for path in copy.iterdir()} == {"env", "node_modules", ".git", "pkg"}
    assert list((copy / "pkg").iterdir()) == []


def test_links_within_the_tree_stay_within_the_copy(project: Project) -> None:
    project.write({"real/a.txt": "a"})
    (project.path / "absolute").symlink_to(project.path / "real")
    (project.path / "relative").symlink_to("real")
    (project.path / "outside").symlink_to("/etc")
    (project.path / "dangling").symlink_to("nothing")
    copy, _ = take(project)
    assert (copy / "absolute").readlink() == copy / "real"
    assert (copy / "relative").resolve() == copy / "real"
    assert (copy / "outside").readlink() == Path("/etc")
    assert (copy / "dangling").is_symlink()


def test_only_what_differs_is_copied_again(project: Project) -> None:
    project.write({"a.py": "1", "b.py": "2", "c/d.py": "3"})
    take(project)
    assert take(project)[1] == 0
    project.write({"b.py": "22"})
    (project.path / "a.py").unlink()
    copy, copied = take(project)
    assert copied == 1
    assert (copy / "b.py").read_text() == "22"
    assert not (copy / "a.py").exists()


def test_a_change_is_seen_although_size_and_time_are_the_same(project: Project) -> None:
    project.write({"a.py": "x = 1"})
    times = (project.path / "a.py").stat()
    copy, _ = take(project)
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/a.cpython-311.pyc").write_text("of x = 1")
    (copy / "__pycache__/b.cpython-311.pyc").write_text("of another")
    project.write({"a.py": "x = 2"})
    os.utime(project.path / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    take(project)
    assert (copy / "a.py").read_text() == "x = 2"
    assert [each.name for each in (copy / "__pycache__").iterdir()] == ["b.cpython-311.pyc"]


def test_what_tests_did_to_the_copy_is_undone(project: Project) -> None:
    project.write({"a.py": "x = 1", "folder/b.py": "1", "c.py": "1"})
    copy, _ = take(project)
    times = (copy / "a.py").stat()
    (copy / "a.py").write_text("x = 3")
    os.utime(copy / "a.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    (copy / "junk").mkdir()
    (copy / "junk/file").write_text("")
    (copy / "folder/b.py").unlink()
    (copy / "folder").rmdir()
    (copy / "folder").write_text("a file now")
    (copy / "c.py").unlink()
    (copy / "c.py").mkdir()
    take(project)
    assert snapshot(copy).keys() == {
        os.fsencode(copy / name) for name in ("a.py", "folder", "folder/b.py", "c.py")
    }
    assert (copy / "a.py").read_text() == "x = 1"


@pytest.mark.parametrize("record", ["", "[]", "{", '{"a.py": 7}'])
def test_a_damaged_record_costs_time_only(project: Project, record: str) -> None:
    project.write({"a.py": "x = 1"})
    copy, _ = take(project)
    (copy.parent / "known.json").write_text(record)
    (copy / "a.py").write_text("x = 5")
    assert take(project)[1] == 1
    assert (copy / "a.py").read_text() == "x = 1"


def test_one_at_a_time(project: Project) -> None:
    with (
        work_copy(project.state, project.root, time.monotonic() + 5),
        pytest.raises(CopyError, match="another session"),
    ):
        take(project, seconds=0.1)
    take(project)


def test_what_is_large_is_linked_and_what_is_too_large_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({"data.bin": "x" * 2000, "a.py": "1", "b.py": "2"})
    monkeypatch.setattr(copies, "LARGE_FILE_BYTES", 1000)
    copy, copied = take(project)
    assert copied == 2
    assert (copy / "data.bin").readlink() == project.path / "data.bin"
    monkeypatch.setattr(copies, "MOST_FILES", 1)
    with pytest.raises(CopyError, match="too large"):
        take(project)


def test_the_deadline_and_a_state_that_cannot_be_written(project: Project) -> None:
    project.write({"a.py": "1"})
    with pytest.raises(CopyError, match="deadline"):
        take(project, seconds=0)
    Path(project.state, "copies").rename(f"{project.state}/elsewhere")
    Path(project.state, "copies").write_text("in the way")
    with pytest.raises(CopyError, match="can't be copied"):
        take(project)
