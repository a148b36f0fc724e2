"""The launcher vendored beside the settings, and the pointer through which it finds Ambidex."""

from __future__ import annotations

import os
import sys
import tempfile

from ambidex import locate
from ambidex.setup import root as roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Recognises a vendored launcher of any version, so that nobody else's file is overwritten.
SIGNATURE = "# Ambidex, vendored by `ambidex install`"
# Beside a launcher that only this machine's settings use: keeps it out of `git status`.
IGNORE_ALL = "*\n"


class NotOurs(Exception):
    """A file that Ambidex did not write is where the launcher belongs."""


def text() -> str:
    """The vendored launcher, as shipped."""
    path = os.path.join(roots.package_folder(), "setup", "vendored_launch.sh")
    with open(path, encoding="utf-8") as file:
        return file.read()


def vendor(folder: str, *, private: bool) -> list[str]:
    """Write the launcher to `folder`/launch.

    Args:
        folder: `.claude/ambidex` of a project or a user.
        private: git is to ignore it, because only local settings call it.

    Returns:
        The folders that did not exist before, outermost first.

    Raises:
        NotOurs: there is another file of that name.
        OSError: the disk does not allow it.
    """
    path = os.path.join(folder, "launch")
    if os.path.lexists(path) and not is_vendored(path):
        raise NotOurs(f"{path} is not a launcher of Ambidex; move it out of the way")
    made = []
    missing = folder
    while not os.path.isdir(missing):
        made.append(missing)
        missing = os.path.dirname(missing)
    os.makedirs(folder, exist_ok=True)
    write_atomically(path, text(), 0o755)
    ignore = os.path.join(folder, ".gitignore")
    if private and folder in made:
        write_atomically(ignore, IGNORE_ALL, 0o644)
    elif not private and _read(ignore) == IGNORE_ALL:
        os.unlink(ignore)
    return made[::-1]


def is_vendored(path: str) -> bool:
    """Whether the file at `path` is a vendored launcher, of whatever version."""
    return SIGNATURE in _read(path)


def remove(folder: str) -> None:
    """Remove the launcher, its ignore file, and the folder when nothing else is in it."""
    for name, ours in (("launch", is_vendored), (".gitignore", _is_ignore_all)):
        path = os.path.join(folder, name)
        if ours(path):
            os.unlink(path)
    remove_if_empty(folder)


def remove_if_empty(folder: str) -> None:
    """Remove `folder` when it exists and is empty."""
    if os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)


def point(environ: Mapping[str, str], root: str) -> None:
    """Make this machine's launchers use the Ambidex at `root` and the running interpreter.

    Writes `root`, `python` and `env/current` in the user's data home.

    Raises:
        OSError: the data home cannot be written.
    """
    data = roots.user_data_home(environ)
    locate.make_private(os.path.join(data, "env"))
    write_atomically(os.path.join(data, "root"), os.path.realpath(root) + "\n", 0o600)
    write_atomically(os.path.join(data, "python"), interpreter() + "\n", 0o600)
    link(os.path.join(data, "env", "current"), sys.prefix)


def interpreter() -> str:
    """The real interpreter behind virtual environments and shims: what the hot path starts."""
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


def unpoint(environ: Mapping[str, str]) -> None:
    """Remove what `point` wrote, so that launchers in committed settings let everything pass."""
    data = roots.user_data_home(environ)
    for name in ("root", "python", os.path.join("env", "current")):
        path = os.path.join(data, name)
        if os.path.lexists(path):
            os.unlink(path)
    remove_if_empty(os.path.join(data, "env"))


def write_atomically(path: str, content: str, mode: int) -> None:
    """Replace the text file `path` in one step.

    Raises:
        OSError: the disk does not allow it.
    """
    handle, draft = tempfile.mkstemp(prefix=".ambidex-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def link(path: str, target: str) -> None:
    """Make the symbolic link `path` point at `target`, replacing another link in one step.

    Raises:
        OSError: the disk does not allow it, or a folder is in the way.
    """
    draft = f"{path}.{os.getpid()}"
    if os.path.lexists(draft):
        os.unlink(draft)
    os.symlink(target, draft)
    os.replace(draft, path)


def _is_ignore_all(path: str) -> bool:
    return _read(path) == IGNORE_ALL


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(100_000)
    except OSError:
        return ""
