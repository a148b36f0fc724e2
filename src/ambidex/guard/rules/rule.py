"""What a rule of the guard is.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

    # What it saw, a clause for people ("a force push to main"); "" when the rule does not apply.
    When = Callable[[Effect, Scene], str]

SEVERITIES = ("critical", "high", "medium")


class Rule:
    """One rule about effects.

    Attributes:
        id: stable identifier, `ambidex.<pack>.<name>`.
        kinds: the kinds of effects that it is asked about.
        when: what it saw in an effect, `""` when it does not apply.
        decision: `deny` or `ask`.
        severity: `critical` (cannot be undone, beyond this project), `high`, `medium`.
        protects: what would be harmed, a noun phrase.
        why: why that matters, one sentence.
        instead: the correct next step, one sentence.
        match: commands that the rule must stop; tests run them.
        not_match: similar commands that it must let pass; tests run them.
        given: settings of the policy's guard section under which the examples hold.
    """

    __slots__ = (
        *(
            "decision",
            "given",
            "id",
            "instead",
            "kinds",
            "match",
            "not_match",
            "protects",
            "severity",
        ),
        *("when", "why"),
    )

    def __init__(
        self,
        id: str,
        *,
        kinds: Iterable[str],
        when: When,
        decision: str,
        severity: str,
        protects: str,
        why: str,
        instead: str,
        match: Iterable[str],
        not_match: Iterable[str],
        given: Mapping[str, object] | None = None,
    ) -> None:
        if decision not in (DENY, ASK):
            raise ValueError(f"decision of {id} is {decision!r}; allowed: {DENY}, {ASK}")
        if severity not in SEVERITIES:
            raise ValueError(f"severity of {id} is {severity!r}; allowed: {', '.join(SEVERITIES)}")
        self.id = id
        self.kinds = tuple(kinds)
        self.when = when
        self.decision = decision
        self.severity = severity
        self.protects = protects
        self.why = why
        self.instead = instead
        self.match = tuple(match)
        self.not_match = tuple(not_match)
        self.given = dict(given or {})

    @property
    def pack(self) -> str:
        """The pack that the rule belongs to."""
        return self.id.split(".")[1]
