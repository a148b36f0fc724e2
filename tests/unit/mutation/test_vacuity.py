"""Why a property can't fail, as its source shows."""

from __future__ import annotations

import ast

import pytest

from ambidex.mutation.vacuity import reasons


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("f(x)", "it asserts nothing"),
        ("assume(x > 3); f(x)", "it asserts nothing"),
        ("assert f(x) == f(x)", "same expression"),
        ("assert True", "same expression"),
        ("assert isinstance(f(x), int)", "only checks types"),
        ("assert f(x) is not None", "only checks types"),
        ("assert f(x) is not None and callable(f)", "only checks types"),
        ("assert type(f(x)) is int", "only checks types"),
        ("try:\n        assert f(x) == 1\n    except Exception:\n        pass", "catches"),
        ("try:\n        assert f(x) == 1\n    except AssertionError:\n        return", "catches"),
        ("with contextlib.suppress(Exception):\n        assert f(x) == 1", "catches"),
        ("assume(x == 17); assert f(x) == 3", "almost no input"),
        ("assume(False); assert f(x) == 3", "almost no input"),
    ],
)
def test_what_is_visible_is_said(body: str, reason: str) -> None:
    (said,) = reasons(ast.parse(f"def test(x):\n    {body}\n").body[0])
    assert reason in said


@pytest.mark.parametrize(
    "body",
    [
        "assert f(x) == x + 1",
        "assert isinstance(f(x), int)\n    assert f(x) > x",
        "assume(x == y); assert f(x) == f(y)",
        "assume(x != 0); assert f(x) != 0",
        "assert f(f(x)) == f(x)",
        "assert_sorted(f(x))",
        "self.assertEqual(f(x), x)",
        "with pytest.raises(ValueError):\n        f(x)",
        "try:\n        y = f(x)\n    except ValueError:\n        return\n    assert y > x",
        "try:\n        f(x)\n    except Exception as error:\n        raise Wrong from error",
        "if f(x) < 0:\n        raise AssertionError(x)",
        "assert f(x) is None",
    ],
)
def test_nothing_is_said_of_what_can_fail(body: str) -> None:
    assert reasons(ast.parse(f"def test(x, y):\n    {body}\n").body[0]) == []
