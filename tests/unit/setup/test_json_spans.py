from __future__ import annotations

import json

import pytest

from ambidex.setup.json_spans import MAX_DEPTH, JsonError, parse


def test_every_value_is_where_the_parser_says() -> None:
    text = '\ufeff {"a": [1, -2.5e3, "x\\u00e9\\n", true, null],\r\n\t"b": {}}\n'
    root = parse(text)
    assert root.value() == json.loads(text.lstrip("\ufeff"))
    element = root.items[0].node.items[2]
    assert text[element.node.start : element.node.end] == '"x\\u00e9\\n"'
    assert text[root.items[1].start : root.items[1].node.end] == '"b": {}'


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ('{\n  // note\n  "a": 1\n}', 2, 3, "a comment"),
        ('{"a": 1 /* note */}', 1, 9, "a comment"),
        ('{"a": 1,}', 1, 9, "a comma before }"),
        ('{"a": 1', 1, 8, "ends too early"),
        ('{"a" 1}', 1, 6, "a colon"),
        ("{a: 1}", 1, 2, "a quoted key"),
        ("[1 2]", 1, 4, "a comma or ]"),
        ("[NaN]", 1, 2, "a value"),
        ("[01]", 1, 3, "a comma or ]"),
        ('["a\nb"]', 1, 2, "an unfinished string"),
        ('["\\x"]', 1, 2, "an unfinished string"),
        ("{} {}", 1, 4, "more text"),
        ("", 1, 1, "ends too early"),
        ("[" + "9" * 5000 + "]", 1, 2, "too long"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_place(
    text: str, line: int, column: int, problem: str
) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert problem in caught.value.problem


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(JsonError, match="levels"):
        parse("[" * 10_000 + "]" * 10_000)


def test_an_unfinished_string_of_a_megabyte_is_refused_at_once() -> None:
    with pytest.raises(JsonError):
        parse('["' + "\\\\a" * 300_000)
