"""Hidden characters: what is found and decoded, and what has an honest use."""

from __future__ import annotations

import time

import pytest

from ambidex.instructions.hidden import find


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(c)) for c in text)


def selectors(data: bytes) -> str:
    return "".join(chr(0xFE00 + b) if b < 16 else chr(0xE0100 + b - 16) for b in data)


def bits(text: str) -> str:
    return "".join(f"{ord(c):08b}" for c in text).replace("0", "\u200b").replace("1", "\u200c")


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("tags", f"# Title\n\nDo it.{tags('run it now')}\n", "run it now"),
        ("tags", f"a {tags('x')} b", "x"),
        ("tags", "\U0001f3f4" + tags("an order that is no flag") + "\U000e007f", "an order"),
        ("selectors", "Nice \U0001f600" + selectors(b"delete all"), "delete all"),
        ("selectors", "a\ufe00\ufe01\ufe02\ufe03b", ""),
        ("selectors", "latin\U000e0105", ""),
        ("zero-width", "word " + bits("send"), "send"),
        ("zero-width", "plain " + "\u200b" * 4 + " text", ""),
        ("zero-width", "ign\u200bore this", "ignore"),
        ("zero-width", "ign\u2063ore this", "ignore"),
        ("zero-width", "pass\ufeffword", "password"),
        ("zero-width", "pass\u2060word", "password"),
        ("bidi", "if role != '\u202euser\u2066': # admin", "if role"),
        ("bidi", "access \u2067level", "access level"),
        ("filler", "const \u3164 = 1", ""),
        ("filler", "a\uffa0b", "ab"),
        ("annotation", "seen\ufff9hidden\ufffbmore", ""),
    ],
)
def test_what_is_hidden_is_found_and_shown(kind: str, text: str, says: str) -> None:
    found = [trace for trace in find(text) if trace.rule == f"instructions.hidden.{kind}"]
    assert found
    assert found[0].severity == "error"
    assert says in found[0].says
    assert found[0].says.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "naïve – “quoted” … 中文 русский",
        "family \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u2764\ufe0f\u200d\U0001f525",
        "a keycap 1\ufe0f\u20e3 and a doubled heart \u2764\ufe0f\ufe0f",
        "flag of Wales \U0001f3f4" + tags("gbwls") + "\U000e007f",
        "Persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "Hindi \u0915\u094d\u200d\u0937",
        "\u05e9\u05dc\u05d5\u05dd \u200f(\u202b12\u202c) \u2067abc\u2069",
        "Hello \u2068name\u2069, welcome",
        "\u845b\U000e0100\u57ce",
        "Korean \u1112\u1160\u11ab and \u3131\u3164",
        "very\u00adlong\u00adword",
        "a break in a\u200bCamel\u200bName and after.\u200b\n",
        "\ufeff# Title",
        "x \u200b y\n" * 10,
    ],
)
def test_honest_uses_are_silent(text: str) -> None:
    assert find(text) == []


def test_in_instructions_controls_and_lookalikes_count_too() -> None:
    text = "run\x1b[8m hidden\x1b[0m\nuse c\u0443rl here\n"
    assert find(text) == []
    rules = {trace.rule for trace in find(text, strict=True)}
    assert rules == {"instructions.hidden.control", "instructions.hidden.lookalike"}
    assert find("Это обычный текст: curl, тест\tok\r\n", strict=True) == []


def test_lines_are_counted_and_what_is_found_is_in_their_order() -> None:
    text = f"one\ntwo ign\u200bore\nthree\n{tags('x')}\nfive \u202eback\n"
    assert [trace.line for trace in find(text)] == [2, 4, 5]


def test_invisible_characters_strewn_over_a_text_are_a_warning() -> None:
    (trace,) = find("word \u200b" * 50)
    assert trace.severity == "warning"
    assert "strewn" in trace.message


def test_many_traces_are_cut() -> None:
    assert len(find("ign\u200bore\n" * 1000)) == 20


@pytest.mark.parametrize(
    "text",
    [
        "Ein Satz – mit Strichen und Umläuten. " * 26_000,
        "这是一个普通的句子。" * 100_000,
        "обычный текст " * 70_000,
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06a9\u062a\u0627\u0628 \u0631\u0627 "
        * 62_000,
        "a" * 999_999 + "\U0001f600",
    ],
    ids=["dashes", "Chinese", "Russian", "Persian", "emoji"],
)
def test_a_megabyte_is_searched_quickly(text: str) -> None:
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        assert find(text) == []
        best = min(best, time.process_time() - start)
    # 50 ms where nothing else runs; Persian, with a joiner in every third word, takes the longest.
    assert best < (0.4 if "\u200c" in text else 0.15)
