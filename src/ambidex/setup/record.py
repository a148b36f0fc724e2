"""What was installed where, and which data home belongs to which copy of the plugin.

Both live in the state home: they cannot be rebuilt, and a plugin's data folder dies with it.

    <state home>/installs.json       one record per settings file
    <state home>/data-homes/<key>    two lines: a plugin root, the data home of its hooks
"""

from __future__ import annotations

import os

from ambidex import locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

VERSION = 1


def installs(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The records by the settings file's real path; empty when the file is lost or damaged."""
    import json

    try:
        with open(_installs_path(environ), encoding="utf-8") as file:
            stored = json.load(file)
    except (OSError, ValueError):
        return {}
    records = stored.get("installs") if isinstance(stored, dict) else None
    if not isinstance(records, dict) or stored.get("version") != VERSION:
        return {}
    return {path: record for path, record in records.items() if isinstance(record, dict)}


def keep(environ: Mapping[str, str], settings: str, record: dict[str, Any] | None) -> None:
    """Store the record of one settings file, or forget it for None.

    Raises:
        OSError: the state home cannot be written.
    """
    import fcntl
    import json

    from ambidex.setup.launcher import write_atomically

    home = locate.make_private(locate.state_home(environ))
    with open(os.path.join(home, "installs.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        records = installs(environ)
        records.pop(settings, None)
        if record is not None:
            records[settings] = record
        content = json.dumps({"version": VERSION, "installs": records}, indent=1) + "\n"
        write_atomically(_installs_path(environ), content, 0o600)


def remember_data_home(environ: Mapping[str, str], root: str) -> None:
    """Note where the hooks of the plugin at `root` keep their data, for `bin/ambidex`.

    The Bash tool's environment does not say; SessionStart's does. A disk that cannot be written
    is not an error: the command then says what it misses.
    """
    data = locate.data_home(environ)
    folder = _data_homes(environ)
    path = os.path.join(folder, _key(root))
    content = f"{os.path.realpath(root)}\n{data}\n"
    try:
        if _read(path) == content:
            return
        locate.make_private(folder)
        draft = f"{path}.{os.getpid()}"
        with open(draft, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(content)
        os.replace(draft, path)
        _forget_gone(folder)
    except OSError:
        return


def data_home_of(environ: Mapping[str, str], root: str) -> str | None:
    """The data home that was remembered for the plugin at `root`, or None."""
    lines = _read(os.path.join(_data_homes(environ), _key(root))).split("\n")
    return lines[1] if len(lines) == 3 and lines[0] == os.path.realpath(root) else None


def _forget_gone(folder: str) -> None:
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not os.path.isdir(_read(path).split("\n")[0]):
            os.unlink(path)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _key(root: str) -> str:
    return os.path.basename(locate.repository_state({"HOME": "/"}, os.path.realpath(root)))


def _installs_path(environ: Mapping[str, str]) -> str:
    return os.path.join(locate.state_home(environ), "installs.json")


def _data_homes(environ: Mapping[str, str]) -> str:
    return os.path.join(locate.state_home(environ), "data-homes")
