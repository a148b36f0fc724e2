"""Mutants that make no difference, or the same one as another: told by their bytecode."""

from __future__ import annotations

import ast
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_CODE = type(compile("", "", "exec"))


def fingerprint(source: str, flags: int = 0) -> tuple[object, ...] | None:
    """What a piece of code does, without where it stands; None if it does not compile.

    Args:
        source: whole statements.
        flags: `__future__` features in force, as `compile` takes them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(source, "<mutant>", "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None
    return _of_code(code)


def future_flags(tree: ast.Module) -> int:
    """The compiler flags of a module's `from __future__ import`."""
    import __future__

    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for each in node.names:
                feature = getattr(__future__, each.name, None)
                flags |= getattr(feature, "compiler_flag", 0)
    return flags


def _of_code(code: CodeType) -> tuple[object, ...]:
    return (
        code.co_code,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        code.co_name,
        getattr(code, "co_exceptiontable", b""),
        tuple(map(_of_constant, code.co_consts)),
    )


def _of_constant(value: object) -> object:
    if isinstance(value, _CODE):
        return _of_code(value)
    if isinstance(value, tuple):
        return ("tuple", *map(_of_constant, value))
    if isinstance(value, frozenset):
        return ("frozenset", *sorted(map(repr, value)))
    # 1, 1.0 and True are equal, and so are 0.0 and -0.0; their texts are not.
    return (type(value).__name__, repr(value))
