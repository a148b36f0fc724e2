"""The audit log checked, read and pruned. Cold path: `verify`, `status`, `doctor`, CI."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ambidex.ledger.append import (
    GENESIS,
    LOCK_SECONDS,
    Head,
    append,
    parse_head,
    segment_name,
    segment_numbers,
    timestamp,
    wait_for_lock,
)
from ambidex.ledger.records import Record, lines, parse, read_segment
from ambidex.ledger.recovery import HEAD_MISSING, TRUNCATED

INTACT = "intact"
EMPTY = "empty"
BROKEN = "broken"

EDITED = "edited"
REMOVED = "removed"
REORDERED = "reordered"
TORN = "torn"
UNREADABLE = "unreadable"

# Of `ledger.pruned`: more would not fit into one record.
_SEGMENTS_AT_ONCE = 100


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold.

    Attributes:
        why: `edited`, `removed`, `reordered`, `truncated`, `torn`, `unreadable`, `head missing`.
        seq: number of the first record concerned.
        segment: file name; "" where no file is left to name.
        line: line in it, 1-based; 0 when no line is concerned.
        detail: one sentence for a person.
    """

    why: str
    seq: int
    segment: str
    line: int
    detail: str


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found.

    Attributes:
        status: `intact`, `empty` (not one record: nothing was checked) or `broken`.
        records: how many records hold, up to the break.
        segments: how many files there are.
        first: number of the first record that is still there; 0 when empty.
        last: number of the last one that holds.
        broken: the first break, or None.
        notes: what is in order but worth knowing: recoveries, prunings.
    """

    status: str
    records: int
    segments: int
    first: int = 0
    last: int = 0
    broken: Break | None = None
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return asdict(self)


def verify(state: str) -> ChainReport:
    """Check every record of the audit log under the state directory `state`.

    Writers may go on meanwhile: what is checked is the log as it was at the beginning. Not
    proved: that nobody rewrote all records from some point on together with the head.

    Raises:
        TimeoutError: another process held the log for longer than `LOCK_SECONDS`.
    """
    folder = os.path.join(state, "audit")
    try:
        head, sizes = _snapshot(folder)
    except TimeoutError:
        raise
    except OSError as error:
        return ChainReport(BROKEN, 0, 0, broken=Break(UNREADABLE, 1, "", 0, str(error)))
    return _Walk(folder, head, sizes).report()


def _snapshot(folder: str) -> tuple[Head | None, dict[int, int]]:
    """The head and the size of every segment, as of one moment."""
    path = os.path.join(folder, "head")
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, _sizes(folder)
    try:
        wait_for_lock(lock, path, time.monotonic() + LOCK_SECONDS, fcntl.LOCK_SH)
        return parse_head(os.pread(lock, 4096, 0)), _sizes(folder)
    finally:
        os.close(lock)


def _sizes(folder: str) -> dict[int, int]:
    return {
        number: os.stat(os.path.join(folder, segment_name(number))).st_size
        for number in segment_numbers(folder)
    }


class _Walk:
    """One pass over all segments; stops at the first break."""

    def __init__(self, folder: str, head: Head | None, sizes: dict[int, int]) -> None:
        self.folder = folder
        self.head = head
        self.sizes = sizes
        self.seq = 0
        self.hash = GENESIS
        self.first: Record | None = None
        self.first_segment = ""
        self.records = 0
        self.anchors: dict[int, str] = {}
        self.notes: list[str] = []

    def report(self) -> ChainReport:
        broken = self._segments() or self._beginning() or self._end()
        status = BROKEN if broken else INTACT if self.records else EMPTY
        first = self.first.seq if self.first else 0
        return ChainReport(
            status, self.records, len(self.sizes), first, self.seq, broken, self.notes
        )

    def _segments(self) -> Break | None:
        for number, size in self.sizes.items():
            name = segment_name(number)
            try:
                data = read_segment(self.folder, number, size)
            except OSError as error:
                return Break(UNREADABLE, self.seq + 1, name, 0, f"{name}: {error.strerror}")
            if len(data) < size:
                return Break(TRUNCATED, self.seq + 1, name, 0, f"{name} shrank while being read")
            broken = self._segment(name, data)
            if broken:
                return broken
        return None

    def _segment(self, name: str, data: bytes) -> Break | None:
        good = 0
        torn_line = 0
        for line, (start, end) in enumerate(lines(data), 1):
            record = parse(data[start : end - 1]) if data[end - 1 : end] == b"\n" else None
            if record is None:
                torn_line = torn_line or line
                continue
            if start > good and not record.attests(data[good:start]):
                return self._no_record(name, torn_line, last=False)
            broken = self._record(name, line, record, data[end:])
            if broken:
                return broken
            good, torn_line = end, 0
        if good < len(data):
            last = name == segment_name(max(self.sizes))
            return self._no_record(name, torn_line, last)
        return None

    def _no_record(self, name: str, line: int, last: bool) -> Break:
        head = self.head
        if last and head and head.seq <= self.seq:
            detail = "a writer died within this line; the next record will note it"
            return Break(TORN, self.seq + 1, name, line, detail)
        return Break(UNREADABLE, self.seq + 1, name, line, "this line is no record")

    def _record(self, name: str, line: int, record: Record, rest: bytes) -> Break | None:
        if self.first is None:
            self.first, self.first_segment = record, name
            self.seq, self.hash = record.seq - 1, record.prev
        broken = self._break_at(name, line, record, rest)
        if broken:
            return broken
        self.seq, self.hash = record.seq, record.hash
        self.records += 1
        self._remember(record)
        return None

    def _break_at(self, name: str, line: int, record: Record, rest: bytes) -> Break | None:
        expected = self.seq + 1
        if not record.honest:
            return Break(EDITED, expected, name, line, "the hash is not that of the record")
        why = record.members.get("why") if _event(record) == "ledger.recovered" else None
        if why == TRUNCATED and record.seq > expected:
            detail = f"records {expected} to {record.seq - 1} were cut off the end of the log"
            return Break(TRUNCATED, expected, name, line, detail)
        if why == HEAD_MISSING:
            detail = f"the head was missing before record {record.seq}; others may be lost"
            return Break(HEAD_MISSING, record.seq, name, line, detail)
        if record.seq > expected:
            if b'"seq":%d,' % expected in rest:
                detail = f"record {record.seq} stands before record {expected}"
                return Break(REORDERED, expected, name, line, detail)
            detail = f"records {expected} to {record.seq - 1} are missing"
            return Break(REMOVED, expected, name, line, detail)
        if record.seq < expected:
            detail = f"record {record.seq} stands after record {self.seq}"
            return Break(REORDERED, record.seq, name, line, detail)
        if record.prev != self.hash:
            detail = f"record {record.seq} was chained to another record {self.seq}"
            return Break(EDITED, max(self.seq, 1), name, max(line - 1, 1), detail)
        head = self.head
        if head and head.seq == record.seq and head.hash != record.hash:
            detail = f"the head knows another record {record.seq}"
            return Break(EDITED, record.seq, name, line, detail)
        return None

    def _remember(self, record: Record) -> None:
        event = _event(record)
        if event == "ledger.recovered":
            self.notes.append(
                f"record {record.seq}: recovered after a writer had died"
                f" ({record.members.get('adopted', 0)} records adopted"
                f"{', a torn line kept' if 'torn' in record.members else ''})"
            )
        elif event == "ledger.pruned":
            found = record.members.get("found")
            self.notes.append(f"record {record.seq}: older segments pruned, then {found}")
            for dropped in record.members.get("segments", ()):
                self.anchors[dropped["last_seq"]] = dropped["last_hash"]

    def _beginning(self) -> Break | None:
        first = self.first
        if first is None:
            return None
        if first.seq == 1 and first.prev == GENESIS:
            return None
        if first.seq > 1 and self.anchors.get(first.seq - 1) == first.prev:
            return None
        detail = f"the log begins with record {first.seq}, and no pruning explains it"
        return Break(REMOVED, 1, self.first_segment, 1, detail)

    def _end(self) -> Break | None:
        head = self.head
        last = segment_name(max(self.sizes)) if self.sizes else ""
        if head is None:
            if not self.sizes:
                return None
            return Break(HEAD_MISSING, self.seq + 1, last, 0, "the head is missing or unreadable")
        if head.seq > self.seq:
            detail = f"the log ends with record {self.seq}, the head knows {head.seq}"
            return Break(TRUNCATED, self.seq + 1, last, 0, detail)
        if head.seq < self.seq:
            self.notes.append(f"the head is at record {head.seq}; the next append catches up")
        return None


def _event(record: Record) -> str:
    return str(record.members.get("event", ""))


def read(
    state: str, *, newest_first: bool = True, events: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The records of the log, without checking the chain; lines that are no records are left out.

    Args:
        state: the state directory.
        newest_first: order; the other way round is oldest first.
        events: only records whose `event` is one of these.

    Raises:
        OSError: a segment cannot be read.
    """
    folder = os.path.join(state, "audit")
    numbers = segment_numbers(folder)
    for number in reversed(numbers) if newest_first else numbers:
        try:
            data = read_segment(folder, number)
        except FileNotFoundError:
            # Pruned meanwhile.
            continue
        spans = list(lines(data))
        for start, end in reversed(spans) if newest_first else spans:
            record = parse(data[start:end].rstrip(b"\n"))
            if record and (events is None or _event(record) in events):
                yield {"hash": record.hash, **record.members}


def last_by_event(state: str, events: Collection[str]) -> dict[str, dict[str, Any]]:
    """The newest record of each of `events`; those that never occurred are absent.

    Raises:
        OSError: a segment cannot be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for record in read(state, events=events):
        found.setdefault(record["event"], record)
        if len(found) == len(set(events)):
            break
    return found


def prune(
    state: str, keep_days: float, max_megabytes: float, now: float | None = None
) -> list[str]:
    """Drop the oldest segments, leaving a `ledger.pruned` record with which the rest verifies.

    The segment that is being written is never dropped, so the limits are kept to within one
    segment. What was verified before dropping is in the record (`found`).

    Args:
        state: the state directory.
        keep_days: a segment goes when its last record is older.
        max_megabytes: the oldest segments go until the log is no larger (1 MB = 1,000,000 bytes).
        now: seconds since 1970; the clock's by default.

    Returns:
        File names of what was dropped, oldest first.

    Raises:
        OSError: a segment cannot be read or removed, or the record cannot be written.
    """
    folder = os.path.join(state, "audit")
    dropped: list[str] = []
    while True:
        segments = _to_drop(folder, keep_days, max_megabytes, now)
        if not segments:
            return dropped
        report = verify(state)
        found = report.status
        if report.broken:
            found = f"{report.broken.why} at record {report.broken.seq}"
        append(state, {"event": "ledger.pruned", "segments": segments, "found": found})
        # After the record: a crash in between leaves segments that still verify.
        for segment in segments:
            os.unlink(os.path.join(folder, segment["segment"]))
            dropped.append(segment["segment"])


def _to_drop(
    folder: str, keep_days: float, max_megabytes: float, now: float | None
) -> list[dict[str, Any]]:
    sizes = _sizes(folder)
    total = sum(sizes.values())
    oldest = timestamp((time.time() if now is None else now) - keep_days * 86_400)
    numbers = list(sizes)
    segments: list[dict[str, Any]] = []
    for number, following in zip(numbers[:_SEGMENTS_AT_ONCE], numbers[1:]):
        newer = _edge_record(folder, following, last=False)
        if newer is None:
            # The rest could not be tied to what was dropped.
            break
        own = _edge_record(folder, number, last=True)
        is_old = own is not None and str(own.members.get("ts", "")) < oldest
        if not is_old and total <= max_megabytes * 1_000_000:
            break
        total -= sizes[number]
        segments.append(
            {
                "segment": segment_name(number),
                "last_seq": newer.seq - 1,
                "last_hash": newer.prev,
            }
        )
    return segments


def _edge_record(folder: str, number: int, last: bool) -> Record | None:
    data = read_segment(folder, number)
    spans = list(lines(data))
    for start, end in reversed(spans) if last else spans:
        record = parse(data[start:end].rstrip(b"\n"))
        if record:
            return record
    return None
