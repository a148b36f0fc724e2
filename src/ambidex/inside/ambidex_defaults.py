"""Replaces literals that are default values in live functions.

Who called such a function while modules were imported has had the right value; the caller of this
knows that nobody did.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any


def swap_default(live: Any, module: Any, start: int, end: int, replacement: str) -> int:
    """Replace a span of the module's text that is one default value; returns in how many functions.

    Returns 0 where something else differs, where the value is no literal or not the one that is
    there, and where a decorator may have looked at it.

    Args:
        live: the live functions, an `ambidex_swap.Live`.
        module: the right text, an `ambidex_swap.Module`.
        start: offset of the first character.
        end: offset behind the last one.
        replacement: what stands there instead.
    """
    before, after = map(module.tree, module.pieces(start, end, replacement))
    for one, other in zip(_definitions(before), _definitions(after)):
        for ours, theirs in (
            (one.args.defaults, other.args.defaults),
            (one.args.kw_defaults, other.args.kw_defaults),
        ):
            for at, (was, now) in enumerate(zip(list(ours), list(theirs))):
                if was is None or now is None or ast.dump(was) == ast.dump(now):
                    continue
                theirs[at] = was
                if one.decorator_list or ast.dump(before) != ast.dump(after):
                    return 0
                keyword = one.args.kwonlyargs[at].arg if ours is one.args.kw_defaults else ""
                try:
                    old, new = ast.literal_eval(was), ast.literal_eval(now)
                except ValueError:
                    return 0
                functions = live.named(module.path, (one.name, one.lineno))
                return sum(_assign_default(each, keyword or at, old, new) for each in functions)
    return 0


def _definitions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _assign_default(function: FunctionType, place: str | int, old: Any, new: Any) -> int:
    """Replace the default at a position or of a keyword; somebody else's value is left alone."""
    if isinstance(place, str):
        named = function.__kwdefaults__ or {}
        if repr(named.get(place)) != repr(old):
            return 0
        function.__kwdefaults__ = {**named, place: new}
    else:
        given = function.__defaults__ or ()
        if repr(given[place : place + 1]) != repr((old,)):
            return 0
        function.__defaults__ = (*given[:place], new, *given[place + 1 :])
    return 1
