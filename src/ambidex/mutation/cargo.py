"""Changed Rust, judged by cargo-mutants where it is installed.

It is given the change as a diff and makes its own copies of the source tree; what it finds goes to
a folder of ours. Its report has no columns behind a mutant's end in some versions and no covering
tests: a missed mutant is a survivor, one that does not compile is none at all.
"""

from __future__ import annotations

import json
import os
import time

from ambidex.changes.process import TreeError
from ambidex.mutation.mutant import KILLED, SURVIVED, TIMEOUT, Judged, Mutant
from ambidex.verdict import BROKEN, NOT_RUN, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ambidex.mutation.foreign import Ranges
    from ambidex.proof.subject import Subject

GATE = "mutation"
_SUMMARIES = {"CaughtMutant": KILLED, "MissedMutant": SURVIVED, "Timeout": TIMEOUT}
# What cargo-mutants documents: all caught, some missed, some timed out.
_COMPLETED = (0, 2, 3)
_TROUBLE = {
    1: "the call was wrong",
    4: "the tests fail without any mutant",
    5: "the diff does not fit the files",
    6: "the diff can't be read",
}


def judge(subject: Subject) -> Verdict | None:
    """The verdict on changed lines; None where no Rust changed or cargo-mutants is not there.

    The demand is as for Stryker: `stryker.judge`.
    """
    from ambidex.mutation import foreign

    if subject.before is None or not os.path.exists(os.path.join(subject.root, "Cargo.toml")):
        return None
    started = time.monotonic()
    try:
        ranges = foreign.changed(subject, (".rs",))
        program = _program(subject) if ranges else ""
        if not program:
            return None
        verdict = _run(subject, ranges, program)
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    verdict.seconds = time.monotonic() - started
    return verdict


def _program(subject: Subject) -> str:
    for folder in subject.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, "cargo-mutants")
        if os.path.isabs(path) and os.access(path, os.X_OK):
            return path
    return ""


def _run(subject: Subject, ranges: Ranges, program: str) -> Verdict:
    import shutil
    import tempfile

    from ambidex.proof import process
    from ambidex.proof.command import environment

    folder = tempfile.mkdtemp(prefix="ambidex-")
    try:
        patch = os.path.join(folder, "change.diff")
        with open(patch, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(_diff(subject, ranges))
        outcome = process.run(
            [
                *(program, "mutants", "--dir", subject.root, "--in-diff", patch),
                *("--output", folder, "--no-shuffle", "--colors", "never"),
            ],
            cwd=subject.root,
            environ=environment(subject.environ, subject.root),
            deadline=subject.deadline_of("mutation"),
        )
        if outcome.code is None:
            seconds = round(outcome.seconds)
            reason = f"cargo-mutants did not end within {seconds} s (deadline)"
            return Verdict(GATE, NOT_RUN, reason)
        if outcome.code not in _COMPLETED:
            known = _TROUBLE.get(outcome.code, "")
            reason = f"cargo-mutants ended with {outcome.code}{known and f': {known}'}"
            return Verdict(GATE, BROKEN, reason)
        with open(os.path.join(folder, "mutants.out", "outcomes.json"), encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError:
        # Without a mutant in the diff it ends well and writes nothing.
        reason = "the changed lines have nothing that could be mutated"
        return Verdict(GATE, NOT_RUN, reason, details={"owed": 0})
    except (OSError, ValueError) as error:
        return Verdict(GATE, BROKEN, f"cargo-mutants can't be run: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return verdict_of(content, subject, ranges)


def verdict_of(content: Mapping[str, Any], subject: Subject, ranges: Ranges) -> Verdict:
    """The verdict on a report of cargo-mutants (`outcomes.json`)."""
    from ambidex.mutation import gate, judging

    texts: dict[str, str] = {}
    try:
        judged = []
        for outcome in content["outcomes"]:
            if isinstance(outcome["scenario"], dict) and outcome["summary"] in _SUMMARIES:
                mutant = _mutant(outcome["scenario"]["Mutant"], subject, texts)
                judged.append(Judged(mutant, _SUMMARIES[outcome["summary"]]))
    except (KeyError, TypeError, IndexError) as error:
        return Verdict(GATE, BROKEN, f"the report of cargo-mutants can't be read: {error!r}")
    found = judging.of_report(judged, texts)
    for path, module in found.modules.items():
        module.ranges = list(ranges.get(path, ()))
    verdict = gate.verdict_of_report(found, subject.root, subject.policy)
    verdict.details["engine"] = "cargo-mutants"
    return verdict


def _mutant(entry: Mapping[str, Any], subject: Subject, texts: dict[str, str]) -> Mutant:
    path = entry["file"]
    if path not in texts:
        texts[path] = (subject.content(path) or b"").decode("utf-8", "replace")
    lines = texts[path].split("\n")
    start = entry["span"]["start"]
    end = entry["span"].get("end") or start
    function = entry.get("function") or {}
    return Mutant(
        path,
        function.get("function_name") or "",
        lines=(start["line"], end["line"]),
        span=(_offset(lines, start), _offset(lines, end)),
        replacement=entry["replacement"],
        operator=entry.get("genre") or "",
    )


def _offset(lines: list[str], place: Mapping[str, int]) -> int:
    return sum(len(each) + 1 for each in lines[: place["line"] - 1]) + place["column"] - 1


def _diff(subject: Subject, ranges: Ranges) -> str:
    """The change of these files as a unified diff."""
    import difflib

    formerly = {change.path: change.old_path or change.path for change in subject.changes}
    parts = []
    for path in sorted(ranges):
        before = _lines(subject.former(formerly[path]))
        after = _lines(subject.content(path))
        old = f"a/{formerly[path]}" if before else "/dev/null"
        for line in difflib.unified_diff(before, after, old, f"b/{path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "surrogateescape")
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
