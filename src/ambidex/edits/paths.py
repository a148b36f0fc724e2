"""Which of the changed files can be treated, and why the others are not."""

from __future__ import annotations

import os

from ambidex.policy.globs import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

# Nobody edits these by hand; git ignores most of them, but not in every project.
GENERATED = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "bower_components",
        "node_modules",
        "site-packages",
        "venv",
    }
)


class Skip:
    """A file that a gate did not inspect.

    Attributes:
        path: relative to the root.
        reason: why, a few words.
        owed: True when it should have been inspected and could not be (then the gate has not
            passed); False when there was nothing to inspect in it.
    """

    __slots__ = ("owed", "path", "reason")

    def __init__(self, path: str, reason: str, owed: bool = False) -> None:
        self.path = path
        self.reason = reason
        self.owed = owed

    def as_dict(self) -> dict[str, Any]:
        """The skip as JSON-ready data."""
        return {"path": self.path, "reason": self.reason, "owed": self.owed}


def select(
    root: str, files: Iterable[str], exclude: Sequence[str], max_bytes: int
) -> tuple[list[str], list[Skip]]:
    """Split changed files into those to treat and those to skip; duplicates count once.

    Args:
        root: the project's root.
        files: paths relative to it.
        exclude: globs, as `policy.globs` reads them.
        max_bytes: size above which a file is skipped, in bytes.
    """
    treat: list[str] = []
    skips: list[Skip] = []
    for path in dict.fromkeys(os.path.normpath(file) for file in files):
        skip = _obstacle(root, path, exclude, max_bytes)
        if skip is None:
            treat.append(path)
        else:
            skips.append(skip)
    return treat, skips


def _obstacle(root: str, path: str, exclude: Sequence[str], max_bytes: int) -> Skip | None:
    if os.path.isabs(path) or path.split(os.sep, maxsplit=1)[0] == os.pardir:
        return Skip(path, "outside of the project")
    if GENERATED.intersection(path.split(os.sep)):
        return Skip(path, "in a folder that tools fill")
    if any(matches(glob, path) for glob in exclude):
        return Skip(path, "excluded by the configuration")
    absolute = os.path.join(root, path)
    if not os.path.lexists(absolute):
        return Skip(path, "deleted")
    base = os.path.realpath(root)
    if os.path.commonpath([base, os.path.realpath(absolute)]) != base:
        return Skip(path, "a link that leads out of the project")
    if not os.path.isfile(absolute):
        return Skip(path, "not a regular file")
    try:
        size = os.stat(absolute).st_size
        with open(absolute, "rb") as file:
            head = file.read(8192)
    except OSError as error:
        return Skip(path, f"cannot be read: {error.strerror or error}", owed=True)
    if b"\0" in head:
        return Skip(path, "binary")
    if size > max_bytes:
        return Skip(path, f"{size} bytes, more than the limit of {max_bytes}", owed=True)
    return None
