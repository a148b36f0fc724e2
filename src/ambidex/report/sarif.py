"""Verdicts as SARIF 2.1.0, the format that code hosts show beside the changed lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ambidex import __version__
from ambidex.printable import printable
from ambidex.verdict import BROKEN, NOT_RUN

if TYPE_CHECKING:
    from ambidex.verdict import Finding, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(verdicts: list[Verdict]) -> str:
    """The SARIF log, ends with a newline.

    A gate that did not run is a notification of the invocation, which then counts as
    unsuccessful when it is broken: a viewer must not take an empty list of results for a pass.
    """
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for verdict in verdicts:
        for finding in verdict.findings:
            rules.setdefault(
                finding.rule,
                {
                    "id": finding.rule,
                    "shortDescription": {"text": printable(finding.message, 1000)},
                    "help": {"text": printable(finding.fix or finding.message, 1000)},
                    "properties": {"gate": verdict.gate},
                },
            )
            results.append(_result(finding, list(rules).index(finding.rule)))
    notifications = [
        {
            "level": "error" if verdict.status == BROKEN else "warning",
            "message": {"text": f"{verdict.gate}: {printable(verdict.reason, 1000)}"},
        }
        for verdict in verdicts
        if verdict.status in (BROKEN, NOT_RUN)
    ]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ambidex",
                        "semanticVersion": __version__,
                        "rules": list(rules.values()),
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": all(v.status != BROKEN for v in verdicts),
                        "toolExecutionNotifications": notifications,
                    }
                ],
                "originalUriBaseIds": {"ROOT": {"description": {"text": "the work tree"}}},
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": "error" if finding.severity == "error" else "warning",
        "message": {"text": printable(finding.message, 1000)},
    }
    if finding.path:
        location: dict[str, Any] = {
            "artifactLocation": {
                "uri": quote(finding.path, safe="/", errors="surrogateescape"),
                "uriBaseId": "ROOT",
            }
        }
        if finding.line:
            location["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": location}]
    return result
