"""The same files judged by mutmut itself, and how far the two agree.

mutmut runs in a copy, with the project's own Python, which must have it. Two mutants are the same
when they leave the same syntax tree of the same function; only those can be compared. Functions
that run while modules are imported are counted apart: mutmut never runs their mutants and calls
them survived.
"""

from __future__ import annotations

import ast
import configparser
import hashlib
import json
import os
import re

import tomllib

from ambidex.mutation.mutant import NOT_JUDGED
from ambidex.proof import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ambidex.mutation.judging import Outcome
    from ambidex.mutation.mutant import Mutant

    Definition = ast.FunctionDef | ast.AsyncFunctionDef
    # Path, qualified name, digest of the mutated function.
    Key = tuple[str, str, str]

_NAME = re.compile(r"(?:x_(?P<function>.+)|xǁ(?P<owner>.+)ǁ(?P<method>.+))__mutmut_\d+")
_SURVIVED = (0, 5, 33)
_UNDECIDED = (None, 2, 34, 35, 37)
_FOLDERS_LEFT_OUT = ("mutants", "node_modules", "venv", "build", "dist")


class MutmutFailed(Exception):
    """mutmut did not judge the files; the text says why."""


class Comparison:
    """How far two engines agree.

    Attributes:
        theirs: mutants that mutmut made.
        ours: mutants that Ambidex made.
        common: mutants that both judged.
        agreed: those of them on which the verdict is the same.
        differing: the others: id of ours, whether ours died, whether theirs did.
        imported: common mutants of functions that run at import time, in none of the above.
        seconds: how long mutmut took.
    """

    def __init__(self) -> None:
        self.theirs = 0
        self.ours = 0
        self.common = 0
        self.agreed = 0
        self.differing: list[tuple[str, bool, bool]] = []
        self.imported = 0
        self.seconds = 0.0

    def words(self) -> str:
        """For people, in one line."""
        percent = f" ({100 * self.agreed / self.common:.1f} %)" if self.common else ""
        return (
            f"mutmut: {self.theirs} mutants in {self.seconds:.1f} s; of {self.common} that both "
            f"judged, {self.agreed} alike{percent}; apart: {self.imported} in functions that run "
            f"at import time, which mutmut does not judge"
        )


def run(
    copy: str,
    python: str,
    paths: Sequence[str],
    sources: Sequence[str],
    *,
    environ: Mapping[str, str],
    deadline: float,
    options: Sequence[str] = (),
    workers: int = 2,
) -> tuple[dict[Key, bool], int, float]:
    """Let mutmut judge files.

    Args:
        copy: a copy of the project that nobody else needs; it is written to.
        python: an interpreter with the project's tests and mutmut.
        paths: the files, relative to the project's root.
        sources: the policy's source folders.
        environ: the environment of the tests.
        deadline: `time.monotonic()` at which mutmut is killed.
        options: what the project's command tells pytest besides files.
        workers: processes.

    Returns:
        Whether each mutant died, how many there are (undecided ones included), and seconds.

    Raises:
        MutmutFailed: it could not be run, or ended early.
    """
    _configure(copy, paths, sources, options)
    argv = [python, "-m", "mutmut", "run", "--max-children", str(workers)]
    try:
        outcome = process.run(argv, cwd=copy, environ=environ, deadline=deadline)
    except OSError as error:
        raise MutmutFailed(f"{python} can't be run: {error.strerror}") from error
    if outcome.code != 0:
        lines = [line.strip() for line in outcome.tail.splitlines() if line.strip()]
        how = "was not done in time" if outcome.code is None else f"ended with {outcome.code}"
        raise MutmutFailed(f"mutmut {how}: {' | '.join(lines[-3:])[:400]}")
    found: dict[Key, bool] = {}
    number = 0
    for path in paths:
        verdicts = _verdicts(copy, path)
        number += len(verdicts)
        for name, qualname, digest in _mutated(copy, path):
            code = verdicts.get(name)
            if code not in _UNDECIDED:
                found[path, qualname, digest] = code not in _SURVIVED
    return found, number, outcome.seconds


def compare(
    outcome: Outcome,
    theirs: Mapping[Key, bool],
    imported: Callable[[Mutant], bool],
) -> Comparison:
    """Compare what Ambidex judged with what mutmut did.

    Args:
        outcome: what Ambidex judged.
        theirs: what `run` found.
        imported: whether a mutant's function runs at import time.
    """
    comparison = Comparison()
    comparison.ours = len(outcome.judged)
    functions = {(path, qualname) for path, qualname, _ in theirs}
    for judged in outcome.judged:
        mutant = judged.mutant
        if judged.status == NOT_JUDGED or (mutant.path, mutant.qualname) not in functions:
            continue
        digest = _digest_of(outcome.modules[mutant.path].text, mutant)
        died = theirs.get((mutant.path, mutant.qualname, digest))
        if died is None:
            continue
        if mutant.at_import or imported(mutant):
            comparison.imported += 1
            continue
        comparison.common += 1
        if died == judged.dead:
            comparison.agreed += 1
        else:
            comparison.differing.append((mutant.id, judged.dead, died))
    return comparison


def _configure(
    copy: str, paths: Sequence[str], sources: Sequence[str], options: Sequence[str]
) -> None:
    """Mutmut's configuration where the project has none; else its own."""
    try:
        with open(os.path.join(copy, "pyproject.toml"), "rb") as file:
            if "mutmut" in tomllib.load(file).get("tool", {}):
                return
    except (OSError, ValueError):
        pass
    target = os.path.join(copy, "setup.cfg")
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(target, encoding="utf-8")
    if settings.has_section("mutmut"):
        return
    folders = [name.strip("/") for name in sources if name.strip("/") not in ("", ".")]
    used = [name for name in folders if any(path.startswith(f"{name}/") for path in paths)]
    rest = [path for path in paths if not path.startswith(tuple(f"{name}/" for name in used))]
    tops = {path.partition("/")[0] for path in rest}
    copied = sorted(
        name
        for name in os.listdir(copy)
        if not name.startswith(".") and name not in {*_FOLDERS_LEFT_OUT, *used, *tops}
    )
    with open(target, "a", encoding="utf-8") as file:
        for key, values in (
            ("source_paths", [*used, *sorted(tops)]),
            ("only_mutate", paths),
            ("also_copy", copied),
            ("pytest_add_cli_args", options),
        ):
            if not values:
                continue
            head = "\n[mutmut]\n" if key == "source_paths" else ""
            file.write(f"{head}{key} =\n" + "".join(f"    {value}\n" for value in values))


def _verdicts(copy: str, path: str) -> dict[str, Any]:
    """Mutmut's exit codes by the mutated function's name."""
    try:
        with open(os.path.join(copy, "mutants", f"{path}.meta"), encoding="utf-8") as file:
            codes = json.load(file)["exit_code_by_key"]
    except (OSError, ValueError, KeyError) as error:
        raise MutmutFailed(f"mutmut left no verdicts on {path}: {error!r}") from error
    return {key.rpartition(".")[2]: code for key, code in codes.items()}


def _mutated(copy: str, path: str) -> Iterator[tuple[str, str, str]]:
    """Name, qualified name and digest of every mutated function that mutmut wrote."""
    with open(os.path.join(copy, "mutants", path), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = _NAME.fullmatch(node.name)
            if found:
                name = found["function"] or found["method"]
                qualname = f"{found['owner']}.{name}" if found["owner"] else name
                yield node.name, qualname, _digest(node, name)


def _digest_of(text: str, mutant: Mutant) -> str:
    try:
        tree = ast.parse(mutant.applied(text))
    except (SyntaxError, ValueError):
        return ""
    body: Iterable[ast.stmt] = tree.body
    found: Definition | None = None
    for name in mutant.qualname.split("."):
        named = [each for each in body if getattr(each, "name", "") == name]
        if not named:
            return ""
        last = named[-1]
        body = getattr(last, "body", ())
        found = last if isinstance(last, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    return _digest(found, found.name) if found is not None else ""


def _digest(node: Definition, name: str) -> str:
    was = node.name, node.decorator_list
    node.name, node.decorator_list = name, []
    try:
        return hashlib.sha256(ast.dump(node).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    finally:
        node.name, node.decorator_list = was
