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
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.making import Question
    from ambidex.mutation.mutants import Generated

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
    state: str, questions: Sequence[Question], environ: Mapping[str, str], deadline: float
) -> list[Made]:
    """What `making.generate` answers to the same questions, from memory if they were asked before.

    Args:
        state: the repository's state directory.
        questions: see `making.generate`, like the rest.
        environ: see there.
        deadline: see there.
    """
    generator = _generator()
    found: list[Made | None] = [_remembered(state, each, generator) for each in questions]
    unknown = [at for at, each in enumerate(found) if each is None]
    if unknown:
        from ambidex.mutation import making

        made = making.generate([questions[at] for at in unknown], environ, deadline)
        for at, each in zip(unknown, made):
            found[at] = Made(each.mutants, each.dropped, each.error)
            if not each.error and len(each.mutants) <= MOST_MUTANTS:
                _keep(state, questions[at], generator, each)
    return [each for each in found if each is not None]


def _remembered(state: str, question: Question, generator: list[Any]) -> Made | None:
    known = _load(_file(state, question))
    with contextlib.suppress(KeyError, TypeError, ValueError):
        entry = known[_key(question, generator)]
        found = [Mutant.from_dict(each) for each in entry["mutants"]]
        return Made(found, dict(entry["dropped"]), "")
    return None


def _keep(state: str, question: Question, generator: list[Any], made: Generated) -> None:
    file = _file(state, question)
    known = _load(file)
    known[_key(question, generator)] = {
        "mutants": [each.as_dict() for each in made.mutants],
        "dropped": made.dropped,
    }
    latest = dict(list(known.items())[-MOST_KEPT:])
    with contextlib.suppress(OSError):
        content = json.dumps({"version": _VERSION, "made": latest})
        private.replace(file, content, lasting=False)


def _key(question: Question, generator: list[Any]) -> str:
    asked = json.dumps([question, generator], sort_keys=True)
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def _file(state: str, question: Question) -> str:
    name = hashlib.sha256(question["path"].encode("utf-8", "surrogatepass")).hexdigest()
    return os.path.join(state, "mutation", f"made-{name}.json")


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
