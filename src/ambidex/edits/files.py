"""Reading the file that was edited, and writing it back without losing anything."""

from __future__ import annotations

import os
from contextlib import suppress

BOM = b"\xef\xbb\xbf"


class NotWrittenError(Exception):
    """The file was left as it is; the message says why."""


class Source:
    """A file as it was when it was read.

    Attributes:
        path: relative to the project's root.
        absolute: where the bytes are, links resolved.
        raw: the bytes.
    """

    __slots__ = ("absolute", "path", "raw")

    def __init__(self, path: str, absolute: str, raw: bytes) -> None:
        self.path = path
        self.absolute = absolute
        self.raw = raw

    @property
    def mark(self) -> bytes:
        """The byte order mark at its start, or nothing."""
        return BOM if self.raw.startswith(BOM) else b""

    @property
    def body(self) -> bytes:
        """The bytes after the byte order mark."""
        return self.raw[len(self.mark) :]


def read(root: str, path: str) -> Source:
    """Read the file at `path` under `root`.

    Raises:
        OSError: it is gone, or not readable.
    """
    absolute = os.path.realpath(os.path.join(root, path))
    with open(absolute, "rb") as file:
        return Source(path, absolute, file.read())


def replace(source: Source, raw: bytes) -> None:
    """Give the file new bytes; a reader sees the old or the new ones, never a mixture.

    Mode and owner stay. A file with several hard links or with extended attributes is written
    in place, since a new file would lose them; so is one whose folder takes no new files.

    Not proved: that nobody writes in the instant between the comparison and the replacement.

    Raises:
        NotWrittenError: it is read-only, has changed since it was read, or the disk refused.
    """
    try:
        status = os.stat(source.absolute)
        # The permission bits, not access(): root may write everything, and must not here.
        if not status.st_mode & 0o222 or not os.access(source.absolute, os.W_OK):
            raise NotWrittenError("it is read-only")
        if status.st_nlink > 1 or _has_attributes(source.absolute):
            _write_in_place(source, raw)
        else:
            _write_beside(source, raw, status)
    except OSError as error:
        raise NotWrittenError(error.strerror or str(error)) from error


def _has_attributes(path: str) -> bool:
    listing = getattr(os, "listxattr", None)
    if listing is None:
        return False
    try:
        # SELinux labels every file, and labels the new one as well.
        return any(not name.startswith("security.") for name in listing(path))
    except OSError:
        return False


def _check_unchanged(source: Source) -> None:
    with open(source.absolute, "rb") as file:
        if file.read() != source.raw:
            raise NotWrittenError("it has changed while it was looked at")


def _write_in_place(source: Source, raw: bytes) -> None:
    _check_unchanged(source)
    with open(source.absolute, "r+b") as file:
        file.write(raw)
        file.truncate()


def _write_beside(source: Source, raw: bytes, status: os.stat_result) -> None:
    folder, name = os.path.split(source.absolute)
    beside = os.path.join(folder, f".{name[:100]}.ambidex-{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except PermissionError:
        _write_in_place(source, raw)
        return
    try:
        with open(descriptor, "wb") as file:
            file.write(raw)
        own = os.stat(beside)
        if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.chown(beside, status.st_uid, status.st_gid)
            except OSError:
                os.unlink(beside)
                _write_in_place(source, raw)
                return
        os.chmod(beside, status.st_mode & 0o7777)
        _check_unchanged(source)
        os.replace(beside, source.absolute)
    except BaseException:
        # It was never made, or has become the file, or has to go.
        with suppress(OSError):
            os.unlink(beside)
        raise
