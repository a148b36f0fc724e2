"""What nobody writes a test for is not mutated, and what looks like it is."""

from __future__ import annotations

import pytest

from testing.mutated import edits, made

NEVER = [
    "import os\nfrom copy import deepcopy",
    '"""A module."""',
    "def f():\n  '''Does it.'''",
    "x: 'int | None'",
    "def f(a: Literal['x'] = ...) -> dict['a', 1]: ...",
    "if TYPE_CHECKING:\n  A = 1\n  def f(): return 3",
    "if typing.TYPE_CHECKING:\n  from a import b",
    "if __name__ == '__main__':\n  main(3)",
    "__all__ = ['a', 'b']",
    "__version__ = '1.2'",
    "class A:\n  __slots__ = ('a', 'b')",
    "T = TypeVar('T', bound='A')",
    "A: TypeAlias = 'dict[str, int]'",
    "B = Union['A', 'C']",
    "log = logging.getLogger('shop')",
    "def f(a):\n  logger.debug('sold %s', a + 1)",
    "def f(a):\n  self._log.warning(f'sold {a}', extra={'a': 1})",
    "def f(a):\n  logging.error('sold')",
    "def f(a):\n  assert a > 3, 'too few'",
    "def f(a):\n  time.sleep(0.1)",
    "async def f(a):\n  await asyncio.sleep(3)",
    "def f(a):\n  raise NotImplementedError('not yet')",
    "@overload\ndef f(a: int = 3) -> int: return 4",
    "class P(Protocol):\n  @property\n  def f(self, a=3) -> int: ...",
    "class P(ABC):\n  @abstractmethod\n  def f(self, a=3):\n    '''What.'''\n    raise NotImplementedError",
    "class A:\n  def __repr__(self): return f'A({self.a + 1})' or 'A'",
    "def f(): pass",
    "type A = dict[str, int]" if hasattr(__import__("ast"), "TypeAlias") else "A: TypeAlias = int",
]


@pytest.mark.parametrize("code", NEVER)
def test_no_mutant(code: str) -> None:
    assert edits(code) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        # The text of an exception, but neither that there is one, nor its numbers.
        (
            "raise Error(404, f'no {a}', 'x' + a)",
            {
                *("raise Error(404, f'no {a}', 'x' + a) -> pass", "404 -> 405", "404 -> None"),
                *("404,  ->", "Error(404, f'no {a}', 'x' + a) -> ArithmeticError"),
            },
        ),
        (
            "warnings.warn('old', DeprecationWarning, stacklevel=2)",
            {"warnings.warn('old', DeprecationWarning, stacklevel=2) -> pass"},
        ),
        ("b = cast('A', a)", {"cast('A', a) -> None", "a -> None", ", a ->"}),
        ("b = a.encode('utf-8')", {"a.encode('utf-8') -> None"}),
        (
            "b = a.encode('latin-1')",
            {
                *("a.encode('latin-1') -> None", "'latin-1' -> None"),
                "'latin-1' -> 'XXlatin-1XX'",
            },
        ),
        ("b = a.get(c, None)", {"a.get(c, None) -> None", "c -> None", "c,  ->"}),
        (
            "b = open(a, encoding='ascii')",
            {"open(a, encoding='ascii') -> None", "a -> None", "a,  ->"},
        ),
        ("b = len(a)", {"len(a) -> None"}),
        (
            "a.add_argument('x', help='what')",
            {
                *("a.add_argument('x', help='what') -> pass", "'x' -> None", "'x',  ->"),
                *("'x' -> 'XXxXX'", "'x' -> 'X'"),
            },
        ),
    ],
)
def test_only_the_rest_of_it(statement: str, expected: set[str]) -> None:
    assert set(edits(f"def f(a):\n  {statement}")) == expected


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("def f(a):\n  catalogue.error('sold', a)", "catalogue.error('sold', a) -> pass"),
        ("def f(a):\n  blog.warn(a)", "blog.warn(a) -> pass"),
        ("def f(a):\n  print('sold')", "'sold' -> 'XXsoldXX'"),
        ("class A:\n  def __str__(self): return 'a'", "'a' -> 'XXaXX'"),
        ("def f(a):\n  if DEBUG: g()", "DEBUG -> False"),
        ("def f(a): b = a.get('k', 0)", "0 -> 1"),
        ("def f(a):\n  '''Does it.'''\n  return a", "a -> None"),
        ("if TYPE_CHECKING:\n  A = 1\nelse:\n  A = g(2)", "2 -> 3"),
        ("def f(a):\n  b = 'text'\n  return b", "'text' -> 'XXtextXX'"),
        ("def f(a): raise KeyError(a) from a", "raise KeyError(a) from a -> pass"),
        ("def f(codec): b = 'utf-8'", "'utf-8' -> 'XXutf-8XX'"),
    ],
)
def test_what_looks_like_it_is_mutated(code: str, edit: str) -> None:
    assert edit in edits(code)


def test_what_is_spared_is_counted() -> None:
    result = made("def f(a):\n  assert a > 3\n  log.info('sold')\n")
    assert result.mutants == []
    assert result.dropped["equivalent"] > 0


def test_mutants_with_the_bytecode_of_the_original_are_dropped() -> None:
    # The last statement of a function that returns nothing.
    result = made("def f(a):\n  if a:\n    g()\n    return\n")
    assert "return -> pass" not in edits("def f(a):\n  if a:\n    g()\n    return\n")
    assert result.dropped["equivalent"] == 1


def test_the_same_mutant_is_made_once() -> None:
    code = "def f(a):\n  for b in a:\n    break\n"
    assert made(code).dropped.get("duplicate", 0) + made(code).dropped.get("equivalent", 0) == 1


def test_a_table_is_not_mutated_row_by_row() -> None:
    rows = "".join(f'    "key{at}": {at},\n' for at in range(200))
    result = made(f"TABLE = {{\n{rows}}}\n")
    assert len(result.mutants) == 10
    assert result.dropped["table"] > 100
    # The row that was changed is.
    only = made(f"def f(): return 1\nTABLE = {{\n{rows}}}\n", lines=[(150, 150)])
    assert len(only.mutants) == 10
