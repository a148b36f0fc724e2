"""Removing any rule of the guard makes a command's final answer weaker: none is only decoration."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from ambidex.guard import rules
from ambidex.guard.rules.rule import Rule
from ambidex.policy.defaults import DEFAULTS
from testing.corpus import cases
from testing.guarding import decision_on, hits_of, project, scene

RULES = [rule for pack in rules.PACKS for rule in rules.of_pack(pack)]
WEIGHT = {"allow": 0, "ask": 1, "deny": 2}
# What a rule is tried on, beyond its own examples.
COMMANDS = [case.command for case in cases() if case.expect != "allow"]

# What another rule denies as well: the reason why there are two.
COVERED_TWICE = {
    "ambidex.git.credential": "git's helper is a store of credentials too; the git rule says how",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("removed") / "project")


@pytest.fixture(scope="module")
def concerned(root: Path) -> dict[str, list[str]]:
    """Rule → the commands of the corpus that it has something to say about."""
    found = defaultdict(list)
    for command in COMMANDS:
        for rule in {hit.rule.id for hit in hits_of(command, scene(root))}:
            found[rule].append(command)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_without_the_rule_something_passes_or_is_only_asked_about(
    rule: Rule, root: Path, concerned: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = {**DEFAULTS["guard"], **rule.given}
    # Its own examples first: the first of them is nearly always enough.
    commands = [*rule.match, *concerned.get(rule.id, ())]
    before = {c: decision_on(c, scene(root, guard=guard)).action for c in commands}
    module = __import__(f"ambidex.guard.rules.{_pack_of(rule)}", fromlist=["RULES"])
    monkeypatch.setattr(module, "RULES", tuple(one for one in module.RULES if one is not rule))
    assert rule not in [one for kind in rule.kinds for one in rules.about(kind)]
    weaker = any(
        WEIGHT[decision_on(command, scene(root, guard=guard)).action] < WEIGHT[action]
        for command, action in before.items()
    )
    assert weaker != (rule.id in COVERED_TWICE), f"what becomes weaker without {rule.id}?"


def _pack_of(rule: Rule) -> str:
    return next(pack for pack in rules.PACKS if rule in rules.of_pack(pack))
