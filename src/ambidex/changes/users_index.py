"""Which ignored files the user's repository tracks all the same."""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.changes import signature
from ambidex.changes.process import GitFailed
from ambidex.changes.shadow import Shadow, split_names

_SHARED = "sharedindex."


def path_of(shadow: Shadow) -> str:
    """The path of the user's index, `""` without a repository; it need not exist."""
    git_dir = locate.git_dir(shadow.root)
    return os.path.join(git_dir, "index") if git_dir is not None else ""


def ignored_but_tracked(shadow: Shadow, rules: str) -> set[bytes] | None:
    """Paths that the user's index tracks although the rules ignore them.

    Git reads a copy: reading a split index in place sets a new time on its shared part.

    Args:
        shadow: the shadow of the work tree, locked.
        rules: path of the flattened ignore rules.

    Returns:
        The paths, or None if the index can't be read.

    Raises:
        TreeError: the deadline passed.
        OSError: the state directory can't be written.
    """
    source = path_of(shadow)
    if not source or not signature.of_path(source):
        return set()
    copied = os.path.join(shadow.git_dir, "users-index")
    copies = [copied]
    try:
        data = _copy(source, copied)
        for name in _shared_parts(os.path.dirname(source), data):
            copies.append(os.path.join(shadow.git_dir, name))
            _copy(os.path.join(os.path.dirname(source), name), copies[-1])
        ask = ("ls-files", "-z", "-i", "-c", f"--exclude-from={rules}")
        return set(split_names(shadow.git(*ask, index=copied, alternates=True)))
    except (FileNotFoundError, GitFailed):
        return None  # broken, or the user's git is replacing it at this moment
    finally:
        for path in copies:
            if os.path.exists(path):
                os.unlink(path)


def _copy(source: str, target: str) -> bytes:
    with open(source, "rb") as file:
        data = file.read()
    with open(target, "wb") as file:
        file.write(data)
    return data


def _shared_parts(folder: str, index: bytes) -> list[str]:
    # A split index names its shared part by id, which is also the end of that file's name.
    parts = []
    for name in os.listdir(folder):
        if name.startswith(_SHARED):
            try:
                identity = bytes.fromhex(name[len(_SHARED) :])
            except ValueError:
                continue
            if identity in index:
                parts.append(name)
    return parts
