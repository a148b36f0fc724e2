"""Rules that a project declares in its policy, in the same form as ours.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.rules.rule import Rule
from ambidex.policy.globs import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ambidex.guard.effects import Effect
    from ambidex.guard.rules.rule import When
    from ambidex.guard.scene import Scene


def about(kind: str, scene: Scene) -> Iterator[Rule]:
    """The project's rules that are asked about effects of `kind`."""
    for entry in scene.policy["guard"]["rules"]:
        if kind in entry["effects"]:
            yield rule_of(entry)


def rule_of(entry: dict[str, Any]) -> Rule:
    """The rule that an entry of `guard.rules` declares."""
    return Rule(
        entry["id"],
        kinds=entry["effects"],
        when=_when(entry),
        decision=entry["decision"],
        severity=entry["severity"],
        protects=entry["protects"],
        why=entry["why"],
        instead=entry["instead"],
        match=entry["match"],
        not_match=entry["not_match"],
    )


def _when(entry: dict[str, Any]) -> When:
    def when(effect: Effect, scene: Scene) -> str:
        program = effect.words[0] if effect.words else ""
        fits = (
            _any(entry["programs"], [program, program.rpartition("/")[2]])
            and all(_any([word], effect.words) for word in entry["words"])
            and _any(entry["actions"], [effect.action])
            and _any(entry["targets"], [effect.target])
            and (not entry["paths"] or _path(entry["paths"], effect.path, scene))
            and set(entry["flags"]) <= effect.flags
        )
        shown = " ".join(scene.sources.show(word) for word in effect.words)
        return f"`{shown[:200]}` falls under a rule of this project" if fits else ""

    return when


def _any(patterns: list[str], texts: list[str] | tuple[str, ...]) -> bool:
    """Whether one of the texts is like one of the patterns; no pattern is like everything."""
    return not patterns or any(like(pattern, text) for pattern in patterns for text in texts)


def like(pattern: str, text: str) -> bool:
    """Whether the whole of `text` fits `pattern`, in which `*` is any text; case does not count."""
    first, *rest = pattern.lower().split("*")
    text = text.lower()
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(text) - at >= len(rest[-1]) and text.endswith(rest[-1])


def _path(globs: list[str], path: str, scene: Scene) -> bool:
    if not path:
        return False
    relative = scene.relative(path)
    for glob in globs:
        if glob.startswith("/"):
            if matches(glob[1:], path[1:]):
                return True
        elif relative is not None and matches(glob, relative):
            return True
    return False
