from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ambidex import locate
from ambidex.policy import recompile
from ambidex.policy.compile import compile_policy, write_snapshot
from ambidex.policy.defaults import DEFAULTS, RIGHT_GATES, STRICT
from ambidex.policy.snapshot import load_stored, read, snapshot_path
from testing.configured_project import environment, make_project

SOURCE = Path(recompile.__file__).parents[2]
HOOK_SIDE = ("__init__", "defaults", "globs", "private", "snapshot", "recompile", "trust", "pause")


class Hook:
    """A project, and the policy as one of its hooks reads it."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.environ = environment(folder)
        self.root = make_project(folder / "project", files)
        self.config = self.root / "ambidex.toml"
        self.state = locate.repository_state(self.environ, str(self.root))
        self.snapshot = Path(snapshot_path(self.state, str(self.root)))

    def read(self) -> dict[str, Any]:
        return read(self.environ, str(self.root))

    def compilations_from_now(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        seen: list[object] = []
        real = recompile._compile

        def counted(*arguments: Any) -> dict[str, Any]:
            seen.append(arguments)
            return real(*arguments)

        monkeypatch.setattr(recompile, "_compile", counted)
        return seen


def test_a_project_without_configuration_has_the_inactive_defaults_and_no_state(
    tmp_path: Path,
) -> None:
    hook = Hook(tmp_path, {"pyproject.toml": "[project]\n"})
    assert hook.read() == DEFAULTS
    assert not (tmp_path / "state").exists()


def test_a_missing_snapshot_is_compiled_once_and_then_only_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    compiled = hook.compilations_from_now(monkeypatch)
    first = hook.read()
    assert (first["track"], first["active"], first["note"]) == ("left", True, "")
    assert first == hook.read() == compile_policy(str(hook.root))
    assert len(compiled) == 1
    assert hook.snapshot.stat().st_mode & 0o777 == 0o600


def test_the_table_in_pyproject_is_found(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"pyproject.toml": "[tool.ambidex]\ntrack = 'left'\n"})
    assert hook.read()["track"] == "left"


def test_a_changed_file_is_compiled_again(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    assert hook.read()["track"] == "left"
    hook.config.write_text("track = 'right'\n")
    assert hook.read()["track"] == "right"


def test_a_change_that_keeps_size_and_modification_time_is_noticed(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left' \n"})
    assert hook.read()["track"] == "left"
    before = hook.config.stat()
    hook.config.write_text("track = 'right'\n")
    os.utime(hook.config, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hook.config.stat().st_size == before.st_size
    assert hook.read()["track"] == "right"


def test_a_file_that_was_only_touched_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    hook.read()
    os.utime(hook.config, ns=(1, 1))
    compiled = hook.compilations_from_now(monkeypatch)
    assert hook.read()["track"] == "left"
    assert json.loads(hook.snapshot.read_text())["source"]["mtime_ns"] == 1
    assert compiled == []


def test_a_broken_file_means_strict_defaults_and_is_not_compiled_at_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "[guard]\non_eror = 'ask'\ntrack = 1\n"})
    compiled = hook.compilations_from_now(monkeypatch)
    for _ in range(3):
        policy = hook.read()
        assert policy["active"]
        assert policy["guard"]["on_error"] == "deny"
        assert policy["gates"]["left"] == RIGHT_GATES
        assert policy["digest"] == ""
        assert "ambidex.toml:2 guard.on_eror: unknown key" in policy["note"]
        assert "(and 1 more)" in policy["note"]
        assert "`ambidex config check`" in policy["note"]
    assert len(compiled) == 1
    hook.config.write_text("track = 'left'\n")
    assert hook.read()["note"] == ""


def test_a_slip_in_the_file_does_not_open_what_it_protected(tmp_path: Path) -> None:
    hook = Hook(
        tmp_path,
        {
            "ambidex.toml": "paths.golden = ['gold']\npaths.read_only = ['a']\n",
            "gold/x": "",
            "a": "",
        },
    )
    hook.read()
    hook.config.write_text("paths.golden = ['gold'\n")
    policy = hook.read()
    assert policy["note"]
    assert policy["paths"] == {
        **STRICT["paths"],
        "golden": ["tests/golden/**", "gold"],
        "read_only": ["a"],
    }
    assert STRICT["paths"]["golden"] == ["tests/golden/**"]


def test_deleting_what_a_glob_matched_does_not_switch_the_policy_off(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "paths.golden = ['gold']\n"})
    policy = hook.read()
    assert policy["note"] == ""
    assert policy["paths"]["golden"] == ["gold"]
    assert "matches nothing" in policy["warnings"][0]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', '{"version": 99}', "\xff"])
def test_a_damaged_snapshot_is_compiled_again(tmp_path: Path, content: str) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    hook.read()
    hook.snapshot.write_text(content)
    assert load_stored(str(hook.snapshot)) is None
    assert hook.read()["track"] == "left"


@pytest.mark.parametrize("kind", ["directory", "dead link", "loop", "huge"])
def test_a_source_that_cannot_be_read_means_strict_defaults(tmp_path: Path, kind: str) -> None:
    hook = Hook(tmp_path, {})
    if kind == "directory":
        hook.config.mkdir()
    elif kind == "huge":
        hook.config.write_bytes(b"#" * 1_000_001)
    else:
        hook.config.symlink_to(hook.config if kind == "loop" else hook.root / "gone")
    policy = hook.read()
    assert policy["active"]
    assert policy["guard"]["on_error"] == "deny"
    assert policy["note"]


def test_without_an_interpreter_that_has_pydantic_strict_defaults_apply_until_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "")
        policy = hook.read()
        assert "environment is not set up yet" in policy["note"]
        assert policy["active"]
    # The environment appears: tried again at once, by its own interpreter.
    python = tmp_path / "data" / "env" / "current" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    script = python.with_name("python")
    script.unlink()
    script.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", "")
    assert hook.read()["track"] == "left"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("exit 0", "the compiler failed (exit 0)"),
        ("echo '[1]'", "the compiler failed (exit 0)"),
        ("echo oops >&2; exit 1", "the compiler failed (oops)"),
        ("kill -9 $$", "the compiler failed (exit -9)"),
    ],
)
def test_an_interpreter_that_is_none_is_trouble_with_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\n{body}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    assert reason in hook.read()["note"]
    record = json.loads(Path(f"{hook.snapshot}.failed").read_text())
    assert not record["invalid"]


def test_trouble_with_the_environment_is_tried_again_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho tried >> tried\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(fake))
    hook.read()
    hook.read()
    assert (tmp_path / "tried").read_text() == "tried\n"
    failed = Path(f"{hook.snapshot}.failed")
    record = json.loads(failed.read_text())
    record["time"] = int(time.time()) - 61
    failed.write_text(json.dumps(record))
    hook.read()
    assert (tmp_path / "tried").read_text() == "tried\ntried\n"


def test_a_compiler_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    monkeypatch.setattr(recompile, "DEADLINE_SECONDS", 0.2)
    assert "compiling it took longer" in hook.read()["note"]


def test_a_state_that_cannot_be_written_costs_time_and_not_the_policy(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    (tmp_path / "state").write_text("a file where the folder should be")
    assert hook.read()["track"] == "left"


def test_ten_hooks_at_once_compile_once(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    python = tmp_path / "data" / "env" / "current" / "bin" / "python"
    python.parent.mkdir(parents=True)
    runs = tmp_path / "runs"
    python.write_text(f'#!/bin/sh\necho run >> {runs}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    code = (
        f"import os, sys; sys.path.insert(0, {str(SOURCE)!r})\n"
        "from ambidex.policy.snapshot import read\n"
        f"print(read(os.environ, {str(hook.root)!r})['track'])"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", code], env=hook.environ, stdout=subprocess.PIPE
        )
        for _ in range(10)
    ]
    assert [process.communicate()[0] for process in started] == [b"left\n"] * 10
    assert runs.read_text() == "run\n"


def test_a_lock_that_is_never_released_means_strict_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    monkeypatch.setattr(recompile, "DEADLINE_SECONDS", 0.05)
    with recompile.private.Lock(f"{hook.snapshot}.lock", 1.0):
        assert "another process" in hook.read()["note"]
    monkeypatch.undo()
    assert hook.read()["note"] == ""


def test_a_person_who_checked_the_file_spares_hooks_the_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    write_snapshot(hook.state, str(hook.root), compile_policy(str(hook.root)))
    compiled = hook.compilations_from_now(monkeypatch)
    assert hook.read()["track"] == "left"
    assert compiled == []


def test_worktrees_of_one_repository_have_policies_of_their_own(tmp_path: Path) -> None:
    assert snapshot_path("/s", "/a") != snapshot_path("/s", "/b")


def test_the_usual_path_imports_nothing_but_what_it_must(tmp_path: Path) -> None:
    hook = Hook(tmp_path, {"ambidex.toml": "track = 'left'\n"})
    hook.read()
    code = (
        f"import os, sys; sys.path.insert(0, {str(SOURCE)!r}); before = set(sys.modules)\n"
        "from ambidex.policy.snapshot import read\n"
        f"assert read(os.environ, {str(hook.root)!r})['track'] == 'left'\n"
        "print(sorted(set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=hook.environ, capture_output=True, check=True
    )
    imported = set(ast.literal_eval(run.stdout.decode()))
    heavy = {"json", "re", "hashlib", "subprocess", "typing", "dataclasses", "enum", "pathlib"}
    assert not imported & (heavy | {"logging", "tempfile", "fcntl", "pydantic"})
    ours = {name for name in imported if name.startswith("ambidex")}
    assert ours == {
        "ambidex",
        "ambidex.fastjson",
        "ambidex.locate",
        "ambidex.policy",
        "ambidex.policy.defaults",
        "ambidex.policy.snapshot",
    }


@pytest.mark.parametrize("name", HOOK_SIDE)
def test_what_hooks_import_is_python_3_9(name: str) -> None:
    text = (SOURCE / "ambidex" / "policy" / f"{name}.py").read_text()
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imported <= {"ambidex", *sys.stdlib_module_names} - {"tomllib"}
