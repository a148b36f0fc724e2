"""Mutants that were made before: a second look at the same text need not import mutmut's parser.

That import costs more than all the rest of a Stop on which nothing has changed. Kept beside the
verdicts of the module (see `cache`), a few texts of each; what is kept can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys

from ambidex.mutation.mutant import Mutant
from ambidex.policy import private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_VERSION = 1
MOST_KEPT = 4
MOST_MUTANTS = 2_000


class Made:
    """Mutants as `mutants.generate` has them: see there.

    Attributes:
        mutants: in the order of their making.
        dropped: how many were not kept, by reason.
        error: why there can be none.
    """

    __slots__ = ("dropped", "error", "mutants")

    def __init__(self, mutants: list[Mutant], dropped: dict[str, int], error: str) -> None:
        self.mutants = mutants
        self.dropped = dropped
        self.error = error


def generate(
    state: str,
    path: str,
    text: str,
    *,
    functions: Sequence[str] | None = None,
    lines: Sequence[tuple[int, int]] | None = None,
    former: str | None = None,
) -> Made:
    """What `mutants.generate` answers to the same question, from memory if it was asked before."""
    question = [path, text, functions, lines, former, _generator()]
    asked = json.dumps(question).encode("utf-8", "surrogatepass")
    key = hashlib.sha256(asked).hexdigest()
    name = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    file = os.path.join(state, "mutation", f"made-{name}.json")
    known = _load(file)
    if key in known:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            entry = known[key]
            found = [Mutant.from_dict(each) for each in entry["mutants"]]
            return Made(found, dict(entry["dropped"]), "")
    from ambidex.mutation import mutants

    generated = mutants.generate(path, text, lines=lines, functions=functions, former=former)
    if not generated.error and len(generated.mutants) <= MOST_MUTANTS:
        known[key] = {
            "mutants": [each.as_dict() for each in generated.mutants],
            "dropped": generated.dropped,
        }
        latest = dict(list(known.items())[-MOST_KEPT:])
        with contextlib.suppress(OSError):
            content = json.dumps({"version": _VERSION, "made": latest})
            private.replace(file, content, lasting=False)
    return Made(generated.mutants, generated.dropped, generated.error)


def _generator() -> list[Any]:
    """What makes the mutants: our files, the Python that parses."""
    folder = os.path.dirname(os.path.abspath(__file__))
    facts: list[Any] = [list(sys.version_info)]
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        facts += sorted((each.name, each.stat().st_mtime_ns) for each in entries if each.is_file())
    return facts


def _load(file: str) -> dict[str, Any]:
    try:
        with open(file, encoding="utf-8") as stream:
            content = json.load(stream)
        return dict(content["made"]) if content["version"] == _VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
