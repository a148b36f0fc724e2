"""What the tests of a function reached when it last passed, so that a change can't make it worse.

Kept by path, name and digest of the function as it was then: whoever changes it compares with the
score of exactly what was changed, on whatever branch. A function that was never judged has none.
"""

from __future__ import annotations

import contextlib
import json
import os

from ambidex.policy import private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE = "mutation-scores.json"
MOST_FUNCTIONS = 20_000
_LOCK_SECONDS = 2.0


class Scores:
    """The stored scores, read once."""

    def __init__(self, state: str) -> None:
        self._path = os.path.join(state, _FILE)
        self._known = self._load()

    def get(self, path: str, qualname: str, digest: str) -> tuple[int, int] | None:
        """Dead and missed mutants of the function with this digest, or None."""
        known = self._known.get(_key(path, qualname, digest)) if digest else None
        return (known[0], known[1]) if known else None

    def put(self, found: Iterable[tuple[str, str, str, int, int]]) -> None:
        """Store path, name, digest, dead and missed of functions; trouble costs only the memory."""
        new = {
            _key(path, qualname, digest): [dead, missed]
            for path, qualname, digest, dead, missed in found
            if digest and dead + missed
        }
        if not new:
            return
        with (
            contextlib.suppress(OSError, TimeoutError),
            private.Lock(f"{self._path}.lock", _LOCK_SECONDS),
        ):
            known = self._load()
            kept = {key: value for key, value in known.items() if key not in new}
            kept.update(new)
            latest = dict(list(kept.items())[-MOST_FUNCTIONS:])
            private.replace(self._path, json.dumps(latest), lasting=False)
            self._known = latest

    def _load(self) -> dict[str, list[int]]:
        try:
            with open(self._path, encoding="utf-8") as file:
                content = json.load(file)
            return {key: value for key, value in content.items() if _is_score(value)}
        except (OSError, ValueError, AttributeError):
            return {}


def _is_score(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int) and each >= 0 for each in value)
        and sum(value) > 0
    )


def _key(path: str, qualname: str, digest: str) -> str:
    return f"{path}::{qualname}::{digest}"
