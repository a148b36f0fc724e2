"""Reading and writing a settings file: whole, atomically, and never over somebody's edit."""

from __future__ import annotations

import os
import stat
import tempfile

# Real settings have a few kilobytes; what is larger is something else under that name.
MAX_BYTES = 5_000_000


class SettingsFileError(Exception):
    """The file cannot be used as it is; nothing was written. The message says what to do."""


class SettingsFile:
    """A settings file as it was read.

    Attributes:
        path: the path as given.
        target: the real file behind symbolic links.
        data: its bytes; None when there is no file.
    """

    __slots__ = ("_mode", "_owner", "data", "path", "target")

    def __init__(self, path: str) -> None:
        """Read `path`.

        Raises:
            SettingsFileError: a folder, a dangling link, too large, read-only, or unreadable.
        """
        self.path = path
        self.target = os.path.realpath(path)
        self.data: bytes | None = None
        self._mode = 0o644
        self._owner: tuple[int, int] | None = None
        try:
            info = os.stat(path)
        except FileNotFoundError:
            if os.path.islink(path):
                raise SettingsFileError(
                    f"{path} is a link to {self.target}, which is missing; "
                    "create that file or remove the link"
                ) from None
            return
        except OSError as error:
            raise SettingsFileError(f"{path} cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(info.st_mode):
            raise SettingsFileError(f"{path} is not a file; move it out of the way")
        if info.st_size > MAX_BYTES:
            raise SettingsFileError(
                f"{path} has {info.st_size} bytes; settings of more than {MAX_BYTES} are not edited"
            )
        self._mode = stat.S_IMODE(info.st_mode)
        self._owner = (info.st_uid, info.st_gid)
        try:
            with open(self.target, "rb") as file:
                self.data = file.read()
        except OSError as error:
            raise SettingsFileError(f"{path} cannot be read: {error.strerror}") from error

    def text(self) -> str:
        """The content, line ends as they are; "" when there is no file.

        Raises:
            SettingsFileError: not UTF-8.
        """
        try:
            return (self.data or b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise SettingsFileError(
                f"{self.path} is not UTF-8 (byte {error.start}); save it as UTF-8"
            ) from error

    def replace(self, text: str | None) -> None:
        """Write `text`, or remove the file for None; mode, owner and symbolic links are kept.

        An editor that saves within the last instant between the check and the rename can still
        lose; no file system offers better without everybody's cooperation.

        Raises:
            SettingsFileError: the file changed since it was read, is marked read-only, or the
                disk does not allow it. The old content is then untouched.
        """
        self.check_writable()
        try:
            if text is None:
                self._check_unchanged()
                os.unlink(self.target)
            else:
                self._write(text.encode("utf-8"))
        except OSError as error:
            raise SettingsFileError(f"{self.path} cannot be written: {error.strerror}") from error

    def check_writable(self) -> None:
        """Raise SettingsFileError when the file is marked read-only, also for root."""
        if self.data is not None and not self._mode & 0o222:
            raise SettingsFileError(f"{self.path} is read-only; chmod u+w it first")

    def _check_unchanged(self) -> None:
        now = SettingsFile(self.path)
        if now.data != self.data or now.target != self.target:
            raise SettingsFileError(f"{self.path} was edited meanwhile; nothing was written, retry")

    def _write(self, data: bytes) -> None:
        handle, draft = tempfile.mkstemp(prefix=".ambidex-", dir=os.path.dirname(self.target))
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), self._mode)
                if self._owner is not None and self._owner != (os.geteuid(), os.getegid()):
                    os.fchown(file.fileno(), *self._owner)
                file.flush()
                os.fsync(file.fileno())
            self._check_unchanged()
            os.replace(draft, self.target)
        except BaseException:
            os.unlink(draft)
            raise
