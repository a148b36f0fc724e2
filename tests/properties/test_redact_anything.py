"""Redaction of anything at all: it never fails, is done once for all, and leaves the rest alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ambidex.ledger.redact import redact

# Pieces of secrets, in any order and combination.
pieces = st.sampled_from(
    [
        *("password", "=", ":", " ", "'", '"', "\\", "\n", "\\n", "token", "api_key", "--secret "),
        *("hunter2x", "Bearer ", "Authorization: ", "Basic ", "://", "user:", "@host", "curl -u "),
        *("sk-", "ghp_", "eyJ", "AKIA", "A" * 16, "b1" * 20, ".", "-", "[redacted:", "]", "{", "}"),
        *("-----BEGIN ", "PRIVATE KEY-----", "-----END ", "key", "(", ",", "\0", "É", "İ"),
    ]
)
texts = st.one_of(st.text(st.characters()), st.lists(pieces, max_size=14).map("".join))
values = st.recursive(
    st.one_of(texts, st.none(), st.integers(), st.floats(), st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(texts, inner)
    ),
    max_leaves=12,
)
plain_words = st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=30).map(" ".join)


@given(values)
def test_redacting_twice_is_redacting_once(value: Any) -> None:
    once = redact(value)
    assert repr(redact(once)) == repr(once)


@given(plain_words)
def test_plain_words_are_handed_through(text: str) -> None:
    assert redact(text) is text


@given(texts)
def test_a_string_without_a_find_is_the_same_object(text: str) -> None:
    clean = redact(text)
    assert clean is text or "[redacted:" in clean


def test_nesting_without_end_is_cut() -> None:
    cycle: list[Any] = ["password=hunter2"]
    cycle.append(cycle)
    assert redact(cycle)[0] == "password=[redacted:password]"
