"""How rules of git say what they saw.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.rules.rule import When
    from ambidex.guard.scene import Scene


def lost(flag: str, clause: str, *actions: str) -> When:
    """Applies to git effects that have `flag` (and are one of `actions`, if any)."""

    def when(effect: Effect, scene: Scene) -> str:
        if flag not in effect.flags or (actions and effect.action not in actions):
            return ""
        words = scene.show(" ".join(effect.words))[:100]
        return f"`{words}` {clause}"

    return when
