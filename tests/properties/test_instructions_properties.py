"""The detectors on anything at all: they never fail, find in order, and take linear time."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambidex.hook import incoming
from ambidex.instructions import hidden, injected
from ambidex.instructions.inspect import decode, traces

pieces = st.sampled_from(
    [
        *("ignore ", "all ", "previous ", "instructions", ". ", "\n", "# ", "<!-- ", " -->", "*"),
        *("do not tell the user ", "base64 ", "decode ", "and run ", "curl ", "| sh", "https://x "),
        *("send ", "password ", "<system>", "</system-reminder>", "you are now ", "display:none>"),
        *("\u200b", "\u200d", "\ufeff", "\u202e", "\u2069", "\ufe0f", "\U000e0041", "\U000e0101"),
        *("\u3164", "\ufff9", "\U0001f3f4", "\U0001f600", "\u0645", "a", "İ", "\ud800", "\x1b[0m"),
    ]
)
texts = st.one_of(st.text(st.characters()), st.lists(pieces, max_size=40).map("".join))
values = st.recursive(
    st.one_of(texts, st.none(), st.integers(), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "file", "prompt"]), inner),
    ),
    max_leaves=10,
)


@given(texts, st.booleans())
def test_traces_have_lines_of_the_text_and_are_safe_to_print(text: str, strict: bool) -> None:
    last = text.count("\n") + 1
    for find in (hidden.find, injected.find):
        lines = []
        for trace in find(text, strict=strict):
            assert 1 <= trace.line <= last
            assert trace.message.isascii()
            assert trace.says.isprintable()
            lines.append(trace.line)
        assert lines == sorted(lines)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    text = decode(data)
    if text is not None:
        for name in ("x.md", "x.json", "x.py"):
            traces(text, name)


@given(st.sampled_from(["Read", "Bash", "WebFetch", "mcp__a__b"]), values)
def test_the_text_of_any_response_is_bounded(tool: str, response: Any) -> None:
    assert len(incoming.text_of(tool, response)) <= incoming.LONGEST


def seconds(text: str) -> float:
    best = 99.0
    for _ in range(3):
        begin = time.perf_counter()
        hidden.find(text, strict=True)
        injected.find(text, strict=True)
        best = min(best, time.perf_counter() - begin)
    return best


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "\u200b",
            "\ufe0f",
            "\U000e0041",
            "a\U000e0041",
            "\u202e",
            "\u202ea\n",
            "\u3164 ",
            "\x1b",
        ),
        *(
            "a\u200bb",
            "<!-- ",
            "ignore ",
            "curl ",
            "base64 ",
            "password https://x ",
            " \n",
            "human:\n",
        ),
        *("do not tell the user ", "ignore all previous instructions ", "display:none "),
    ],
)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    small = piece * (100_000 // len(piece))
    # Eight times the text in at most twenty times the time: a square would take 64.
    assert seconds(small * 8) < 20 * max(seconds(small), 0.002)
