"""Mutants lie where they say, in whatever way the text is written."""

from __future__ import annotations

import ast
import time

import pytest

from ambidex.mutation import equivalent, mutmut_operators
from ambidex.mutation.mutants import generate
from testing.mutated import PATH, compiles, made

CODE = """\
class A:
    def b(self, c=1):
        d = c + 2
        def e():
            return d < 3
        return e


def f(g):
    if g:
        return (
            g -
            4
        )
    h(5)


I = 6
"""


def marks(text: str, **only: object) -> list[tuple[int, str, str, bool, str]]:
    result = generate(PATH, text, **only)  # type: ignore[arg-type]
    assert result.error == ""
    assert not {"syntax", "unread"} & result.dropped.keys()
    for each in result.mutants:
        assert compiles(each, text)
        assert each.applied(text) != text
    return [
        (each.line, each.qualname, each.operator, each.at_import, each.replacement)
        for each in result.mutants
    ]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.replace("    ", "\t"),
        lambda text: text.replace("def f", "\fdef f"),
        lambda text: text.replace("\n\n\n", "\n\f\n\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("d = c", "dé = c").replace("d < 3", "dé < 3"),
    ],
)
def test_the_same_mutants_however_it_is_written(written: object) -> None:
    assert callable(written)
    assert marks(written(CODE)) == marks(CODE)


def test_characters_that_end_no_line_and_take_several_bytes() -> None:
    text = "a = 'ä😀\u2028\x0b\x1c\x85'; b = 1 + x; 'é'; c = f(3)\nd = 'é', 4\n"
    found = generate(PATH, text).mutants
    spots = {(each.line, text[each.start : each.end], each.replacement) for each in found}
    assert {(1, "+", "-"), (1, "3", "4"), (2, "4", "5"), (1, "1", "2")} <= spots
    assert all(compiles(each, text) for each in found)


def test_lines_name_the_innermost_function_and_what_runs_at_import() -> None:
    found = {(line, name, at_import) for line, name, _, at_import, _ in marks(CODE)}
    assert found == {
        (2, "A.b", True),
        (3, "A.b", False),
        (5, "A.b.<locals>.e", False),
        (6, "A.b", False),
        (10, "f", False),
        (12, "f", False),
        (13, "f", False),
        (15, "f", False),
        (18, "<module>", True),
    }


def test_a_default_on_the_line_of_the_body_runs_at_import() -> None:
    found = made("def f(a,\n      b=1): return b + 2\n").mutants
    assert {(each.replacement, each.at_import) for each in found} == {
        *(("2", True), ("-", False), ("3", False), ("None", False))
    }


def test_only_statements_with_a_line_in_the_ranges() -> None:
    assert {each[0] for each in marks(CODE, lines=[(10, 10)])} == {10}
    assert {each[0] for each in marks(CODE, lines=[(5, 9)])} == {5, 6}
    # A statement that spans lines is mutated as one.
    assert {each[0] for each in marks(CODE, lines=[(13, 13)])} == {12, 13}
    assert {each[0] for each in marks(CODE, lines=[(2, 2), (17, 99)])} == {2, 18}
    assert marks(CODE, lines=[]) == []
    assert marks(CODE, lines=[(7, 8), (200, 300), (-5, 0)]) == []


def test_only_the_named_functions_and_what_is_in_them() -> None:
    def names(*functions: str) -> set[str]:
        return {each[1] for each in marks(CODE, functions=functions)}

    assert names("f") == {"f"}
    assert names("A.b") == {"A.b", "A.b.<locals>.e"}
    assert names("A.b.<locals>.e") == {"A.b.<locals>.e"}
    assert names("A") == {"A.b", "A.b.<locals>.e"}
    assert names("<module>") == {"<module>"}
    assert names("A.bb", "b", "e", "") == set()
    assert {each[0] for each in marks(CODE, functions=["f"], lines=[(2, 10)])} == {10}


def test_ids_are_unique_and_the_order_is_that_of_the_text() -> None:
    found = generate(PATH, CODE).mutants
    assert len({each.id for each in found}) == len(found)
    assert [each.start for each in found] == sorted(each.start for each in found)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "# nothing\n", "\f\n"])
def test_nothing_to_mutate(text: str) -> None:
    assert marks(text) == []


@pytest.mark.parametrize("text", ["def f(:\n", "a = 1\0\n", "\tif a:\n", "print 'a'"])
def test_what_is_no_module_is_an_error(text: str) -> None:
    result = generate(PATH, text)
    assert result.error
    assert result.mutants == []


def test_what_is_nested_too_deeply_is_counted_not_lost() -> None:
    text = "def f(a):\n    return " + " + ".join(["a"] * 3000) + "\ndef g(a): return a + 1\n"
    result = generate(PATH, text)
    if not result.error:
        assert result.dropped["unread"] == 1
        assert {each.qualname for each in result.mutants} >= {"g"}


def test_private_names_mean_the_same_in_a_piece() -> None:
    body = "        self.__b = __a + 1\n        super().f(__class__)\n"
    assert marks("class A:\n    def f(self, __a):\n" + body)


def test_future_features_hold_in_a_piece() -> None:
    # With evaluated annotations the function has one code object more, and other constants.
    plain = "def f(a: g(1) = 2): return a\n"
    assert equivalent.fingerprint(plain) != equivalent.fingerprint(
        plain, equivalent.future_flags(ast.parse("from __future__ import annotations"))
    )
    assert marks("from __future__ import annotations\n" + plain)


def test_ten_lines_of_a_large_module_take_no_time() -> None:
    body = "".join(
        f"        if self.a{at} < {at}:\n            g(self, b={at})\n" for at in range(20)
    )
    text = "class A:\n" + "".join(f"    def f{at}(self):\n{body}" for at in range(30))
    assert text.count("\n") > 1200
    generate(PATH, text, lines=[(1, 1)])
    times = []
    for first in (100, 500, 900):
        begin = time.process_time()
        assert len(generate(PATH, text, lines=[(first, first + 9)]).mutants) > 10
        times.append(time.process_time() - begin)
    assert min(times) < 0.3


class TestSelfTest:
    """mutmut is what it was, or there are no mutants and a reason."""

    def test_it_is(self) -> None:
        assert mutmut_operators._examine() == ""

    def test_an_operator_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mutmut.mutation import mutators

        monkeypatch.setattr(mutators, "mutation_operators", mutators.mutation_operators[1:])
        assert "operator_number" in mutmut_operators._examine()

    def test_an_operator_answers_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mutmut.mutation import mutators

        monkeypatch.setattr(mutators, "_operator_mapping", {})
        assert "answer differently" in mutmut_operators._examine()

    def test_the_table_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from mutmut.mutation import mutators

        monkeypatch.delattr(mutators, "mutation_operators")
        assert "can't be used" in mutmut_operators._examine()

    def test_then_there_is_an_error_instead_of_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mutmut_operators, "_state", {"wrong": "mutmut is another."})
        result = generate(PATH, CODE)
        assert result.error == "mutmut is another."
        assert result.mutants == []
