"""Run the client without a terminal: `claude -p`, and its subcommands."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import IO, Any

from ambidex.client import launch
from ambidex.client.run import Run, json_lines
from ambidex.client.turns import Script, Turn


class ClientTimeoutError(Exception):
    """The client did not end, or its screen did not show, what was waited for in time."""


class Client:
    """One installed client with a HOME and a project of its own.

    Sessions, plugins and settings live in `home` and last from run to run. Used as a context
    manager it kills at the end what its hooks left behind.

    Attributes:
        home: the temporary HOME.
        project: the directory it is started in.
        executable: the client's program.
        mark: recognises the processes of this client's runs.
    """

    def __init__(self, home: str, project: str, executable: str) -> None:
        """Make the client's home ready.

        Raises:
            ValueError: `home` is the user's own home directory.
        """
        if os.path.realpath(home) == os.path.realpath(os.path.expanduser("~")):
            raise ValueError(f"home is {home}, the user's own; a temporary directory is needed")
        self.home = os.path.realpath(home)
        self.project = os.path.realpath(project)
        self.executable = executable
        self.mark = uuid.uuid4().hex
        os.makedirs(os.path.join(self.home, "tmp"), exist_ok=True)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what hooks and tools of this client's runs left running."""
        launch.clear(self.mark)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The whole environment of the client's processes."""
        return launch.environment(self.home, self.mark, extra)

    def run(
        self,
        prompt: str | Sequence[str],
        *,
        script: Script | Sequence[Turn] = (),
        plugin_dirs: Sequence[str] = (),
        args: Sequence[str] = (),
        settings: Mapping[str, Any] | None = None,
        output: str = "stream-json",
        permission_mode: str | None = "bypassPermissions",
        resume: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> Run:
        """One `claude -p` against a scripted model.

        Args:
            prompt: the prompt; several are sent one after another into one session
                (`--input-format stream-json`), each once the one before has its result.
            script: what the model says.
            plugin_dirs: plugins to load from folders.
            args: further arguments of the client, for example `--bare`, `--init`.
            settings: settings on top of the files'.
            output: `stream-json`, `json` or `text`; only the first tells which hooks ran.
            permission_mode: None leaves the client's default. With `bypassPermissions` nobody but
                hooks and `permissions` settings refuses a tool.
            resume: the id of the session to go on with.
            env: variables on top of the scrubbed environment.
            timeout: seconds after which the client is killed.

        Raises:
            ClientTimeoutError: it did not end in time.
            OSError: it could not be started.
        """
        several = not isinstance(prompt, str)
        command = [self.executable, "-p", "--output-format", output]
        if isinstance(prompt, str):
            command.insert(2, prompt)
        if several:
            command += ["--input-format", "stream-json"]
        if output == "stream-json":
            command += ["--verbose", "--include-hook-events"]
        if permission_mode is not None:
            command += ["--permission-mode", permission_mode]
        if resume is not None:
            command += ["--resume", resume]
        command += options(plugin_dirs, settings)
        prompts = list(prompt) if several else None
        return self._execute([*command, *args], script, env, timeout, prompts, log=True)

    def plugin(self, *args: str, timeout: float = 120.0) -> Run:
        """`claude plugin ARGS…`, for example `plugin("validate", "--strict", path)`."""
        return self.command("plugin", *args, timeout=timeout)

    def command(self, *args: str, timeout: float = 120.0) -> Run:
        """Any other call of the client, for example `command("--version")`."""
        return self._execute([self.executable, *args], (), None, timeout, None, log=False)

    def _execute(
        self,
        command: list[str],
        script: Script | Sequence[Turn],
        env: Mapping[str, str] | None,
        timeout: float,
        prompts: list[str] | None,
        *,
        log: bool,
    ) -> Run:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="client-log-") as folder:
            log_path = os.path.join(folder, "debug.txt")
            if log:
                command += ["--debug-file", log_path]
            with launch.started(
                command,
                script=script,
                env=self.environment(env),
                cwd=self.project,
                stdin=subprocess.DEVNULL if prompts is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as client:
                talk = _Conversation(client.process, prompts)
                try:
                    client.process.wait(timeout)
                except subprocess.TimeoutExpired as error:
                    launch.end(client.process)
                    talk.join()
                    told = "\n---\n".join(client.model.told(None))
                    raise ClientTimeoutError(
                        f"the client did not end within {timeout:g} s.\n"
                        f"printed: {talk.stdout[-2000:]}\nerrors: {talk.stderr[-1000:]}\n"
                        f"the model was told: {told[-2000:]}"
                    ) from error
                talk.join()
                return Run(
                    returncode=client.process.returncode,
                    stdout=talk.stdout,
                    stderr=talk.stderr,
                    requests=list(client.model.requests),
                    isolated=client.isolated,
                    debug=read_log(log_path),
                    seconds=time.monotonic() - begun,
                    script_errors=list(client.model.errors),
                )


def options(plugin_dirs: Sequence[str], settings: Mapping[str, Any] | None) -> list[str]:
    """The client's arguments for plugin folders and extra settings."""
    words = [word for folder in plugin_dirs for word in ("--plugin-dir", str(folder))]
    if settings is not None:
        words += ["--settings", json.dumps(settings)]
    return words


def read_log(path: str) -> str:
    """The text of a log, `""` where the client wrote none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class _Conversation:
    """Reads what the client prints, and sends it the next prompt after each result."""

    def __init__(self, process: subprocess.Popen[bytes], prompts: list[str] | None) -> None:
        self._out: list[bytes] = []
        self._err: list[bytes] = []
        self._process = process
        self._prompts = prompts
        self._threads = [
            threading.Thread(target=self._read_answers, daemon=True),
            threading.Thread(target=_collect, args=(process.stderr, self._err), daemon=True),
        ]
        self._send_next()
        for thread in self._threads:
            thread.start()

    @property
    def stdout(self) -> str:
        return b"".join(self._out).decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        return b"".join(self._err).decode("utf-8", "replace")

    def join(self) -> None:
        """Wait for the end of the output, but not for a left-behind process that holds the pipe."""
        for thread in self._threads:
            thread.join(2.0)

    def _read_answers(self) -> None:
        for line in self._process.stdout or ():
            self._out.append(line)
            if self._prompts is not None and _is_result(line):
                self._send_next()

    def _send_next(self) -> None:
        pipe = self._process.stdin
        if self._prompts is None or pipe is None or pipe.closed:
            return
        try:
            if not self._prompts:
                pipe.close()
                return
            message = {"role": "user", "content": self._prompts.pop(0)}
            pipe.write(json.dumps({"type": "user", "message": message}).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            return  # it ended by itself: its exit code and output tell why


def _is_result(line: bytes) -> bool:
    text = line.decode("utf-8", "replace")
    return any(found.get("type") == "result" for found in json_lines(text))


def _collect(pipe: IO[bytes] | None, into: list[bytes]) -> None:
    for line in pipe or ():
        into.append(line)
