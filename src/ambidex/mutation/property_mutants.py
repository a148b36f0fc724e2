"""Which mutants a property has to answer for: those of functions that it executes."""

from __future__ import annotations

import hashlib

from ambidex.changes import functions
from ambidex.mutation import property_kills
from ambidex.proof import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ambidex.changes.functions import Function
    from ambidex.mutation.mutant import Mutant
    from ambidex.proof.property_tests import Property
    from ambidex.proof.subject import Subject
    from ambidex.proof.testmap import TestMap

    # The mutants of each property, best first, with the node ids that execute them.
    Reached = dict[Property, list[tuple[Mutant, Sequence[str]]]]
    # Path, function, and how many tests execute it.
    Place = tuple[str, Function, int]

# Of what a property executes, the functions that fewest other tests execute say most about it.
_MOST_FUNCTIONS = 20
_MOST_MUTANTS = sum(property_kills.ROUNDS)
# A property that only calls a function dies of these: the program crashes, nothing is noticed.
_CRASHING = frozenset(("AssignedValue", "CallArgument", "ExceptionType"))
_CRASHES = frozenset(("None", "/", "//", "%", "/=", "//=", "%="))


def executed(
    subject: Subject,
    known: TestMap,
    properties: Iterable[Property],
    within: Mapping[str, Sequence[Function]] | None = None,
) -> dict[Property, list[Place]]:
    """The functions that each property executes, those first that fewest tests execute.

    Args:
        subject: where the files are.
        known: which test executes what.
        properties: the properties; those that execute nothing are left out of the result.
        within: only these functions, by path; None for all of the project, tests aside.
    """
    owners = {each.node: each for each in properties}
    found: dict[Property, list[Place]] = {}
    for path in sorted(known.files()) if within is None else within:
        if not path.endswith(".py") or select.is_test_file(path):
            continue
        those = within[path] if within is not None else _functions(subject, path)
        for function in those:
            nodes = known.covering(path, function.line, function.end_line)
            # A parametrized test is one property with several node ids.
            for each in dict.fromkeys(owners.get(node.partition("[")[0]) for node in nodes):
                if each is not None:
                    found.setdefault(each, []).append((path, function, len(nodes)))
    for places in found.values():
        places.sort(key=lambda place: place[2])
    return found


def mutants(
    subject: Subject,
    known: TestMap,
    places: Mapping[Property, Sequence[Place]],
    deadline: float,
) -> Reached:
    """Mutants of each property's functions, by turns, in an order that chance could have made.

    Only those that make values wrong and not the program crash: where a type changes, every
    property that so much as calls the function would notice. Code that runs while modules are
    imported is left out: it is judged in cold processes, which take too long for the question
    whether a property can fail at all.
    """
    from ambidex.mutation import making

    chosen = {each: list(those[:_MOST_FUNCTIONS]) for each, those in places.items()}
    wanted: dict[str, set[str]] = {}
    for those in chosen.values():
        for path, function, _ in those:
            wanted.setdefault(path, set()).add(function.qualname)
    made: dict[tuple[str, str], list[Mutant]] = {}
    texts = {path: _text(subject, path) for path in wanted}
    questions = [
        {"path": path, "text": text, "functions": sorted(wanted[path])}
        for path, text in texts.items()
        if text is not None
    ]
    for answer in making.generate(questions, subject.environ, deadline):
        for mutant in answer.mutants:
            if not mutant.at_import and not _crashes(mutant):
                made.setdefault((mutant.path, mutant.qualname), []).append(mutant)
    for column in made.values():
        column.sort(key=_shuffled)
    return {
        each: _in_turns(
            known, each, [made.get((path, function.qualname), []) for path, function, _ in those]
        )
        for each, those in chosen.items()
    }


def _in_turns(
    known: TestMap, owner: Property, columns: Sequence[Sequence[Mutant]]
) -> list[tuple[Mutant, Sequence[str]]]:
    found: list[tuple[Mutant, Sequence[str]]] = []
    seen: set[str] = set()
    for row in range(max(map(len, columns), default=0)):
        for column in columns:
            if row >= len(column) or column[row].id in seen or len(found) >= _MOST_MUTANTS:
                continue
            mutant = column[row]
            seen.add(mutant.id)
            covering = known.covering(mutant.path, mutant.line, mutant.end_line)
            own = [node for node in covering if owner.owns(node)]
            if own:
                found.append((mutant, own))
    return found


def _crashes(mutant: Mutant) -> bool:
    return mutant.operator in _CRASHING or mutant.replacement.strip() in _CRASHES


def _shuffled(mutant: Mutant) -> bytes:
    """Always the same order, and not the text's: neighbours are alike."""
    return hashlib.sha256(mutant.id.encode("utf-8", "surrogatepass")).digest()


def _functions(subject: Subject, path: str) -> list[Function]:
    text = _text(subject, path)
    if text is None:
        return []
    everything = functions.touched(text, [(1, text.count("\n") + 1)])
    return [each for each in everything if each.qualname != functions.MODULE]


def _text(subject: Subject, path: str) -> str | None:
    content = subject.content(path)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        return None
