"""Conditions: `test`, `[ … ]` and `[[ … ]]`, where their outcome is known.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import expand, patterns, values
from ambidex.guard.shell.nodes import Literal, Word
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ambidex.guard.shell.evaluate import Shell
    from ambidex.guard.shell.state import State

MAX_WORDS = 200

_NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}


def single(words: list[str]) -> bool | None:
    """The outcome of `test` with these arguments; None when it is not known."""
    if not words:
        return False
    if len(words) > MAX_WORDS:
        return None
    if len(words) == 1:
        return _is_filled(words[0])
    if len(words) == 3 and words[1] in ("=", "==", "!=", *_NUMERIC):
        return _compared(words[0], words[1], words[2])
    return _Expression(words).outcome()


def _is_filled(text: str) -> bool | None:
    """Whether text is not empty; what is unknown as a whole may be."""
    if not text:
        return False
    return True if any(is_known(character) for character in text) else None


def _compared(left: str, operator: str, right: str) -> bool | None:
    numeric = _NUMERIC.get(operator)
    if not is_known(left) or not is_known(right):
        if left == right and operator in ("=", "=="):
            return True
        return None
    if numeric is not None:
        try:
            return numeric(int(left), int(right))
        except ValueError:
            return False
    return (left == right) != (operator == "!=")


class _Expression:
    """`! a -a b -o ( c )` as the words of `test`."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    def outcome(self) -> bool | None:
        value = self._or()
        return value if self.at >= len(self.words) else None

    def _next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def _or(self) -> bool | None:
        self.depth += 1
        if self.depth > 20:
            return None
        value = self._and()
        while self._next() == "-o":
            self.at += 1
            value = either(value, self._and())
        self.depth -= 1
        return value

    def _and(self) -> bool | None:
        value = self._one()
        while self._next() == "-a":
            self.at += 1
            value = both(value, self._one())
        return value

    def _one(self) -> bool | None:
        negated = False
        while self._next() == "!" and self.at + 1 < len(self.words):
            self.at += 1
            negated = not negated
        value = self._primary()
        return (None if value is None else not value) if negated else value

    def _primary(self) -> bool | None:
        left = len(self.words) - self.at
        word = self._next()
        if left >= 3 and self.words[self.at + 1] in ("=", "==", "!=", "<", ">", *_NUMERIC):
            operator, right = self.words[self.at + 1], self.words[self.at + 2]
            self.at += 3
            return None if operator in "<>" else _compared(word, operator, right)
        if left >= 3 and self.words[self.at + 1] in ("-ef", "-nt", "-ot"):
            self.at += 3
            return None
        if word == "(":
            self.at += 1
            value = self._or()
            self.at += 1
            return value
        if (
            left >= 2
            and len(word) == 2
            and word[0] == "-"
            and self.words[self.at + 1] not in ("-a", "-o")
        ):
            self.at += 2
            return _unary(word, self.words[self.at - 1])
        self.at += 1
        return _is_filled(word)


def _unary(operator: str, text: str) -> bool | None:
    if operator == "-n":
        return _is_filled(text)
    if operator == "-z":
        filled = _is_filled(text)
        return None if filled is None else not filled
    return None


def both(left: bool | None, right: bool | None) -> bool | None:
    """`and` where None is not known."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """`or` where None is not known."""
    if left or right:
        return True
    return None if left is None or right is None else False


def double(shell: Shell, state: State, words: list[Word]) -> bool | None:
    """The outcome of `[[ … ]]`; everything in it is expanded, whether it is reached or not."""
    reader = _Double(shell, state, words)
    value = reader.either(0)
    return value if reader.at >= len(words) else None


class _Double:
    def __init__(self, shell: Shell, state: State, words: list[Word]) -> None:
        self.shell = shell
        self.state = state
        self.words = words
        self.at = 0

    def _symbol(self, ahead: int = 0) -> str:
        """The word as an operator, `""` when it is none."""
        at = self.at + ahead
        if at >= len(self.words):
            return ""
        parts = self.words[at].parts
        if len(parts) == 1 and type(parts[0]) is Literal and not parts[0].quoted:
            return str(parts[0].text)
        return ""

    def either(self, depth: int) -> bool | None:
        value = self._both(depth)
        while self._symbol() == "||":
            self.at += 1
            value = either(value, self._both(depth))
        return value

    def _both(self, depth: int) -> bool | None:
        value = self._one(depth)
        while self._symbol() == "&&":
            self.at += 1
            value = both(value, self._one(depth))
        return value

    def _one(self, depth: int) -> bool | None:
        self.shell.step()
        negated = False
        while self._symbol() == "!":
            self.at += 1
            negated = not negated
        value = self._primary(depth)
        return (None if value is None else not value) if negated else value

    def _text(self) -> str:
        word = self.words[self.at] if self.at < len(self.words) else None
        self.at += 1
        return expand.text(self.shell, self.state, word)

    def _primary(self, depth: int) -> bool | None:
        symbol = self._symbol()
        if symbol == "(" and depth < 20:
            self.at += 1
            value = self.either(depth + 1)
            self.at += 1
            return value
        operator = self._symbol(1)
        if operator in ("=", "==", "!="):
            left = self._text()
            self.at += 1
            word = self.words[self.at] if self.at < len(self.words) else None
            self.at += 1
            same = patterns.matches(expand.pattern(self.shell, self.state, word), left)
            return None if same is None else same != (operator == "!=")
        if operator in _NUMERIC:
            numbers = [self._number()]
            self.at += 1
            numbers.append(self._number())
            first, second = numbers
            return None if first is None or second is None else _NUMERIC[operator](first, second)
        if operator in ("=~", "<", ">", "-nt", "-ot", "-ef"):
            self._text()
            self.at += 1
            self._text()
            return None
        if len(symbol) == 2 and symbol[0] == "-" and operator not in ("&&", "||", ")"):
            self.at += 1
            text = self._text()
            if symbol == "-v":
                held = values.value_of(self.shell, self.state, text)
                unknown = isinstance(held, str) and not is_known(held)
                return None if unknown and text not in self.state.variables else held is not None
            return _unary(symbol, text)
        return _is_filled(self._text())

    def _number(self) -> int | None:
        return expand.number_of(self.shell, self.state, self._text())
