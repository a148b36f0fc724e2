"""Looks through the instructions of a project, within bounds, and at what is new among them."""

from __future__ import annotations

import os
import time

from ambidex import fastjson
from ambidex.instructions import files, servers
from ambidex.instructions.inspect import Inspected, digest, inspect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# At the start of a session: a person waits for it.
MOST_FILES = 200
MOST_BYTES = 2_000_000
MOST_SECONDS = 1.0


class Survey:
    """What was looked at.

    Attributes:
        inspected: one entry per file.
        is_complete: False when a bound ended it.
    """

    def __init__(self) -> None:
        self.inspected: list[Inspected] = []
        self.is_complete = True


def survey(
    paths: Iterable[str],
    most_files: int = MOST_FILES,
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> Survey:
    """Inspect files until they end or a bound is reached; bounds in files, bytes and seconds."""
    found = Survey()
    size = 0
    until = time.monotonic() + most_seconds
    for path in paths:
        if len(found.inspected) >= most_files or size >= most_bytes or time.monotonic() > until:
            found.is_complete = False
            break
        one = inspect(path)
        size += one.size
        found.inspected.append(one)
    return found


def locked(root: str, environ: Mapping[str, str], inspected: list[Inspected]) -> dict[str, str]:
    """Path → digest of what is worth a word when it changes.

    That is what came from elsewhere or is executed: skills, agents, commands, rules and hooks of
    the project and of plugins, `.mcp.json`, and the hooks in the project's settings. Not the
    user's own folder, nor what everybody edits all the time. Paths below the root are relative.
    """
    own = os.path.realpath(files.user_folder(environ) or os.devnull)
    plugins = tuple(f"{os.path.realpath(one)}{os.sep}" for one in files.plugins(environ))
    found: dict[str, str] = {}
    for one in inspected:
        name = os.path.basename(one.path)
        path = os.path.relpath(one.path, root)
        is_outside = path.startswith(os.pardir + os.sep)
        if is_outside:
            path = one.path
        real = os.path.realpath(one.path)
        if not one.digest or (
            is_outside and real.startswith(f"{own}{os.sep}") and not real.startswith(plugins)
        ):
            continue
        if path == os.path.join(".claude", "settings.json"):
            hooks = _hooks(one.path)
            if hooks:
                found[path] = hooks
        elif name == servers.FILE or "/" in os.path.dirname(path).lstrip("/"):
            found[path] = one.digest
    return found


def _hooks(path: str) -> str:
    """The digest of the hooks in a settings file, `""` when it has none."""
    try:
        with open(path, "rb") as file:
            hooks = fastjson.loads(file.read(1_000_000))["hooks"]
        return digest(fastjson.dumps(hooks, sort_keys=True).encode()) if hooks else ""
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def approve(state: str, root: str, environ: Mapping[str, str], who: str, *, findings: bool) -> int:
    """Take the present instructions for approved. The caller has made sure that a person asks.

    Args:
        state: the repository's state directory.
        root: the project's root.
        environ: the process environment.
        who: the person's login name.
        findings: whether contents in which something was found are accepted as well.

    Returns:
        How many contents with findings were accepted.

    Raises:
        OSError: it cannot be written down.
    """
    from ambidex.instructions import hold, lock

    usual = survey(files.usual(root, environ), 5_000, 100_000_000, 60.0).inspected
    bad: dict[str, str] = {}
    if findings:
        known = {one.path for one in usual}
        others = [inspect(path) for path in files.below(root) if path not in known]
        others += [inspect(path) for path in hold.held(state) if path not in known]
        bad = {one.digest: one.path for one in [*usual, *others] if one.is_bad}
    present = locked(root, environ, usual)
    lock.approve(state, present, servers.of_project(root), bad, who, int(time.time()))
    # What is accepted now is held no longer.
    hold.held(state)
    return len(bad)
