"""What ambidex.toml may say about proof: tests, types, mutants, scope, Stop, commits."""

from __future__ import annotations

from pydantic import Field

from ambidex.policy.table import Table, default
from ambidex.policy.values import Command, Globs, Names, RelativePaths, Text


class Tests(Table):
    """At Stop: which tests exist and how they are run."""

    command: Command = Field(
        default=default("tests", "command"),
        description="The command that runs the whole suite, without a shell: a string that is "
        "split as a shell splits words, or an array. Empty: chosen from the project's files.",
    )
    paths: RelativePaths = Field(
        default=default("tests", "paths"), description="Files and folders that hold tests."
    )
    source: RelativePaths = Field(
        default=default("tests", "source"),
        description="Folders from which the code under test is imported.",
    )
    exclude: Globs = Field(
        default=default("tests", "exclude"), description="Globs of tests that Stop does not run."
    )
    min_coverage: int = Field(
        default=default("tests", "min_coverage"),
        ge=0,
        le=100,
        description="How much of the changed lines the tests must execute, in percent.",
    )
    deadline_seconds: int = Field(
        default=default("tests", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for one run of the tests, in seconds.",
    )


class Types(Table):
    """At Stop: the project's own type checker or build."""

    command: Command = Field(
        default=default("types", "command"),
        description="The command that checks types or builds, without a shell. Empty: chosen "
        "from the project's files.",
    )
    deadline_seconds: int = Field(
        default=default("types", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for it, in seconds.",
    )


class Mutation(Table):
    """At Stop: whether the tests notice when the changed code is wrong."""

    min_new: int = Field(
        default=default("mutation", "min_new"),
        ge=0,
        le=100,
        description="How many mutants of a new function the tests must kill, in percent.",
    )
    min_critical: int = Field(
        default=default("mutation", "min_critical"),
        ge=0,
        le=100,
        description="The same for changed functions in critical files, in percent.",
    )
    critical: Globs = Field(
        default=default("mutation", "critical"), description="Globs of critical files."
    )
    exclude: Globs = Field(
        default=default("mutation", "exclude"), description="Globs of files without mutants."
    )
    deadline_seconds: int = Field(
        default=default("mutation", "deadline_seconds"),
        ge=1,
        le=570,
        description="Wall-clock time for all mutants of one Stop, in seconds.",
    )


class Boundary(Table):
    """Modules that some files must not import."""

    files: Globs = Field(min_length=1, description="Globs of the importing files.")
    forbidden: Names = Field(
        min_length=1, description="Modules that they must not import, patterns with `*`."
    )
    reason: Text = Field(description="Why, for those who run into it.")


class Scope(Table):
    """How large a change may be, and what may depend on what."""

    max_files: int = Field(
        default=default("scope", "max_files"),
        ge=0,
        le=100_000,
        description="How many files one change may touch, in files; 0: any number.",
    )
    max_lines: int = Field(
        default=default("scope", "max_lines"),
        ge=0,
        le=10_000_000,
        description="How many lines one change may add and remove, in lines; 0: any number.",
    )
    boundaries: list[Boundary] = Field(
        default=default("scope", "boundaries"), description="Imports that are not wanted."
    )


class Stop(Table):
    """When the agent says it is done: how long it is checked and how often it is held back."""

    deadline_seconds: int = Field(
        default=default("stop", "deadline_seconds"),
        ge=5,
        le=570,
        description="Wall-clock time for all checks of one Stop, in seconds.",
    )
    blocks_without_progress: int = Field(
        default=default("stop", "blocks_without_progress"),
        ge=1,
        le=7,
        description="Blocks with the same failures after which the agent is let go, in blocks.",
    )
    blocks_in_a_row: int = Field(
        default=default("stop", "blocks_in_a_row"),
        ge=1,
        le=7,
        description="Blocks without a tool call in between after which the agent is let go, in "
        "blocks. Claude Code itself ends the turn at 8.",
    )
    max_blocks: int = Field(
        default=default("stop", "max_blocks"),
        ge=1,
        le=12,
        description="Blocks within one prompt after which the agent is let go, in blocks.",
    )


class Commit(Table):
    """After a green Stop: what the agent changed, committed."""

    on_green: bool = Field(
        default=default("commit", "on_green"),
        description="Whether a green Stop commits what the agent changed.",
    )
    branch: Text = Field(
        default=default("commit", "branch"),
        description="The branch that is used where the current one is protected.",
    )
