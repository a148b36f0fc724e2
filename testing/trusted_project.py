"""Projects in which everything is switched on: opted in, trusted, tools at hand.

Trust is granted by writing the record that `ambidex trust` writes, in the test's own home.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ambidex import fastjson
from ambidex.policy import private, snapshot, trust
from ambidex.policy.compile import compile_policy
from testing.hooks import Hooks
from testing.projects import git

# `wrong` in the source makes the suite red. Each run leaves a line outside of the project.
_SUITE = """echo run >> "$HOME/suite-runs"
! grep -rn wrong src
"""

SHELL = {
    "ambidex.toml": """version = 1

[edits]
scan = false

[tests]
command = "sh suite.sh"
source = ["src"]
""",
    "suite.sh": _SUITE,
    "src/value.py": "VALUE = 1\n",
}

PYTEST = {
    "ambidex.toml": """version = 1

[edits]
scan = false

[tests]
command = "pytest -q -p no:cacheprovider"
paths = ["tests"]
source = ["src"]
""",
    ".gitignore": "__pycache__/\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/price.py": "def discounted(cents, percent):\n    return cents - cents * percent // 100\n",
    "src/names.py": "def greeting(name):\n    return f'Hello {name}'\n",
    "tests/conftest.py": """import os


def pytest_collection_finish(session):
    with open(os.environ["HOME"] + "/suite-runs", "a") as file:
        file.write(" ".join(item.nodeid for item in session.items) + "\\n")
""",
    "tests/test_price.py": """from price import discounted


def test_half_off():
    assert discounted(1000, 50) == 500


def test_nothing_off():
    assert discounted(999, 0) == 999
""",
    "tests/test_names.py": """from names import greeting


def test_greeting():
    assert greeting("Ada").startswith("Hello")
""",
    "tests/test_arithmetic.py": "def test_one():\n    assert 1\n",
}


def trusted_project(hooks: Hooks, files: dict[str, str]) -> Hooks:
    """Put `files` into the project of `hooks`, commit and trust them, and begin a prompt."""
    for name, text in files.items():
        path = hooks.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(hooks.project, "add", "-A")
    git(hooks.project, "commit", "-q", "-m", "opt in")
    return begin(hooks)


def begin(hooks: Hooks) -> Hooks:
    """Give the project of `hooks` tools and trust, and begin a person's first prompt."""
    tools = Path(hooks.environ["CLAUDE_PLUGIN_DATA"]) / "env"
    tools.mkdir(parents=True, exist_ok=True)
    if not (tools / "current").is_symlink():
        (tools / "current").symlink_to(sys.prefix)
    hooks.environ["PATH"] = "/usr/bin:/bin"
    grant(hooks)
    hooks.ask("begin")
    return hooks


def grant(hooks: Hooks) -> None:
    """Trust the configuration as it is now, as `ambidex trust` does."""
    root = str(hooks.project)
    policy = compile_policy(root)
    trust.grant(hooks.state, policy["digest"], "test", root, 0)
    # Compiled here, so that the first hook of each test need not start a compiler.
    private.replace(snapshot.snapshot_path(hooks.state, root), fastjson.dumps(policy))


def suite_runs(hooks: Hooks) -> int:
    """How often the project's suite, or a part of it, was started."""
    return len(nodes_run(hooks))


def nodes_run(hooks: Hooks) -> list[list[str]]:
    """The node ids of each run that `suite_runs` counts; of `SHELL` one word."""
    path = hooks.home / "suite-runs"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []
