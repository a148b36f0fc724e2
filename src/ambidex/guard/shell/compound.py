"""Compound commands: groups, conditions, loops, `case`, functions, coprocesses.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import nodes
from ambidex.guard.shell.conditional import Conditionals
from ambidex.guard.shell.lex import LETTERS, METAS, NAME
from ambidex.guard.shell.nodes import Literal, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Command, Redirection, Script

CLOSING = frozenset(["then", "elif", "else", "fi", "do", "done", "esac", "}", "in", "]]"])
OPENING = frozenset(
    ["{", "if", "while", "until", "for", "select", "case", "function", "coproc", "[["]
)
RESERVED = CLOSING | OPENING | frozenset(["!", "time"])
# What the body of a function or a coprocess may be, besides `(`.
_BODIES = OPENING - {"function", "coproc"}
_FIRST = frozenset(word[0] for word in RESERVED)
_LONGEST = 8


class Compounds(Conditionals):
    """Reads compound commands."""

    def redirections(self) -> list[Redirection]:
        """Reads redirections."""
        raise NotImplementedError

    def simple(self) -> Command:
        """Reads a simple command, or the definition of a function that looks like one."""
        raise NotImplementedError

    def keyword(self) -> str:
        """The reserved word at the position, "" if there is none; it is not skipped."""
        text = self.text
        at = end = self.at
        if text[at] not in _FIRST and text[at] != "\\":
            return ""
        while end - at <= _LONGEST:
            character = text[end]
            if character in METAS:
                word = text[at:end]
                return word if word in RESERVED else ""
            if character == "\\":
                if text[end + 1] != "\n":
                    return ""
                text = self.join(end)
            else:
                end += 1
        return ""

    def compound(self, keyword: str) -> Command:
        """Reads a compound command, whose reserved word (or `(`) stands at the position."""
        opened = self.at
        self.budget.enter()
        command = self._start(keyword, opened)
        self.budget.depth -= 1
        if keyword not in ("function", "coproc"):
            command.redirections = self.redirections()
            self.closed_by_word = not command.redirections
        return command

    # Whether a closing reserved word may follow the last command without a separator.
    closed_by_word = False

    def _start(self, keyword: str, opened: int) -> Command:
        self.at += len(keyword)
        if keyword == "(":
            if self.text[self.at] == "(":
                parts = self.attempt(opened)
                if parts is not None:
                    return nodes.ArithmeticCommand(parts)
                self.at = opened + 1
            return nodes.Subshell(self.script((")",)))
        if keyword == "{":
            return nodes.Group(self.script(("}",)))
        if keyword == "if":
            return self._if()
        if keyword in ("while", "until"):
            condition = self.script(("do",))
            return nodes.While(keyword == "until", condition, self.script(("done",)))
        if keyword in ("for", "select"):
            return self._for(keyword == "select")
        if keyword == "case":
            return self._case()
        if keyword == "[[":
            return nodes.Test(self.conditional())
        if keyword == "function":
            return self._function()
        return self._coprocess()

    def _if(self) -> Command:
        branches = []
        while True:
            condition = self.script(("then",))
            branches.append((condition, self.script(("elif", "else", "fi"))))
            if self.closed == "fi":
                return nodes.If(branches, None)
            if self.closed == "else":
                return nodes.If(branches, self.script(("fi",)))

    def _for(self, select: bool) -> Command:
        character = self.blanks()
        if character == "(" and not select:
            return self._arithmetic_for()
        name = self.literal(self.required_word())
        words: list[Word] | None = None
        if self.blanks() == ";":
            self.at += 1
            self.lines()
        else:
            self.lines()
            if self.keyword() == "in":
                self.at += 2
                words = self._list()
        return nodes.For(name, words, self._loop_body(), [], select)

    def _list(self) -> list[Word]:
        """Reads words up to the end of the line or a `;`."""
        words: list[Word] = []
        while True:
            character = self.blanks()
            if character == "#":
                self.comment()
                continue
            if character in {";", "\n"}:
                if character == ";":
                    self.at += 1
                self.lines()
                return words
            word = self.word()
            if not word.parts:
                raise self.unexpected()
            words.append(word)

    def _loop_body(self) -> Script:
        keyword = self.keyword()
        if keyword not in ("do", "{"):
            raise self.unexpected()
        self.at += len(keyword)
        return self.script(("done",) if keyword == "do" else ("}",))

    def _arithmetic_for(self) -> Command:
        opened = self.at
        if self.after(opened) != "(":
            raise self.unexpected()
        parts = self.attempt(opened)
        if parts is None:
            raise self.fail("the (( at {} is never closed", opened)
        semicolons = sum(part.text.count(";") for part in parts if isinstance(part, Literal))
        if semicolons != 2:
            raise self.fail("the loop at {} needs three expressions", opened)
        if self.blanks() == ";":
            self.at += 1
        self.lines()
        return nodes.ArithmeticFor(parts, self._loop_body())

    def _case(self) -> Command:
        word = self.required_word()
        self.lines()
        if self.keyword() != "in":
            raise self.unexpected()
        self.at += 2
        items = []
        while True:
            character = self.lines()
            if character == "(":
                self.at += 1
                self.blanks()
            elif self.keyword() == "esac":
                self.at += 4
                break
            patterns = [self.required_word()]
            while self.blanks() == "|":
                self.at += 1
                patterns.append(self.required_word())
            if self.text[self.at] != ")":
                raise self.unexpected()
            self.at += 1
            body = self.script((";;", "esac"), True)
            items.append((patterns, body, ";;" if self.closed == "esac" else self.closed))
            if self.closed == "esac":
                break
        return nodes.Case(word, items)

    def _function(self) -> Command:
        self.blanks()
        name = self.literal(self.required_word())
        if self.blanks() == "(":
            start = self.at
            self.at += 1
            # Without a `)` the bracket opens the body.
            self.at = self.at + 1 if self.blanks() == ")" else start
        return self.function_body(name)

    def function_body(self, name: str) -> Command:
        """Reads the body of a function."""
        character = self.lines()
        keyword = "(" if character == "(" else self.keyword()
        if keyword != "(" and keyword not in _BODIES:
            raise self.unexpected()
        return nodes.Function(name, self.compound(keyword))

    def _coprocess(self) -> Command:
        character = self.blanks()
        keyword = "(" if character == "(" else self.keyword()
        if keyword == "(" or keyword in _BODIES:
            return nodes.Coprocess("COPROC", self.compound(keyword))
        if keyword:
            raise self.unexpected()
        text = self.text
        start = end = self.at
        if text[end] in LETTERS:
            while text[end] in NAME:
                end += 1
            if text[end] in METAS:
                self.at = end
                character = self.blanks()
                keyword = "(" if character == "(" else self.keyword()
                if keyword == "(" or keyword in _BODIES:
                    return nodes.Coprocess(self.text[start:end], self.compound(keyword))
                self.at = start
        self.closed_by_word = False
        return nodes.Coprocess("COPROC", self.simple())

    def literal(self, word: Word) -> str:
        """The text of a name, in which nothing may be expanded."""
        if not all(isinstance(part, Literal) for part in word.parts):
            raise self.fail("the name before {} is not known")
        return "".join(part.text for part in word.parts)
