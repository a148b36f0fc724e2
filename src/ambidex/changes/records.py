"""Which ignore rules a tree was taken under, and which of its files they would have hidden."""

from __future__ import annotations

import os

from ambidex.changes.rules import file_of
from ambidex.changes.shadow import Shadow, write_atomically

_OWN = b"own"
_INHERITED = b"inherited"


class Record:
    """How a tree was taken.

    Attributes:
        rules: digest of the flattened ignore rules.
        held: paths in the tree that these rules ignore (tracked by the user all the same).
    """

    __slots__ = ("held", "rules")

    def __init__(self, rules: str, held: frozenset[bytes]) -> None:
        self.rules = rules
        self.held = held


def read(shadow: Shadow, tree: str) -> Record | None:
    """The record of `tree`, or None for a tree that was not taken here."""
    try:
        with open(_path(shadow, tree), "rb") as file:
            _, digest, *held = file.read().split(b"\0")
    except (OSError, ValueError):
        return None
    if not os.path.exists(file_of(shadow, os.fsdecode(digest))):
        return None
    return Record(os.fsdecode(digest), frozenset(held))


def write(shadow: Shadow, tree: str, record: Record, own: bool) -> None:
    """Record how `tree` was taken.

    Args:
        shadow: the shadow in which it was taken.
        tree: the tree's id.
        record: what to keep.
        own: whether the rules are those of the work tree at that moment, rather than of a
            baseline. Own rules replace inherited ones, nothing else is ever replaced: a line
            that is added to `.git/info/exclude` leaves the tree as it was, and must not
            change what that tree hides.

    Raises:
        OSError: the state directory can't be written.
    """
    path = _path(shadow, tree)
    try:
        with open(path, "rb") as file:
            known = file.read().split(b"\0", 1)[0]
    except OSError:
        known = b""
    if known == _OWN or (known == _INHERITED and not own):
        return
    kind = _OWN if own else _INHERITED
    fields = [kind, os.fsencode(record.rules), *sorted(record.held)]
    write_atomically(path, b"\0".join(fields))


def _path(shadow: Shadow, tree: str) -> str:
    return os.path.join(shadow.folder, "trees", os.path.basename(tree) or "none")
