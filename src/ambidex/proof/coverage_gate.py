"""The gate `coverage`: the tests execute the changed lines.

Counted are the executable lines that are new or changed in source files, as coverage.py's own
parser finds them (a statement over several lines counts once). Executed is what the test map says
for the files as they are now. A `# pragma: no cover` counts where it stood before the change.
"""

from __future__ import annotations

import re

from ambidex.proof import relevance
from ambidex.proof.select import is_test_file
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ambidex.proof.subject import Subject

GATE = "coverage"
_MOST_RANGES = 8

_PRAGMA = re.compile(rb"#\s*(?:pragma|PRAGMA)[:\s]?\s*(?:no|NO)\s*(?:cover|COVER)")
# What coverage.py leaves out unless it is told otherwise: the pragma, stubs, imports for types.
_EXCLUDED = (
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)"
    r"|^\s*(((async )?def .*?)?\)(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)"
    r"|if (typing\.)?TYPE_CHECKING:"
)


class Unreadable(Exception):
    """A file's statements can't be found; the text says why."""


def judge(subject: Subject) -> Verdict | None:
    """How much of the changed lines the tests execute.

    Returns:
        `findings` with the lines that no test executes where it is less than
        `tests.min_coverage` percent; `not_run` without a test map (see `unrecorded`), with `owed`
        0 where no executable line changed.
    """
    from ambidex.proof import testmap, unrecorded

    least = subject.policy["tests"]["min_coverage"]
    if not least:
        return Verdict(GATE, NOT_RUN, "tests.min_coverage is 0", details={"owed": 0})
    try:
        changed = _changed(subject)
    except (Unreadable, OSError) as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not changed:
        return Verdict(GATE, NOT_RUN, "no executable line changed", details={"owed": 0})
    known = testmap.load(subject.state, subject.root)
    if known is None:
        return unrecorded.verdict(GATE, subject)
    total = sum(len(statements) for statements, _ in changed.values())
    missing = {}
    for path, (statements, first_lines) in changed.items():
        executed = {first_lines.get(line, line) for line in known.executed(path)}
        left = statements - executed
        if left:
            missing[path] = left
    uncovered = sum(len(lines) for lines in missing.values())
    percent = 100 * (total - uncovered) // total
    details = {"lines": total, "executed": total - uncovered, "percent": percent, "least": least}
    reason = f"the tests execute {total - uncovered} of {total} changed lines ({percent} %"
    if 100 * (total - uncovered) >= least * total:
        return Verdict(GATE, PASSED, f"{reason})", details=details)
    if not known.complete:
        reason = "the suite was not recorded, and the tests that were do not reach every line"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    findings = [
        Finding(
            path,
            min(lines),
            "coverage.changed",
            f"no test executes {_ranges(lines)} ({len(lines)} of {len(changed[path][0])} changed)",
            "Test what these lines do.",
        )
        for path, lines in sorted(missing.items())
    ]
    return Verdict(GATE, FINDINGS, f"{reason}, at least {least} % needed)", findings, details)


def statements(
    text: bytes, changed: Iterable[int], environ: Mapping[str, str]
) -> tuple[frozenset[int], dict[int, int]]:
    """The changed statements of a file.

    Args:
        text: the file as it is now.
        changed: its new or changed lines; a pragma on them excludes nothing.
        environ: Ambidex's environment, to find coverage.py in.

    Returns:
        The first lines of the statements that have a changed line, and for each line of a
        statement over several lines the first one.

    Raises:
        Unreadable: coverage.py is not to be had, or this is no Python.
    """
    lines = text.splitlines(keepends=True)
    wanted = set(changed)
    for number in wanted:
        if number <= len(lines):
            lines[number - 1] = _PRAGMA.sub(b"#", lines[number - 1])
    parser_of = _parser(environ)
    try:
        source = _decode(b"".join(lines))
        parser = parser_of(text=source, exclude=_EXCLUDED)
        parser.parse_source()
    except Exception as error:  # coverage's exceptions can't be named before it is imported
        raise Unreadable(f"{type(error).__name__}: {str(error)[:300]}") from error
    count = len(lines) + 1
    first_lines = {line: parser.first_line(line) for line in range(1, count)}
    touched = {first_lines[line] for line in wanted if line in first_lines}
    return frozenset(touched & parser.statements), first_lines


def _changed(subject: Subject) -> dict[str, tuple[frozenset[int], dict[int, int]]]:
    """The changed statements of each source file that has some."""
    from ambidex.changes.lines import changed_lines

    found = {}
    for change in subject.changes:
        path = change.path
        now = None if change.status == "D" else subject.content(path)
        if now is None or not is_source(subject.policy, path):
            continue
        former = subject.former(change.old_path or path) or b""
        ranges = changed_lines(former, now, gaps=False)
        lines = {line for first, last in ranges for line in range(first, last + 1)}
        if not lines:
            continue
        try:
            result = statements(now, lines, subject.environ)
        except Unreadable as error:
            raise Unreadable(f"{path}: {error}") from error
        if result[0]:
            found[path] = result
    return found


def is_source(policy: Mapping[str, Any], path: str) -> bool:
    """Whether `path` is a Python file that tests should execute, and not one of the tests."""
    tests = policy["tests"]
    name = path.rpartition("/")[2]
    if not path.endswith(".py") or is_test_file(path) or name == "conftest.py":
        return False
    if relevance.excluded(path, tests["exclude"]):
        return False
    # A source folder within a test folder, or the other way round: the longer name decides.
    as_test = max((len(each) for each in tests["paths"] if _within(path, each)), default=-1)
    as_source = max((len(each) for each in tests["source"] if _within(path, each)), default=0)
    return as_source > as_test


def _within(path: str, folder: str) -> bool:
    folder = folder.strip("/")
    return folder in ("", ".") or path.startswith(f"{folder}/")


def _parser(environ: Mapping[str, str]) -> Any:
    import sys

    try:
        from coverage.parser import PythonParser
    except ImportError:
        from ambidex.proof.recording import packages

        folder = packages(environ)
        if not folder:
            raise Unreadable("coverage.py is not installed") from None
        sys.path.append(folder)
        try:
            from coverage.parser import PythonParser
        except ImportError as error:
            raise Unreadable(f"coverage.py can't be imported: {error}") from error
        finally:
            sys.path.remove(folder)
    return PythonParser


def _decode(source: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


def _ranges(lines: Iterable[int]) -> str:
    ordered = sorted(lines)
    ranges: list[list[int]] = []
    for line in ordered:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in ranges[:_MOST_RANGES]]
    more = " and more" if len(ranges) > _MOST_RANGES else ""
    return f"line{'s' if len(ordered) > 1 else ''} {', '.join(shown)}{more}"
