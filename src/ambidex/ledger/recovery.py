"""The chain continued where its end is not as the head says. Called with the lock held.

Nothing is removed and nothing is smoothed over: every case leaves a `ledger.recovered` record.

- More bytes than the head knows: a writer died between the record and the head, or within the
  record. Whole records that continue the chain count; bytes that are none stay where they are,
  and the record says how many and what their SHA-256 is.
- Fewer bytes: the log lost its tail. The numbering and the hash go on from the head, so the gap
  stays visible for good.
- No readable head: the chain goes on from the last record there is. What may have followed it is
  unknown, and `verify` says so.
"""

from __future__ import annotations

import os

from ambidex.ledger.append import Head, open_segment, segment_numbers, write
from ambidex.ledger.records import follow, lines, parse, read_segment, torn_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNFINISHED = "unfinished"
TRUNCATED = "truncated"
HEAD_MISSING = "head missing"


def recover(folder: str, lock: int, head: Head | None) -> Head:
    """Find the end of the log, record what was found, and return the new head.

    Args:
        folder: the folder `audit`.
        lock: descriptor of the head file, locked.
        head: what the head file says; None when it says nothing.

    Raises:
        OSError: the log cannot be read or written.
    """
    number = head.segment if head else (segment_numbers(folder) or [1])[-1]
    try:
        data = read_segment(folder, number)
    except FileNotFoundError:
        data = b""
    record: dict[str, Any] = {"event": "ledger.recovered"}
    if head is None:
        record["why"] = HEAD_MISSING
        seq, last_hash, good = _last_record(folder, number, data)
    elif len(data) < head.size:
        record["why"] = TRUNCATED
        record["missing"] = {"bytes": head.size - len(data), "last_seq": head.seq}
        seq, last_hash = head.seq, head.hash
        good = data.rfind(b"\n") + 1
    else:
        record["why"] = UNFINISHED
        seq, last_hash, good = follow(data[head.size :], head.seq, head.hash)
        record["adopted"] = seq - head.seq
        good += head.size
    torn = data[good:]
    before = b""
    if torn:
        if not torn.endswith(b"\n"):
            before = b"\n"
        record["torn"] = torn_mark(torn + before)
    segment = open_segment(folder, number)
    try:
        return write(lock, segment, Head(seq, number, len(data), last_hash), record, before)
    finally:
        os.close(segment)


def _last_record(folder: str, number: int, data: bytes) -> tuple[int, str, int]:
    """Number and hash of the last unaltered record, and its end in `data` (segment `number`)."""
    for other in reversed(segment_numbers(folder)):
        content = data if other == number else read_segment(folder, other)
        for start, end in reversed(list(lines(content))):
            record = parse(content[start:end].rstrip(b"\n"))
            if record is not None and record.honest and content[end - 1 : end] == b"\n":
                return record.seq, record.hash, end if other == number else 0
    genesis = Head()
    return genesis.seq, genesis.hash, 0
