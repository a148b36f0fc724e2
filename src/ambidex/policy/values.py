"""The kinds of values that ambidex.toml has: globs, paths, dates, commands, levels of gates."""

from __future__ import annotations

import datetime
import re
import shlex
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from ambidex.policy import globs
from ambidex.policy.project import Surroundings

# Types of errors that come from the file's surroundings, not from its bytes.
NO_MATCH = "no_match"
EXPIRED = "expired"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RULE_ID = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")
# How long a single command is allowed unless the entry says otherwise, in days.
ALLOWED_DAYS = 30
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATORS = "|&;<>"


def _refuse(kind: str, found: str, allowed: str, action: str) -> PydanticCustomError:
    return PydanticCustomError(
        kind, "{found}", {"found": found, "allowed": allowed, "action": action}
    )


def _surroundings(info: ValidationInfo) -> Surroundings | None:
    return info.context if isinstance(info.context, Surroundings) else None


def _any_glob(value: str) -> str:
    wrong = globs.problem(value)
    if wrong is not None:
        raise _refuse(
            "glob",
            f"the glob {value!r} is invalid: {wrong}",
            "a glob relative to the project, with * ? [a-c] and ** between slashes",
            "Correct the glob.",
        )
    return value


def _glob(value: str, info: ValidationInfo) -> str:
    _any_glob(value)
    around = _surroundings(info)
    if around is not None and not around.has_match(value):
        raise _refuse(
            NO_MATCH,
            f"the glob {value!r} matches nothing in the project",
            "globs that match at least one file or folder",
            "Correct the glob, or remove it until there is something to match.",
        )
    return value


def _relative_path(value: str, info: ValidationInfo) -> str:
    wrong = globs.path_problem(value)
    if wrong is not None:
        raise _refuse(
            "path",
            f"the path {value!r} is invalid: {wrong}",
            "a path relative to the project's root",
            "Write the path relative to the project's root.",
        )
    around = _surroundings(info)
    if around is not None and not around.exists(value):
        raise _refuse(
            NO_MATCH,
            f"the path {value!r} is not in the project",
            "files and folders that exist",
            "Correct the path, or remove it until it exists.",
        )
    return value


def _expiry(value: Any) -> Any:
    # TOML has dates of its own; `expires = 2030-01-31` and `"2030-01-31"` mean the same.
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    return value


def _date_of(value: str) -> datetime.date:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise _refuse(
            "date",
            f"{value!r} is not a date",
            "a date as YYYY-MM-DD",
            "Write a day of the calendar.",
        ) from None


def _date(value: str, info: ValidationInfo) -> str:
    day = _date_of(value)
    around = _surroundings(info)
    if around is not None and day < around.today:
        raise _refuse(
            EXPIRED,
            f"the entry expired on {value}",
            f"a date from {around.today.isoformat()} on",
            "Remove the entry, or have a person renew it.",
        )
    return value


def _day(value: str) -> str:
    return _date_of(value).isoformat()


def last_day(added: str | None, expires: str | None, info: ValidationInfo) -> str:
    """The last day of an entry: as it says, else `ALLOWED_DAYS` after it was added.

    Raises:
        PydanticCustomError: it says neither, or ended already.
    """
    if expires is not None:
        return expires
    if added is None:
        raise _refuse(
            "undated",
            "an entry without a date",
            "`expires`, or `added`",
            f"Write `added` with today's date: the entry then ends {ALLOWED_DAYS} days later.",
        )
    end = datetime.date.fromisoformat(added) + datetime.timedelta(days=ALLOWED_DAYS)
    return _date(end.isoformat(), info)


def _rule_id(value: str) -> str:
    if not _RULE_ID.fullmatch(value) or value.startswith("ambidex."):
        raise _refuse(
            "rule_id",
            f"{value!r} is no id for a rule of a project",
            "lower-case names joined by dots, the first one not `ambidex`: `acme.no-production`",
            "Begin it with your organisation's name.",
        )
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise _refuse("empty", "an empty string", "some text", "Write it, or remove the entry.")
    return value


def _words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise _refuse(
            "command",
            f"the command {value!r} cannot be split into words ({str(error).lower()})",
            "a command as one would type it, or an array of its words",
            "Close the quotes, or write an array.",
        ) from None
    if not words:
        raise _refuse(
            "command",
            "an empty command",
            "a command, or an array of its words",
            "Remove the key to let Ambidex choose.",
        )
    if _needs_shell(value):
        raise _refuse(
            "command",
            f"the command {value!r} needs a shell, and none runs it",
            "one program with its arguments",
            "Put the shell command into a script or a make target and name that.",
        )
    return words


def _needs_shell(command: str) -> bool:
    # Without posix rules quotes stay on the words, so that a quoted operator is told from a bare.
    lexer = shlex.shlex(command, posix=False, punctuation_chars=_OPERATORS)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return False
    return bool(_ASSIGNMENT.match(words[0])) or any(set(word) <= set(_OPERATORS) for word in words)


def _distinct(values: list[str]) -> list[str]:
    for value in values:
        if values.count(value) > 1:
            raise _refuse("twice", f"{value!r} stands there twice", "each once", "Remove one.")
    return values


Glob = Annotated[str, AfterValidator(_glob)]
RelativePath = Annotated[str, AfterValidator(_relative_path)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_text)]
Globs = Annotated[list[Glob], AfterValidator(_distinct)]
# Defaults name files of many systems, few of which a project has.
AnyGlobs = Annotated[list[Annotated[str, AfterValidator(_any_glob)]], AfterValidator(_distinct)]
RelativePaths = Annotated[list[RelativePath], AfterValidator(_distinct)]
Names = Annotated[list[Text], AfterValidator(_distinct)]
Date = Annotated[
    str,
    AfterValidator(_date),
    BeforeValidator(_expiry),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Day = Annotated[
    str,
    AfterValidator(_day),
    BeforeValidator(_expiry),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
RuleId = Annotated[str, Field(max_length=200), AfterValidator(_rule_id)]
Command = Annotated[
    list[str],
    BeforeValidator(_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]

# The kinds of `ambidex.guard.effects`, which a test compares.
EffectKind = Literal[
    "read",
    "write",
    "append",
    "edit",
    "delete",
    "move",
    "link",
    "mode",
    "owner",
    "execute",
    "send",
    "fetch",
    "git",
    "remote",
    "install",
    "publish",
    "kill",
    "root",
    "device",
    "host",
    "environ",
    "run",
    "unknown",
]
BlockLevel = Literal["block", "report", "off"]
FixLevel = Literal["fix", "report", "off"]
