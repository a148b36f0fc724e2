"""Private files of the state directory: replaced as a whole, changed by one process at a time."""

from __future__ import annotations

import os

from ambidex.locate import make_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


def replace(path: str, text: str, *, lasting: bool = True) -> None:
    """Write `text` to `path` so that a reader sees the old content or the new, never a part.

    The file is readable by the user only; its folder is created when it is missing. With
    `lasting` it survives a crash of the machine, which costs milliseconds.

    Raises:
        OSError: the disk is read-only or full, or the folder is somebody else's.
    """
    make_private(os.path.dirname(path))
    draft = f"{path}.{os.getpid()}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


class Lock:
    """An exclusive lock between processes, held for the length of a `with` block.

    The lock goes with the process: one that is killed leaves nothing behind but an empty file.
    """

    def __init__(self, path: str, seconds: float) -> None:
        """Prepare the lock file `path`; entering waits for at most `seconds`."""
        self._path = path
        self._seconds = seconds
        self._handle = -1

    def __enter__(self) -> None:
        """Take the lock.

        Raises:
            TimeoutError: somebody else held it all the time.
            OSError: the lock file cannot be created.
        """
        import fcntl
        import time

        make_private(os.path.dirname(self._path))
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up = time.monotonic() + self._seconds
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if not isinstance(error, BlockingIOError) or time.monotonic() > give_up:
                    os.close(self._handle)
                    if isinstance(error, BlockingIOError):
                        raise TimeoutError(f"{self._path} is locked") from None
                    raise
            time.sleep(0.02)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        os.close(self._handle)
