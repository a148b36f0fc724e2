from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from ambidex.setup import build, environment
from ambidex.setup.environment import BUILDING, FAILED, MISSING, READY, RETRY_SECONDS

SOURCE = Path(environment.__file__).resolve().parents[2]


def wheel(folder: Path, name: str = "tinytool") -> str:
    """A wheel with one module; returns its line for a lock."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "ANSWER = 42\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def plugin(tmp_path: Path, environ: dict[str, str]) -> Path:
    """An installed plugin whose lock pins one package that is at hand without a network."""
    root = tmp_path / "plugin"
    (root / "hooks").mkdir(parents=True)
    (root / "src").symlink_to(SOURCE)
    (root / "requirements.lock").write_text(wheel(tmp_path / "wheels"))
    environ["CLAUDE_PLUGIN_DATA"] = str(tmp_path / "data")
    environ["PIP_FIND_LINKS"] = str(tmp_path / "wheels")
    environ["PIP_NO_INDEX"] = "1"
    environ["PIP_CONFIG_FILE"] = "/dev/null"
    return root


def finished(environ: dict[str, str], root: Path) -> environment.EnvironmentStatus:
    for _ in range(600):
        status = environment.status(environ, str(root))
        if status.state != BUILDING:
            with open(Path(environment.folder(environ)) / "build.lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # the builder's last words are written
            return environment.status(environ, str(root))
        time.sleep(0.1)
    raise AssertionError("the build did not end: " + Path(status.log).read_text())


def fake(environ: dict[str, str], root: Path, digest: str = "") -> Path:
    """An environment that looks ready, without the cost of making one."""
    env = Path(environment.folder(environ))
    env.mkdir(parents=True, exist_ok=True)
    own = env / (digest or environment.lock_digest(str(env), str(root / "requirements.lock")))
    (own / "bin").mkdir(parents=True)
    (own / "bin/python").symlink_to("/bin/true")
    (own / "ready").touch()
    return own


@pytest.mark.slow
def test_the_environment_is_built_in_the_background_with_the_users_index_settings(
    environ: dict[str, str], plugin: Path
) -> None:
    assert environment.status(environ, str(plugin)).state == MISSING
    started = environment.ensure(environ, str(plugin))
    assert started.state == BUILDING
    assert environment.ensure(environ, str(plugin)).state == BUILDING
    status = finished(environ, plugin)
    assert status.state == READY, Path(status.log).read_text()
    assert Path(status.python).is_file()
    log = (Path(environment.folder(environ)) / "build.log").read_text()
    assert log.count("== ") == 1, "only one builder may have run"
    assert os.path.isdir(os.path.join(environ["CLAUDE_PLUGIN_DATA"], "pycache"))
    assert environment.read_state(environment.folder(environ))["state"] == READY
    assert environment.ensure(environ, str(plugin)).state == READY


@pytest.mark.slow
def test_offline_is_said_in_words_and_tried_again_an_hour_later(
    environ: dict[str, str], plugin: Path, tmp_path: Path
) -> None:
    environ["PIP_FIND_LINKS"] = str(tmp_path / "nothing")
    environment.ensure(environ, str(plugin))
    status = finished(environ, plugin)
    assert status.state == FAILED
    assert "the package index cannot be reached" in status.sentence()
    assert "build.log" in status.sentence()
    soon = environment.ensure(environ, str(plugin), now=status.started + RETRY_SECONDS - 1)
    assert soon.state == FAILED
    assert "tried again" in soon.reason
    environ["PIP_FIND_LINKS"] = str(tmp_path / "wheels")
    later = environment.ensure(environ, str(plugin), now=status.started + RETRY_SECONDS)
    assert later.state == BUILDING
    assert finished(environ, plugin).state == READY


@pytest.mark.slow
def test_a_package_that_differs_from_the_lock_is_not_installed(
    environ: dict[str, str], plugin: Path
) -> None:
    lock = plugin / "requirements.lock"
    lock.write_text(lock.read_text().replace("sha256:", "sha256:0")[:-2] + "\n")
    environment.ensure(environ, str(plugin))
    status = finished(environ, plugin)
    assert status.state == FAILED
    assert "differs from what the lock pins" in status.reason
    env = Path(environment.folder(environ))
    assert not [name for name in os.listdir(env) if len(name) == 12]


def test_a_ready_environment_starts_nothing(environ: dict[str, str], plugin: Path) -> None:
    own = fake(environ, plugin)
    assert environment.status(environ, str(plugin)).state == MISSING
    environment.switch(str(own.parent), own.name)
    status = environment.ensure(environ, str(plugin))
    assert status.state == READY
    assert not (own.parent / "build.log").exists()


def test_an_unfinished_environment_is_not_ready(environ: dict[str, str], plugin: Path) -> None:
    own = fake(environ, plugin)
    environment.switch(str(own.parent), own.name)
    (own / "ready").unlink()
    assert environment.status(environ, str(plugin)).state == MISSING


def test_an_environment_whose_python_is_gone_is_not_ready(
    environ: dict[str, str], plugin: Path
) -> None:
    own = fake(environ, plugin)
    environment.switch(str(own.parent), own.name)
    (own / "bin/python").unlink()
    (own / "bin/python").symlink_to("/nonexistent/python3.11")
    assert environment.status(environ, str(plugin)).state == MISSING


def test_a_changed_lock_makes_the_environment_stale(environ: dict[str, str], plugin: Path) -> None:
    own = fake(environ, plugin)
    environment.switch(str(own.parent), own.name)
    assert environment.status(environ, str(plugin)).state == READY
    with open(plugin / "requirements.lock", "a") as file:
        file.write("# a newer version\n")
    assert environment.status(environ, str(plugin)).state == MISSING


def test_a_rollback_finds_its_environment_again_without_a_build(
    environ: dict[str, str], plugin: Path
) -> None:
    own = fake(environ, plugin)
    newer = fake(environ, plugin, "0123456789ab")
    environment.switch(str(newer.parent), newer.name)
    assert environment.ensure(environ, str(plugin)).state == READY
    assert os.readlink(own.parent / "current") == own.name
    assert not (own.parent / "build.log").exists()


@pytest.mark.slow
def test_a_builder_that_died_is_noticed_and_replaced(environ: dict[str, str], plugin: Path) -> None:
    env = Path(environment.folder(environ))
    env.mkdir(parents=True)
    digest = environment.lock_digest(str(env), str(plugin / "requirements.lock"))
    environment.write_state(str(env), digest, BUILDING, time.time())
    (env / "build.lock").touch()
    status = environment.status(environ, str(plugin))
    assert status.state == FAILED
    assert "interrupted" in status.reason
    environ["PIP_FIND_LINKS"] = "/nonexistent"
    assert environment.ensure(environ, str(plugin)).state == BUILDING
    assert finished(environ, plugin).state == FAILED


def test_only_one_builder_runs_at_a_time(environ: dict[str, str], plugin: Path) -> None:
    env = Path(environment.folder(environ))
    env.mkdir(parents=True)
    with open(env / "build.lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert environment.ensure(environ, str(plugin)).state == BUILDING
        assert (env / "build.log").read_bytes() == b"" if (env / "build.log").exists() else True
        digest = environment.lock_digest(str(env), str(plugin / "requirements.lock"))
        environment.write_state(str(env), digest, BUILDING, 1.0)
        assert environment.status(environ, str(plugin)).state == BUILDING


def test_a_data_folder_that_cannot_be_written_is_a_failure_with_its_name(
    environ: dict[str, str], plugin: Path
) -> None:
    Path(environ["CLAUDE_PLUGIN_DATA"]).write_text("a file where a folder belongs")
    status = environment.ensure(environ, str(plugin))
    assert status.state == FAILED
    assert environ["CLAUDE_PLUGIN_DATA"] in status.reason


def test_a_damaged_state_file_counts_as_none(environ: dict[str, str], plugin: Path) -> None:
    env = Path(environment.folder(environ))
    env.mkdir(parents=True)
    for content in ("", "[]", "{", "null"):
        (env / "state.json").write_text(content)
        assert environment.status(environ, str(plugin)).state == MISSING


def test_the_package_form_builds_nothing(environ: dict[str, str], plugin: Path) -> None:
    (plugin / "requirements.lock").unlink()
    status = environment.ensure(environ, str(plugin))
    assert status.state == MISSING
    assert "pip install ambidex" in status.reason
    env = Path(environment.folder(environ))
    (env / "pip/bin").mkdir(parents=True)
    (env / "pip/bin/python").symlink_to("/bin/true")
    (env / "current").symlink_to(env / "pip")
    assert environment.ensure(environ, str(plugin)).state == READY


def test_the_build_gets_the_users_proxy_and_no_keys() -> None:
    given = {
        "HTTPS_PROXY": "p",
        "PIP_INDEX_URL": "i",
        "UV_DEFAULT_INDEX": "u",
        "SSL_CERT_FILE": "c",
        "ANTHROPIC_API_KEY": "k",
        "CLAUDE_CODE_OAUTH_TOKEN": "t",
        "PYTHONPATH": "x",
        "VIRTUAL_ENV": "v",
    }
    kept = environment.builder_environ(given)
    assert sorted(kept) == ["HTTPS_PROXY", "PIP_INDEX_URL", "SSL_CERT_FILE", "UV_DEFAULT_INDEX"]


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Temporary failure in name resolution", "cannot be reached"),
        ("ERROR: No matching distribution found for click==8.4.2", "cannot be reached"),
        ("Cannot connect to proxy. Tunnel connection failed: 403", "HTTPS_PROXY"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer", "certificate"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "differs from what the lock"),
        (
            "The virtual environment was not created successfully because ensurepip is not\n"
            "available.  On Debian/Ubuntu systems, you need to install the python3-venv",
            "sudo apt install python3-venv",
        ),
        ("No module named venv", "python3-venv"),
        ("[Errno 30] Read-only file system", "cannot be written"),
        ("something new\n\nlast words\n", "last words"),
        ("", "without a word"),
    ],
)
def test_a_failure_is_told_in_words_that_help(printed: str, said: str) -> None:
    assert said in build.reason_for(printed)


def test_a_python_that_only_pretends_is_passed_over(tmp_path: Path) -> None:
    shims, real = tmp_path / "shims", tmp_path / "real"
    for folder in (shims, real):
        folder.mkdir()
    for name, body in (("python3.13", "echo not installed >&2; exit 127"), ("python3", "exit 0")):
        (shims / name).write_text(f"#!/bin/sh\n{body}\n")
        (shims / name).chmod(0o755)
    assert build.find_python_on(str(shims)) is None
    (real / "python3.11").symlink_to(build.sys.executable)
    assert build.find_python_on(f"{shims}:{real}")


def test_without_a_recent_python_the_reason_says_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(build, "find_python", lambda path: None)
    with pytest.raises(build.BuildError, match=r"need Python 3\.11"):
        build.build(str(tmp_path / "env"), str(tmp_path / "lock"), str(tmp_path / "log"))


def test_a_lock_that_pins_nothing_is_not_an_environment(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("# empty\n")
    with pytest.raises(build.BuildError, match="pins nothing"):
        build.build(str(tmp_path / "env"), str(tmp_path / "lock"), str(tmp_path / "log"))
    assert not (tmp_path / "env").exists()


def test_old_environments_go_but_the_last_one_and_those_in_use_stay(tmp_path: Path) -> None:
    now = 10_000_000.0
    ages = {"a" * 12: 0.0, "b" * 12: 100.0, "c" * 12: 200.0, "d" * 12: 9 * 86_400.0}
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "ready").touch()
        os.utime(tmp_path / name / "ready", (now - age, now - age))
    (tmp_path / ("e" * 12)).mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "current").symlink_to("a" * 12)
    build.remove_old(str(tmp_path), now)
    left = sorted(os.listdir(tmp_path))
    assert left == ["a" * 12, "b" * 12, "c" * 12, "current", "notes"]


def test_the_state_file_is_json_for_other_tools(tmp_path: Path) -> None:
    environment.write_state(str(tmp_path), "0" * 12, FAILED, 5.0, 'a "quoted"\nreason')
    stored = json.loads((tmp_path / "state.json").read_text())
    assert stored["reason"] == 'a "quoted"\nreason'
    assert stored["pid"] == os.getpid()
