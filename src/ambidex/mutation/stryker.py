"""Changed JavaScript and TypeScript, judged by Stryker where the project is set up for it.

Stryker runs in a copy of the work tree, on the changed lines only, with the project's own
configuration and its own version; its report is in the schema of `elements`.
"""

from __future__ import annotations

import json
import os
import time

from ambidex.changes.process import TreeError
from ambidex.verdict import BROKEN, NOT_RUN, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ambidex.mutation.foreign import Ranges
    from ambidex.proof.subject import Subject

GATE = "mutation"
ENDINGS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_NAMES = ("stryker.conf", ".stryker.conf", "stryker.config", ".stryker.config")
_PACKAGE = "@stryker-mutator/core"
_REPORT = os.path.join("reports", "mutation", "mutation.json")
_SPECIAL = "[]{}()*?!+@"


def is_set_up(root: str) -> bool:
    """Whether the project mutates with Stryker, as its files say."""
    try:
        if any(name.rpartition(".")[0] in _NAMES for name in os.listdir(root)):
            return True
        with open(os.path.join(root, "package.json"), encoding="utf-8") as file:
            package = json.load(file)
        return any(
            _PACKAGE in (package.get(key) or ()) for key in ("devDependencies", "dependencies")
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def judge(subject: Subject) -> Verdict | None:
    """The verdict on changed lines; None where nothing of the kind changed, or Stryker is not used.

    All changed lines together have to reach `mutation.min_new` percent, those of critical files
    `mutation.min_critical`.
    """
    from ambidex.mutation import foreign

    if subject.before is None or not is_set_up(subject.root):
        return None
    started = time.monotonic()
    try:
        ranges = foreign.changed(subject, ENDINGS)
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not ranges:
        return None
    verdict = _run(subject, ranges)
    verdict.seconds = time.monotonic() - started
    return verdict


def _run(subject: Subject, ranges: Ranges) -> Verdict:
    from ambidex.proof import copies, process
    from ambidex.proof.command import environment

    program = os.path.join("node_modules", ".bin", "stryker")
    if not os.access(os.path.join(subject.root, program), os.X_OK):
        return Verdict(GATE, NOT_RUN, f"Stryker is not installed ({program} is missing)")
    deadline = subject.deadline_of("mutation")
    try:
        with copies.work_copy(subject.state, subject.root, deadline) as copy:
            report = os.path.join(copy.path, _REPORT)
            if os.path.exists(report):
                os.unlink(report)
            outcome = process.run(
                [os.path.join(copy.path, program), *arguments(ranges)],
                cwd=copy.path,
                environ=environment(subject.environ, subject.root),
                deadline=deadline,
            )
            lines = [line.strip() for line in outcome.tail.splitlines() if line.strip()]
            if outcome.code is None:
                seconds = round(outcome.seconds)
                return Verdict(GATE, NOT_RUN, f"Stryker did not end within {seconds} s (deadline)")
            with open(report, encoding="utf-8") as file:
                content = json.load(file)
    except FileNotFoundError:
        last = next((line for line in reversed(lines) if "ERROR" in line), lines[-1:])
        reason = f"Stryker ended with {outcome.code} and left no report: {last}"
        return Verdict(GATE, BROKEN, reason[:500])
    except (copies.CopyError, OSError, ValueError) as error:
        return Verdict(GATE, BROKEN, f"Stryker can't be run: {error}")
    return verdict_of(content, ranges, subject.root, subject.policy)


def arguments(ranges: Ranges) -> list[str]:
    """What Stryker is called with to judge these lines."""
    wanted = [
        f"{_literal(path)}:{first}-{last}"
        for path, lines in sorted(ranges.items())
        for first, last in lines
    ]
    return [
        "run",
        "--mutate",
        ",".join(wanted),
        "--reporters",
        "json",
        "--logLevel",
        "warn",
        "--allowConsoleColors",
        "false",
        "--cleanTempDir",
        "always",
    ]


def verdict_of(
    content: Mapping[str, object], ranges: Ranges, root: str, policy: Mapping[str, object]
) -> Verdict:
    """The verdict on a report of Stryker."""
    from ambidex.mutation import elements, gate, judging

    try:
        judged = elements.read(content)
    except elements.ReportError as error:
        return Verdict(GATE, BROKEN, f"Stryker's report can't be read: {error}")
    outcome = judging.of_report(judged, elements.sources(content))
    for path, module in outcome.modules.items():
        module.ranges = list(ranges.get(path, ()))
    verdict = gate.verdict_of_report(outcome, root, policy)
    verdict.details["engine"] = "stryker"
    return verdict


def _literal(path: str) -> str:
    """The path as a pattern that matches nothing else."""
    return "".join(f"[{each}]" if each in _SPECIAL and each != "]" else each for each in path)
