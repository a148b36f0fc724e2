"""Which changed files are treated, and what is said of the others."""

import os

import pytest

from ambidex.edits.paths import select


def reasons(project, *files, exclude=(), limit=1000):
    treat, skips = select(str(project.root), files, exclude, limit)
    return treat, {skip.path: (skip.reason, skip.owed) for skip in skips}


def test_ordinary_files_are_treated_once(project):
    project.write("a.py", "")
    project.write("b/c.js", "x")
    assert reasons(project, "a.py", "./a.py", "b/c.js") == (["a.py", "b/c.js"], {})


@pytest.mark.parametrize(
    "path",
    [".venv/lib/a.py", "web/node_modules/x/a.js", "a/__pycache__/b.py", "lib/site-packages/a.py"],
)
def test_folders_that_tools_fill_are_skipped(project, path):
    project.write(path, "x")
    assert reasons(project, path) == ([], {path: ("in a folder that tools fill", False)})


def test_deleted_binary_and_excluded_files_are_recorded(project):
    project.write("binary.py", b"a\0b")
    project.write("gen/a.py", "x")
    (project.root / "folder.py").mkdir()
    assert reasons(
        project, "gone.py", "binary.py", "gen/a.py", "folder.py", exclude=["gen/**"]
    ) == (
        [],
        {
            "gone.py": ("deleted", False),
            "binary.py": ("binary", False),
            "gen/a.py": ("excluded by the configuration", False),
            "folder.py": ("not a regular file", False),
        },
    )


def test_links_and_paths_that_lead_out_are_not_followed(project, tmp_path):
    (tmp_path / "outside.py").write_text("x = [ 1 ]\n")
    (project.root / "link.py").symlink_to(tmp_path / "outside.py")
    _, skips = reasons(project, "link.py", "../outside.py", str(tmp_path / "outside.py"))
    assert [reason for reason, _ in skips.values()] == [
        "a link that leads out of the project",
        "outside of the project",
        "outside of the project",
    ]


def test_a_fifo_is_not_opened(project):
    os.mkfifo(project.root / "pipe.py")
    assert reasons(project, "pipe.py")[1] == {"pipe.py": ("not a regular file", False)}


def test_a_file_over_the_limit_is_owed(project):
    project.write("a.py", "x" * 1001)
    assert reasons(project, "a.py")[1] == {
        "a.py": ("1001 bytes, more than the limit of 1000", True)
    }


def test_skipped_files_do_not_hide_behind_inspected_ones(project):
    project.edits["max_file_bytes"] = 100
    project.write("a.py", "x = 1\n")
    project.write("large.py", "x = 1\n" * 100)
    verdict = project.verdict("lint", "a.py", "large.py")
    assert (verdict.status, verdict.details["inspected"]) == ("not_run", 1)


def test_an_excluded_file_beside_an_inspected_one_does_not_spoil_the_verdict(project):
    project.edits["exclude"] = ["gen/"]
    project.write("a.py", "x = 1\n")
    project.write("gen/b.py", "x=1\n")
    verdict = project.verdict("format", "a.py", "gen/b.py", "gone.py")
    assert verdict.status == "passed"
    assert [skip["path"] for skip in verdict.details["skipped"]] == ["gen/b.py", "gone.py"]


def test_a_baseline_that_cannot_be_read_is_broken(project):
    class Unreadable(dict):
        def get(self, path):
            raise OSError("the tree is gone")

    project.write("a.py", "x = 1\n")
    project.before = Unreadable()
    verdict = project.verdict("lint", "a.py")
    assert (verdict.status, verdict.reason) == ("broken", "a.py: cannot be read: the tree is gone")
