"""Which tests execute a mutant's code: from lines to statements to the map of the test run."""

from __future__ import annotations

import ast

from ambidex.mutation.positions import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ambidex.mutation.mutant import Mutant
    from ambidex.proof.testmap import TestMap

_LAST_LINE = 10_000_000


class Covering:
    """The covering tests of one module's mutants.

    A run records the lines on which the interpreter starts something, which of a statement over
    several lines are not all. So a mutant is looked up by the lines of its statement; of one with
    a body, by its head.
    """

    def __init__(
        self,
        tests: TestMap,
        path: str,
        text: str,
        importing: Callable[[str], Sequence[str]],
    ) -> None:
        """Prepare for a module.

        Args:
            tests: the map.
            path: the module's path, as in the map.
            text: its text, on which the map was recorded.
            importing: gives the tests that may import a module, for code that runs then.
        """
        self._tests = tests
        self._path = path
        self._importing = importing
        tree = ast.parse(text)
        self._statements = _statements(tree)
        self._defaults = _defaults(tree, Text(text))
        self._of_import: list[str] | None = None

    def of(self, mutant: Mutant) -> list[str]:
        """Node ids of the tests that execute it, fastest first; empty if none does.

        For code that an import runs these are the tests that use the module, whatever they
        execute of it, after those that execute the code itself.
        """
        found = list(self._tests.covering(self._path, *self._lines(mutant)))
        return list(dict.fromkeys([*found, *self._at_import()])) if mutant.at_import else found

    def is_imported(self, mutant: Mutant) -> bool:
        """Whether only another import shows what the mutant does.

        That is so if the code runs at module or class level, or ran while a module was imported,
        in a function that this called. A literal as a default value is part of the function: in
        one that no import calls it can be replaced.
        """
        if mutant.at_import and self._body(mutant) is None:
            return True
        first, last = self._lines(mutant)
        return any(first <= line <= last for line in self._tests.at_import(self._path))

    def _at_import(self) -> list[str]:
        """Tests that use the module; what its import does wrong shows in any of them."""
        if self._of_import is None:
            found = list(self._tests.covering(self._path, 1, _LAST_LINE))
            if not found and self._tests.at_import(self._path):
                found = list(self._importing(self._path))
            self._of_import = found
        return self._of_import

    def _body(self, mutant: Mutant) -> tuple[int, int] | None:
        """The lines of the function's body, if the mutant is in one of its default values."""
        for start, end, body in self._defaults:
            if start <= mutant.start and mutant.end <= end:
                return body
        return None

    def _lines(self, mutant: Mutant) -> tuple[int, int]:
        body = self._body(mutant)
        if body is not None:
            return body
        best = (mutant.line, mutant.end_line)
        size = _LAST_LINE
        for first, last, head in self._statements:
            if first <= mutant.line and mutant.end_line <= last and last - first <= size:
                size = last - first
                in_head = mutant.line <= head
                best = (first, head) if in_head else (mutant.line, mutant.end_line)
        return best


def _defaults(tree: ast.Module, text: Text) -> list[tuple[int, int, tuple[int, int]]]:
    """Offsets of literals that are default values, and the lines of the functions' bodies.

    A decorator may look at defaults while the module is imported, so functions that have one are
    left out.
    """
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.decorator_list:
            body = node.body[0].lineno, node.end_lineno or node.lineno
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if isinstance(default, ast.Constant):
                    found.append((*text.span(default), body))
    return found


def _statements(tree: ast.Module) -> list[tuple[int, int, int]]:
    """First line, last line and the head's last line of every statement, outer ones first."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        head = last
        if body and not isinstance(node, ast.Try):
            first = body[0]
            line = first.pattern.lineno if isinstance(first, ast.match_case) else first.lineno
            head = max(node.lineno, line - 1)
        found.append((node.lineno, last, head))
    return found
