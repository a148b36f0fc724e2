"""Where the work tree differs from our index, as git lists it and as the file system says."""

from __future__ import annotations

import errno
import os
import time

from ambidex.changes import signature
from ambidex.changes.shadow import Shadow, split_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Files above this many bytes are recorded by signature and never copied.
LARGE_BYTES = 5_000_000

PRESENT = "present"
GONE = "gone"
NO_FILE = "no file"
SIGNATURE_ONLY = "signature only"

# Repositories nested deeper than this are not looked into.
_NESTING = 10
_PROBE = b".ambidex-probe"
_S_IFMT, _S_IFREG, _S_IFLNK = 0o170000, 0o100000, 0o120000

# The clock that stamps files ticks every 1 to 10 ms, by the kernel's configuration.
_TICK_NS = 20_000_000
_SECONDS_IN_DOUBT_NS = 2_000_000_000


def differing(shadow: Shadow, rules: str) -> dict[bytes, bool]:
    """Paths that are new, modified or deleted, each with whether our index has it.

    A nested repository counts as an ordinary folder: as the unit that git makes of it, it
    would hide every file inside it that is not committed.

    Args:
        shadow: the shadow of the work tree, locked.
        rules: path of the flattened ignore rules.
    """
    entered: set[bytes] = set()
    for _ in range(_NESTING):
        listed = _listed(shadow, rules)
        nested = [name for name in listed if name.endswith(b"/")]
        fresh = [name for name in nested if name not in entered]
        if not fresh:
            break
        # Git descends into a folder that has something in the index, repository or not.
        _put_probes(shadow, fresh)
        entered.update(fresh)
    return {name: tracked for name, tracked in listed.items() if not name.endswith(b"/")}


def _listed(shadow: Shadow, rules: str) -> dict[bytes, bool]:
    output = shadow.git("ls-files", "-t", "-z", "-o", "-m", "-d", f"--exclude-from={rules}")
    return {line[2:]: not line.startswith(b"?") for line in split_names(output)}


def _put_probes(shadow: Shadow, folders: Iterable[bytes]) -> None:
    # No object of that id exists, and the next step finds the file deleted.
    nothing = b"1" * shadow.id_length()
    lines = [b"100644 " + nothing + b" 0\t" + folder + _PROBE + b"\0" for folder in folders]
    shadow.git("update-index", "-z", "--index-info", stdin=b"".join(lines))


class Entry:
    """What one path is on disk right now.

    Attributes:
        kind: `PRESENT` (its content can be recorded), `SIGNATURE_ONLY` (too large, or not
            readable), `GONE`, or `NO_FILE` (a folder, a socket, behind a symbolic link …).
        signature: of a file that is there, else `""`.
        in_doubt: whether git, comparing times by the second, could miss the file's next
            change.
        settled: whether a next change is bound to change the signature.
        modified: modification time in seconds since the epoch, 0 if there is no file.
    """

    __slots__ = ("in_doubt", "kind", "modified", "settled", "signature")

    def __init__(self, kind: str, status: os.stat_result | None = None, now: int = 0) -> None:
        self.kind = kind
        self.signature = signature.of_stat(status) if status else ""
        self.modified = int(status.st_mtime) if status else 0
        age = now - status.st_ctime_ns if status else _SECONDS_IN_DOUBT_NS
        self.in_doubt = age < _SECONDS_IN_DOUBT_NS
        self.settled = age >= _TICK_NS


class Disk:
    """Looks at paths below one root; remembers which of their folders are symbolic links."""

    def __init__(self, root: str) -> None:
        self._root = os.fsencode(root)
        self._behind_link: dict[bytes, bool] = {b"": False}

    def entry(self, name: bytes) -> Entry:
        """What the path `name`, relative to the root, is right now."""
        path = os.path.join(self._root, name)
        now = time.time_ns()
        try:
            status = os.lstat(path)
        except OSError as error:
            gone = error.errno in (errno.ENOENT, errno.ENOTDIR)
            return Entry(GONE if gone and not self._is_behind_link(name) else NO_FILE)
        kind = status.st_mode & _S_IFMT
        if kind not in (_S_IFREG, _S_IFLNK) or self._is_behind_link(name):
            return Entry(NO_FILE)
        if kind == _S_IFREG and (status.st_size > LARGE_BYTES or not os.access(path, os.R_OK)):
            return Entry(SIGNATURE_ONLY, status, now)
        return Entry(PRESENT, status, now)

    def _is_behind_link(self, name: bytes) -> bool:
        folder = os.path.dirname(name)
        known = self._behind_link.get(folder)
        if known is None:
            linked = os.path.islink(os.path.join(self._root, folder))
            known = self._behind_link[folder] = linked or self._is_behind_link(folder)
        return known
