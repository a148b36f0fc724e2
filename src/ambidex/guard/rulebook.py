"""The guard's rules as a book: which there are, what each is for, and what refuses a command."""

from __future__ import annotations

from typing import Any

from ambidex.guard import contents, outside, rules
from ambidex.guard.decide import decide
from ambidex.guard.judge import CORE, UNREADABLE
from ambidex.guard.rules import declared
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import Scene
from ambidex.guard.shell.evaluate import Shell
from ambidex.policy.defaults import DEFAULTS
from ambidex.verdict import ALLOW

# What has an id and is no rule about effects.
OTHERS = {
    UNREADABLE: "a call that cannot be read",
    contents.IN_FILE: "a secret in what a tool would write",
    contents.IN_COMMAND: "a secret in a command",
    contents.IN_PROMPT: "a secret in a prompt",
    outside.RULE: "an effect beyond the project after untrusted input",
    "ambidex.instructions.held": "a skill or an agent while hidden instructions are not accepted",
    "ambidex.instructions.new-server": "a tool of an MCP server that nobody approved",
}


def all_rules() -> list[Rule]:
    """Every rule, pack by pack."""
    return [rule for pack in rules.PACKS for rule in rules.of_pack(pack)]


def ids() -> list[str]:
    """What `guard.disable` may name: all rules, and the packs that can be switched off."""
    packs = {f"ambidex.{rule.pack}" for rule in all_rules() if rule.pack not in CORE}
    return [*(rule.id for rule in all_rules()), *OTHERS, *sorted(packs)]


def refused_by(command: str) -> str:
    """The rule that refuses or questions a shell command, `""` when none does."""
    scene = Scene(cwd="/", root="/", policy=DEFAULTS, environ={})
    decision = decide("Bash", {"command": command}, scene)
    return "" if decision.action == ALLOW else decision.rule


def failing_examples(entry: dict[str, Any], root: str) -> list[tuple[str, int]]:
    """The examples of a declared rule that it does not judge as it says.

    Args:
        entry: an entry of `guard.rules`, with every key.
        root: the project's root.

    Returns:
        `match` or `not_match`, and the example's index, for each that fails.
    """
    rule = declared.rule_of(entry)
    policy = {**DEFAULTS, "guard": {**DEFAULTS["guard"], "rules": [entry]}}
    failing = []
    for key, wanted in (("match", True), ("not_match", False)):
        for index, command in enumerate(entry[key]):
            scene = Scene(cwd=root, root=root, policy=policy, environ={}, text=command)
            effects = Shell(scene).evaluate(command)
            applies = any(
                effect.kind in rule.kinds and rule.when(effect, scene) for effect in effects
            )
            if applies != wanted:
                failing.append((key, index))
    return failing
