"""What ambidex.toml may say: every section, key, type, bound, unit and default.

The same table may stand under `[tool.ambidex]` in pyproject.toml. The JSON Schema is generated
from here; the defaults come from `ambidex.policy.defaults`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.values import (
    AnyGlobs,
    BlockLevel,
    Command,
    Date,
    Day,
    EffectKind,
    FixLevel,
    Globs,
    Names,
    RelativePaths,
    RuleId,
    Text,
    last_day,
)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _default(section: str, key: str) -> Any:
    value = DEFAULTS[section][key]
    return list(value) if isinstance(value, list) else value


class Allow(_Table):
    """One command that the guard lets pass although a rule refuses it."""

    command: Text = Field(description="The command, exactly as it will be run.")
    reason: Text = Field(description="Why it is safe here, for those who review the policy.")
    added: Day | None = Field(
        default=None, description="Day on which the entry was written, YYYY-MM-DD."
    )
    expires: Date | None = Field(
        default=None,
        description="Last day on which the entry holds, YYYY-MM-DD; 30 days after `added` "
        "unless it is set.",
    )

    @model_validator(mode="after")
    def _ends(self, info: ValidationInfo) -> Allow:
        return self.model_copy(update={"expires": last_day(self.added, self.expires, info)})


class DecisionChange(_Table):
    """Another answer of one rule."""

    rule: Text = Field(description="Id of the rule.")
    decision: Literal["deny", "ask"] = Field(description="What it answers in this project.")
    reason: Text = Field(description="Why, for those who review the policy.")


class OwnRule(_Table):
    """A rule of this project, about what a command would do."""

    id: RuleId = Field(description="Its id, for example `acme.production-database`.")
    effects: list[EffectKind] = Field(
        min_length=1, description="Kinds of effects that it is about."
    )
    programs: Names = Field(default=[], description="Names of programs, patterns with `*`.")
    words: Names = Field(
        default=[], description="Words that the command must all have, patterns with `*`."
    )
    actions: Names = Field(
        default=[], description="Verbs, for example `push` or `delete`, patterns with `*`."
    )
    targets: Names = Field(
        default=[], description="Hosts, packages, objects and the like, patterns with `*`."
    )
    paths: Names = Field(default=[], description="Globs relative to the project, or absolute.")
    flags: Names = Field(
        default=[], description="What the effect must all be, for example `recursive`."
    )
    decision: Literal["deny", "ask"] = Field(default="deny", description="What it answers.")
    severity: Literal["critical", "high", "medium"] = Field(
        default="high", description="How bad it would be."
    )
    protects: Text = Field(description="What would be harmed.")
    why: Text = Field(description="Why that matters, one sentence.")
    instead: Text = Field(description="The correct next step, one sentence.")
    match: Names = Field(min_length=1, description="Commands that it must stop.")
    not_match: Names = Field(min_length=1, description="Similar commands that it must let pass.")


class WritingTool(_Table):
    """A tool of an MCP server that writes files."""

    tool: Text = Field(description="Its name, a pattern with `*`: `mcp__files__write*`.")
    field: Text = Field(description="The field of its input that names the file.")


class Guard(_Table):
    """Before a tool runs: destructive commands and protected paths."""

    on_error: Literal["ask", "deny"] = Field(
        default=_default("guard", "on_error"),
        description="What happens to a tool call that could not be analysed.",
    )
    prompts: Literal["warn", "block"] = Field(
        default=_default("guard", "prompts"),
        description="What happens to a prompt that holds a secret.",
    )
    trash: bool = Field(
        default=_default("guard", "trash"),
        description="Whether `rm` of files in the project moves them to a trash instead.",
    )
    protected_branches: Names = Field(
        default=_default("guard", "protected_branches"),
        description="Branches, patterns with `*`, that the agent neither commits, merges nor "
        "pushes to.",
    )
    hosts: Names = Field(
        default=_default("guard", "hosts"),
        description="Hosts, patterns with `*`, to which project files may be sent.",
    )
    disable: Names = Field(
        default=_default("guard", "disable"),
        description="Ids of guard rules, or of packs (`ambidex.cloud`) outside of the core, "
        "that do not apply to this project.",
    )
    decisions: list[DecisionChange] = Field(
        default=_default("guard", "decisions"),
        description="Rules that answer differently in this project.",
    )
    allow: list[Allow] = Field(
        default=_default("guard", "allow"),
        description="Single commands that pass although a rule refuses them.",
    )
    rules: list[OwnRule] = Field(
        default=_default("guard", "rules"), description="Rules of this project."
    )
    writers: list[WritingTool] = Field(
        default=_default("guard", "writers"),
        description="Tools of MCP servers whose paths are protected as those of Write are.",
    )


class Paths(_Table):
    """Protected paths, from the strictest tier to the mildest."""

    no_access: Globs = Field(
        default=_default("paths", "no_access"),
        description="Globs of files that the agent must neither read nor write.",
    )
    golden: Globs = Field(
        default=_default("paths", "golden"),
        description="Globs of golden tests: pinned by a manifest, changed by people only.",
    )
    read_only: Globs = Field(
        default=_default("paths", "read_only"),
        description="Globs of further files that the agent must not write.",
    )
    add_only: Globs = Field(
        default=_default("paths", "add_only"),
        description="Globs of files that the agent may create but neither change nor delete.",
    )
    approval: AnyGlobs = Field(
        default=_default("paths", "approval"),
        description="Globs of files whose change a person approves first.",
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
        le=45,
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
    min_coverage: int = Field(
        default=_default("tests", "min_coverage"),
        ge=0,
        le=100,
        description="How much of the changed lines the tests must execute, in percent.",
    )
    deadline_seconds: int = Field(
        default=_default("tests", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for one run of the tests, in seconds.",
    )


class Types(_Table):
    """At Stop: the project's own type checker or build."""

    command: Command = Field(
        default=_default("types", "command"),
        description="The command that checks types or builds, without a shell. Empty: chosen "
        "from the project's files.",
    )
    deadline_seconds: int = Field(
        default=_default("types", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for it, in seconds.",
    )


class Mutation(_Table):
    """At Stop: whether the tests notice when the changed code is wrong."""

    min_new: int = Field(
        default=_default("mutation", "min_new"),
        ge=0,
        le=100,
        description="How many mutants of a new function the tests must kill, in percent.",
    )
    min_critical: int = Field(
        default=_default("mutation", "min_critical"),
        ge=0,
        le=100,
        description="The same for changed functions in critical files, in percent.",
    )
    critical: Globs = Field(
        default=_default("mutation", "critical"), description="Globs of critical files."
    )
    exclude: Globs = Field(
        default=_default("mutation", "exclude"), description="Globs of files without mutants."
    )
    deadline_seconds: int = Field(
        default=_default("mutation", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for all mutants of one Stop, in seconds.",
    )


class Boundary(_Table):
    """Modules that some files must not import."""

    files: Globs = Field(min_length=1, description="Globs of the importing files.")
    forbidden: Names = Field(
        min_length=1, description="Modules that they must not import, patterns with `*`."
    )
    reason: Text = Field(description="Why, for those who run into it.")


class Scope(_Table):
    """How large a change may be, and what may depend on what."""

    max_files: int = Field(
        default=_default("scope", "max_files"),
        ge=0,
        le=100_000,
        description="How many files one change may touch, in files; 0: any number.",
    )
    max_lines: int = Field(
        default=_default("scope", "max_lines"),
        ge=0,
        le=10_000_000,
        description="How many lines one change may add and remove, in lines; 0: any number.",
    )
    boundaries: list[Boundary] = Field(
        default=_default("scope", "boundaries"), description="Imports that are not wanted."
    )


class Stop(_Table):
    """When the agent says it is done: how long it is checked and how often it is held back."""

    deadline_seconds: int = Field(
        default=_default("stop", "deadline_seconds"),
        ge=5,
        le=570,
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
    max_blocks: int = Field(
        default=_default("stop", "max_blocks"),
        ge=1,
        le=12,
        description="Blocks within one prompt after which the agent is let go, in blocks.",
    )


class Commit(_Table):
    """After a green Stop: what the agent changed, committed."""

    on_green: bool = Field(
        default=_default("commit", "on_green"),
        description="Whether a green Stop commits what the agent changed.",
    )
    branch: Text = Field(
        default=_default("commit", "branch"),
        description="The branch that is used where the current one is protected.",
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
    types: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["types"], description="Types and build at Stop."
    )
    coverage: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["coverage"], description="Coverage of the changed lines."
    )
    mutation: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["mutation"],
        description="Mutation score of the changed functions.",
    )
    properties: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["properties"],
        description="Properties that prove nothing.",
    )
    inert: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["inert"],
        description="New tests that no wrong code fails.",
    )
    weakening: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["weakening"],
        description="Tests, checks and suppressions made weaker.",
    )
    claims: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["claims"],
        description="What the agent says, against the record.",
    )
    scope: BlockLevel = Field(
        default=DEFAULTS["gates"]["right"]["scope"],
        description="Size of the change, new dependencies, boundaries.",
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
    types: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["types"], description="Types and build at Stop."
    )
    coverage: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["coverage"], description="Coverage of the changed lines."
    )
    mutation: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["mutation"],
        description="Mutation score of the changed functions.",
    )
    properties: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["properties"],
        description="Properties that prove nothing.",
    )
    inert: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["inert"],
        description="New tests that no wrong code fails.",
    )
    weakening: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["weakening"],
        description="Tests, checks and suppressions made weaker.",
    )
    claims: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["claims"],
        description="What the agent says, against the record.",
    )
    scope: BlockLevel = Field(
        default=DEFAULTS["gates"]["left"]["scope"],
        description="Size of the change, new dependencies, boundaries.",
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
