"""Mutants of changed functions: Ambidex beside mutmut and irradiate, whole processes.

Warm is what a Stop finds: the tests have left their map, the work copy is there, no mutant is
known; for mutmut, its folder of an earlier run. Cold is the first call ever. The floor is what no
runner goes below: the time of the tests that ran for each mutant and 25 ms for each fork, over the
processors, and one collection.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from ambidex import locate
from ambidex.ledger import chain
from ambidex.proof import testmap
from bench import libraries
from bench.measure import Cost, cost, typical
from bench.project import Failed, Project, command, make

RESULTS = Path(__file__).parent / "results" / "mutation.json"
ROUNDS = 3
PER_FORK = 0.025
# The most: warm over mutmut's warm run, its cold one, and the floor; again over cold.
BUDGETS = {"/ its warm": 0.35, "/ its cold": 0.2, "/ floor": 1.5, "again": 0.1}


class Change(NamedTuple):
    """Functions that a realistic diff touches.

    `patterns` are mutmut's names of their mutants; none where its run of the suite fails.
    """

    library: str
    path: str
    functions: tuple[str, ...]
    patterns: tuple[str, ...] = ()


_ENCODING = "src/itsdangerous/encoding.py"
_CACHE = "src/cachetools/__init__.py"
CHANGES = (
    Change(
        "itsdangerous",
        _ENCODING,
        ("int_to_bytes",),
        ("itsdangerous.encoding.x_int_to_bytes__mutmut_*",),
    ),
    Change(
        "itsdangerous",
        _ENCODING,
        ("want_bytes",),
        ("itsdangerous.encoding.x_want_bytes__mutmut_*",),
    ),
    Change(
        "cachetools",
        _CACHE,
        ("Cache.__setitem__",),
        ("cachetools.xǁCacheǁ__setitem____mutmut_*",),
    ),
    Change(
        "cachetools",
        _CACHE,
        ("Cache.__setitem__", "TLRUCache.__setitem__", "TLRUCache.expire"),
        (
            "cachetools.xǁCacheǁ__setitem____mutmut_*",
            "cachetools.xǁTLRUCacheǁ__setitem____mutmut_*",
            "cachetools.xǁTLRUCacheǁexpire__mutmut_*",
        ),
    ),
    Change("humanize", "src/humanize/lists.py", ("natural_list",)),
    Change("structlog", "src/structlog/_frames.py", ("_find_first_app_frame_and_name",)),
)


class Times(NamedTuple):
    """Seconds of one change, medians where there are several.

    Attributes:
        label: library and functions.
        mutants: how many Ambidex judged.
        cold: the first call ever, with the run that records what tests execute.
        warm: all mutants judged again.
        again: nothing has changed.
        edited: a test was edited; the suite's record is made anew.
        judged_again: mutants that were judged then.
        theirs: how many mutants mutmut made; 0 where it can't run, its times too.
        mutmut_cold: its first call.
        mutmut: the same call again.
        floor: what no runner goes below.
        load: the machine's load average over a minute, at the end.
    """

    label: str
    mutants: int
    cold: Cost
    warm: Cost
    again: Cost
    edited: Cost
    judged_again: int
    theirs: int
    mutmut_cold: Cost
    mutmut: Cost
    floor: float
    load: float

    def ratios(self) -> dict[str, float]:
        """What is held against `BUDGETS`."""
        wall = self.warm.wall
        found = {"/ floor": wall / self.floor, "again": self.again.wall / self.cold.wall}
        if self.theirs:
            found["/ its warm"] = wall / self.mutmut.wall
            found["/ its cold"] = wall / self.mutmut_cold.wall
        return found

    def cpu_ratio(self) -> float | None:
        """Processor time of the warm runs, ours over theirs; a busy machine changes it little."""
        return self.warm.cpu / self.mutmut.cpu if self.theirs else None


def timed(change: Change, library: libraries.Library, folder: Path, rounds: int) -> Times:
    """Time one change, ours and theirs in turn."""
    ours = make(library, folder / "ours")
    theirs = make(library, folder / "theirs", mutmut=True) if change.patterns else None
    targets = [f"{change.path}::{function}" for function in change.functions]
    report = folder / "report.json"
    # Once for the disk's cache; mutmut's environment is the same one.
    ours.ambidex("mutate", *targets)
    ours.forget()
    cold = cost(lambda: ours.ambidex("mutate", *targets, "--json", str(report)))
    run = ("mutmut", "run", "--max-children", str(os.cpu_count() or 2), *change.patterns)
    warm, mutmut, number = [], [], 0
    mutmut_cold = cost(lambda: theirs.program(*run)) if theirs else Cost(0.0, 0.0)
    for _ in range(rounds):
        warm.append(cost(lambda: ours.ambidex("mutate", *targets, "--fresh")))
        if theirs:
            mutmut.append(cost(lambda: theirs.program(*run)))
    if theirs:
        told = theirs.program("mutmut", "results", "--all", "true")
        names = "|".join(re.escape(each).replace(r"\*", r"\d+") for each in change.patterns)
        number = len(re.findall(rf"\b(?:{names}): (?!not checked)", told))
    again = [cost(lambda: ours.ambidex("mutate", *targets)) for _ in range(rounds)]
    judged = json.loads(report.read_text())
    floor = _floor(ours, judged)
    _edit_a_test(ours, judged)
    edited = cost(lambda: ours.ambidex("mutate", *targets))
    return Times(
        f"{change.library} {', '.join(change.functions)}",
        len(_mutants(judged)),
        cold,
        typical(warm),
        typical(again),
        edited,
        _judged_last(ours),
        number,
        mutmut_cold,
        typical(mutmut),
        floor,
        os.getloadavg()[0],
    )


def _mutants(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for file in report["files"].values() for each in file["mutants"]]


def _floor(project: Project, report: dict[str, Any]) -> float:
    """The time that no runner goes below, in seconds."""
    state = locate.repository_state(project.environ, str(project.root))
    tests = testmap.load(state, str(project.root))
    if tests is None:
        raise Failed(f"{project.library.name}: there is no map of the tests")
    busy = 0.0
    for mutant in _mutants(report):
        ran = mutant.get("coveredBy", [])[: int(mutant.get("testsCompleted", 0))]
        busy += PER_FORK + sum(tests.seconds.get(test, 0.0) for test in ran)
    covering = {test for each in _mutants(report) for test in each.get("coveredBy", ())}
    files = sorted({test.partition("::")[0] for test in covering})
    collect = command(project.library)[1:]
    collection = statistics.median(
        cost(lambda: project.program("python", *collect, "--collect-only", *files)).wall
        for _ in range(3)
    )
    return busy / (os.cpu_count() or 2) + collection


def _edit_a_test(project: Project, report: dict[str, Any]) -> None:
    """Add a line to the test that killed the first mutant that died, wherever it is inherited."""
    killer = next(each["killedBy"][0] for each in _mutants(report) if each.get("killedBy"))
    name = re.escape(killer.partition("[")[0].rpartition("::")[2])
    for file in sorted((project.root / "tests").rglob("*.py")):
        text = file.read_text()
        head = re.search(rf"^( *)def {name}\([^)]*\)[^\n]*:\n", text, re.M)
        if head is not None:
            line = f"{head[1]}    edited = 1\n{head[1]}    assert edited == 1\n"
            file.write_text(text[: head.end()] + line + text[head.end() :])
            return
    raise Failed(f"{killer} is not written as a function")


def _judged_last(project: Project) -> int:
    """How many mutants the last call judged, as the audit log has it."""
    state = locate.repository_state(project.environ, str(project.root))
    (last,) = list(chain.read(state, newest_first=True, events=["mutate"]))[:1]
    details = last["verdicts"][0]["details"]
    return int(details["mutants"] - details["cached"])


def irradiate(change: Change, library: libraries.Library, folder: Path) -> tuple[float, str]:
    """Seconds that irradiate takes for the change's whole file, and what it says."""
    project = make(library, folder)
    words = ["run", change.path, "--no-cache", "--workers", str(os.cpu_count() or 2)]
    words += [f"--pytest-args={each}" for each in libraries.arguments(library)]
    started = time.perf_counter()
    told = project.program("irradiate", *words)
    took = time.perf_counter() - started
    lines = [line.strip() for line in told.splitlines()]
    return took, ", ".join(each for each in lines if re.match(r"(Killed|Survived|Score):", each))


def main(rounds: int) -> int:
    """Time all changes, print the table, write the JSON; 1 where a budget is missed."""
    known = {library.name: library for library in libraries.fetch()}
    console = Console()
    wide = console if console.is_terminal else Console(width=150)
    rows: list[Times] = []
    with tempfile.TemporaryDirectory() as name:
        for number, change in enumerate(CHANGES):
            folder = Path(name, str(number))
            rows.append(timed(change, known[change.library], folder, rounds))
            console.print(f"{rows[-1].label}: {rows[-1].warm.wall:.1f} s", end="\r")
        try:
            change = CHANGES[1]
            took, said = irradiate(change, known[change.library], Path(name, "irradiate"))
            other = f"irradiate on all of {change.path}: {took:.1f} s; {said}"
        except (Failed, OSError) as problem:
            other = f"irradiate did not run: {problem}"
    wide.print(_table(rows, rounds))
    wide.print(other, markup=False, highlight=False)
    RESULTS.parent.mkdir(exist_ok=True)
    content = {
        "budgets": BUDGETS,
        "irradiate": other,
        "rows": [
            {
                **row._asdict(),
                "ratios": row.ratios(),
                # Both for the first time: ours with the run that records the whole suite.
                "cold_over_cold": row.cold.wall / row.mutmut_cold.wall if row.theirs else None,
                "cpu_over_its_warm": row.cpu_ratio(),
            }
            for row in rows
        ],
    }
    RESULTS.write_text(json.dumps(content, indent=2) + "\n")
    return int(any(_missed(row) for row in rows))


def _missed(row: Times) -> list[str]:
    return [name for name, ratio in row.ratios().items() if ratio > BUDGETS[name]]


def _table(rows: list[Times], rounds: int) -> Table:
    table = Table(title=f"seconds, medians of {rounds}, whole processes")
    headings = ["", "mutants", "cold", "warm", "again", "test edited", "mutmut's mutants"]
    headings += ["cold", "warm", "floor", *(f"{key} ≤ {most}" for key, most in BUDGETS.items())]
    for heading in [*headings, "CPU s, warm", "load", ""]:
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows:
        ratios = row.ratios()
        table.add_row(
            row.label,
            str(row.mutants),
            *(f"{each:.1f}" for each in (row.cold.wall, row.warm.wall, row.again.wall)),
            f"{row.edited.wall:.1f} ({row.judged_again})",
            str(row.theirs or "–"),
            *(f"{each.wall:.1f}" if row.theirs else "–" for each in (row.mutmut_cold, row.mutmut)),
            f"{row.floor:.1f}",
            *(f"{ratios[key]:.2f}" if key in ratios else "–" for key in BUDGETS),
            f"{row.warm.cpu:.1f} / {row.mutmut.cpu:.1f}" if row.theirs else f"{row.warm.cpu:.1f}",
            f"{row.load:.1f}",
            "MISSED" if _missed(row) else "met",
        )
    return table
