"""Which tests a change affects: by the test map where it knows, by imports where it does not.

A changed Python file whose changes lie within the bodies of functions that exist before and after,
and that did not run while modules were imported, affects the tests that executed any line of those
functions. That holds for the function and not for the changed lines only: which branch a test
takes may differ from run to run.

Anything else (new and removed functions, signatures, decorators, code of modules and classes, a
function that no test is known to reach, files that are not in the map) affects the test files that
`select` finds through imports. Always run: changed test files, test files that the map does not
know and imports lead to, tests that start processes, because nobody saw what these execute, and
tests that failed. A map that does not know all tests decides nothing: then imports do.
"""

from __future__ import annotations

import ast

from ambidex.proof import select
from ambidex.proof.select import is_test_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ambidex.proof.subject import Subject
    from ambidex.proof.testmap import TestMap

    Span = tuple[int, int]

# The part of the suite's time from which on the suite runs at once.
_MOST_TIME = 0.5
_MOST_NODES = 2_000


class Chosen:
    """The tests to run first.

    Attributes:
        nodes: test files and node ids; empty where the suite has to run at once.
        whole: why; `""` where `nodes` can go first.
        tests: number of the tests in `nodes` that the map knows; 0 without a map.
    """

    __slots__ = ("nodes", "tests", "whole")

    def __init__(self, nodes: list[str], whole: str = "", tests: int = 0) -> None:
        self.nodes = nodes
        self.whole = whole
        self.tests = tests


def choose(subject: Subject, known: TestMap | None, limit: float | None = None) -> Chosen:
    """The tests that the change affects.

    Args:
        subject: the change.
        known: the map of the work tree, or None; one that is not complete counts as none.
        limit: `time.monotonic()` at which to give up and name the whole suite.
    """
    if known is None or not known.complete:
        selection = select.affected(subject.root, subject.policy, subject.paths, limit)
        return Chosen(selection.files, selection.whole)
    chosen: set[str] = set()
    files: list[str] = []
    unclear: list[str] = []
    for path in subject.paths:
        if is_test_file(path) and subject.content(path) is not None:
            files.append(path)
        tests = reaching(subject, known, path)
        if tests is None:
            unclear.append(path)
        else:
            chosen |= tests
    selection = select.affected(subject.root, subject.policy, subject.paths, limit)
    if selection.whole and not selection.tests_read:
        return Chosen([], selection.whole)
    if unclear:
        part = select.affected(subject.root, subject.policy, unclear, limit)
        if part.whole and not part.tests_read:
            return Chosen([], part.whole)
        files += part.reached
    of_known = {node.partition("::")[0] for node in known.tests}
    files += [path for path in selection.reached if path not in of_known]
    # Nobody saw what a started process executes, or what a test would have that had not failed.
    always = (node for node, test in known.tests.items() if test.starts or test.outcome == "failed")
    chosen.update(always)
    return _bounded(known, chosen, files)


def reaching(subject: Subject, known: TestMap, path: str) -> set[str] | None:
    """The tests that reach what changed in `path`; None where the map can't tell."""
    recorded, now = known.recorded(path), subject.content(path)
    if recorded is None or now is None or not path.endswith(".py"):
        return None
    before = recorded
    if recorded == now:
        # The map is of the change already: what changed is seen from the baseline.
        try:
            former = subject.former(path)
        except OSError:
            former = None
        if former is None:
            return None
        before = former
    changed = changed_functions(before, now)
    if changed is None:
        return None
    spans = dict(_spans(recorded))
    tests: set[str] = set()
    for name in changed:
        if name not in spans:
            return None
        header, body = spans[name]
        if known.imported(path, *body) or known.reaching(path, *header):
            return None
        found = known.reaching(path, *body)
        if not found:
            return None
        tests |= found
    return tests


def changed_functions(before: bytes, after: bytes) -> list[str] | None:
    """The outermost functions whose bodies differ, where nothing else does; else None."""
    from ambidex.changes.lines import changed_lines

    try:
        old, new = _Outline(before), _Outline(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if [name for name, _ in old.functions] != [name for name, _ in new.functions]:
        return None
    if len({name for name, _ in old.functions}) != len(old.functions):
        return None
    found: dict[str, None] = {}
    for outline, ranges in (
        (old, changed_lines(after, before, gaps=False)),
        (new, changed_lines(before, after, gaps=False)),
    ):
        for first, last in ranges:
            for line in range(first, last + 1):
                name = outline.at(line)
                if name is None:
                    return None
                if name:
                    found[name] = None
    return list(found)


class _Outline:
    """Where the outermost functions of a source are, and where other code."""

    def __init__(self, source: bytes) -> None:
        self.functions: list[tuple[str, tuple[Span, Span]]] = []
        self.other: list[Span] = []
        self._add(ast.parse(source).body, "")

    def _add(self, statements: Iterable[ast.stmt], prefix: str) -> None:
        for node in statements:
            end = node.end_lineno or node.lineno
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.other.append((node.lineno, end))
                continue
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            body = node.body[0].lineno
            header = (first, max(first, body - 1))
            if isinstance(node, ast.ClassDef):
                self.other.append(header)
                self._add(node.body, f"{prefix}{node.name}.")
            else:
                self.functions.append((prefix + node.name, (header, (body, end))))

    def at(self, line: int) -> str | None:
        """The function whose body holds `line`; `""` between statements, None elsewhere."""
        for name, ((first, header_end), (body, end)) in self.functions:
            if first <= line <= header_end:
                return None
            if body <= line <= end:
                return name
        return None if any(first <= line <= last for first, last in self.other) else ""


def _spans(source: bytes) -> Sequence[tuple[str, tuple[Span, Span]]]:
    try:
        return _Outline(source).functions
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _bounded(known: TestMap, chosen: set[str], files: Iterable[str]) -> Chosen:
    """`chosen` and `files` as pytest gets them, unless they are most of the suite anyway."""
    whole_files = dict.fromkeys(files)
    by_file: dict[str, list[str]] = {}
    for node in known.tests:
        by_file.setdefault(node.partition("::")[0], []).append(node)
    nodes: list[str] = list(whole_files)
    count = 0
    seconds = 0.0
    for path, tests in by_file.items():
        wanted = tests if path in whole_files else [node for node in tests if node in chosen]
        count += len(wanted)
        seconds += sum(known.seconds[node] for node in wanted)
        if path in whole_files or not wanted:
            continue
        nodes += [path] if len(wanted) == len(tests) else wanted
    total = sum(known.seconds.values())
    if len(by_file) > 1 and seconds > total * _MOST_TIME:
        return Chosen([], "most of the suite's time is affected")
    if len(nodes) > _MOST_NODES:
        return Chosen([], "too many tests are affected")
    return Chosen(nodes, "" if nodes else "no test is known to be affected", count)
