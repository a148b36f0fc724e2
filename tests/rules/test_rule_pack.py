"""The semgrep rules: complete, described, proven by fixtures, and the same in both engines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from testing.rule_pack import FIXTURES, LANGUAGES, RULES, problems, render, rules, scan, short_id
from testing.rule_table import PAGE, page

ALL = [(language, rule) for language in LANGUAGES for rule in rules(RULES / language)]
each_rule = pytest.mark.parametrize(
    ("language", "rule"), ALL, ids=[str(rule["id"]) for _, rule in ALL]
)
each_language = pytest.mark.parametrize("language", LANGUAGES)

RULE = """\
rules:
  - id: python-example
    languages: [python]
    severity: ERROR
    message: It is wrong.
    pattern: {pattern}
"""
FIXTURE = """\
# ruleid: python-example
eval(first)
# ruleid: python-example
eval(second)
# ok: python-example
print(first)
# ok: python-example
print(second)
"""


def test_there_are_at_least_48_rules_with_unique_ids():
    ids = [rule["id"] for _, rule in ALL]
    assert len(ids) >= 48
    assert len(set(ids)) == len(ids)


@each_rule
def test_a_rule_says_what_is_wrong_and_what_to_write_instead(language: str, rule: dict[str, Any]):
    metadata = rule["metadata"]
    assert re.fullmatch(rf"{language}(-[a-z]+)+", rule["id"])
    assert rule["languages"] == LANGUAGES[language]
    assert rule["severity"] in ("ERROR", "WARNING")
    assert re.fullmatch(r"CWE-\d+", metadata["cwe"])
    assert metadata["family"]
    for sentence in (rule["message"], metadata["fix"]):
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) <= 160
    assert "fix" not in rule, "an automatic fix would change the agent's file behind its back"


@each_language
def test_rules_that_follow_request_data_agree_on_where_it_comes_from(language: str):
    seen = {}
    for rule in rules(RULES / language):
        for source in rule.get("pattern-sources", ()):
            text = repr(source)
            if "nextUrl" in text or "@$APP" in text or "query_params" in text:
                seen.setdefault(text, []).append(rule["id"])
    users = {tuple(names) for names in seen.values()}
    assert len(users) == 1
    assert len(users.pop()) >= 6


def test_the_short_id_survives_the_prefix_of_the_configuration_path():
    assert short_id("src.ambidex.edits.rules.python.python-sql") == "python-sql"
    assert short_id("python-sql") == "python-sql"


def test_the_page_about_the_rules_is_in_step_with_them():
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.slow
@each_language
def test_semgrep_finds_every_marked_line_and_no_other(language: str, tmp_path: Path):
    assert problems(RULES / language, FIXTURES / language, tmp_path) == []


@pytest.mark.slow
@each_language
def test_both_engines_of_semgrep_find_the_same(language: str, tmp_path: Path):
    target = render(FIXTURES / language, tmp_path / "fixtures")
    fast = scan(tmp_path, RULES / language, target, experimental=True)
    assert {match.rule for match in fast} == {rule["id"] for rule in rules(RULES / language)}
    assert fast == scan(tmp_path, RULES / language, target, experimental=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "fixture", "complaint"),
    [
        ("eval($X)", FIXTURE, None),
        ("exec($X)", FIXTURE, "python-example failed"),
        ("$F($X)", FIXTURE, "python-example failed"),
        ("'def ((('", FIXTURE, "skipped something"),
        ("eval($X)", FIXTURE.partition("# ok")[0], "python-example has 0 lines marked ok"),
        ("eval($X)", "", "python-example has 0 lines marked ruleid"),
        ("eval($X)", FIXTURE.replace("python-example", "python-other"), "semgrep exited"),
    ],
    ids=[
        "a good rule",
        "finds nothing",
        "finds too much",
        "does not parse",
        "no line that is fine",
        "no marks",
        "marks of a rule that does not exist",
    ],
)
def test_a_bad_rule_is_rejected(pattern: str, fixture: str, complaint: str | None, tmp_path: Path):
    config, fixtures = tmp_path / "rules", tmp_path / "marked"
    config.mkdir()
    fixtures.mkdir()
    (config / "example.yaml").write_text(RULE.format(pattern=pattern))
    (fixtures / "example.py.fixture").write_text(fixture)
    found = problems(config, fixtures, tmp_path / "home")
    if complaint is None:
        assert found == []
    else:
        assert any(complaint in problem for problem in found), found


@pytest.mark.slow
def test_a_folder_without_rules_has_not_passed(tmp_path: Path):
    for name in ("rules", "marked"):
        (tmp_path / name).mkdir()
    assert "there are no rules" in problems(tmp_path / "rules", tmp_path / "marked", tmp_path / "h")
