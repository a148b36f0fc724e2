"""A temporary repository in which an installation's hooks are fired, exactly as registered.

The interpreter, the environment and the command are the installation's own; the repository, the
state and the trust in it are made here and thrown away. A destructive command is text in a payload.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from ambidex import locate
from ambidex.client.fire import Answer, fire
from ambidex.doctor.installations import Handler, Installation
from ambidex.doctor.machine import scrubbed
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from ambidex.policy.snapshot import FILE
from ambidex.setup import environment

SOUND = "def total(items):\n    return sum(items)\n"
BROKEN = "def total(items):\n    return len(items)\n"
SLOPPY = (
    "import subprocess\n"
    "def archive( name ) :\n"
    "    return subprocess.run( 'tar -cf ' + name,shell = True )\n"
)
# Of the standard library, so that what is rehearsed is the hook and not whether pytest is there.
_TEST = (
    "import unittest\n\nfrom shop import total\n\n\n"
    "class TestTotal(unittest.TestCase):\n"
    "    def test_total(self):\n"
    "        self.assertEqual(total([20, 22]), 42)\n"
)
_FILES = {
    "shop.py": SOUND,
    "tests/__init__.py": "",
    "tests/test_shop.py": _TEST,
    "tests/golden/total.txt": "42\n",
    ".gitignore": "__pycache__/\n.claude/\n",
}
_CONFIGURATION = (
    'version = 1\n\n[paths]\ngolden = ["tests/golden/**"]\n\n'
    '[tests]\ncommand = {command}\npaths = ["tests"]\n'
)
_IDENTITY = {
    "GIT_AUTHOR_NAME": "ambidex doctor",
    "GIT_AUTHOR_EMAIL": "doctor@ambidex.invalid",
    "GIT_COMMITTER_NAME": "ambidex doctor",
    "GIT_COMMITTER_EMAIL": "doctor@ambidex.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


class NoAnswerError(Exception):
    """A hook gave no answer that the client would understand; the text says what came instead."""


class Rehearsal:
    """One installation, and the stage for its hooks; used as a context manager.

    Attributes:
        root: the temporary repository.
        fired: how often each event was fired.
        slowest: seconds of the slowest hook, and its event.
    """

    def __init__(
        self, environ: Mapping[str, str], project: str, installation: Installation, path: str
    ) -> None:
        """Prepare the stage.

        Args:
            environ: the person's environment.
            project: the person's project, whose `.claude` folder has the launcher.
            installation: whose hooks are fired.
            path: the PATH of its hooks.
        """
        self._folder = tempfile.TemporaryDirectory(
            prefix="ambidex-doctor-", ignore_cleanup_errors=True
        )
        top = os.path.realpath(self._folder.name)
        self.root = os.path.join(top, "project")
        self.installation = installation
        self.fired: dict[str, int] = {}
        self.slowest = (0.0, "")
        self._top = top
        self._lock = -1
        base = installation.environ(scrubbed(environ, os.path.join(top, "state"), path))
        self.environ = {**base, "CLAUDE_PROJECT_DIR": self.root}
        self._lay_out(environ, project)

    def __enter__(self) -> Rehearsal:
        """Keep a hook from starting to build the plugin's environment meanwhile.

        With this scrubbed environment the build would lack the person's proxy and mirrors, and
        its failure would count for an hour.
        """
        try:
            folder = locate.make_private(environment.folder(self.environ))
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._lock = os.open(os.path.join(folder, "build.lock"), flags, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # A build is running, or the disk allows none.
            pass
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Throw everything away."""
        if self._lock >= 0:
            os.close(self._lock)
        self._folder.cleanup()

    def _lay_out(self, environ: Mapping[str, str], project: str) -> None:
        words = [sys.executable, "-B", "-m", "unittest", "discover", "-q", "-s", "tests", "-t", "."]
        configuration = _CONFIGURATION.format(command=json.dumps(words))
        for name, text in {**_FILES, FILE: configuration}.items():
            self.write(name, text)
        launcher = os.path.join(project, ".claude", "ambidex")
        if os.path.isdir(launcher):
            os.makedirs(os.path.join(self.root, ".claude"))
            os.symlink(launcher, os.path.join(self.root, ".claude", "ambidex"))
        git = {"PATH": f"{self.environ['PATH']}:{environ.get('PATH', '')}", **_IDENTITY}
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]):
            try:
                subprocess.run(
                    ["git", *arguments],
                    cwd=self.root,
                    env={"HOME": self._top, **git},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=60,
                    check=True,
                )
            except (OSError, subprocess.SubprocessError):
                # That git is missing is said elsewhere; the guard works without it.
                break
        state = locate.repository_state(self.environ, self.root)
        digest = compile_policy(self.root)["digest"]
        trust.grant(state, digest, "ambidex doctor", self.root, int(time.time()))

    def write(self, name: str, text: str) -> str:
        """Write a file of the temporary repository, as a tool of the agent would; its path."""
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, name: str) -> str:
        """The content of a file of the temporary repository."""
        with open(os.path.join(self.root, name), encoding="utf-8") as file:
            return file.read()

    def remove(self, name: str) -> None:
        """Remove a file of the temporary repository."""
        os.unlink(os.path.join(self.root, name))

    def send(self, name: str, /, **fields: Any) -> Answer:
        """Fire an event with a well-formed payload through every handler registered for it.

        Returns:
            The answer that counts: the first that is not silence.

        Raises:
            NoAnswerError: see there.
        """
        payload = {
            "session_id": "ambidex-doctor",
            "transcript_path": os.path.join(self._top, "transcript.jsonl"),
            "cwd": self.root,
            "prompt_id": "ambidex-doctor-prompt",
            "permission_mode": "default",
            "hook_event_name": name,
            **fields,
        }
        return self.send_bytes(name, json.dumps(payload).encode())

    def send_bytes(self, event: str, data: bytes) -> Answer:
        """Fire an event with these very bytes on standard input; else like `send`."""
        handlers = [handler for handler in self.installation.handlers if handler.event == event]
        answers = [self._fire(handler, data) for handler in dict.fromkeys(handlers)]
        speaking = [answer for answer in answers if answer.reply is not None]
        return (speaking or answers)[0]

    def _fire(self, handler: Handler, data: bytes) -> Answer:
        self.fired[handler.event] = self.fired.get(handler.event, 0) + 1
        if handler.args is None:
            command: Sequence[str] = ["/bin/sh", "-c", self._filled(handler.command)]
        else:
            command = [self._filled(word) for word in (handler.command, *handler.args)]
        try:
            answer = fire(
                list(command),
                data,
                environ=self.environ,
                cwd=self.root,
                timeout=handler.timeout,
            )
        except subprocess.TimeoutExpired:
            raise NoAnswerError(f"no answer within its {handler.timeout:g} seconds") from None
        except OSError as error:
            raise NoAnswerError(f"it cannot be started ({error.strerror})") from None
        except ValueError as error:
            raise NoAnswerError(f"its output is no JSON answer ({error})") from None
        if answer.status != 0:
            last = answer.stderr.strip().splitlines()[-1:] or ["no message"]
            raise NoAnswerError(f"exit status {answer.status}: {last[0]}")
        self.slowest = max(self.slowest, (answer.seconds, handler.event))
        return answer

    def _filled(self, text: str) -> str:
        # The client replaces these two in the text itself, in plugins' hooks.
        if self.installation.plugin:
            text = text.replace("${CLAUDE_PLUGIN_ROOT}", self.installation.root)
            text = text.replace("${CLAUDE_PLUGIN_DATA}", self.installation.data)
        return text.replace("${CLAUDE_PROJECT_DIR}", self.root)
