"""Ambidex in the real client, with a project to work on: from a folder, or really installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ambidex import locate
from ambidex.client.run import HookRun, Run
from ambidex.client.runner import Client
from ambidex.client.turns import Script, ToolCall, Turn
from ambidex.ledger import chain
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from testing.client import REPOSITORY
from testing.projects import git

ADDRESS = "https://git.example.invalid/ambidex.git"

# Folders of a plugin's data, as the client names them by where the plugin came from.
INSTALLED_DATA = ".claude/plugins/data/ambidex-ambidex"
INLINE_DATA = ".claude/plugins/data/ambidex-inline"

TOTAL = '''"""What a basket costs."""


def total(cents: list[int]) -> int:
    """The sum of all prices."""
    return sum(cents)
'''
BROKEN_TOTAL = TOTAL.replace("sum(cents)", "sum(cents) - len(cents)")
# Right, and yet not what was there before.
FIXED_TOTAL = TOTAL.replace("sum(cents)", "sum(cents, 0)")
TEST_ID = "tests/test_basket.py::test_a_basket_costs_the_sum_of_its_prices"

# Badly formatted, and against the project's own rule on its last line.
SLOPPY = "def receipt( total ):\n  text = 'total: '+str( total )\n  print( text )\n"
TIDY = "def receipt(total):\n    text = 'total: ' + str(total)\n    print(text)\n".replace("'", '"')
CLEAN = 'def receipt(total):\n    return f"total: {total}"\n'
RULE = "basket-print"
FINDING = f"basket/receipt.py:3 {RULE}"

FILES = {
    ".gitignore": "__pycache__/\n",
    "basket/__init__.py": "",
    "basket/total.py": TOTAL,
    "tests/test_basket.py": """from basket.total import total


def test_a_basket_costs_the_sum_of_its_prices():
    assert total([100, 20]) == 120


def test_an_empty_basket_costs_nothing():
    assert total([]) == 0
""",
    "tests/golden/test_agreed.py": """from basket.total import total


def test_as_agreed_with_the_customer():
    assert total([1, 2]) == 3
""",
    "tests/golden/notes.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "id": "agreed",
                    "execution_count": None,
                    "metadata": {},
                    "outputs": [],
                    "source": ["assert total([1, 2]) == 3"],
                }
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    ),
    "rules/print.yml": f"""rules:
  - id: {RULE}
    languages: [python]
    severity: ERROR
    message: Nothing here prints.
    pattern: print(...)
    metadata:
      fix: Return the text instead.
""",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    "ambidex.toml": """version = 1

[paths]
golden = ["tests/golden/**"]

[edits]
rules = ["rules/print.yml"]

[tests]
paths = ["tests"]
source = ["."]
""",
}


@dataclass
class Site:
    """A project that the client works on with Ambidex, and what is left to be seen of it.

    Attributes:
        client: the real client with its home and the project.
        root: the plugin's folder.
        data: the plugin's data folder.
        plugin_dirs: what to load by `--plugin-dir`; empty when the plugin is installed.
    """

    client: Client
    root: str
    data: str
    plugin_dirs: Sequence[str] = ()

    def run(
        self,
        prompt: str | Sequence[str],
        script: Script | Sequence[Turn],
        *others: str,
        **options: Any,
    ) -> Run:
        """One `claude -p` with Ambidex and the plugins in the folders `others`."""
        plugin_dirs = [*self.plugin_dirs, *others]
        run = self.client.run(prompt, script=script, plugin_dirs=plugin_dirs, **options)
        assert run.script_errors == []
        return run

    @property
    def state(self) -> str:
        """The state directory of the project's repository."""
        return locate.repository_state({"HOME": self.client.home}, self.client.project)

    def records(self, *events: str) -> list[dict[str, Any]]:
        """What the ledger holds, oldest first; of these events, or of all."""
        assert chain.verify(self.state).status != chain.BROKEN
        found = chain.read(self.state, newest_first=False)
        return [record for record in found if not events or record["event"] in events]

    def stops(self) -> list[tuple[str, str]]:
        """Action and cause of every Stop that was judged, oldest first."""
        found = [record.get("stop") for record in self.records("Stop")]
        return [(stop["action"], stop["cause"]) for stop in found if stop]

    def decisions(self) -> list[tuple[str, str]]:
        """Action and rule of every decision of the guard, oldest first."""
        found = [record.get("decision") for record in self.records("PreToolUse")]
        return [(decision["action"], decision["rule"]) for decision in found if decision]

    def path(self, name: str) -> str:
        """The absolute path of a file of the project."""
        return os.path.join(self.client.project, name)

    def read(self, name: str) -> str:
        """A file of the project."""
        return Path(self.path(name)).read_text()

    def put(self, name: str, text: str) -> str:
        """Write a file of the project, as a person does who works on it too; its path."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def git(self, *arguments: str) -> str:
        """What git prints in the project."""
        return git(Path(self.client.project), *arguments)

    def write(self, name: str, content: str) -> ToolCall:
        """The model writes a file of the project."""
        return ToolCall("Write", {"file_path": self.path(name), "content": content})

    def edit(self, name: str, old: str, new: str) -> ToolCall:
        """The model edits a file of the project, which it has read or written before."""
        words = {"file_path": self.path(name), "old_string": old, "new_string": new}
        return ToolCall("Edit", words)

    def look(self, name: str) -> ToolCall:
        """The model reads a file of the project."""
        return ToolCall("Read", {"file_path": self.path(name)})

    def fill(self, **changes: str) -> None:
        """Commit `FILES`; `configuration` replaces ambidex.toml, `""` leaves it out."""
        files = {**FILES, "ambidex.toml": changes.get("configuration", FILES["ambidex.toml"])}
        for name, text in files.items():
            if text or name != "ambidex.toml":
                self.put(name, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "A basket")

    def trust(self) -> None:
        """What a person does with `ambidex trust` at a terminal."""
        digest = compile_policy(self.client.project)["digest"]
        trust.grant(self.state, digest, "nobody", self.client.project, int(time.time()))

    def switch_off(self, *gates: str) -> None:
        """Commit and trust a policy without these gates, for a test that is not about them."""
        levels = "".join(f'{gate} = "off"\n' for gate in gates)
        self.put("ambidex.toml", f"{self.read('ambidex.toml')}\n[gates.right]\n{levels}")
        self.git("commit", "-qam", "Fewer gates")
        self.trust()

    def command(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `bin/ambidex` of the plugin in the project, as a person does."""
        return subprocess.run(
            [os.path.join(self.root, "bin", "ambidex"), *arguments],
            cwd=self.client.project,
            env={
                "HOME": self.client.home,
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "AMBIDEX_DATA_HOME": self.data,
                **environ,
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def answers(run: Run, event: str) -> list[dict[str, Any]]:
    """The JSON objects with which hooks of an event answered; silence is left out."""
    return [json.loads(hook.stdout) for hook in hooks(run, event) if hook.stdout.strip()]


def notes(run: Run, event: str) -> list[str]:
    """What hooks of an event told the user."""
    found = [answer.get("systemMessage", "") for answer in answers(run, event)]
    return [note for note in found if note]


def hooks(run: Run, event: str) -> list[HookRun]:
    """The hooks of an event that ran."""
    return [hook for hook in run.hooks if hook.event == event]


def clean_clone(folder: Path) -> Path:
    """The checkout as committed, without what lies about in a developer's copy."""
    command = ["git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def install(client: Client, folder: Path) -> str:
    """Install Ambidex from a repository that is gone afterwards; the installed copy's folder.

    The marketplace has the address of a server that does not exist; git takes it from a folder
    instead, so that this works offline.

    Args:
        client: whose home it is installed in.
        folder: where the repository may lie meanwhile; does not exist yet.
    """
    clone = clean_clone(folder)
    configuration = f'[url "{clone}"]\n\tinsteadOf = {ADDRESS}\n'
    Path(client.home, ".gitconfig").write_text(configuration)
    add_and_install(client, ADDRESS)
    shutil.rmtree(clone)
    listed = Path(client.home, ".claude/plugins/installed_plugins.json").read_text()
    (entry,) = json.loads(listed)["plugins"]["ambidex@ambidex"]
    return str(entry["installPath"])


def add_and_install(client: Client, source: str) -> None:
    """The two commands with which a person installs the plugin."""
    for words in (["marketplace", "add", source], ["install", "ambidex@ambidex"]):
        done = client.plugin(*words)
        assert done.returncode == 0, done.stdout + done.stderr


def prepare(home: str, data: str, bytecode: Path | None = None) -> str:
    """Make a plugin's data folder with the tools of this environment in it; its path."""
    path = Path(home, data)
    (path / "env").mkdir(parents=True)
    # An absolute link counts as somebody's own environment: nothing is built.
    (path / "env" / "current").symlink_to(sys.prefix)
    if bytecode is not None:
        (path / "pycache").symlink_to(bytecode)
    return str(path)


@pytest.fixture
def site(client: Client, bytecode: Path) -> Site:
    """A trusted project with Ambidex loaded from this checkout by `--plugin-dir`."""
    data = prepare(client.home, INLINE_DATA, bytecode)
    made = Site(client, REPOSITORY, data, [REPOSITORY])
    made.fill()
    made.trust()
    return made


@pytest.fixture(scope="session")
def homes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], tuple[str, str]]]:
    """Home and installed copy for a client's executable; installed once, shared by tests."""
    known: dict[str, tuple[str, str]] = {}
    clients: list[Client] = []

    def home(executable: str) -> tuple[str, str]:
        if executable not in known:
            folder = tmp_path_factory.mktemp("installed")
            for name in ("home", "elsewhere"):
                (folder / name).mkdir()
            client = Client(str(folder / "home"), str(folder / "elsewhere"), executable)
            clients.append(client)
            known[executable] = (client.home, install(client, folder / "marketplace"))
            prepare(client.home, INSTALLED_DATA)
        return known[executable]

    yield home
    for client in clients:
        client.close()


@pytest.fixture
def installed(client: Client, homes: Callable[[str], tuple[str, str]]) -> Iterator[Site]:
    """A trusted project with Ambidex installed from a marketplace; the home is shared."""
    home, root = homes(client.executable)
    with Client(home, client.project, client.executable) as own:
        made = Site(own, root, os.path.join(home, INSTALLED_DATA))
        made.fill()
        made.trust()
        yield made


def registered(root: str) -> Collection[str]:
    """The events that a plugin's hooks.json registers."""
    with open(os.path.join(root, "hooks", "hooks.json"), encoding="utf-8") as file:
        return list(json.load(file)["hooks"])
