"""Mutation results in the schema of mutation-testing-elements, version 2, and back.

The schema is that of the npm package `mutation-testing-report-schema`; viewers, and the tools that
share it, can read what is written here. What it has no field for is told in fields that it has:
the function's name in a mutant's `description`, why a mutant was not judged in `statusReason`.
"""

from __future__ import annotations

import bisect
import io

from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, TIMEOUT, UNCOVERED, Judged, Mutant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

SCHEMA_VERSION = "2"
SCHEMA = "https://git.io/mutation-testing-schema"

_STATUS = {
    KILLED: "Killed",
    SURVIVED: "Survived",
    TIMEOUT: "Timeout",
    UNCOVERED: "NoCoverage",
    NOT_JUDGED: "Pending",
}
_BACK = {name: status for status, name in _STATUS.items()}
# Mutants that could not be made to run: no test could have met them.
_INVALID = ("Ignored", "CompileError", "RuntimeError")
_LANGUAGES = {".py": "python", ".rs": "rust", ".ts": "typescript", ".js": "javascript"}


class ReportError(Exception):
    """A report can't be read, or several don't belong together; the text says why."""


def report(
    judged: Iterable[Judged],
    texts: Mapping[str, str],
    covering: Mapping[str, Sequence[str]],
    *,
    low: int,
    high: int,
    version: str,
) -> dict[str, Any]:
    """The report as JSON-ready data.

    Args:
        judged: the mutants; those of one file need not follow each other.
        texts: the files' contents by path.
        covering: node ids of the tests that execute a mutant, by its id.
        low: percent under which a viewer warns.
        high: percent from which it is content.
        version: Ambidex's own.
    """
    files: dict[str, Any] = {}
    tests: set[str] = set()
    lines: dict[str, _Lines] = {}
    for each in judged:
        path = each.mutant.path
        if path not in files:
            lines[path] = _Lines(texts[path])
            files[path] = {"language": _language(path), "source": texts[path], "mutants": []}
        nodes = list(covering.get(each.mutant.id, ()))
        tests.update(nodes)
        files[path]["mutants"].append(_mutant(each, lines[path], nodes))
    for file in files.values():
        file["mutants"].sort(key=_place)
    return {
        "$schema": SCHEMA,
        "schemaVersion": SCHEMA_VERSION,
        "thresholds": {"high": high, "low": low},
        "framework": {"name": "Ambidex", "version": version},
        "files": dict(sorted(files.items())),
        "testFiles": _test_files(tests),
    }


def merge(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One report of several, such as those of shards.

    A mutant that one report judged and another did not is judged.

    Raises:
        ReportError: one is no report, a file's source differs, or two disagree on a mutant.
    """
    files: dict[str, Any] = {}
    tests: set[str] = set()
    for number, one in enumerate(reports, 1):
        try:
            for path, file in one["files"].items():
                known = files.setdefault(path, {**file, "mutants": {}})
                if known["source"] != file["source"]:
                    raise ReportError(f"{path} is not the same in all reports")
                _add(known["mutants"], file["mutants"], path)
            for file in one.get("testFiles", {}).values():
                tests.update(test["id"] for test in file["tests"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ReportError(f"report {number} is no mutation testing report: {error!r}") from None
    if not reports:
        raise ReportError("there is no report")
    for file in files.values():
        file["mutants"] = sorted(file["mutants"].values(), key=_place)
    merged = {key: value for key, value in reports[0].items() if key != "performance"}
    merged["files"] = dict(sorted(files.items()))
    merged["testFiles"] = _test_files(tests)
    return merged


def read(content: Mapping[str, Any]) -> list[Judged]:
    """The mutants of a report, of whatever tool; ignored and invalid ones are left out.

    Their offsets are those of the source in the report.

    Raises:
        ReportError: it is no report.
    """
    found = []
    try:
        for path, file in content["files"].items():
            lines = _Lines(file["source"])
            for one in file["mutants"]:
                if one["status"] not in _INVALID:
                    found.append(_judged(path, one, lines))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ReportError(f"it is no mutation testing report: {error!r}") from None
    return found


def sources(content: Mapping[str, Any]) -> dict[str, str]:
    """The files' contents in a report that `read` could read, by path."""
    return {path: file["source"] for path, file in content["files"].items()}


def _add(known: dict[str, Any], mutants: Iterable[Any], path: str) -> None:
    for mutant in mutants:
        other = known.get(mutant["id"])
        if other is None or other["status"] == "Pending":
            known[mutant["id"]] = mutant
        elif mutant["status"] not in ("Pending", other["status"]):
            statuses = f"{other['status']} and {mutant['status']}"
            raise ReportError(f"{path}: two reports disagree on {mutant['id']}: {statuses}")


def _mutant(judged: Judged, lines: _Lines, nodes: Sequence[str]) -> dict[str, Any]:
    mutant = judged.mutant
    entry: dict[str, Any] = {
        "id": mutant.id,
        "mutatorName": mutant.operator,
        "replacement": mutant.replacement,
        "location": {"start": lines.place(mutant.start), "end": lines.place(mutant.end)},
        "status": _STATUS[judged.status],
        "description": mutant.qualname,
        "static": mutant.at_import,
        "coveredBy": list(nodes),
        "testsCompleted": judged.ran,
        "duration": round(judged.seconds * 1000),
    }
    if judged.killer:
        entry["killedBy"] = [judged.killer]
    if judged.reason:
        entry["statusReason"] = judged.reason
    return entry


def _judged(path: str, entry: Mapping[str, Any], lines: _Lines) -> Judged:
    start, end = entry["location"]["start"], entry["location"]["end"]
    mutant = Mutant(
        path,
        entry.get("description") or "",
        lines=(start["line"], end["line"]),
        span=(lines.offset(start), lines.offset(end)),
        replacement=entry.get("replacement") or "",
        operator=entry["mutatorName"],
        at_import=bool(entry.get("static")),
    )
    return Judged(
        mutant,
        _BACK.get(entry["status"], NOT_JUDGED),
        killer=next(iter(entry.get("killedBy") or ()), ""),
        ran=int(entry.get("testsCompleted") or 0),
        covering=len(entry.get("coveredBy") or ()),
        seconds=(entry.get("duration") or 0) / 1000,
        reason=entry.get("statusReason") or "",
    )


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    start = entry["location"]["start"]
    return start["line"], start["column"], entry["id"]


def _test_files(nodes: Iterable[str]) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for node in sorted(nodes):
        file = files.setdefault(node.partition("::")[0], {"tests": []})
        file["tests"].append({"id": node, "name": node.partition("::")[2] or node})
    return files


def _language(path: str) -> str:
    return next((name for end, name in _LANGUAGES.items() if path.endswith(end)), "text")


class _Lines:
    """Between offsets and lines with columns, both 1-based, as the schema counts."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        for line in io.StringIO(text, newline=""):
            self._starts.append(self._starts[-1] + len(line))

    def place(self, offset: int) -> dict[str, int]:
        line = bisect.bisect_right(self._starts, offset)
        return {"line": line, "column": offset - self._starts[line - 1] + 1}

    def offset(self, place: Mapping[str, int]) -> int:
        return self._starts[place["line"] - 1] + place["column"] - 1
