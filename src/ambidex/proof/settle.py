"""Whose a failure is: the change's, an older one, or nobody's because the test is flaky.

No failure is believed at once. Those that fail are run again, apart from the others and without
the probe:

* It fails again: it is real. It is the change's, unless it was there before (see `baseline`).
* It passes: the same command runs once more. If it fails there, it fails only together with the
  other tests, and that is as real. If it passes, the test is flaky.

A flaky test is a warning where the change has nothing to do with it: its own text is unchanged,
and either it is on record as flaky, or was flaky before the change, or neither executed nor
imported a changed line. Otherwise the change may have made it flaky, which is an error like any
failure.

Whatever can't be found out (no time, no baseline, a run that broke) leaves the failure an error.
"""

from __future__ import annotations

import time

from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ambidex.proof.baseline import Then
    from ambidex.proof.recording import Recorder
    from ambidex.proof.subject import Subject

_FAILED_TESTS = 1
# More are believed as they are: that many failures have one cause, and it is in the change.
MOST_SETTLED = 100


def settle(
    subject: Subject, verdict: Verdict, recorder: Recorder, nodes: Sequence[str] = ()
) -> Verdict:
    """The verdict of a run of tests, with each failure put down to what it belongs to.

    Args:
        subject: the change.
        verdict: what the run said.
        recorder: what it wrote down.
        nodes: what it was asked to run; nothing for the whole suite.

    Returns:
        `verdict` itself where nothing is to be settled. Else a verdict whose errors are the
        change's, and whose warnings name what failed before and what is flaky; `not_run` where
        nothing passed besides.
    """
    if verdict.status != FINDINGS or verdict.details.get("exit_code") != _FAILED_TESTS:
        return verdict
    if len(verdict.findings) > MOST_SETTLED or verdict.details.get("failed") != len(
        verdict.findings
    ):
        return verdict
    if not all(_is_test(finding) for finding in verdict.findings):
        return verdict
    return _Settlement(subject, verdict, recorder, nodes).verdict()


def _is_test(finding: Finding) -> bool:
    path = finding.path
    return bool(path) and (finding.rule == path or finding.rule.startswith(f"{path}::"))


class _Settlement:
    def __init__(
        self, subject: Subject, verdict: Verdict, recorder: Recorder, nodes: Sequence[str]
    ) -> None:
        self._subject = subject
        self._verdict = verdict
        self._recorder = recorder
        self._nodes = nodes
        self._failing = {finding.rule: finding for finding in verdict.findings}
        # What is known besides the failure itself, for those that stay errors.
        self._remarks: dict[str, str] = {}
        self._disturbed: list[str] = []

    def verdict(self) -> Verdict:
        passing = self._passing_again(self._failing)
        flaky = self._flaky(passing)
        real = [node for node in self._failing if node not in flaky and node not in self._disturbed]
        before = self._before(real)
        excused = self._excused(flaky)
        return self._compose(before, flaky, excused)

    def _run(self, nodes: Sequence[str], *, probe: bool = False) -> tuple[Verdict, dict[str, str]]:
        from ambidex.proof import python_tests
        from ambidex.proof.recording import Recorder

        subject = self._subject
        recorder = Recorder(subject.environ if probe else None)
        verdict = python_tests.run(
            subject.root,
            subject.state,
            subject.command(),
            environ=subject.environ,
            deadline=subject.deadline_of("tests"),
            nodes=nodes,
            recorder=recorder,
        )
        ended = verdict.status in (PASSED, FINDINGS)
        return verdict, recorder.outcomes if ended else {}

    def _passing_again(self, nodes: Iterable[str]) -> list[str]:
        """Those that pass when only they run."""
        _, outcomes = self._run(sorted(nodes))
        return [node for node in nodes if outcomes.get(node) == PASSED]

    def _flaky(self, passing: list[str]) -> list[str]:
        """Those of the passing ones that pass with the others, too."""
        if not passing:
            return []
        verdict, outcomes = self._run(self._nodes)
        for finding in verdict.findings:
            if finding.rule not in self._failing:
                # It failed in one run of two: as little believed as the first, and as little lost.
                self._failing[finding.rule] = finding
                self._remarks[finding.rule] = "failed in the second of two runs"
        flaky = [node for node in passing if outcomes.get(node) == PASSED]
        for node in set(passing) - set(flaky):
            self._remarks[node] = "passes alone and fails together with other tests"
        if flaky and self._recorder.probes:
            _, outcomes = self._run(flaky, probe=True)
            self._disturbed = [node for node in flaky if outcomes.get(node) == "failed"]
        return [node for node in flaky if node not in self._disturbed]

    def _before(self, nodes: list[str]) -> list[str]:
        """Those whose failure was there before the change."""
        from ambidex.proof import baseline

        # A test that the change rewrote is the change's, whatever an older one of its name did.
        candidates = [node for node in nodes if not self._is_changed(node)]
        if not candidates:
            return []
        found = baseline.outcomes(self._subject, candidates)
        if found.reason:
            self._verdict.details["baseline"] = found.reason
        before = []
        for node in candidates:
            then = found.then.get(node)
            if then is not None and then.explains(self._failing[node].message, self._subject.root):
                before.append(node)
            elif then is not None:
                self._remark(node, then)
        return before

    def _remark(self, node: str, then: Then) -> None:
        if node not in self._remarks and then.outcome in ("failed", "flaky"):
            how = "in another way" if then.outcome == "failed" else "sometimes"
            self._remarks[node] = f"before the change it failed {how}"

    def _excused(self, flaky: list[str]) -> list[str]:
        """The flaky tests that the change has nothing to do with; all are put on record."""
        from ambidex.proof import baseline
        from ambidex.proof import flaky as records

        if not flaky:
            return []
        known = records.census(self._subject.state)
        excused, open_ = [], []
        for node in flaky:
            if self._is_changed(node):
                continue
            if (node in known and known[node].excused) or not self._reached(node):
                excused.append(node)
            else:
                open_.append(node)
        if open_:
            then = baseline.outcomes(self._subject, open_, runs=3).then
            excused += [
                node
                for node in open_
                if node in then and then[node].outcome in (baseline.FLAKY, baseline.FAILED)
            ]
        records.note(self._subject.state, {node: node in excused for node in flaky})
        return excused

    def _reached(self, node: str) -> bool:
        """Whether the test executed a changed line; also where nobody knows."""
        recording = self._recorder.recording
        test = recording.tests.get(node)
        if not recording.lines or test is None or test.starts:
            return True
        contexts = {node, *test.uses}
        imported = []
        for path, ranges in self._changed_lines().items():
            if not path.endswith(".py"):
                return True
            executed = recording.bits.get(path, {})
            if any(_hits(executed[context], ranges) for context in contexts & executed.keys()):
                return True
            if _hits(executed.get("", 0), ranges):
                imported.append(path)
        return bool(imported) and self._imports(node, imported)

    def _imports(self, node: str, paths: list[str]) -> bool:
        """Whether the test's file imports one of `paths`, directly or not; also if unknown.

        What ran outside of all tests was imported for some test, and not for each.
        """
        from ambidex.proof import select

        subject = self._subject
        limit = time.monotonic() + (subject.deadline_of("tests") - time.monotonic()) / 10
        selection = select.affected(subject.root, subject.policy, paths, limit)
        if not selection.tests_read:
            return True
        return node.partition("::")[0] in selection.reached

    def _changed_lines(self) -> dict[str, list[tuple[int, int]]]:
        from ambidex.changes.lines import changed_lines

        subject = self._subject
        relevant = set(subject.paths)
        found = {}
        for change in subject.changes:
            if change.path in relevant:
                former = subject.former(change.old_path or change.path)
                now = subject.content(change.path)
                found[change.path] = changed_lines(former or b"", now or b"")
        return found

    def _is_changed(self, node: str) -> bool:
        """Whether the test itself is new or was changed."""
        path, _, name = node.partition("::")
        change = next((each for each in self._subject.changes if each.path == path), None)
        if change is None:
            return False
        try:
            former = self._subject.former(change.old_path or path)
        except OSError:
            return True
        now = self._subject.content(path)
        if former is None or now is None or not name:
            return True
        return _text_of(former, name) != _text_of(now, name) or not _text_of(now, name)

    def _compose(self, before: list[str], flaky: list[str], excused: list[str]) -> Verdict:
        errors, warnings = [], []
        for node, finding in self._failing.items():
            if node in self._disturbed:
                continue
            if node in before:
                warnings.append(_warning(finding, "failed before the change, too"))
            elif node in excused:
                warnings.append(_warning(finding, "flaky: passes and fails on the same tree"))
            elif node in flaky:
                note = "passes and fails on the same tree, and the change may be why"
                errors.append(_with(finding, note))
            else:
                errors.append(_with(finding, self._remarks.get(node, "")))
        old = self._verdict
        details = {**old.details, "before": before, "flaky": flaky, "disturbed": self._disturbed}
        details["failed"] = len(errors)
        if errors:
            return Verdict("tests", FINDINGS, _reason(old, before, excused), errors + warnings,
                           details, old.seconds)  # fmt: skip
        passed = int(details.get("passed") or 0) + len(flaky) + len(self._disturbed)
        if not passed:
            return Verdict("tests", NOT_RUN, "no test passed but failures from before the change",
                           None, details, old.seconds)  # fmt: skip
        details["passed"] = passed
        reason = f"{passed} tests passed{_besides(before, excused)}"
        status = FINDINGS if warnings else PASSED
        return Verdict("tests", status, reason, warnings, details, old.seconds)


def _reason(verdict: Verdict, before: list[str], excused: list[str]) -> str:
    return verdict.reason + _besides(before, excused)


def _besides(before: list[str], excused: list[str]) -> str:
    text = f"; {len(before)} failed before the change, too" if before else ""
    return text + (f"; {len(excused)} flaky" if excused else "")


def _with(finding: Finding, remark: str) -> Finding:
    if not remark:
        return finding
    message = f"{finding.message} ({remark})"
    return Finding(finding.path, finding.line, finding.rule, message, finding.fix)


def _warning(finding: Finding, what: str) -> Finding:
    message = f"{what}: {finding.message}"
    return Finding(finding.path, finding.line, finding.rule, message, finding.fix, "warning")


def _hits(bits: int, ranges: Iterable[tuple[int, int]]) -> bool:
    """Whether one of the lines in `ranges` is among those that `bits` stand for."""
    return any(bits >> first & ((1 << (last - first + 1)) - 1) for first, last in ranges)


def _text_of(source: bytes, name: str) -> bytes:
    """The text of the test `name` (`Class::test[parameters]`); nothing where it is not there."""
    from ambidex.changes.functions import functions

    wanted = name.partition("[")[0].replace("::", ".")
    for function in functions(source.decode("utf-8", "replace")):
        if function.qualname == wanted:
            lines = source.splitlines(keepends=True)
            return b"".join(lines[function.line - 1 : function.end_line])
    return b""
