from __future__ import annotations

import json
from typing import Any

import pytest

from ambidex.setup.settings import SettingsShapeError, contains, is_ours, merge, take_out

HANDLER = {
    "type": "command",
    "command": 'exec /bin/sh "$CLAUDE_PROJECT_DIR/.claude/ambidex/launch" stop',
}
WANTED: dict[str, Any] = {
    "permissions": {"deny": ["Edit(/.claude/ambidex/**)", "Bash(chmod 777:*)"]},
    "hooks": {"Stop": [{"hooks": [HANDLER]}]},
}


def test_our_entries_follow_the_indentation_of_the_file() -> None:
    value = {"model": "opus", "permissions": {"deny": ["Read(.env)"]}}
    text = json.dumps(value, indent="\t") + "\n"
    merged = merge(text, WANTED).text
    assert '\n\t\t\t"Read(.env)",\n\t\t\t"Edit(/.claude/ambidex/**)",\n' in merged
    assert '\n\t},\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{\n' in merged
    assert merged.endswith("\n\t}\n}\n")


def test_a_file_of_one_line_stays_one_line() -> None:
    merged = merge('{"a":1}', WANTED).text
    assert merged.startswith('{"a":1,"permissions":{"deny":["Edit(')
    assert "\n" not in merged


def test_line_ends_of_windows_stay() -> None:
    merged = merge('{\r\n  "a": 1\r\n}\r\n', WANTED).text
    assert merged.replace("\r\n", "").count("\n") == 0


def test_a_foreign_hook_for_the_same_event_stays_first() -> None:
    foreign = {"hooks": [{"type": "command", "command": "make check"}]}
    merged = json.loads(merge(json.dumps({"hooks": {"Stop": [foreign]}}), WANTED).text)
    assert merged["hooks"]["Stop"] == [foreign, {"hooks": [HANDLER]}]


def test_a_rule_that_was_there_is_neither_doubled_nor_taken_away() -> None:
    text = json.dumps({"permissions": {"deny": ["Bash(chmod 777:*)"]}}, indent=1)
    merged = merge(text, WANTED)
    assert merged.rules == ["Edit(/.claude/ambidex/**)"]
    assert merged.text.count("chmod") == 1
    assert take_out(merged.text, merged.rules, merged.created, WANTED) == text


def test_without_a_record_rules_before_our_first_one_are_left_alone() -> None:
    text = json.dumps({"permissions": {"deny": ["Bash(chmod 777:*)"]}}, indent=1)
    merged = merge(text, WANTED)
    assert take_out(merged.text, None, None, WANTED) == text


def test_a_handler_that_somebody_added_to_our_group_stays() -> None:
    own = {"type": "command", "command": "say done"}
    value = {"hooks": {"Stop": [{"hooks": [HANDLER, own]}]}}
    clean = take_out(json.dumps(value, indent=2), [], [], WANTED)
    assert json.loads(clean) == {"hooks": {"Stop": [{"hooks": [own]}]}}


def test_an_entry_between_two_of_ours_keeps_every_byte() -> None:
    ours = json.dumps({"hooks": [HANDLER]})
    foreign = '{  "matcher":"x" ,"hooks": [ ] }'
    text = '{"hooks": {"Stop": [\n  ' + ours + ",\n\n  " + foreign + " ,  \n " + ours + "\n]}}"
    clean = take_out(text, [], [], WANTED)
    assert clean == '{"hooks": {"Stop": [\n  ' + foreign + "\n]}}"


def test_a_launcher_of_another_name_is_not_ours() -> None:
    assert is_ours(HANDLER)
    assert is_ours({"command": "/bin/sh", "args": ["${X}/.claude/ambidex/launch", "stop"]})
    assert not is_ours({"command": "/opt/ambidex/launcher.sh"})
    assert not is_ours({"command": "my-ambidex/launch-pad"})
    assert not is_ours("ambidex/launch")


def test_an_outdated_entry_does_not_count_as_installed() -> None:
    merged = merge("{}", WANTED).text
    assert contains(merged, WANTED)
    assert not contains(merged.replace(" stop", " halt"), WANTED)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[]", "the whole file"),
        ('{"hooks": []}', "hooks"),
        ('{"hooks": {"Stop": {}}}', "hooks.Stop"),
        ('{"permissions": {"deny": "Read"}}', "permissions.deny"),
        ('{"permissions": null}', "permissions"),
        ('{"hooks": {}, "hooks": {}}', "hooks is there twice"),
    ],
)
def test_a_shape_that_cannot_be_merged_into_is_refused_by_name(text: str, where: str) -> None:
    with pytest.raises(SettingsShapeError, match=where):
        merge(text, WANTED)
