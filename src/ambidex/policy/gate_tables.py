"""What ambidex.toml may say about the gates of each track: `[gates.right]` and `[gates.left]`."""

from __future__ import annotations

from pydantic import Field

from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.table import Table
from ambidex.policy.values import BlockLevel, FixLevel


class RightGates(Table):
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


class Gates(Table):
    """Which gate applies in which track, and whether it blocks, reports, or is off."""

    right: RightGates = Field(default_factory=RightGates, description="The right track's gates.")
    left: LeftGates = Field(default_factory=LeftGates, description="The left track's gates.")
