"""Committing what the agent changed, and nothing of the user's, in real repositories."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from ambidex.changes.commit import Commit, Request, commit
from ambidex.changes.trees import Tree
from testing.committing import Repository
from testing.projects import repository

FILES = {
    "app.py": "\n\n".join(
        f"def {name}():\n    return {number}\n"
        for name, number in (("one", 1), ("three", 3), ("five", 5))
    ),
    "lib/two.py": "def two():\n    return 2\n",
    "README.md": "# Project\n",
}
APP = FILES["app.py"]
CHANGED = APP.replace("return 1", "return 1 + 0")


@pytest.fixture
def user(home: Path, tmp_path: Path) -> Repository:
    return Repository(repository(tmp_path / "project", FILES), tmp_path / "state")


def test_what_the_agent_changed_is_committed_and_nothing_looks_changed_after(
    user: Repository,
) -> None:
    base = user.take()
    user.write("app.py", CHANGED)
    user.write("new.py", "NEW = 1\n").chmod(0o755)
    (user.root / "lib" / "two.py").rename(user.root / "lib" / "zwei.py")
    (user.root / "README.md").unlink()
    (user.root / "README.md").symlink_to("app.py")
    made = user.commit(base)
    assert (made.refused, made.branch) == ("", "main")
    assert made.sha == user.git("rev-parse", "main")
    assert user.files() == {
        "app.py": "M",
        "new.py": "A",
        "lib/two.py": "D",
        "lib/zwei.py": "A",
        "README.md": "T",
    }
    assert made.paths == sorted(user.files())
    assert user.status() == ""
    assert (
        user.git("log", "-1", "--format=%an %ae %s")
        == "Ada ada@example.invalid Make one return two"
    )
    assert user.git("log", "-g", "-1", "--format=%gs") == "commit: Make one return two"
    assert user.git("ls-files", "-s", "new.py").startswith("100755")


def test_staging_and_edits_of_the_user_survive_and_are_not_committed(user: Repository) -> None:
    user.write("staged.txt", "staged\n")
    user.git("add", "staged.txt")
    user.write("staged.txt", "and edited since\n")
    user.write("README.md", "# Mine\n")
    user.git("add", "README.md")
    user.write("untracked.txt", "mine\n")
    user.git("update-index", "--assume-unchanged", "lib/two.py")
    before = {line for line in user.staged().split(b"\0") if b"app.py" not in line}
    base = user.take()
    user.write("app.py", CHANGED)
    assert user.commit(base).refused == ""
    assert user.files() == {"app.py": "M"}
    assert {line for line in user.staged().split(b"\0") if b"app.py" not in line} == before
    assert user.status().splitlines() == ["M  README.md", "AM staged.txt", "?? untracked.txt"]


def test_of_a_file_that_the_user_was_editing_only_the_agents_part_is_committed(
    user: Repository,
) -> None:
    mine = APP.replace("return 5", "return 5  # mine")
    user.write("app.py", mine)
    base = user.take()
    user.write("app.py", mine.replace("return 1", "return 1 + 0"))
    assert user.commit(base).refused == ""
    assert user.git("show", "HEAD:app.py") + "\n" == CHANGED
    assert user.status() == " M app.py"
    assert "mine" in user.git("diff")
    assert user.git("diff", "--cached") == ""


def test_where_both_changed_the_same_lines_nothing_is_committed(user: Repository) -> None:
    user.write("app.py", APP.replace("return 1", "return 11"))
    base = user.take()
    user.write("app.py", APP.replace("return 1", "return 111"))
    head = user.git("rev-parse", "HEAD")
    assert "app.py held uncommitted work in the lines" in user.commit(base).refused
    assert user.git("rev-parse", "HEAD") == head


def test_a_file_that_the_user_has_not_committed_yet_is_not_committed_for_them(
    user: Repository,
) -> None:
    user.write("mine.py", "MINE = 1\n")
    base = user.take()
    user.write("mine.py", "MINE = 1\nYOURS = 2\n")
    assert "mine.py was there before this change and is not committed" in user.commit(base).refused


def test_a_path_that_is_staged_otherwise_stops_the_commit(user: Repository) -> None:
    user.write("app.py", APP + "# staged\n")
    user.git("add", "app.py")
    base = user.take()
    user.write("app.py", CHANGED + "# staged\n")
    index = (user.root / ".git" / "index").read_bytes()
    assert "you have staged app.py" in user.commit(base).refused
    assert (user.root / ".git" / "index").read_bytes() == index


def test_what_the_agent_staged_itself_is_committed(user: Repository) -> None:
    base = user.take()
    user.write("app.py", CHANGED)
    user.write("new.py", "NEW = 1\n")
    user.git("add", "-A")
    assert user.commit(base).refused == ""
    assert user.status() == ""


def test_what_the_agent_committed_itself_is_not_committed_again(user: Repository) -> None:
    base = user.take()
    user.write("app.py", CHANGED)
    user.git("commit", "-qam", "Mine")
    made = user.commit(base)
    assert (made.sha, made.refused) == ("", "")
    assert user.git("log", "-1", "--format=%s") == "Mine"


def test_several_passes_go_into_one_commit_without_what_the_user_did_in_between(
    user: Repository,
) -> None:
    first = user.take()
    user.write("app.py", CHANGED)
    user.write("made.py", "MADE = 1\n")
    end_of_first = user.take(first)
    user.write("README.md", "# Mine\n")
    second = user.take()
    user.write("app.py", CHANGED.replace("return 5", "return 5 + 0"))
    (user.root / "made.py").rename(user.root / "made_better.py")
    made = both(user, (first, end_of_first), (second, user.take(second)))
    assert made.refused == ""
    assert user.files() == {"app.py": "M", "made_better.py": "A"}
    assert user.git("show", "HEAD:app.py") + "\n" == CHANGED.replace("return 5", "return 5 + 0")
    assert user.status() == " M README.md"


def both(user: Repository, *passes: tuple[Tree, Tree]) -> Commit:
    return commit(
        Request(
            str(user.root),
            user.state,
            passes,
            environ=user.environ,
            branch="ambidex/work",
            is_protected=lambda name: False,
            message=lambda paths: "Both\n",
            deadline=time.monotonic() + 60,
        )
    )


def test_passes_that_a_person_has_committed_meanwhile_are_not_in_the_way(user: Repository) -> None:
    first = user.take()
    user.write("app.py", CHANGED)
    user.write("gone.py", "GONE = 1\n")
    second = user.take(first)
    user.write("app.py", CHANGED.replace("1 + 0", "0 + 1"))
    (user.root / "gone.py").unlink()
    third = user.take(second)
    user.git("commit", "-qam", "Mine")
    assert (both(user, (first, second), (second, third)).sha) == ""
    user.write("app.py", CHANGED)
    made = both(user, (first, second), (second, third), (third, user.take(third)))
    assert made.refused == ""
    assert user.git("show", "HEAD:app.py") + "\n" == CHANGED


def test_a_protected_branch_is_left_alone_and_a_branch_of_our_own_grows(user: Repository) -> None:
    user.protected = {"main"}
    main = user.git("rev-parse", "main")
    index = (user.root / ".git" / "index").read_bytes()
    base = user.take()
    user.write("app.py", CHANGED)
    made = user.commit(base)
    assert (made.branch, made.refused) == ("ambidex/work", "")
    assert user.git("rev-parse", "ambidex/work^") == main
    second = user.take(base)
    user.write("app.py", CHANGED.replace("return 5", "return 6"))
    assert user.commit(second).refused == ""
    assert user.git("rev-parse", "ambidex/work~2") == main == user.git("rev-parse", "HEAD")
    assert user.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert (user.root / ".git" / "index").read_bytes() == index
    assert user.status() == " M app.py"
    assert user.git("show", "ambidex/work:app.py") + "\n" == (user.root / "app.py").read_text()


def test_a_branch_of_our_own_that_was_merged_starts_again_from_the_users(user: Repository) -> None:
    user.protected = {"main"}
    base = user.take()
    user.write("app.py", CHANGED)
    user.commit(base)
    user.git("checkout", "-q", "--", ".")
    user.git("merge", "-q", "--ff-only", "ambidex/work")
    user.write("README.md", "# Mine\n")
    user.git("commit", "-qam", "Mine")
    base = user.take()
    user.write("lib/two.py", "def two():\n    return 1 + 1\n")
    assert user.commit(base).refused == ""
    assert user.git("rev-parse", "ambidex/work^") == user.git("rev-parse", "main")


def test_a_branch_of_our_own_that_is_checked_out_elsewhere_is_not_moved(
    user: Repository, tmp_path: Path
) -> None:
    user.protected = {"main"}
    user.git("worktree", "add", "-q", "-b", "ambidex/work", str(tmp_path / "elsewhere"))
    base = user.take()
    user.write("app.py", CHANGED)
    assert "checked out in another work tree" in user.commit(base).refused


def test_on_a_detached_head_the_commit_goes_to_a_branch_of_its_own(user: Repository) -> None:
    user.git("checkout", "-q", "--detach")
    head = user.git("rev-parse", "HEAD")
    base = user.take()
    user.write("app.py", CHANGED)
    made = user.commit(base)
    assert (made.branch, made.refused) == ("ambidex/work", "")
    assert user.git("rev-parse", "HEAD") == head == user.git("rev-parse", "ambidex/work^")


@pytest.mark.parametrize("protected", [False, True])
def test_the_first_commit_of_a_repository(home: Path, tmp_path: Path, protected: bool) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    user = Repository(root, tmp_path / "state")
    user.protected = {"main"} if protected else set()
    base = user.take()
    user.write("app.py", APP)
    made = user.commit(base)
    branch = "ambidex/work" if protected else "main"
    assert (made.branch, made.refused) == (branch, "")
    assert user.git("rev-list", "--count", branch) == "1"
    assert user.files(branch) == {"app.py": "A"}
    assert user.status() == ("?? app.py" if protected else "")


@pytest.mark.parametrize("what", ["merge", "cherry-pick", "rebase", "revert"])
def test_nothing_is_committed_in_the_middle_of_something(user: Repository, what: str) -> None:
    user.git("checkout", "-q", "-b", "side")
    user.write("lib/two.py", "def two():\n    return 22\n")
    user.git("commit", "-qam", "Side")
    user.git("checkout", "-q", "main")
    user.write("lib/two.py", "def two():\n    return 222\n")
    user.git("commit", "-qam", "Main")
    user.write("lib/two.py", "def two():\n    return 2222\n")
    user.git("commit", "-qam", "Main again")
    commands = {
        "merge": ("merge", "side"),
        "cherry-pick": ("cherry-pick", "side"),
        "rebase": ("rebase", "side"),
        "revert": ("revert", "--no-edit", "HEAD~1"),
    }
    user.git(*commands[what], ok=False)
    base = user.take()
    user.write("app.py", CHANGED)
    head = user.git("rev-parse", "HEAD")
    assert f"{what} is in progress" in user.commit(base).refused
    assert user.git("rev-parse", "HEAD") == head


def test_conflicts_of_a_stash_are_not_committed(user: Repository) -> None:
    user.write("lib/two.py", "def two():\n    return 22\n")
    user.git("stash", "-q")
    user.write("lib/two.py", "def two():\n    return 222\n")
    user.git("commit", "-qam", "Other")
    user.git("stash", "pop", ok=False)
    base = user.take()
    user.write("app.py", CHANGED)
    assert "lib/two.py has conflicts" in user.commit(base).refused


def test_a_pre_commit_hook_sees_what_is_committed_and_can_refuse(user: Repository) -> None:
    user.hook(
        "pre-commit", "git diff --cached --name-only > seen; echo not like this >&2; exit 1\n"
    )
    user.write("README.md", "# Mine\n")
    user.git("add", "README.md")
    base = user.take()
    user.write("app.py", CHANGED)
    head = user.git("rev-parse", "HEAD")
    assert user.commit(base).refused == "the pre-commit hook said no: not like this"
    assert (user.root / "seen").read_text() == "app.py\n"
    assert user.git("rev-parse", "HEAD") == head
    assert not (user.root / ".git" / "index.lock").exists()


def test_hooks_run_on_a_branch_of_our_own_too(user: Repository) -> None:
    user.protected = {"main"}
    user.hook("commit-msg", "grep -q two $1 && exit 3\n")
    base = user.take()
    user.write("app.py", CHANGED)
    assert "commit-msg hook said no" in user.commit(base).refused
    assert user.git("branch", "--list", "ambidex/*") == ""


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("echo '# formatted' >> app.py\n", "changed files that were proved: app.py"),
        ("echo '# formatted' >> app.py; git add app.py\n", "changed what was to be committed"),
        ("git rm -q --cached lib/two.py\n", "changed what was to be committed"),
    ],
)
def test_a_hook_that_changes_something_stops_the_commit(
    user: Repository, program: str, reason: str
) -> None:
    user.hook("pre-commit", program)
    base = user.take()
    user.write("app.py", CHANGED)
    head = user.git("rev-parse", "HEAD")
    assert reason in user.commit(base).refused
    assert user.git("rev-parse", "HEAD") == head


def test_a_commit_message_hook_may_complete_the_message(user: Repository) -> None:
    user.hook("commit-msg", 'printf "\\nChange-Id: I1234\\n" >> "$1"\n')
    user.hook("post-commit", "git rev-parse HEAD > .git/seen-after\n")
    base = user.take()
    user.write("app.py", CHANGED)
    made = user.commit(base)
    assert "Change-Id: I1234" in user.git("log", "-1", "--format=%B")
    assert (user.root / ".git" / "seen-after").read_text().strip() == made.sha


def test_a_hook_that_hangs_is_killed_and_nothing_is_left_behind(user: Repository) -> None:
    user.hook("pre-commit", "sleep 300\n")
    base = user.take()
    user.write("app.py", CHANGED)
    assert "did not end in time" in user.commit(base, seconds=2).refused
    assert not (user.root / ".git" / "index.lock").exists()
    assert not [name for name in os.listdir(user.state) if name.startswith("commit-")]


def test_hooks_of_a_configured_folder_are_the_projects_hooks(user: Repository) -> None:
    (user.root / ".husky").mkdir()
    hook = user.write(".husky/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    user.git("config", "core.hooksPath", ".husky")
    base = user.take()
    user.write("app.py", CHANGED)
    assert "pre-commit hook said no" in user.commit(base).refused


def test_without_a_name_nothing_is_committed(user: Repository) -> None:
    user.git("config", "--unset", "user.name")
    base = user.take()
    user.write("app.py", CHANGED)
    assert "user.name" in user.commit(base).refused


def test_what_has_to_be_signed_and_cannot_is_not_committed(user: Repository) -> None:
    user.git("config", "commit.gpgsign", "true")
    user.git("config", "gpg.program", "/bin/false")
    base = user.take()
    user.write("app.py", CHANGED)
    head = user.git("rev-parse", "HEAD")
    assert "it can't be signed here" in user.commit(base).refused
    assert user.git("rev-parse", "HEAD") == head


def test_what_has_to_be_signed_is_signed(user: Repository, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    user.git("config", "commit.gpgsign", "true")
    user.git("config", "gpg.format", "ssh")
    user.git("config", "user.signingkey", str(key))
    base = user.take()
    user.write("app.py", CHANGED)
    assert user.commit(base).refused == ""
    assert "BEGIN SSH SIGNATURE" in user.git("cat-file", "commit", "HEAD")


def test_another_git_at_work_stops_the_commit_and_keeps_its_lock(user: Repository) -> None:
    base = user.take()
    user.write("app.py", CHANGED)
    lock = user.root / ".git" / "index.lock"
    lock.write_text("theirs")
    head = user.git("rev-parse", "HEAD")
    assert "another git is at work" in user.commit(base).refused
    assert lock.read_text() == "theirs"
    assert user.git("rev-parse", "HEAD") == head


def test_filters_of_the_project_apply(user: Repository) -> None:
    user.write(".gitattributes", "*.txt text eol=crlf\n*.up filter=up\n")
    user.git("config", "filter.up.clean", "tr a-z A-Z")
    user.write("a.txt", "one\r\ntwo\r\n")
    user.git("add", "-A")
    user.git("commit", "-qm", "Attributes")
    base = user.take()
    (user.root / "a.txt").write_bytes(b"one\r\ntwo\r\nthree\r\n")
    user.write("b.up", "loud\n")
    assert user.commit(base).refused == ""
    assert user.git("show", "HEAD:a.txt") == "one\ntwo\nthree"
    assert user.git("show", "HEAD:b.up") == "LOUD"
    assert user.status() == ""


def test_what_is_ignored_now_stays_out_of_git(user: Repository) -> None:
    base = user.take()
    user.write(".gitignore", "dist/\n")
    user.write("dist/app.js", "built\n")
    user.write("app.py", CHANGED)
    assert user.commit(base).refused == ""
    assert user.files() == {".gitignore": "A", "app.py": "M"}


def test_a_change_inside_a_submodule_is_not_committed_here(
    user: Repository, tmp_path: Path
) -> None:
    other = repository(tmp_path / "other", {"part.py": "PART = 1\n"})
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "part")
    user.git(*add)
    user.git("commit", "-qm", "A part")
    base = user.take()
    user.write("part/part.py", "PART = 2\n")
    user.write("app.py", CHANGED)
    assert "part/part.py is in a repository of its own" in user.commit(base).refused
    base = user.take()
    user.write("app.py", CHANGED + "# more\n")
    (user.root / "app.py").write_text(CHANGED)
    user.write("lib/two.py", "def two():\n    return 1 + 1\n")
    assert user.commit(base).refused == ""
    assert user.files() == {"lib/two.py": "M"}


def test_large_and_odd_files_are_committed(user: Repository) -> None:
    base = user.take()
    user.write("large.bin", "x" * 6_000_000)
    user.write('sub dir/with "quotes" and\ttabs.py', "ODD = 1\n")
    user.write("-dash.py", "DASH = 1\n")
    assert user.commit(base).refused == ""
    assert user.git("cat-file", "-s", "HEAD:large.bin") == "6000000"
    assert user.status() == ""


def test_a_file_that_becomes_a_folder_and_a_mode_that_changes(user: Repository) -> None:
    base = user.take()
    (user.root / "app.py").unlink()
    user.write("app.py/inner.py", "INNER = 1\n")
    (user.root / "README.md").chmod(0o755)
    assert user.commit(base).refused == ""
    assert user.files() == {"app.py": "D", "app.py/inner.py": "A", "README.md": "M"}
    assert user.status() == ""


def test_a_linked_work_tree_commits_to_its_own_branch(user: Repository, tmp_path: Path) -> None:
    path = tmp_path / "linked"
    user.git("worktree", "add", "-q", "-b", "side", str(path))
    linked = Repository(path, tmp_path / "state")
    base = linked.take()
    linked.write("app.py", CHANGED)
    assert linked.commit(base).branch == "side"
    assert linked.status() == ""
    assert user.git("log", "-1", "--format=%s", "side") == "Make one return two"
    assert user.status() == ""


def test_a_repository_of_the_other_object_format(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "sha256"
    root.mkdir()
    subprocess.run(
        ["git", "init", "-q", "-b", "main", "--object-format=sha256", str(root)], check=True
    )
    user = Repository(root, tmp_path / "state")
    user.write("app.py", APP)
    user.write("gone.py", APP)
    user.git("add", "-A")
    user.git("commit", "-qm", "Begin")
    base = user.take()
    user.write("app.py", CHANGED)
    (user.root / "gone.py").unlink()
    assert user.commit(base).refused == ""
    assert user.status() == ""


def test_a_folder_without_git_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    request = Request(
        str(tmp_path),
        str(tmp_path),
        [],
        environ={},
        branch="b",
        is_protected=lambda name: False,
        message=lambda paths: "",
        deadline=time.monotonic() + 5,
    )
    assert commit(request).refused == "this is no git repository"


def test_a_branch_that_moves_meanwhile_is_not_overwritten(user: Repository) -> None:
    user.hook(
        "pre-commit",
        "env -u GIT_INDEX_FILE git commit --no-verify --allow-empty -qm meanwhile\n",
    )
    base = user.take()
    user.write("app.py", CHANGED)
    assert "main has moved meanwhile" in user.commit(base).refused
    assert user.git("log", "-1", "--format=%s") == "meanwhile"
    assert user.status() == " M app.py"
    assert not (user.root / ".git" / "index.lock").exists()
