"""Functions without bodies: the right type, a wrong value."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from ambidex.mutation.mutants import gut
from testing.mutated import PATH, compiles

NUMBER = -987654321
TEXT = "gutted by ambidex"


def results(code: str, *given: object) -> list[Any]:
    """What each gutted version of `f` returns."""
    text = textwrap.dedent(code)
    found = []
    for mutant in gut(PATH, text, ["f"]):
        names: dict[str, Any] = {}
        exec(mutant.applied(text), names)
        found.append(names["f"](*given))
    return found


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("-> int: return 1", NUMBER),
        ("-> 'int': return 1", NUMBER),
        ("-> float: return 1", NUMBER - 0.5),
        ("-> str: return a", TEXT),
        ("-> bytes: return a", TEXT.encode()),
        ("-> list[int]: return a", [NUMBER]),
        ("-> typing.Sequence[int]: return a", [NUMBER]),
        ("-> tuple[int, str]: return 1, a", (NUMBER, NUMBER)),
        ("-> set[int]: return a", {NUMBER}),
        ("-> frozenset[int]: return a", frozenset([NUMBER])),
        ("-> dict[str, int]: return a", {TEXT: NUMBER}),
        ("-> int | None: return a", NUMBER),
        ("-> None | str: return a", TEXT),
        ("-> typing.Optional[int]: return a", NUMBER),
        ("-> typing.Union[None, 'str']: return a", TEXT),
        ("-> typing.Annotated[int, 3]: return a", NUMBER),
        ("-> typing.Literal['a']: return a", TEXT),
        ("-> None: print(a)", None),
        ("-> object: return a", None),
        ("-> 'not a type (': return a", None),
        (": return 1 + a", NUMBER),
        (": return f'{a}'", TEXT),
        (": return [b for b in a]", [NUMBER]),
        (": return {a: 1}", {TEXT: NUMBER}),
        (": return a, 1, 2", (NUMBER,) * 3),
        (": return len(a)", NUMBER),
        (": return a or 'b'", TEXT),
        (": return 'b' if a else None", TEXT),
        (": return -1", NUMBER),
        (": return g(a)", None),
        (": print(a)", None),
    ],
)
def test_the_value_has_the_type(head: str, value: object) -> None:
    code = "import typing\n" + f"def f(a){' ' if head[0] == '-' else ''}{head}"
    # The annotations that name nothing are not to be evaluated.
    assert results("from __future__ import annotations\n" + code, "a") == [value]


@pytest.mark.parametrize(
    "head",
    ["-> bool: return g(a)", ": return a == 1", ": return not a", ": return isinstance(a, b)"],
)
def test_both_booleans(head: str) -> None:
    assert results(f"def f(a){' ' if head[0] == '-' else ''}{head}", 1) == [True, False]


def test_a_boolean_that_is_constant_has_one_wrong_value() -> None:
    assert results("def f() -> bool:\n  '''Always.'''\n  return True\n") == [False]


def test_generators_yield_nothing() -> None:
    assert [list(each) for each in results("def f():\n  yield 1\n  return 2")] == [[]]
    assert results("def f():\n  def g(): yield 1\n  return 5") == [NUMBER]


def test_async_stays_async() -> None:
    text = "async def f() -> int:\n  return await g()\nasync def h():\n  yield 1\n"
    first, second = gut(PATH, text, ["f", "h"])
    assert first.applied(text).startswith(f"async def f() -> int:\n  return {NUMBER}\nasync")
    assert second.replacement == "return; yield"
    assert compiles(first, text)
    assert compiles(second, text)


def test_decorators_and_the_rest_of_the_class_stay() -> None:
    text = textwrap.dedent("""\
        class A:
            @property
            def b(self) -> str:
                # Why.
                @wraps(c)
                def d(): return 1
                return d() # end
            @contextmanager
            def e(self):
                yield
            def __init__(self, g):
                self.g = g
        """)
    found = gut(PATH, text, ["A.b", "A.e", "A.__init__", "A.nothing", "<module>"])
    assert [(each.qualname, each.replacement) for each in found] == [
        ("A.b", f"return {TEXT!r}"),
        ("A.e", "return; yield"),
        ("A.__init__", "pass"),
    ]
    assert [(each.line, each.end_line, each.operator) for each in found] == [
        (5, 7, "Gutted"),
        (10, 10, "Gutted"),
        (12, 12, "Gutted"),
    ]
    assert "# Why.\n        return 'gutted by ambidex' # end\n" in found[0].applied(text)
    assert "@property\n    def b" in found[0].applied(text)
    assert not any(each.at_import for each in found)


@pytest.mark.parametrize(
    "code", ["def f(): pass", "def f(): ...", "def f():\n  '''Nothing.'''", "def f(): return None"]
)
def test_what_does_nothing_is_not_gutted(code: str) -> None:
    assert gut(PATH, code, ["f"]) == []


def test_a_text_that_is_no_module() -> None:
    with pytest.raises(SyntaxError):
        gut(PATH, "def f(:", ["f"])
