"""The audit log's writer: one line of JSON per event, chained by hashes.

Layout of `<state>/audit/` (mode 0700, files 0600):

    000001.jsonl …   segments; once one has `SEGMENT_BYTES`, the next is begun with a record that
                     names it and its last hash. Nothing written is ever changed.
    head             where the chain ends: number of the last record, segment, that segment's size
                     in bytes, the last hash. It is also the lock.

A line is `{"hash":"<64 hex>",` followed by the rest of the record, which begins with `seq` (1, 2,
3 …), `ts` (UTC, milliseconds) and `prev` (hash of the record before; 64 zeros for the first). The
hash is SHA-256 over `prev` and the line without its `hash` member, byte for byte; so an edit that
JSON would not notice breaks the chain too. The head makes a log that lost its tail detectable
without reading it. If the last segment's size is not the head's, a writer has died half-way (or
somebody has been at the log): `ambidex.ledger.recovery` looks, keeps every byte, and records it.

What the chain does not prove: that nobody rewrote everything from some record on, head included;
it has no secret. It also cannot tell a machine that lost power (nothing is synced to the disk
here: it would cost more than the hook) from a log whose end was cut off.

Members by convention, all optional except `event`:

    event        a Claude Code event's name, or `ledger.rotated`, `ledger.recovered`,
                 `ledger.pruned`, or an event of Ambidex's own (`trust`, `pause` …)
    session, prompt, trace, agent, agent_type, task
                 identifiers of who was at work on what
    tool, tool_use_id, command, cwd, input, output, exit, seconds
                 the tool call: sanitised input and output, exit status, wall-clock time
    decision     {"action", "rule", "reason"} of the guard
    verdict      a `Verdict` as data
    risk         score from 0 to 10
    track        `right` or `left`
    version      Ambidex's

Hot path. `hashlib` costs as much as the rest of this module because it loads OpenSSL; the
interpreter's own `_sha256` (`_sha2` since 3.12) gives the same digest. It is no public module,
so `hashlib` is what remains where an interpreter was built without it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import time

from ambidex.fastjson import dumps
from ambidex.ledger.sanitise import sanitise
from ambidex.locate import make_private

try:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256
    else:
        from _sha256 import sha256  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SEGMENT_BYTES = 4_000_000
"""Size at which a segment is closed; what is pruned is whole segments."""
LOCK_SECONDS = 2.0
"""How long an append waits for other processes; a record is written in well under 1 ms."""
GENESIS = "0" * 64
RESERVED = ("seq", "ts", "prev", "hash")
_HEAD_BYTES = 128


class Head:
    """Where the chain ends.

    Attributes:
        seq: number of the last record; 0 before the first.
        segment: number of the last segment.
        size: bytes of that segment.
        hash: hash of the last record; `GENESIS` before the first.
    """

    __slots__ = ("hash", "segment", "seq", "size")

    def __init__(
        self, seq: int = 0, segment: int = 1, size: int = 0, last_hash: str = GENESIS
    ) -> None:
        self.seq = seq
        self.segment = segment
        self.size = size
        self.hash = last_hash

    def encode(self) -> bytes:
        """The head file's content, always of the same length so that it overwrites the last."""
        line = f"{self.seq} {self.segment} {self.size} {self.hash}"
        return line.encode("ascii").ljust(_HEAD_BYTES - 1) + b"\n"


def append(state: str, record: dict[str, Any], *, segment_bytes: int = SEGMENT_BYTES) -> None:
    """Write one record to the audit log of the repository whose state directory is `state`.

    Args:
        state: the state directory; it and `audit/` are created when missing.
        record: the event, as the module's description says. It is sanitised here: secrets are
            redacted, long texts cut.
        segment_bytes: size at which a segment is closed.

    Raises:
        OSError: the disk is full or read-only, the folder is somebody else's, or the lock was
            not free within `LOCK_SECONDS` (`TimeoutError`). The log stays usable.
        ValueError: the record has a member that the chain needs for itself (`RESERVED`).
    """
    for name in RESERVED:
        if name in record:
            raise ValueError(f"a record cannot have a member {name!r}: the chain sets it")
    body = sanitise(record)
    folder = os.path.join(state, "audit")
    lock = open_head(state)
    try:
        _append(folder, lock, body, segment_bytes)
    finally:
        os.close(lock)


def _append(folder: str, lock: int, body: dict[str, Any], segment_bytes: int) -> None:
    head = read_head(lock) or _first_head(folder, lock)
    head, segment = _open_end(folder, lock, head)
    try:
        if head.size >= segment_bytes:
            os.close(segment)
            segment = -1
            # The head first: if this process dies now, the next one finds an empty segment
            # that needs its first record, and not a full one that it continues.
            head = Head(head.seq, head.segment + 1, 0, head.hash)
            write_head(lock, head)
            head, segment = _open_end(folder, lock, head)
        write(lock, segment, head, body)
    finally:
        if segment >= 0:
            os.close(segment)


def _open_end(folder: str, lock: int, head: Head | None) -> tuple[Head, int]:
    """The head and its segment's descriptor, after recovery if the two do not agree."""
    if head is not None:
        segment = open_segment(folder, head.segment)
        if os.fstat(segment).st_size == head.size:
            return head, segment
        os.close(segment)
    from ambidex.ledger.recovery import recover

    head = recover(folder, lock, head)
    return head, open_segment(folder, head.segment)


def write(lock: int, segment: int, head: Head, body: dict[str, Any], before: bytes = b"") -> Head:
    """Write a sanitised record after `head` and move the head; the lock is held.

    Args:
        lock: descriptor of the head file.
        segment: descriptor of the head's segment.
        head: where the chain ends.
        body: the record without the members that the chain sets.
        before: bytes to write in front of it.

    Returns:
        The new head.

    Raises:
        OSError: the record is not, or only half, on the disk; the next append recovers.
    """
    data = before
    size, seq, last_hash = head.size, head.seq, head.hash
    bodies = [body]
    if head.segment > 1 and head.size == 0 and not before:
        bodies.insert(
            0,
            {
                "event": "ledger.rotated",
                "previous": segment_name(head.segment - 1),
                "last_hash": head.hash,
            },
        )
    for one in bodies:
        line, last_hash = _line(Head(seq, head.segment, 0, last_hash), one)
        seq += 1
        data += line
    _write_all(segment, data)
    head = Head(seq, head.segment, size + len(data), last_hash)
    write_head(lock, head)
    return head


def _line(head: Head, body: dict[str, Any]) -> tuple[bytes, str]:
    members = {"seq": head.seq + 1, "ts": timestamp(time.time()), "prev": head.hash}
    members.update(body)
    rest = dumps(members)
    digest = hash_of(head.hash, rest.encode("ascii"))
    return f'{{"hash":"{digest}",{rest[1:]}\n'.encode("ascii"), digest


def hash_of(prev: str, body: bytes) -> str:
    """The hash of a record: SHA-256, in hexadecimal, over `prev` and its line without `hash`."""
    digest: str = sha256(prev.encode("ascii") + body).hexdigest()
    return digest


def timestamp(seconds: float) -> str:
    """Seconds since 1970 as `2025-01-31T23:59:59.123Z`."""
    now = time.gmtime(seconds)
    return (
        f"{now.tm_year:04}-{now.tm_mon:02}-{now.tm_mday:02}T"
        f"{now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02}.{int(seconds % 1 * 1000):03}Z"
    )


def segment_name(number: int) -> str:
    """The file name of the segment `number`, counted from 1."""
    return f"{number:06}.jsonl"


def segment_numbers(folder: str) -> list[int]:
    """The numbers of the segments in the folder `audit`, ascending; [] when there is no folder."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    stems = [name[:-6] for name in names if name.endswith(".jsonl")]
    return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())


def open_head(state: str, seconds: float = LOCK_SECONDS) -> int:
    """Open the head file of `state`, creating it, and wait for its lock.

    Returns:
        The descriptor; closing it gives the lock back.

    Raises:
        OSError: it cannot be opened; `TimeoutError` when others held it for `seconds`.
    """
    path = os.path.join(state, "audit", "head")
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    deadline = time.monotonic() + seconds
    while True:
        try:
            lock = os.open(path, flags, 0o600)
        except FileNotFoundError:
            make_private(state)
            make_private(os.path.join(state, "audit"))
            lock = os.open(path, flags, 0o600)
        try:
            wait_for_lock(lock, path, deadline)
            if _is_at(lock, path):
                return lock
        except BaseException:
            os.close(lock)
            raise
        # Somebody removed the file meanwhile: a lock on it would exclude nobody.
        os.close(lock)


def wait_for_lock(lock: int, path: str, deadline: float, operation: int = fcntl.LOCK_EX) -> None:
    """Lock an open file.

    Args:
        lock: its descriptor.
        path: its name, for the error.
        deadline: when to give up, in seconds of `time.monotonic`.
        operation: `fcntl.LOCK_EX` or `fcntl.LOCK_SH`.

    Raises:
        OSError: it cannot be locked; `TimeoutError` when others held it until the deadline.
    """
    pause = 0.0005
    while True:
        try:
            fcntl.flock(lock, operation | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                raise
        if time.monotonic() >= deadline:
            raise TimeoutError(errno.ETIMEDOUT, "another process holds the audit log", path)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)


def _is_at(descriptor: int, path: str) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    mine = os.fstat(descriptor)
    return (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev)


def read_head(lock: int) -> Head | None:
    """The head, or None when the file is empty or is not a head."""
    return parse_head(os.pread(lock, _HEAD_BYTES + 1, 0))


def parse_head(content: bytes) -> Head | None:
    """The head from the content of its file, or None."""
    parts = content.split()
    if len(content) != _HEAD_BYTES or len(parts) != 4 or len(parts[3]) != 64:
        return None
    try:
        seq, segment, size = int(parts[0]), int(parts[1]), int(parts[2])
        return Head(seq, segment, size, parts[3].decode("ascii"))
    except ValueError:
        return None


def write_head(lock: int, head: Head) -> None:
    """Overwrite the head file."""
    os.pwrite(lock, head.encode(), 0)


def _first_head(folder: str, lock: int) -> Head | None:
    """The head of a log that has none because it is new; None when there are segments."""
    if os.fstat(lock).st_size or segment_numbers(folder):
        return None
    head = Head()
    # Before the first record: so a missing head never is the work of a crash.
    write_head(lock, head)
    return head


def open_segment(folder: str, number: int) -> int:
    """Open a segment for appending, creating it.

    Raises:
        OSError: it cannot be opened for writing.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(os.path.join(folder, segment_name(number)), flags, 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
