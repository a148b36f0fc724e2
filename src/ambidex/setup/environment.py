"""The environment that the plugin builds for itself: its state, and starting the build.

Runs in hooks, on any Python from 3.9, with the standard library only; a ready environment costs a
few stats. With pip there is nothing to build: `env/current` points at the environment that
Ambidex is installed in.

    <data home>/env/
        <12 hex>/           an environment, named by the digest of its requirements.lock
        <12 hex>/ready      written last; its time is when the environment was last current
        current             link to the one in use
        digest              the lock's path, mtime, size and digest: saves hashing it each time
        state.json          the last build: building, ready or failed, and why
        build.lock          held by a builder as long as it lives
        build.log           what the package tools printed
"""

from __future__ import annotations

import os
import sys

from ambidex import locate
from ambidex.setup import root as roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

READY = "ready"
BUILDING = "building"
FAILED = "failed"
MISSING = "missing"

# A failure is tried again when a session starts this many seconds later: long enough not to
# hammer a package index that is down, short enough that a repaired network is noticed.
RETRY_SECONDS = 3600

_IN_BACKGROUND = "Ambidex's tools are being installed in the background"


class EnvironmentStatus:
    """How the plugin's environment is.

    Attributes:
        state: `ready`, `building`, `failed` or `missing`.
        python: the environment's interpreter; `""` unless ready.
        reason: for a person: why it is not ready and what happens next; `""` when ready.
        log: path of the build's log, which may not exist.
        started: when the last build started, seconds since the epoch; 0.0 if never.
    """

    __slots__ = ("log", "python", "reason", "started", "state")

    def __init__(
        self, state: str, python: str = "", reason: str = "", log: str = "", started: float = 0.0
    ) -> None:
        self.state = state
        self.python = python
        self.reason = reason
        self.log = log
        self.started = started

    def sentence(self) -> str:
        """How it is, for the person at the keyboard, where the log is included."""
        if self.state == READY:
            return "Ambidex's tools are ready"
        text = f"edits and tests are not checked yet: {self.reason}"
        return f"{text} (log: {self.log})" if self.state == FAILED and self.log else text


def folder(environ: Mapping[str, str]) -> str:
    """The folder that holds the environments."""
    return os.path.join(locate.data_home(environ), "env")


def status(environ: Mapping[str, str], root: str) -> EnvironmentStatus:
    """How the environment for the plugin root `root` is; nothing is started or changed.

    Does not prove that the installed packages still work, only that their installation ended well
    and the interpreter is there.
    """
    env = folder(environ)
    current = os.path.join(env, "current")
    python = os.path.join(current, "bin", "python")
    log = os.path.join(env, "build.log")
    if not os.path.exists(roots.lock_file(root)) or _is_foreign(current):
        if os.access(python, os.X_OK):
            return EnvironmentStatus(READY, python)
        return EnvironmentStatus(
            MISSING,
            reason="the environment that Ambidex was installed in is gone; "
            "install it again: pip install ambidex && ambidex install",
        )
    digest = lock_digest(env, roots.lock_file(root))
    own = os.path.join(env, digest)
    if _is_usable(own) and _target(current) == digest:
        return EnvironmentStatus(READY, python)
    build = read_state(env)
    started = build.get("started", 0.0)
    if build.get("digest") == digest and build.get("state") == BUILDING:
        if _is_locked(env):
            return EnvironmentStatus(BUILDING, reason=_IN_BACKGROUND, log=log, started=started)
        reason = (
            "the installation of Ambidex's tools was interrupted; the next session starts it again"
        )
        return EnvironmentStatus(FAILED, reason=reason, log=log)
    if build.get("digest") == digest and build.get("state") == FAILED:
        reason = f"Ambidex's tools could not be installed: {build.get('reason', 'unknown')}"
        return EnvironmentStatus(FAILED, reason=reason, log=log, started=started)
    return EnvironmentStatus(MISSING, reason="Ambidex's tools are not installed yet", log=log)


def ensure(environ: Mapping[str, str], root: str, *, now: float | None = None) -> EnvironmentStatus:
    """Start building the environment if it is missing, and return how it is now.

    The build runs detached and outlives the session. It is not started while another one runs,
    nor within `RETRY_SECONDS` of one that failed by itself. An environment of an earlier digest
    that is still there (the plugin was rolled back) is switched to at once.

    Args:
        environ: the hook's environment.
        root: the plugin root.
        now: the time in seconds since the epoch, for tests.
    """
    seen = status(environ, root)
    env = folder(environ)
    if seen.state in (READY, BUILDING) or not os.path.exists(roots.lock_file(root)):
        return seen
    import time

    now = time.time() if now is None else now
    digest = lock_digest(env, roots.lock_file(root))
    try:
        locate.make_private(env)
        if _is_usable(os.path.join(env, digest)):
            switch(env, digest)
            return status(environ, root)
        if seen.state == FAILED and seen.started and 0 <= now - seen.started < RETRY_SECONDS:
            seen.reason += "; it is tried again when a session starts an hour later"
            return seen
        return _start(environ, root, digest, now)
    except OSError as error:
        reason = f"{env} cannot be written: {error.strerror}"
        return EnvironmentStatus(FAILED, reason=reason, log=seen.log)


def _start(environ: Mapping[str, str], root: str, digest: str, now: float) -> EnvironmentStatus:
    import fcntl
    import subprocess

    env = folder(environ)
    log = os.path.join(env, "build.log")
    building = EnvironmentStatus(
        BUILDING,
        reason="Ambidex's tools are being installed in the background",
        log=log,
        started=now,
    )
    # The builder inherits the lock with the open file, so there is no instant without a holder,
    # and the kernel releases it however the builder ends.
    lock = os.open(os.path.join(env, "build.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return building
        write_state(env, digest, BUILDING, now)
        source = os.path.dirname(roots.package_of(root))
        code = "import sys; sys.path.insert(0, sys.argv[1]); from ambidex.setup import build; "
        code += "build.main(*sys.argv[2:])"
        with open(log, "ab") as output:
            if output.tell() > 1_000_000:
                output.truncate(0)
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", code, source, root, env, digest, str(now)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=builder_environ(environ),
                start_new_session=True,
                pass_fds=(lock,),
            )
        process.returncode = 0  # detached on purpose: no warning about a child left running
        return building
    finally:
        os.close(lock)


def builder_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the build: the person's proxy and index settings, without secrets.

    Package builds run other people's code, which has no business with the session's keys; and
    PYTHONPATH and the like would leak one environment into the other.
    """
    unwanted = ("PYTHON", "ANTHROPIC_", "CLAUDE_CODE_", "VIRTUAL_ENV", "CONDA_", "AWS_", "__PYVENV")
    return {key: value for key, value in environ.items() if not key.startswith(unwanted)}


def lock_digest(env: str, path: str) -> str:
    """The first 12 hex digits of the SHA-256 of the lock file, remembered by mtime and size.

    Raises:
        OSError: the lock file cannot be read.
    """
    info = os.stat(path)
    key = f"{path} {info.st_mtime_ns} {info.st_size}"
    memory = os.path.join(env, "digest")
    try:
        with open(memory, encoding="utf-8", errors="surrogateescape") as file:
            known, _, digest = file.read().rpartition(" ")
        if known == key and len(digest) == 12:
            return digest
    except OSError:
        pass
    import hashlib

    with open(path, "rb") as lock:
        digest = hashlib.sha256(lock.read()).hexdigest()[:12]
    if os.path.isdir(env):
        _write(memory, f"{key} {digest}")
    return digest


def read_state(env: str) -> dict[str, Any]:
    """What state.json says; empty when it is missing or damaged."""
    import json

    try:
        with open(os.path.join(env, "state.json"), encoding="utf-8") as file:
            stored = json.load(file)
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def write_state(env: str, digest: str, state: str, started: float, reason: str = "") -> None:
    """Replace state.json; `reason` is for a person.

    Raises:
        OSError: the disk does not allow it.
    """
    import json

    content = {
        "state": state,
        "digest": digest,
        "pid": os.getpid(),
        "started": started,
        "reason": reason,
        "log": os.path.join(env, "build.log"),
    }
    if not _write(os.path.join(env, "state.json"), json.dumps(content) + "\n"):
        raise OSError(f"{env}/state.json cannot be written")


def switch(env: str, digest: str) -> None:
    """Make the environment `digest` the current one, in one step, and note when.

    Raises:
        OSError: the disk does not allow it.
    """
    current = os.path.join(env, "current")
    outgoing = os.path.join(current, "ready")
    if os.path.exists(outgoing):
        os.utime(outgoing)
    draft = f"{current}.{os.getpid()}"
    if os.path.lexists(draft):
        os.unlink(draft)
    os.symlink(digest, draft)
    os.replace(draft, current)
    os.utime(os.path.join(env, digest, "ready"))


def _is_usable(own: str) -> bool:
    return os.path.exists(os.path.join(own, "ready")) and os.access(
        os.path.join(own, "bin", "python"), os.X_OK
    )


def _target(current: str) -> str:
    try:
        return os.readlink(current)
    except OSError:
        return ""


def _is_foreign(current: str) -> bool:
    """Whether `current` was set by `ambidex install`: an absolute link to a pip environment."""
    return os.path.isabs(_target(current))


def _is_locked(env: str) -> bool:
    import fcntl

    try:
        lock = os.open(os.path.join(env, "build.lock"), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _write(path: str, content: str) -> bool:
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(content)
        os.replace(draft, path)
    except OSError:
        return False
    return True
