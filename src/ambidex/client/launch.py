"""Start the client: scrubbed environment, its own network where the system allows, clean end."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from ambidex.client import enter
from ambidex.client.scripted import ScriptedModel
from ambidex.client.turns import Script, Turn

DUMMY_KEY = "sk-ant-fake"
# A process that a hook left behind is found by this variable, whatever group it moved to.
MARK = "AMBIDEX_CLIENT_RUN"
_ISOLATIONS = (("unshare", "-n"), ("unshare", "-rn"))


def environment(home: str, mark: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """All that the client gets to see of our environment.

    Args:
        home: the temporary HOME.
        mark: what its processes are recognised by.
        extra: variables on top (and over) these.
    """
    return {
        "HOME": home,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TMPDIR": os.path.join(home, "tmp"),
        "ANTHROPIC_API_KEY": DUMMY_KEY,
        # Nothing listens there: a client that did not get the model's address fails at once.
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        MARK: mark,
        **(extra or {}),
    }


@functools.cache
def isolation() -> tuple[str, ...]:
    """The command prefix that gives a network of its own, `()` where the system forbids it."""
    if not sys.platform.startswith("linux"):
        return ()
    for prefix in _ISOLATIONS:
        program = shutil.which(prefix[0])
        if program is None:
            continue
        command = [program, *prefix[1:], *_enter(), "--check"]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
        if done.returncode == 0:
            return (program, *prefix[1:])
    return ()


def _enter() -> list[str]:
    return [sys.executable, "-I", "-S", str(enter.__file__)]


@dataclass
class Started:
    """A client that runs, and the model that it talks to.

    Attributes:
        process: the client itself; leader of its own session.
        model: the scripted model.
        isolated: whether the client has a network of its own, with nothing on it but the model.
    """

    process: subprocess.Popen[bytes]
    model: ScriptedModel
    isolated: bool


@contextlib.contextmanager
def started(
    command: Sequence[str],
    *,
    script: Script | Sequence[Turn],
    env: Mapping[str, str],
    cwd: str,
    stdin: int | IO[Any],
    stdout: int | IO[Any],
    stderr: int | IO[Any],
    terminal: bool = False,
) -> Iterator[Started]:
    """Start `command` beside a scripted model; at the end both are gone.

    Raises:
        OSError: the client cannot be started, or its network cannot be prepared.
    """
    prefix = isolation()
    entry = [*prefix, *_enter()]
    if terminal:
        entry.append("--terminal")

    def popen(entry: list[str], env: Mapping[str, str], keep: tuple[int, ...] = ()) -> Any:
        return subprocess.Popen(
            [*entry, *command],
            cwd=cwd,
            env=dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pass_fds=keep,
            start_new_session=True,
        )

    if not prefix:
        with ScriptedModel(script) as model:
            process = popen(entry, {**env, "ANTHROPIC_BASE_URL": model.url})
            with _ended(process):
                yield Started(process, model, False)
        return
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = popen([*entry, "--network", str(theirs.fileno())], env, (theirs.fileno(),))
        with _ended(process):
            theirs.close()
            ours.settimeout(30)
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
            if not descriptors:
                raise OSError("the client's network namespace could not be prepared")
            with (
                socket.socket(fileno=descriptors[0]) as listener,
                ScriptedModel(script, listener=listener) as model,
            ):
                yield Started(process, model, True)


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], patience: float = 3.0) -> None:
    """End the client and its process group: first politely, after `patience` seconds for good."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def left_behind(mark: str) -> list[int]:
    """Processes started by clients with this mark that still run (Linux; elsewhere none found)."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if wanted in file.read().split(b"\0"):
                    found.append(int(name))
    return found


def clear(mark: str, patience: float = 5.0) -> None:
    """Kill what clients with this mark left behind."""
    deadline = time.monotonic() + patience
    while (pids := left_behind(mark)) and time.monotonic() < deadline:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
