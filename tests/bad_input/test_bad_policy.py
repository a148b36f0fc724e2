"""A policy that cannot be used: strict defaults, a loud note, and no tool call let through."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.hooks import Hooks


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def a_dead_end(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.toml")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    path.write_text("version = 1\n" + "# padding\n" * 300_000)


UNUSABLE: dict[str, Callable[[Path], object]] = {
    "a folder": a_folder,
    "a loop of symbolic links": a_loop,
    "a dead end": a_dead_end,
    "a named pipe": a_pipe,
    "a device without end": a_device,
    "huge": huge,
    "not TOML": lambda path: path.write_text("version = = 1\n"),
    "not UTF-8": lambda path: path.write_bytes(b"version = 1\n# \xff\xfe\n"),
    "empty of meaning": lambda path: path.write_text('version = "one"\n'),
    "NUL bytes": lambda path: path.write_bytes(b"\x00" * 1000),
    "deeply nested": lambda path: path.write_text("version = 1\nx = " + "[" * 5000 + "]" * 5000),
    "an unknown key": lambda path: path.write_text("version = 1\n[gaurd]\n"),
}


# The compiler is not even started for these.
QUICK = ("a folder", "a loop of symbolic links", "a named pipe", "a device without end", "huge")


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(how, marks=[] if how in QUICK else [pytest.mark.slow], id=how)
        for how in UNUSABLE
    ],
)
def test_an_unusable_policy_opens_nothing_and_is_said_loudly(trusted: Hooks, how: str) -> None:
    UNUSABLE[how](trusted.project / "ambidex.toml")
    golden = str(trusted.project / "tests" / "golden" / "test_x.py")
    denied = trusted.before("Write", file_path=golden, content="")
    assert denied.permission == "deny"
    assert "ambidex.golden.write" in denied.reason
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert trusted.before("Bash", command="ls").reply is None
    start = trusted.fire("SessionStart", source="resume")
    assert "cannot use ambidex.toml" in start.note
    assert not trusted.ask().blocks
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    stop = trusted.stop()
    assert not stop.blocks
    assert "untrusted" in stop.note


def test_what_the_last_usable_policy_protected_stays_protected(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    path.write_text(path.read_text() + '\n[paths]\nread_only = ["src/**"]\n')
    target = str(trusted.project / "src" / "value.py")
    assert "read-only" in trusted.before("Write", file_path=target, content="").reason
    path.write_text("version = = 1\n")
    assert "read-only" in trusted.before("Write", file_path=target, content="").reason


def test_a_policy_replaced_meanwhile_is_read_anew(trusted: Hooks) -> None:
    path = trusted.project / "ambidex.toml"
    target = str(trusted.project / "src" / "value.py")
    assert trusted.before("Write", file_path=target, content="").reply is None
    times = path.stat()
    # Same size and times: only the change time and the bytes tell.
    other = path.read_text().replace('source = ["src"]', 'source = ["lib"]')
    path.write_text(other)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    trusted.write("src/value.py", "VALUE = 'wrong'\n")
    assert "untrusted" in trusted.stop().note


def test_a_policy_that_is_removed_leaves_the_core_of_the_guard(trusted: Hooks) -> None:
    (trusted.project / "ambidex.toml").unlink()
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    trusted.write("src/new.py", "x  =  1\n")
    assert (trusted.project / "src" / "new.py").read_text() == "x  =  1\n"


def test_a_project_file_that_is_a_pipe_is_no_policy(hooks: Hooks) -> None:
    os.mkfifo(hooks.project / "pyproject.toml")
    assert hooks.before("Bash", command="ls").reply is None
    assert hooks.before("Bash", command="rm -rf /").permission == "deny"


def test_a_damaged_snapshot_is_made_anew(trusted: Hooks) -> None:
    (stored,) = Path(trusted.state, "policy").glob("*.json")
    for content in (b"", b"{not json", b'{"version": 1}'):
        stored.write_bytes(content)
        assert trusted.before("Bash", command="ls").reply is None
        assert stored.read_bytes() != content
