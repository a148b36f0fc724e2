"""The rules' own examples, judged in a small project made for them.

Cold: for `ambidex doctor` and for tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ambidex.guard.judge import hits
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import Scene
from ambidex.guard.shell.evaluate import Shell
from ambidex.policy.defaults import DEFAULTS

HOME = "/home/somebody"

FILES = {
    "src/app.py": "VALUE = 1\n",
    "src/util/helpers.py": "def add(a, b):\n    return a + b\n",
    "tests/test_app.py": "def test_app():\n    assert True\n",
    "tests/golden/test_pay.py": "def test_pay():\n    assert True\n",
    "tests/generated/test_new.py": "def test_new():\n    assert True\n",
    "tests/golden/MANIFEST": "",
    "vendor/lib.py": "LIB = 1\n",
    "private/plan.txt": "The plan.\n",
    "migrations/0001.sql": "CREATE TABLE t (i INT);\n",
    ".github/workflows/ci.yml": "on: push\n",
    "README.md": "# Project\n",
    ".env": "PASSWORD=fictional\n",
    "package.json": "{}\n",
}

# The tiers that have no default, so that every rule has something to protect.
PATHS = {
    **DEFAULTS["paths"],
    "no_access": ["private/**"],
    "read_only": ["vendor/**"],
    "add_only": ["migrations/**"],
}


def lay_out(folder: str) -> None:
    """Write the project into `folder`; git is not needed.

    Raises:
        OSError: it cannot be written.
    """
    for name, text in {**FILES, ".git/HEAD": "ref: refs/heads/main\n"}.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def failing(rule: Rule, root: str) -> Iterator[str]:
    """What is wrong with the examples of `rule` in the project at `root`, one clause for each."""
    for command in rule.match:
        if not _applies(rule, command, root):
            yield f"{rule.id} lets {command!r} pass"
    for command in rule.not_match:
        if _applies(rule, command, root):
            yield f"{rule.id} stops {command!r}"


def _applies(rule: Rule, command: str, root: str) -> bool:
    guard = {**DEFAULTS["guard"], **rule.given}
    scene = Scene(
        cwd=root,
        root=root,
        policy={**DEFAULTS, "active": True, "paths": PATHS, "guard": guard},
        environ={"HOME": HOME, "PATH": "/usr/bin:/bin"},
        text=command,
    )
    return any(hit.rule.id == rule.id for hit in hits(Shell(scene).evaluate(command), scene))
