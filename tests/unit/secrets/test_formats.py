"""Every format is found, and neither what is too short or long for it nor what stands in for it."""

from __future__ import annotations

import pytest

from ambidex.secrets.checks import CHECKS
from ambidex.secrets.formats import CERTAIN, FORMATS, LIKELY, Format
from ambidex.secrets.redact import redact_text
from ambidex.secrets.search import find
from ambidex.secrets.shapes import SHAPES
from testing.made_secrets import Maker, tokens

ALL = [pytest.param(one, prefix, token, id=prefix) for one, prefix, token in tokens()]
FRAMES = ["{}", "x = '{}'", "a: {}\nb", "KEY={} run", '["{}"]', "line\\n{}\\nline", "({})", "{},{}"]


def kinds(text: str) -> list[str]:
    return [secret.kind for secret in find(text)]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("one", "prefix", "token"), ALL)
def test_a_token_is_found_where_it_stands(one: Format, prefix: str, token: str, frame: str) -> None:
    text = frame.replace("{}", token, 1).replace("{}", "")
    found = [secret for secret in find(text) if secret.kind == one.id]
    assert len(found) == 1, find(text)
    assert text[found[0].start : found[0].end] == token
    if one.check in ("", "crc"):
        assert found[0].confidence == one.confidence


@pytest.mark.parametrize(("one", "prefix", "token"), ALL)
def test_a_fragment_is_none(one: Format, prefix: str, token: str) -> None:
    assert one.id not in kinds(f"x {token[: len(prefix) + 9]} y")


@pytest.mark.parametrize(("one", "prefix", "token"), ALL)
def test_one_of_a_fixed_length_is_not_longer(one: Format, prefix: str, token: str) -> None:
    if one.least == one.most:
        tail = "".join(c for c in one.alphabet if c.isalnum())[:9]
        assert one.id not in kinds(f"x {token}{tail} y")


@pytest.mark.parametrize(("one", "prefix", "token"), ALL)
@pytest.mark.parametrize("stand_in", ["x", "0", "<your-token>", "${TOKEN}", "1234567890", "abcdef"])
def test_a_stand_in_is_none(one: Format, prefix: str, token: str, stand_in: str) -> None:
    rest = (stand_in * one.most)[: one.least] if stand_in.isalnum() else stand_in
    assert kinds(f"x {prefix}{rest} y") == []


@pytest.mark.parametrize(("one", "prefix", "token"), ALL)
def test_a_log_has_none_of_it(one: Format, prefix: str, token: str) -> None:
    clean = redact_text(f"a {token} b")
    assert token[len(prefix) + 2 :] not in clean
    assert clean == f"a [redacted:{one.id}] b"


@pytest.mark.parametrize("prefix", ["ghp" + "_", "gho" + "_", "npm" + "_"])
def test_a_checksum_makes_it_certain_and_a_wrong_one_likely(prefix: str) -> None:
    body = Maker(3).checked()
    wrong = body[:-1] + ("a" if body[-1] != "a" else "b")
    (right,) = find(f"t {prefix}{body}")
    (other,) = find(f"t {prefix}{wrong}")
    assert (right.confidence, right.proven) == (CERTAIN, True)
    assert (other.confidence, other.proven) == (LIKELY, False)


@pytest.mark.parametrize("needle", [shape.needle for shape in SHAPES])
def test_a_shape_is_found_and_a_stand_in_is_none(needle: str) -> None:
    (shape,) = [one for one in SHAPES if one.needle == needle]
    text = Maker(5).shapes()[needle]
    found = [secret for secret in find(text) if secret.kind == shape.id]
    assert [secret.confidence for secret in found] == [shape.confidence], text
    secret = text[found[0].start : found[0].end]
    assert secret not in redact_text(text)
    assert kinds(text.replace(secret, "x" * len(secret))) == []
    assert kinds(text.replace(secret, "<your-secret>")) == []
    assert shape.id not in kinds(text.replace(secret, secret[: len(secret) // 9]))


def test_there_are_many_formats_and_every_check_is_used() -> None:
    assert len({one.name for one in FORMATS} | {one.name for one in SHAPES}) >= 60
    assert {one.check for one in FORMATS} == {"", *CHECKS}
    prefixes = [prefix for one in FORMATS for prefix in one.prefixes]
    assert len(prefixes) == len(set(prefixes))
