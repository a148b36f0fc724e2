"""How the guard came to its decision: the reading, the effects, the rules tried, the answer.

Cold: for people and for `ambidex explain`; hooks only decide.
"""

from __future__ import annotations

from typing import Any

from ambidex.guard import rules
from ambidex.guard.decide import decide
from ambidex.guard.effects import Effect
from ambidex.guard.judge import hits
from ambidex.guard.scene import Scene
from ambidex.guard.shell.evaluate import Shell
from ambidex.guard.shell.nodes import Node
from ambidex.guard.shell.parse import UnreadableCommand, parse


def explain(command: str, scene: Scene) -> dict[str, Any]:
    """Everything about one shell command, as JSON-ready data.

    Args:
        command: the command line; it is not run.
        scene: the surroundings; a fresh one for each command.

    Returns:
        `command`; `tree`: the syntax tree, or `unreadable`: why there is none; `effects`: what it
        would do; `rules`: the ids of the rules that were asked; `hits`: those that apply, with
        what they saw; `action`, `rule`, `reason`, `instead`: the decision.
    """
    told: dict[str, Any] = {"command": command}
    try:
        told["tree"] = as_data(parse(command))
    except UnreadableCommand as problem:
        told["unreadable"] = str(problem)
    scene.text = command
    effects = Shell(scene).evaluate(command)
    told["effects"] = [_shown(effect, scene) for effect in effects]
    tried = {rule.id: None for effect in effects for rule in rules.about(effect.kind)}
    told["rules"] = list(tried)
    told["hits"] = [
        {"rule": hit.rule.id, "saw": hit.saw, "decision": hit.decision, "because": hit.because}
        for hit in hits(effects, scene)
    ]
    decision = decide("Bash", {"command": command}, scene)
    told["action"] = decision.action
    told["rule"] = decision.rule
    told["reason"] = decision.reason
    told["instead"] = decision.instead
    return told


def as_data(node: object) -> Any:
    """A syntax tree as JSON-ready data: nodes become objects with their `type` first."""
    if isinstance(node, Node):
        fields = {name: as_data(getattr(node, name)) for name in node.__slots__}
        return {"type": type(node).__name__, **{k: v for k, v in fields.items() if v is not None}}
    if isinstance(node, (list, tuple)):
        return [as_data(item) for item in node]
    return node


def outline(tree: Any, depth: int = 0) -> list[str]:
    """A tree of `as_data` as indented lines: one per command, words as they are read."""
    if isinstance(tree, list):
        return [line for item in tree for line in outline(item, depth)]
    if not isinstance(tree, dict):
        return []
    kind = tree["type"]
    if kind == "Word":
        return [line for part in tree["parts"] for line in outline(part, depth)]
    if kind in ("Literal", "Parameter", "Script"):
        return [line for value in tree.values() for line in outline(value, depth)]
    head = "  " * depth + kind.lower()
    if kind == "Simple":
        words = [word_text(item["value"]) for item in tree["assignments"]]
        words += [word_text(word) for word in tree["words"]]
        head += ": " + " ".join(words)
    lines = [head]
    for value in tree.values():
        lines += outline(value, depth + 1)
    return lines


def word_text(word: Any) -> str:
    """A word of `as_data` on one line; what is expanded is shown by its name."""
    if isinstance(word, list):
        return "(" + " ".join(word_text(item) for item in word) + ")"
    if word["type"] == "Assignment":
        return word_text(word["value"])
    shown = []
    for part in word["parts"]:
        if part["type"] == "Literal":
            shown.append(part["text"])
        elif part["type"] == "Parameter":
            shown.append("${" + part["name"] + part["operator"] + "}")
        else:
            shown.append(f"<{part['type'].lower()}>")
    return "".join(shown) or "''"


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
