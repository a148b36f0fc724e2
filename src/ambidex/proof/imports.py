"""What a Python file imports, found without parsing all of it.

Parsing 2,000 files takes many seconds; the import statements alone are found by one
expression over the bytes and only they are parsed. What looks like an import inside a
string is either no statement (and dropped) or selects a test too many.

Not seen: names computed at run time. A dotted name in a string (`import_module("a.b")`,
`patch("a.b.c")`) counts for the modules that changed; see `select`.
"""

from __future__ import annotations

import ast
import re

# `import` and `from` at the start of a statement; parentheses and backslashes continue it.
_STATEMENT = re.compile(
    rb"(?:^|[;:])[ \t]*"
    rb"((?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^()]*\)|(?:[^\n\\;]|\\\r?\n)*))"
    rb"|import[ \t]+(?:[^\n\\;]|\\\r?\n)*)",
    re.MULTILINE,
)


class Import:
    """One imported name.

    Attributes:
        level: number of leading dots; 0 for an absolute import.
        module: the dotted module, `""` for `from . import x`.
        name: the name taken from it; `""` for `import module`, `"*"` for a star.
    """

    __slots__ = ("level", "module", "name")

    def __init__(self, level: int, module: str, name: str) -> None:
        self.level = level
        self.module = module
        self.name = name


def imports(source: bytes) -> list[Import]:
    """All imports of a file, those inside functions and conditions included.

    Args:
        source: the file's bytes; a file that is no valid Python still gives what can be read.
    """
    if b"import" not in source:
        return []
    statements = [match.group(1) for match in _STATEMENT.finditer(source)]
    if not statements:
        return []
    nodes = _parse(b"\n".join(statements))
    if nodes is None:
        nodes = [node for statement in statements for node in _parse(statement) or ()]
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [Import(0, alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [Import(node.level, node.module or "", alias.name) for alias in node.names]
    return found


def _parse(source: bytes) -> list[ast.stmt] | None:
    try:
        # Text, not bytes: a coding cookie further up is not part of the statements.
        return ast.parse(source.decode("utf-8", "replace")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
