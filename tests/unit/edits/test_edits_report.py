"""What the model is told."""

from ambidex.edits.report import for_model
from ambidex.verdict import Finding, Verdict


def text(*findings, max_findings=10, max_characters=2000):
    policy = {"edits": {"max_findings": max_findings, "max_characters": max_characters}}
    status = "findings" if findings else "passed"
    return for_model([Verdict("lint", status, "", list(findings))], policy)


def found(number, message="is wrong", **options):
    return Finding("a.py", number, "R1", message, "Do it right.", **options)


def test_nothing_is_said_when_all_is_well():
    assert text() == ""


def test_a_finding_is_one_line_with_place_rule_message_and_fix():
    assert text(found(3)) == "a.py:3 R1 is wrong. Do it right."


def test_errors_come_before_warnings():
    lines = text(found(1, severity="warning"), found(2)).splitlines()
    assert lines == [
        "a.py:2 R1 is wrong. Do it right.",
        "a.py:1 R1 (warning) is wrong. Do it right.",
    ]


def test_what_is_over_the_limit_of_findings_is_counted():
    lines = text(*[found(number) for number in range(1, 15)]).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 4 more"


def test_the_text_with_its_last_line_fits_the_limit_of_characters():
    told = text(*[found(number, "x" * 300) for number in range(1, 11)])
    assert len(told) <= 2000
    assert told.splitlines()[-1].endswith(" more")


def test_a_tiny_limit_is_kept():
    assert text(found(1), found(2), max_characters=5) == "and 2"


def test_control_characters_line_breaks_and_hidden_ones_are_left_out():
    finding = Finding("a\nb\x1b[31m.py", 1, "R1", "says\r\u202eno\ud800\ufe0f", "")
    told = text(finding)
    assert told == "a b.py:1 R1 says no."
    assert told.isprintable()


def test_ordinary_letters_of_any_language_stay():
    assert text(found(1, "é 漢字 😀.")) == "a.py:1 R1 é 漢字 😀. Do it right."
