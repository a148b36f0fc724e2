"""Verdicts for a terminal: one line per gate, one per finding."""

from __future__ import annotations

import time

from ambidex.printable import printable
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.verdict import Finding, Verdict

MARKS = {PASSED: "✓", FINDINGS: "✗", NOT_RUN: "–", BROKEN: "!"}
WORDS = {PASSED: "passed", FINDINGS: "findings", NOT_RUN: "not run", BROKEN: "broken"}

_DAY = 86_400
_WHO = {"hook": "the Stop hook", "command": "a command", "ci": "CI"}


def render(verdicts: list[Verdict], overall: str) -> str:
    """The verdicts and, last, what they amount to; ends with a newline."""
    lines = []
    for verdict in verdicts:
        words = f"{MARKS[verdict.status]} {verdict.gate:<16} {WORDS[verdict.status]}"
        if verdict.reason:
            words += f": {printable(verdict.reason, 300)}"
        lines.append(f"{words}  ({_took(verdict)})")
        lines += [f"    {finding_line(finding)}" for finding in verdict.findings]
    lines.append(f"{MARKS[overall]} {WORDS[overall]}")
    return "\n".join(lines) + "\n"


def _took(verdict: Verdict) -> str:
    """How long it took; of a verdict that is used again, when and by whom it was reached."""
    earlier = verdict.details.get("reused_from")
    if not earlier:
        return f"{verdict.seconds:.1f} s"
    clock = "%H:%M" if time.time() - earlier["at"] < _DAY else "%Y-%m-%d %H:%M"
    when = time.strftime(clock, time.localtime(earlier["at"]))
    return f"as judged at {when} by {_WHO[earlier['origin']]}"


def finding_line(finding: Finding) -> str:
    """`file:line rule message fix`, without control characters."""
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    parts = [place, finding.rule, finding.message, finding.fix]
    return printable("  ".join(part for part in parts if part), 600)
