"""The Stop gate: prove a change, cheapest check first, stopping at the first that fails.

A gate is a name and its layers, cheapest first. The verdict of the last layer that ran is the
gate's; a layer that has nothing to do returns None. Which gates there are says `ambidex.gates`.

Verdicts are used again while the tree is the same: `evidence` is keyed by the caller. A `not_run`
or `broken` says nothing about the tree and is never used again, nor is what depends on more than
the tree.
"""

from __future__ import annotations

import time

from ambidex.proof import relevance
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict, blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Optional, Protocol

    from ambidex.proof.subject import Subject

    class Evidence(Protocol):
        """Verdicts of one tree."""

        def get(self, gate: str) -> Verdict | None:
            """The stored verdict of `gate` for this tree, or None."""

        def put(self, verdict: Verdict) -> None:
            """Store `verdict` for this tree."""

    Layer = Callable[[Subject], Optional[Verdict]]


def later(module: str, function: str) -> Layer:
    """A layer whose module is imported when it runs: a Stop that is over early does not pay."""

    def layer(subject: Subject) -> Verdict | None:
        import importlib

        found: Layer = getattr(importlib.import_module(module), function)
        return found(subject)

    return layer


def about_code(gate: str) -> Layer:
    """A layer that ends the gate where only documents changed, before anything is imported."""

    def layer(subject: Subject) -> Verdict | None:
        if subject.only_documents:
            return Verdict(gate, NOT_RUN, relevance.NOTHING_RELEVANT, details={"owed": 0})
        return None

    return layer


class Gate:
    """One entry of the table.

    Attributes:
        name: as in the policy's `gates` and in verdicts.
        layers: what is tried in turn until one does not pass.
        keeps: whether the verdict depends on the tree and the policy alone, so that it holds
            until one of them changes.
        needs_tests: whether it builds on tests that ran, so that it has nothing to say where the
            gate `tests` found none, or found them failing.
    """

    __slots__ = ("keeps", "layers", "name", "needs_tests")

    def __init__(
        self, name: str, *layers: Layer, keeps: bool = True, needs_tests: bool = False
    ) -> None:
        self.name = name
        self.layers = layers
        self.keeps = keeps
        self.needs_tests = needs_tests


def prove(
    subject: Subject,
    levels: Mapping[str, str],
    evidence: Evidence,
    gates: Sequence[Gate],
) -> list[Verdict]:
    """Prove a change; one verdict per gate that is on, none after the first that blocks.

    Gates that need tests are left out where those say nothing: the reason is told once, by `tests`.

    Runs code of the project: the caller has made sure that a person trusts it.

    Args:
        subject: the change. Its `verdicts` are appended to.
        levels: the policy's levels of the track; gates that are off are left out.
        evidence: verdicts of exactly this tree under this policy.
        gates: what there is, cheapest first.
    """
    tested = True
    for gate in gates:
        if levels.get(gate.name, "off") == "off" or (gate.needs_tests and not tested):
            continue
        verdict = evidence.get(gate.name) if gate.keeps else None
        if verdict is None or verdict.status not in (PASSED, FINDINGS):
            verdict = _run(gate, subject)
            if gate.keeps and verdict.status in (PASSED, FINDINGS):
                evidence.put(verdict)
        subject.verdicts.append(verdict)
        if blocks(verdict, levels):
            break
        if verdict.gate == "tests":
            tested = _usable(verdict)
    return list(subject.verdicts)


def _usable(verdict: Verdict) -> bool:
    """Whether gates that build on the tests have something to build on."""
    return verdict.is_fine or _only_warns(verdict)


def _only_warns(verdict: Verdict) -> bool:
    """Whether something was named and nothing of it is an error."""
    return verdict.status == FINDINGS and all(
        finding.severity == "warning" for finding in verdict.findings
    )


def _run(gate: Gate, subject: Subject) -> Verdict:
    from ambidex.proof.command import NoCommandError

    verdict = Verdict(gate.name, NOT_RUN, "there was nothing to run")
    for layer in gate.layers:
        if time.monotonic() >= subject.deadline:
            return Verdict(gate.name, NOT_RUN, "no time was left (deadline)")
        try:
            answer = layer(subject)
        except NoCommandError as error:
            return Verdict(gate.name, BROKEN, str(error))
        if answer is None:
            continue
        verdict = answer
        if verdict.status != PASSED and not _only_warns(verdict):
            break
    return verdict
