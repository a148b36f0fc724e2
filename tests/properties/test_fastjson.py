"""`ambidex.fastjson` against the real `json`: same values, same refusals."""

from __future__ import annotations

import enum
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambidex import fastjson

# Any code point, lone surrogates included.
texts = st.text(st.characters())
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=30,
)


def outcome(read: Any, text: str | bytes) -> tuple[Any, ...]:
    try:
        return ("value", repr(read(text)))
    except json.JSONDecodeError as error:
        return ("error", error.pos)
    except ValueError:
        return ("error", None)


@given(values)
def test_what_is_written_is_what_json_writes(value: Any) -> None:
    assert fastjson.dumps(value) == json.dumps(value, separators=(",", ":"))
    assert fastjson.dumps(value, sort_keys=True) == json.dumps(
        value, separators=(",", ":"), sort_keys=True
    )


@given(values)
def test_a_value_survives_writing_and_reading(value: Any) -> None:
    assert repr(fastjson.loads(fastjson.dumps(value))) == repr(value)
    assert repr(fastjson.loads(fastjson.dumps(value).encode())) == repr(value)


@given(st.text(st.sampled_from('{}[]",:\\u0019dDeE+-. \t\n\r\x00\x1f\ufeffntrfalsuNIy/é')))
def test_any_text_is_read_or_refused_as_json_does(text: str) -> None:
    assert outcome(fastjson.loads, text) == outcome(json.loads, text)


@given(values, st.data())
def test_a_damaged_document_is_refused_at_the_same_place(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()), indent=1)
    cut = data.draw(st.integers(0, len(text)))
    damaged = text[:cut] + data.draw(st.text(max_size=2)) + text[cut + 1 :]
    assert outcome(fastjson.loads, damaged) == outcome(json.loads, damaged)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_as_strict_utf_8_or_refused(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        with pytest.raises(ValueError):
            fastjson.loads(data)
    else:
        assert outcome(fastjson.loads, data) == outcome(json.loads, text)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'"\xed\xa0\x80"',
        b'"\x80"',
        "\ufeff{}",
        "",
        " ",
        "{} {}",
        "[1,]",
        '{"a":1,}',
        "{'a':1}",
        '"a\nb"',
        '"\\x"',
        "01",
        "nul",
    ],
)
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        fastjson.loads(text)


def test_the_last_of_duplicate_keys_wins() -> None:
    assert fastjson.loads('{"a":1,"a":2}') == {"a": 2}


def test_a_lone_surrogate_survives() -> None:
    assert fastjson.loads('"\\ud800"') == "\ud800"
    assert fastjson.dumps("\ud800") == '"\\ud800"'


@pytest.mark.parametrize("deep", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("levels", [200, 10_000, 1_000_000])
def test_deep_nesting_is_refused_with_a_value_error(deep: str, levels: int) -> None:
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(deep) if c in "[{")
    for text in (deep * levels, deep * levels + "1" + closing * levels):
        with pytest.raises(ValueError):
            fastjson.loads(text)


def test_the_depth_limit_is_exact() -> None:
    limit = fastjson.MAX_DEPTH
    text = "[" * limit + "]" * limit
    assert fastjson.dumps(fastjson.loads(text)) == text
    with pytest.raises(ValueError, match="nested deeper"):
        fastjson.loads(f"[{text}]")
    with pytest.raises(ValueError, match="nested deeper"):
        fastjson.dumps([json.loads(text)])


def test_many_brackets_are_not_depth() -> None:
    text = json.dumps(["[" * 500, [{}] * 500])
    assert fastjson.loads(text) == json.loads(text)


def test_a_cycle_is_refused() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(ValueError):
        fastjson.dumps(cycle)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan]])
def test_what_is_no_number_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError):
        fastjson.dumps(value)


@pytest.mark.parametrize("value", [b"x", object(), {1}, {1: 2}, {None: 1}, 1j])
def test_other_types_are_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        fastjson.dumps(value)


def test_only_text_is_read() -> None:
    with pytest.raises(TypeError):
        fastjson.loads(12)  # type: ignore[arg-type]


def test_subclasses_are_written_as_what_they_are() -> None:
    class Text(str):
        def __str__(self) -> str:
            return "other"

        __repr__ = __str__

    class Number(enum.IntEnum):
        ONE = 1

    class Length(float):
        def __repr__(self) -> str:
            return "other"

    assert (
        fastjson.dumps([Text("a"), Number.ONE, Length(2.5), (1,), True]) == '["a",1,2.5,[1],true]'
    )
