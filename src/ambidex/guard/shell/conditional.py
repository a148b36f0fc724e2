"""The conditional command `[[ … ]]`, which has words and operators of its own.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.nodes import Literal, Word
from ambidex.guard.shell.word import Words

_UNARY = frozenset("-" + letter for letter in "abcdefghknoprstuvwxzGLNORS")
_BINARY = frozenset(["=", "==", "!=", "=~"]) | frozenset(
    "-" + name for name in ("eq", "ne", "lt", "le", "gt", "ge", "nt", "ot", "ef")
)


class Conditionals(Words):
    """Reads conditional commands."""

    def conditional(self) -> list[Word]:
        """Reads what stands between `[[` and `]]`, and the latter."""
        words: list[Word] = []
        last = self._conditions(words)
        if _plain(last) != "]]":
            raise self.unexpected()
        return words

    def _conditions(self, words: list[Word]) -> Word:
        """Reads conditions joined by `&&` and `||`; returns the word that ends them."""
        while True:
            ending = self._condition(words)
            character = self.text[self.at]
            if ending.parts or character == ")":
                return ending
            if character not in "&|" or self.after(self.at) != character:
                raise self.unexpected()
            words.append(_operator(character * 2))
            self.at += 2

    def _condition(self, words: list[Word]) -> Word:
        """Reads one condition, and the word after it if it is one."""
        self.lines()
        word = self.word()
        while _plain(word) == "!":
            words.append(word)
            self.lines()
            word = self.word()
        if word.parts:
            self._test(word, words)
        elif self.text[self.at] == "(":
            self.budget.enter()
            words.append(_operator("("))
            self.at += 1
            if self._conditions(words).parts or self.text[self.at] != ")":
                raise self.unexpected()
            words.append(_operator(")"))
            self.at += 1
            self.budget.depth -= 1
        else:
            raise self.unexpected()
        self.lines()
        following = self.text[self.at]
        return self.word() if following not in "&|()" else Word([])

    def _test(self, word: Word, words: list[Word]) -> None:
        """Reads what belongs to the first word of a condition."""
        first = _plain(word)
        if first == "]]":
            raise self.unexpected()
        words.append(word)
        character = self.blanks()
        if first in _UNARY:
            words.append(self._operand(False))
            return
        if character in "<>" and self.after(self.at) != "(":
            words.append(_operator(character))
            self.at += 1
            words.append(self._operand(False))
            return
        start = self.at
        if character in "\n&|()":
            return
        operator = self.word()
        if _plain(operator) == "]]":
            self.at = start
            return
        if _plain(operator) not in _BINARY:
            raise self.unexpected()
        words.append(operator)
        words.append(self._operand(_plain(operator) == "=~"))

    def _operand(self, regex: bool) -> Word:
        word = self.required_word(regex=regex)
        if _plain(word) == "]]":
            raise self.unexpected()
        return word


def _plain(word: Word) -> str:
    """The text of a word that is all literal and unquoted, else ""."""
    parts = word.parts
    if len(parts) == 1 and isinstance(parts[0], Literal) and not parts[0].quoted:
        return str(parts[0].text)
    return ""


def _operator(text: str) -> Word:
    return Word([Literal(text)])
