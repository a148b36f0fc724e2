"""Writes words: which quotes a text needs, and the expansions in it.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import nodes
from ambidex.guard.shell.lex import LETTERS, NAME
from ambidex.guard.shell.nodes import Literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.nodes import Assignment, Part, Script, Word

# Operators whose argument is quoted by double quotes around the whole.
_QUOTED_ARGUMENTS = frozenset([":-", "-", ":=", "=", ":?", "?", ":+", "+", ":"])
_PLAIN = NAME | frozenset("%+,-./:@^")
_ESCAPED_IN_QUOTES = '\\$`"'
_ESCAPED_IN_HERE_DOCUMENT = "\\$`"


class WordWriter:
    """Writes words."""

    def inside(self, script: Script) -> str:
        """Writes commands and the brackets around them."""
        raise NotImplementedError

    def quoted(self, text: str) -> str:
        """`text` with quotes if it needs them."""
        return text if text and all(c in _PLAIN for c in text) else self._quotes(text)

    def word(self, word: Word) -> str:
        """Writes a word."""
        return self._parts(word.parts)

    def assignment(self, assignment: Assignment) -> str:
        """Writes an assignment."""
        subscript = assignment.subscript
        text: str = assignment.name
        if subscript is not None:
            text += f"[{self.word(subscript)}]"
        text += "+=" if assignment.append else "="
        if not isinstance(assignment.value, list):
            return text + self.word(assignment.value)
        return f"{text}({' '.join(self._element(one) for one in assignment.value)})"

    def arithmetic(self, parts: list[Part]) -> str:
        """Writes the inside of `((…))`."""
        texts: list[str] = []
        for number, part in enumerate(parts):
            if isinstance(part, Literal):
                texts.append(part.text)
            else:
                texts.append(self._expansion(part, _first(parts, number + 1)))
        return "".join(texts)

    def here_document(self, parts: list[Part]) -> str:
        """Writes the text of a here-document that is expanded."""
        return self._in_quotes(parts, _ESCAPED_IN_HERE_DOCUMENT)

    def _element(self, element: Any) -> str:
        return self.word(element) if isinstance(element, nodes.Word) else self.assignment(element)

    def _parts(self, parts: list[Part]) -> str:
        """Writes parts outside of double quotes."""
        texts: list[str] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            end = at + 1
            if getattr(part, "quoted", False):
                while end < len(parts) and getattr(parts[end], "quoted", False):
                    end += 1
                if end - at == 1 and isinstance(part, Literal):
                    texts.append(self._quotes(part.text))
                else:
                    texts.append(f'"{self._in_quotes(parts[at:end], _ESCAPED_IN_QUOTES)}"')
            elif isinstance(part, Literal):
                texts.append(part.text)
            elif isinstance(part, nodes.Assignment):
                texts.append(self.assignment(part))
            else:
                texts.append(self._expansion(part, _first(parts, end)))
            at = end
        return "".join(texts)

    def _in_quotes(self, parts: list[Part], escaped: str) -> str:
        texts: list[str] = []
        for number, part in enumerate(parts):
            if isinstance(part, Literal):
                texts.append(_escape(part.text, escaped))
            else:
                texts.append(self._expansion(part, _first(parts, number + 1)))
        return "".join(texts)

    def _in_quoted_argument(self, parts: list[Part]) -> str:
        """Writes the argument of a parameter that stands inside double quotes."""
        texts: list[str] = []
        for number, part in enumerate(parts):
            if not isinstance(part, Literal):
                texts.append(self._expansion(part, _first(parts, number + 1)))
                continue
            text = _escape(part.text, _ESCAPED_IN_QUOTES)
            hidden = any(character in text for character in "'}:")
            texts.append(f'"{text}"' if hidden else text)
        return "".join(texts)

    def _quotes(self, text: str) -> str:
        if "'" not in text:
            return f"'{text}'"
        return f'"{_escape(text, _ESCAPED_IN_QUOTES)}"'

    def _expansion(self, part: Part, following: str) -> str:
        """Writes an expansion, before a text that starts with `following`."""
        if isinstance(part, nodes.Parameter):
            return self._parameter(part, following)
        if isinstance(part, nodes.Substitution):
            return "$" + self.inside(part.body)
        if isinstance(part, nodes.ProcessSubstitution):
            return str(part.direction) + self.inside(part.body)
        return f"$(({self.arithmetic(part.parts)}))"

    def _parameter(self, part: Part, following: str) -> str:
        name: str = part.name
        operator: str = part.operator
        if not operator and part.subscript is None:
            word = name[0] in LETTERS
            if (not word and len(name) == 1) or (word and following not in NAME | {"["}):
                return f"${name}"
            return f"${{{name}}}"
        subscript = "" if part.subscript is None else f"[{self.word(part.subscript)}]"
        if operator == "length":
            return f"${{#{name}{subscript}}}"
        if operator == "indirect":
            return f"${{!{name}{subscript}}}"
        write: Callable[[Word], str] = self.word
        if part.quoted and operator in _QUOTED_ARGUMENTS:
            write = self._quoted_argument
        argument = write(part.argument) if part.argument is not None else ""
        if operator == "names":
            return f"${{!{name}{argument}}}"
        if part.second is not None:
            argument += (":" if operator == ":" else "/") + write(part.second)
        return f"${{{name}{subscript}{operator}{argument}}}"

    def _quoted_argument(self, word: Word) -> str:
        return self._in_quoted_argument(word.parts)


def _escape(text: str, escaped: str) -> str:
    for character in escaped:  # the backslash comes first
        if character in text:
            text = text.replace(character, "\\" + character)
    return text


def _first(parts: list[Part], at: int) -> str:
    """The first character of the literal at `at`, "" if there is none."""
    if at < len(parts) and isinstance(parts[at], Literal):
        return str(parts[at].text[:1])
    return ""
