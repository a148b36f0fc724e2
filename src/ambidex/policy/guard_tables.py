"""What ambidex.toml may say about the time before a tool runs: `[guard]` and `[paths]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, model_validator

from ambidex.policy.table import Table, default
from ambidex.policy.values import (
    AnyGlobs,
    Date,
    Day,
    EffectKind,
    Globs,
    Names,
    RuleId,
    Text,
    last_day,
)


class Allow(Table):
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


class DecisionChange(Table):
    """Another answer of one rule."""

    rule: Text = Field(description="Id of the rule.")
    decision: Literal["deny", "ask"] = Field(description="What it answers in this project.")
    reason: Text = Field(description="Why, for those who review the policy.")


class OwnRule(Table):
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


class WritingTool(Table):
    """A tool of an MCP server that writes files."""

    tool: Text = Field(description="Its name, a pattern with `*`: `mcp__files__write*`.")
    field: Text = Field(description="The field of its input that names the file.")


class Guard(Table):
    """Before a tool runs: destructive commands and protected paths."""

    on_error: Literal["ask", "deny"] = Field(
        default=default("guard", "on_error"),
        description="What happens to a tool call that could not be analysed.",
    )
    prompts: Literal["warn", "block"] = Field(
        default=default("guard", "prompts"),
        description="What happens to a prompt that holds a secret.",
    )
    trash: bool = Field(
        default=default("guard", "trash"),
        description="Whether `rm` of files in the project moves them to a trash instead.",
    )
    protected_branches: Names = Field(
        default=default("guard", "protected_branches"),
        description="Branches, patterns with `*`, that the agent neither commits, merges nor "
        "pushes to.",
    )
    hosts: Names = Field(
        default=default("guard", "hosts"),
        description="Hosts, patterns with `*`, to which project files may be sent.",
    )
    disable: Names = Field(
        default=default("guard", "disable"),
        description="Ids of guard rules, or of packs (`ambidex.cloud`) outside of the core, "
        "that do not apply to this project.",
    )
    decisions: list[DecisionChange] = Field(
        default=default("guard", "decisions"),
        description="Rules that answer differently in this project.",
    )
    allow: list[Allow] = Field(
        default=default("guard", "allow"),
        description="Single commands that pass although a rule refuses them.",
    )
    rules: list[OwnRule] = Field(
        default=default("guard", "rules"), description="Rules of this project."
    )
    writers: list[WritingTool] = Field(
        default=default("guard", "writers"),
        description="Tools of MCP servers whose paths are protected as those of Write are.",
    )


class Paths(Table):
    """Protected paths, from the strictest tier to the mildest."""

    no_access: Globs = Field(
        default=default("paths", "no_access"),
        description="Globs of files that the agent must neither read nor write.",
    )
    golden: Globs = Field(
        default=default("paths", "golden"),
        description="Globs of golden tests: pinned by a manifest, changed by people only.",
    )
    read_only: Globs = Field(
        default=default("paths", "read_only"),
        description="Globs of further files that the agent must not write.",
    )
    add_only: Globs = Field(
        default=default("paths", "add_only"),
        description="Globs of files that the agent may create but neither change nor delete.",
    )
    approval: AnyGlobs = Field(
        default=default("paths", "approval"),
        description="Globs of files whose change a person approves first.",
    )
