"""Mutants that no test noticed, told so that somebody can write the test that does."""

from __future__ import annotations

import io
import os
import re
from collections import Counter

from ambidex.changes.functions import MODULE
from ambidex.mutation.mutant import SURVIVED, UNCOVERED
from ambidex.printable import printable
from ambidex.verdict import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ambidex.mutation.judging import Outcome
    from ambidex.mutation.mutant import Judged, Mutant

# What the model is given at a time; the rest waits in the evidence.
MOST_FINDINGS = 5
MOST_LISTED = 500
_MOST_CHARACTERS = 120
_MOST_TESTS = 10

# By operator: half a sentence on what no test checks, and the end of a test's name.
_WHY = {
    "ArithmeticOperator": ("no test depends on how this is computed", "computes_exactly"),
    "ArrowFunction": ("no test depends on what this function returns", "calls_back"),
    "AssignedValue": ("no test depends on the value kept here", "keeps_its_value"),
    "AssignmentOperator": ("no test depends on how this value is updated", "updates_its_value"),
    "BooleanLiteral": ("no test distinguishes true from false here", "flag_matters"),
    "CallArgument": ("no test depends on this argument", "passes_its_arguments"),
    "ConditionalExpression": ("no test takes both ways at this condition", "takes_both_ways"),
    "DecoratorRemoval": ("no test notices that the decorator is gone", "is_decorated"),
    "EqualityOperator": ("no test tries the value at the limit itself", "at_the_limit"),
    "ExceptionType": ("no test expects exactly this exception", "raises"),
    "Gutted": ("no test checks what the function returns", "returns_the_value"),
    "LogicalOperator": ("no test has one condition true and the other false", "with_one_condition"),
    "LoopControl": ("no test has something left when the loop ends here", "ends_its_loop"),
    "MatchCase": ("no test takes this case", "takes_each_case"),
    "MethodExpression": ("no test depends on what this method does", "calls_the_right_method"),
    "NumberLiteral": ("no test depends on this number", "with_the_exact_number"),
    "ObjectLiteral": ("no test depends on these entries", "with_its_entries"),
    "ReturnValue": ("no test checks the value that is returned", "returns_the_value"),
    "StatementRemoval": ("no test notices that this statement is gone", "has_its_effect"),
    "StringLiteral": ("no test depends on this text", "with_the_exact_text"),
    "UnaryOperator": ("no test depends on this sign or negation", "sign_matters"),
}
_UNKNOWN = ("no test depends on this", "behaves_as_written")


def why(operator: str) -> tuple[str, str]:
    """What no test checks, and the end of a name for one that does."""
    return _WHY.get(operator, _UNKNOWN)


def difference(text: str, mutant: Mutant) -> tuple[str, str]:
    """The first line that the mutant changes, before and after, without indentation."""
    was, now = (_lines(each) for each in (text, mutant.applied(text)))
    at = next((i for i, (a, b) in enumerate(zip(was, now)) if a != b), min(len(was), len(now)))
    gone = len(was) - len(now)
    # Where lines are only missing or new, there is nothing on the other side.
    before = was[at].strip() if at < len(was) else ""
    after = now[at].strip() if at < len(now) else ""
    if gone > 0 and was[at + gone :] == now[at:]:
        after = ""
    elif gone < 0 and now[at - gone :] == was[at:]:
        before = ""
    return printable(before, _MOST_CHARACTERS), printable(after, _MOST_CHARACTERS)


def listed(outcome: Outcome, root: str, policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that the tests did not notice, as JSON-ready data: changed lines first, covered first.

    Keys: the mutant's id, path, line, function and operator; `before` and `after` (one line each),
    `why`; `status` (`survived` or `uncovered`), `ran` of `covering` tests and the first `tests`;
    `test_name` and `test_file`, a place for a test that would notice; `changed`: its line is new.
    """
    missed = [each for each in outcome.judged if each.status in (SURVIVED, UNCOVERED)]
    missed.sort(
        key=lambda each: (
            not outcome.is_changed(each.mutant),
            each.status == UNCOVERED,
            each.mutant.path,
            each.mutant.start,
        )
    )
    return [_entry(each, outcome, root, policy) for each in missed[:MOST_LISTED]]


def findings(
    entries: Sequence[dict[str, Any]], functions: Iterable[tuple[str, str]]
) -> list[Finding]:
    """At most `MOST_FINDINGS` of `entries`, of the functions whose demand is missed.

    Each function has its turn before one has a second. The message of a finding stays the same
    while the mutant lives, whatever tests come and go, so that repetition is recognised.
    """
    wanted = set(functions)
    queues: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in entries:
        place = (entry["path"], entry["function"])
        if place in wanted:
            queues.setdefault(place, []).append(entry)
    chosen: list[dict[str, Any]] = []
    while queues and len(chosen) < MOST_FINDINGS:
        for place in list(queues):
            chosen.append(_next(queues[place], chosen))
            if not queues[place]:
                del queues[place]
    return [_finding(entry) for entry in chosen[:MOST_FINDINGS]]


def shown(entry: Mapping[str, Any]) -> str:
    """The change of an entry of `listed`, on one line."""
    if not entry["after"]:
        return f"`{entry['before']}` removed"
    return (
        f"`{entry['before']}` → `{entry['after']}`"
        if entry["before"]
        else f"`{entry['after']}` added"
    )


def _next(queue: list[dict[str, Any]], chosen: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first on a line of which nothing was chosen yet: one test often notices all of it."""
    taken = {(entry["path"], entry["line"]) for entry in chosen}
    at = next((i for i, e in enumerate(queue) if (e["path"], e["line"]) not in taken), 0)
    return queue.pop(at)


def _finding(entry: dict[str, Any]) -> Finding:
    change = shown(entry)
    if entry["status"] == UNCOVERED:
        message = f"{change} goes unnoticed: no test executes it"
        ran = ""
    else:
        message = f"{change} goes unnoticed: {entry['why']}"
        ran = f"{entry['ran']} of {entry['covering']} covering tests ran; " if entry["ran"] else ""
    place = f", e.g. {entry['test_name']} in {entry['test_file']}" if entry["test_file"] else ""
    fix = f"{ran}write one that fails with it{place}"
    rule = ":".join(filter(None, (entry["function"], entry["operator"])))
    return Finding(entry["path"], entry["line"], rule, message, fix)


def _entry(
    judged: Judged, outcome: Outcome, root: str, policy: Mapping[str, Any]
) -> dict[str, Any]:
    mutant = judged.mutant
    before, after = difference(outcome.modules[mutant.path].text, mutant)
    reason, aspect = why(mutant.operator)
    tests = outcome.covering.get(mutant.id, [])
    name = mutant.path if mutant.qualname == MODULE else mutant.qualname
    stem = name.removesuffix(".py").rpartition("/")[2].rpartition(".")[2].strip("_").lower()
    return {
        "id": mutant.id,
        "path": mutant.path,
        "line": mutant.line,
        "function": mutant.qualname,
        "operator": mutant.operator,
        "before": before,
        "after": after,
        "why": reason,
        "status": judged.status,
        "ran": judged.ran,
        "covering": len(tests) or judged.covering,
        "tests": tests[:_MOST_TESTS],
        "test_name": f"test_{re.sub(r'[^a-z0-9_]', '_', stem)}_{aspect}",
        "test_file": _test_file(mutant.path, tests, root, policy),
        "changed": outcome.is_changed(mutant),
    }


def _test_file(path: str, tests: Sequence[str], root: str, policy: Mapping[str, Any]) -> str:
    """Where most of the covering tests are, else where one would look; `""` if not known."""
    if not path.endswith(".py"):
        return ""
    name = path.rpartition("/")[2]
    usual = f"test_{name}"
    files = Counter(node.partition("::")[0] for node in tests)
    if files:
        named = next((file for file in files if file.rpartition("/")[2] == usual), "")
        return named or files.most_common(1)[0][0]
    folders = [folder.strip("/") for folder in policy["tests"]["paths"]]
    there = [folder for folder in folders if os.path.isdir(os.path.join(root, folder))]
    folder = next(iter(there or folders), "")
    return f"{folder}/{usual}" if folder else usual


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))
