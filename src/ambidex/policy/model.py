"""What ambidex.toml may say: every section, key, type, bound, unit and default.

The same table may stand under `[tool.ambidex]` in pyproject.toml. The JSON Schema is generated
from here; the defaults come from `ambidex.policy.defaults`.
"""

from __future__ import annotations

import datetime
import re
import shlex
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ambidex.policy import globs
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.project import Surroundings

# Types of errors that come from the file's surroundings, not from its bytes.
NO_MATCH = "no_match"
EXPIRED = "expired"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATORS = "|&;<>"


def _refuse(kind: str, found: str, allowed: str, action: str) -> PydanticCustomError:
    return PydanticCustomError(
        kind, "{found}", {"found": found, "allowed": allowed, "action": action}
    )


def _surroundings(info: ValidationInfo) -> Surroundings | None:
    return info.context if isinstance(info.context, Surroundings) else None


def _glob(value: str, info: ValidationInfo) -> str:
    wrong = globs.problem(value)
    if wrong is not None:
        raise _refuse(
            "glob",
            f"the glob {value!r} is invalid: {wrong}",
            "a glob relative to the project, with * ? [a-c] and ** between slashes",
            "Correct the glob.",
        )
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


def _date(value: str, info: ValidationInfo) -> str:
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise _refuse(
            "date",
            f"{value!r} is not a date",
            "a date as YYYY-MM-DD",
            "Write the last day on which the entry holds.",
        ) from None
    around = _surroundings(info)
    if around is not None and day < around.today:
        raise _refuse(
            EXPIRED,
            f"the entry expired on {value}",
            f"a date from {around.today.isoformat()} on",
            "Remove the entry, or have a person renew it.",
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
RelativePaths = Annotated[list[RelativePath], AfterValidator(_distinct)]
Names = Annotated[list[Text], AfterValidator(_distinct)]
Date = Annotated[
    str,
    AfterValidator(_date),
    BeforeValidator(_expiry),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
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

BlockLevel = Literal["block", "report", "off"]
FixLevel = Literal["fix", "report", "off"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _default(section: str, key: str) -> Any:
    value = DEFAULTS[section][key]
    return list(value) if isinstance(value, list) else value


class Allow(_Table):
    """One command that the guard lets pass although a rule refuses it."""

    command: Text = Field(description="The command, exactly as it will be run.")
    reason: Text = Field(description="Why it is safe here, for those who review the policy.")
    expires: Date = Field(description="Last day on which the entry holds, YYYY-MM-DD.")


class Guard(_Table):
    """Before a tool runs: destructive commands and protected paths."""

    on_error: Literal["ask", "deny"] = Field(
        default=_default("guard", "on_error"),
        description="What happens to a tool call that could not be analysed.",
    )
    disable: Names = Field(
        default=_default("guard", "disable"),
        description="Ids of guard rules that do not apply to this project.",
    )
    allow: list[Allow] = Field(
        default=_default("guard", "allow"),
        description="Single commands that pass although a rule refuses them.",
    )


class Paths(_Table):
    """Paths that the agent may read and must not write."""

    golden: Globs = Field(
        default=_default("paths", "golden"),
        description="Globs of golden tests: pinned by a manifest, changed by people only.",
    )
    read_only: Globs = Field(
        default=_default("paths", "read_only"),
        description="Globs of further files that the agent must not write.",
    )


class Edits(_Table):
    """After an edit: format, lint and scan what was changed."""

    format: bool = Field(
        default=_default("edits", "format"), description="Whether edited files are formatted."
    )
    lint: bool = Field(
        default=_default("edits", "lint"), description="Whether edited files are linted."
    )
    scan: bool = Field(
        default=_default("edits", "scan"),
        description="Whether edited files are scanned for vulnerabilities.",
    )
    exclude: Globs = Field(
        default=_default("edits", "exclude"),
        description="Globs of files that are neither formatted, linted nor scanned.",
    )
    rules: RelativePaths = Field(
        default=_default("edits", "rules"),
        description="Files or folders with the project's own semgrep rules, added to ours.",
    )
    max_findings: int = Field(
        default=_default("edits", "max_findings"),
        ge=1,
        le=50,
        description="How many findings the model is told of at once, in findings.",
    )
    max_characters: int = Field(
        default=_default("edits", "max_characters"),
        ge=200,
        le=9000,
        description="How long one message to the model may be, in characters.",
    )
    deadline_seconds: int = Field(
        default=_default("edits", "deadline_seconds"),
        ge=1,
        le=55,
        description="Wall-clock time for all checks after one edit, in seconds.",
    )
    max_file_bytes: int = Field(
        default=_default("edits", "max_file_bytes"),
        ge=1000,
        le=10_000_000,
        description="Size from which a file is reported as not checked, in bytes.",
    )


class Tests(_Table):
    """At Stop: which tests exist and how they are run."""

    command: Command = Field(
        default=_default("tests", "command"),
        description="The command that runs the whole suite, without a shell: a string that is "
        "split as a shell splits words, or an array. Empty: chosen from the project's files.",
    )
    paths: RelativePaths = Field(
        default=_default("tests", "paths"), description="Files and folders that hold tests."
    )
    source: RelativePaths = Field(
        default=_default("tests", "source"),
        description="Folders from which the code under test is imported.",
    )
    exclude: Globs = Field(
        default=_default("tests", "exclude"), description="Globs of tests that Stop does not run."
    )
    deadline_seconds: int = Field(
        default=_default("tests", "deadline_seconds"),
        ge=1,
        le=580,
        description="Wall-clock time for one run of the tests, in seconds.",
    )


class Stop(_Table):
    """When the agent says it is done: how long it is checked and how often it is held back."""

    deadline_seconds: int = Field(
        default=_default("stop", "deadline_seconds"),
        ge=5,
        le=590,
        description="Wall-clock time for all checks of one Stop, in seconds.",
    )
    blocks_without_progress: int = Field(
        default=_default("stop", "blocks_without_progress"),
        ge=1,
        le=7,
        description="Blocks with the same failures after which the agent is let go, in blocks.",
    )
    blocks_in_a_row: int = Field(
        default=_default("stop", "blocks_in_a_row"),
        ge=1,
        le=7,
        description="Blocks without a tool call in between after which the agent is let go, in "
        "blocks. Claude Code itself ends the turn at 8.",
    )
    blocks_per_prompt: int = Field(
        default=_default("stop", "blocks_per_prompt"),
        ge=1,
        le=100,
        description="Blocks within one prompt after which the agent is let go, in blocks.",
    )


class RightGates(_Table):
    """Which gate applies in the right track (production)."""

    guard: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["guard"], description="Commands and protected paths."
    )
    format: FixLevel = Field(
        default=DEFAULTS["gates"]["right"]["format"], description="Format of edited files."
    )
    lint: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["lint"], description="Lint of edited files."
    )
    scan: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["scan"], description="Vulnerabilities in edited files."
    )
    tests: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["tests"], description="Tests at Stop."
    )


class LeftGates(RightGates):
    """Which gate applies in the left track (exploration)."""

    guard: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["guard"], description="Commands and protected paths."
    )
    format: FixLevel = Field(
        default=DEFAULTS["gates"]["left"]["format"], description="Format of edited files."
    )
    lint: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["lint"], description="Lint of edited files."
    )
    scan: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["scan"], description="Vulnerabilities in edited files."
    )
    tests: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["tests"], description="Tests at Stop."
    )


class Gates(_Table):
    """Which gate applies in which track, and whether it blocks, reports, or is off."""

    right: RightGates = Field(default_factory=RightGates, description="The right track's gates.")
    left: LeftGates = Field(default_factory=LeftGates, description="The left track's gates.")


class LeftTrack(_Table):
    """Who works in the left track."""

    agents: Names = Field(
        default=list(DEFAULTS["tracks"]["left"]["agents"]),
        description="Names of the agents that work in the left track.",
    )


class Tracks(_Table):
    """Who works in which track."""

    left: LeftTrack = Field(default_factory=LeftTrack, description="The left track.")


class Ledger(_Table):
    """How much of the audit log is kept."""

    max_megabytes: int = Field(
        default=_default("ledger", "max_megabytes"),
        ge=1,
        le=10_000,
        description="Size from which the oldest records are dropped, in megabytes.",
    )
    keep_days: int = Field(
        default=_default("ledger", "keep_days"),
        ge=1,
        le=3650,
        description="Age from which records are dropped, in days.",
    )


class Configuration(_Table):
    """All of ambidex.toml."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    track: Literal["right", "left"] = Field(
        default=DEFAULTS["track"],
        description="The track of everything that no agent of the other track does.",
    )
    guard: Guard = Field(default_factory=Guard, description="Before a tool runs.")
    paths: Paths = Field(default_factory=Paths, description="Protected paths.")
    edits: Edits = Field(default_factory=Edits, description="After an edit.")
    tests: Tests = Field(default_factory=Tests, description="Tests at Stop.")
    stop: Stop = Field(default_factory=Stop, description="When the agent says it is done.")
    gates: Gates = Field(default_factory=Gates, description="Which gate applies in which track.")
    tracks: Tracks = Field(default_factory=Tracks, description="Who works in which track.")
    ledger: Ledger = Field(default_factory=Ledger, description="How much of the log is kept.")


def json_schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of ambidex.toml."""
    schema = Configuration.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ambidex.toml",
        **{key: value for key, value in schema.items() if key != "title"},
    }
