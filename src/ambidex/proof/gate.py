"""The Stop gate: prove a change, cheapest check first, stopping at the first that fails.

A gate is a name and its layers, cheapest first. The verdict of the last layer that ran is
the gate's; a layer that has nothing to do returns None. Further proof (mutants, properties,
weakened tests, golden tests) is one more entry in `GATES` each.

Verdicts about tests are re-used while the tree is the same: `evidence` is keyed by the
caller. A `not_run` or `broken` says nothing about the tree and is never re-used.
"""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Optional, Protocol

    from ambidex.proof.command import Command
    from ambidex.proof.relevance import Change

    class Evidence(Protocol):
        """Verdicts of one tree."""

        def get(self, gate: str) -> Verdict | None:
            """The stored verdict of `gate` for this tree, or None."""

        def put(self, verdict: Verdict) -> None:
            """Store `verdict` for this tree."""

    Layer = Callable[["Subject"], Optional[Verdict]]


class Subject:
    """What is to be proved, and with what.

    Attributes:
        root: the project's root.
        state: the repository's state directory.
        policy: the policy snapshot.
        paths: relevant changed paths; never empty.
        environ: the process environment.
        deadline: `time.monotonic()` at which everything must be over.
    """

    __slots__ = ("_command", "deadline", "environ", "paths", "policy", "root", "state")

    def __init__(
        self,
        *,
        root: str,
        state: str,
        policy: Mapping[str, Any],
        paths: list[str],
        environ: Mapping[str, str],
        deadline: float,
    ) -> None:
        self.root = root
        self.state = state
        self.policy = policy
        self.paths = paths
        self.environ = environ
        self.deadline = deadline
        self._command: Command | None = None

    def command(self) -> Command:
        """The test command, found once.

        Raises:
            NoCommandError: nothing can run the tests.
        """
        from ambidex.proof.command import find

        if self._command is None:
            self._command = find(self.root, self.policy, self.environ, self.deadline)
        return self._command

    def tests_deadline(self) -> float:
        """When one test run has to be over: the policy's own limit, or the common deadline."""
        own: float = self.policy["tests"]["deadline_seconds"]
        return min(self.deadline, time.monotonic() + own)


def affected_tests(subject: Subject) -> Verdict | None:
    """The test files that the change affects; None when they can't be told apart or ran none."""
    from ambidex.proof import python_tests, select

    command = subject.command()
    if not command.is_pytest:
        return None
    # A tenth of what is left: selection must not eat the time of the run that it saves.
    limit = time.monotonic() + (subject.deadline - time.monotonic()) / 10
    selection = select.affected(subject.root, subject.policy, subject.paths, limit)
    if not selection.files:
        return None
    verdict = python_tests.run(
        subject.root,
        subject.state,
        command,
        environ=subject.environ,
        deadline=subject.tests_deadline(),
        nodes=selection.files,
    )
    verdict.details["files"] = len(selection.files)
    # Everything skipped or deselected in these files: the suite may still say something.
    return (
        None if verdict.status == NOT_RUN and verdict.details["exit_code"] is not None else verdict
    )


def suite(subject: Subject) -> Verdict | None:
    """The whole command as configured.

    Files that were green a moment ago run again: order, session fixtures and thresholds over
    the whole run (coverage) are part of what the project configured.
    """
    from ambidex.proof import python_tests, select

    command = subject.command()
    if not command.configured and not any(
        select.is_test_file(path)
        for path in select.python_files(subject.root, subject.policy["tests"]["exclude"])
    ):
        return Verdict("tests", NOT_RUN, "the project has no test files")
    return python_tests.run(
        subject.root,
        subject.state,
        command,
        environ=subject.environ,
        deadline=subject.tests_deadline(),
    )


GATES: tuple[tuple[str, tuple[Layer, ...]], ...] = (("tests", (affected_tests, suite)),)


def prove(
    root: str,
    state: str,
    policy: Mapping[str, Any],
    changes: Sequence[Change],
    *,
    environ: Mapping[str, str],
    deadline: float,
    evidence: Evidence,
) -> list[Verdict]:
    """Prove `changes`; one verdict per gate, none after the first gate that did not pass.

    Runs code of the project: the caller has made sure that a person trusts it.

    Args:
        root: the project's root.
        state: the repository's state directory.
        policy: the policy snapshot.
        changes: what changed since the last green tree; only paths are read.
        environ: the process environment.
        deadline: `time.monotonic()` by which all gates together must be over.
        evidence: verdicts of exactly this tree under this policy.

    Returns:
        At least one verdict. Where nothing relevant changed: `not_run` with the reason
        `relevance.NOTHING_RELEVANT`, for which `is_fine` holds.
    """
    paths = relevance.paths_of(changes)
    if paths:
        paths = relevance.relevant(root, policy, paths, any_language=_any_language(policy))
    if not paths:
        return [Verdict("tests", NOT_RUN, relevance.NOTHING_RELEVANT, details={"owed": 0})]
    subject = Subject(
        root=root, state=state, policy=policy, paths=paths, environ=environ, deadline=deadline
    )
    verdicts: list[Verdict] = []
    for gate, layers in GATES:
        verdict = evidence.get(gate)
        if verdict is None or verdict.status not in (PASSED, FINDINGS):
            verdict = _run(gate, layers, subject)
            if verdict.status in (PASSED, FINDINGS):
                evidence.put(verdict)
        verdicts.append(verdict)
        if verdict.status != PASSED:
            break
    return verdicts


def _run(gate: str, layers: Sequence[Layer], subject: Subject) -> Verdict:
    from ambidex.proof.command import NoCommandError

    verdict = Verdict(gate, NOT_RUN, "there was nothing to run")
    for layer in layers:
        if time.monotonic() >= subject.deadline:
            return Verdict(gate, NOT_RUN, "no time was left to run the tests (deadline)")
        try:
            answer = layer(subject)
        except NoCommandError as error:
            return Verdict(gate, BROKEN, str(error))
        if answer is None:
            continue
        verdict = _environment(subject, answer)
        if verdict.status != PASSED:
            break
    return verdict


def _environment(subject: Subject, verdict: Verdict) -> Verdict:
    """What the tests import and nobody installed is the environment's trouble, no finding.

    Unless the missing module is the project's own, or a changed file names it.
    """
    missing = verdict.details.get("missing_modules")
    if not missing or any(_is_ours(subject, name) for name in missing):
        return verdict
    reason = f"not installed where the tests run: {', '.join(missing)}"
    return Verdict(verdict.gate, BROKEN, reason, details=verdict.details, seconds=verdict.seconds)


def _is_ours(subject: Subject, module: str) -> bool:
    top = module.partition(".")[0]
    for folder in (*subject.policy["tests"]["source"], *subject.policy["tests"]["paths"], "."):
        base = os.path.join(subject.root, folder, top)
        if os.path.isdir(base) or os.path.exists(base + ".py"):
            return True
    for path in subject.paths:
        if path in (f"{top}.py",) or f"/{top}/" in f"/{path}" or path.endswith(f"/{top}.py"):
            return True
        if not path.endswith(".py"):
            continue
        try:
            with open(os.path.join(subject.root, path), "rb") as file:
                if top.encode() in file.read(1_000_000):
                    return True
        except OSError:
            continue
    return False


def _any_language(policy: Mapping[str, Any]) -> bool:
    if not policy["tests"]["command"]:
        return False
    from ambidex.proof.command import Command

    return not Command(policy["tests"]["command"], configured=True).is_pytest
