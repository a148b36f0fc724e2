"""What ambidex.toml may say: every section, key, type, bound, unit and default.

The same table may stand under `[tool.ambidex]` in pyproject.toml. The JSON Schema is generated
from here; the defaults come from `ambidex.policy.defaults`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.gate_tables import Gates
from ambidex.policy.guard_tables import Guard, Paths
from ambidex.policy.proof_tables import Commit, Mutation, Scope, Stop, Tests, Types
from ambidex.policy.table import Table, default
from ambidex.policy.values import Globs, Names, RelativePaths


class Edits(Table):
    """After an edit: format, lint and scan what was changed."""

    format: bool = Field(
        default=default("edits", "format"), description="Whether edited files are formatted."
    )
    lint: bool = Field(
        default=default("edits", "lint"), description="Whether edited files are linted."
    )
    scan: bool = Field(
        default=default("edits", "scan"),
        description="Whether edited files are scanned for vulnerabilities.",
    )
    exclude: Globs = Field(
        default=default("edits", "exclude"),
        description="Globs of files that are neither formatted, linted nor scanned.",
    )
    rules: RelativePaths = Field(
        default=default("edits", "rules"),
        description="Files or folders with the project's own semgrep rules, added to ours.",
    )
    max_findings: int = Field(
        default=default("edits", "max_findings"),
        ge=1,
        le=50,
        description="How many findings the model is told of at once, in findings.",
    )
    max_characters: int = Field(
        default=default("edits", "max_characters"),
        ge=200,
        le=9000,
        description="How long one message to the model may be, in characters.",
    )
    deadline_seconds: int = Field(
        default=default("edits", "deadline_seconds"),
        ge=1,
        le=45,
        description="Wall-clock time for all checks after one edit, in seconds.",
    )
    max_file_bytes: int = Field(
        default=default("edits", "max_file_bytes"),
        ge=1000,
        le=10_000_000,
        description="Size from which a file is reported as not checked, in bytes.",
    )


class LeftTrack(Table):
    """Who works in the left track."""

    agents: Names = Field(
        default=list(DEFAULTS["tracks"]["left"]["agents"]),
        description="Names of the agents that work in the left track.",
    )


class Tracks(Table):
    """Who works in which track."""

    left: LeftTrack = Field(default_factory=LeftTrack, description="The left track.")


class Ledger(Table):
    """How much of the audit log is kept."""

    max_megabytes: int = Field(
        default=default("ledger", "max_megabytes"),
        ge=1,
        le=10_000,
        description="Size from which the oldest records are dropped, in megabytes.",
    )
    keep_days: int = Field(
        default=default("ledger", "keep_days"),
        ge=1,
        le=3650,
        description="Age from which records are dropped, in days.",
    )


class Configuration(Table):
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
    types: Types = Field(default_factory=Types, description="Types and build at Stop.")
    mutation: Mutation = Field(default_factory=Mutation, description="Mutants at Stop.")
    scope: Scope = Field(default_factory=Scope, description="Size and imports of a change.")
    stop: Stop = Field(default_factory=Stop, description="When the agent says it is done.")
    commit: Commit = Field(default_factory=Commit, description="After a green Stop.")
    gates: Gates = Field(default_factory=Gates, description="Which gate applies in which track.")
    tracks: Tracks = Field(default_factory=Tracks, description="The agents of each track.")
    ledger: Ledger = Field(default_factory=Ledger, description="How much of the log is kept.")


def json_schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of ambidex.toml."""
    schema = Configuration.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ambidex.toml",
        **{key: value for key, value in schema.items() if key != "title"},
    }
