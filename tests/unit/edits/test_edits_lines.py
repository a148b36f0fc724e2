"""Which lines changed, and when two findings are the same."""

import pytest

from ambidex.changes.lines import changed_lines
from ambidex.edits.lines import essence, only_new


@pytest.mark.parametrize(
    ("before", "after", "ranges"),
    [
        (b"a\nb\n", b"a\nb\n", []),
        (b"a\nb\n", b"a\n", []),
        (b"", b"a\nb\n", [(1, 2)]),
        (b"a\nc\n", b"a\nb\nc\n", [(2, 2)]),
        (b"a\nb\nc\nd\n", b"A\nb\nc\nD\n", [(1, 1), (4, 4)]),
        (b"a\n", b"a\r\n", [(1, 1)]),
        (b"a\nb", b"a\nb\n", [(2, 2)]),
        (b"a\n\x0c\nb\n", b"a\n\x0c\nB\n", [(3, 3)]),
    ],
)
def test_changed_lines_are_found(before, after, ranges):
    assert changed_lines(before, after, gaps=False) == ranges


def test_formatting_does_not_change_the_essence():
    assert essence(b"f( 'a' ,\n  b, )") == essence(b'f("a", b)')
    assert essence(b"f(a)") != essence(b"f(b)")


def test_findings_are_compared_as_multisets():
    assert only_new(["x", "y", "x", "x"], ["x", "x", "z"], lambda one: one) == ["y", "x"]
