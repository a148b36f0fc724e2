"""Makes live functions wrong: compiles a changed statement and swaps the code of its functions.

The statement is compiled as a whole at its own lines under its own file name, so that name
mangling, the `__class__` cell and closures come out as in the module; then old and new code are
walked in parallel, and every live function that has an old code object gets its new one.
"""

from __future__ import annotations
import __future__

import ast
import functools
import gc
import os
import re
import sys
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Key = tuple[str, int]
    Pair = tuple[CodeType, CodeType]

_FUTURE = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}
_OPTIMIZED = 0x01  # a function's code; that of modules and classes has a namespace
_LINE_END = re.compile(r"\r\n|\r|\n")


class Unswappable(Exception):
    """The change reaches code that no live function holds; the text says why."""


class Live:
    """The functions of some files that are alive, found once with the garbage collector.

    To be made before `gc.freeze`, which hides objects from `gc.get_objects`.
    """

    def __init__(self, paths: set[str], below: str) -> None:
        """Look for functions of the files `paths`, and for caches of functions below `below`."""
        self._functions: dict[tuple[str, Key], list[FunctionType]] = {}
        self._caches: list[Any] = []
        real: dict[str, str] = {}
        for thing in gc.get_objects():
            if type(thing) is FunctionType:
                code = thing.__code__
                path = real.get(code.co_filename)
                if path is None:
                    path = real[code.co_filename] = os.path.realpath(code.co_filename)
                if path in paths:
                    self._functions.setdefault((path, key_of(code)), []).append(thing)
            elif type(thing) is functools._lru_cache_wrapper:
                inner = getattr(thing, "__wrapped__", None)
                name = getattr(getattr(inner, "__code__", None), "co_filename", "")
                if name and os.path.realpath(name).startswith(below):
                    self._caches.append(thing)

    def of(self, path: str, code: CodeType) -> list[FunctionType]:
        """The live functions of file `path` whose code was compiled from where `code` was."""
        there = self._functions.get((path, key_of(code)), [])
        if len({id(each.__code__) for each in there}) < 2:
            return there
        # Several lambdas in one line; or one function, imported more than once.
        return [each for each in there if _equal(each.__code__, code)] or there

    def named(self, path: str, key: Key) -> list[FunctionType]:
        """The live functions of file `path` with that name in that line."""
        return self._functions.get((path, key), [])

    def forget_results(self) -> None:
        """Empty the caches: they may hold what the right code returned."""
        for cache in self._caches:
            cache.cache_clear()


def _plain(text: str) -> str:
    """The text without its byte order mark, of which the compiler wants to know nothing."""
    return text[1:] if text.startswith("\ufeff") else text


def _equal(one: CodeType, other: CodeType) -> bool:
    where: Any = getattr(one, "co_positions", None)
    if where is None:  # Python 3.10 and older know lines only
        return one == other
    there: Any = other
    return one == other and list(where()) == list(there.co_positions())


def key_of(code: CodeType) -> Key:
    """What identifies a code object within a file, short of its content."""
    return code.co_name, code.co_firstlineno


class Module:
    """A module's right text, and its top-level statements.

    Attributes:
        path: its file in the copy, symbolic links resolved.
        text: its text.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._tree = ast.parse(_plain(text))
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text)), len(text)]
        self._prepared: dict[str, CodeType] = {}
        self._flags = 0
        for node in self._tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    self._flags |= _FUTURE[alias.name]

    def start_of(self, line: int) -> int:
        """The offset at which a line begins."""
        return self._starts[line - 1]

    def pieces(self, start: int, end: int, replacement: str) -> tuple[str, str]:
        """The statement around a span before and after the change, padded to its line.

        A span that no single statement holds gives the whole module.
        """
        for node in self._tree.body:
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)])
            last = node.end_lineno or node.lineno
            begin, stop = self._starts[first - 1], self._starts[min(last, len(self._starts) - 1)]
            if begin <= start and end <= stop:
                padding = "\n" * (first - 1)
                before = self.text[begin:stop]
                changed = self.text[begin:start] + replacement + self.text[end:stop]
                return padding + before, padding + changed
        return self.text, self.text[:start] + replacement + self.text[end:]

    def prepare(self, start: int, end: int) -> None:
        """Compile the statement around a span once, before there are many processes."""
        before, _ = self.pieces(start, end, "")
        if before not in self._prepared:
            self._prepared[before] = self.code(before)

    def prepared(self) -> list[str]:
        """The statements that mutants will be made of."""
        return list(self._prepared)

    def old_code(self, source: str) -> CodeType:
        """The code of a statement without a change."""
        return self._prepared.get(source) or self.code(source)

    def tree(self, source: str) -> ast.Module:
        """The syntax tree of a statement as `pieces` returns it.

        Raises:
            SyntaxError: it is none.
        """
        tree: ast.Module = self._compile(source, ast.PyCF_ONLY_AST)
        return tree

    def code(self, source: str | ast.Module) -> CodeType:
        """The code of a statement, as the module's own would be compiled.

        Raises:
            SyntaxError: it is none.
        """
        code: CodeType = self._compile(source, 0)
        return code

    def _compile(self, source: Any, flags: int) -> Any:
        plain = _plain(source) if isinstance(source, str) else source
        return compile(plain, self.path, "exec", flags | self._flags, dont_inherit=True)


def swap(live: Live, module: Module, start: int, end: int, replacement: str) -> int:
    """Replace a span of the module's text in everything that is alive; returns how many functions.

    Raises:
        Unswappable: the change is (also) in code that ran while the module was imported, or no
            function that has this code is alive.
        SyntaxError: the changed text is none.
    """
    before, after = module.pieces(start, end, replacement)
    return _replace(live, module, module.old_code(before), module.tree(after))


def swap_same(live: Live, module: Module) -> int:
    """Do all that `swap` does, without a change: prepared statements' functions get equal code."""
    swapped = 0
    for source in module.prepared():
        pairs = _pairs(module.old_code(source), module.code(source), equal_too=True)
        swapped += sum(_assign(live, module, pair) for pair in pairs)
    return swapped


def swap_raising(live: Live, module: Module, line: int) -> int:
    """Let the function around `line` do nothing but raise.

    Raises:
        Unswappable: there is no function around the line, or it isn't alive.
    """
    start = module.start_of(line)
    # An empty span would also be at the end of a statement that the line before holds.
    before, _ = module.pieces(start, start + 1, "")
    tree = module.tree(before)
    _raise_in(tree, line)
    swapped = _replace(live, module, module.code(before), tree)
    whole = module.tree(module.text)
    _raise_in(whole, line)
    on_import({module.path: whole})
    return swapped


def _raise_in(tree: ast.Module, line: int) -> None:
    for node in ast.walk(tree):  # breadth first: the outermost function is alive for sure
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            decorators = [each.lineno for each in node.decorator_list]
            if min([node.lineno, *decorators]) <= line <= (node.end_lineno or 0):
                # Not an Exception, so that the code under test does not handle it.
                node.body = ast.parse("raise BaseException('forced to fail')").body
                for inner in ast.walk(node.body[0]):
                    if isinstance(inner, (ast.expr, ast.stmt)):
                        inner.lineno = inner.end_lineno = node.lineno
                return
    raise Unswappable("there is no function around the line")


def _replace(live: Live, module: Module, old: CodeType, tree: ast.Module) -> int:
    new = module.code(tree)
    pairs = list(_pairs(old, new))
    lost = {
        key_of(after): before.co_freevars
        for before, after in pairs
        if before.co_freevars != after.co_freevars and live.of(module.path, before)
    }
    if lost:
        # A function keeps its cells, so the new code must name the same free variables.
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                decorators = [each.lineno for each in node.decorator_list]
                names = lost.get((node.name, min([node.lineno, *decorators])))
                if names:
                    node.body.append(_mention(names, node.body[-1]))
        pairs = list(_pairs(old, module.code(tree)))
    swapped = sum(_assign(live, module, pair) for pair in pairs)
    if not swapped:
        raise Unswappable("no function that has this code is alive")
    return swapped


def _mention(names: tuple[str, ...], near: ast.stmt) -> ast.stmt:
    """A statement that does nothing but name variables; the compiler drops it, not its names."""
    node = ast.parse(f"if 0: {', '.join(names)},").body[0]
    for inner in ast.walk(node):
        ast.copy_location(inner, near)
    return node


def _assign(live: Live, module: Module, pair: Pair) -> int:
    old, new = pair
    functions = live.of(module.path, old)
    if functions and old.co_freevars != new.co_freevars:
        raise Unswappable("the function's free variables change")
    for function in functions:
        function.__code__ = new
    return len(functions)


def _pairs(old: CodeType, new: CodeType, *, equal_too: bool = False) -> Iterator[Pair]:
    """Code objects of functions that differ, outer ones first.

    Raises:
        Unswappable: what differs runs while the module is imported.
    """
    if old == new and not equal_too:
        return
    is_function = bool(old.co_flags & _OPTIMIZED)
    if is_function:
        yield old, new
    elif _shape(old) != _shape(new):
        raise Unswappable("the change is in code that runs while the module is imported")
    yield from _inner_pairs(old, new, equal_too, is_function)


def _inner_pairs(
    old: CodeType, new: CodeType, equal_too: bool, in_function: bool
) -> Iterator[Pair]:
    ours, theirs = _named(old), _named(new)
    for name, before in ours.items():
        after = theirs.get(name, [])
        # A function that was removed, or added, has no counterpart.
        for one, other in zip(before, after):
            if in_function and not one.co_flags & _OPTIMIZED:
                yield from _inner_pairs(one, other, equal_too, True)
            else:
                yield from _pairs(one, other, equal_too=equal_too)


def _named(code: CodeType) -> dict[str, list[CodeType]]:
    found: dict[str, list[CodeType]] = {}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            found.setdefault(const.co_name, []).append(const)
    return found


def _shape(code: CodeType) -> tuple[Any, ...]:
    consts = [_mark(const) for const in code.co_consts]
    if "__static_attributes__" in code.co_names:
        # Python 3.13 keeps the names of attributes that the methods assign, in a class.
        consts = [mark for mark in consts if not _is_names(mark)]
    return code.co_code, code.co_names, consts


def _mark(const: Any) -> Any:
    if isinstance(const, CodeType):
        return "code", const.co_name
    if isinstance(const, tuple):
        return [_mark(each) for each in const]
    # 1, 1.0 and True are equal, and so are 0.0 and -0.0.
    return type(const), const if isinstance(const, frozenset) else repr(const)


def _is_names(mark: Any) -> bool:
    return isinstance(mark, list) and all(each[0] is str for each in mark)


def on_import(texts: dict[str, str | ast.Module]) -> None:
    """From now on, the files in `texts` are imported with these texts (or trees) in place."""
    plain: Callable[[Any, str], Any] = SourceFileLoader.get_code

    def get_code(loader: Any, name: str) -> Any:
        text = texts.get(os.path.realpath(loader.path))
        if text is None:
            return plain(loader, name)
        source = _plain(text) if isinstance(text, str) else text
        return compile(source, loader.path, "exec", dont_inherit=True)

    loader: Any = SourceFileLoader
    loader.get_code = get_code
    rewriting: Any = sys.modules.get("_pytest.assertion.rewrite")
    hook = getattr(rewriting, "AssertionRewritingHook", None)
    if hook is None or not hasattr(hook, "_should_rewrite"):
        return
    should = hook._should_rewrite

    # pytest's own loader reads the file by itself.
    def should_rewrite(self: Any, name: str, path: str, state: Any) -> bool:
        return os.path.realpath(path) not in texts and bool(should(self, name, path, state))

    hook._should_rewrite = should_rewrite
