"""Builds the plugin's environment; runs detached from the hook that started it.

uv is tried where it is on the PATH, and where it fails (it does not read pip's configuration, so
a mirror set up for pip alone is out of its reach) venv and pip are. Every package has to match
its hash in requirements.lock.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time

from ambidex.setup import bytecode
from ambidex.setup import environment as environments
from ambidex.setup import root as roots

DEADLINE_SECONDS = 1200.0
# An environment of an earlier version is kept this long after it was last current: sessions that
# started with it may still run. The one before the current is kept in any case, for a rollback.
GRACE_SECONDS = 86_400.0
# Asks the new environment itself, because package tools have ended well with less installed.
_CHECK = """
import importlib.metadata, sys
for name in sys.argv[1:]:
    importlib.metadata.version(name)
"""

_REASONS = (
    (r"No space left on device|Disk quota exceeded", "the disk is full; make room"),
    (
        r"Read-only file system|Permission denied",
        "a folder cannot be written; look into the log for which",
    ),
    (
        r"DO NOT MATCH THE HASHES|[Hh]ash mismatch",
        "a package differs from what the lock pins, so nothing was installed; "
        "check the package index you use",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|self[- ]signed certificate",
        "the package index's certificate is not trusted; behind an inspecting proxy set "
        "SSL_CERT_FILE and PIP_CERT to its certificate",
    ),
    (
        r"ProxyError|Cannot connect to proxy|407 Proxy|[Tt]unnel connection failed",
        "the proxy refused the connection; check HTTPS_PROXY",
    ),
    (
        r"ensurepip is not|No module named venv|No module named ensurepip|python3?[0-9.]*-venv",
        "this Python cannot make virtual environments; install it, on Debian and Ubuntu: "
        "sudo apt install python3-venv",
    ),
    (
        r"name resolution|Name or service not known|nodename nor servname|dns error|"
        r"Failed to establish a new connection|Network is unreachable|Connection refused|"
        r"error sending request|[Tt]imed? ?out|No matching distribution|network was disabled|"
        r"[Ff]ailed to fetch|Could not connect",
        "the package index cannot be reached; when you are online again it will be retried "
        "(behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL or UV_DEFAULT_INDEX)",
    ),
)


class BuildError(Exception):
    """The environment could not be built; the message is for a person."""


def main(root: str, env: str, digest: str, started: str) -> None:
    """Build the environment `digest` under `env`, and record how it ended.

    The caller holds the lock and has handed it down as an open file.
    """
    begun = float(started)
    environments.write_state(env, digest, environments.BUILDING, begun)
    print(f"== {time.strftime('%Y-%m-%dT%H:%M:%S%z')} building {digest}", flush=True)
    try:
        build(os.path.join(env, digest), roots.lock_file(root), os.path.join(env, "build.log"))
        environments.switch(env, digest)
        data = os.path.dirname(env)
        for python in (sys.executable, os.path.join(env, digest, "bin", "python")):
            bytecode.compile_all(python, root, data)
        remove_old(env, time.time())
    except (BuildError, OSError) as error:
        print(f"== failed: {error}", flush=True)
        environments.write_state(env, digest, environments.FAILED, begun, str(error))
        return
    environments.write_state(env, digest, environments.READY, begun)


def build(own: str, lock: str, log: str) -> None:
    """Make the environment folder `own` from the lock file; `ready` is its last file.

    Args:
        own: the environment's folder; what a former attempt left there is removed.
        lock: requirements.lock.
        log: where this process's output goes, read for the reason of a failure.

    Raises:
        BuildError: with the reason.
        OSError: the disk does not allow it.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    python = find_python(os.environ.get("PATH", ""))
    uv = shutil.which("uv")
    if python is None and uv is None:
        raise BuildError(
            "Ambidex's tools need Python 3.11 or newer and there is none on the PATH; install it "
            "(or uv, which brings its own)"
        )
    target = os.path.join(own, "bin", "python")
    ways = []
    if uv is not None:
        ways.append(
            [
                [uv, "venv", "--no-project", "--python", python or ">=3.11", own],
                [uv, "pip", "install", "--python", target, "--require-hashes", "-r", lock],
            ]
        )
    if python is not None:
        pip = [target, "-I", "-m", "pip", "install", "--require-hashes", "--no-deps"]
        pip += ["--no-input", "--disable-pip-version-check", "-r", lock]
        ways.append([[python, "-I", "-m", "venv", own], pip])
    check = [target, "-I", "-c", _CHECK, *_names(lock)]
    failure = ""
    for way in ways:
        shutil.rmtree(own, ignore_errors=True)
        failure = _run_all([*way, check], log, deadline)
        if not failure:
            break
    else:
        shutil.rmtree(own, ignore_errors=True)
        raise BuildError(failure)
    with open(os.path.join(own, "ready"), "w", encoding="utf-8") as marker:
        marker.write("")


def find_python(path: str) -> str | None:
    """An interpreter from 3.11 on: the running one, else the first on the search path `path`."""
    if tuple(sys.version_info) >= (3, 11):
        return sys.executable
    return find_python_on(path)


def find_python_on(path: str) -> str | None:
    """The first interpreter from 3.11 on that really runs, the newest name first.

    A name proves nothing: version managers put shims on the PATH that only print an error.
    """
    names = ("python3.13", "python3.12", "python3.11", "python3", "python")
    probe = "import sys, venv; print(sys.executable if sys.version_info >= (3, 11) else '')"
    for name in names:
        for folder in path.split(os.pathsep):
            program = os.path.join(folder, name)
            if not folder or not os.access(program, os.X_OK):
                continue
            try:
                done = subprocess.run(
                    [program, "-I", "-c", probe],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=20,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired):
                continue
            found = os.fsdecode(done.stdout).strip()
            if done.returncode == 0 and os.path.isabs(found):
                return found
    return None


def reason_for(output: str) -> str:
    """Why the package tools failed, for a person, from what they printed."""
    for pattern, reason in _REASONS:
        if re.search(pattern, output):
            return reason
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "the package tools ended without a word"


def remove_old(env: str, now: float) -> None:
    """Remove environments of earlier locks, except the last one and what may still be in use.

    Args:
        env: the folder of environments.
        now: seconds since the epoch.
    """
    current = os.readlink(os.path.join(env, "current"))
    used: list[tuple[float, str]] = []
    for name in os.listdir(env):
        if not re.fullmatch("[0-9a-f]{12}", name) or name == current:
            continue
        path = os.path.join(env, name)
        try:
            used.append((os.stat(os.path.join(path, "ready")).st_mtime, path))
        except OSError:
            shutil.rmtree(path, ignore_errors=True)
    for last_used, path in sorted(used, reverse=True)[1:]:
        if now - last_used > GRACE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _names(lock: str) -> list[str]:
    """The packages that the lock wants on every platform: those without a marker."""
    with open(lock, encoding="utf-8") as file:
        pins = re.findall(r"^([A-Za-z0-9._-]+)==[^;\n]*$", file.read(), re.MULTILINE)
    if not pins:
        raise BuildError(f"{lock} pins nothing; this copy of Ambidex is incomplete")
    return pins


def _run_all(commands: list[list[str]], log: str, deadline: float) -> str:
    """Run the commands in order; the reason of the first failure, or `""`."""
    for command in commands:
        start = os.path.getsize(log) if os.path.exists(log) else 0
        print("$ " + " ".join(command)[:500], flush=True)
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:
            return f"{command[0]} cannot be started: {error.strerror}"
        try:
            status = process.wait(max(1.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"it took longer than {DEADLINE_SECONDS / 60:.0f} minutes"
        if status != 0:
            return reason_for(_tail(log, start))
    return ""


def _tail(log: str, start: int) -> str:
    try:
        with open(log, "rb") as file:
            file.seek(start)
            return file.read(200_000).decode("utf-8", "replace")
    except OSError:
        return ""
