"""The one verdict type of the system, and the guard's decision.

A check returns a `Verdict` and does not know who asked; hook, terminal and CI render it.
Trouble with the infrastructure (`not_run`, `broken`) never shares a value with a finding.

Hot path: standard library only, and nothing imported at all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PASSED = "passed"
FINDINGS = "findings"
NOT_RUN = "not_run"
BROKEN = "broken"
STATUSES = (PASSED, FINDINGS, NOT_RUN, BROKEN)

ALLOW = "allow"
DENY = "deny"
ASK = "ask"
REWRITE = "rewrite"
ACTIONS = (ALLOW, DENY, ASK, REWRITE)


class Finding:
    """One thing that somebody must act on.

    Attributes:
        path: path relative to the project's root, with `/`; `""` when no file is concerned.
        line: first line, 1-based; 0 when unknown.
        rule: stable identifier, for example `python.injection.eval` or `F821` or a pytest node id.
        message: what is wrong, one sentence.
        fix: what to do about it, one sentence; may be `""`.
        severity: `"error"` (blocks where the gate blocks) or `"warning"` (is only reported).
    """

    __slots__ = ("fix", "line", "message", "path", "rule", "severity")

    def __init__(
        self,
        path: str,
        line: int,
        rule: str,
        message: str,
        fix: str = "",
        severity: str = "error",
    ) -> None:
        self.path = path
        self.line = line
        self.rule = rule
        self.message = message
        self.fix = fix
        self.severity = severity

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON-ready data, with the attributes' names as keys."""
        return {name: getattr(self, name) for name in self.__slots__}


class Verdict:
    """What one gate found out.

    Attributes:
        gate: the gate's name, as in the policy's `gates`.
        status: one of `STATUSES`. `passed` means that something was really inspected.
        reason: why it is `not_run` or `broken`, or a one-line summary otherwise.
        findings: what to act on; empty unless status is `findings`.
        details: JSON-ready facts for the evidence: counts, commands, paths of logs. In a
            `not_run`, `owed` is 0 when there was nothing that this gate had to inspect.
        seconds: wall-clock time the gate took.
    """

    __slots__ = ("details", "findings", "gate", "reason", "seconds", "status")

    def __init__(
        self,
        gate: str,
        status: str,
        reason: str = "",
        findings: list[Finding] | None = None,
        details: dict[str, Any] | None = None,
        seconds: float = 0.0,
    ) -> None:
        if status not in STATUSES:
            raise ValueError(f"status is {status!r}; allowed: {', '.join(STATUSES)}")
        if bool(findings) != (status == FINDINGS):
            raise ValueError(f"status {status!r} with {len(findings or ())} findings")
        self.gate = gate
        self.status = status
        self.reason = reason
        self.findings = findings or []
        self.details = details or {}
        self.seconds = seconds

    @property
    def is_fine(self) -> bool:
        """Whether nothing is left to do: it passed, or there was nothing to inspect."""
        return self.status == PASSED or (self.status == NOT_RUN and self.details.get("owed") == 0)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON-ready data."""
        return {
            "gate": self.gate,
            "status": self.status,
            "reason": self.reason,
            "findings": [finding.as_dict() for finding in self.findings],
            "details": self.details,
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `as_dict` wrote."""
        findings = [Finding(**finding) for finding in data["findings"]]
        return cls(
            data["gate"],
            data["status"],
            data["reason"],
            findings,
            data["details"],
            data["seconds"],
        )


def blocks(verdict: Verdict, levels: Mapping[str, str]) -> bool:
    """Whether the verdict holds the agent back in a track with these levels."""
    return (
        verdict.status == FINDINGS
        and levels.get(verdict.gate) in ("block", "fix")
        and any(finding.severity == "error" for finding in verdict.findings)
    )


class Decision:
    """What the guard says about one tool call.

    Attributes:
        action: one of `ACTIONS`.
        rule: the rule's stable identifier, `""` for a plain allow.
        reason: why, one sentence.
        instead: the way on, one sentence.
        updated_input: the whole new `tool_input`, for `rewrite` only.
        subject: what it concerns, the same for every route to one effect (`change /etc/hosts`).
    """

    __slots__ = ("action", "instead", "reason", "rule", "subject", "updated_input")

    def __init__(
        self,
        action: str,
        rule: str = "",
        reason: str = "",
        instead: str = "",
        updated_input: dict[str, Any] | None = None,
        subject: str = "",
    ) -> None:
        if action not in ACTIONS:
            raise ValueError(f"action is {action!r}; allowed: {', '.join(ACTIONS)}")
        self.action = action
        self.rule = rule
        self.reason = reason
        self.instead = instead
        self.updated_input = updated_input
        self.subject = subject
