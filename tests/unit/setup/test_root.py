from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex.setup import root as roots


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The package as a wheel lays it out: no checkout around it, plugin files inside."""
    package = tmp_path / "site-packages/ambidex"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(roots.package_folder(), package, ignore=ignored)
    for name in ("hooks", "bin"):
        shutil.copytree(f"{roots.plugin_root()}/{name}", package / "_plugin" / name)
    shutil.copy(f"{roots.plugin_root()}/settings.template.json", package / "_plugin")
    return package


def test_plugin_files_are_found_in_a_checkout_and_in_a_wheel(wheel: Path) -> None:
    assert roots.plugin_root(str(wheel)) == str(wheel / "_plugin")
    assert roots.package_of(str(wheel / "_plugin")) == str(wheel)
    assert roots.package_of(roots.plugin_root()) == roots.package_folder()


def test_a_copy_without_plugin_files_says_that_it_is_incomplete(wheel: Path) -> None:
    shutil.rmtree(wheel / "_plugin")
    with pytest.raises(roots.NoRoot, match="incomplete"):
        roots.plugin_root(str(wheel))


def test_an_installation_from_a_wheel_guards(
    wheel: Path, environ: dict[str, str], project: Path
) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); from ambidex.setup.install import *; "
    code += "import os; print(install(os.environ, sys.argv[2], PROJECT).done)"
    command = [sys.executable, "-I", "-c", code, str(wheel.parent), str(project)]
    subprocess.run(command, env=environ, check=True, capture_output=True)
    pointer = Path(environ["HOME"]) / ".local/share/ambidex/root"
    assert pointer.read_text() == f"{wheel / '_plugin'}\n"
    call = {
        "session_id": "s",
        "transcript_path": "",
        "cwd": str(project),
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "chmod 777 fictional"},
        "tool_use_id": "t",
    }
    done = subprocess.run(
        ["/bin/sh", str(project / ".claude/ambidex/launch"), "pre_tool_use"],
        input=json.dumps(call),
        capture_output=True,
        text=True,
        env={**environ, "CLAUDE_PROJECT_DIR": str(project)},
        check=True,
    )
    assert "world-writable" in done.stdout
    version = subprocess.run(
        [str(wheel / "_plugin/bin/ambidex"), "--version"],
        env=environ,
        capture_output=True,
        check=False,
    )
    assert version.returncode == 0
