"""How many examples a property is tried with: the usual number, or ten times that at night."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

VARIABLE = "HYPOTHESIS_PROFILE"
FACTOR = 10 if os.environ.get(VARIABLE) == "thorough" else 1
# Hypothesis's own number, for properties that name none.
_DEFAULT = 100


def examples(usual: int = _DEFAULT, **more: Any) -> settings:
    """Settings for a property; without a deadline, because a slow machine is no failure.

    Args:
        usual: examples in `make test`.
        more: further settings of Hypothesis.
    """
    return settings(max_examples=usual * FACTOR, deadline=None, **more)


def load() -> None:
    """Make `examples()` the settings of every property that has none of its own."""
    settings.register_profile("ambidex", examples())
    settings.load_profile("ambidex")
