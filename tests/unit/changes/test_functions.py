"""From lines to functions."""

import pytest

from ambidex.changes.functions import functions, touched

SOURCE = '''\
"""Module."""
import os

@decorated(
    1
)
def one(x):
    return x


class Box:
    size = 1

    def get(self):
        def inner():
            return self.size

        return inner

    class Lid:
        async def open(self): ...


if os.name == "posix":
    def two(): return 2
# a comment
'''


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (1, ["<module>"]),
        (3, []),
        (4, ["one"]),
        (5, ["one"]),
        (8, ["one"]),
        (11, ["<module>"]),
        (12, ["<module>"]),
        (14, ["Box.get"]),
        (16, ["Box.get", "Box.get.<locals>.inner"]),
        (17, ["Box.get"]),
        (21, ["Box.Lid.open"]),
        (25, ["two"]),
        (26, []),
        (99, []),
    ],
)
def test_a_changed_line_touches_the_functions_around_it(line: int, names: list[str]) -> None:
    found = touched(SOURCE, [(line, line)])
    assert [each.qualname for each in found] == names
    assert found.error == ""


def test_a_function_is_named_once_with_its_lines() -> None:
    found = touched(SOURCE, [(4, 5), (7, 8), (12, 12)])
    assert [(each.qualname, each.line, each.end_line) for each in found] == [
        ("<module>", 1, 27),
        ("one", 4, 8),
    ]


@pytest.mark.parametrize("source", ["def (:\n", "x = '\0'\n", "(" * 5000 + ")" * 5000])
def test_source_that_does_not_parse_is_empty_and_says_why(source: str) -> None:
    found = touched(source, [(1, 1)])
    assert list(found) == []
    assert found.error


def test_lines_are_counted_as_python_counts_them() -> None:
    source = "x = '\x0c\u2028'\r\n\x0c\r\ndef f():\r\n    return 1\r\n"
    assert [each.qualname for each in touched(source, [(4, 4)])] == ["f"]


def test_all_functions_in_the_order_of_their_lines() -> None:
    source = "class A:\n    @b\n    def c(self):\n        def d(): pass\n\n\ndef e(): pass\n"
    found = [(each.qualname, each.line, each.end_line) for each in functions(source)]
    assert found == [("A.c", 2, 4), ("A.c.<locals>.d", 4, 4), ("e", 7, 7)]
    assert functions("def (") == []
