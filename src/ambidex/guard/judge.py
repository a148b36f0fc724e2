"""From effects to the decision: every rule is asked about every effect that concerns it.

Hot path: only the packs of rules that the effects call for are imported.
"""

from __future__ import annotations

from ambidex.guard import rules
from ambidex.verdict import ALLOW, ASK, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ambidex.guard.effects import Effect
    from ambidex.guard.rules.rule import Rule
    from ambidex.guard.scene import Scene


class Hit:
    """A rule that applies to an effect.

    Attributes:
        rule: the rule.
        effect: the effect.
        saw: what the rule saw, a clause for people.
        decision: `deny` or `ask`, weakened where it is not certain that the effect happens.
    """

    __slots__ = ("decision", "effect", "rule", "saw")

    def __init__(self, rule: Rule, effect: Effect, saw: str, decision: str) -> None:
        self.rule = rule
        self.effect = effect
        self.saw = saw
        self.decision = decision


def hits(effects: Iterable[Effect], scene: Scene) -> Iterator[Hit]:
    """All rules that apply to `effects`, in the effects' order."""
    for effect in effects:
        for rule in rules.about(effect.kind):
            saw = rule.when(effect, scene)
            if saw:
                decision = _weighed(rule.decision, effect.via)
                if decision != ALLOW:
                    yield Hit(rule, effect, saw, decision)


def _weighed(decision: str, via: str) -> str:
    """What is left of a decision when it is not certain that the effect happens."""
    if via.startswith("script:"):
        return decision if decision == DENY else ALLOW
    if via.startswith("wrapper:"):
        return ASK if decision == DENY else ALLOW
    return decision


def judge(effects: Iterable[Effect], scene: Scene) -> Decision:
    """The strictest decision that any rule takes; the first one among equals."""
    worst: Hit | None = None
    for hit in hits(effects, scene):
        if worst is None or (hit.decision == DENY and worst.decision == ASK):
            worst = hit
        if hit.decision == DENY:
            break
    if worst is None:
        return Decision(ALLOW)
    reason = f"{worst.saw}. {worst.rule.why}"
    return Decision(worst.decision, worst.rule.id, reason, worst.rule.instead)
