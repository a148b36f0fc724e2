"""The audit log read back: lines to records, and how far a chain holds. Cold path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ambidex.fastjson import loads
from ambidex.ledger.append import hash_of, segment_name

_START = b'{"hash":"'
_HASH_END = len(_START) + 64


class Record:
    """One line of the log.

    Attributes:
        seq: its number in the chain.
        prev: the hash of the record before.
        hash: its own, as written.
        honest: whether that is the hash of what the line says.
        members: everything else in it, and `seq`, `ts`, `prev`.
    """

    __slots__ = ("hash", "honest", "members", "prev", "seq")

    def __init__(self, written: str, rest: bytes, members: dict[str, Any]) -> None:
        self.hash = written
        self.members = members
        self.seq: int = members["seq"]
        self.prev: str = members["prev"]
        self.honest = written == hash_of(self.prev, rest)

    def follows(self, seq: int, last_hash: str) -> bool:
        """Whether it is the unaltered successor of the record `seq` with the hash `last_hash`."""
        return self.honest and self.seq == seq + 1 and self.prev == last_hash

    def attests(self, torn: bytes) -> bool:
        """Whether it records that exactly these bytes are what a dying writer left."""
        return self.members.get("event") == "ledger.recovered" and self.members.get(
            "torn"
        ) == torn_mark(torn)


def parse(line: bytes) -> Record | None:
    """A line (without its end) as a record, or None when it is none, whatever it is."""
    if not line.startswith(_START) or line[_HASH_END : _HASH_END + 2] != b'",':
        return None
    rest = b"{" + line[_HASH_END + 2 :]
    try:
        members = loads(rest)
        written = line[len(_START) : _HASH_END].decode("ascii")
    except ValueError:
        return None
    seq, prev = members.get("seq"), members.get("prev")
    if type(seq) is not int or not isinstance(prev, str) or not prev.isascii():
        return None
    return Record(written, rest, members)


def torn_mark(torn: bytes) -> dict[str, Any]:
    """What a `ledger.recovered` record says about bytes that are no record."""
    return {"bytes": len(torn), "sha256": hash_of("", torn)}


def lines(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end (past the line break) of every line; the last may lack its break."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield start, end
        start = end


def read_segment(folder: str, number: int, size: int = -1) -> bytes:
    """The first `size` bytes of a segment; all of it for -1.

    Raises:
        OSError: it is missing or cannot be read.
    """
    with open(os.path.join(folder, segment_name(number)), "rb") as file:
        return file.read(size)


def follow(data: bytes, seq: int, last_hash: str) -> tuple[int, str, int]:
    """How far `data` continues the chain that ends with record `seq`, hash `last_hash`.

    Bytes that are no record are passed over only where the record behind them attests them.

    Returns:
        Number and hash of the last record that belongs to the chain, and where it ends in `data`.
    """
    good = 0
    for start, end in lines(data):
        record = parse(data[start : end - 1]) if data[end - 1 : end] == b"\n" else None
        if record is None or not record.follows(seq, last_hash):
            continue
        if start == good or record.attests(data[good:start]):
            seq, last_hash, good = record.seq, record.hash, end
    return seq, last_hash, good
