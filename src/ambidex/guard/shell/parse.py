"""Reads a shell command line (POSIX sh and bash) into a tree.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import nodes
from ambidex.guard.shell.compound import CLOSING, OPENING, Compounds
from ambidex.guard.shell.lex import (
    DIGITS,
    LETTERS,
    MAX_LENGTH,
    METAS,
    NAME,
    Budget,
    UnreadableCommand,
)
from ambidex.guard.shell.nodes import Literal, Redirection, Script, Simple, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Command

__all__ = ["UnreadableCommand", "parse"]

# Programs whose arguments may be arrays: `declare -a x=(a b)`.
_DECLARING = frozenset(
    ["alias", "declare", "export", "local", "readonly", "typeset", "eval", "let"]
)
_OPERATORS = ("<<<", "<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">", "&>>", "&>")


def parse(text: str, *, deadline: float | None = None) -> Script:
    """The tree of the command line `text`.

    Characters that stand for unknown text (see `ambidex.guard.taint`) are ordinary ones.

    Args:
        text: the command line.
        deadline: when to give up, in seconds of `time.process_time()`.

    Raises:
        UnreadableCommand: a shell would refuse it too, or it exceeds a bound.
    """
    if len(text) > MAX_LENGTH:
        raise UnreadableCommand("it is too long", too_long=True)
    if "\0" in text:
        raise UnreadableCommand(f"there is a NUL character at position {text.index(chr(0)) + 1}")
    reader = Commands(text, Budget(deadline))
    try:
        script = reader.script(("",), True)
    except RecursionError:
        # Only if the caller itself is deep inside nested calls.
        raise UnreadableCommand("it is nested too deeply", too_long=True) from None
    reader.without_text()
    return script


class Commands(Compounds):
    """Reads lists, pipelines, simple commands and redirections."""

    def reader(self, text: str) -> Commands:
        """A reader of a text inside this one."""
        return Commands(text, self.budget)

    def script(self, ends: tuple[str, ...], empty: bool = False) -> Script:
        """Reads commands up to one of `ends`, and that; `closed` says which it was.

        Args:
            ends: closing reserved words, `)`, `;;` for what ends an item of `case`, or "" for the
                end of the text.
            empty: there may be none.
        """
        items: list[tuple[Command, str]] = []
        separated = True
        while True:
            character = self.lines() if separated else self.text[self.at]
            keyword = ""
            end = None
            if character == ")":
                end = character
            elif character == "\0":
                end = ""
            elif character == ";":
                end = ";;"
            else:
                keyword = self.keyword()
                if keyword in CLOSING:
                    end = keyword
            if end is not None:
                if end == ";;" and self.after(self.at) not in ";&":
                    raise self.unexpected()
                known = end in ends and (bool(items) or empty)
                if not known or not (separated or self.closed_by_word or end not in CLOSING):
                    raise self.unexpected()
                if end == ";;":
                    end = self._item_end()
                self.at += len(end)
                self.closed = end
                return Script(items)
            if not separated:
                raise self.unexpected()
            command = self._and_or(keyword)
            separator = ";"
            character = self.text[self.at]
            if character == "&":
                separator = "&"
                self.at += 1
            elif character == ";" and self.after(self.at) not in ";&":
                self.at += 1
            else:
                separated = character == "\n"
            items.append((command, separator))

    def _item_end(self) -> str:
        """Which of `;;`, `;&` and `;;&` stands at the position."""
        if self.after(self.at) == "&":
            return ";&"
        return ";;&" if self.after(self.at + 1) == "&" else ";;"

    def _and_or(self, keyword: str) -> Command:
        first = self._pipeline(keyword)
        character = self.text[self.at]
        if character not in "&|" or self.after(self.at) != character:
            return first
        rest = []
        while character in "&|" and self.after(self.at) == character:
            self.at += 2
            self.lines()
            rest.append((character * 2, self._pipeline(self.keyword())))
            character = self.text[self.at]
        return nodes.AndOr(first, rest)

    def _pipeline(self, keyword: str) -> Command:
        """Reads a pipeline; afterwards the position is at what follows its blanks."""
        negated = timed = False
        while keyword == "!" or (keyword == "time" and not self._program_time()):
            self.at += len(keyword)
            negated = negated != (keyword == "!")
            character = self.blanks()
            if keyword == "time":
                timed = True
                for option in ("-p", "--"):
                    if self.text.startswith(option, self.at) and self.text[self.at + 2] in METAS:
                        self.at += 2
                        character = self.blanks()
            if character == "#":
                self.comment()
                character = self.text[self.at]
            if character in ";\n)\0":
                return nodes.Pipeline([Simple([], [], [])], [], negated, timed)
            keyword = self.keyword()
        prefixed = negated or timed
        first = self._command(keyword)
        if self.text[self.at] != "|" or self.after(self.at) == "|":
            return nodes.Pipeline([first], [], negated, timed) if prefixed else first
        commands = [first]
        operators = []
        while self.text[self.at] == "|" and self.after(self.at) != "|":
            operator = "|&" if self.after(self.at) == "&" else "|"
            self.at += len(operator)
            self.lines()
            keyword = self.keyword()
            if keyword == "!":
                raise self.unexpected()
            operators.append(operator)
            commands.append(self._command(keyword))
        return nodes.Pipeline(commands, operators, negated, timed)

    def _program_time(self) -> bool:
        """Whether `time` has options that the shell's own does not know."""
        at = self.at
        self.at += 4
        self.blanks()
        option = self.text[self.at : self.at + 3]
        self.at = at
        return option[:1] == "-" and option[:2] not in ("-p", "--")

    def _command(self, keyword: str) -> Command:
        """Reads one command and the blanks after it."""
        self.budget.spend()
        if keyword in OPENING:
            command = self.compound(keyword)
        elif self.text[self.at] == "(":
            command = self.compound("(")
        elif keyword in CLOSING:
            raise self.unexpected()
        else:
            self.closed_by_word = False
            command = self.simple()
        if self.blanks() == "#":
            self.comment()
        return command

    def simple(self) -> Command:
        """Reads a simple command, or the definition of a function that looks like one."""
        command = Simple([], [], [])
        assignments, words, redirections = (
            command.assignments,
            command.words,
            command.redirections,
        )
        declaring = False
        while True:
            character = self.blanks()
            if character in METAS:
                redirection = self._redirection(character)
                if redirection is not None:
                    redirections.append(redirection)
                    declaring = False
                    continue
                if character not in "<>" or self.after(self.at) != "(":
                    break
            elif character == "#":
                self.comment()
                break
            elif character in DIGITS or character == "{":
                redirection = self._described(character)
                if redirection is not None:
                    redirections.append(redirection)
                    declaring = False
                    continue
            elif not words and character in LETTERS:
                read = self.assignment()
                if isinstance(read, nodes.Assignment):
                    if redirections and isinstance(read.value, list):
                        raise self.fail("an array before {} comes after a redirection")
                    assignments.append(read)
                    continue
                if read is not None:
                    words.append(read)
                    continue
            elif declaring and character in LETTERS:
                words.append(self._declaration())
                continue
            word = self.word()
            if not word.parts:
                # A continued line that was no word.
                continue
            words.append(word)
            if len(words) == 1:
                parts = word.parts
                literal = len(parts) == 1 and isinstance(parts[0], Literal)
                declaring = literal and not parts[0].quoted and parts[0].text in _DECLARING
        if character == "(" and len(words) == 1 and not assignments and not redirections:
            return self._definition(words[0])
        if character == "(" or not (words or assignments or redirections):
            raise self.unexpected()
        return command

    def _declaration(self) -> Word:
        """Reads an argument of `declare` and its like: an array, or any word."""
        text = self.text
        end = self.at
        while text[end] in NAME:
            end += 1
        if text.startswith("+=(", end) or text.startswith("=(", end):
            return Word([self.assignment()])
        return self.word()

    def _definition(self, name: Word) -> Command:
        """Reads the rest of `name() …`."""
        self.at += 1
        if self.blanks() != ")":
            raise self.unexpected()
        self.at += 1
        return self.function_body(self.literal(name))

    def redirections(self) -> list[Redirection]:
        """Reads redirections."""
        found: list[Redirection] = []
        while True:
            character = self.blanks()
            if character in DIGITS or character == "{":
                redirection = self._described(character)
            else:
                redirection = self._redirection(character)
            if redirection is None:
                return found
            found.append(redirection)

    def _described(self, first: str) -> Redirection | None:
        """Reads a redirection that starts with a descriptor, `2>` or `{name}>`."""
        text = self.text
        start = end = self.at
        if first == "{":
            end += 1
            if text[end] not in LETTERS:
                return None
            while text[end] in NAME:
                end += 1
            if text[end] != "}":
                return None
            end += 1
        else:
            while text[end] in DIGITS:
                end += 1
        if text[end] == "\\" and text[end + 1] == "\n":
            text = self.join(end)
        if text[end] not in "<>" or self.after(end) == "(":
            return None
        self.at = end
        return self._redirection(text[end], text[start:end])

    def _redirection(self, character: str, descriptor: str = "") -> Redirection | None:
        """Reads a redirection that starts with its operator."""
        following = self.after(self.at) if character in "<>&" else ""
        if following == "(" or not following or (character == "&" and following != ">"):
            return None
        self.budget.spend()
        if following in "<>&|":
            self.after(self.at + 1)
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.at):
                break
        self.at += len(operator)
        character = self.blanks()
        start = self.at
        if character == "-" and operator in ("<&", ">&"):
            self.at += 1
            return Redirection(descriptor, operator, Word([Literal("-")]), None)
        if (character in DIGITS or character == "{") and self._described(character) is not None:
            raise self.fail("the redirection before {} has no target")
        target = self.required_word()
        if operator not in ("<<", "<<-"):
            return Redirection(descriptor, operator, target, None)
        target = self.delimiter(target, self.text[start : self.at])
        redirection = Redirection(descriptor, operator, target, None)
        self.pending.append(redirection)
        return redirection
