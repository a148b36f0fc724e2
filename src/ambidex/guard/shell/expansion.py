"""Expansions: parameters, substitutions of commands and processes, arithmetic, double quotes.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.heredoc import HereDocuments
from ambidex.guard.shell.lex import DIGITS, END, LETTERS, Parts, UnreadableCommand
from ambidex.guard.shell.nodes import (
    Arithmetic,
    Literal,
    Parameter,
    ProcessSubstitution,
    Script,
    Substitution,
)
from ambidex.guard.shell.quoting import ansi_c

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Part

_DOUBLE_SPECIAL = frozenset('"$`\\' + END)
_ARITHMETIC_SPECIAL = frozenset("()[]$`\"'\\" + END)
_REGION_SPECIAL = frozenset("'\"\\$`" + END)
SPECIAL_PARAMETERS = frozenset("@*#?-$!")


class Expansions(HereDocuments):
    """Reads what starts with `$` or a backtick, and double quotes."""

    # What ended the commands that `script` read last.
    closed = ""

    def script(self, ends: tuple[str, ...], empty: bool = False) -> Script:
        """Reads commands up to one of `ends`, and that."""
        raise NotImplementedError

    def reader(self, text: str) -> Expansions:
        """A reader of a text inside this one."""
        raise NotImplementedError

    def special(self, parts: Parts, character: str) -> None:
        """Reads a quoted part or an expansion, which starts with `character`, unquoted."""
        raise NotImplementedError

    def name(self) -> str:
        """Reads the name of a variable."""
        raise NotImplementedError

    def braces(self, parts: Parts, quoted: bool) -> None:
        """Reads `${…}`."""
        raise NotImplementedError

    def dollar(self, parts: Parts, quoted: bool) -> None:
        """Reads what the `$` at the position introduces."""
        self.budget.spend()
        at = self.at
        following = self.after(at)
        if following in LETTERS:
            self.at = at + 1
            parts.part(Parameter(self.name(), "", None, None, None, quoted))
        elif following == "(":
            if self.after(at + 1) == "(":
                self._arithmetic_or_commands(parts, quoted)
            else:
                self.at = at + 1
                parts.part(Substitution(self.commands_inside(), quoted))
        elif following == "{":
            self.braces(parts, quoted)
        elif following in DIGITS or following in SPECIAL_PARAMETERS:
            self.at = at + 2
            parts.part(Parameter(following, "", None, None, None, quoted))
        elif following == "[":
            self.at = at + 2
            parts.part(Arithmetic(self._old_arithmetic(), quoted))
        elif following == "'" and not quoted:
            self._ansi_c(parts)
        elif following == '"' and not quoted:
            self.at = at + 1
            self.double_quoted(parts)
        else:
            # Nothing is expanded: as good as quoted.
            self.at = at + 1
            parts.text("$", True)

    def double_quoted(self, parts: Parts) -> None:
        """Reads `"…"`."""
        opened = self.at
        text = self.text
        self.at += 1
        parts.text("", True)
        while True:
            at = start = self.at
            while text[at] not in _DOUBLE_SPECIAL:
                at += 1
            if at > start:
                parts.text(text[start:at], True)
            self.at = at
            character = text[at]
            if character == '"':
                self.at = at + 1
                return
            if character == END:
                raise self.fail('a " at {} is never closed', opened)
            self._inside_quotes(parts, character, '$`"\\')
            text = self.text

    def commands_inside(self) -> Script:
        """Reads `(…)`, whose here-documents end inside."""
        opened = self.at
        self.at += 1
        self.budget.enter()
        pending, self.pending = self.pending, []
        body = self.script((")", ""), True)
        if not self.closed:
            raise self.fail("a ( at {} is never closed", opened)
        self.without_text()
        self.pending = pending
        self.budget.depth -= 1
        return body

    def process_substitution(self, parts: Parts) -> None:
        """Reads `<(…)` or `>(…)`."""
        direction = self.text[self.at]
        self.at += 1
        parts.part(ProcessSubstitution(direction, self.commands_inside()))

    def backticks(self, parts: Parts, quoted: bool) -> None:
        """Reads commands between backticks."""
        text = self.text
        at = self.at + 1
        end = -1
        texts = []
        while True:
            if end < at:
                end = text.find("`", at)
            if end < 0:
                raise self.fail("a ` at {} is never closed")
            escape = text.find("\\", at, end)
            if escape < 0:
                break
            following = text[escape + 1]
            texts.append(text[at:escape])
            if not (following in "$`\\" or (quoted and following == '"')):
                texts.append("\\")
            texts.append(following)
            at = escape + 2
        texts.append(text[at:end])
        self.at = end + 1
        self.budget.enter()
        reader = self.reader("".join(texts))
        body = reader.script(("",), True)
        reader.without_text()
        self.budget.depth -= 1
        parts.part(Substitution(body, quoted))

    def arithmetic(self) -> list[Part] | None:
        """Reads arithmetic and the `))` after it; None if the brackets show that it is none."""
        opened = self.at
        parts = Parts()
        depth = 0
        quote = ""
        while True:
            text = self.text
            at = start = self.at
            while text[at] not in _ARITHMETIC_SPECIAL:
                at += 1
            parts.text(text[start:at], False)
            self.at = at
            character = text[at]
            if character in "$`":
                self._expanded(parts, character)
                continue
            if character == END:
                raise self.fail("a (( at {} is never closed", opened - 2)
            if character == ")" and not quote:
                if not depth:
                    if self.after(at) != ")":
                        return None
                    self.at = at + 2
                    return parts.all()
                depth -= 1
            elif character == "(" and not quote:
                depth += 1
            elif character in "\"'" and quote in ("", character):
                quote = "" if quote else character
            elif character == "\\":
                following = self._escape_in_arithmetic(parts)
                if following:
                    continue
            parts.text(character, False)
            self.at = at + 1

    def region(self, stops: str, quoted: bool, nested: str = "") -> list[Part]:
        """Reads word text up to one of `stops`, in which blanks and operators are nothing special.

        Args:
            stops: the characters that end it.
            quoted: it stands inside double quotes, and is itself quoted by them.
            nested: a character that makes the next stop one of the text.
        """
        opened = self.at - 1
        parts = Parts()
        specials = _REGION_SPECIAL | frozenset(stops + nested + ("" if quoted else "<>"))
        depth = 0
        quote = ""
        while True:
            text = self.text
            at = start = self.at
            while text[at] not in specials:
                at += 1
            if at > start:
                parts.text(text[start:at], quoted)
            self.at = at
            character = text[at]
            if character == END:
                what = "[" if text[opened] == "[" else "${"
                raise self.fail(f"a {what} around {{}} is never closed", opened)
            if not quote and character in stops:
                if not depth:
                    return parts.all()
                depth -= 1
            elif nested and character == nested:
                depth += 1
            elif quoted:
                if character in "\"'" and quote in ("", character):
                    quote = "" if quote else character
                    if character == '"':
                        self.at = at + 1
                        continue
                elif character in "$`\\":
                    self._inside_quotes(parts, character, '$`"\\}')
                    continue
            elif character in "<>":
                if self.after(at) == "(":
                    self.process_substitution(parts)
                    continue
            else:
                self.special(parts, character)
                continue
            parts.text(character, quoted)
            self.at = at + 1

    def _inside_quotes(self, parts: Parts, character: str, escapable: str) -> None:
        if character != "\\":
            self._expanded(parts, character)
            return
        following = self.text[self.at + 1]
        if following == "\n":
            self.at += 2
        elif following in escapable:
            parts.text(following, True)
            self.at += 2
        else:
            parts.text("\\", True)
            self.at += 1

    def _expanded(self, parts: Parts, character: str) -> None:
        if character == "$":
            self.dollar(parts, True)
        else:
            self.backticks(parts, True)

    def _escape_in_arithmetic(self, parts: Parts) -> bool:
        """Skips a backslash with what it quotes; False if nothing follows."""
        following = self.text[self.at + 1]
        if following == "\n":
            self.at += 2
            return True
        if self.at + 1 >= len(self.text) - 1:
            return False
        parts.text("\\" + following, False)
        self.at += 2
        return True

    def _old_arithmetic(self) -> list[Part]:
        """Reads up to the `]` of `$[…]`."""
        parts = self.region("]", True, nested="[")
        self.at += 1
        return [Literal(part.text) if isinstance(part, Literal) else part for part in parts]

    def attempt(self, at: int) -> list[Part] | None:
        """Arithmetic after the `((` at `at`; None if the two brackets stand for themselves."""
        if at in self.not_arithmetic:
            return None
        pending, depth = self.pending, self.budget.depth
        self.at = at + 2
        try:
            parts = self.arithmetic()
        except UnreadableCommand as problem:
            if problem.too_long:
                raise
            parts = None
        if parts is None:
            self.budget.retry(self.at - at)
            self.pending, self.budget.depth = pending, depth
            self.not_arithmetic.add(at)
        return parts

    def _arithmetic_or_commands(self, parts: Parts, quoted: bool) -> None:
        at = self.at + 1
        self.budget.enter()
        inside = self.attempt(at)
        self.budget.depth -= 1
        if inside is not None:
            parts.part(Arithmetic(inside, quoted))
            return
        self.at = at
        parts.part(Substitution(self.commands_inside(), quoted))

    def _ansi_c(self, parts: Parts) -> None:
        text = self.text
        at = self.at + 2
        end = -1
        while True:
            if end < at:
                end = text.find("'", at)
            if end < 0:
                raise self.fail("a ' at {} is never closed", self.at + 1)
            escape = text.find("\\", at, end)
            if escape < 0:
                break
            at = escape + 2
        parts.text(ansi_c(text[self.at + 2 : end]), True)
        self.at = end + 1
