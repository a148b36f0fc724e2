"""Makes a stale snapshot fresh: one compiler run for all hooks that wait, and what to do without.

Only imported when the source changed. Standard library only, Python 3.9 or newer.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time

import ambidex
from ambidex import fastjson
from ambidex.locate import data_home
from ambidex.policy import private
from ambidex.policy.defaults import STRICT
from ambidex.policy.snapshot import is_file, load_stored, snapshot_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MAX_BYTES = 1_000_000
# Waiting for others and compiling together, under the 6 seconds that a hook before a tool has.
DEADLINE_SECONDS = 4.0
# An environment that was not ready is tried again after this time; a wrong file never is.
RETRY_SECONDS = 60.0

_INVALID = 2
_BOOT = "import sys; sys.path.insert(0, {!r}); from ambidex.policy.compile import main; main()"


class Unusable(Exception):
    """The configuration cannot be compiled; the message says why."""

    def __init__(self, reason: str, *, invalid: bool) -> None:
        """Keep the reason; `invalid` blames the file, otherwise it is the environment."""
        super().__init__(reason)
        self.invalid = invalid


def refresh(environ: Mapping[str, str], root: str, state: str, path: str) -> dict[str, Any]:
    """The policy compiled from `path`, from the store when its bytes are the same.

    Ten hooks that start together compile once. A file that was refused is not compiled again
    until it, or Ambidex, changes.

    Args:
        environ: the process environment, passed on to the compiler.
        root: the project's root.
        state: the repository's state directory.
        path: the configuration's source.

    Returns:
        The policy, or strict defaults with a `note`. Nothing is raised for a file, a disk or an
        environment in a bad state.
    """
    target = snapshot_path(state, root)
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        with private.Lock(target + ".lock", DEADLINE_SECONDS):
            return _refresh(environ, root, target, path, deadline)
    except TimeoutError:
        return _strict(target, path, "another process has been compiling it for too long")
    except OSError:
        # A disk that cannot be written to: compiled for this once, stored nowhere.
        return _refresh(environ, root, target, path, deadline)


def _refresh(
    environ: Mapping[str, str], root: str, target: str, path: str, deadline: float
) -> dict[str, Any]:
    try:
        digest, status = digest_of(path)
        stored = load_stored(target)
        if stored is not None:
            source = stored["source"]
            if source.get("path") == path and source.get("digest") == digest:
                source.update(
                    mtime_ns=status.st_mtime_ns, ctime_ns=status.st_ctime_ns, size=status.st_size
                )
                _store(target, stored)
                return stored
        pythons = _pythons(environ)
        known = [path, digest, ambidex.__version__, pythons]
        reason = _known_failure(target, known)
        if reason is not None:
            return _strict(target, path, reason)
        try:
            policy = _compile(environ, root, [python for python, _ in pythons], deadline)
        except Unusable as error:
            _store_failure(target, known, error)
            raise
        _store(target, policy)
        return policy
    except Unusable as error:
        return _strict(target, path, str(error))


def digest_of(path: str) -> tuple[str, os.stat_result]:
    """The SHA-256 of a source's bytes, in hex, and its status when it was read.

    Raises:
        Unusable: it cannot be read or is larger than `MAX_BYTES`.
    """
    try:
        if not is_file(os.stat(path)):
            raise Unusable("it is no regular file", invalid=True)
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unusable(f"it cannot be read ({error.strerror})", invalid=True) from None
    if len(content) > MAX_BYTES:
        raise Unusable(f"it is larger than {MAX_BYTES} bytes", invalid=True)
    return hashlib.sha256(content).hexdigest(), status


def _pythons(environ: Mapping[str, str]) -> list[list[Any]]:
    """Interpreters that may have pydantic, the likeliest first, each with its age in the record."""
    candidates = [os.path.join(data_home(environ), "env", "current", "bin", "python")]
    if sys.version_info >= (3, 11) and sys.executable:
        candidates.append(sys.executable)
    found = []
    for path in candidates:
        try:
            found.append([path, os.stat(path).st_mtime_ns])
        except OSError:
            continue
    return found


def _compile(
    environ: Mapping[str, str], root: str, pythons: list[str], deadline: float
) -> dict[str, Any]:
    """Run the compiler with the first interpreter that can, until `deadline` (monotonic).

    Raises:
        Unusable: the file is refused, or no interpreter could compile it.
    """
    import subprocess

    boot = _BOOT.format(os.path.dirname(os.path.dirname(os.path.abspath(ambidex.__file__))))
    reason = "Ambidex's own environment is not set up yet"
    for python in pythons:
        try:
            run = subprocess.run(
                # -B: an installed plugin's folder is not ours to write bytecode into.
                [python, "-I", "-B", "-c", boot, root],
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=max(0.0, deadline - time.monotonic()),
                check=False,
            )
        except subprocess.TimeoutExpired:
            reason = f"compiling it took longer than {DEADLINE_SECONDS:.0f} seconds"
            break
        except OSError as error:
            reason = f"{python} cannot be started ({error.strerror})"
            continue
        said = run.stderr.decode("utf-8", "replace").strip().splitlines()
        if run.returncode == _INVALID:
            first = said[0] if said else "it is not valid"
            more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
            raise Unusable(first + more, invalid=True)
        try:
            policy = fastjson.loads(run.stdout) if run.returncode == 0 else None
        except ValueError:
            policy = None
        if isinstance(policy, dict):
            return policy
        reason = f"the compiler failed ({said[-1] if said else f'exit {run.returncode}'})"
    raise Unusable(reason, invalid=False)


def _known_failure(target: str, known: list[Any]) -> str | None:
    try:
        with open(target + ".failed", "rb") as file:
            record = fastjson.loads(file.read())
        if record["known"] != known:
            return None
        if not record["invalid"] and not 0 <= time.time() - record["time"] < RETRY_SECONDS:
            return None
        return str(record["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _store_failure(target: str, known: list[Any], error: Unusable) -> None:
    record = {
        "known": known,
        "invalid": error.invalid,
        "reason": str(error),
        "time": int(time.time()),
    }
    try:
        private.replace(target + ".failed", fastjson.dumps(record))
    except OSError:
        return


def _store(target: str, policy: dict[str, Any]) -> None:
    # A disk that cannot be written to costs time at the next call, not the policy of this one.
    try:
        private.replace(target, fastjson.dumps(policy))
    except OSError:
        return


def _strict(target: str, path: str, reason: str) -> dict[str, Any]:
    """Strict defaults, with what the last usable policy protected, so that a slip opens nothing."""
    policy = dict(STRICT)
    policy["active"] = True
    policy["source"] = dict(STRICT["source"], path=path)
    policy["paths"] = dict(STRICT["paths"])
    last = load_stored(target)
    if last is not None:
        for key, globs in STRICT["paths"].items():
            more = last["paths"].get(key, [])
            policy["paths"][key] = globs + [glob for glob in more if glob not in globs]
    policy["note"] = (
        f"Ambidex cannot use {os.path.basename(path)}: {reason}. Strict defaults apply until it "
        "can; `ambidex config check` shows every problem."
    )
    return policy
