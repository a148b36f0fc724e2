"""Collects what one gate found, file by file, and makes the verdict of it."""

from __future__ import annotations

from ambidex.edits.paths import Skip
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.edits.language import ToolError
    from ambidex.verdict import Finding


class Gate:
    """One gate over all files.

    Attributes:
        name: the gate's name.
        findings: what was found.
        broken: sentences about tools that failed.
        skips: files that were not inspected.
        inspected: how many files were.
        seconds: wall-clock time.
        details: further facts for the evidence.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.broken: list[str] = []
        self.skips: list[Skip] = []
        self.inspected = 0
        self.seconds = 0.0
        self.details: dict[str, Any] = {}

    def fail(self, path: str, error: ToolError) -> None:
        """Record that a tool did not judge `path`: late is nobody's fault, all else is broken."""
        if error.late:
            self.skips.append(Skip(path, str(error), owed=True))
        else:
            self.broken.append(f"{path}: {error}")

    def verdict(self) -> Verdict:
        """The verdict: findings, else broken, else not run if anything owed was left out.

        Findings do not hide the rest: what is broken or skipped is in the details. There, `owed`
        counts the files that should have been inspected; a `not_run` with 0 had nothing to do.
        """
        details = dict(self.details)
        details["inspected"] = self.inspected
        if self.skips:
            details["skipped"] = [skip.as_dict() for skip in self.skips]
        if self.broken:
            details["broken"] = self.broken
        owed = [skip for skip in self.skips if skip.owed]
        details["owed"] = len(owed)
        findings: list[Finding] | None = None
        if self.findings:
            findings = sorted(self.findings, key=lambda f: (f.path, f.line, f.rule))
            status, reason = FINDINGS, f"{len(findings)} new"
        elif self.broken:
            status, reason = BROKEN, _with_count(self.broken)
        elif owed or not self.inspected:
            status = NOT_RUN
            reasons = [f"{skip.path}: {skip.reason}" for skip in owed or self.skips]
            reason = _with_count(reasons) if reasons else "nothing to inspect"
        else:
            status, reason = PASSED, f"{self.inspected} inspected"
        return Verdict(self.name, status, reason, findings, details, self.seconds)


def _with_count(reasons: list[str]) -> str:
    more = len(reasons) - 1
    return reasons[0] + (f" (and {more} more)" if more else "")
