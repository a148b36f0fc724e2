"""The plugin's own environment while it is missing: started once, said plainly, in nobody's way."""

import json
import shutil
import time
from pathlib import Path

import pytest

from testing.hooks import REPOSITORY, Hooks

# Nothing is fetched: pip is told to use no index, so the installation fails at once.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/nonexistent"}


@pytest.fixture
def plugin(trusted: Hooks, tmp_path: Path) -> Hooks:
    """An installed copy of the plugin in a trusted project, with no environment yet."""
    root = tmp_path / "plugin"
    for name in ("hooks", "src"):
        shutil.copytree(
            REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / "requirements.lock").write_text("no-such-package-anywhere==1.0\n")
    shutil.rmtree(Path(trusted.environ["CLAUDE_PLUGIN_DATA"]) / "env")
    trusted.launch = root / "hooks" / "launch"
    trusted.environ.update(OFFLINE, CLAUDE_PLUGIN_ROOT=str(root))
    return trusted


def built(hooks: Hooks) -> dict[str, object]:
    """How the build ended; it runs detached from the hook that started it."""
    path = Path(hooks.environ["CLAUDE_PLUGIN_DATA"]) / "env" / "state.json"
    for _ in range(600):
        state: dict[str, object] = json.loads(path.read_text())
        if state["state"] != "building":
            return state
        time.sleep(0.1)
    raise AssertionError(f"still building: {state}")


@pytest.mark.slow
def test_a_missing_environment_is_built_in_the_background_and_a_failure_is_explained(
    plugin: Hooks,
) -> None:
    first = plugin.fire("SessionStart", source="startup")
    assert "installed in the background" in first.note
    assert plugin.before("Bash", command="rm -rf /").permission == "deny"
    assert built(plugin)["state"] == "failed"
    second = plugin.fire("SessionStart", source="startup")
    assert "could not be installed" in second.note
    assert "build.log" in second.note
    assert "an hour later" in second.note, "it is not tried again with every session"


@pytest.mark.slow
def test_an_edit_without_the_tools_is_kept_and_reported_once(plugin: Hooks) -> None:
    plugin.environ["PATH"] = "/usr/bin:/bin"
    answer = plugin.write("src/value.py", "VALUE  =  2\n")
    assert "ruff is not installed" in answer.note
    assert (plugin.project / "src" / "value.py").read_text() == "VALUE  =  2\n"
    assert plugin.write("src/value.py", "VALUE  =  3\n").reply is None
