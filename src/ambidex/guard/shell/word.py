"""Words: quoting, and the literal and expanded parts that a word is made of.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.lex import END, LETTERS, METAS, NAME, Parts
from ambidex.guard.shell.nodes import Assignment, Literal, Word
from ambidex.guard.shell.parameter import Parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Part

_SPECIAL = METAS | frozenset("'\"\\$`")
_GROUP_SPECIAL = frozenset("()<>'\"\\$`" + END)
_BODY_SPECIAL = frozenset("$`\\" + END)
_EXTENDED = frozenset("?*+@!")


class Words(Parameters):
    """Reads words and assignments."""

    def word(self, parts: Parts | None = None, *, regex: bool = False) -> Word:
        """The word at the position, without parts if there is none.

        Args:
            parts: what of it was read before.
            regex: it stands after `=~`: brackets and `|` are part of it.
        """
        self.budget.spend()
        text = self.text
        at = start = self.at
        while text[at] not in _SPECIAL:
            at += 1
        if parts is None:
            if text[at] in " \n\t;" + END:  # the usual word
                self.at = at
                return Word([Literal(text[start:at])] if at > start else [])
            parts = Parts()
        while True:
            if at > start:
                parts.text(text[start:at], False)
            self.at = at
            character = text[at]
            if character not in METAS:
                self.special(parts, character)
            elif character == "(" and (regex or (at > start and text[at - 1] in _EXTENDED)):
                self._group(parts)
            elif character in "<>" and self.after(at) == "(":
                self.process_substitution(parts)
            elif character == "|" and regex:
                parts.text("|", False)
                self.at = at + 1
            else:
                return parts.word()
            text = self.text
            at = start = self.at
            while text[at] not in _SPECIAL:
                at += 1

    def required_word(self, *, regex: bool = False) -> Word:
        """The word after the blanks at the position; `regex` as for `word`."""
        character = self.blanks()
        word = Word([]) if character == "#" else self.word(regex=regex)
        if not word.parts:
            raise self.unexpected()
        return word

    def assignment(self) -> Assignment | Word | None:
        """The assignment at the position; a word if it turns out to be one; None for neither."""
        text = self.text
        start = end = self.at
        if text[start] not in LETTERS:
            return None
        while True:
            while text[end] in NAME:
                end += 1
            if text[end] != "\\" or text[end + 1] != "\n":
                break
            text = self.join(end)
        name = text[start:end]
        subscript = None
        if text[end] == "[":
            self.at = end + 1
            subscript = Word(self.region("]", False, nested="["))
            end = self.at = self.at + 1
            text = self.text
        append = text[end] == "+" and self.after(end) == "="
        if not append and text[end] != "=":
            if subscript is None:
                return None
            parts = Parts()
            parts.text(name + "[", False)
            parts.extend(subscript.parts)
            parts.text("]", False)
            return self.word(parts)
        self.at = end + 2 if append else end + 1
        if self.text[self.at] == "(":
            return Assignment(name, subscript, append, self._array())
        return Assignment(name, subscript, append, self.word())

    def _array(self) -> list[Word | Assignment]:
        opened = self.at
        self.at += 1
        self.budget.enter()
        pending, self.pending = self.pending, []
        elements: list[Word | Assignment] = []
        while True:
            character = self.lines()
            if character == ")":
                break
            if self.at >= len(self.text) - 1:
                raise self.fail("a ( at {} is never closed", opened)
            element = self._element() if character == "[" else self.word()
            if isinstance(element, Word) and not element.parts:
                raise self.unexpected()
            elements.append(element)
        self.at += 1
        if self.text[self.at] not in METAS:
            raise self.unexpected()
        self.pending = pending
        self.budget.depth -= 1
        return elements

    def _element(self) -> Word | Assignment:
        """An element of an array that starts with `[`."""
        self.at += 1
        subscript = Word(self.region("]", False, nested="["))
        self.at += 1
        end = self.at
        append = self.text[end] == "+" and self.after(end) == "="
        if append or self.text[end] == "=":
            self.at = end + 2 if append else end + 1
            return Assignment("", subscript, append, self.word())
        parts = Parts()
        parts.text("[", False)
        parts.extend(subscript.parts)
        parts.text("]", False)
        return self.word(parts)

    def special(self, parts: Parts, character: str) -> None:
        """Reads a quoted part or an expansion, which starts with `character`, unquoted."""
        if character == "$":
            self.dollar(parts, False)
        elif character == '"':
            self.double_quoted(parts)
        elif character == "'":
            self.single_quoted(parts)
        elif character == "\\":
            self.escaped(parts)
        else:
            self.backticks(parts, False)

    def escaped(self, parts: Parts) -> None:
        """Reads a backslash and what it quotes."""
        following = self.text[self.at + 1]
        if following == "\n":
            self.at += 2
        elif self.at + 1 >= len(self.text) - 1:
            parts.text("\\", True)
            self.at += 1
        else:
            parts.text(following, True)
            self.at += 2

    def single_quoted(self, parts: Parts) -> None:
        """Reads `'…'`."""
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise self.fail("a ' at {} is never closed")
        parts.text(self.text[self.at + 1 : end], True)
        self.at = end + 1

    def inside(self, text: str) -> list[Part]:
        """The parts of the text of a here-document, which is expanded."""
        reader = self.reader(text)
        parts = Parts()
        while True:
            text = reader.text
            at = start = reader.at
            while text[at] not in _BODY_SPECIAL:
                at += 1
            if at > start:
                parts.text(text[start:at], True)
            reader.at = at
            character = text[at]
            if character == "$":
                reader.dollar(parts, True)
            elif character == "`":
                reader.backticks(parts, True)
            elif character == "\\":
                if text[at + 1] in "$`\\":
                    parts.text(text[at + 1], True)
                    reader.at = at + 2
                else:
                    parts.text("\\", True)
                    reader.at = at + 1
            else:
                return parts.all()

    def _group(self, parts: Parts) -> None:
        """Reads brackets inside a word: `@(a|b)`, or a group of a regular expression."""
        opened = self.at
        depth = 0
        while True:
            text = self.text
            at = start = self.at
            while text[at] not in _GROUP_SPECIAL:
                at += 1
            self.at = at
            character = text[at]
            if character in "()":
                depth += 1 if character == "(" else -1
                at += 1
                parts.text(text[start:at], False)
                self.at = at
                if not depth:
                    return
                continue
            parts.text(text[start:at], False)
            if character in "<>":
                if self.after(at) == "(":
                    self.process_substitution(parts)
                else:
                    parts.text(character, False)
                    self.at = at + 1
            elif character == END:
                raise self.fail("a ( at {} is never closed", opened)
            else:
                self.special(parts, character)
