"""Whether the tests chosen for a change find what the whole suite finds, and for how much less.

Faults of our own are seeded into the four libraries, one at a time, each in a function's body. The
suite runs on every one; each test that fails there must be among those that `choose` names from
the map of the unchanged library. Time is that of the tests as an undisturbed run measured it.
"""

from __future__ import annotations

import ast
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

from ambidex.changes import diff, trees
from ambidex.proof import junit, process, testmap
from ambidex.proof.choose import Chosen, choose
from ambidex.proof.command import Command
from ambidex.proof.python_tests import run
from ambidex.proof.recording import Recorder
from ambidex.proof.subject import Subject
from bench import libraries
from bench.libraries import Library
from testing.python_project import policy

RESULTS = Path(__file__).parent / "results" / "selection.json"
FAULTS = 25
MOST_TIME = 0.3
_SECONDS = 60.0

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Fault(NamedTuple):
    """One change of one file."""

    path: str
    line: int
    what: str
    text: str


class Judged(NamedTuple):
    """What became of one fault.

    `failing` tests of the suite, of which `missed` were not chosen; `share` of the suite's time
    that the chosen tests take, 1 where the suite runs at once for the reason `whole`.
    """

    library: str
    place: str
    failing: int
    missed: list[str]
    share: float
    whole: str


def faults(library: Library) -> list[Fault]:
    """All faults of our kinds in a library's functions, shuffled, always in the same order."""
    found = []
    for path in sorted((library.folder / "src").rglob("*.py")):
        source = path.read_text()
        name = path.relative_to(library.folder).as_posix()
        found += [Fault(name, line, what, text) for line, what, text in _of(source)]
    random.Random(library.name).shuffle(found)
    return found


def _of(source: str) -> Iterator[tuple[int, str, str]]:
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for statement in ast.walk(function):
            # One line, so that nothing but the fault changes when it is written back.
            if not isinstance(statement, (ast.Return, ast.Assign, ast.AugAssign, ast.Expr)):
                continue
            if statement.end_lineno != statement.lineno or _is_text(statement):
                continue
            line = lines[statement.lineno - 1]
            if line.strip() != ast.get_source_segment(source, statement):
                continue
            indent = line[: len(line) - len(line.lstrip())]
            for what, changed in _changes(statement):
                text = f"{indent}{changed}\n"
                before, after = lines[: statement.lineno - 1], lines[statement.lineno :]
                yield statement.lineno, what, "".join([*before, text, *after])


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _changes(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    text = ast.unparse(statement)
    if isinstance(statement, ast.Return) and statement.value is not None:
        yield "returns None", "return None"
    elif not isinstance(statement, ast.Return):
        yield "removed", "pass"
    count = sum(1 for _ in ast.walk(statement))
    for at in range(count):
        copy = ast.parse(text.strip()).body[0] if not isinstance(statement, ast.Return) else None
        if copy is None:
            copy = ast.parse(f"def f():\n    {text}").body[0].body[0]  # type: ignore[attr-defined]
        nodes = list(ast.walk(copy))
        if at < len(nodes) and _swap(nodes[at]):
            yield "operator", ast.unparse(copy)


def _swap(node: ast.AST) -> bool:
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in _SWAPS:
        node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]
        return True
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        node.ops[0] = _SWAPS[type(node.ops[0])]()  # type: ignore[call-overload]
        return True
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
        return True
    return False


class Bench:
    """One library: its map, and its suite run on faults."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.root = libraries.copy(library, folder / library.name)
        self.state = str(folder / f"{library.name}.state")
        self.environ = {
            **libraries.environment(folder),
            "PYTHONPATH": str(self.root / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        argv = [library.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        self.command = Command([*argv, *libraries.arguments(library)], configured=True)
        self.before = trees.take(str(self.root), self.state)
        recorder = Recorder(self.environ)
        started = time.monotonic()
        run(str(self.root), self.state, self.command, environ=self.environ,
            deadline=started + _SECONDS, recorder=recorder)  # fmt: skip
        self.recording_seconds = time.monotonic() - started
        found = testmap.merge(self.state, str(self.root), recorder.recording, self.before.sha)
        if found is None:
            raise RuntimeError(f"{library.name}: no map: {recorder.recording.reason}")
        self.map = found
        started = time.monotonic()
        self.failing_before, self.seconds = self.suite()
        self.plain_seconds = time.monotonic() - started

    def suite(self) -> tuple[set[str], dict[str, float]]:
        """The failing tests of the suite, and how long each of the tests took."""
        report = self.root.parent / "results.xml"
        report.unlink(missing_ok=True)
        options = (
            f"--junitxml={report}",
            "-o",
            "junit_family=xunit1",
            "--continue-on-collection-errors",
        )
        process.run(
            self.command.whole(options),
            cwd=str(self.root),
            environ=self.environ,
            deadline=time.monotonic() + _SECONDS,
        )
        results = junit.read(str(report), str(self.root))
        if not results.exists:
            raise TimeoutError
        times = {}
        for case, element in zip(results.cases, ElementTree.parse(report).iter("testcase")):
            times[case.node] = float(element.get("time") or 0)
        return {case.node for case in results.cases if case.outcome == junit.FAILED}, times

    def judge(self, fault: Fault) -> Judged | None:
        """What became of a fault; None where the suite does not end or no test notices it."""
        path = self.root / fault.path
        original = path.read_text()
        path.write_text(fault.text)
        try:
            try:
                failing = self.suite()[0] - self.failing_before
            except TimeoutError:
                return None
            if not failing:
                return None
            chosen = self.chosen()
        finally:
            path.write_text(original)
        return self._judged(fault, failing, chosen)

    def chosen(self) -> Chosen:
        """What is chosen for the change as it is on disk."""
        root = str(self.root)
        after = trees.take(root, self.state, self.before)
        subject = Subject(
            root=root,
            state=self.state,
            policy=policy(command=self.command.argv),
            changes=diff.changed(self.state, root, self.before, after),
            environ=self.environ,
            deadline=time.monotonic() + 60,
            before=self.before,
            after=after,
        )
        return choose(subject, self.map)

    def _judged(self, fault: Fault, failing: set[str], chosen: Chosen) -> Judged:
        total = sum(self.seconds.values())
        nodes = set(chosen.nodes)
        if nodes:
            picked = {node for node in self.seconds if _among(node, nodes)}
            share = sum(self.seconds[node] for node in picked) / total
            missed = sorted(node for node in failing if not _among(node, nodes))
        else:
            share, missed = 1.0, []
        place = f"{fault.path}:{fault.line} {fault.what}"
        return Judged(self.library.name, place, len(failing), missed, share, chosen.whole)


def _among(node: str, chosen: set[str]) -> bool:
    return node in chosen or node.partition("::")[0] in chosen


def main(arguments: list[str]) -> int:
    """Judge the faults, print the table, write the JSON; exit status 1 where a goal is missed."""
    wanted = int(arguments[0]) if arguments else FAULTS
    console = Console()
    judged: list[Judged] = []
    costs = {}
    total = chosen = 0.0
    table = Table(title=f"{wanted} faults in each library, as far as their suites notice them")
    for heading in ("library", "faults", "failing tests", "missed", "whole suite", "share of time",
                    "suite s", "recorded s"):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "library" else "right")
    with tempfile.TemporaryDirectory() as name:
        for library in libraries.fetch():
            if arguments[1:] and library.name not in arguments[1:]:
                continue
            bench = Bench(library, Path(name))
            costs[library.name] = (bench.plain_seconds, bench.recording_seconds)
            mine: list[Judged] = []
            for fault in faults(library):
                if not bench.map.reaching(fault.path, fault.line, fault.line):
                    continue
                result = bench.judge(fault)
                mine += [result] if result else []
                console.print(f"{library.name} {len(mine)}: {fault.path}:{fault.line}", end="\r")
                if len(mine) == wanted:
                    break
            judged += mine
            suite = sum(bench.seconds.values())
            total += suite * len(mine)
            chosen += suite * sum(each.share for each in mine)
            _row(table, f"{library.name} {library.version}", mine, costs[library.name])
    (console if console.is_terminal else Console(width=120)).print(table)
    missed = [each for each in judged if each.missed]
    for each in missed:
        console.print(f"{each.library} {each.place}: missed {each.missed[:3]}")
    share = chosen / total
    console.print(f"pooled share of the suites' time: {share:.1%} (at most {MOST_TIME:.0%})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"share": share, "costs": costs, "faults": [j._asdict() for j in judged]})
    )
    return int(bool(missed) or share > MOST_TIME)


def _row(table: Table, name: str, mine: list[Judged], cost: tuple[float, float]) -> None:
    share = sum(each.share for each in mine) / max(1, len(mine))
    table.add_row(
        name,
        str(len(mine)),
        str(sum(each.failing for each in mine)),
        str(sum(len(each.missed) for each in mine)),
        str(sum(bool(each.whole) for each in mine)),
        f"{share:.1%}",
        *(f"{seconds:.1f}" for seconds in cost),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
