"""The state store's file: opened safely, moved aside when damaged.

SQLite in WAL mode: readers and one writer at once, consistent after a crash at any moment; after
a power failure the last transactions may be missing. `sqlite3` is imported when a file is opened,
not before: many hooks end without needing it.
"""

from __future__ import annotations

import contextlib
import os
import time

from ambidex.ledger.schema import StoreError, migrate
from ambidex.locate import make_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

FILE = "state.sqlite3"
_DAMAGED = ("malformed", "not a database", "disk image")
# What SQLite says when the file or its journal is moved away between two of its own looks at it.
_MOVED = ("disk I/O error", "readonly database", "unable to open")
_ATTEMPTS = 5


def open_database(state: str, busy_seconds: float) -> tuple[sqlite3.Connection, str]:
    """Open `<state>/state.sqlite3`, creating and migrating it.

    Args:
        state: the state directory.
        busy_seconds: how long to wait for other processes.

    Returns:
        The connection, in autocommit mode, and a note where a damaged file was moved aside, else
        "".

    Raises:
        StoreError: it cannot be opened, or needs a newer Ambidex.
    """
    import sqlite3

    path = os.path.join(state, FILE)
    note = ""
    for attempt in range(_ATTEMPTS):
        identity = _create_private(state, path)
        try:
            return _connect(path, busy_seconds), note
        except sqlite3.Error as error:
            if is_damage(error):
                note = set_aside(state, identity, str(error)) or note
            elif attempt < _ATTEMPTS - 1 and any(words in str(error) for words in _MOVED):
                _wait_for_set_aside(path)
            else:
                raise StoreError(f"{path}: {error}") from error
    raise StoreError(f"{path}: damaged again as soon as it is replaced")


def _create_private(state: str, path: str) -> tuple[int, int]:
    """Make sure the file exists and only its owner reads it; device and inode."""
    try:
        make_private(state)
        # SQLite gives its -wal and -shm files the same mode.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if status.st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
        return status.st_dev, status.st_ino
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _connect(path: str, busy_seconds: float) -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        _use_wal(connection, busy_seconds)
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    import sqlite3

    # Switching needs the file alone, and SQLite does not wait for that by itself. Where the file
    # system cannot do it (some network ones) SQLite stays with its journal: slower, as safe.
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def is_damage(error: Exception) -> bool:
    """Whether an error of `sqlite3` means that the file's content is damaged."""
    return any(words in str(error) for words in _DAMAGED)


def set_aside(state: str, identity: tuple[int, int], reason: str) -> str:
    """Move a damaged file to `state.sqlite3.corrupt-<n>`, its journal along with it.

    Args:
        state: the state directory.
        identity: device and inode of the file found damaged; another one at its place means that
            another process was faster, and is left alone.
        reason: what is wrong with it.

    Returns:
        The note for the user; "" where another process was faster.

    Raises:
        StoreError: it cannot be moved.
    """
    import fcntl

    path = os.path.join(state, FILE)
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: {reason}; {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if identity_of(path) != identity:
            return ""
        number = 1
        while os.path.lexists(f"{path}.corrupt-{number}"):
            number += 1
        for suffix in ("-wal", "-shm", ""):
            if os.path.lexists(path + suffix):
                os.rename(path + suffix, f"{path}.corrupt-{number}{suffix}")
    except OSError as error:
        raise StoreError(f"{path}: {reason}; {error.strerror}") from error
    finally:
        os.close(lock)
    return (
        f"{FILE} was damaged ({reason}). It is kept as {FILE}.corrupt-{number}, and an empty one"
        " was begun: baselines, notes and verdicts from before are not known any more."
    )


def _wait_for_set_aside(path: str) -> None:
    """Return when no other process is in the middle of moving a damaged file aside."""
    import fcntl

    with contextlib.suppress(OSError), open(f"{path}.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def identity_of(path: str) -> tuple[int, int] | None:
    """Device and inode of the file at `path`; None when there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
