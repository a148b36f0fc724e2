"""What may go into a record."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from ambidex.ledger.sanitise import HEAD, MAX_ITEMS, MAX_RECORD, MAX_TEXT, TAIL, sanitise

TOKEN = "ghp" + "_" + "aB3" * 12


def test_short_values_are_kept_as_they_are() -> None:
    record = {"a": "text", "b": [1, 2.5, None, True], "c": {"d": ""}}
    assert sanitise(record) == record


def test_a_long_text_keeps_head_and_tail_and_says_what_was_cut() -> None:
    text = "h" * HEAD + "m" * 5_000 + "t" * TAIL
    assert sanitise({"x": text})["x"] == "h" * HEAD + "[5000 characters cut]" + "t" * TAIL


def test_a_very_long_text_is_cut_alike() -> None:
    text = "h" * HEAD + "m" * 5_000_000 + "t" * TAIL
    assert sanitise({"x": text})["x"] == "h" * HEAD + "[5000000 characters cut]" + "t" * TAIL


@pytest.mark.parametrize("length", [MAX_TEXT + 10, 60_000, 500_000])
@pytest.mark.parametrize("offset", range(-40, 5, 4))
def test_a_secret_across_the_cut_is_not_halved_but_removed(length: int, offset: int) -> None:
    filler = "." * length
    head = filler[: HEAD + offset] + TOKEN + filler[HEAD:]
    tail = filler[: -TAIL - offset] + TOKEN + filler[-TAIL:]
    for text in (head, tail):
        assert "aB3" not in sanitise({"x": text})["x"]


def test_a_half_secret_at_the_edge_of_what_is_looked_at_is_not_kept() -> None:
    # So many secrets that redaction shrinks the text to less than what may be kept.
    text = (TOKEN + " ") * 100_000
    for shift in range(0, 40, 3):
        clean = sanitise({"x": "." * shift + text})["x"]
        assert "aB3" not in clean


def test_all_texts_together_are_bounded() -> None:
    record = {str(n): "x" * 7_000 for n in range(100)}
    assert len(json.dumps(sanitise(record))) < MAX_RECORD * 1.2


def test_many_items_are_bounded_and_counted() -> None:
    clean = sanitise({"list": [1] * 1000, "dict": {str(n): n for n in range(1000)}})
    assert len(clean["list"]) == MAX_ITEMS + 1
    assert clean["list"][-1] == "[800 more items cut]"
    assert clean["dict"]["[cut]"] == "800 more members"


def test_a_wide_tree_is_bounded() -> None:
    value: Any = "leaf"
    for _ in range(20):
        value = [value] * 20
    assert len(json.dumps(sanitise({"x": value}))) < 1_000_000


def test_a_cycle_ends() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    assert "nested too deeply" in json.dumps(sanitise({"x": cycle}))


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_what_json_does_not_know_becomes_text() -> None:
    record: dict[Any, Any] = {
        "nan": math.nan,
        "inf": -math.inf,
        "bytes": b"a\xff",
        "set": {1},
        "bad": Unprintable(),
        "huge": 10**5000,
        5: "key",
        "5": "again",
    }
    clean = sanitise(record)
    assert clean["nan"] == "nan"
    assert clean["inf"] == "-inf"
    assert clean["bytes"] == "a\\xff"
    assert clean["set"] == "{1}"
    assert clean["bad"] == "[Unprintable]"
    assert clean["huge"].startswith("0x")
    assert (clean["5"], clean["5+"]) == ("key", "again")
    json.loads(json.dumps(clean, allow_nan=False))


def test_a_member_named_like_a_secret_is_replaced() -> None:
    assert sanitise({"env": {"API_KEY": "shorty"}}) == {"env": {"API_KEY": "[redacted:value]"}}
