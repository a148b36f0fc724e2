"""Patterns, arithmetic, braces, `echo` and `printf`, each by itself."""

import pytest

from ambidex.guard.shell import arithmetic, braces, patterns, printing
from ambidex.guard.shell.conditions import single
from ambidex.guard.shell.nodes import Literal, Word
from ambidex.guard.taint import ANY, STAR, VARIABLE, Source, Sources

UNKNOWN = Sources().mark(Source(VARIABLE, "$x"))


def active(pattern: str) -> str:
    return pattern.translate(patterns.ACTIVE)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", "a/b", True),
        ("a*", "abc", True),
        ("a*", "bac", False),
        ("*a*b*", "xxayybzz", True),
        ("?", "a", True),
        ("?", "", False),
        ("[ab]", "b", True),
        ("[!ab]", "b", False),
        ("[^ab]", "c", True),
        ("[a-c]x", "bx", True),
        ("[[:digit:]]", "7", True),
        ("[[:digit:]]", "x", False),
        ("[]]", "]", True),
        ("[ab", "[ab", True),
        ("*.py", "a.py", True),
        ("*.py", "a.pyc", False),
        ("a*", "a" + UNKNOWN, None),
        ("*", UNKNOWN, True),
        ("a", UNKNOWN, None),
    ],
)
def test_what_a_pattern_matches(pattern: str, text: str, expected: bool | None) -> None:
    assert patterns.matches(active(pattern), text) is expected


def test_quoted_characters_of_patterns_are_themselves() -> None:
    assert patterns.matches("*", "x") is False
    assert patterns.matches("*", "*") is True
    assert patterns.closed(active("a[bc]d[")) != "a[bc]d["
    assert patterns.plain(STAR + ANY) == "*?"


def test_what_takes_too_long_to_match_is_not_known() -> None:
    assert patterns.matches(active("*a" * 2_000), "a" * 2_000) is None
    assert patterns.replaced("a" * 5_000, active("*b*b"), "", "//") is None
    assert patterns.trimmed(UNKNOWN, active("*/"), end=False, longest=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("2 ** 10", 1024),
        ("1 << 4", 16),
        ("0x10", 16),
        ("010", 8),
        ("2#101", 5),
        ("1 ? 2 : 3", 2),
        ("!0", 1),
        ("~0", -1),
        ("a = 5, a + 1", 6),
        ("n++ + n", 7),
        ("b", 3),
        ("", 0),
        ("1 / 0", None),
        ("unknown + 1", None),
        ("1 +", None),
        ("(" * 500 + "1", None),
        ("9" * 5_000, None),
    ],
)
def test_the_value_of_an_expression(text: str, expected: int | None) -> None:
    table: dict[str, str | None] = {"n": "3", "b": "n", "unknown": None}

    def put(name: str, value: int | None) -> None:
        table[name] = None if value is None else str(value)

    assert arithmetic.evaluate(text, lambda name: table.get(name, ""), put) == expected


def spelled(text: str) -> list[str]:
    words = braces.expanded(Word([Literal(text, False)]))
    return ["".join(part.text for part in word.parts) for word in words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a,b}", ["a", "b"]),
        ("x{a,b}y{1,2}", ["xay1", "xay2", "xby1", "xby2"]),
        ("{a,{b,c}}", ["a", "b", "c"]),
        ("{1..3}", ["1", "2", "3"]),
        ("{3..1}", ["3", "2", "1"]),
        ("{1..7..3}", ["1", "4", "7"]),
        ("{08..10}", ["08", "09", "10"]),
        ("{a..c}", ["a", "b", "c"]),
        ("{a}", ["{a}"]),
        ("{}", ["{}"]),
        ("{a,b", ["{a,b"]),
        ("a,b}", ["a,b}"]),
        ("{,x}", ["", "x"]),
    ],
)
def test_what_braces_stand_for(text: str, expected: list[str]) -> None:
    assert spelled(text) == expected


def test_too_many_words_are_not_spelled_out() -> None:
    for text in ("{a,b}" * 30, "{1..99999}", "{1..100}{1..100}"):
        with pytest.raises(braces.TooMany):
            spelled(text)


def test_what_is_printed() -> None:
    assert printing.echo(["a", "b"]) == "a b\n"
    assert printing.echo(["-n", "a"]) == "a"
    assert printing.echo(["-e", r"a\tb\x41\0101"]) == "a\tbAA\n"
    assert printing.echo([r"a\tb"]) == "a\\tb\n"
    assert printing.echo(["-x", "a"]) == "-x a\n"

    def printf(form: str, *arguments: str) -> str:
        return printing.printf(form, list(arguments), lambda _: "?")

    assert printf("%s-%s\\n", "a", "b", "c") == "a-b\nc-\n"
    assert printf("%5s|%-5s|%05d", "a", "b", "42") == "    a|b    |00042"
    assert printf("%d %x %o", "10", "255", "8") == "10 ff 10"
    assert printf("%b", r"\0101\n") == "A\n"
    assert printf("100%%") == "100%"
    assert printf("%.2s", "abc") == "ab"
    assert printf("\\162\\x6d") == "rm"
    assert printf("%d", UNKNOWN) == "?"
    assert len(printf("%99999s", "a")) <= 10_000


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], False),
        (["x"], True),
        ([""], False),
        ([UNKNOWN], None),
        (["-z", ""], True),
        (["-n", ""], False),
        (["-n", UNKNOWN], None),
        (["a", "=", "a"], True),
        (["a", "!=", "a"], False),
        (["2", "-gt", "1"], True),
        (["2", "-gt", UNKNOWN], None),
        (["!", "a", "=", "a"], False),
        (["a", "=", "a", "-a", "b", "=", "c"], False),
        (["a", "=", "b", "-o", "b", "=", "b"], True),
        (["-f", "x"], None),
        (["(", "x", ")"], True),
    ],
)
def test_the_outcome_of_test(words: list[str], expected: bool | None) -> None:
    assert single(words) is expected
