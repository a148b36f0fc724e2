"""The tables of the state store, as numbered migrations that only go forward.

A migration is never edited once released; a change is a new one at the end. Each names the
smallest schema that a program must know to go on using the migrated file: a migration that adds
tables or columns with defaults leaves it as it is, one that changes the meaning of what is there
raises it to its own number.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3


class StoreError(Exception):
    """The state store cannot be used; the message says why, and what to do where that is known."""


# (number, smallest schema a reader must know, statements)
MIGRATIONS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (
        1,
        1,
        (
            """CREATE TABLE baselines (
                session TEXT NOT NULL, agent TEXT NOT NULL, worktree TEXT NOT NULL,
                tree TEXT NOT NULL, large TEXT NOT NULL, mark TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (session, agent, worktree))""",
            """CREATE TABLE stops (
                session TEXT NOT NULL, agent TEXT NOT NULL, prompt TEXT NOT NULL,
                record TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (session, agent, prompt))""",
            """CREATE TABLE evidence (
                id INTEGER PRIMARY KEY, worktree TEXT NOT NULL, tree TEXT NOT NULL,
                gate TEXT NOT NULL, verdict TEXT NOT NULL, seconds REAL NOT NULL,
                origin TEXT NOT NULL, at REAL NOT NULL)""",
            "CREATE INDEX evidence_of_tree ON evidence (worktree, tree, gate)",
            """CREATE TABLE onces (
                session TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (session, key))""",
        ),
    ),
)

SESSION_TABLES = ("baselines", "stops", "onces")


def migrate(
    connection: sqlite3.Connection,
    migrations: tuple[tuple[int, int, tuple[str, ...]], ...] = MIGRATIONS,
) -> None:
    """Bring the open database to the newest schema, or check that a newer one can be used.

    Args:
        connection: in autocommit mode.
        migrations: what this program knows.

    Raises:
        StoreError: a newer program has changed the file in a way this one does not understand.
        sqlite3.Error: the file is locked, damaged or read-only.
    """
    known = migrations[-1][0]
    if _version(connection) == known:
        return
    # Another process may be doing the same: look again once the file is ours.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > known:
            _check_readable(connection, version, known)
        else:
            _apply(connection, [one for one in migrations if one[0] > version])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _apply(
    connection: sqlite3.Connection, migrations: list[tuple[int, int, tuple[str, ...]]]
) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS readers (id INTEGER PRIMARY KEY, minimum INTEGER NOT NULL)"
    )
    for number, minimum_reader, statements in migrations:
        for statement in statements:
            connection.execute(statement)
        connection.execute("INSERT OR REPLACE INTO readers VALUES (1, ?)", (minimum_reader,))
        connection.execute(f"PRAGMA user_version = {number:d}")


def _check_readable(connection: sqlite3.Connection, version: int, known: int) -> None:
    row = connection.execute("SELECT minimum FROM readers WHERE id = 1").fetchone()
    minimum = int(row[0]) if row else version
    if minimum > known:
        raise StoreError(
            f"the state was written by a newer Ambidex (schema {version}; a program must know"
            f" schema {minimum}, this one knows {known}): upgrade Ambidex"
        )
