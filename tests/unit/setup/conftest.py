"""A machine of one's own: home, state, data and a project under git, all in tmp_path."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    values = {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AMBIDEX_STATE_HOME": str(home / ".local/state/ambidex"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    for name in ("CLAUDE_PLUGIN_DATA", "AMBIDEX_DATA_HOME", "XDG_DATA_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    for name, value in values.items():
        if name != "PATH":
            monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def project(tmp_path: Path, environ: dict[str, str]) -> Path:
    folder = tmp_path / "project with a space"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True, env=environ)
    return folder
