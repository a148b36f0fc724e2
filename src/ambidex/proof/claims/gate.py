"""The gate `claims`: what the agent said last, against the record of what it did.

What counts is what the record contradicts: a run that failed, a command that was never started or
was refused, a file that is as it was. Where the record can't tell (a script or a task ran that may
have run anything, background work, a subagent, a call without its end, files that git ignores),
nothing is said.

A result that nobody measured ("all tests pass", and no test ran since the code changed) may still
be true. Where a later gate of the same Stop measures it, the claim is only a warning: if it is
wrong, that gate refuses with better evidence. Otherwise it is an error. A statement about an action
("I ran the tests") is an error in any case, as no later run makes it true.
"""

from __future__ import annotations

import os
import re

from ambidex.proof.claims import record
from ambidex.proof.claims import text as claim_text
from ambidex.proof.claims.record import Call, Segment
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ambidex.proof.claims.text import Claim
    from ambidex.proof.subject import Subject

GATE = "claims"
_MOST_FINDINGS = 5
_QUOTED = 120
_WRITES = re.compile(
    r">|\bsed\b.*\s-i|\btee\b|\bgit (?:apply|mv|rm)\b|\bmv\b|\bcp\b|\brm\b|\bpatch\b"
)
# The message itself says that a test was seen to fail on purpose.
_RED_ON_PURPOSE = re.compile(
    r"\bfail(?:s|ed|ing)? (?:without|before|against|on the (?:old|original)|with the (?:old|bug))|"
    r"\breproduc|\bstash|\bas expected|\bwithout the (?:fix|change)|\bmutat|\bpre-?existing",
    re.I,
)
_LINT_TOOLS = frozenset(("ruff", "ruff check", "ruff format", "lint", "linter", "linting"))
_TYPE_TOOLS = frozenset(("mypy", "mypy --strict", "pyright", "basedpyright", "tsc", "type"))


class _Contradiction:
    """What the record shows instead, and whether that is certain to be wrong."""

    __slots__ = ("severity", "shows")

    def __init__(self, shows: str, severity: str = "error") -> None:
        self.shows = shows
        self.severity = severity


# Supported by the record; None is for what it can't tell.
_TRUE = _Contradiction("")


def judge(subject: Subject) -> Verdict | None:
    """Findings for claims that the record contradicts; passed where it bears out at least one."""
    if subject.said is None:
        return Verdict(GATE, NOT_RUN, "nobody said anything", details={"owed": 0})
    claimed = claim_text.claims(subject.said.message)
    if not claimed:
        return Verdict(GATE, NOT_RUN, "nothing was claimed", details={"owed": 0})
    try:
        calls = record.calls(subject.said.calls())
    except OSError as error:
        return Verdict(GATE, NOT_RUN, f"the record can't be read: {error}")
    if not calls:
        # An answer about earlier work; that is not on this record.
        reason = "no tool was called in this prompt"
        return Verdict(GATE, NOT_RUN, reason, details={"owed": 0, "claims": len(claimed)})
    court = _Court(subject, calls, subject.said.message)
    findings = []
    supported = 0
    for claim in claimed:
        answer = court.answer(claim)
        if answer is _TRUE:
            supported += 1
        elif answer is not None:
            findings.append(_finding(claim, answer))
    details = {"claims": len(claimed), "supported": supported, "contradicted": len(findings)}
    if findings:
        word = "statement is" if len(findings) == 1 else "statements are"
        reason = f"{len(findings)} {word} not what the record shows"
        return Verdict(GATE, FINDINGS, reason, findings[:_MOST_FINDINGS], details)
    if supported:
        return Verdict(GATE, PASSED, f"{supported} claims agree with the record", details=details)
    reason = "the record can't tell whether what was claimed is so"
    return Verdict(GATE, NOT_RUN, reason, details={**details, "owed": 0})


def _finding(claim: Claim, answer: _Contradiction) -> Finding:
    text = " ".join(claim.text.split())
    quoted = text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"
    wrote = claim.kind in (claim_text.WROTE, claim_text.DELETED)
    return Finding(
        claim.subject if wrote else "",
        0,
        f"claim {claim.kind}",
        f"“{quoted}” — {answer.shows}",
        "Do what was said, or say what is so.",
        answer.severity,
    )


class _Court:
    """Compares claims with the calls of one prompt."""

    def __init__(self, subject: Subject, calls: list[Call], message: str) -> None:
        self.subject = subject
        self.calls = calls
        self.message = message
        self.changed_at, self.changed_path = self._last_change()
        self.wrote_any = any(
            call.path or _WRITES.search(call.command) for call in calls if not call.refused
        )

    def answer(self, claim: Claim) -> _Contradiction | None:
        """What the record shows against `claim`; `_TRUE` if it bears it out; None: can't tell."""
        if claim.kind == claim_text.TESTS_PASS:
            return self._tests_pass(claim)
        if claim.kind == claim_text.RAN_TESTS:
            return self._ran_tests()
        if claim.kind == claim_text.TOOL_PASSES:
            return self._tool_passes(claim.subject)
        if claim.kind == claim_text.RAN:
            return self._ran(claim.subject)
        from ambidex.proof.claims.files import compare

        shows = compare(self.subject, self.calls, claim)
        return _Contradiction(shows) if shows else _TRUE if shows == "" else None

    def _last_change(self) -> tuple[int, str]:
        """The last call that wrote a file which tests depend on; (-1, "") where none did."""
        root = os.path.realpath(self.subject.root)
        for at in range(len(self.calls) - 1, -1, -1):
            call = self.calls[at]
            if call.refused or (call.over and call.exit not in (0, None)):
                continue
            for path in self.subject.paths:
                if call.path:
                    whole = os.path.realpath(os.path.join(root, call.path))
                    written = whole == os.path.join(root, path)
                else:
                    name = path.rpartition("/")[2]
                    written = name in call.command and bool(_WRITES.search(call.command))
                if written and not self._is_run(call):
                    return at, path
        return -1, ""

    def _is_run(self, call: Call) -> bool:
        return any(self._is_test(segment) for segment in call.segments)

    def _is_test(self, segment: Segment) -> bool:
        configured = self.subject.policy["tests"]["command"]
        if configured:
            own = next(record.segments(" ".join(configured)), None)
            if own and own.program == segment.program and own.words[:1] == segment.words[:1]:
                return True
        return record.is_a(segment, record.TESTS)

    def _may_be(self, call: Call) -> bool:
        """Whether the call may have run anything, tests and linters included."""
        if call.refused:
            return False
        if call.tool.startswith(("mcp__", "Task", "Agent", "Bash", "Monitor", "Kill")):
            if call.tool != "Bash":
                return True
            return any(record.is_opaque(segment) for segment in call.segments)
        return False

    def _runs(self, fits: Callable[[Segment], bool]) -> list[int]:
        return [
            at
            for at, call in enumerate(self.calls)
            if any(fits(segment) for segment in call.segments)
        ]

    def _tests_pass(self, claim: Claim) -> _Contradiction | None:
        runs = [at for at in self._runs(self._is_test) if not self.calls[at].refused]
        outcomes = {at: record.outcome(self.calls[at], record.TESTS) for at in runs}
        real = [at for at in runs if outcomes[at] != record.NEVER]
        obscure = [
            at for at, call in enumerate(self.calls) if self._may_be(call) and at not in real
        ]
        if obscure and (not real or obscure[-1] > real[-1]):
            return None
        if not real:
            return self._unmeasured("no test ran", record.TESTS)
        last = real[-1]
        if outcomes[last] == record.UNKNOWN:
            return None
        if outcomes[last] == record.FAILED:
            passed = any(outcomes[at] == record.PASSED for at in real)
            if passed and (claim.partial or _RED_ON_PURPOSE.search(self.message)):
                return None
            return _Contradiction(f"the last run failed: {_end(self.calls[last])}")
        if last < self.changed_at:
            shows = f"{self.changed_path} changed after the last run"
            return _Contradiction(shows, "warning")
        counts = [record.passed_count(self.calls[at]) for at in real]
        if claim.count > 0 and min(counts) >= 0 and claim.count > sum(counts):
            return _Contradiction(f"the runs on record show {max(counts)} passed")
        return _TRUE

    def _unmeasured(self, shows: str, kind: str) -> _Contradiction | None:
        if self.changed_at < 0:
            # It may be about an earlier prompt, whose runs are not on this record.
            return None
        severity = "warning" if self._is_measured_later(kind) else "error"
        return _Contradiction(f"{shows} since {self.changed_path} changed", severity)

    def _is_measured_later(self, kind: str) -> bool:
        """Whether a gate of this Stop finds out by itself."""
        policy = self.subject.policy
        levels = policy["gates"][policy["track"]]
        if kind == record.TESTS:
            from ambidex.proof import select

            if levels["tests"] == "off" or not self.subject.paths:
                return False
            files = select.python_files(self.subject.root, policy["tests"]["exclude"])
            return bool(policy["tests"]["command"]) or any(map(select.is_test_file, files))
        gate = {record.LINT: "lint", record.FORMAT: "format", record.TYPES: "types"}.get(kind, "")
        return str(levels.get(gate, "off")) != "off"

    def _ran_tests(self) -> _Contradiction | None:
        runs = self._runs(self._is_test)
        if any(not self.calls[at].refused for at in runs):
            return _TRUE
        if runs:
            return _Contradiction("the run was refused and never started")
        if any(map(self._may_be, self.calls)) or self.changed_at < 0:
            return None
        return _Contradiction("no test was run in this prompt")

    def _tool_passes(self, tool: str) -> _Contradiction | None:
        fits, kind = self._matcher(tool)
        if fits is None:
            return None
        runs = [at for at in self._runs(fits) if not self.calls[at].refused]
        obscure = [
            at for at, call in enumerate(self.calls) if self._may_be(call) and at not in runs
        ]
        if obscure and (not runs or obscure[-1] > runs[-1]):
            return None
        named = f"`{tool}`" if " " in tool else tool
        if not runs:
            return self._unmeasured(f"{named} was not run", kind)
        result = record.outcome(self.calls[runs[-1]], kind)
        if result == record.FAILED:
            if _RED_ON_PURPOSE.search(self.message):
                return None
            return _Contradiction(f"its last run failed: {_end(self.calls[runs[-1]])}")
        return _TRUE if result == record.PASSED else None

    def _matcher(self, tool: str) -> tuple[Callable[[Segment], bool] | None, str]:
        """How runs of a tool are recognised, and what kind of tool it is."""
        name = tool.removeprefix("the ").strip()
        for kind, start in (
            (record.LINT, "lint"),
            (record.TYPES, "type"),
            (record.FORMAT, "format"),
            (record.BUILD, ("build", "compil", "production", "full", "project")),
        ):
            if name.startswith(start):
                return _is_kind(kind), kind
        wanted = next(record.segments(name), None)
        if wanted is None or not _is_command(wanted, name):
            return None, ""
        kind = ""
        if self._is_test(wanted):
            kind = record.TESTS
        elif name in _LINT_TOOLS:
            kind = record.LINT
        elif name in _TYPE_TOOLS:
            kind = record.TYPES
        elif name == "clippy":
            return (lambda segment: "clippy" in segment.words), kind
        return (lambda segment: _same(wanted, segment)), kind

    def _ran(self, command: str) -> _Contradiction | None:
        wanted = next(record.segments(command), None)
        if wanted is None or not _is_command(wanted, command):
            return None
        runs = self._runs(lambda segment: _same(wanted, segment))
        if any(not self.calls[at].refused for at in runs):
            return _TRUE
        if runs:
            return _Contradiction("it was refused and never ran")
        if any(map(self._may_be, self.calls)) or not self.wrote_any:
            return None
        return _Contradiction("no such command ran in this prompt")


def _is_command(wanted: Segment, text: str) -> bool:
    """Whether text in backticks is a command: one that is known, or that has an option."""
    if "(" in text or "=" in wanted.program:
        return False
    kinds = (record.TESTS, record.LINT, record.FORMAT, record.TYPES)
    known = any(record.is_a(wanted, kind) for kind in kinds)
    return known or wanted.program in record.SUBCOMMANDS or " -" in text or text.startswith("./")


def _is_kind(kind: str) -> Callable[[Segment], bool]:
    return lambda segment: record.is_a(segment, kind)


def _same(wanted: Segment, segment: Segment) -> bool:
    """Whether `segment` is the command `wanted`, perhaps with other options and operands."""
    if wanted.program != segment.program:
        return False
    if wanted.program not in record.SUBCOMMANDS:
        return True
    first = [word for word in wanted.words if not word.startswith("-")][:2]
    if first[:1] == ["run"] or (len(first) > 1 and first[1] in ("install", "up", "build")):
        return all(word in segment.words for word in first)
    return all(word in segment.words for word in first[:1])


def _end(call: Call) -> str:
    """The most telling line of what a call printed, and its command."""
    found = [line.strip(" =") for line in call.output.splitlines() if record.FAILING.search(line)]
    said = found[-1] if found else f"exit status {call.exit}"
    return f"`{' '.join(call.command.split())[:80]}`: {said[:100]}"
