"""Inspects one file of instructions: its text, both detectors, the digest of its bytes."""

from __future__ import annotations

import os
import stat
import sys

from ambidex import fastjson
from ambidex.instructions import hidden, injected
from ambidex.instructions.trace import Trace

try:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256
    else:
        from _sha256 import sha256  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha256

# A file of instructions is a few kilobytes; what lies beyond is read as data. Bytes.
LARGEST = 1_000_000


class Inspected:
    """What came of one file.

    Attributes:
        path: as it was given.
        digest: SHA-256 of its bytes, 64 hexadecimal digits; `""` when it was not read.
        size: bytes that were read.
        traces: what was found.
        skipped: why the file was not inspected as text, or not all of it; `""` if it was.
    """

    __slots__ = ("digest", "path", "size", "skipped", "traces")

    def __init__(self, path: str) -> None:
        self.path = path
        self.digest = ""
        self.size = 0
        self.traces: list[Trace] = []
        self.skipped = ""

    @property
    def is_bad(self) -> bool:
        """Whether there is something to hold a prompt for."""
        return any(trace.severity == "error" for trace in self.traces)


def inspect(path: str) -> Inspected:
    """Read a file and look for what it hides and orders; never raises for what is in it."""
    found = Inspected(path)
    try:
        data = _bytes(path)
    except (OSError, ValueError) as problem:
        # A path with a NUL is a ValueError.
        found.skipped = getattr(problem, "strerror", "") or str(problem)
        return found
    found.size = len(data)
    found.digest = digest(data)
    if len(data) > LARGEST:
        found.skipped = f"larger than {LARGEST} bytes: only its beginning was inspected"
    text = decode(data[:LARGEST])
    if text is None:
        found.skipped = "no text"
        return found
    found.traces = traces(text, path)
    return found


def traces(text: str, path: str = "") -> list[Trace]:
    """What both detectors find in the text of a file of instructions, by line."""
    # A mark at the very start says how the file is encoded.
    body = text[1:] if text.startswith("\ufeff") else text
    if not path.lower().endswith((".md", ".mdx", ".txt", ".json", ".mdc", "rules")):
        # A script of a skill is no prose, and may well know escape sequences.
        return _sorted([*hidden.find(body), *injected.find(body)])
    found = [*hidden.find(body, strict=True), *injected.find(body, strict=True)]
    if path.lower().endswith(".json") and "\\u" in body:
        found += _escaped(body)
    return _sorted(found)


def _sorted(found: list[Trace]) -> list[Trace]:
    return sorted(found, key=lambda trace: trace.line)


def _escaped(body: str) -> list[Trace]:
    """What the strings of a JSON file hide behind escapes; the line is the file's first."""
    try:
        value = fastjson.loads(body.encode("utf-8", "surrogatepass"))
    except ValueError:
        return []
    strings: list[str] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            strings.append(one)
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            strings += one
            waiting += one.values()
    found = hidden.find("\n".join(strings))
    for trace in found:
        trace.line = 1
    return found


def decode(data: bytes) -> str | None:
    """The text of a file, or None for what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:8192]:
        return None
    return data.decode("utf-8", "replace")


def digest(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return str(sha256(data).hexdigest())


def _bytes(path: str) -> bytes:
    # A named pipe must not be waited for, nor a device be read without end.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "no regular file")
        pieces = []
        left = LARGEST + 1
        while left > 0:
            piece = os.read(handle, left)
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)
