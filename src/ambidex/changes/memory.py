"""What the last take left behind, so that the next one need not look again."""

from __future__ import annotations

import os

from ambidex.changes import signature
from ambidex.changes.shadow import Shadow, write_atomically

_FORMAT = b"1"


class Memory:
    """The state beside the index.

    Attributes:
        tree: id of the tree that the index stands for; `""` if it has to be written.
        rules: digest of the ignore rules that the index was made under.
        large: signatures of the files that are in no tree, by path.
        own_rules: digest of the work tree's own rules, valid while `sources` are unchanged.
        users_index: signature of the user's index when it was last read.
        racy: whether many files are as new as the index, so that git reads each again.
        sources: signatures of the files that `own_rules` came from, by path.
        tracked: paths that the user's index tracks although `rules` ignore them.
        held: paths in our index that `rules` ignore.
        suspects: files whose next change git could miss, with their signatures; git compares
            times by the second, so a file that changed in this second needs a closer look.
    """

    __slots__ = (
        "_saved",
        "held",
        "large",
        "own_rules",
        "racy",
        "rules",
        "sources",
        "suspects",
        "tracked",
        "tree",
        "users_index",
    )

    def __init__(self) -> None:
        self._saved = b""
        self.tree = ""
        self.rules = ""
        self.own_rules = ""
        self.users_index = ""
        self.racy = False
        self.large: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.tracked: set[bytes] = set()
        self.held: set[bytes] = set()
        self.suspects: dict[bytes, str] = {}

    def save(self, shadow: Shadow) -> None:
        """Write the memory of the index as it is now, if anything is new.

        Raises:
            OSError: the state directory can't be written.
        """
        single = [self.tree, self.rules, self.own_rules, self.users_index, "1" * self.racy]
        groups: list[list[bytes]] = [
            [os.fsencode(value) for value in (_index_signature(shadow), *single)],
            [os.fsencode(value) for pair in self.sources.items() for value in pair],
            [os.fsencode(value) for pair in self.large.items() for value in pair],
            sorted(self.tracked),
            sorted(self.held),
            [part for path, seen in self.suspects.items() for part in (path, seen.encode())],
        ]
        # No path is empty and none contains NUL, so that counts are all the structure needed.
        fields = [_FORMAT]
        for group in groups:
            fields.append(b"%d" % len(group))
            fields += group
        data = b"\0".join(fields)
        if data != self._saved:
            write_atomically(_path(shadow), data)
            self._saved = data


def load(shadow: Shadow) -> Memory:
    """The memory of the last take, or an empty one (and no index) if that can't be relied on.

    A take that was killed between writing the index and writing this would otherwise be
    mistaken for one in which nothing changed.

    Raises:
        OSError: the index can't be removed.
    """
    memory = peek(shadow)
    if memory is None:
        shadow.forget()
        return Memory()
    return memory


def peek(shadow: Shadow) -> Memory | None:
    """The memory of the last take, or None if there is none that belongs to the index."""
    memory = Memory()
    try:
        with open(_path(shadow), "rb") as file:
            memory._saved = file.read()
        version, *fields = memory._saved.split(b"\0")
        if version != _FORMAT:
            return None
        single, sources, large, tracked, held, suspects = _groups(fields)
        index, memory.tree, memory.rules, memory.own_rules, memory.users_index, racy = map(
            os.fsdecode, single
        )
    except (OSError, ValueError):
        return None
    if index != _index_signature(shadow):
        return None
    memory.racy = bool(racy)
    memory.sources = _pairs(sources)
    memory.large = _pairs(large)
    memory.tracked, memory.held = set(tracked), set(held)
    memory.suspects = {path: seen.decode() for path, seen in zip(suspects[::2], suspects[1::2])}
    return memory


def _pairs(fields: list[bytes]) -> dict[str, str]:
    values = [os.fsdecode(field) for field in fields]
    return dict(zip(values[::2], values[1::2]))


def _groups(fields: list[bytes]) -> list[list[bytes]]:
    groups = []
    at = 0
    while at < len(fields):
        end = at + 1 + int(fields[at])
        if end > len(fields):
            raise ValueError(end)
        groups.append(fields[at + 1 : end])
        at = end
    return groups


def _index_signature(shadow: Shadow) -> str:
    return signature.of_path(os.path.join(shadow.git_dir, "index"))


def _path(shadow: Shadow) -> str:
    return os.path.join(shadow.git_dir, "memory")
