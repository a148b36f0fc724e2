"""The interactive client in a pseudo-terminal, for the events that `claude -p` does not raise."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ambidex.client import launch
from ambidex.client.requests import Request
from ambidex.client.run import ToolUse, tool_uses
from ambidex.client.runner import Client, ClientTimeoutError, options
from ambidex.client.screen import Screen
from ambidex.client.scripted import ScriptedModel
from ambidex.client.turns import Script, Turn

ENTER = "\r"
ESCAPE = "\x1b"
UP = "\x1b[A"
DOWN = "\x1b[B"
CONTROL_C = "\x03"

_PROMPT = re.compile(r"^[\s│]*[>❯]", re.MULTILINE)
# The client asks what terminal it talks to and would wait for the answers.
_ANSWERS = (
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[5n", b"\x1b[0n"),
)


class Terminal:
    """A session of the interactive client: type, press keys, wait for what the screen shows.

    Every wait has a limit. Made by `session`, which also ends it.

    Attributes:
        screen: what is to be seen.
        model: the scripted model behind the client.
        isolated: whether the client has a network with nothing on it but the model.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], master: int, model: ScriptedModel, isolated: bool
    ) -> None:
        self.screen = Screen()
        self.model = model
        self.isolated = isolated
        self._process = process
        self._master = master

    @property
    def requests(self) -> list[Request]:
        """What the model was asked."""
        return list(self.model.requests)

    @property
    def tools(self) -> list[ToolUse]:
        """The model's tool calls with their results, as far as the model was told them."""
        return tool_uses(self.requests, ())

    @property
    def told(self) -> str:
        """What the model was told in the main conversation."""
        return "\n".join(self.model.told())

    def press(self, keys: str) -> None:
        """Send keys as a terminal sends them: `ENTER`, `ESCAPE`, `DOWN`, or characters."""
        os.write(self._master, keys.encode())

    def type(self, text: str) -> None:
        """Type text into the prompt without sending it; waits until the screen shows it."""
        self.press(text)
        self.wait_for(lambda: text[-20:] in self.screen.text, f"the typed text {text!r}")

    def submit(self, text: str) -> None:
        """Type a prompt or a slash command and send it."""
        self.type(text)
        # Keys that arrive in one read are taken for a paste, and the enter with it.
        self.pause(0.3)
        self.press(ENTER)

    def pause(self, seconds: float) -> None:
        """Go on reading the screen for a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def wait_for(
        self, shown: str | re.Pattern[str] | Callable[[], bool], what: str = "", timeout: float = 40
    ) -> None:
        """Wait until the screen shows a text, or a condition holds.

        Args:
            shown: text, a pattern, or a condition (which need not be about the screen).
            what: what a condition means, for the message.
            timeout: seconds.

        Raises:
            ClientTimeoutError: not in time, or the client ended before; with the screen.
        """
        deadline = time.monotonic() + timeout
        while not self._shows(shown):
            if time.monotonic() > deadline:
                self._give_up(f"not within {timeout:g} s", shown, what)
            if not self._read(0.1) and self._process.poll() is not None and not self._shows(shown):
                self._give_up(f"the client ended ({self._process.returncode})", shown, what)

    def wait_for_prompt(self, timeout: float = 40) -> None:
        """Wait until the client takes a prompt; dismisses what it asks before."""
        deadline = time.monotonic() + timeout
        while True:
            self.wait_for(_PROMPT, timeout=max(0.1, deadline - time.monotonic()))
            self.pause(0.5)
            text = self.screen.text
            if "Enter to confirm" in text or "Press Enter to continue" in text:
                self.press(ENTER)
            elif _PROMPT.search(text):
                return

    def wait_for_exit(self, timeout: float = 20) -> int:
        """Wait until the client has ended; its exit code.

        Raises:
            ClientTimeoutError: it did not.
        """
        self.wait_for(lambda: self._process.poll() is not None, "the end of the client", timeout)
        return self._process.returncode

    def leave(self) -> int:
        """End the session as a person does, with `/exit`; the exit code."""
        self.submit("/exit")
        return self.wait_for_exit()

    def _shows(self, shown: str | re.Pattern[str] | Callable[[], bool]) -> bool:
        if isinstance(shown, str):
            return shown in self.screen.text
        if isinstance(shown, re.Pattern):
            return shown.search(self.screen.text) is not None
        return shown()

    def _give_up(self, how: str, shown: object, what: str) -> None:
        told = "\n---\n".join(self.model.told(None))[-1500:]
        raise ClientTimeoutError(
            f"waited for {what or shown!r}: {how}. The screen:\n{self.screen.text}\n"
            f"The model was told: {told}"
        )

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # on Linux a terminal whose other end is closed reads so
            data = b""
        if not data:
            time.sleep(min(seconds, 0.02))
            return False
        for question, answer in _ANSWERS:
            for _ in range(data.count(question)):
                os.write(self._master, answer)
        self.screen.feed(data)
        return True


def welcome(client: Client) -> None:
    """Write what the client asks on a first start, so that it goes straight to its prompt."""
    path = os.path.join(client.home, ".claude.json")
    known: dict[str, Any] = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
    known.update(
        hasCompletedOnboarding=True,
        theme="dark",
        bypassPermissionsModeAccepted=True,
        customApiKeyResponses={"approved": [launch.DUMMY_KEY[-20:]], "rejected": []},
    )
    project = known.setdefault("projects", {}).setdefault(client.project, {})
    project.update(hasTrustDialogAccepted=True, hasCompletedProjectOnboarding=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(known, file)


@contextlib.contextmanager
def session(
    client: Client,
    *,
    script: Script | Sequence[Turn] = (),
    plugin_dirs: Sequence[str] = (),
    args: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    permission_mode: str = "default",
    env: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """The interactive client, at its prompt; ended when the block is left.

    Args:
        client: home, project and executable.
        script: what the model says.
        plugin_dirs: plugins to load from folders.
        args: further arguments of the client.
        settings: settings on top of the files'.
        permission_mode: `default` asks the person; newer clients start in `auto` otherwise.
        env: variables on top of the scrubbed environment.

    Raises:
        ClientTimeoutError: it did not come to its prompt.
    """
    welcome(client)
    mode = ["--permission-mode", permission_mode]
    master, slave = pty.openpty()
    try:
        screen = Screen()
        size = struct.pack("HHHH", screen.rows, screen.columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        terminal_type = {"TERM": "xterm-256color"}
        with launch.started(
            [client.executable, *options(plugin_dirs, settings), *mode, *args],
            script=script,
            env=client.environment({**terminal_type, **(env or {})}),
            cwd=client.project,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            terminal=True,
        ) as running:
            os.close(slave)
            slave = -1
            terminal = Terminal(running.process, master, running.model, running.isolated)
            terminal.wait_for_prompt()
            yield terminal
    finally:
        if slave != -1:
            os.close(slave)
        os.close(master)
