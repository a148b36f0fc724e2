"""What the mutants of a piece of code look like, for tables of them."""

from __future__ import annotations

import textwrap
import warnings

from ambidex.mutation.mutant import Mutant
from ambidex.mutation.mutants import Generated, generate

PATH = "src/shop.py"


def made(code: str, **only: object) -> Generated:
    """The mutants of a dedented piece of code; there has to be no error."""
    result = generate(PATH, textwrap.dedent(code), **only)  # type: ignore[arg-type]
    if result.error:
        raise AssertionError(result.error)
    return result


def edits(code: str, *operators: str, **only: object) -> list[str]:
    """`before -> after` of each mutant, in order, of all operators or the named ones."""
    text = textwrap.dedent(code)
    return [
        f"{text[each.start : each.end]} -> {each.replacement}".strip()
        for each in made(code, **only).mutants
        if not operators or each.operator in operators
    ]


def compiles(mutant: Mutant, text: str) -> bool:
    """Whether a module's text is still a module with the mutant in it."""
    source = mutant.applied(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source.removeprefix("\ufeff"), mutant.path, "exec", dont_inherit=True)
        except SyntaxError:
            return False
    return True
