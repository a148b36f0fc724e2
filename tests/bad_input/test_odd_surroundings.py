"""Odd environments, folders and limits around a hook."""

import os
import shutil
from pathlib import Path

import pytest

from ambidex.ledger import chain
from testing.hooks import Hooks
from testing.projects import git
from testing.trusted_project import SHELL, trusted_project
from testing.untouched import snapshot

WRONG = "VALUE = 'wrong'\n"


def judges(hooks: Hooks) -> None:
    """Assert that the guard decides as always."""
    assert hooks.before("Bash", command="ls").reply is None
    denied = hooks.before("Bash", command="rm -rf /")
    assert denied.permission == "deny"
    assert "ambidex.filesystem.recursive-delete" in denied.reason


def test_without_home_everything_works(hooks: Hooks) -> None:
    hooks.environ["XDG_STATE_HOME"] = str(hooks.home / "state")
    del hooks.environ["HOME"]
    trusted_project(hooks, {**SHELL, "suite.sh": "! grep -rn wrong src\n"})
    judges(hooks)
    hooks.write("src/value.py", WRONG)
    assert hooks.stop().blocks


def test_with_nothing_in_the_environment_the_guard_decides(hooks: Hooks) -> None:
    hooks.environ = {"HOME": str(hooks.home)}
    judges(hooks)
    assert (hooks.home / ".local" / "share" / "ambidex" / "python").exists()


def test_in_a_deleted_directory_the_guard_decides(trusted: Hooks, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    trusted.wrapper = ["/bin/sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone)]
    for cwd in (str(gone), ""):
        gone.mkdir(exist_ok=True)
        trusted.common = {"cwd": cwd}
        assert trusted.before("Bash", command="rm -rf /").permission == "deny"
        gone.mkdir(exist_ok=True)
        assert trusted.before("Bash", command="ls").reply is None
    gone.mkdir(exist_ok=True)
    assert not trusted.stop().note


def test_in_a_deleted_directory_without_a_project_the_guard_decides(
    hooks: Hooks, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    hooks.wrapper = ["/bin/sh", "-c", 'mkdir "$0"; cd "$0" && rmdir "$0" && exec "$@"', str(gone)]
    del hooks.environ["CLAUDE_PROJECT_DIR"]
    hooks.common = {"cwd": ""}
    judges(hooks)


def test_without_a_project_folder_the_sessions_directory_counts(trusted: Hooks) -> None:
    del trusted.environ["CLAUDE_PROJECT_DIR"]
    trusted.directory = trusted.project / "src"
    judges(trusted)
    trusted.write("value.py", WRONG)
    assert trusted.stop().blocks


def test_a_project_folder_that_does_not_exist_is_not_believed(trusted: Hooks) -> None:
    trusted.environ["CLAUDE_PROJECT_DIR"] = "/nonexistent/project"
    judges(trusted)
    golden = str(trusted.project / "tests" / "golden" / "test_x.py")
    assert "ambidex.golden.write" in trusted.before("Write", file_path=golden, content="").reason
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks


def test_a_project_reached_through_a_symbolic_link_is_the_same(
    trusted: Hooks, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(trusted.project)
    trusted.environ["CLAUDE_PROJECT_DIR"] = str(link)
    trusted.directory = link
    judges(trusted)
    golden = str(link / "tests" / "golden" / "test_x.py")
    assert "ambidex.golden.write" in trusted.before("Write", file_path=golden, content="").reason
    trusted.write("src/new.py", "def f( a ):\n    return a\n")
    assert (trusted.project / "src" / "new.py").read_text().startswith("def f(a):")
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks


ODD_PATHS = {
    "shell characters": b"with space and 'quotes\" $(true) `true`",
    "newline": b"new\nline",
    "not UTF-8": b"not-utf-8-\xff\xfe",
    "UTF-8": b"caf\xc3\xa9",
    "an option": b"-rf",
    "a pattern": b"glob*?[a]",
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=what, marks=[] if number < 3 else [pytest.mark.slow])
        for number, (what, name) in enumerate(ODD_PATHS.items())
    ],
)
def test_a_project_with_an_odd_path_is_guarded_and_proved(
    hooks: Hooks, tmp_path: Path, name: bytes
) -> None:
    project = tmp_path / os.fsdecode(name)
    hooks.project.rename(project)
    hooks.project = hooks.directory = project
    hooks.environ["CLAUDE_PROJECT_DIR"] = str(project)
    trusted_project(hooks, SHELL)
    judges(hooks)
    before = snapshot(project / ".git")
    hooks.write("src/new.py", "def f( a ):\n    return a\n")
    assert (project / "src" / "new.py").read_text().startswith("def f(a):")
    hooks.write("src/value.py", WRONG)
    assert hooks.stop().blocks
    assert snapshot(project / ".git") == before
    assert chain.verify(hooks.state).status == chain.INTACT


@pytest.mark.parametrize(
    "name", [b"a b.py", b"new\nline.py", b"caf\xe9.py", b"-x.py", b"\x1b[31m.py"]
)
def test_a_file_with_an_odd_name_written_by_a_command_is_treated(
    trusted: Hooks, name: bytes
) -> None:
    path = trusted.project / "src" / os.fsdecode(name)
    trusted.before("Bash", command="python make.py")
    path.write_text("def f( a ):\n    return undefined\n")
    answer = trusted.after("Bash", {"stdout": ""}, command="python make.py")
    assert answer.blocks
    assert "F821" in answer.reason
    assert answer.reason.isprintable()
    assert path.read_text().startswith("def f(a):")
    assert trusted.stop().blocks


def test_where_no_file_may_grow_the_decision_still_comes(trusted: Hooks) -> None:
    before = snapshot(trusted.project)
    log = trusted.records()
    trusted.wrapper = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "limited"]
    judges(trusted)
    for answer in (
        trusted.fire("SessionStart", source="resume"),
        trusted.ask(),
        trusted.after("Bash", {"stdout": ""}, command="ls"),
        trusted.stop(),
        trusted.fire("SessionEnd", reason="other"),
    ):
        assert not answer.blocks
    assert snapshot(trusted.project) == before
    trusted.wrapper = []
    judges(trusted)
    assert trusted.records()[: len(log)] == log
    assert chain.verify(trusted.state).status == chain.INTACT
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks


def test_a_file_too_large_for_the_limit_is_left_whole_by_the_formatter(trusted: Hooks) -> None:
    text = "x = {'a':1}\n" * 200
    trusted.before("Bash", command="python make.py")
    (trusted.project / "src" / "long.py").write_text(text)
    trusted.wrapper = ["/bin/sh", "-c", 'ulimit -f 1; exec "$@"', "limited"]
    assert not trusted.after("Bash", {"stdout": ""}, command="python make.py").blocks
    assert (trusted.project / "src" / "long.py").read_text() == text


def test_few_file_descriptors_and_little_memory_refuse_rather_than_let_through(
    trusted: Hooks,
) -> None:
    for limit in ("ulimit -n 11", "ulimit -v 20000"):
        trusted.wrapper = ["/bin/sh", "-c", f'{limit}; exec "$@"', "limited"]
        answer = trusted.before("Bash", command="rm -rf /")
        assert answer.permission in ("deny", "ask"), limit


def test_standard_error_that_is_closed_is_no_trouble(trusted: Hooks) -> None:
    shutil.rmtree(os.path.join(trusted.state, "audit"))
    Path(trusted.state, "audit").write_text("")
    trusted.wrapper = ["/bin/sh", "-c", 'exec 2>&-; exec "$@"', "closed"]
    judges(trusted)


def test_variables_that_steer_git_and_python_are_not_obeyed(trusted: Hooks, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "elsewhere")
    trusted.environ.update(
        GIT_DIR=str(tmp_path / "elsewhere" / ".git"),
        GIT_WORK_TREE=str(tmp_path),
        GIT_INDEX_FILE=str(tmp_path / "index"),
        PYTHONPATH=str(tmp_path),
        PYTHONHOME=str(tmp_path),
        PYTHONSTARTUP="/nonexistent",
    )
    (tmp_path / "ambidex").mkdir()
    (tmp_path / "ambidex" / "__init__.py").write_text("raise SystemExit(0)\n")
    judges(trusted)
    trusted.ask()
    assert trusted.records("UserPromptSubmit")[-1]["tree"]
    assert not (tmp_path / "index").exists()
