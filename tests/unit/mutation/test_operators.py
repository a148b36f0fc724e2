"""What is changed, by operator: known code and the edits of it."""

from __future__ import annotations

import pytest

from testing.mutated import edits, made


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a): return g(a)", ["g(a) -> None"]),
        ("def f(a): return a, 1", ["a, 1 -> None"]),
        ("def f(a): return(a, 1)", ["(a, 1) ->  None"]),
        ("def f(a): return a < 3", ["a < 3 -> False", "a < 3 -> True"]),
        ("def f(a) -> bool: return g(a)", ["g(a) -> False", "g(a) -> True"]),
        ("def f(a): return not a", ["not a -> False", "not a -> True"]),
        ("def f(a): yield a", ["a -> None"]),
        ("def f(a): yield from a", ["a -> ()"]),
        ("async def f(a): return await a", ["await a -> None"]),
        # The literal is changed; `None` would be seen by whoever sees that.
        ("def f(a): return 5", []),
        ("def f(a): return None", []),
        ("def f(a): return", []),
        ("def f(a): yield", []),
    ],
)
def test_what_a_function_gives_back(code: str, expected: list[str]) -> None:
    assert edits(code, "ReturnValue") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a):\n  g(a)\n  return 1", ["g(a) -> pass"]),
        ("async def f(a):\n  await g(a)\n  return 1", ["await g(a) -> pass"]),
        ("def f(a):\n  if a:\n    return\n  g(a)", ["return -> pass", "g(a) -> pass"]),
        ("def f(a):\n  a += 1\n  return a", ["a += 1 -> pass"]),
        ("def f(a):\n  a = g(a)\n  return a", ["a = g(a) -> pass"]),
        ("def f(a):\n  self.b = a", ["self.b = a -> pass"]),
        ("def f(a):\n  a[1] = 2", ["a[1] = 2 -> pass"]),
        ("def f(a):\n  del a[1]", ["del a[1] -> pass"]),
        ("def f(a):\n  raise KeyError(a)", ["raise KeyError(a) -> pass"]),
        ("def f(a):\n  for b in a:\n    b = 1\n    g(b)", ["b = 1 -> pass", "g(b) -> pass"]),
        (
            "def f(a):\n  try:\n    g()\n  except E as e:\n    raise",
            ["g() -> pass", "raise -> pass"],
        ),
        # Without these there is only a NameError, or a name too many.
        ("def f(a):\n  b = g(a)\n  return b", []),
        ("class C:\n  def __init__(self, a):\n    self.a = a", []),
        ("def f(a):\n  b = 1\n  del b", []),
        ("def f(a):\n  import b\n  global c\n  pass\n  '''text'''\n  ...", []),
    ],
)
def test_statements_that_are_left_out(code: str, expected: list[str]) -> None:
    assert edits(code, "StatementRemoval") == expected


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        ("ValueError", ["ValueError -> RuntimeError"]),
        ("ValueError(a)", ["ValueError(a) -> RuntimeError"]),
        ("RuntimeError(a)", ["RuntimeError(a) -> LookupError"]),
        ("KeyError(a)", ["KeyError(a) -> RuntimeError"]),
        ("shop.SoldOut(a, b=1)", ["shop.SoldOut(a, b=1) -> ArithmeticError"]),
        # Whoever catches it catches everything.
        ("Exception(a)", []),
        ("NotImplementedError", []),
        ("", []),
    ],
)
def test_another_exception_is_one_that_is_not_caught(raised: str, expected: list[str]) -> None:
    assert edits(f"def f(a):\n  g(a)\n  raise {raised}", "ExceptionType") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a < 10", ["10 -> 11", "10 -> 9"]),
        ("a >= 10", ["10 -> 11", "10 -> 9"]),
        # `a > 9` is what `a >= 10` says.
        ("a > 10", ["10 -> 11"]),
        ("10 > a", ["10 -> 11", "10 -> 9"]),
        ("a == 10", ["10 -> 11"]),
        ("a < 0", ["0 -> (-1)", "0 -> 1"]),
        ("a[1:3]", ["1 -> 0", "1 -> 2", "3 -> 2", "3 -> 4"]),
        ("a[:-1]", ["1 -> 0", "1 -> 2"]),
        ("a[1]", ["1 -> 2"]),
        ("g(range(2, 5, 1))", ["2 -> 1", "2 -> 3", "5 -> 4", "5 -> 6", "1 -> 2"]),
        ("a < 1.5", ["1.5 -> 2.5"]),
    ],
)
def test_bounds_are_shifted_both_ways(code: str, expected: list[str]) -> None:
    assert edits(f"def f(a): b = {code}", "NumberLiteral") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a):\n  if a: g()", ["a -> False", "a -> True"]),
        (
            "def f(a):\n  if g(a): h()\n  elif a.b: i()",
            ["g(a) -> False", "g(a) -> True", "a.b -> False", "a.b -> True"],
        ),
        ("def f(a):\n  while g(a): h()", ["g(a) -> False"]),
        ("def f(a): h([b for b in a if b])", ["b -> True"]),
        ("def f(a): h(1 if a else 2)", ["a -> (a) and False", "a -> (a) or True"]),
        # These have operators of their own.
        ("def f(a):\n  if a < 3: g()", []),
        ("def f(a):\n  if not a: g()", []),
        ("def f(a):\n  if (b := a): g(b)", []),
    ],
)
def test_conditions_without_an_operator(code: str, expected: list[str]) -> None:
    assert edits(code, "ConditionalExpression") == expected


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@app.route('/x', status=201)", ["@app.route('/x', status=201) ->", "201 -> 202"]),
        ("@property", ["@property ->"]),
        ("@retry(True)", ["@retry(True) ->", "True -> False"]),
        ("@functools.lru_cache(maxsize=3)", []),
        ("@wraps(g)", []),
        ("@abstractmethod", []),
    ],
)
def test_decorators(decorator: str, expected: list[str]) -> None:
    code = f"{decorator}\ndef f():\n  g()\n"
    assert edits(code, lines=[(1, 1)]) == expected
    assert all(each.at_import for each in made(code, lines=[(1, 1)]).mutants)


def test_mutmuts_operators_where_mutmut_does_not_go() -> None:
    code = """\
    A = 1 + 2
    class B:
        C = 3 * 4
        @property
        def d(self):
            return self.e - 5
        def __new__(cls):
            return cls / 6
        class F:
            def g(self, h=7):
                def i():
                    return h % 8
                return i
    if A:
        def j():
            return A ** 9
    """
    found = {
        (each.line, each.qualname, each.operator, each.at_import)
        for each in made(code).mutants
        if each.operator in ("ArithmeticOperator", "NumberLiteral")
    }
    both = ("ArithmeticOperator", "NumberLiteral")
    assert found == {
        *((1, "<module>", each, True) for each in both),
        *((3, "<module>", each, True) for each in both),
        *((6, "B.d", each, False) for each in both),
        *((8, "B.__new__", each, False) for each in both),
        (10, "B.F.g", "NumberLiteral", True),
        *((12, "B.F.g.<locals>.i", each, False) for each in both),
        *((16, "j", each, False) for each in both),
    }


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a, b): g(a + b)", "+ -> -"),
        ("def f(a): a.lower()", "lower -> upper"),
        ("def f(a): h(dict(b=a))", "b -> bXX"),
        ("def f(a): h(lambda: a)", "a -> None"),
        ("def f(a):\n  for b in a: break\n  g()", "break -> return"),
        ("def f(a):\n  for b in a: continue\n  g()", "continue -> break"),
        ("def f(a): b = a is c", "is -> is not"),
        ("def f(a): b = copy.deepcopy(a)", "deepcopy -> copy"),
        ("def f(a): b = True", "True -> False"),
        ("def f(a, b=1): pass; g()", "1 -> 2"),
        ("def f(a): h(a, *b, c=d)", ", c=d ->"),
        ("def f(a): h(f'{a + 1:>{a - 1}}')", "- -> +"),
        ("def f(a):\n  match a:\n    case 1: g()\n    case _: h()", "case 1: g() ->"),
        ("def f(a):\n  match a:\n    case 1: g()\n    case _: h()", "case _: h() ->"),
    ],
)
def test_mutmuts_operators(code: str, expected: str) -> None:
    assert expected in edits(code)
