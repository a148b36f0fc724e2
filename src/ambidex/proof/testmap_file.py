"""The file in which a test map is kept: a SQLite database, replaced as a whole."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

_VERSION = 2

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE file(id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, content BLOB NOT NULL);
CREATE TABLE test(
    node TEXT PRIMARY KEY, outcome TEXT NOT NULL, seconds REAL NOT NULL, starts INTEGER NOT NULL
);
CREATE TABLE uses(node TEXT NOT NULL, context TEXT NOT NULL, PRIMARY KEY(node, context));
CREATE TABLE line(
    file INTEGER NOT NULL, context TEXT NOT NULL, bits BLOB NOT NULL, PRIMARY KEY(file, context)
);
CREATE INDEX users ON uses(context);
"""


class Test:
    """What is known of one test.

    Attributes:
        outcome: `passed`, `failed`, `skipped` or `xfailed`.
        seconds: setup, call and teardown together, when it ran last; recording included.
        starts: it started another process, whose lines nobody has seen.
    """

    __slots__ = ("outcome", "seconds", "starts")

    def __init__(self, outcome: str, seconds: float, starts: bool) -> None:
        self.outcome = outcome
        self.seconds = seconds
        self.starts = starts


class Data:
    """What a map holds.

    Attributes:
        tree: id of the tree on which it was recorded last.
        complete: whether it began with the whole suite and nothing was forgotten since.
        tests: all tests that are known, by node id.
        uses: by node id, the contexts that a test depends on; its own is one of them.
        contents: compressed, what each file held when its lines were recorded.
        lines: executed lines by path and context; bit n is line n.
    """

    def __init__(self, tree: str) -> None:
        self.tree = tree
        self.complete = False
        self.tests: dict[str, Test] = {}
        self.uses: dict[str, set[str]] = {}
        self.contents: dict[str, bytes] = {}
        self.lines: dict[str, dict[str, int]] = {}


def read(path: str) -> Data | None:
    """What the file holds; None where there is none, it is of another version or is damaged."""
    import sqlite3

    if not os.path.exists(path):
        return None
    try:
        connection = sqlite3.connect(path, timeout=5)
        try:
            return _data(connection)
        finally:
            connection.close()
    except (sqlite3.Error, KeyError, TypeError, ValueError):
        return None


def write(path: str, root: str, data: Data) -> None:
    """Write a new file and put it in the place of the old one.

    Raises:
        OSError: the state can't be written.
        sqlite3.Error: the same, as the database sees it.
    """
    import sqlite3

    from ambidex import locate

    locate.make_private(os.path.dirname(path))
    draft = f"{path}.{os.getpid()}.new"
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        connection = sqlite3.connect(draft)
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.executescript(_SCHEMA)
            _fill(connection, root, data)
            connection.commit()
        finally:
            connection.close()
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def _data(connection: sqlite3.Connection) -> Data | None:
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    if meta.get("version") != str(_VERSION):
        return None
    data = Data(meta["tree"])
    data.complete = meta.get("complete") == "1"
    for node, outcome, seconds, starts in connection.execute("SELECT * FROM test"):
        data.tests[node] = Test(outcome, seconds, bool(starts))
    for node, context in connection.execute("SELECT node, context FROM uses"):
        data.uses.setdefault(node, set()).add(context)
    paths: dict[int, str] = {}
    for number, path, content in connection.execute("SELECT id, path, content FROM file"):
        paths[number] = path
        data.contents[path] = content
        data.lines[path] = {}
    for number, context, bits in connection.execute("SELECT file, context, bits FROM line"):
        data.lines[paths[number]][context] = int.from_bytes(bits, "little")
    return data


def _fill(connection: sqlite3.Connection, root: str, data: Data) -> None:
    meta = [("version", str(_VERSION)), ("tree", data.tree), ("root", root)]
    meta.append(("complete", str(int(data.complete))))
    connection.executemany("INSERT INTO meta VALUES(?, ?)", meta)
    connection.executemany(
        "INSERT INTO test VALUES(?, ?, ?, ?)",
        [(node, one.outcome, one.seconds, one.starts) for node, one in data.tests.items()],
    )
    connection.executemany(
        "INSERT INTO uses VALUES(?, ?)",
        [(node, context) for node in data.tests for context in sorted(data.uses[node])],
    )
    known = {"", *(context for node in data.tests for context in data.uses[node])}
    for number, (path, content) in enumerate(sorted(data.contents.items())):
        connection.execute("INSERT INTO file VALUES(?, ?, ?)", (number, path, content))
        connection.executemany(
            "INSERT INTO line VALUES(?, ?, ?)",
            [
                (number, context, bits.to_bytes(bits.bit_length() // 8 + 1, "little"))
                for context, bits in data.lines[path].items()
                if context in known and bits
            ],
        )
