from __future__ import annotations

import pytest

from ambidex.policy.globs import literal_start, matches, problem


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("tests/golden/**", "tests/golden/a/b.py"),
        ("tests/golden/", "tests/golden/x"),
        ("tests/golden", "tests/golden/x/y"),
        ("*.lock", "deep/down/uv.lock"),
        ("vendor", "a/vendor/b.py"),
        ("**/conftest.py", "conftest.py"),
        ("a/**/z", "a/z"),
        ("a/**/z", "a/b/c/z"),
        ("a/**/**/z", "a/z"),
        ("src/*.py", "src/.hidden.py"),
        ("src/?.py", "src/a.py"),
        ("src/[a-c]x", "src/bx"),
        ("src/[!a-c]x", "src/dx"),
        ("src/[]]", "src/]"),
        ("src/[a-]", "src/-"),
        ("**", "anything/at/all"),
        ("a*b*c", "aXbYbZc"),
    ],
)
def test_a_glob_covers(glob: str, path: str) -> None:
    assert problem(glob) is None
    assert matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("tests/golden/**", "tests/golden"),
        ("tests/golden/**", "x/tests/golden/a"),
        ("src/*.py", "src/a/b.py"),
        ("src/*.py", "src/a.pyc"),
        ("src/?.py", "src/ab.py"),
        ("src/[!a-c]x", "src/ax"),
        ("src/[a-c]x", "src/dx"),
        ("vendor", "vendored/a"),
        ("a/**/z", "b/a/z"),
        ("tests/golden", "tests"),
    ],
)
def test_a_glob_does_not_cover(glob: str, path: str) -> None:
    assert not matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("/etc/*", "absolute"),
        ("~/x", "absolute"),
        ("C:/x", "absolute"),
        ("a/../b", "leaves the project"),
        ("a\\b", "backslash"),
        ("a\nb", "control character"),
        ("!a", "negation"),
        ("*.{a,b}", "braces"),
        ("a//b", "empty or a single dot"),
        ("./a", "empty or a single dot"),
        ("a**", "stand alone"),
        ("a/[bc", "not closed"),
        ("a/[]", "not closed"),
        ("x" * 1001, "characters"),
    ],
)
def test_an_invalid_glob_is_refused_with_its_reason(glob: str, why: str) -> None:
    assert why in (problem(glob) or "")


def test_a_glob_that_makes_backtracking_explode_elsewhere_is_matched_at_once() -> None:
    assert not matches("/".join(["**", "*a*a*a*a*a*b"] * 10), "/".join(["a" * 100] * 30))


def test_the_literal_start_ends_at_the_first_wildcard() -> None:
    assert literal_start("a/b/*.py") == "a/b"
    assert literal_start("*.py") == ""
    assert literal_start("a/b") == "a/b"
