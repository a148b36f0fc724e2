"""Bringing our index up to what is on disk."""

from __future__ import annotations

import os
import time

from ambidex.changes.listing import GONE, PRESENT, SIGNATURE_ONLY, Disk, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ambidex.changes.memory import Memory
    from ambidex.changes.shadow import Shadow

# Files handed to one git. A first take that meets its deadline keeps what is done so far.
_BATCH = 5_000
# Fewer files that git reads again each time cost less than one more process.
_RACY_FILES = 100
# The signature of a file that has to be read again whatever it looks like.
_UNKNOWN = "?"


class Update:
    """What one take does to the index.

    Attributes:
        large: signatures of the files whose content is not recorded, by path.
    """

    def __init__(self, shadow: Shadow, memory: Memory, wanted: set[bytes]) -> None:
        """Plan nothing yet; `wanted` are the ignored paths that belong into the tree."""
        self.large: dict[str, str] = {}
        self._wanted = wanted
        self._shadow = shadow
        self._memory = memory
        self._evict: set[bytes] = set()
        self._read: dict[bytes, Entry] = {}

    def evict(self, names: Iterable[bytes]) -> None:
        """Take these paths out of the index, whatever is on disk."""
        self._evict.update(names)

    def look_at(self, names: Mapping[bytes, bool]) -> None:
        """Look at these paths, each with whether the index has it, and plan what to do."""
        disk = Disk(self._shadow.root)
        for name, tracked in names.items():
            if name in self._evict:
                continue
            entry = disk.entry(name)
            if entry.kind == SIGNATURE_ONLY:
                self.large[os.fsdecode(name)] = entry.signature
            if entry.kind == PRESENT or (entry.kind == GONE and tracked):
                self._read[name] = entry
            elif tracked:
                self._evict.add(name)
        for name, seen in list(self._memory.suspects.items()):
            if name in names or name in self._evict:
                continue
            entry = disk.entry(name)
            if entry.kind != PRESENT or entry.signature != seen:
                self._evict.add(name)  # git would say that it knows this file
                if entry.kind == PRESENT:
                    self._read[name] = entry
                elif entry.kind == SIGNATURE_ONLY:
                    self.large[os.fsdecode(name)] = entry.signature
            elif not entry.in_doubt:
                del self._memory.suspects[name]

    def apply(self) -> None:
        """Bring the index up to date.

        Raises:
            GitFailed: a file changed, vanished or became unreadable meanwhile.
            TreeError: the deadline passed; what was done is kept.
            OSError: the state directory can't be written.
        """
        memory = self._memory
        if not self._evict and not self._read:
            return
        memory.tree = ""
        # Saved at every step, so that whoever continues after a failure need not start again.
        memory.save(self._shadow)
        if self._evict:
            self._git("--force-remove", names=sorted(self._evict))
            for name in self._evict:
                memory.suspects.pop(name, None)
            memory.held -= self._evict
            memory.save(self._shadow)
        names = sorted(self._read)
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            self._git("--add", "--remove", "--replace", names=batch)
            for name in batch:
                self._remember(name, self._read[name])
            memory.save(self._shadow)

    def write_tree(self) -> str:
        """The id of the tree that the index stands for; written only if something changed.

        Raises:
            TreeError: git failed or the deadline passed.
        """
        if not self._memory.tree:
            self._memory.tree = os.fsdecode(self._shadow.git("write-tree").strip())
        return self._memory.tree

    def settle(self) -> None:
        """Spare git from reading files again each time because they are as new as the index.

        Raises:
            TreeError: git failed or the deadline passed.
        """
        memory = self._memory
        written = int(os.stat(os.path.join(self._shadow.git_dir, "index")).st_mtime)
        if self._read:
            racy = sum(entry.modified >= written for entry in self._read.values())
            memory.racy = racy >= _RACY_FILES
        elif memory.racy and time.time() >= written + 1:
            self._shadow.git("update-index", "--force-write-index")
            memory.racy = False

    def _remember(self, name: bytes, entry: Entry) -> None:
        memory = self._memory
        memory.suspects.pop(name, None)
        memory.held.discard(name)
        if entry.kind == PRESENT:
            if name in self._wanted:
                memory.held.add(name)
            if entry.in_doubt:
                memory.suspects[name] = entry.signature if entry.settled else _UNKNOWN

    def _git(self, *how: str, names: Sequence[bytes]) -> None:
        data = b"".join(name + b"\0" for name in names)
        self._shadow.git("update-index", *how, "-z", "--stdin", stdin=data)
