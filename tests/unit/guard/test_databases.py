"""How SQL is read, and what clients and migration tools of databases would destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.guard import sql
from testing.guarding import decision_on, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = project(tmp_path_factory.mktemp("databases") / "project")
    (made / "drop.sql").write_text("BEGIN;\nDROP TABLE users;\nCOMMIT;\n")
    (made / "read.sql").write_text("-- DROP TABLE users;\nSELECT 1;\n")
    (made / "drop.js").write_text("db.dropDatabase();\n")
    return made


def dangers(text: str) -> list[str]:
    return [sql.danger(statement) for statement in sql.statements(text)]


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("DROP DATABASE shop", sql.DESTROY),
        ("drop schema if exists public cascade", sql.DESTROY),
        ("TRUNCATE a, b CASCADE", sql.DESTROY),
        ("TRUNCATE TABLE a", sql.DROP),
        ("DROP TABLE IF EXISTS a", sql.DROP),
        ("/* x */ DROP /* y */ TABLE a", sql.DROP),
        ("/*!50000 DROP TABLE a */", sql.DROP),
        ("DROP\n\tTABLE a", sql.DROP),
        ("DELETE FROM a", sql.ROWS),
        ("DELETE FROM a WHERE true", sql.ROWS),
        ("DELETE FROM a WHERE 1 = 1", sql.ROWS),
        ("UPDATE a SET b = 1", sql.ROWS),
        ("UPDATE a SET b = 'where'", sql.ROWS),
        ("WITH x AS (SELECT 1) DELETE FROM a", sql.ROWS),
        ("EXPLAIN ANALYZE DELETE FROM a", sql.ROWS),
        ("ALTER TABLE a DROP COLUMN b", sql.ALTER),
        ("ALTER TABLE a DROP b", sql.ALTER),
        ("GRANT ALL PRIVILEGES ON DATABASE a TO b", sql.GRANT),
        ("ALTER USER a SUPERUSER", sql.GRANT),
        ("COPY a FROM PROGRAM 'ls'", sql.RUN),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", sql.RUN),
        ("EXEC master..xp_cmdshell 'dir'", sql.RUN),
    ],
)
def test_statements_that_do_harm(text: str, danger: str) -> None:
    assert dangers(text) == [danger]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'DROP TABLE a'",
        "SELECT 'it''s; DROP TABLE a'",
        'SELECT "DROP TABLE a" FROM b',
        "SELECT 1 -- ; DROP TABLE a",
        "INSERT INTO a VALUES ('DELETE FROM b')",
        "DELETE FROM a WHERE id = 1",
        "DELETE FROM a USING b WHERE a.id = b.id",
        "UPDATE a SET b = 1 WHERE c = 2",
        "DROP INDEX a",
        "DROP TEMPORARY TABLE a",
        "ALTER TABLE a DROP CONSTRAINT b",
        "ALTER TABLE a ALTER COLUMN b DROP NOT NULL",
        "ALTER TABLE a ADD COLUMN b int",
        "EXPLAIN DELETE FROM a",
        "GRANT SELECT ON a TO b",
        "CREATE TABLE a (b int)",
        "COPY a TO STDOUT",
        "SHOW TABLES",
        "SELECT truncate(1.5)",
    ],
)
def test_statements_that_do_none(text: str) -> None:
    assert dangers(text) == [""]


def test_statements_are_told_apart_by_semicolons_outside_of_strings() -> None:
    assert dangers("SELECT ';'; DROP TABLE a;; SELECT 1;") == ["", sql.DROP, ""]
    assert dangers("") == []
    assert dangers("-- nothing") == []


def test_unclosed_quotes_and_comments_end_with_the_text() -> None:
    assert dangers("SELECT 'abc") == [""]
    assert dangers('SELECT "abc') == [""]
    assert dangers("SELECT 1 /* abc") == [""]


def test_a_dump_is_read_in_time_and_no_further_than_the_limit() -> None:
    assert len(dangers("SELECT 1;\n" * 100_000)) <= sql.LIMIT // 9


@pytest.mark.parametrize(
    ("command", "action"),
    [
        ("psql -f drop.sql", "deny"),
        ("psql < drop.sql", "deny"),
        ("cat drop.sql | psql", "deny"),
        ("psql -f read.sql", "allow"),
        ("psql <<< 'DROP TABLE a'", "deny"),
        ("psql <<'END'\nDROP TABLE a;\nEND", "deny"),
        ("echo 'DROP TABLE a' > x.sql; psql -f x.sql", "deny"),
        ("echo 'SELECT 1' > x.sql; psql -f x.sql", "allow"),
        ("psql -c '\\! rm -rf /'", "deny"),
        ("psql -c '\\! ls'", "allow"),
        ("mysql shop < drop.sql", "deny"),
        ("mysql -pword -e 'SELECT 1'", "allow"),
        ("mongosh --file drop.js", "deny"),
        ("mongosh drop.js", "deny"),
        ("printf 'FLUSHALL\\n' | redis-cli", "deny"),
        ("redis-cli GET FLUSHALL", "allow"),
        ("redis-cli -n 1 -h h.example.com FLUSHDB", "deny"),
        ("sqlite3 app.db < drop.sql", "ask"),
        ("sqlite3 :memory: < drop.sql", "allow"),
        ("sqlite3 app.db '.shell rm -rf /'", "deny"),
        ("mysqladmin -f drop shop", "deny"),
        ("pg_restore --clean -d shop x.dump", "deny"),
        ("pg_dump shop > shop.sql", "allow"),
    ],
)
def test_clients_and_where_they_get_statements_from(command: str, action: str, root: Path) -> None:
    assert decision_on(command, scene(root)).action == action


@pytest.mark.parametrize(
    ("command", "action"),
    [
        ("prisma migrate reset --force", "deny"),
        ("prisma migrate dev", "allow"),
        ("prisma db push --force-reset", "deny"),
        ("rails db:drop db:create", "deny"),
        ("RAILS_ENV=test rails db:drop", "allow"),
        ("rails db:migrate", "allow"),
        ("rake db:drop:all", "deny"),
        ("rake test", "allow"),
        ("alembic downgrade base", "deny"),
        ("alembic downgrade -1", "ask"),
        ("alembic downgrade base --sql", "allow"),
        ("knex migrate:rollback --all", "deny"),
        ("knex migrate:rollback", "ask"),
        ("flyway clean", "deny"),
        ("flyway info", "allow"),
        ("mix ecto.reset", "deny"),
        ("mix test", "allow"),
    ],
)
def test_migration_tools(command: str, action: str, root: Path) -> None:
    assert decision_on(command, scene(root)).action == action
