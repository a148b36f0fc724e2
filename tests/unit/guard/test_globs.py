"""Path patterns: the semantics that the policy documents."""

import pytest

from ambidex.guard.globs import matches, matches_any


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("tests/golden/**", "tests/golden/test_a.py"),
        ("tests/golden/**", "tests/golden/deep/er/test_a.py"),
        ("tests/golden", "tests/golden/test_a.py"),
        ("tests/golden/", "tests/golden/test_a.py"),
        ("**/snapshots/*.json", "a/b/snapshots/c.json"),
        ("**/snapshots/*.json", "snapshots/c.json"),
        ("*.lock", "deep/down/uv.lock"),
        ("src/?.py", "src/a.py"),
        ("a*b*c", "aXbYc"),
        ("**", "anything/at/all"),
    ],
)
def test_a_pattern_matches(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("tests/golden/**", "tests/golden_old/test_a.py"),
        ("tests/golden/**", "src/tests/golden/test_a.py"),
        ("src/*.py", "src/deep/a.py"),
        ("src/?.py", "src/ab.py"),
        ("a*b", "ac"),
        ("*.lock", "lock"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


def test_a_pattern_of_many_stars_is_judged_at_once() -> None:
    assert not matches("a*" * 200 + "b", "a" * 2_000)


def test_the_first_matching_pattern_is_named() -> None:
    assert matches_any(["x", "src/**"], "src/a.py") == "src/**"
    assert matches_any([], "src/a.py") is None
