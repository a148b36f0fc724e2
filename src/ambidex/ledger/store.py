"""The state store: what hooks must remember from one event to the next.

One SQLite file per repository, shared by all its worktrees, sessions and agents. Every method is
one transaction. Times are seconds since 1970.
"""

from __future__ import annotations

import os
import time

from ambidex.fastjson import dumps, loads
from ambidex.ledger.database import FILE, identity_of, is_damage, open_database, set_aside
from ambidex.ledger.schema import SESSION_TABLES, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from types import TracebackType
    from typing import Any

BUSY_SECONDS = 5.0
"""How long a statement waits for other processes."""

ORIGINS = ("hook", "command", "ci")


class Baseline:
    """The tree from which changes are counted.

    Attributes:
        tree: git tree id.
        large: size and time of untracked files too large for the tree, by path.
        mark: what the caller has to remember about it, one word.
        at: when.
    """

    __slots__ = ("at", "large", "mark", "tree")

    def __init__(self, tree: str, large: dict[str, str], mark: str, at: float) -> None:
        self.tree = tree
        self.large = large
        self.mark = mark
        self.at = at


class Evidence:
    """One verdict on one tree.

    Attributes:
        worktree: top of the work tree.
        tree: git tree id that was judged.
        gate: the gate's name.
        verdict: `Verdict.as_dict()`.
        seconds: how long the gate took.
        origin: `hook`, `command` or `ci`.
        at: when.
    """

    __slots__ = ("at", "gate", "origin", "seconds", "tree", "verdict", "worktree")

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.worktree, self.tree, self.gate, verdict, self.seconds, self.origin, self.at = row
        self.verdict: dict[str, Any] = loads(verdict)


_EVIDENCE = "SELECT worktree, tree, gate, verdict, seconds, origin, at FROM evidence "


class Store:
    """The state store of one repository; use it as a context manager.

    Every method raises `StoreError` when the file is locked by others for longer than the busy
    time, the disk is full or read-only, or the file needs a newer Ambidex. A damaged file is no
    error: it is moved aside, and `recovered` says so.

    Attributes:
        recovered: the note for the user about a damaged file; "" when all is well.
    """

    def __init__(self, state: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.recovered = ""
        self._state = state
        self._busy_seconds = busy_seconds
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def __enter__(self) -> Store:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; does nothing when it is closed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> None:
        self._connection, note = open_database(self._state, self._busy_seconds)
        self._identity = identity_of(os.path.join(self._state, FILE))
        self.recovered = note or self.recovered

    def _run(self, *statements: tuple[str, tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
        """Run statements as one transaction; the rows of each, or its count of changed rows."""
        import sqlite3

        for attempt in (1, 2):
            if self._connection is None:
                raise StoreError("the state store is not open")
            try:
                return _transaction(self._connection, statements)
            except sqlite3.Error as error:
                if attempt == 2 or not is_damage(error) or self._identity is None:
                    raise StoreError(f"{os.path.join(self._state, FILE)}: {error}") from error
                # Damage deep in the file shows only when that page is read.
                self.close()
                note = set_aside(self._state, self._identity, str(error))
                self.recovered = note or self.recovered
                self._open()
        return []

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._run((statement, values))[0]

    def _put(self, table: str, *members: tuple[str, Any]) -> None:
        # Columns by name: a newer schema may have added some.
        columns = ", ".join(name for name, _ in members)
        marks = ", ".join("?" * len(members))
        self._rows(
            f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
            *(value for _, value in members),
        )

    def set_baseline(
        self,
        session: str,
        agent: str,
        worktree: str,
        tree: str,
        large: dict[str, str],
        mark: str,
        at: float,
    ) -> None:
        """Count changes of this session, agent and worktree from `tree` on (see `Baseline`)."""
        self._put(
            "baselines",
            *(("session", session), ("agent", agent), ("worktree", worktree), ("tree", tree)),
            *(("large", dumps(large)), ("mark", mark), ("at", at)),
        )

    def baseline(self, session: str, agent: str, worktree: str) -> Baseline | None:
        """The baseline that `set_baseline` set last, or None."""
        rows = self._rows(
            "SELECT tree, large, mark, at FROM baselines"
            " WHERE session = ? AND agent = ? AND worktree = ?",
            *(session, agent, worktree),
        )
        if not rows:
            return None
        tree, large, mark, at = rows[0]
        return Baseline(tree, loads(large), mark, at)

    def baseline_trees(self) -> list[str]:
        """The trees of all baselines, which must stay readable."""
        return [tree for (tree,) in self._rows("SELECT DISTINCT tree FROM baselines")]

    def set_stop_record(
        self, session: str, agent: str, prompt: str, record: dict[str, Any]
    ) -> None:
        """Remember the state of the Stop gate for this prompt; any JSON object."""
        self._put(
            "stops",
            *(("session", session), ("agent", agent), ("prompt", prompt)),
            *(("record", dumps(record)), ("at", time.time())),
        )

    def stop_record(self, session: str, agent: str, prompt: str) -> dict[str, Any] | None:
        """The state of the Stop gate for this prompt, or None when it has not stopped yet."""
        rows = self._rows(
            "SELECT record FROM stops WHERE session = ? AND agent = ? AND prompt = ?",
            *(session, agent, prompt),
        )
        if not rows:
            return None
        record: dict[str, Any] = loads(rows[0][0])
        return record

    def add_evidence(
        self,
        worktree: str,
        tree: str,
        gate: str,
        verdict: dict[str, Any],
        seconds: float,
        origin: str,
    ) -> None:
        """Write down a verdict (see `Evidence`).

        Raises:
            ValueError: `origin` is none of `ORIGINS`.
        """
        if origin not in ORIGINS:
            raise ValueError(f"origin is {origin!r}; allowed: {', '.join(ORIGINS)}")
        self._put(
            "evidence",
            *(("worktree", worktree), ("tree", tree), ("gate", gate), ("verdict", dumps(verdict))),
            *(("seconds", seconds), ("origin", origin), ("at", time.time())),
        )

    def evidence(self, worktree: str, tree: str, gate: str) -> Evidence | None:
        """The newest verdict of the gate on exactly this tree, or None."""
        rows = self._rows(
            _EVIDENCE + "WHERE worktree = ? AND tree = ? AND gate = ? ORDER BY id DESC LIMIT 1",
            *(worktree, tree, gate),
        )
        return Evidence(rows[0]) if rows else None

    def latest_verdicts(self, worktree: str, limit: int) -> list[Evidence]:
        """The newest verdicts in this worktree, newest first, at most `limit`."""
        rows = self._rows(
            _EVIDENCE + "WHERE worktree = ? ORDER BY id DESC LIMIT ?", worktree, limit
        )
        return [Evidence(row) for row in rows]

    def once(self, session: str, key: str) -> bool:
        """True the first time it is asked for this session and key, and never again."""
        rows = self._rows(
            "INSERT OR IGNORE INTO onces (session, key, at) VALUES (?, ?, ?)",
            *(session, key, time.time()),
        )
        return bool(rows[0][0])

    def forget_sessions(self, older_than: float) -> int:
        """Delete everything about sessions of which nothing was written since `older_than`.

        Returns:
            How many sessions were forgotten.
        """
        every = " UNION ALL ".join(f"SELECT session, at FROM {table}" for table in SESSION_TABLES)  # noqa: S608
        old = f"SELECT session FROM ({every}) GROUP BY session HAVING max(at) < ?"  # noqa: S608
        results = self._run(
            ("CREATE TEMP TABLE old_sessions AS " + old, (older_than,)),
            ("SELECT count(*) FROM old_sessions", ()),
            *(
                (f"DELETE FROM {table} WHERE session IN (SELECT session FROM old_sessions)", ())  # noqa: S608
                for table in SESSION_TABLES
            ),
            ("DROP TABLE old_sessions", ()),
        )
        return int(results[1][0][0])

    def forget_evidence(self, older_than: float) -> int:
        """Delete verdicts from before `older_than`, except each worktree's newest per gate.

        Returns:
            How many verdicts were deleted.
        """
        rows = self._rows(
            "DELETE FROM evidence WHERE at < ? AND id NOT IN"
            " (SELECT max(id) FROM evidence GROUP BY worktree, gate)",
            older_than,
        )
        return int(rows[0][0])


def _transaction(
    connection: sqlite3.Connection, statements: tuple[tuple[str, tuple[Any, ...]], ...]
) -> list[list[tuple[Any, ...]]]:
    reads_only = all(statement.startswith("SELECT") for statement, _ in statements)
    # IMMEDIATE: a transaction that begins by reading cannot wait for another writer later.
    connection.execute("BEGIN" if reads_only else "BEGIN IMMEDIATE")
    try:
        results = []
        for statement, values in statements:
            cursor = connection.execute(statement, tuple(_plain(value) for value in values))
            rows = cursor.fetchall()
            results.append([(cursor.rowcount,)] if cursor.description is None else rows)
        connection.execute("COMMIT")
        return results
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _plain(value: Any) -> Any:
    # SQLite stores no lone surrogates, which paths that are not UTF-8 have.
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
