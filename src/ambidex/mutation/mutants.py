"""Ways to make a module's code wrong, restricted to what was changed."""

from __future__ import annotations

import ast
import warnings

from ambidex.changes.functions import MODULE
from ambidex.mutation import equivalent, mutmut_operators, operators, pragmas, spared
from ambidex.mutation.gutted import gut
from ambidex.mutation.mutant import Mutant
from ambidex.mutation.positions import Text
from ambidex.mutation.units import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ambidex.mutation.operators import Edit
    from ambidex.mutation.units import Unit

__all__ = ["EQUIVALENT", "Generated", "generate", "gut"]

# Why a mutant was made and not kept.
EQUIVALENT = "equivalent"
DUPLICATE = "duplicate"
PRAGMA = "pragma"
SYNTAX = "syntax"
TABLE = "table"
UNREAD = "unread"
# How many mutants one statement at import level may have: each costs a process of its own, and
# the hundredth row of a table tells nothing that the tenth did not.
MOST_PER_TABLE = 10


class Generated:
    """The mutants of a module.

    Attributes:
        mutants: by place, then by replacement's kind.
        dropped: how many were made and not kept, by reason: `equivalent` (known to make no
            difference, or nothing a test should notice), `duplicate` (same bytecode as another),
            `pragma`, `syntax` (does not compile), `table` (beyond the tenth of one statement at
            module or class level), `unread` (statements, not mutants: mutmut's parser does not
            read them).
        error: why there can be none: the text is no module, or mutmut is not what it was.
    """

    __slots__ = ("dropped", "error", "mutants")

    def __init__(self, error: str = "") -> None:
        self.mutants: list[Mutant] = []
        self.dropped: dict[str, int] = {}
        self.error = error

    def drop(self, reason: str) -> None:
        """Count one."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1


def generate(
    path: str,
    text: str,
    *,
    lines: Sequence[tuple[int, int]] | None = None,
    functions: Collection[str] | None = None,
    former: str | None = None,
) -> Generated:
    """The mutants of a module's text.

    Args:
        path: the module, relative to the project's root, with `/`.
        text: its text as read, with its own line ends and byte order mark.
        lines: 1-based inclusive ranges; only statements that have a line in one of them are
            mutated. Of a compound statement that is its header, and each statement in it by
            itself. None: all.
        functions: only these functions, as `changes.functions` names them, with all that is
            nested in them; a class' name stands for all its methods, `<module>` for everything
            outside of functions. None: all. With `lines`, both have to hold.
        former: the text at the baseline, `""` for a new module. A pragma that was not there does
            not count. None: no baseline; all pragmas count.
    """
    if wrong := mutmut_operators.self_test():
        return Generated(error=wrong)
    module = Text(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(module.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Generated(error=f"{type(error).__name__}: {error}")
    made = Generated()
    flags = equivalent.future_flags(tree)
    silenced = pragmas.silenced(module, tree, former)
    for unit in units(tree, module):
        wanted = _wanted(unit, lines)
        if wanted and not _none_of(unit, module, functions):
            _Maker(path, module, unit, functions, made).make(wanted, silenced, flags)
    return made


def _wanted(unit: Unit, ranges: Sequence[tuple[int, int]] | None) -> set[int]:
    """The lines of a unit whose statements are to be mutated."""
    every = range(unit.first, unit.last + 1)
    if ranges is None:
        return set(every)
    given = {
        line
        for first, last in ranges
        for line in range(max(first, unit.first), min(last, unit.last) + 1)
    }
    if not given:
        return given
    found = set(given)
    for first, last in operators.heads(unit.nodes):
        if not given.isdisjoint(range(first, last + 1)):
            found.update(range(first, last + 1))
    return found


def _none_of(unit: Unit, text: Text, functions: Collection[str] | None) -> bool:
    if functions is None or MODULE in functions:
        return False
    return not any(_named(each.qualname, functions) for each in unit.scopes(text))


def _named(qualname: str, functions: Collection[str]) -> bool:
    parts = qualname.split(".")
    return any(".".join(parts[: at + 1]) in functions for at in range(len(parts)))


class _Maker:
    """The mutants of one unit."""

    def __init__(
        self,
        path: str,
        text: Text,
        unit: Unit,
        functions: Collection[str] | None,
        made: Generated,
    ) -> None:
        self.path = path
        self.text = text
        self.unit = unit
        self.functions = functions
        self.made = made

    def make(self, wanted: set[int], silenced: set[int], flags: int) -> None:
        before = equivalent.fingerprint(self.unit.source, flags)
        never = spared.Spared(self.unit, self.text)
        seen: dict[object, None] = {}
        tables: dict[int, int] = {}
        for start, end, replacement, operator in sorted(set(self._edits(wanted))):
            line = self.text.line(start)
            if line not in wanted or self.text.text[start:end] == replacement:
                continue
            qualname, at_import = self.unit.place(start, line, self.text)
            if self.functions is not None and not _named(qualname, self.functions):
                continue
            if qualname == MODULE and _once_is_enough(
                self.text.text[start:end], replacement, operator
            ):
                continue
            if line in silenced:
                self.made.drop(PRAGMA)
                continue
            if never.covers(start, end, replacement, operator):
                self.made.drop(EQUIVALENT)
                continue
            code = equivalent.fingerprint(self.unit.mutated(start, end, replacement), flags)
            reason = _useless(code, before, seen)
            if not reason and qualname == MODULE:
                table = never.statement(start)
                tables[table] = tables.get(table, 0) + 1
                reason = TABLE if tables[table] > MOST_PER_TABLE else ""
            if reason:
                self.made.drop(reason)
                continue
            seen[code] = None
            self.made.mutants.append(
                Mutant(
                    self.path,
                    qualname,
                    lines=(line, self.text.line(max(start, end - 1))),
                    span=(start, end),
                    replacement=replacement,
                    operator=operator,
                    at_import=at_import,
                )
            )

    def _edits(self, wanted: set[int]) -> Iterator[Edit]:
        for start, end, replacement, operator in self._proposed(wanted):
            yield start, end, _apart(self.text.text, start, end, replacement), operator

    def _proposed(self, wanted: set[int]) -> Iterator[Edit]:
        unit, text = self.unit, self.text
        shift = unit.first - 1 - unit.added
        # libcst's columns hold whatever ends the lines, but not all that Python takes for an end.
        source = unit.source.replace("\r\n", "\n").replace("\r", "\n")
        try:
            yield from operators.propose(unit, text)
            for first, last, changed, operator in mutmut_operators.propose(
                source, lambda line: line + shift in wanted
            ):
                start = text.at(first[0] + shift, first[1])
                end = text.at(last[0] + shift, last[1])
                yield start, end, changed.replace("\n", text.newline), operator
        except (SyntaxError, RecursionError):
            self.made.drop(UNREAD)


def _apart(text: str, start: int, end: int, replacement: str) -> str:
    """The replacement with space where it would grow together with its neighbours.

    `return(1, 2)` is no reason for `returnNone`.
    """
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if _is_word(before) and _is_word(replacement[:1]):
        replacement = " " + replacement
    if _is_word(after) and _is_word(replacement[-1:]):
        replacement += " "
    return replacement


def _is_word(character: str) -> bool:
    return character.isalnum() or character in set("_'\"")


def _once_is_enough(before: str, replacement: str, operator: str) -> bool:
    """Whether another mutant of the same literal asks the same question.

    Outside of functions each mutant costs a process of its own.
    """
    if operator == "AssignedValue":
        return before[:1] in set("0123456789\"'") or before in ("True", "False")
    return operator == "StringLiteral" and before.lower() == replacement.lower()


def _useless(code: object, before: object, seen: dict[object, None]) -> str:
    if code is None:
        return SYNTAX
    if code == before:
        return EQUIVALENT
    return DUPLICATE if code in seen else ""
