"""What all tables of ambidex.toml have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from ambidex.policy.defaults import DEFAULTS


class Table(BaseModel):
    """A table: no unknown keys, no conversions, not changed after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def default(section: str, key: str) -> Any:
    """The default of a key, as `ambidex.policy.defaults` has it."""
    value = DEFAULTS[section][key]
    return list(value) if isinstance(value, list) else value
