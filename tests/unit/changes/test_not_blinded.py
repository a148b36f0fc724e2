"""Ways to hide an edit from git, each of which must fail."""

import os
import time
from pathlib import Path

import pytest

from ambidex.changes import listing, trees
from testing.projects import git
from testing.worktree import WorkTree, rewrite_in_disguise

EDIT = "def one():\n    return 7\n"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("when", ["before the first take", "after it"])
def test_flags_in_the_users_index_hide_no_edit(work: WorkTree, flag: str, when: str) -> None:
    if when == "before the first take":
        git(work.root, "update-index", flag, "app.py")
    before = work.take()
    git(work.root, "update-index", flag, "app.py")
    work.write("app.py", EDIT)
    assert work.since(before) == {"app.py": "M"}


@pytest.mark.parametrize("name", [".gitignore", ".git/info/exclude", "src/.gitignore"])
def test_an_ignore_line_added_after_the_baseline_hides_no_new_file(
    work: WorkTree, name: str
) -> None:
    before = work.take()
    work.write(name, "*\n")
    work.write("src/hidden.py", "import os\n")
    assert work.since(before)["src/hidden.py"] == "A"


def test_rules_outside_the_repository_hide_no_new_file_later(work: WorkTree, home: Path) -> None:
    before = work.take()
    (home / "mine").write_text("hidden.py\n")
    git(work.root, "config", "core.excludesFile", str(home / "mine"))
    work.write("hidden.py", "import os\n")
    assert work.since(before) == {"hidden.py": "A"}


def test_a_new_baseline_with_the_same_tree_does_not_change_what_the_old_one_hides(
    work: WorkTree,
) -> None:
    before = work.take()
    work.write(".git/info/exclude", "hidden.py\n")
    work.write("hidden.py", "import os\n")
    assert work.take() == before
    assert work.since(before) == {"hidden.py": "A"}


def test_accepted_ignore_rules_count_from_the_next_baseline_on(work: WorkTree) -> None:
    before = work.take()
    work.write(".gitignore", "out/\n")
    assert work.since(before) == {".gitignore": "A"}
    accepted = work.take()
    work.write("out/made.py", "x = 1\n")
    assert work.since(accepted) == {}
    assert work.since(before) == {".gitignore": "A", "out/made.py": "A"}
    assert work.since(accepted) == {}


def test_what_the_baseline_contains_stays_visible_when_ignored_and_forgotten(
    work: WorkTree,
) -> None:
    work.write(".gitignore", "*.cfg\n")
    work.write("app.cfg", "1\n")
    git(work.root, "add", "-f", "app.cfg", ".gitignore")
    before = work.take()
    git(work.root, "rm", "-q", "--cached", "app.cfg")
    work.write("app.cfg", "2\n")
    assert work.since(before) == {"app.cfg": "M"}
    (work.root / "app.cfg").unlink()
    assert work.since(before) == {"app.cfg": "D"}


def test_a_file_added_by_force_after_the_baseline_is_seen(work: WorkTree) -> None:
    work.write(".gitignore", "*.cfg\n")
    before = work.take()
    work.write("app.cfg", "1\n")
    assert work.since(before) == {}
    git(work.root, "add", "-f", "app.cfg")
    assert work.since(before) == {"app.cfg": "A"}
    work.write("app.cfg", "2\n")
    after = work.take(before)
    assert work.content(work.changes(before, after)[0].after_sha) == b"2\n"


def test_a_file_that_neither_baseline_nor_user_tracks_any_more_leaves_the_tree(
    work: WorkTree,
) -> None:
    work.write(".gitignore", "*.cfg\n")
    before = work.take()
    work.write("app.cfg", "1\n")
    git(work.root, "add", "-f", "app.cfg")
    assert work.since(before) == {"app.cfg": "A"}
    git(work.root, "rm", "-q", "--cached", "app.cfg")
    work.write("app.cfg", "2\n")
    assert work.since(before) == {}


def test_a_folder_of_a_tool_is_ignored_but_not_when_it_is_tracked(work: WorkTree) -> None:
    before = work.take()
    work.write("__pycache__/x.pyc", "1\n")
    assert work.since(before) == {}
    git(work.root, "add", "-f", "__pycache__/x.pyc")
    assert work.since(before) == {"__pycache__/x.pyc": "A"}


@pytest.mark.parametrize(
    "attributes",
    ["*.py filter=hide\n", "*.py text eol=crlf\n", "*.py ident\n", "*.py text=auto\n"],
)
@pytest.mark.parametrize("place", [".gitattributes", ".git/info/attributes"])
def test_no_filter_or_conversion_maps_an_edit_away(
    work: WorkTree, attributes: str, place: str
) -> None:
    work.write("app.py", "# $Id$\n")
    git(work.root, "config", "filter.hide.clean", "printf '# $Id$\\n'; : ")
    git(work.root, "config", "core.autocrlf", "true")
    work.write(place, attributes)
    before = work.take()
    for edit in (b"# $Id: 1234 $\n", b"# $Id$\r\n"):
        (work.root / "app.py").write_bytes(edit)
        after = work.take(before)
        changes = work.changes(before, after)
        assert [each.path for each in changes] == ["app.py"]
        assert work.content(changes[0].after_sha) == edit


def test_no_program_of_the_repository_is_started(work: WorkTree) -> None:
    proof = work.root.parent / "started"
    for name in ("core.fsmonitor", "filter.run.clean", "filter.run.process", "core.sshCommand"):
        git(work.root, "config", name, f"touch {proof}; cat")
    work.write(".gitattributes", "* filter=run\n")
    hook = work.write(".git/hooks/post-index-change", f"#!/bin/sh\ntouch {proof}\n")
    hook.chmod(0o755)
    before = work.take()
    work.write("app.py", EDIT)
    assert work.since(before) == {"app.py": "M"}
    trees.tree_of(str(work.root), work.state, "HEAD")
    assert not proof.exists()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"core.checkStat": "minimal", "core.trustctime": "false"},
        {"core.fsmonitor": "true", "core.untrackedCache": "true"},
        {"core.fileMode": "false", "core.symlinks": "false", "core.ignoreStat": "true"},
    ],
)
def test_same_size_and_a_restored_time_hide_nothing(
    work: WorkTree, home: Path, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        git(work.root, "config", name, value)
    before = work.take()
    rewrite_in_disguise(work.root / "app.py", EDIT)
    assert work.since(before) == {"app.py": "M"}


def test_same_size_and_a_restored_time_hide_nothing_in_a_file_long_known(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SECONDS_IN_DOUBT_NS", 0)  # as if it were
    os.utime(work.root / "app.py", (10**9, 10**9))
    before = work.take()
    time.sleep(1.1)
    rewrite_in_disguise(work.root / "app.py", EDIT)
    assert work.since(before) == {"app.py": "M"}


@pytest.mark.slow
def test_an_edit_within_the_second_of_the_take_is_seen(work: WorkTree) -> None:
    path = work.root / "app.py"
    for age in (0.0, 0.05):  # seconds; around a tick of the clock that stamps files
        time.sleep(1 - time.time() % 1)
        # An old modification time, and a change time in this very second.
        path.write_text("value = 1\n")
        os.utime(path, (10**9, 10**9))
        time.sleep(age)
        before = work.take()
        rewrite_in_disguise(path, "value = 2\n")
        assert work.since(before) == {"app.py": "M"}


def test_the_executable_bit_is_seen_whatever_the_users_setting(work: WorkTree) -> None:
    git(work.root, "config", "core.fileMode", "false")
    before = work.take()
    (work.root / "app.py").chmod(0o755)
    assert work.since(before) == {"app.py": "M"}


def test_making_a_folder_a_repository_hides_nothing_in_it(work: WorkTree) -> None:
    before = work.take()
    for folder in ("lib", "fresh"):
        (work.root / folder).mkdir(exist_ok=True)
        git(work.root / folder, "init", "-q")
    work.write("lib/two.py", "changed\n")
    work.write("lib/new.py", "x = 1\n")
    work.write("fresh/new.py", "x = 1\n")
    work.write("fresh/.gitignore", "*\n")
    seen = work.since(before)
    assert seen["lib/two.py"] == "M"
    assert seen["lib/new.py"] == seen["fresh/new.py"] == "A"


def test_git_variables_of_the_caller_redirect_nothing(
    work: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = work.take()
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_WORK_TREE", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", str(work.root.parent / "elsewhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nonexistent")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("GIT_TRACE", str(work.root / "trace"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.ignoreStat")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    work.write("app.py", EDIT)
    assert work.since(before) == {"app.py": "M"}
    assert not (work.root.parent / "elsewhere").exists()


def test_settings_of_the_users_home_change_nothing(work: WorkTree, home: Path) -> None:
    (home / ".gitconfig").write_text("[core]\n\tautocrlf = true\n\tfsmonitor = true\n")
    before = work.take()
    (work.root / "app.py").write_bytes(b"def one():\r\n    return 1\r\n")
    assert work.since(before) == {"app.py": "M"}


def test_names_that_windows_would_not_like_are_seen(work: WorkTree) -> None:
    before = work.take()
    work.write("git~1/x.py", "x = 1\n")
    work.write("a\\..\\b.py", "x = 1\n")
    assert work.since(before) == {"git~1/x.py": "A", "a\\..\\b.py": "A"}
