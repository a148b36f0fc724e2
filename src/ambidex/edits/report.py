"""What the model is told about an edit: one line per finding, bounded, nothing when all is well."""

from __future__ import annotations

from ambidex.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.verdict import Finding, Verdict

_SHORT = 400


def for_model(verdicts: Sequence[Verdict], policy: Mapping[str, Any]) -> str:
    """The findings of all verdicts as text, errors first; `""` when there are none.

    Each line is `path:line rule message fix`. What does not fit is counted in a last line, which
    fits as well.

    Args:
        verdicts: of the gates, in the order in which they matter.
        policy: the policy snapshot; its `edits` say how many findings and characters at most.
    """
    max_findings = policy["edits"]["max_findings"]
    max_characters = policy["edits"]["max_characters"]
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    findings.sort(key=lambda finding: finding.severity != "error")
    lines = [_line(finding) for finding in findings]
    shown = min(len(lines), max(max_findings, 0))
    while True:
        more = len(lines) - shown
        text = "\n".join(lines[:shown] + ([f"and {more} more"] if more else []))
        if len(text) <= max_characters or not shown:
            return text[: max(max_characters, 0)]
        shown -= 1


def _line(finding: Finding) -> str:
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    warning = "(warning) " if finding.severity == "warning" else ""
    text = f"{where} {finding.rule} {warning}{_sentence(finding.message)} {finding.fix}"
    return printable(text, _SHORT)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."
