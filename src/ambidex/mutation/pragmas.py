"""Lines that the project keeps from being mutated, as they were at the baseline.

A pragma that came with the change under examination is a suppression, not an answer.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter

from ambidex.mutation.operators import head
from ambidex.mutation.positions import Text
from ambidex.mutation.units import first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# mutmut's own forms, and coverage.py's, whose code no test is expected to run.
_PRAGMA = re.compile(r"#\s*pragma:\s*(?:(no mutate)\b[:\s]*(block|start|end)?|(no ?cover)\b)", re.I)
BARE, BLOCK, START, END, NO_COVER = "bare", "block", "start", "end", "no cover"
# How much of a line must have been there for its pragma to be the same one.
_ALIKE = 0.75


class Pragma:
    """One comment.

    Attributes:
        line: 1-based.
        kind: `bare`, `block`, `start`, `end` or `no cover`.
        alone: no code stands before it.
        code: the line, or the one after it if the comment stands alone, without surrounding space.
    """

    __slots__ = ("alone", "code", "kind", "line")

    def __init__(self, line: int, kind: str, alone: bool, code: str) -> None:
        self.line = line
        self.kind = kind
        self.alone = alone
        self.code = code


def silenced(text: Text, tree: ast.Module, former: str | None) -> set[int]:
    """The lines in which nothing is to be mutated.

    Args:
        text: the module now.
        tree: its syntax tree.
        former: its text at the baseline, whose pragmas alone count; None if all count.
    """
    found = list(_pragmas(text))
    if not found:
        return set()
    if former is not None:
        found = _stood_before(found, list(_pragmas(Text(former))))
    return set(_lines(found, tree, text.count))


def _pragmas(text: Text) -> Iterator[Pragma]:
    if "pragma" not in text.text:
        return
    source = text.source.replace("\r\n", "\n").replace("\r", "\n")
    lines = source.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type != tokenize.COMMENT:
                continue
            match = _PRAGMA.search(token.string)
            if match:
                line = token.start[0]
                alone = not lines[line - 1][: token.start[1]].strip()
                kind = NO_COVER if match[3] else (match[2] or BARE).lower()
                code = lines[line] if alone and line < len(lines) else lines[line - 1]
                yield Pragma(line, kind, alone, code.strip())
    except (tokenize.TokenError, SyntaxError):
        # The baseline's text need not be a module.
        return


def _stood_before(now: list[Pragma], then: list[Pragma]) -> list[Pragma]:
    """Those that stood at the baseline, on the same line of code or on what became of it."""
    left = Counter((each.kind, each.alone, each.code) for each in then)
    kept, new = [], []
    for each in now:
        key = (each.kind, each.alone, each.code)
        if left[key]:
            left[key] -= 1
            kept.append(each)
        else:
            new.append(each)
    for each in new:
        for key in left:
            if left[key] and key[:2] == (each.kind, each.alone) and _alike(key[2], each.code):
                left[key] -= 1
                kept.append(each)
                break
    return sorted(kept, key=lambda each: each.line)


def _alike(before: str, after: str) -> bool:
    from difflib import SequenceMatcher

    # The pragma itself is the same in both, and says nothing about the code.
    before, after = (each.partition("#")[0].strip() for each in (before, after))
    return SequenceMatcher(None, before, after, autojunk=False).ratio() >= _ALIKE


def _lines(pragmas: list[Pragma], tree: ast.Module, count: int) -> Iterator[int]:
    opened = 0
    for each in pragmas:
        if each.kind == START:
            opened = opened or each.line
        elif each.kind == END:
            if opened:
                yield from range(opened, each.line + 1)
            opened = 0
        elif each.alone:
            yield from _rest_of_body(tree, each.line) if each.kind == BLOCK else (each.line,)
        else:
            yield each.line
            yield from _of_statement(tree, each.line, whole=each.kind in (BLOCK, NO_COVER))
    if opened:
        yield from range(opened, count + 1)


def _of_statement(tree: ast.Module, line: int, *, whole: bool) -> Iterator[int]:
    """The lines of the statement whose own lines, not its body's, contain a line."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            first, last = head(node)
            if first <= line <= last:
                yield from range(first, (_end(node) if whole else last) + 1)


def _end(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> int:
    if isinstance(node, ast.match_case):
        return node.body[-1].end_lineno or 0
    if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try)):
        # Its `else` is a branch of its own.
        return node.body[-1].end_lineno or 0
    return node.end_lineno or node.lineno


def _rest_of_body(tree: ast.Module, line: int) -> Iterator[int]:
    """What follows a line in the same list of statements."""
    best: list[ast.stmt] = []
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                after = [each for each in body if first_line(each) > line]
                if after and (not best or first_line(after[0]) < first_line(best[0])):
                    best = after
    for each in best:
        yield from range(first_line(each), (each.end_lineno or each.lineno) + 1)
