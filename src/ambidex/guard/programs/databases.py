"""What database clients would drop, overwrite and run, and what migration tools would reset.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects, sql
from ambidex.guard.hosts import host_of, is_local
from ambidex.guard.programs import options
from ambidex.guard.taint import FILE, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.guard.invocation import Invocation


def statements(call: Invocation, text: str, flags: Iterable[str] = (), *, path: str = "") -> None:
    """Emit what the SQL in `text` would do, in the database file `path` if it is one."""
    for statement in sql.statements(text):
        kind = sql.danger(statement)
        if kind:
            call.emit(
                effects.REMOTE,
                action=kind,
                path=path,
                target=call.show(" ".join(statement.shown)),
                flags=("database", *flags),
            )


def _script(call: Invocation, text: str, flags: Iterable[str]) -> None:
    """A client's script: SQL, and its own commands that run a shell or touch files."""
    kept = []
    for line in text.splitlines():
        stripped = line.lstrip()
        if stripped.startswith("\\!"):
            call.script(stripped[2:].strip())
        elif stripped.startswith("\\copy"):
            _copy(call, stripped)
        elif stripped.startswith(("\\o ", "\\g ")) and "|" in stripped:
            call.script(stripped.split("|", 1)[1].strip())
        elif stripped.startswith(("\\o ", "\\g ", "\\out ")):
            call.write(stripped.split(None, 1)[1].strip())
        elif stripped.startswith("system ") and call.name in ("mysql", "mariadb"):
            call.script(stripped[7:].rstrip(";"))
        elif not stripped.startswith("\\") or ";" in stripped:
            kept.append(line)
    statements(call, "\n".join(kept), flags)


def _copy(call: Invocation, line: str) -> None:
    words = line.replace("(", " ( ").split()
    lowered = [word.lower() for word in words]
    if "program" in lowered:
        at = line.lower().index("program")
        call.script(line[at + 7 :].strip().strip("';"))
        return
    for direction in ("from", "to"):
        if direction in lowered[:-1]:
            name = words[lowered.index(direction) + 1].strip("';")
            if name.lower() in ("stdin", "stdout", "pstdin", "pstdout"):
                continue
            if direction == "from":
                call.emit(effects.READ, path=name, flags=("quiet",))
            else:
                call.write(name)


def _stdin(call: Invocation) -> str:
    """Standard input, with the content of files that it comes from where that is known."""
    text = call.stdin or ""
    if is_known(text):
        return text
    parts = []
    for character in text:
        sources = () if is_known(character) else call.sources(character)
        if len(sources) == 1 and sources[0].kind == FILE and len(sources[0].paths) == 1:
            parts.append(call.content(sources[0].paths[0]) or "")
        else:
            parts.append(character)
    return "".join(parts)


def _where(host: str) -> tuple[str, ...]:
    return ("local",) if is_local(host) else ()


def psql(call: Invocation) -> None:
    """psql, cockroach sql, pgcli: `-c`, `-f` and standard input."""
    given = options.read(
        call.arguments,
        valued="cdfhLopUvTFPR",
        long_valued=(
            *("command", "dbname", "file", "host", "port", "username", "output", "log-file"),
            *("set", "variable", "field-separator", "pset", "record-separator", "table-attr"),
        ),
    )
    names = given.operands + given.all("d", "dbname")
    host = given.last("h", "host") or (host_of(names[0]) if names and "://" in names[0] else "")
    flags = _where(host)
    for text in given.all("c", "command"):
        _script(call, text, flags)
    for name in given.all("f", "file"):
        _file(call, name, flags)
    if not given.has("c", "command", "f", "file", "l", "list") and call.stdin:
        _script(call, _stdin(call), flags)
    for name in given.all("o", "output"):
        call.script(name[1:]) if name.startswith("|") else call.write(name)


def _file(call: Invocation, name: str, flags: Iterable[str]) -> None:
    if name == "-":
        _script(call, _stdin(call), flags)
        return
    call.emit(effects.READ, path=name, flags=("quiet",))
    _script(call, call.content(call.path(name)) or "", flags)


def mysql(call: Invocation) -> None:
    """mysql, mariadb, mycli: `-e` and standard input."""
    given = options.read(
        call.arguments,
        valued="ehPuDSmO",
        attached="p",
        long_valued=(
            *("execute", "host", "port", "user", "database", "socket", "defaults-file", "tee"),
            *("defaults-extra-file", "delimiter", "protocol", "init-command", "ssl-ca"),
        ),
    )
    flags = _where(given.last("h", "host"))
    for name in given.all("defaults-file", "defaults-extra-file"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    for text in given.all("e", "execute", "init-command"):
        _script(call, text, flags)
    if not given.has("e", "execute") and call.stdin:
        _script(call, _stdin(call), flags)
    for name in given.all("tee"):
        call.write(name)


def embedded(call: Invocation) -> None:
    """sqlite3, duckdb: a file, then SQL."""
    given = options.read(
        call.arguments,
        single=True,
        long_valued=(
            *("cmd", "init", "separator", "newline", "nullvalue", "mmap", "c", "s", "f", "vfs"),
            *("maxsize", "A", "key", "storage-version"),
        ),
    )
    words = given.operands
    name = words[0] if words else ":memory:"
    flags = ["file", "local"]
    if name in ("", ":memory:"):
        flags.append("temporary")
        name = ""
    else:
        call.emit(effects.READ, path=name)
    texts = given.all("cmd", "c", "s") + words[1:]
    for script in given.all("init", "f"):
        texts.append(call.content(call.path(script)) or "")
    if not words[1:] and not given.has("c", "s") and call.stdin:
        texts.append(_stdin(call))
    for text in texts:
        if any(line.lstrip().startswith(".") for line in text.splitlines()):
            call.code("sqlite3", text)
        sql = _without_dots(text)
        statements(call, sql, flags, path=name)
        if name and {word.lower() for word in sql.split()} & _CHANGING:
            call.emit(effects.EDIT, path=name, flags=("database",))


# Words of SQL that change a database; a file that holds one is a file all the same.
_CHANGING = frozenset(
    {"insert", "update", "delete", "create", "drop", "alter", "replace", "vacuum", "vacuum;"}
)


def _without_dots(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("."))


def other_sql(call: Invocation) -> None:
    """clickhouse-client, cqlsh, influx, sqlcmd, snowsql, bq-like clients, by their options."""
    given = options.read(
        call.arguments,
        valued="qefQhuPpdUSisn",
        single=call.name in ("influx", "clickhouse"),
        long_valued=(
            *("query", "execute", "file", "host", "user", "password", "port", "database", "q"),
            *("queries-file", "command", "execute-string", "e", "c", "keyspace", "token", "org"),
        ),
    )
    flags = _where(given.last("h", "host"))
    for text in given.all("q", "query", "e", "execute", "Q", "command", "execute-string", "c"):
        statements(call, text, flags)
    for name in given.all("f", "file", "queries-file", "i"):
        if is_known(name):
            _file(call, name, flags)
    if call.stdin:
        statements(call, _stdin(call), flags)


_REDIS_GRAVE = frozenset(("FLUSHALL", "FLUSHDB", "SHUTDOWN", "SWAPDB"))

_REDIS_RUN = (["CONFIG", "SET"], ["ACL", "SETUSER"], ["MODULE", "LOAD"])


def redis(call: Invocation) -> None:
    """redis-cli, valkey-cli: a command as words, or lines of standard input."""
    given = options.read(
        call.arguments,
        valued="hpsantrdDuiIxX",
        long_valued=("user", "pass", "cacert", "cert", "key", "pattern", "eval", "sni", "rdb"),
        stops=True,
    )
    host = given.last("h") or host_of(given.last("u"))
    lines = [given.operands] if given.operands else []
    if not lines and call.stdin:
        lines = [line.split() for line in _stdin(call).splitlines()]
    for words in lines:
        upper = [word.upper() for word in words]
        if not upper:
            continue
        if upper[0] in _REDIS_GRAVE or upper[:2] in (["SCRIPT", "FLUSH"], ["CLUSTER", "RESET"]):
            _emit(call, sql.DESTROY, " ".join(words), _where(host))
        elif upper[:2] in _REDIS_RUN or upper[0] in ("SLAVEOF", "REPLICAOF", "DEBUG", "MIGRATE"):
            _emit(call, sql.RUN, " ".join(words), _where(host))
        elif upper[0] in ("DEL", "UNLINK") and any(not is_known(word) for word in words):
            _emit(call, sql.ROWS, " ".join(words), _where(host))


def _emit(call: Invocation, action: str, target: str, flags: Iterable[str] = ()) -> None:
    call.emit(effects.REMOTE, action=action, target=call.show(target), flags=("database", *flags))


# What mongo's shell can call: the text to look for, without spaces, and what it does.
_MONGO = (
    *((".dropdatabase(", sql.DESTROY), (".drop(", sql.DROP), (".dropindexes(", sql.ALTER)),
    *((".deletemany({})", sql.ROWS), (".remove({})", sql.ROWS), (".updatemany({},", sql.ROWS)),
    *((".shutdownserver(", sql.DESTROY), ("dropalluser", sql.DESTROY), (".dropuser(", sql.GRANT)),
    *((".createuser(", sql.GRANT), (".grantroles", sql.GRANT), ("dropdatabase:", sql.DESTROY)),
)


def mongo(call: Invocation) -> None:
    """mongosh, mongo: JavaScript from `--eval`, files and standard input."""
    given = options.read(
        call.arguments,
        valued="fhpu",
        long_valued=(
            *("eval", "file", "host", "port", "username", "password", "authenticationDatabase"),
            *("tls", "apiVersion"),
        ),
    )
    texts = given.all("eval")
    for name in given.all("f", "file") + [w for w in given.operands if w.endswith(".js")]:
        texts.append(call.content(call.path(name)) or "")
    if call.stdin:
        texts.append(_stdin(call))
    hosts = [word for word in given.operands if "://" in word] + given.all("h", "host")
    flags = _where(host_of(hosts[0]) if hosts else "")
    for text in texts:
        dense = "".join(text.split()).lower()
        for part, kind in _MONGO:
            if part in dense:
                _emit(call, kind, part.strip(".({}),:"), flags)


def tool(call: Invocation) -> None:
    """dropdb, createdb, pg_dump, pg_restore, mysqladmin and other tools of servers."""
    given = options.read(
        call.arguments,
        valued="hpUdfFjnNtTuP" if call.name != "mysqladmin" else "huPS",
        attached="p" if call.name.startswith("mysql") else "",
        long_valued=("host", "port", "username", "dbname", "file", "format", "user", "jobs"),
        long=("clean", "if-exists", "force", "create", "all-databases", "drop", "data-only"),
    )
    flags = _where(given.last("h", "host"))
    names = " ".join(given.operands)
    if given.has("help", "version"):
        return
    if call.name in ("dropdb", "dropuser", "pg_dropcluster"):
        _emit(call, sql.DESTROY, f"{call.name} {names}", flags)
    elif call.name == "mysqladmin" and given.operands[:1] in (["drop"], ["shutdown"]):
        _emit(call, sql.DESTROY, f"mysqladmin {names}", flags)
    elif call.name == "pg_restore" and given.has("clean", "c"):
        _emit(call, sql.DROP, "pg_restore --clean", flags)
    elif call.name == "mongorestore" and given.has("drop"):
        _emit(call, sql.DROP, "mongorestore --drop", flags)
    elif call.name in ("pg_dump", "pg_dumpall", "mysqldump", "mongodump"):
        for name in given.all("f", "file", "result-file"):
            call.write(name, call.default_output())
    elif call.name == "pg_resetwal":
        _emit(call, sql.DESTROY, "pg_resetwal", flags)


MODELS = {
    **dict.fromkeys(("psql", "pgcli", "usql"), psql),
    **dict.fromkeys(("mysql", "mariadb", "mycli"), mysql),
    **dict.fromkeys(("sqlite3", "sqlite", "duckdb", "litecli"), embedded),
    **dict.fromkeys(
        (
            *(
                "clickhouse-client",
                "clickhouse",
                "cqlsh",
                "influx",
                "sqlcmd",
                "snowsql",
                "cypher-shell",
            ),
            *("trino", "presto", "beeline", "hive", "isql"),
        ),
        other_sql,
    ),
    **dict.fromkeys(("redis-cli", "valkey-cli", "keydb-cli"), redis),
    **dict.fromkeys(("mongosh", "mongo"), mongo),
    **dict.fromkeys(
        (
            *("dropdb", "dropuser", "pg_dropcluster", "mysqladmin", "pg_restore", "mongorestore"),
            *("pg_dump", "pg_dumpall", "mysqldump", "mongodump", "pg_resetwal"),
        ),
        tool,
    ),
}
