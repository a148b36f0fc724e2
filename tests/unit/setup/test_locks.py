from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import tomllib

from ambidex.setup import environment
from ambidex.setup import root as roots
from ambidex.setup.environment import BUILDING, READY
from tests.unit.setup.test_environment import finished

ROOT = Path(roots.plugin_root())
LOCKS = ("requirements.lock", "requirements-dev.lock")


def project() -> dict[str, Any]:
    value: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return value


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", text, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[; ]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    comment, _, text = text.partition("\n")
    assert comment.startswith("# ")
    assert "make lock" in comment
    for block in re.split(r"\n(?=[a-z])", text.strip()):
        assert re.match(r"[a-z0-9.-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]
    assert not re.search(r"https?:|--index|--find-links|file:", text)


def test_the_locks_cover_what_the_package_declares_and_agree() -> None:
    declared = names(project()["dependencies"])
    locked, developed = pins("requirements.lock"), pins("requirements-dev.lock")
    assert declared <= set(locked)
    assert declared | names(project()["optional-dependencies"]["dev"]) <= set(developed)
    assert {name: developed.get(name) for name in locked} == locked


@pytest.mark.nightly
def test_the_real_lock_installs(environ: dict[str, str]) -> None:
    """Downloads everything that a plugin installation does."""
    full = {**os.environ, **environ, "PATH": os.environ["PATH"]}
    assert environment.ensure(full, str(ROOT)).state == BUILDING
    status = finished(full, ROOT)
    assert status.state == READY, status.sentence()
    for tool in ("ruff", "semgrep"):
        assert os.access(os.path.join(os.path.dirname(status.python), tool), os.X_OK)
