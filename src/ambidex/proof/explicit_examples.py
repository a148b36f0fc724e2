"""Failing examples of properties, written into the tests as `@example(...)`.

Hypothesis finds a failure again only while its database lasts, and not on another machine. An
explicit example is tried on each run, everywhere, before anything random.
"""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.proof.failing_examples import Example

_ALIAS = "hypothesis_example"


class Refused(Exception):
    """An example can't be written into the test; the text says why."""


def added(source: bytes, examples: list[Example]) -> tuple[bytes, list[Example]]:
    """A test file with these examples in it, and those that were added.

    Only lines are inserted, and a name into an import; all other bytes stay. Examples that are
    there already are left out.

    Args:
        source: the file's bytes.
        examples: examples of tests of this file.

    Raises:
        Refused: the file or a test is not as it was, or a value can't be written.
    """
    try:
        source.decode("utf-8")
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Refused(f"it can't be read as UTF-8 Python: {error}") from None
    text = _Text(source)
    name, insertions = _example_name(tree, text)
    new = []
    for each in examples:
        function = _function(tree, each.function)
        if function is None:
            raise Refused(f"there is no {each.function} in it any more")
        if each.values is None:
            raise Refused(f"an example of {each.function} has no code: {each.text.strip()[:200]}")
        if each.missing:
            raise Refused(f"{', '.join(each.missing)} is not imported in it")
        if _has(function, each):
            continue
        given = _given(function, tree)
        indent = text.indent(given.lineno)
        line = (given.end_lineno or given.lineno) + 1
        insertions.append((text.offset(line, 0), each.decorator(name, indent) + "\n"))
        new.append(each)
    if not new:
        return source, []
    modules = sorted({module for each in new for module in each.unknown})
    start = text.offset(_first_import(tree), 0)
    insertions += [(start, f"import {module}\n") for module in modules]
    return text.with_insertions(insertions), new


class _Text:
    """A file's bytes by line, as `ast` counts: lines from 1, columns in bytes of UTF-8."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.newline = b"\r\n" if b"\r\n" in source else b"\n"
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self._mark = 3 if source.startswith(b"\xef\xbb\xbf") else 0

    def offset(self, line: int, column: int) -> int:
        mark = self._mark if line == 1 else 0
        return self.starts[min(line, len(self.starts)) - 1] + column + mark

    def indent(self, line: int) -> str:
        text = self.source[self.starts[line - 1] :]
        return text[: len(text) - len(text.lstrip(b" \t"))].decode()

    def with_insertions(self, insertions: list[tuple[int, str]]) -> bytes:
        found = self.source
        # From the end, so that offsets hold; at one place what comes later is put in first.
        insertions.sort(key=lambda each: each[0])
        for offset, text in reversed(insertions):
            new = text.encode().replace(b"\n", self.newline)
            found = found[:offset] + new + found[offset:]
        return found


def _function(tree: ast.Module, qualname: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    body: list[ast.stmt] = tree.body
    node: ast.stmt | None = None
    for part in qualname.split("."):
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        named = [each for each in body if isinstance(each, kinds) and each.name == part]
        node = named[-1] if named else None
        if node is None:
            return None
        body = getattr(node, "body", [])
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _given(function: ast.FunctionDef | ast.AsyncFunctionDef, tree: ast.Module) -> ast.expr:
    from ambidex.proof.property_tests import Names

    names = Names(tree)
    for decorator in function.decorator_list:
        if names.is_given(decorator):
            return decorator
    raise Refused(f"{function.name} has no @given that could be recognised")


def _has(function: ast.FunctionDef | ast.AsyncFunctionDef, example: Example) -> bool:
    """Whether the test has this example already, however it is spaced."""
    wanted = {key: ast.dump(_value(value)) for key, value in example.values or ()}
    for decorator in function.decorator_list:
        call = _innermost(decorator)
        if isinstance(call, ast.Call) and not call.args:
            there = {each.arg: ast.dump(each.value) for each in call.keywords}
            if there == wanted:
                return True
    return False


def _innermost(decorator: ast.expr) -> ast.expr:
    """`example(…)` of `example(…).via(…)`, which says something about the example before it."""
    function = decorator.func if isinstance(decorator, ast.Call) else None
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
        return _innermost(function.value)
    return decorator


def _value(code: str) -> ast.expr:
    try:
        return ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Refused(f"a value of the example is no code: {error}") from None


def _example_name(tree: ast.Module, text: _Text) -> tuple[str, list[tuple[int, str]]]:
    """What `hypothesis.example` is called in the module, and what must be inserted for it."""
    modules: list[str] = []
    imported: ast.ImportFrom | None = None
    for node in tree.body:
        if isinstance(node, ast.Import):
            plain = [alias for alias in node.names if alias.name == "hypothesis"]
            modules += [alias.asname or alias.name for alias in plain]
        elif isinstance(node, ast.ImportFrom) and node.module == "hypothesis" and not node.level:
            imported = imported or node
            for alias in node.names:
                if alias.name == "example":
                    return alias.asname or alias.name, []
                if alias.name == "*":
                    return "example", []
    if imported is None:
        if modules:
            return f"{modules[0]}.example", []
        line = _first_import(tree)
        return _ALIAS, [(text.offset(line, 0), f"from hypothesis import example as {_ALIAS}\n")]
    name = "example" if not _binds(tree, "example") else _ALIAS
    alias_text = name if name == "example" else f"example as {_ALIAS}"
    for alias in imported.names:
        if alias.name.lower() > "example":
            return name, [(text.offset(alias.lineno, alias.col_offset), f"{alias_text}, ")]
    last = imported.names[-1]
    end = text.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)
    return name, [(end, f", {alias_text}")]


def _binds(tree: ast.Module, name: str) -> bool:
    """Whether the module uses `name` for something else."""
    for node in ast.walk(tree):
        if name in (getattr(node, "id", None), getattr(node, "arg", None)):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                return True
        elif isinstance(node, ast.alias) and name in (node.asname, node.name):
            return True
    return False


def _first_import(tree: ast.Module) -> int:
    """The line of the first import that is no `from __future__`."""
    for node in tree.body:
        if isinstance(node, ast.Import) or (
            isinstance(node, ast.ImportFrom) and node.module != "__future__"
        ):
            return node.lineno
    raise Refused("it imports nothing, so where Hypothesis comes from is not to be seen")
