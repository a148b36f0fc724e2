"""Looking for secrets in anything: it never fails, a log keeps none of it, and time is linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambidex.secrets.formats import FORMATS
from ambidex.secrets.redact import redact_text
from ambidex.secrets.search import find
from ambidex.secrets.shapes import SHAPES
from testing.made_secrets import Maker, tokens

PREFIXES = [prefix for one in FORMATS for prefix in one.prefixes]
NEEDLES = [shape.needle for shape in SHAPES]
MADE = [token for _, _, token in tokens(13)] + list(Maker(13).shapes().values())

pieces = st.one_of(
    st.sampled_from(PREFIXES),
    st.sampled_from(NEEDLES),
    st.sampled_from(MADE),
    st.sampled_from(
        [
            *("password", "=", ":", " ", "'", '"', "\\", "\n", "\\n", "api_key", "--token ", "@"),
            *("://", "/", ".", "-", "_", "b1" * 20, "-----BEGIN ", "PRIVATE " + "KEY-----", "É"),
            *("[redacted:", "]", "\ud800", "İ", "0123456789", "aB3" * 9, "user", "%", "{", "}"),
        ]
    ),
)
texts = st.one_of(st.text(st.characters()), st.lists(pieces, max_size=10).map("".join))


@given(texts)
def test_places_are_in_order_and_within_the_text(text: str) -> None:
    at = 0
    for secret in find(text):
        assert at <= secret.start < secret.end <= len(text)
        assert secret.line == text.count("\n", 0, secret.start) + 1
        assert len(secret.shown) <= 5
        at = secret.end


@given(texts)
def test_what_is_found_is_not_in_the_log(text: str) -> None:
    clean = redact_text(text)
    assert find(clean) == []
    assert redact_text(clean) == clean


@given(st.lists(st.sampled_from(MADE), min_size=1, max_size=6), st.sampled_from(" \n,;"))
def test_all_of_several_are_taken_out(secrets: list[str], between: str) -> None:
    clean = redact_text(between.join(secrets))
    for secret in secrets:
        assert secret not in clean


HOSTILE = [
    *PREFIXES,
    *NEEDLES,
    "://a:b1@",
    "password=",
    "api_key: '",
    "-----BEGIN PRIVATE KEY-----",
]
HOSTILE += ["x", "aB3", "_", "eyJhbGciOiJIUzI1NiJ9.", "sk-aB3", "token='aB3"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_repetition_takes_linear_time(piece: str) -> None:
    text = "discord vault " + piece * (200_000 // len(piece))
    start = time.process_time()
    find(text)
    # A quadratic reader would take minutes; a busy machine takes three times the usual.
    assert time.process_time() - start < 2.0
