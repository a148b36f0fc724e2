"""What the model hears about a red Stop: what fails, where, and how to run it again."""

from __future__ import annotations

from ambidex.printable import printable
from ambidex.verdict import BROKEN, FINDINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.verdict import Finding, Verdict

LIMIT = 2000
_FINDINGS = 10


def report(verdicts: Iterable[Verdict], limit: int = LIMIT) -> str:
    """The verdicts that ask for something, worst first, in at most `limit` characters.

    The last lines say how to run the first failure again and where the whole output is; they
    are never cut off. Passed gates are silent.

    Args:
        verdicts: of one Stop.
        limit: largest length in characters, at least 400.
    """
    loud = [verdict for verdict in verdicts if verdict.status in (FINDINGS, BROKEN)]
    # A doubt is no reason to lose the command that repeats a failure.
    loud.sort(key=lambda verdict: all(map(_is_warning, verdict.findings)))
    if not loud:
        return ""
    last = _again(loud)
    room = limit - len(last)
    lines: list[str] = []
    left_out = 0
    for verdict in loud:
        lines.append(f"{verdict.gate}: {printable(verdict.reason, 500)}")
        for index, finding in enumerate(sorted(verdict.findings, key=_is_warning)):
            line = _line(finding)
            # 40: what the line about the rest takes.
            if index >= _FINDINGS or _length(lines) + len(line) + 1 > room - 40:
                left_out += len(verdict.findings) - index
                break
            lines.append(line)
    if left_out:
        lines.append(f"… and {left_out} more")
    return "\n".join(lines)[:room] + last


def _line(finding: Finding) -> str:
    place = f"{printable(finding.path, 200)}:{finding.line}" if finding.path else ""
    where = printable(finding.rule, 250)
    if place and finding.rule.startswith(f"{finding.path}::"):
        # A test's node id begins with its file.
        where = f"{where} (line {finding.line})"
    elif place:
        where = f"{place} {where}"
    return f"- {where}: {printable(finding.message, 400)}"


def _is_warning(finding: Finding) -> bool:
    return finding.severity == "warning"


def _again(loud: list[Verdict]) -> str:
    """How to run the first failure again, and where the whole output is; never cut off."""
    text = ""
    findings = [
        finding for verdict in loud for finding in sorted(verdict.findings, key=_is_warning)
    ]
    fixes = [finding.fix for finding in findings if finding.fix]
    if fixes:
        text += f"\n{printable(fixes[0], 500)}"
    logs = [str(verdict.details.get("log") or "") for verdict in loud]
    if any(logs):
        text += f"\nFull output: {printable(next(filter(None, logs)), 300)}"
    return text


def _length(lines: list[str]) -> int:
    return sum(len(line) + 1 for line in lines)
