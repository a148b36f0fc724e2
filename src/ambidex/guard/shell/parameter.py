"""Parameters: `$name`, and all that can stand between `${` and `}`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.expansion import SPECIAL_PARAMETERS, Expansions
from ambidex.guard.shell.lex import DIGITS, LETTERS, NAME, Parts, UnreadableCommand
from ambidex.guard.shell.nodes import Literal, Parameter, Script, Substitution, Word

_DEFAULTS = frozenset("-=?+")
_PATTERNS = frozenset("#%^,~")
_COMMANDS = frozenset(" \t\n|")  # after `${`: the output of commands, in newer shells


class Parameters(Expansions):
    """Reads parameters."""

    def name(self) -> str:
        """Reads the name of a variable."""
        text = self.text
        start = end = self.at
        while True:
            while text[end] in NAME:
                end += 1
            if text[end] != "\\" or text[end + 1] != "\n":
                break
            text = self.join(end)
        self.at = end
        return text[start:end]

    def braces(self, parts: Parts, quoted: bool) -> None:
        """Reads `${…}`."""
        opened = self.at + 1
        following = self.after(opened)
        self.at += 2
        self.budget.enter()
        if following in _COMMANDS:
            parts.part(Substitution(self._commands(following), quoted))
        else:
            parts.part(self._parameter(opened, quoted))
            if self.text[self.at] != "}":
                raise self._bad(opened)
            self.at += 1
        self.budget.depth -= 1

    def _commands(self, first: str) -> Script:
        """Reads the commands of `${ …; }` or `${|…; }`."""
        if first == "|":
            self.at += 1
        pending, self.pending = self.pending, []
        body = self.script(("}",))
        self.without_text()
        self.pending = pending
        return body

    def _parameter(self, opened: int, quoted: bool) -> Parameter:
        """Reads a parameter up to its `}`."""
        first = self.text[self.at]
        subscript = None
        if first in {"#", "!"}:
            start = self.at
            self.at += 1
            self.after(start)
            name = self._any_name()
            subscript = self._subscript(name)
            if name and self.text[self.at] == "}":
                operator = "length" if first == "#" else "indirect"
                return Parameter(name, operator, None, None, subscript, quoted)
            if name and name[0] in NAME:
                if first == "#":
                    raise self._bad(opened)
                kind = self.text[self.at]
                if kind in "*@" and self.after(self.at) == "}" and subscript is None:
                    self.at += 1
                    return Parameter(name, "names", Word([Literal(kind)]), None, None, quoted)
                name = "!" + name
            else:
                # `${#-word}`: `#` is the parameter, and what follows the operator.
                self.at = start + 1
                name = first
        else:
            name = self._any_name()
            if not name:
                raise self._bad(opened)
            subscript = self._subscript(name)
        operator, argument, second = self._operator(opened, quoted)
        return Parameter(name, operator, argument, second, subscript, quoted)

    def _any_name(self) -> str:
        """Reads a name, a number or one of the special parameters; "" if there is none."""
        first = self.text[self.at]
        if first in LETTERS:
            return self.name()
        start = self.at
        if first in DIGITS:
            while self.text[self.at] in DIGITS:
                self.at += 1
            return self.text[start : self.at]
        if first in SPECIAL_PARAMETERS:
            self.after(start)
            self.at += 1
            return first
        return ""

    def _subscript(self, name: str) -> Word | None:
        if self.text[self.at] != "[" or not name or name[0] not in LETTERS:
            return None
        self.at += 1
        subscript = self.region("]", False, nested="[")
        self.at += 1
        return Word(subscript)

    def _operator(self, opened: int, quoted: bool) -> tuple[str, Word | None, Word | None]:
        """Reads an operator and its arguments up to the `}`."""
        first = self.text[self.at]
        if first == "}":
            return "", None, None
        following = self.after(self.at)
        if first in _DEFAULTS:
            self.at += 1
            return first, self._until("}", quoted), None
        if first == ":":
            if following in _DEFAULTS:
                self.at += 2
                return first + following, self._until("}", quoted), None
            self.at += 1
            argument = self._until(":}", quoted)
            return ":", argument, self._second(":", quoted)
        if first in _PATTERNS:
            operator = first + following if following == first else first
            self.at += len(operator)
            return operator, self._until("}", False), None
        if first == "/":
            operator = first + following if following in "/#%" else first
            self.at += len(operator)
            argument = self._until("/}", False)
            return operator, argument, self._second("/", False)
        if first == "@" and following in LETTERS:
            self.at += 1
            return first, Word([Literal(self.name())]), None
        raise self._bad(opened)

    def _until(self, stops: str, quoted: bool) -> Word:
        return Word(self.region(stops, quoted))

    def _second(self, separator: str, quoted: bool) -> Word | None:
        if self.text[self.at] != separator:
            return None
        self.at += 1
        return self._until("}", quoted)

    def _bad(self, opened: int) -> UnreadableCommand:
        if self.at >= len(self.text) - 1:
            return self.fail("a ${ at {} is never closed", opened - 1)
        return self.fail("the ${ at {} is a bad substitution", opened - 1)
