from __future__ import annotations

import pytest

from ambidex.client.screen import Screen


def drawn(*chunks: bytes, rows: int = 4, columns: int = 10) -> Screen:
    screen = Screen(rows, columns)
    for chunk in chunks:
        screen.feed(chunk)
    return screen


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"one\r\ntwo", "one\ntwo"),
        (b"one\rtwo", "two"),
        (b"a\x1b[3Cb", "a   b"),
        (b"\x1b[2;3Hx", "\n  x"),
        (b"abc\x1b[2Dx", "axc"),
        (b"abc\x1b[1G\x1b[K", ""),
        (b"abc\x1b[2J\x1b[Hz", "z"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;a title\x07text", "text"),
        (b"\x1b[?25l\x1b[>1uhidden\x1b[<u", "hidden"),
        (b"one\r\ntwo\x1b[1A\rO", "One\ntwo"),
        (b"one\r\ntwo\x1b[H\x1b[L", "\none\ntwo"),
        (b"one\r\ntwo\x1b[H\x1b[M", "two"),
        (b"abcd\x1b[2G\x1b[2P", "ad"),
        (b"abcd\x1b[2G\x1b[2X", "a  d"),
        (b"abcd\x1b[2G\x1b[1@", "a bcd"),
        (b"0123456789ab", "0123456789\nab"),
        (b"kept\x1b7\x1b[3;1Hx\x1b8!", "kept!\n\nx"),
        ("❯ ─".encode(), "❯ ─"),
    ],
)
def test_the_screen_shows_what_a_terminal_would(written: bytes, shown: str) -> None:
    assert drawn(written).text == shown


def test_an_escape_may_be_cut_anywhere() -> None:
    whole = "a\x1b[3C❯\x1b]0;title\x07\x1b[1;31mb\x1b[2;1Hc".encode()
    for cut in range(len(whole)):
        assert drawn(whole[:cut], whole[cut:]).text == drawn(whole).text


def test_lines_that_scroll_off_are_kept() -> None:
    screen = drawn(b"1\r\n2\r\n3\r\n4\r\n5\r\n6")
    assert screen.text == "3\n4\n5\n6"
    assert screen.scrolled == ["1", "2"]
    assert screen.history == "1\n2\n3\n4\n5\n6"


def test_a_scroll_region_leaves_the_other_lines_alone() -> None:
    screen = drawn(b"top\r\na\r\nb\r\nend\x1b[2;3r\x1b[3;1H\r\nc")
    assert screen.text == "top\nb\nc\nend"


def test_the_alternate_screen_starts_empty() -> None:
    assert drawn(b"before\x1b[?1049hafter").text == "after"
