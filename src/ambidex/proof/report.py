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

    The last line names the file with the whole output and is never cut off. Passed gates
    are silent.

    Args:
        verdicts: of one Stop.
        limit: largest length in characters, at least 400.
    """
    loud = [verdict for verdict in verdicts if verdict.status in (FINDINGS, BROKEN)]
    if not loud:
        return ""
    logs = [str(verdict.details.get("log") or "") for verdict in loud]
    last = "".join(f"\nFull output: {printable(log, 300)}" for log in logs[:1] if log)
    room = limit - len(last)
    lines: list[str] = []
    left_out = 0
    for verdict in loud:
        lines.append(f"{verdict.gate}: {printable(verdict.reason, 500)}")
        for index, finding in enumerate(verdict.findings):
            block = _block(finding)
            # 40: what the line about the rest takes.
            if index >= _FINDINGS or _length(lines) + _length(block) > room - 40:
                left_out += len(verdict.findings) - index
                break
            lines += block
    if left_out:
        lines.append(f"… and {left_out} more")
    return "\n".join(lines)[:room] + last


def _block(finding: Finding) -> list[str]:
    where = f"{printable(finding.path, 200)}:{finding.line}" if finding.path else ""
    head = f"{where} {printable(finding.rule, 250)}".strip()
    lines = [f"- {head}", f"  {printable(finding.message, 400)}"]
    if finding.fix:
        lines.append(f"  {printable(finding.fix, 500)}")
    return lines


def _length(lines: list[str]) -> int:
    return sum(len(line) + 1 for line in lines)
