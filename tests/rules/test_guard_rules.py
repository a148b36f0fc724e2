"""Every rule of the guard stops its own examples of what it is for, and lets the similar pass."""

from pathlib import Path

import pytest

from ambidex.guard import rules
from ambidex.guard.rules.rule import Rule
from ambidex.policy.defaults import DEFAULTS
from testing.guarding import hits_of, project, scene

RULES = [rule for pack in rules.PACKS for rule in rules.of_pack(pack)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("rules") / "project")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stops_its_matches_and_nothing_similar(rule: Rule, root: Path) -> None:
    assert rule.match, "a rule without an example is not known to work"
    assert rule.not_match, "a rule without a counter-example is not known to stop anywhere"
    guard = {**DEFAULTS["guard"], **rule.given}
    for command in rule.match:
        found = [
            hit for hit in hits_of(command, scene(root, guard=guard)) if hit.rule.id == rule.id
        ]
        assert found, f"{rule.id} lets {command!r} pass"
    for command in rule.not_match:
        found = [
            hit for hit in hits_of(command, scene(root, guard=guard)) if hit.rule.id == rule.id
        ]
        assert not found, f"{rule.id} stops {command!r}: it saw {found[0].saw}"


def test_ids_are_unique_and_named_after_their_packs() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    for pack in rules.PACKS:
        assert {rule.pack for rule in rules.of_pack(pack)} == {pack.replace("_", "-")}


def test_a_pack_is_asked_about_all_kinds_that_its_rules_speak_about() -> None:
    for pack, kinds in rules.PACKS.items():
        assert kinds == {kind for rule in rules.of_pack(pack) for kind in rule.kinds}
