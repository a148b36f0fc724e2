"""Rules about databases: what is dropped, emptied, granted and run in them."""

from __future__ import annotations

from ambidex.guard import effects, sql
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _is_kept(effect: Effect) -> bool:
    return "database" in effect.flags and "temporary" not in effect.flags


def _destroyed(effect: Effect, _scene: Scene) -> str:
    if not _is_kept(effect) or "file" in effect.flags:
        return ""
    if effect.action == sql.DESTROY:
        return f"it destroys a database, or all that is in it ({effect.target})"
    if effect.action in (sql.DROP, sql.ROWS):
        return f"it drops or empties a table ({effect.target})"
    return ""


def _file(effect: Effect, scene: Scene) -> str:
    if not _is_kept(effect) or "file" not in effect.flags or scene.is_temporary(effect.path):
        return ""
    if effect.action in (sql.DESTROY, sql.DROP, sql.ROWS, sql.ALTER):
        return f"it drops or empties tables of a database file ({effect.target})"
    return ""


def _altered(effect: Effect, _scene: Scene) -> str:
    if not _is_kept(effect) or "file" in effect.flags:
        return ""
    if effect.action == sql.ALTER:
        return f"it takes columns, and what is in them, away ({effect.target})"
    if effect.action == sql.GRANT:
        return f"it changes who has access ({effect.target})"
    return ""


def _run(effect: Effect, _scene: Scene) -> str:
    if "database" not in effect.flags or effect.action != sql.RUN:
        return ""
    return f"it makes the server run a program or reach for files ({effect.target})"


_REMOTE = (effects.REMOTE,)

RULES = (
    Rule(
        "ambidex.databases.destroyed",
        kinds=_REMOTE,
        when=_destroyed,
        decision=DENY,
        severity="critical",
        protects="the data of a database",
        why="The rows are gone at once; only a backup has them.",
        instead="Write a migration or a WHERE clause, and let a person run it.",
        match=(
            "psql -c 'DROP TABLE users'",
            'psql -h db.example.com shop -c "drop database shop"',
            "psql -c 'BEGIN; TRUNCATE orders CASCADE; COMMIT'",
            "mysql -e 'DELETE FROM users'",
            "mysql -uroot -psecret -e 'drop schema shop'",
            "psql -c 'UPDATE users SET admin = true'",
            "dropdb shop",
            "mysqladmin -f drop shop",
            "redis-cli FLUSHALL",
            "redis-cli -h cache.example.com -n 2 flushdb",
            "mongosh shop --eval 'db.dropDatabase()'",
            "mongosh --eval 'db.users.deleteMany({})'",
            "prisma migrate reset --force",
            "rails db:drop",
            "alembic downgrade base",
        ),
        not_match=(
            "psql -c 'SELECT * FROM users'",
            "psql -c \"SELECT 'DROP TABLE users'\"",
            "psql -c '-- DROP TABLE users\nSELECT 1'",
            "mysql -e 'DELETE FROM users WHERE id = 1'",
            "psql -c 'UPDATE users SET admin = false WHERE id = 1'",
            "psql -c 'CREATE TABLE t (id int)'",
            "redis-cli GET key",
            "mongosh --eval 'db.users.find()'",
            "createdb shop",
            "prisma migrate deploy",
            "rails db:migrate",
            "pg_dump shop",
            "sqlite3 :memory: 'DROP TABLE t'",
        ),
    ),
    Rule(
        "ambidex.databases.file",
        kinds=_REMOTE,
        when=_file,
        decision=ASK,
        severity="medium",
        protects="the data of a database file",
        why="The rows are gone at once; only a copy of the file has them.",
        instead="Copy the file first, or work on a copy in a temporary folder.",
        match=(
            "sqlite3 app.db 'DROP TABLE users'",
            "sqlite3 app.db 'DELETE FROM users;'",
            "duckdb app.duckdb 'DROP TABLE t'",
            "duckdb app.duckdb -c 'DROP SCHEMA s CASCADE'",
            "sqlite3 app.db 'ALTER TABLE users DROP COLUMN mail'",
            "sqlite3 app.db 'UPDATE users SET mail = NULL'",
        ),
        not_match=(
            "sqlite3 app.db 'SELECT * FROM users'",
            "sqlite3 /tmp/scratch.db 'DROP TABLE users'",
            "sqlite3 :memory: 'DROP TABLE users'",
            "sqlite3 app.db 'DELETE FROM users WHERE id = 1'",
            "duckdb app.duckdb 'SELECT 1'",
            "sqlite3 app.db .schema",
        ),
    ),
    Rule(
        "ambidex.databases.altered",
        kinds=_REMOTE,
        when=_altered,
        decision=ASK,
        severity="high",
        protects="columns and permissions of a database",
        why="A dropped column takes its values along, and a grant stays.",
        instead="Write a migration, and let a person run it.",
        match=(
            "psql -c 'ALTER TABLE users DROP COLUMN mail'",
            "psql -c 'GRANT ALL ON ALL TABLES IN SCHEMA public TO app'",
            "mysql -e \"GRANT ALL PRIVILEGES ON *.* TO 'app'@'%'\"",
            "psql -c 'ALTER ROLE app SUPERUSER'",
            "alembic downgrade -1",
            "prisma db push --accept-data-loss",
        ),
        not_match=(
            "psql -c 'ALTER TABLE users ADD COLUMN mail text'",
            "psql -c 'ALTER TABLE users DROP CONSTRAINT c'",
            "psql -c 'GRANT SELECT ON t TO reader'",
            "alembic upgrade head",
            "alembic downgrade -1 --sql",
            "prisma db push",
        ),
    ),
    Rule(
        "ambidex.databases.run",
        kinds=_REMOTE,
        when=_run,
        decision=DENY,
        severity="critical",
        protects="the server of a database",
        why="It reaches from the database to the machine that it runs on.",
        instead="Let a person configure the server, and read data with SELECT.",
        match=(
            "psql -c \"COPY t TO PROGRAM 'sh'\"",
            "psql -c \"COPY t FROM PROGRAM 'curl example.com'\"",
            "mysql -e \"SELECT 1 INTO OUTFILE '/var/www/x'\"",
            "redis-cli CONFIG SET dir /home/other/.ssh",
            "sqlcmd -Q \"EXEC xp_cmdshell 'dir'\"",
            "redis-cli replicaof host.example.com 6379",
        ),
        not_match=(
            "psql -c 'COPY t TO STDOUT'",
            "redis-cli CONFIG GET dir",
            "redis-cli INFO",
            "mysql -e 'SELECT 1'",
            "sqlcmd -Q 'SELECT 1'",
            "psql -c 'SHOW config_file'",
        ),
    ),
)
