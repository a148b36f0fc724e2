from __future__ import annotations

import pytest
import tomllib

from ambidex.policy.keys import line_of, locate


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("# c\n\n[s]\n# d\nk = 1\n", ("s", "k"), 5),
        ("a.b.c = 1\na.b.d = 2\n", ("a", "b", "d"), 2),
        ("a . 'b c' . \"d\\u0065\" = 1\n", ("a", "b c", "de"), 1),
        ("[[t]]\nk = 1\n[[t]]\nk = 2\n", ("t", 1, "k"), 4),
        ("[[t]]\n[t.u]\nk = 1\n[[t]]\n[t.u]\nk = 2\n", ("t", 1, "u", "k"), 6),
        ("[[t]]\n[[t.u]]\n[[t.u]]\nk = 1\n", ("t", 0, "u", 1, "k"), 4),
        ("a = [\n  1, # one ]\n  2,\n]\nb = 1\n", ("a", 1), 3),
        ("a = [\n  1,\n]\nb = 1\n", ("b",), 4),
        ("a = [[1], [\n2]]\n", ("a", 1, 0), 2),
        ("a = {b = 1, c = {d = [1,\n2]}}\nz = 1", ("a", "c", "d", 1), 2),
        ("a = {b = 1, c = {d = 2}}\nz = 1", ("z",), 2),
        ('a = """\n# no\n[x]\n"""\nb = 1\n', ("b",), 5),
        ('a = """x\\"""" # quotes\nb = 1\n', ("b",), 2),
        ('a = """two quotes"""""\nb = 1\n', ("b",), 2),
        ("a = '''\n'' \\'''\nb = 1\n", ("b",), 3),
        ('a = "]}#\\"" # x\nb = 1\n', ("b",), 2),
        ("a = 1\r\n\r\nb = 2\r\n", ("b",), 3),
        ("[ a . b ]\nk = 1979-05-27T07:32:00Z\n", ("a", "b", "k"), 2),
        ("a = 1 # no newline", ("a",), 1),
    ],
)
def test_a_key_is_found_on_its_line(text: str, path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(text)
    assert locate(text)[path] == line


def test_what_is_not_written_down_is_on_the_line_of_what_is_around_it() -> None:
    lines = locate("x = 1\n[[t]]\nk = 1\n")
    assert line_of(lines, ("t", 0, "missing")) == 2
    assert line_of(lines, ("nothing", "like", "it")) == 1
