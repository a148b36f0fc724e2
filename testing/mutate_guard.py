"""Mutation testing of the guard: `python -m testing.mutate_guard` (`make mutation`), in two tiers.

Every mutant of a module is judged in a fork of one warm process: the module and whatever imports
from it are imported anew with the change, so tables and import-time code see it too. The checks
are what the tests assert: the rules' examples and the corpus (tests/rules), then the unit tests of
the guard. What runs are the checks that executed the changed statement; of code at module level,
those that executed the module at all. The score is (killed + out of time) / all mutants: one that
no check executes counts as survived.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from testing.guard_mutants import Mutant, mutants
from testing.guard_oracle import Oracle, Tracing, run_tests, silence
from testing.hooks import REPOSITORY

GUARD = REPOSITORY / "src" / "ambidex" / "guard"
EFFECT_SIDE = (
    *("judge", "protected", "names", "wiring", "places", "secret_files", "hosts", "outside"),
    *("approvals", "effects", "taint", "tables", "sql"),
)
SAMPLED = ("programs", "code", "shell")
SECONDS_EACH = 20  # of processor time, as other work may share the machine
KILLED, SURVIVED, TIMEOUT, UNCOVERED = "killed", "survived", "timeout", "not covered"


def modules(names: list[str], sample: int, seed: int) -> list[Path]:
    """The modules to mutate: those named, or the rules, the effect side and some of the rest."""
    if names:
        return [GUARD / f"{name.removesuffix('.py')}.py" for name in names]
    found = sorted((GUARD / "rules").glob("*.py")) + [GUARD / f"{name}.py" for name in EFFECT_SIDE]
    rest = [path for folder in SAMPLED for path in sorted((GUARD / folder).glob("*.py"))]
    return found + random.Random(seed).sample(rest, min(sample, len(rest)))


def dotted(path: Path) -> str:
    """The import name of a module below `src`."""
    name = ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts)
    return name.removesuffix(".__init__")


class Warm:
    """One module, ready to be mutated in forks."""

    def __init__(self, path: Path, oracle: Oracle) -> None:
        self.path, self.oracle, self.name = path, oracle, dotted(path)
        self.source = path.read_text(encoding="utf-8")
        self.stale = dependents(self.name)
        with Tracing({str(path)}) as lines:
            exec(compile(self.source, str(path), "exec"), _namespace(self.name, path))
        self.at_import = {
            node.name
            for node in ast.walk(ast.parse(self.source))
            if isinstance(node, ast.FunctionDef)
            and any((str(path), one.lineno) in lines for one in node.body)
        }

    def verdict(self, mutant: Mutant, text: str) -> str:
        """What becomes of a mutant; to be called in a fork, whose modules it replaces."""
        gc.disable()
        checks, tests = self.oracle.relevant(mutant, str(self.path), self.at_import)
        if not checks and not tests:
            return UNCOVERED
        try:
            self.install(text)
            if not all(self.oracle.holds(check) for check in checks):
                return KILLED
        except (Exception, SystemExit):
            return KILLED
        if tests and run_tests(sorted(tests)):
            return KILLED
        return SURVIVED

    def install(self, text: str) -> None:
        """Import the module from `text`, and all that import from it when they are next needed."""
        for name in self.stale:
            module = sys.modules.pop(name, None)
            package, _, last = name.rpartition(".")
            if module is not None and hasattr(sys.modules.get(package), last):
                delattr(sys.modules[package], last)
        sys.meta_path.insert(0, Finder(self.name, self.path, text))
        importlib.import_module(self.name)


def _namespace(name: str, path: Path) -> dict[str, Any]:
    return {"__name__": name, "__file__": str(path), "__package__": name.rpartition(".")[0]}


def dependents(target: str) -> set[str]:
    """The loaded modules that hold something of `target`, directly or through another."""
    imported: dict[str, set[str]] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.startswith(("ambidex", "testing.", "tests.")) and file and name != __name__:
            imported[name] = imports_of(file)
    found = {target}
    while True:
        more = {name for name, uses in imported.items() if uses & found} - found
        if not more:
            return found
        found |= more


@functools.cache
def imports_of(file: str) -> set[str]:
    """What a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from changed source."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def find_spec(self, name: str, *_: object) -> Any:
        """The module of that name, from here."""
        if name != self.name:
            return None
        inside = [str(self.path.parent)] if self.path.stem == "__init__" else None
        return importlib.util.spec_from_file_location(
            name, self.path, loader=self, submodule_search_locations=inside
        )

    def exec_module(self, module: Any) -> None:
        """Run the changed source."""
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


def judged(
    warm: Warm,
    found: list[Mutant],
    verdicts: list[str],
    left_out: list[bool],
    end: float,
    workers: int,
) -> list[str]:
    """The verdict on every mutant, `workers` at a time; those after `end` are left out.

    Those in `verdicts` that are known to be noticed are taken over.
    """
    waiting = [
        (at, mutant)
        for at, mutant in enumerate(found)
        if verdicts[at] not in (KILLED, TIMEOUT) and not left_out[at]
    ][::-1]
    running: dict[int, tuple[int, int, float]] = {}
    while waiting or running:
        while waiting and len(running) < workers and time.monotonic() < end:
            at, mutant = waiting.pop()
            reading, process = in_fork(warm, mutant, mutant.applied(warm.source))
            running[reading] = (at, process, time.monotonic() + 20 * SECONDS_EACH)
        if not running:
            break
        ready, _, _ = select.select(list(running), [], [], 0.2)
        for reading, (at, process, until) in list(running.items()):
            if reading in ready:
                # One that ends without an answer was brought down by the mutant, or by its limit.
                verdicts[at] = os.read(reading, 100).decode() or TIMEOUT
            elif time.monotonic() > until:
                verdicts[at] = TIMEOUT
            else:
                continue
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(reading)
            del running[reading]
    return verdicts


def in_fork(warm: Warm, mutant: Mutant, text: str) -> tuple[int, int]:
    """Start judging a mutant; where its verdict can be read, and the process."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        silence()
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_EACH, SECONDS_EACH + 1))
        verdict = KILLED
        try:
            verdict = warm.verdict(mutant, text)
        finally:
            os.write(writing, verdict.encode())
            os._exit(0)
    os.close(writing)
    return reading, process


def controls(warm: Warm, verdicts: list[str]) -> None:
    """No change must survive and a broken module die, else no verdict means anything.

    Where a mutant survived, the module unchanged need not be tried: the checks held anew.
    """
    whole = Mutant(1, "", "", "control", 1, warm.source.count("\n") + 1, "", 0, 0)
    for text, expected in ((warm.source, SURVIVED), (warm.source + "\nraise OSError\n", KILLED)):
        if expected in verdicts and expected == SURVIVED:
            continue
        reading, process = in_fork(warm, whole, text)
        verdict = os.read(reading, 100).decode()
        os.waitpid(process, 0)
        os.close(reading)
        if verdict not in (expected, UNCOVERED):
            raise SystemExit(f"{warm.name}: the control was {verdict}, not {expected}")


def main(arguments: list[str]) -> int:
    """Mutate, say how it went, and write it down; 1 when the score is below `--at-least`."""
    parser = argparse.ArgumentParser(prog="python -m testing.mutate_guard", description=__doc__)
    parser.add_argument("--modules", nargs="*", default=[], help="below guard/: rules/git_work …")
    parser.add_argument("--seconds", type=float, default=3 * 3600.0, help="for everything")
    parser.add_argument("--seed", type=int, default=0, help="of the sample of other modules")
    parser.add_argument("--sample", type=int, default=0, help="how many other modules to add")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--fraction", type=float, default=1.0, help="of each module's mutants")
    parser.add_argument("--tests", type=int, default=60, help="unit tests for one mutant, at most")
    parser.add_argument("--checks", type=int, default=10_000, help="the same for other checks")
    parser.add_argument("--at-least", type=float, default=0.0, help="percent, of rules and effects")
    parser.add_argument("--after", type=Path, help="a report: what was killed there is not run")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "bench/results/mutation.json")
    chosen = parser.parse_args(arguments)
    end = time.monotonic() + chosen.seconds
    paths = modules(chosen.modules, chosen.sample, chosen.seed)
    report: dict[str, Any] = {}
    known = json.loads(chosen.after.read_text()) if chosen.after else {}
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(paths, Path(folder), chosen.checks, chosen.tests)
        for path in paths:
            importlib.import_module(dotted(path))
            warm = Warm(path, oracle)
            found = mutants(warm.source)
            name = str(path.relative_to(GUARD))
            before = known.get(name, {})
            verdicts = [""] * len(found)
            if before.get("source") == digest(warm.source):
                verdicts = before["verdicts"]
            skip = random.Random(f"{chosen.seed} {name}")
            left_out = [skip.random() >= chosen.fraction for _ in found]
            verdicts = judged(warm, found, verdicts, left_out, end, chosen.workers)
            if any(verdicts):
                controls(warm, verdicts)
            report[name] = entry(found, verdicts, oracle, warm)
            print(summary(name, report[name]), flush=True)
            chosen.output.parent.mkdir(parents=True, exist_ok=True)
            chosen.output.write_text(json.dumps(report, indent=1))
    goal = {name: part for name, part in report.items() if not name.startswith(SAMPLED)}
    print(summary("rules and effects", total(goal)))
    if len(goal) < len(report):
        rest = {name: part for name, part in report.items() if name not in goal}
        print(summary("sample of the others", total(rest)))
    return int(bool(goal) and score(total(goal)) < chosen.at_least)


def entry(found: list[Mutant], verdicts: list[str], oracle: Oracle, warm: Warm) -> dict[str, Any]:
    """What the report says of one module."""
    lived = [
        {
            "line": mutant.line,
            "operator": mutant.operator,
            "diff": f"-{mutant.before}\n+{mutant.after}",
            "verdict": verdict,
            "checks": len(oracle.relevant(mutant, str(warm.path), warm.at_import)[0]),
            "code": warm.source.splitlines()[mutant.line - 1].strip(),
        }
        for mutant, verdict in zip(found, verdicts, strict=True)
        if verdict in (SURVIVED, UNCOVERED)
    ]
    counted = Counter(verdict or "not run" for verdict in verdicts)
    return {
        "counts": dict(counted),
        "survivors": lived,
        "source": digest(warm.source),
        "verdicts": verdicts,
    }


def digest(source: str) -> str:
    """What tells one version of a module from another."""
    return hashlib.sha256(source.encode()).hexdigest()


def total(report: dict[str, Any]) -> dict[str, Any]:
    """All modules of a report as one."""
    counted: Counter[str] = Counter()
    for part in report.values():
        counted.update(part["counts"])
    return {"counts": dict(counted), "survivors": []}


def score(part: dict[str, Any]) -> float:
    """Percent of the mutants that were run which a check noticed."""
    counts = part["counts"]
    run = sum(number for verdict, number in counts.items() if verdict != "not run")
    return 100 * (counts.get(KILLED, 0) + counts.get(TIMEOUT, 0)) / run if run else 100.0


def summary(name: str, part: dict[str, Any]) -> str:
    """One line."""
    said = ", ".join(f"{number} {verdict}" for verdict, number in sorted(part["counts"].items()))
    return f"{name:32} {score(part):5.1f} %  {said}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
