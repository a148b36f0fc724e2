"""Format, lint and scan edited files: the same for hook, command and CI."""

from __future__ import annotations

import time

from ambidex import locate
from ambidex.changes.lines import changed_lines
from ambidex.edits import files as disk
from ambidex.edits import process, scan
from ambidex.edits.gates import Gate
from ambidex.edits.improve import Improvement, Options, improve
from ambidex.edits.kinds import SEMGREPIGNORE
from ambidex.edits.language import Call
from ambidex.edits.paths import Skip, select
from ambidex.edits.python import Python
from ambidex.policy.globs import matches
from ambidex.verdict import NOT_RUN, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from typing import Any, Callable

    from ambidex.edits.language import Diagnostic, Language
    from ambidex.edits.process import Job, Outcome

    Baseline = Callable[[str], "bytes | None"]
    Steps = Generator[list[Job], list[Outcome], Improvement]

LANGUAGES: tuple[Language, ...] = (Python(),)
_OFF = "switched off in ambidex.toml"
# What formatters and linters may use of the time, so that a slow one leaves some for the scan.
_SHARE = 0.6


class Treatment:
    """What treating the files came to.

    Attributes:
        verdicts: one for each of the gates `format`, `lint` and `scan`, in this order.
        rewritten: the paths whose bytes were changed, relative to the root.
    """

    __slots__ = ("rewritten", "verdicts")

    def __init__(self, verdicts: list[Verdict], rewritten: list[str]) -> None:
        self.verdicts = verdicts
        self.rewritten = rewritten


def treat(
    root: str,
    policy: Mapping[str, Any],
    files: Iterable[str],
    *,
    baseline: Baseline,
    environ: Mapping[str, str],
    state: str,
    fix: bool,
    deadline: float,
    settled: bool = False,
) -> Treatment:
    """Format, lint and scan `files`, and judge what is new about them.

    Runs the project's own tools, so the caller has seen to it that the project is trusted.

    Args:
        root: the project's root.
        policy: the policy snapshot.
        files: paths of changed files, relative to the root; deleted ones may be among them.
        baseline: gives a path's bytes at the baseline, None for a new file; may raise OSError.
        environ: the process environment.
        state: the repository's state directory.
        fix: True writes formatting and safe fixes into the files; False writes nothing and
            reports what would be reformatted.
        deadline: on the `time.monotonic` clock, seconds; what is not done by then is `not_run`.
        settled: True when the author says that the work is done (Stop, verify): then unused
            imports and the like are reported as well.

    Not proved: that a finding is new in meaning. It is new when the baseline version of the file
    had fewer of the same rule on the same text.
    """
    gates = [Gate(name) for name in ("format", "lint", "scan")]
    on = {gate.name for gate in gates if policy["edits"][gate.name]}
    project = _Project(root, policy, baseline, environ, state)
    treated = project.read(files, gates)
    started = time.monotonic()
    rewritten: list[str] = []
    if on & {"format", "lint"}:
        options = Options("format" in on, "lint" in on, fix, settled)
        soft = started + _SHARE * max(deadline - started, 0)
        project.improve(treated, options, soft, gates[:2])
        rewritten = _write(treated, gates[0])
        for one in treated:
            if one.improvement is not None:
                _judge(one, one.improvement, fix, *gates[:2])
    gates[0].seconds = gates[1].seconds = time.monotonic() - started
    gates[0].details["rewritten"] = rewritten
    if "scan" in on and treated:
        started = time.monotonic()
        project.scan(treated, deadline, gates[2])
        gates[2].seconds = time.monotonic() - started
    verdicts = [
        gate.verdict()
        if gate.name in on
        else Verdict(gate.name, NOT_RUN, _OFF, details={"owed": 0})
        for gate in gates
    ]
    return Treatment(verdicts, rewritten)


class _File:
    """One file on its way through."""

    __slots__ = ("before", "improvement", "now", "path", "source", "tool")

    def __init__(self, source: disk.Source, before: bytes | None) -> None:
        self.source = source
        self.path = source.path
        self.before = before
        self.now = source.raw
        self.tool = ""
        self.improvement: Improvement | None = None


class _Project:
    """The surroundings that every step needs."""

    def __init__(
        self,
        root: str,
        policy: Mapping[str, Any],
        baseline: Baseline,
        environ: Mapping[str, str],
        state: str,
    ) -> None:
        self.root = root
        self.edits = policy["edits"]
        self.protected = [*policy["paths"]["golden"], *policy["paths"]["read_only"]]
        self.baseline = baseline
        self.environ = environ
        self.state = state

    def read(self, names: Iterable[str], gates: Sequence[Gate]) -> list[_File]:
        limit = self.edits["max_file_bytes"]
        paths, skips = select(self.root, names, self.edits["exclude"], limit)
        treated = []
        for gate in gates:
            gate.skips += skips
        for path in paths:
            try:
                treated.append(_File(disk.read(self.root, path), self.baseline(path)))
            except OSError as error:
                for gate in gates:
                    gate.broken.append(f"{path}: cannot be read: {error.strerror or error}")
        return treated

    def improve(
        self, treated: Sequence[_File], options: Options, deadline: float, gates: Sequence[Gate]
    ) -> None:
        programs = {x.tool: locate.tool(self.environ, self.root, x.tool) for x in LANGUAGES}
        env = {**self.environ, "NO_COLOR": "1"}
        work: list[tuple[_File, Steps]] = []
        for one in treated:
            language = _language(one.path)
            body = one.source.body
            skip = None
            if language is None:
                skip = Skip(one.path, "no formatter or linter for this kind of file")
            elif programs[language.tool] is None:
                reason = f"{language.tool} is not installed: {language.install}"
                skip = Skip(one.path, reason, owed=True)
            elif not _is_utf8(body):
                skip = Skip(one.path, f"not UTF-8, which {language.tool} needs", owed=True)
            if skip is not None or language is None:
                for gate in gates:
                    gate.skips += [skip] if skip else []
                continue
            one.tool = language.tool
            call = Call(programs[language.tool] or "", self.root, one.path, env)
            protected = any(matches(glob, one.path) for glob in self.protected)
            own = options.without_fixing() if protected else options
            work.append((one, improve(language, call, body, _comparable(one.before), own)))
        _drive(work, deadline)

    def scan(self, treated: Sequence[_File], deadline: float, gate: Gate) -> None:
        subjects = [scan.Subject(one.path, one.now, one.before) for one in treated]
        program = locate.tool(self.environ, self.root, "semgrep")
        rules, gate.broken = scan.rule_files(self.root, self.edits["rules"], subjects)
        if program is None or not rules:
            reason = "no rule reads this kind of file"
            if program is None:
                reason = "semgrep is not installed: pip install semgrep"
            gate.skips += [Skip(one.path, reason, owed=program is None) for one in treated]
            return
        try:
            # What the change itself adds to it is not honoured: an edit must not hide itself.
            ignore = self.baseline(SEMGREPIGNORE)
            with scan.Scan(
                program, rules, subjects, self.state, self.environ, ignore=ignore
            ) as call:
                result = call.read(process.run([call.job], deadline)[0])
        except OSError as error:
            gate.broken.append(f"the state directory cannot be used: {error.strerror or error}")
            return
        gate.findings = result.findings
        gate.skips += result.skips
        gate.broken += result.broken
        gate.details.update(result.details)
        gate.inspected = len(subjects) - len(result.skips)


def _language(path: str) -> Language | None:
    return next((x for x in LANGUAGES if path.lower().endswith(x.suffixes)), None)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _comparable(before: bytes | None) -> bytes | None:
    """The baseline as the tools can read it; what they cannot read, nothing is compared with."""
    if before is None:
        return None
    bare = before[len(disk.BOM) :] if before.startswith(disk.BOM) else before
    return bare if _is_utf8(bare) else b""


def _drive(work: list[tuple[_File, Steps]], deadline: float) -> None:
    """Advance all files in step, with one pool of processes for what they ask."""
    answers: list[list[Outcome] | None] = [None] * len(work)
    while work:
        asked: list[list[Job]] = []
        still: list[tuple[_File, Steps]] = []
        for (one, steps), answer in zip(work, answers):
            try:
                asked.append(next(steps) if answer is None else steps.send(answer))
                still.append((one, steps))
            except StopIteration as stop:
                one.improvement = stop.value
        work = still
        outcomes = iter(process.run([job for jobs in asked for job in jobs], deadline))
        answers = [[next(outcomes) for _ in jobs] for jobs in asked]


def _write(treated: Sequence[_File], gate: Gate) -> list[str]:
    rewritten = []
    for one in treated:
        improvement, source = one.improvement, one.source
        if improvement is None or improvement.content == source.body:
            continue
        raw = source.mark + improvement.content
        try:
            disk.replace(source, raw)
        except disk.NotWrittenError as error:
            gate.skips.append(Skip(one.path, f"not reformatted: {error}", owed=True))
            improvement.diagnostics = improvement.original
            continue
        one.now = raw
        rewritten.append(one.path)
    return rewritten


def _judge(one: _File, improvement: Improvement, fix: bool, format_: Gate, lint: Gate) -> None:
    for gate, error, excluded in (
        (format_, improvement.format_error, improvement.format_excluded),
        (lint, improvement.lint_error, improvement.lint_excluded),
    ):
        if error is not None:
            gate.fail(one.path, error)
        elif excluded:
            gate.skips.append(Skip(one.path, f"excluded by the configuration of {one.tool}"))
        elif improvement.unparsable is not None and (
            gate is format_ or not improvement.diagnostics
        ):
            where = f"syntax error on line {improvement.unparsable.line}"
            gate.skips.append(Skip(one.path, where, owed=True))
        else:
            gate.inspected += 1
    lint.findings += [_finding(one.path, diagnostic) for diagnostic in improvement.diagnostics]
    if improvement.formatted == improvement.content:
        return
    if fix:
        format_.inspected -= 1
        format_.skips.append(Skip(one.path, "protected by the configuration: left as it is"))
        return
    line = (changed_lines(improvement.formatted, improvement.content) or [(1, 1)])[0][0]
    advice = f"Run `{one.tool} format {one.path}`."
    format_.findings.append(Finding(one.path, line, "format", "would be reformatted", advice))


def _finding(path: str, diagnostic: Diagnostic) -> Finding:
    advice = f"{diagnostic.advice.rstrip('.')}." if diagnostic.advice else ""
    return Finding(path, diagnostic.line, diagnostic.rule, diagnostic.message, advice)
