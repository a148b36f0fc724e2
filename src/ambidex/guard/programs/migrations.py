"""Migration tools: which of their commands reset or roll back a database.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects, sql

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Not of a database: rake and mix publish packages, too.
_PUBLISH = "publish"

# Program → (consecutive words, what that does).
_COMMANDS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "prisma": (
        (("migrate", "reset"), sql.DESTROY),
        (("db", "push", "--force-reset"), sql.DESTROY),
        (("db", "push", "--accept-data-loss"), sql.ALTER),
    ),
    "rails": (
        (("db:drop",), sql.DESTROY),
        (("db:drop:all",), sql.DESTROY),
        (("db:reset",), sql.DESTROY),
        (("db:purge",), sql.DESTROY),
        (("db:truncate_all",), sql.DESTROY),
        (("db:migrate:reset",), sql.DESTROY),
        (("db:schema:load",), sql.DROP),
        (("db:rollback",), sql.ALTER),
    ),
    "rake": ((("release",), _PUBLISH),),
    "alembic": ((("downgrade", "base"), sql.DESTROY), (("downgrade",), sql.ALTER)),
    "flask": ((("db", "downgrade"), sql.ALTER),),
    "artisan": (
        (("migrate:fresh",), sql.DESTROY),
        (("migrate:reset",), sql.DESTROY),
        (("migrate:refresh",), sql.DESTROY),
        (("db:wipe",), sql.DESTROY),
    ),
    "knex": ((("migrate:rollback", "--all"), sql.DESTROY), (("migrate:rollback",), sql.ALTER)),
    "sequelize": (
        (("db:drop",), sql.DESTROY),
        (("db:migrate:undo:all",), sql.DESTROY),
        (("db:migrate:undo",), sql.ALTER),
    ),
    "typeorm": (
        (("schema:drop",), sql.DESTROY),
        (("schema:sync",), sql.ALTER),
        (("migration:revert",), sql.ALTER),
    ),
    "mix": (
        (("ecto.drop",), sql.DESTROY),
        (("ecto.reset",), sql.DESTROY),
        (("hex.publish",), _PUBLISH),
    ),
    "diesel": ((("database", "reset"), sql.DESTROY), (("migration", "revert"), sql.ALTER)),
    "sqlx": ((("database", "drop"), sql.DESTROY), (("database", "reset"), sql.DESTROY)),
    "dbmate": ((("drop",), sql.DESTROY), (("down",), sql.ALTER), (("rollback",), sql.ALTER)),
    "migrate": ((("drop",), sql.DESTROY), (("down",), sql.ALTER)),
    "goose": ((("reset",), sql.DESTROY), (("down-to",), sql.ALTER), (("down",), sql.ALTER)),
    "flyway": ((("clean",), sql.DESTROY), (("undo",), sql.ALTER)),
    "liquibase": (
        (("drop-all",), sql.DESTROY),
        (("dropAll",), sql.DESTROY),
        (("rollback",), sql.ALTER),
        (("rollback-count",), sql.ALTER),
    ),
    "django-admin": (
        (("flush",), sql.DESTROY),
        (("sqlflush",), ""),
        (("reset_db",), sql.DESTROY),
        (("zero",), sql.DESTROY),
    ),
    "drizzle-kit": ((("drop",), sql.DROP), (("push", "--force"), sql.ALTER)),
    "mikro-orm": ((("schema:drop",), sql.DESTROY), (("schema:fresh",), sql.DESTROY)),
    "atlas-cli": ((("schema", "clean"), sql.DESTROY),),
    "hasura": ((("metadata", "clear"), sql.DROP), (("migrate", "delete"), sql.DROP)),
}
_COMMANDS["rake"] += _COMMANDS["rails"]
_SAME = {"sequelize-cli": "sequelize", "manage.py": "django-admin"}


def migration(call: Invocation) -> None:
    """The first of the program's dangerous commands that the words contain."""
    name = _SAME.get(call.name, call.name)
    words = [word for word in call.arguments if word]
    if "--help" in words or "-h" in words or "--sql" in words or words[:1] == ["help"]:
        return
    if call.name == "rake" and any(word in ("-n", "--dry-run", "-T", "-P") for word in words):
        return
    for path, kind in _COMMANDS[name]:
        plain = [word for word in path if not word.startswith("-")]
        extra = [word for word in path if word.startswith("-")]
        count = len(plain)
        stands = any(words[at : at + count] == plain for at in range(len(words) - count + 1))
        if stands and all(word in words for word in extra):
            if kind == _PUBLISH:
                call.emit(effects.PUBLISH, action=kind, target=call.name)
            elif kind:
                test = call.variables.get("RAILS_ENV") == "test" or "--env=test" in words
                test = test or "RAILS_ENV=test" in words
                call.emit(
                    effects.REMOTE,
                    action=kind,
                    target=f"{call.name} {' '.join(path)}",
                    flags=("database", "migration", *(("temporary",) if test else ())),
                )
            return


MODELS = dict.fromkeys((*_COMMANDS, *_SAME), migration)
