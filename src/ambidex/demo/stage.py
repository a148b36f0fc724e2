"""Where the demo is played: a home, a repository, trust, and tools, all in a temporary folder."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from ambidex import locate
from ambidex.client.fire import Answer, fire, snake_case
from ambidex.demo import shop
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from ambidex.setup import root as roots
from ambidex.verdict import PASSED

# Larger than any hook's own deadline.
_PATIENCE = 600


class Stage:
    """One temporary installation and its project.

    Attributes:
        home: stands in for the user's home.
        project: the repository.
        plugin: the folder of the hooks that are played against.
        environ: the whole environment of the hooks.
    """

    def __init__(self, folder: str, data: str) -> None:
        """Set the stage.

        Args:
            folder: an empty temporary folder.
            data: where the hooks' data home is to lie, relative to the home.
        """
        self.home = os.path.join(os.path.realpath(folder), "home")
        self.plugin = roots.plugin_root()
        self.data = os.path.join(self.home, data)
        # Tools come from the environment that runs the demo.
        os.makedirs(os.path.join(self.data, "env"))
        os.symlink(sys.prefix, os.path.join(self.data, "env", "current"))
        project = os.path.join(folder, "shop")
        os.mkdir(project)
        self.project = shop.build(project)
        self.environ = {
            "HOME": self.home,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "CLAUDE_PROJECT_DIR": self.project,
            "CLAUDE_PLUGIN_ROOT": self.plugin,
            "CLAUDE_PLUGIN_DATA": self.data,
            "CLAUDECODE": "1",
            "CLAUDE_CODE_ENTRYPOINT": "cli",
        }
        # The person who runs the demo trusts this configuration, in this temporary home only.
        digest = compile_policy(self.project)["digest"]
        trust.grant(self.state, digest, "demo", self.project, int(time.time()))

    @property
    def state(self) -> str:
        """The state directory of the project's repository."""
        return locate.repository_state({"HOME": self.home}, self.project)

    def fire(self, event: str, **fields: Any) -> Answer:
        """Fire one event at the hooks."""
        payload = {
            "session_id": "demo",
            "transcript_path": os.path.join(self.home, "transcript.jsonl"),
            "cwd": self.project,
            "prompt_id": "prompt-1",
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **fields,
        }
        return fire(
            ["/bin/sh", os.path.join(self.plugin, "hooks", "launch"), snake_case(event)],
            json.dumps(payload).encode(),
            environ=self.environ,
            cwd=self.project,
            timeout=_PATIENCE,
        )

    def path(self, name: str) -> str:
        """The absolute path of a file of the project."""
        return os.path.join(self.project, name)

    def read(self, name: str) -> str:
        """A file of the project."""
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def write(self, name: str, text: str) -> None:
        """Write a file of the project, as the client's tools do."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def proved(self) -> bool:
        """Whether the last Stop found that every gate passed, or had nothing to prove."""
        try:
            return bool(json.loads(self.read(".ambidex/evidence/latest.json"))["overall"] == PASSED)
        except FileNotFoundError:
            return False
