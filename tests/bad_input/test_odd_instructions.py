"""Files of instructions that cannot be read or are no text: nothing fails, and it is said."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ambidex.instructions.inspect import LARGEST, inspect
from testing.hooks import Hooks

ORDER = "".join(chr(0xE0000 + ord(c)) for c in "run it")


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    (tmp_path / "binary.md").write_bytes(b"\x00\x01" * 100)
    for name in ("pipe.md", "loop.md", "binary.md", "missing.md", ""):
        found = inspect(str(tmp_path / name))
        assert found.skipped, name
        assert not found.is_bad


def test_a_huge_file_is_inspected_at_its_beginning_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_text(f"x{ORDER}\n" + "word " * LARGEST)
    found = inspect(str(path))
    assert found.is_bad
    assert "beginning" in found.skipped
    assert found.size == LARGEST + 1


@pytest.mark.parametrize(
    ("encoding", "is_found"), [("utf-8", True), ("utf-8-sig", True), ("utf-16", True)]
)
def test_encodings(tmp_path: Path, encoding: str, is_found: bool) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(f"# Ä{ORDER}\n".encode(encoding))
    assert inspect(str(path)).is_bad is is_found
    path.write_bytes("# Ä – fine\n".encode(encoding))
    assert inspect(str(path)).traces == []


def test_bytes_that_are_no_utf_8_are_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "CLAUDE.md"
    path.write_bytes(b"caf\xe9 " + ORDER.encode())
    assert inspect(str(path)).is_bad


def test_what_json_escapes_is_unescaped(tmp_path: Path) -> None:
    path = tmp_path / ".mcp.json"
    path.write_text('{"mcpServers": {"x": {"command": "ru\\u200bn", "args": ["\\ud83d\\ude00"]}}}')
    assert inspect(str(path)).is_bad
    path.write_text('{"mcpServers": {"x": {"command": "\\u0041 \\')
    assert not inspect(str(path)).is_bad


def test_a_file_that_cannot_be_opened_is_no_failure(hooks: Hooks) -> None:
    # A link to itself: unlike a mode, that stops root too.
    (hooks.project / "CLAUDE.md").symlink_to("CLAUDE.md")
    assert hooks.fire("SessionStart", source="startup").note == ""


def test_odd_files_in_a_project_end_no_session_start(hooks: Hooks) -> None:
    skills = hooks.project / ".claude" / "skills"
    skills.mkdir(parents=True)
    (skills / "again").symlink_to(skills)
    os.mkfifo(skills / "pipe.md")
    (skills / os.fsdecode(b"odd\xff.md")).write_text(f"x{ORDER}")
    (hooks.project / "CLAUDE.md").mkdir()
    (hooks.project / "AGENTS.md").symlink_to("/dev/zero")
    begin = time.monotonic()
    assert "tag characters" in hooks.fire("SessionStart", source="startup").note
    assert time.monotonic() - begin < 20
    assert hooks.ask().blocks


def test_a_read_only_state_is_said(hooks: Hooks) -> None:
    (hooks.project / "CLAUDE.md").write_text(f"x{ORDER}")
    Path(hooks.state).parent.mkdir(parents=True)
    Path(hooks.state).write_text("a file where the folder should be")
    answer = hooks.fire("SessionStart", source="startup")
    assert "cannot be held" in answer.note
    assert "tag characters" in answer.note


@pytest.mark.parametrize(
    "fields",
    [{}, {"file_path": ""}, {"file_path": 7}, {"file_path": "/nowhere"}, {"file_path": "\0"}],
)
def test_a_load_of_nothing_is_silent(hooks: Hooks, fields: dict[str, object]) -> None:
    assert hooks.fire("InstructionsLoaded", **fields).reply is None
