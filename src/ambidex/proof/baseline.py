"""What became of tests before the change: they are run on the baseline's files.

The files lie in a checkout of their own (`changes.checkout`), and what the tests said there is
kept by tree and node id. A run there is believed only if no module of the project came from the
work tree: the code of the change would fail "before the change", too.

A failure was there before if the test failed there twice, with the same message as now; where its
two messages differ from each other (a time, a random number), with the same exception. So what
fails there only because an ignored file is missing in the checkout excuses nothing that fails here
for another reason.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ambidex.proof.command import Command
    from ambidex.proof.recording import Recorder
    from ambidex.proof.subject import Subject
    from ambidex.verdict import Verdict

PASSED = "passed"
FAILED = "failed"
FLAKY = "flaky"
MISSING = "missing"

_CACHES_KEPT = 5
_NOT_FOUND = re.compile(r"not found: (\S.*)$", re.MULTILINE)
_ENVIRONMENT_RUNNERS = ("uv", "poetry", "pdm", "pipenv", "pixi", "rye", "hatch", "conda", "mamba")


class Then:
    """What became of one test on the baseline.

    Attributes:
        outcome: `passed`, `failed` (each time), `flaky` (sometimes) or `missing`.
        messages: normalised messages of its failures.
        runs: how often it ran.
    """

    __slots__ = ("messages", "outcome", "runs")

    def __init__(self, outcome: str, messages: Sequence[str] = (), runs: int = 1) -> None:
        self.outcome = outcome
        self.messages = list(messages)
        self.runs = runs

    def explains(self, message: str, root: str) -> bool:
        """Whether a failure with `message` now is the one of then."""
        if self.outcome != FAILED or len(self.messages) < 2:
            return False
        now = _normal(message, root)
        if now in self.messages:
            return True
        return len(set(self.messages)) > 1 and {_kind(each) for each in self.messages} == {
            _kind(now)
        }


class Baseline:
    """The answer.

    Attributes:
        then: by node id, for those that could be told.
        reason: why nothing could be told about the others; `""` if all could.
    """

    __slots__ = ("reason", "then")

    def __init__(self, then: dict[str, Then], reason: str = "") -> None:
        self.then = then
        self.reason = reason


def outcomes(subject: Subject, nodes: Sequence[str], *, runs: int = 2) -> Baseline:
    """What became of tests on the baseline tree.

    Args:
        subject: the change; `before` is the baseline.
        nodes: node ids, or the path of a module that can't be collected.
        runs: how often each is run there before it counts as failing, or as passing.
    """
    from ambidex.changes.process import TreeError

    if subject.before is None:
        return Baseline({}, "no earlier state is known")
    command = portable(subject.command(), subject.root, subject.environ)
    if command is None:
        return Baseline({}, "the test command works in the project's own folder only")
    cache = _cache_path(subject, command)
    then = _read(cache)
    left = [node for node in nodes if node not in then or then[node].runs < runs]
    reason = ""
    if left:
        try:
            found, reason = _Runs(subject, command, runs).all(left)
        except TreeError as error:
            return Baseline({}, error.reason)
        then.update(found)
        if found:
            _write(cache, then)
    return Baseline({node: then[node] for node in nodes if node in then}, reason)


def portable(command: Command, root: str, environ: Mapping[str, str]) -> Command | None:
    """The command as it can be run in another folder; None where that can't be done.

    A runner that finds or makes the environment of the folder that it is started in would make a
    new one there, so the interpreter of the project's environment takes its place.
    """
    from ambidex.proof.command import Command as Made
    from ambidex.proof.command import own_python

    first = os.path.basename(command.argv[0])
    if first in _ENVIRONMENT_RUNNERS:
        python = own_python(root, environ)
        if python is None:
            return None
        return Made([python, "-m", "pytest", *command.argv[command.pytest_at :]], True)
    if "/" in command.argv[0] and not os.path.isabs(command.argv[0]):
        return Made([os.path.join(root, command.argv[0]), *command.argv[1:]], True)
    return command


class _Runs:
    """The runs of some tests on the baseline's files."""

    def __init__(self, subject: Subject, command: Command, runs: int) -> None:
        from ambidex.changes.checkout import checkout

        if subject.before is None:
            raise ValueError("there is no baseline")
        self._subject = subject
        self._command = command
        self._times = runs
        self._place = checkout(subject.state, subject.root, subject.before)

    def all(self, nodes: Sequence[str]) -> tuple[dict[str, Then], str]:
        """What became of `nodes`, and why not all of them could be run."""
        there, then = [], {}
        for node in nodes:
            if os.path.exists(os.path.join(self._place, node.partition("::")[0])):
                there.append(node)
            else:
                then[node] = Then(MISSING, runs=self._times)
        messages: dict[str, list[str]] = {node: [] for node in there}
        passes = dict.fromkeys(there, 0)
        for _ in range(self._times):
            if not there:
                break
            verdict, recorder, missing = self._once(there)
            for node in missing:
                then[node] = Then(MISSING, runs=self._times)
            there = [node for node in there if node not in missing]
            if not there:
                break
            reason = self._unusable(verdict, recorder)
            if reason:
                return then, reason
            failed = {finding.rule: finding.message for finding in verdict.findings}
            for node in there:
                if node in failed:
                    messages[node].append(_normal(failed[node], self._place))
                elif recorder.outcomes.get(node) == PASSED:
                    passes[node] += 1
        for node in there:
            if messages[node] and passes[node]:
                then[node] = Then(FLAKY, messages[node], self._times)
            elif len(messages[node]) == self._times:
                then[node] = Then(FAILED, messages[node], self._times)
            elif passes[node] == self._times:
                then[node] = Then(PASSED, runs=self._times)
        return then, ""

    def _once(self, nodes: list[str]) -> tuple[Verdict, Recorder, list[str]]:
        verdict, recorder = self._run(nodes)
        # pytest runs nothing if one of them is not there, and says which.
        missing = self._not_found(verdict, nodes)
        left = [node for node in nodes if node not in missing]
        if missing and left:
            verdict, recorder = self._run(left)
        return verdict, recorder, missing

    def _run(self, nodes: list[str]) -> tuple[Verdict, Recorder]:
        from ambidex.proof import python_tests
        from ambidex.proof.recording import Recorder

        subject = self._subject
        recorder = Recorder(subject.environ, lines=False, foreign=subject.root)
        verdict = python_tests.run(
            subject.root,
            subject.state,
            self._command,
            environ=self._environment(),
            deadline=subject.deadline_of("tests"),
            nodes=nodes,
            at=self._place,
            recorder=recorder,
        )
        return verdict, recorder

    def _environment(self) -> dict[str, str]:
        """The environment, with the checkout's folders in front of where the project lies."""
        root = os.path.realpath(self._subject.root)
        source = [folder.strip("/") for folder in self._subject.policy["tests"]["source"]]
        path = [os.path.join(self._place, folder) for folder in source if folder not in ("", ".")]
        for entry in self._subject.environ.get("PYTHONPATH", "").split(os.pathsep):
            real = os.path.realpath(entry) if os.path.isabs(entry) else entry
            if real == root or real.startswith(root + os.sep):
                path.append(self._place + real[len(root) :])
            elif entry:
                path.append(entry)
        if "." in source or "" in source:
            path.append(self._place)
        return {
            **self._subject.environ,
            "PYTHONPATH": os.pathsep.join(path),
            # What one run leaves behind, the next would find.
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _not_found(self, verdict: Verdict, nodes: Sequence[str]) -> list[str]:
        if verdict.status == "findings" or not verdict.details.get("log"):
            return []
        try:
            with open(verdict.details["log"], encoding="utf-8", errors="replace") as file:
                text = file.read(1_000_000)
        except OSError:
            return []
        named = {match.strip() for match in _NOT_FOUND.findall(text)}
        ends = {os.path.join(os.path.realpath(self._place), node): node for node in nodes}
        ends.update({os.path.join(self._place, node): node for node in nodes})
        return sorted({ends[name] for name in named if name in ends})

    def _unusable(self, verdict: Verdict, recorder: Recorder) -> str:
        """Why a run says nothing about the baseline."""
        if recorder.recording.foreign:
            return f"the tests import {recorder.recording.foreign[0]} from the work tree there"
        if not recorder.recording.tests and not verdict.findings:
            return f"the tests could not be run there: {verdict.reason}"
        if not recorder.recording.watched:
            return "it can't be told which files the tests import there"
        return ""


def _normal(message: str, root: str) -> str:
    from ambidex.proof.fingerprint import normalise

    for place in (os.path.realpath(root), root):
        message = message.replace(place, "<project>")
    return normalise(message)


def _kind(message: str) -> str:
    found = re.search(r"\b\w*(?:Error|Exception|Exit|Interrupt|Warning|Failed)\b", message)
    if found:
        return found.group()
    return "AssertionError" if message.startswith("assert ") else message


def _cache_path(subject: Subject, command: Command) -> str:
    import hashlib

    key = hashlib.sha256("\0".join(command.argv).encode("utf-8", "surrogateescape"))
    sha = subject.before.sha if subject.before is not None else ""
    return os.path.join(subject.state, "baselines", f"{sha}-{key.hexdigest()[:12]}.json")


def _read(path: str) -> dict[str, Then]:
    try:
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        return {
            node: Then(str(outcome), [str(each) for each in messages], int(runs))
            for node, (outcome, messages, runs) in written.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: str, then: Mapping[str, Then]) -> None:
    from ambidex.policy.private import replace

    written = {node: [one.outcome, one.messages, one.runs] for node, one in then.items()}
    try:
        replace(path, json.dumps(written), lasting=False)
        folder = os.path.dirname(path)
        names = sorted(
            (os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getmtime
        )
        for name in names[:-_CACHES_KEPT]:
            os.unlink(name)
    except OSError:
        return  # only the time for it is lost
