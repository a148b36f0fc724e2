"""What a configuration is compared with besides its own bytes: the project's files and today."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator

from ambidex.policy import globs


class Surroundings:
    """The project's files and the date, as the model's validators ask for them."""

    def __init__(self, root: str, today: datetime.date, most: int) -> None:
        """Look below `root`, at no more than `most` files and folders for one glob."""
        self.today = today
        self._root = root
        self._most = most

    def exists(self, path: str) -> bool:
        """Whether `path`, relative to the project's root, is there."""
        return os.path.exists(os.path.join(self._root, path))

    def has_match(self, glob: str) -> bool:
        """Whether `glob` matches a file or folder; True as well when there are too many to tell."""
        start = globs.literal_start(glob)
        if start == "/".join(globs.segments(glob)):
            return self.exists(start)
        seen = 0
        for path in walk(self._root, start, self._most):
            seen += 1
            if globs.matches(glob, path):
                return True
        return seen >= self._most


def walk(root: str, start: str, most: int) -> Iterator[str]:
    """Files and folders below the folder `start`, as paths relative to `root`, at most `most`.

    Links to folders are not followed, and `.git` is not looked at.
    """
    folders = [start]
    seen = 0
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(os.path.join(root, folder)), key=lambda each: each.name)
        except OSError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if path == ".git":
                continue
            if seen == most:
                return
            seen += 1
            yield path
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
