"""The doctor runs the rules' examples, and says which are judged otherwise."""

from __future__ import annotations

import pytest

from ambidex.doctor import rules
from ambidex.doctor.check import GOOD, PROBLEM
from ambidex.guard.rulebook import all_rules
from ambidex.guard.rules.rule import Rule


def broken(rule: Rule, **changes: object) -> Rule:
    """The rule with other examples."""
    fields = {name: getattr(rule, name) for name in Rule.__slots__}
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


def test_all_examples_hold_and_are_counted() -> None:
    (check,) = rules.check()
    assert (check.group, check.status) == ("rules", GOOD)
    assert check.found.startswith(f"{len(all_rules())} rules judge their ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"match": ("ls",)}, "lets 'ls' pass"),
        ({"not_match": ("rm -rf /",)}, "stops 'rm -rf /'"),
    ],
)
def test_an_example_that_fails_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], said: str
) -> None:
    rule = next(rule for rule in all_rules() if rule.id == "ambidex.filesystem.recursive-delete")
    monkeypatch.setattr(rules, "all_rules", lambda: [broken(rule, **changes)])
    (check,) = rules.check()
    assert check.status == PROBLEM
    assert said in check.found
    assert check.details["wrong"]
    assert check.fix


def test_no_rules_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "all_rules", list)
    (check,) = rules.check()
    assert check.status == PROBLEM
