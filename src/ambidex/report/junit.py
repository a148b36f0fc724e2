"""Verdicts as JUnit XML: one test case per gate, `not_run` skipped, `broken` an error."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ambidex.printable import printable
from ambidex.report.text import finding_line
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN

if TYPE_CHECKING:
    from ambidex.verdict import Verdict


def render(verdicts: list[Verdict]) -> str:
    """The XML document, ends with a newline."""
    count = {status: sum(v.status == status for v in verdicts) for status in (FINDINGS, BROKEN)}
    suite = ElementTree.Element(
        "testsuite",
        name="ambidex",
        tests=str(len(verdicts)),
        failures=str(count[FINDINGS]),
        errors=str(count[BROKEN]),
        skipped=str(sum(verdict.status == NOT_RUN for verdict in verdicts)),
        time=f"{sum(verdict.seconds for verdict in verdicts):.3f}",
    )
    for verdict in verdicts:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname="ambidex",
            name=verdict.gate,
            time=f"{verdict.seconds:.3f}",
        )
        reason = printable(verdict.reason, 2000)
        if verdict.status == FINDINGS:
            failure = ElementTree.SubElement(
                case, "failure", message=reason or f"{len(verdict.findings)} findings"
            )
            failure.text = "\n".join(finding_line(finding) for finding in verdict.findings)
        elif verdict.status == NOT_RUN:
            ElementTree.SubElement(case, "skipped", message=reason)
        elif verdict.status == BROKEN:
            ElementTree.SubElement(case, "error", message=reason)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"
