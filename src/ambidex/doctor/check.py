"""What one check of the doctor found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

GOOD = "good"
PROBLEM = "problem"
NOTE = "note"


@dataclass(frozen=True)
class Check:
    """One check and what came of it.

    Attributes:
        group: what it belongs to, for example `programs`; good groups share a line.
        name: what was looked at, for example `semgrep`.
        status: `good`, `problem` (something does not work as it should) or `note` (works as it
            was set up, and is worth knowing).
        found: what was found, a sentence without its full stop.
        fix: how to put it right: a command that a person can run, or a short instruction; `""`
            when there is nothing to do.
        details: JSON-ready facts.
    """

    group: str
    name: str
    status: str
    found: str
    fix: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The check as JSON-ready data."""
        return asdict(self)
