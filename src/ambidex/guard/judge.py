"""From effects to the decision: every rule is asked about every effect that concerns it.

Hot path: only the packs of rules that the effects call for are imported.
"""

from __future__ import annotations

import os
import time

from ambidex import locate
from ambidex.guard import rules
from ambidex.guard.effects import CHANGES, UNKNOWN, Effect
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known
from ambidex.verdict import ALLOW, ASK, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ambidex.guard.rules.rule import Rule
    from ambidex.guard.scene import Scene

UNREADABLE = "ambidex.guard.unreadable"

# Processor time for asking the rules about one call, seconds. Not wall-clock time: a busy machine
# must not turn a harmless command into a question, and the hook has a deadline of its own.
MAX_SECONDS = 0.08

_DISABLED = "the policy disables it"

# Packs that no policy switches off as a whole.
CORE = frozenset(
    {"golden", "paths", "own", "filesystem", "git", "devices", "host", "permissions", "network"}
    | {"credentials", "remote-code", "hooks-bypass", "secrets", "instructions", "guard"}
)


class Hit:
    """A rule that applies to an effect.

    Attributes:
        rule: the rule.
        effect: the effect.
        saw: what the rule saw, a clause for people.
        decision: `deny` or `ask`, as the policy and the effect's certainty leave it, or `allow`.
        because: why it is `allow`, a clause; else `""`.
    """

    __slots__ = ("because", "decision", "effect", "rule", "saw")

    def __init__(self, rule: Rule, effect: Effect, saw: str, decision: str, because: str) -> None:
        self.rule = rule
        self.effect = effect
        self.saw = saw
        self.decision = decision
        self.because = because


def hits(effects: list[Effect], scene: Scene) -> Iterator[Hit]:
    """All rules that apply to `effects`, in the effects' order.

    After `MAX_SECONDS` an effect that nobody could judge, of kind `unknown`, takes the place of
    the rest: it is added to `effects`.
    """
    own = scene.policy["guard"]["rules"]
    distinct = _distinct(effects)
    # Importing packs takes long where there is no bytecode; that is not the call's fault.
    asked = {kind: tuple(rules.about(kind)) for kind in {effect.kind for effect in distinct}}
    deadline = time.process_time() + MAX_SECONDS
    for number, effect in enumerate(distinct, 1):
        if not number & 15 and time.process_time() > deadline:
            effects.append(Effect(UNKNOWN, action="too-long", data="it does too many things"))
            return
        for rule in asked[effect.kind]:
            saw = rule.when(effect, scene)
            if saw:
                yield _hit(rule, effect, saw, scene)
        if own:
            from ambidex.guard.rules import declared

            for rule in declared.about(effect.kind, scene):
                saw = rule.when(effect, scene)
                if saw:
                    yield _hit(rule, effect, saw, scene)


def _distinct(effects: Iterable[Effect]) -> list[Effect]:
    """The effects without repetitions, which loops and branches make many of."""
    seen: dict[tuple[object, ...], Effect] = {}
    for effect in effects:
        key = (effect.kind, effect.action, effect.path, effect.target, effect.data, effect.via)
        seen.setdefault((*key, effect.flags), effect)
    return list(seen.values())


def _hit(rule: Rule, effect: Effect, saw: str, scene: Scene) -> Hit:
    decision, because = _left(rule.id, _weighed(rule.decision, effect.via), effect, scene)
    return Hit(rule, effect, saw, decision, because)


def _left(rule: str, decision: str, effect: Effect, scene: Scene) -> tuple[str, str]:
    """What the policy and approvals leave of a rule's decision, and why that is `allow`."""
    guard = scene.policy["guard"]
    if is_disabled(rule, guard["disable"]):
        return ALLOW, _DISABLED
    if decision == ALLOW:
        return ALLOW, "it is not certain that this happens"
    for change in guard["decisions"]:
        if change["rule"] == rule:
            decision = change["decision"]
    from ambidex.guard.approvals import covering

    approval = covering(rule, effect, scene, scene.now)
    if approval:
        return ALLOW, f"{approval['who']} approved it: {approval['because']}"
    return decision, ""


def settled(decision: Decision, scene: Scene) -> Decision:
    """An answer that came about without an effect, as the policy and approvals leave it."""
    if decision.action == ALLOW:
        return decision
    action, because = _left(decision.rule, decision.action, Effect(UNKNOWN), scene)
    if action == ALLOW:
        why = "The policy disables the rule." if because == _DISABLED else because
        return Decision(ALLOW, decision.rule, f"{decision.reason} {why}")
    decision.action = action
    return decision


def is_disabled(rule: str, disabled: Iterable[str]) -> bool:
    """Whether a policy's `guard.disable` covers a rule, by its id or by a pack off the core."""
    for name in disabled:
        pack = name.rpartition(".")[2]
        if rule == name or (pack not in CORE and rule.startswith(name + ".")):
            return True
    return False


def _weighed(decision: str, via: str) -> str:
    """What is left of a decision when it is not certain that the effect happens."""
    if via.startswith("script:"):
        return decision if decision == DENY else ALLOW
    if via.startswith("wrapper:"):
        return ASK if decision == DENY else ALLOW
    return decision


def judge(effects: Iterable[Effect], scene: Scene) -> Decision:
    """The strictest decision that any rule takes; the first one among equals."""
    effects = list(effects)
    worst: Hit | None = None
    lifted: Hit | None = None
    for hit in hits(effects, scene):
        if hit.decision == ALLOW:
            lifted = lifted or hit
            continue
        if worst is None or (hit.decision == DENY and worst.decision == ASK):
            worst = hit
        if hit.decision == DENY:
            break
    unread = _unread(effects, scene)
    if unread is not None and (worst is None or worst.decision == ASK):
        return unread
    if worst is not None:
        reason = f"{worst.saw}. {worst.rule.why}"
        return Decision(
            worst.decision,
            worst.rule.id,
            reason,
            _next_step(worst, scene),
            subject=_subject(worst.effect),
        )
    if lifted is not None:
        return Decision(ALLOW, lifted.rule.id, f"{lifted.saw}, and {lifted.because}")
    return Decision(ALLOW)


def _next_step(hit: Hit, scene: Scene) -> str:
    """What to do instead, with the file's own name where the rule has `PATH`."""
    step, path = hit.rule.instead, hit.effect.path
    if "PATH" not in step or not is_known(path):
        return step
    shown = below(os.path.realpath(scene.root), os.path.realpath(path)) or path
    return step.replace("PATH", locate.quoted(shown))


def _subject(effect: Effect) -> str:
    """What an effect concerns, however it comes about."""
    verb = "change" if effect.kind in CHANGES else effect.kind
    return " ".join(part for part in (verb, effect.path or effect.target or effect.action) if part)


def _unread(effects: Iterable[Effect], scene: Scene) -> Decision | None:
    """The answer to a call that could not be read, None when all of it could."""
    for effect in effects:
        if effect.kind == UNKNOWN:
            if effect.action == "unusable":
                return Decision(DENY, UNREADABLE, f"The call {effect.data}.", effect.target)
            action = scene.policy["guard"]["on_error"]
            reason = f"The command cannot be read: {effect.data}."
            return Decision(action, UNREADABLE, reason, "Split it into simpler commands.")
    return None
