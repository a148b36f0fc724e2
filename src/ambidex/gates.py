"""The gates behind `done`: one engine for the Stop hook, `ambidex verify` and CI.

Cheapest first, and the first gate that fails ends the run: edits (format, lint, scan), then proof.
Everything is keyed by the pair of trees and the configuration, so an unchanged tree is not judged
twice.
"""

from __future__ import annotations

import time

from ambidex.changes import diff
from ambidex.edits import kinds
from ambidex.edits.kinds import SEMGREPIGNORE
from ambidex.proof import suite
from ambidex.proof.gate import Gate, about_code, later
from ambidex.proof.gate import prove as prove_all
from ambidex.proof.subject import Subject
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict, blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ambidex.changes.diff import Change
    from ambidex.changes.trees import Tree
    from ambidex.ledger.store import Store
    from ambidex.proof.subject import Said

EDIT_GATES = ("format", "lint", "scan")

# In this order: cheapest first, and what explains the failure of a later one before it.
PROOF_GATES: tuple[Gate, ...] = (
    # What was said and done depends on more than the tree.
    Gate("claims", later("ambidex.proof.claims.gate", "judge"), keeps=False),
    Gate("scope", later("ambidex.proof.scope.gate", "judge")),
    Gate("weakening", about_code("weakening"), later("ambidex.proof.weakening.gate", "judge")),
    Gate("tests", suite.irrelevant, suite.untested, suite.affected_tests, suite.suite),
    Gate(
        "coverage",
        about_code("coverage"),
        later("ambidex.proof.coverage_gate", "judge"),
        needs_tests=True,
    ),
    Gate("types", about_code("types"), later("ambidex.proof.types.gate", "judge")),
    Gate(
        "inert",
        about_code("inert"),
        later("ambidex.mutation.inert", "judge"),
        needs_tests=True,
    ),
    Gate(
        "mutation",
        about_code("mutation"),
        later("ambidex.mutation.stryker", "judge"),
        later("ambidex.mutation.cargo", "judge"),
        later("ambidex.mutation.gate", "judge"),
        needs_tests=True,
    ),
    Gate(
        "properties",
        about_code("properties"),
        later("ambidex.mutation.properties", "judge"),
        needs_tests=True,
    ),
)


class Evidence:
    """Verdicts of one change under one configuration, kept in the store.

    Only what was really inspected is used again: `not_run` and `broken` are tried anew. A verdict
    that is used again says so in `details["reused_from"]`: when it was reached, and who asked.

    A pass that a gate marks with `details["any_base"]` is about the judged tree alone (the whole
    suite is green, whatever changed): it holds for every base.
    """

    def __init__(self, store: Store, worktree: str, key: str, origin: str) -> None:
        self.store = store
        self.worktree = worktree
        self.key = key
        self.origin = origin

    def get(self, gate: str) -> Verdict | None:
        """The earlier verdict of `gate` on this change, or None."""
        for key in (self.key, self._any_base):
            known = self.store.evidence(self.worktree, key, gate)
            if known is not None and known.verdict["status"] in (PASSED, FINDINGS):
                verdict = Verdict.from_dict(known.verdict)
                verdict.details["reused_from"] = {"at": known.at, "origin": known.origin}
                return verdict
        return None

    @property
    def _any_base(self) -> str:
        return f"..{self.key.partition('..')[2]}"

    def put(self, verdict: Verdict) -> None:
        """Write a verdict down."""
        keys = [self.key]
        if verdict.status == PASSED and verdict.details.get("any_base"):
            keys.append(self._any_base)
        for key in keys:
            self.store.add_evidence(
                self.worktree,
                key,
                verdict.gate,
                verdict.as_dict(),
                verdict.seconds,
                self.origin,
            )


def prove(
    root: str,
    state: str,
    policy: dict[str, Any],
    before: Tree,
    after: Tree,
    *,
    track: str,
    store: Store,
    origin: str,
    environ: Mapping[str, str],
    deadline: float,
    said: Said | None = None,
) -> list[Verdict]:
    """Judge the change from `before` to `after`.

    Args:
        root: the work tree.
        state: the repository's state directory.
        policy: the policy snapshot.
        before: the tree that is not blamed.
        after: the tree as it is now.
        track: `right` or `left`; gates that are off there are left out.
        store: where evidence is kept.
        origin: `hook`, `command` or `ci`.
        environ: the process environment.
        deadline: `time.monotonic()` at which the gates must have ended.
        said: what the agent said when it stopped, where an agent asks.

    Returns:
        One verdict per gate that was reached, in order.
    """
    levels = policy["gates"][track]
    changes = diff.changed(state, root, before, after)
    evidence = Evidence(store, root, f"{_id(before)}..{_id(after)}:{policy['digest'][:16]}", origin)
    verdicts = _edits(root, state, policy, levels, before, changes, evidence, environ, deadline)
    if any(blocks(verdict, levels) for verdict in verdicts):
        return verdicts
    subject = Subject(
        root=root,
        state=state,
        policy=policy,
        changes=changes,
        environ=environ,
        deadline=deadline,
        before=before,
        after=after,
        said=said,
    )
    return verdicts + prove_all(subject, levels, evidence, PROOF_GATES)


def worst(verdicts: list[Verdict], levels: Mapping[str, str]) -> str:
    """One status for all: findings that block, then broken, then not run, then passed.

    A gate that had nothing to prove counts as passed; no verdict at all is `not_run`.
    """
    if any(blocks(verdict, levels) for verdict in verdicts):
        return FINDINGS
    if any(verdict.status == BROKEN for verdict in verdicts):
        return BROKEN
    if not verdicts or any(v.status == NOT_RUN and not v.is_fine for v in verdicts):
        return NOT_RUN
    return PASSED


def _id(tree: Tree) -> str:
    if not tree.large:
        return str(tree.sha)
    import zlib

    listing = "\n".join(f"{path} {mark}" for path, mark in sorted(tree.large.items()))
    return f"{tree.sha}+{zlib.crc32(listing.encode('utf-8', 'surrogateescape')):08x}"


def _edits(
    root: str,
    state: str,
    policy: dict[str, Any],
    levels: Mapping[str, str],
    before: Tree,
    changes: list[Change],
    evidence: Evidence,
    environ: Mapping[str, str],
    deadline: float,
) -> list[Verdict]:
    wanted = [gate for gate in EDIT_GATES if policy["edits"][gate] and levels[gate] != "off"]
    there = {change.path: change for change in changes if change.status != "D"}
    files = kinds.concerned(root, policy, there)
    if not wanted or not files:
        return []
    known = [evidence.get(gate) for gate in wanted]
    if all(known):
        return [verdict for verdict in known if verdict is not None]
    from ambidex.edits.treat import treat

    formerly = {path: there[path].old_path or path for path in files}
    contents = diff.files_at(state, root, before, [*formerly.values(), SEMGREPIGNORE])
    treatment = treat(
        root,
        {**policy, "edits": {**policy["edits"], **{g: g in wanted for g in EDIT_GATES}}},
        files,
        baseline=lambda path: contents.get(formerly.get(path, path)),
        environ=environ,
        state=state,
        # A file rewritten now would make the agent's next Edit of it fail.
        fix=False,
        settled=True,
        deadline=min(deadline, time.monotonic() + 4 * policy["edits"]["deadline_seconds"]),
    )
    for verdict in treatment.verdicts:
        evidence.put(verdict)
    return list(treatment.verdicts)
