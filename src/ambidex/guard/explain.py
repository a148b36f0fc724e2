"""How the guard came to its decision: the reading, the effects, the rules tried, the answer.

Cold: for people and for `ambidex explain`; hooks only decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ambidex.guard import rules
from ambidex.guard.decide import decide
from ambidex.guard.effects import Effect
from ambidex.guard.judge import hits
from ambidex.guard.outline import outline
from ambidex.guard.rules import declared
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import Scene
from ambidex.guard.shell.nodes import Node
from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.guard.tools import effects_of


def explain(tool: str, tool_input: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """Everything about one tool call, as JSON-ready data.

    Args:
        tool: the tool's name; for `Bash` the command is shown as it is read.
        tool_input: its input; nothing is run.
        scene: the surroundings; a fresh one for each call.

    Returns:
        `tool`, `input`, and for `Bash` `command`; `tree`: the syntax tree, and `reads`: the same
        as lines, or `unreadable`: why there is none; `effects`: what it would do; `rules`: the ids
        of the rules that were asked; `hits`: those that apply, with what they saw; `action`,
        `rule`, `reason`, `instead`: the decision.
    """
    told: dict[str, Any] = {"tool": tool, "input": tool_input}
    command = tool_input.get("command")
    if tool == "Bash" and isinstance(command, str):
        told["command"] = command
        try:
            tree = parse(command)
        except UnreadableCommand as problem:
            told["unreadable"] = str(problem)
        else:
            told["tree"] = as_data(tree)
            told["reads"] = outline(tree)
    effects = effects_of(tool, tool_input, scene)
    told["effects"] = [_shown(effect, scene) for effect in effects]
    tried = {rule.id: None for effect in effects for rule in _asked(effect.kind, scene)}
    told["rules"] = list(tried)
    told["hits"] = [
        {"rule": hit.rule.id, "saw": hit.saw, "decision": hit.decision, "because": hit.because}
        for hit in hits(effects, scene)
    ]
    decision = decide(tool, tool_input, scene)
    told["action"] = decision.action
    told["rule"] = decision.rule
    told["reason"] = decision.reason
    told["instead"] = decision.instead
    return told


def _asked(kind: str, scene: Scene) -> Iterator[Rule]:
    yield from rules.about(kind)
    if scene.policy["guard"]["rules"]:
        yield from declared.about(kind, scene)


def as_data(node: object) -> Any:
    """A syntax tree as JSON-ready data: nodes become objects with their `type` first."""
    if isinstance(node, Node):
        fields = {name: as_data(getattr(node, name)) for name in node.__slots__}
        return {"type": type(node).__name__, **{k: v for k, v in fields.items() if v is not None}}
    if isinstance(node, (list, tuple)):
        return [as_data(item) for item in node]
    return node


def _shown(effect: Effect, scene: Scene) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": effect.kind}
    for name in ("action", "path", "target", "data", "via"):
        value = getattr(effect, name)
        if value:
            shown[name] = scene.sources.show(value)[:500]
    if effect.flags:
        shown["flags"] = sorted(effect.flags)
    shown["words"] = [scene.sources.show(word) for word in effect.words]
    return shown
