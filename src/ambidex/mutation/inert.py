"""The gate `inert`: whether the new and changed tests notice that the changed functions do nothing.

Every changed function is gutted: its body is replaced by a return of the right type and a wrong
value. A new or changed test that reaches such functions and passes with each of them gutted proves
nothing about the change. One test is run against one gutted function at a time, so that each is
judged by itself.
"""

from __future__ import annotations

import time

from ambidex.changes.process import TreeError
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, TIMEOUT, UNCOVERED, Mutant
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.mutation.mutant import Judged
    from ambidex.mutation.targets import Module
    from ambidex.proof.subject import Subject
    from ambidex.proof.testmap import TestMap
    from ambidex.proof.weakening.contents import Test
    from ambidex.proof.weakening.files import Files

GATE = "inert"
# Pairs of a test and a gutted function that are run.
MOST_PAIRS = 400
FIX = "assert what the changed code returns or does; a value that a wrong body can't give"


class Alone(Mutant):
    """A mutant for one test alone: the same change under an identity of its own."""

    __slots__ = ("node",)

    def __init__(self, mutant: Mutant, node: str) -> None:
        super().__init__(
            mutant.path,
            mutant.qualname,
            lines=(mutant.line, mutant.end_line),
            span=(mutant.start, mutant.end),
            replacement=mutant.replacement,
            operator=mutant.operator,
            at_import=mutant.at_import,
        )
        self.node = node

    @property
    def id(self) -> str:
        """The mutant's identity and the test's."""
        return f"{super().id}#{self.node}"


def judge(subject: Subject) -> Verdict | None:
    """The verdict on the new and changed tests of a change."""
    started = time.monotonic()
    verdict = _verdict(subject)
    verdict.seconds = time.monotonic() - started
    return verdict


def _verdict(subject: Subject) -> Verdict:
    from ambidex.mutation import runner, targets
    from ambidex.proof import testmap, unrecorded
    from ambidex.proof.weakening.files import Files

    if subject.before is None:
        return Verdict(GATE, NOT_RUN, "what the files held before is not known")
    try:
        modules = targets.changed(subject)
        tests = changed_tests(Files(subject)) if modules else []
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not modules or not tests:
        reason = "no test changed" if modules else "no function changed"
        return Verdict(GATE, NOT_RUN, reason, details={"owed": 0})
    known = testmap.load(subject.state, subject.root)
    if known is None or (subject.after is not None and known.tree != subject.after.sha):
        return unrecorded.verdict(GATE, subject)
    pairs, left_out = _pairs(modules, tests, known)
    if not pairs:
        reason = "no new or changed test executes a changed function"
        return Verdict(GATE, NOT_RUN, reason, details={"owed": 0, "tests": len(tests)})
    run = runner.judge(
        subject.root,
        subject.state,
        subject.command(),
        pairs,
        {each.id: [each.node] for each in pairs},
        seconds=known.seconds,
        environ=subject.environ,
        deadline=subject.deadline_of("mutation"),
        texts={module.path: module.text for module in modules},
    )
    if run.broken:
        return Verdict(GATE, BROKEN, run.broken, details={"log": run.log})
    verdict = verdict_of(tests, run.judged, left_out)
    verdict.details["log"] = run.log
    return verdict


def changed_tests(files: Files) -> list[Test]:
    """The tests whose meaning is new: their own text, or that of what they use, is another."""
    from ambidex.proof.weakening import reader, surroundings

    before = {
        files.moved.get(module.path, module.path): surroundings.signatures(
            module, files.around(module, after=False)
        )
        for module in files.modules(after=False)
    }
    found = []
    for module in files.modules(after=True):
        around = files.around(module, after=True)
        was = before.get(module.path, {})
        now = surroundings.signatures(module, around)
        same = {name for name, text in now.items() if was.get(name) == text}
        found += [t for t in reader.tests(module, around, same) if not t.is_helper]
    return found


def _pairs(
    modules: Sequence[Module], tests: Sequence[Test], known: TestMap
) -> tuple[list[Alone], int]:
    """Each gutted function with each test that reaches it, and how many there was no room for."""
    from ambidex.changes.functions import MODULE
    from ambidex.mutation.mutants import gut

    nodes = {test.node for test in tests}
    pairs: list[Alone] = []
    for module in modules:
        names = [target.qualname for target in module.targets if target.qualname != MODULE]
        if module.error or not names:
            continue
        lines = {t.qualname: (t.line, t.end_line) for t in module.targets}
        for mutant in gut(module.path, module.text, names):
            # The function's own lines, decorators and defaults aside: they run at import.
            reaching = known.covering(module.path, *lines.get(mutant.qualname, (0, 0)))
            pairs += [Alone(mutant, node) for node in reaching if _function(node) in nodes]
    # Fair where there is no room for all: every test is tried against something.
    order: dict[str, int] = {}
    ranked: list[tuple[int, int, Alone]] = []
    for pair in pairs:
        order[pair.node] = order.get(pair.node, 0) + 1
        ranked.append((order[pair.node], len(ranked), pair))
    ranked.sort(key=lambda each: each[:2])
    chosen = [pair for _, _, pair in ranked]
    return chosen[:MOST_PAIRS], max(len(chosen) - MOST_PAIRS, 0)


def _function(node: str) -> str:
    """A test's node id without its parameters."""
    head, sep, rest = node.rpartition("::")
    return f"{head}{sep}{rest.partition('[')[0]}" if sep else node


def verdict_of(tests: Sequence[Test], judged: Sequence[Judged], left_out: int = 0) -> Verdict:
    """The verdict from what became of the pairs.

    A test with parameters is inert only if it is with all of them.

    Args:
        tests: the new and changed tests.
        judged: what became of each `Alone`.
        left_out: pairs that were not tried.
    """
    outcomes: dict[str, list[Judged]] = {}
    for each in judged:
        if isinstance(each.mutant, Alone):
            outcomes.setdefault(_function(each.mutant.node), []).append(each)
    findings = []
    alive = unknown = 0
    for test in tests:
        tried = outcomes.get(test.node, [])
        statuses = {each.status for each in tried}
        if statuses & {KILLED, TIMEOUT}:
            alive += 1
        elif not tried or statuses & {NOT_JUDGED, UNCOVERED} or SURVIVED not in statuses:
            unknown += bool(tried)
        elif left_out:
            unknown += 1
        else:
            findings.append(_finding(test, sorted({each.mutant.qualname for each in tried})))
    details = {
        "tests": alive + unknown + len(findings),
        "notice": alive,
        "inert": len(findings),
        "not_judged": unknown,
        "pairs": len(judged),
        "left_out": left_out,
    }
    if findings:
        reason = f"{len(findings)} of {details['tests']} new or changed tests prove nothing here"
        return Verdict(GATE, FINDINGS, reason, findings, details)
    if unknown and not alive:
        reason = next((each.reason for each in judged if each.reason), "no time was left")
        return Verdict(GATE, NOT_RUN, reason, details=details)
    reason = f"{alive} new or changed tests notice gutted functions"
    if unknown:
        reason += f", {unknown} could not be judged"
    return Verdict(GATE, PASSED, reason, details=details)


def _finding(test: Test, functions: Sequence[str]) -> Finding:
    shown = ", ".join(functions[:3]) + (" …" if len(functions) > 3 else "")
    # A test that does not name the function may be about something else that uses it.
    names = {name.rpartition(".")[2] for name in functions}
    names |= {name.rpartition(".")[0].rpartition(".")[2] for name in functions} - {""}
    asserts = any(check.rank and check.kind != "runs" for check in test.checks)
    is_about = not names.isdisjoint(test.calls) or not asserts
    message = f"it passes although the body of {shown} is replaced by a wrong value"
    return Finding(
        test.path, test.line, test.node, message, FIX, "error" if is_about else "warning"
    )
