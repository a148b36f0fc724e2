"""Python: ruff, the project's own if it has one, with the project's own configuration.

ruff finds its configuration by the file's name although the content comes through stdin, so
that a baseline version is judged by the same rules. About 4 ms per call.
"""

from __future__ import annotations

import json

from ambidex.edits.kinds import PYTHON
from ambidex.edits.language import Diagnostic, Edit, ToolError, UnparsableError, first_line
from ambidex.edits.process import DEADLINE, Job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.edits.language import Call
    from ambidex.edits.process import Outcome

_SYNTAX = "invalid-syntax"


class Python:
    """The adapter; see `language.Language`."""

    name = "Python"
    suffixes: tuple[str, ...] = PYTHON
    tool = "ruff"
    install = "pip install ruff"
    # True of code that is being written, and mostly false a minute later: used later, defined
    # later, a suppression written before what it suppresses.
    deferred = frozenset(
        {
            *("F401", "F811", "F841", "F842", "B007", "ERA001", "RUF059", "RUF100"),
            *("ARG001", "ARG002", "ARG003", "ARG004", "ARG005"),
            *("TC001", "TC002", "TC003", "TCH001", "TCH002", "TCH003"),
        }
    )
    # Not valid Python in any version, so that silence about it means: this file is excluded.
    canary = b"(\n"
    # The deferred rules that have a safe fix. Only codes that old versions know as well: an
    # unknown one is an error of the command line.
    _unfixable = "F401,F811,F841,RUF100"

    def format_job(self, call: Call, content: bytes, lines: tuple[int, int] | None = None) -> Job:
        """Format the whole content, or only the statements that stand on `lines`."""
        # ruff's range ends before its end line's first column.
        options = [f"--range={lines[0]}-{lines[1] + 1}"] if lines else []
        return self._job(call, content, ["format", *options])

    def read_format(self, outcome: Outcome) -> bytes:
        """The formatted content. Raises ToolError or UnparsableError."""
        if outcome.trouble or outcome.code != 0:
            for line in outcome.stderr.splitlines():
                # A configuration that cannot be parsed says so in other words, indented.
                if outcome.code == 2 and line.startswith(b"error: Failed to parse "):
                    raise UnparsableError(first_line(line))
            raise _failure("format", outcome)
        return outcome.stdout

    def lint_job(self, call: Call, content: bytes) -> Job:
        """Report diagnostics without fixing."""
        return self._check(call, content, "--no-fix")

    def read_lint(self, outcome: Outcome) -> list[Diagnostic]:
        """The diagnostics. Raises ToolError."""
        if outcome.trouble or outcome.code not in (0, 1):
            raise _failure("check", outcome)
        try:
            return [_diagnostic(entry) for entry in json.loads(outcome.stdout)]
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"ruff check answered what cannot be read: {error!r}") from error

    def fix_job(self, call: Call, content: bytes) -> Job:
        """Apply every safe fix that is not deferred."""
        return self._check(call, content, "--fix")

    def read_fix(self, outcome: Outcome) -> bytes:
        """The fixed content. Raises ToolError."""
        if outcome.trouble or outcome.code not in (0, 1):
            raise _failure("check --fix", outcome)
        return outcome.stdout

    def _check(self, call: Call, content: bytes, mode: str) -> Job:
        options = [mode, "--no-unsafe-fixes", "--unfixable", self._unfixable]
        return self._job(call, content, ["check", *options, "--output-format", "json"])

    def _job(self, call: Call, content: bytes, arguments: list[str]) -> Job:
        where = ["--force-exclude", f"--stdin-filename={call.path}", "-"]
        return Job([call.program, *arguments, *where], call.root, call.env, content)


def _diagnostic(entry: dict[str, Any]) -> Diagnostic:
    rule = entry["code"] or _SYNTAX
    fix = entry["fix"] or {}
    edits = []
    if fix.get("applicability") == "safe":
        edits = [
            Edit(_place(edit["location"]), _place(edit["end_location"]), edit["content"])
            for edit in fix["edits"]
        ]
    return Diagnostic(
        line=entry["location"]["row"],
        rule=rule,
        message=entry["message"],
        advice=fix.get("message") or "",
        edits=edits,
        syntax=rule in (_SYNTAX, "E999"),
    )


def _place(location: dict[str, int]) -> tuple[int, int]:
    return location["row"], location["column"]


def _failure(command: str, outcome: Outcome) -> ToolError:
    if outcome.trouble == DEADLINE:
        return ToolError(DEADLINE, late=True)
    if outcome.trouble:
        return ToolError(f"ruff {command} {outcome.trouble}")
    said = [line for line in outcome.stderr.splitlines() if line.strip() != b"ruff failed"]
    text = " ".join(first_line(line) for line in said[:3])
    return ToolError(f"ruff {command} ended with status {outcome.code}: {text}")
