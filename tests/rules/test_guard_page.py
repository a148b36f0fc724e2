"""docs/guard-rules.md says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ambidex.guard import rulebook
from ambidex.guard.rulebook import OTHERS, all_rules
from ambidex.policy.load import load
from testing.checkout import read, tracked
from testing.configured_project import make_project
from testing.guard_table import PAGE, page

# What the launcher answers when the guard itself cannot.
HOOKS = ("ambidex.guard.unavailable",)
PACKS = {rule.split(".")[1] for rule in rulebook.ids()}


def test_the_page_is_what_the_rules_say() -> None:
    # After a change of a rule: `python -m testing.guard_table`
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_rule_is_on_the_page_with_what_it_stops_and_what_passes() -> None:
    sections = re.split(r"^### ", page(), flags=re.MULTILINE)[1:]
    assert [one.split("\n", 1)[0] for one in sections] == [rule.id for rule in all_rules()]
    for one in sections:
        assert "\nInstead: " in one
        assert "\n- stops `" in one
        assert "\n- passes `" in one


def test_what_has_an_id_and_is_no_rule_is_on_the_page_too() -> None:
    for one in OTHERS:
        assert f"| `{one}` |" in page()


def test_the_examples_of_a_policy_are_accepted(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", read("docs/guard.md"), re.DOTALL)
    assert len(blocks) >= 2
    for number, block in enumerate(blocks):
        root = make_project(tmp_path / str(number), {"ambidex.toml": block})
        assert load(str(root), rules=rulebook).digest


@pytest.mark.parametrize("path", tracked("README.md", "docs/*.md"), ids=str)
def test_every_rule_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(r"\bambidex\.([a-z-]+)\.([a-z-]+)\b(?!\.)", read(path))
    known = {*rulebook.ids(), *HOOKS}
    missing = {f"ambidex.{pack}.{name}" for pack, name in named if pack in PACKS} - known
    assert missing == set()
