"""Cuts code of C's relatives and of perl, ruby, php, lua into strings, names and signs.

Comments go, strings keep their text, and what is interpolated into them stays apart: so only real
calls in the code are seen later, never words in text. One pass, linear.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Kinds of tokens.
STRING, NAME, NUMBER, SIGN, COMMAND, MARK, LINE = "s", "n", "#", "o", "b", "m", "l"


# Behind these a list of words is the arguments.
_CALLS_OF_LISTS = tuple((NAME, name) for name in ("system", "exec", "unlink", "rmtree"))


class Lexis:
    """What the tokens of a language look like.

    Attributes:
        comments: what begins a comment to the end of the line.
        quotes: quote → how its text interpolates: `""` not, `$` as perl and php, `#` as ruby,
            `{` as JavaScript's templates.
        commands: whether backticks run a shell command.
        sigils: characters that begin names of variables.
        words: prefixes of perl's and ruby's own quotes: `q qq qx qw m s y tr qr`, `%w %x %q`.
        regex: whether `/` begins a pattern where an operand may stand.
        block: begin and end of comments over lines.
    """

    __slots__ = ("block", "commands", "comments", "quotes", "regex", "sigils", "words")

    def __init__(
        self,
        comments: str,
        quotes: dict[str, str],
        *,
        commands: bool = False,
        sigils: str = "",
        words: str = "",
        regex: bool = False,
        block: tuple[str, str] = ("", ""),
    ) -> None:
        self.comments = tuple(comments.split())
        self.quotes = quotes
        self.commands = commands
        self.sigils = sigils
        self.words = words
        self.regex = regex
        self.block = block


_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_SIGNS = (
    *("===", "!==", "...", "<=>", "**=", "||=", "&&=", "??=", "//="),
    *("=>", "->", "::", "?.", "==", "!=", "<=", ">=", "&&", "||", "??", "..", "+=", ".=", "-="),
    *(".=", "=~", "!~", "<<", ">>", "++", "--", ":=", "|>"),
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "\n": ""}


def cut(text: str, lexis: Lexis) -> list[tuple[str, Any]]:
    """The tokens of `text`: kind and value; strings and commands are lists of parts.

    A part is text, or `("v", name)` for a variable and `("c", code)` for code in a string.
    """
    return _Cutter(text, lexis).run()


class _Cutter:
    def __init__(self, text: str, lexis: Lexis) -> None:
        self.text = text
        self.lexis = lexis
        self.at = 0
        self.found: list[tuple[str, Any]] = []

    def run(self) -> list[tuple[str, Any]]:
        text, lexis = self.text, self.lexis
        while self.at < len(text):
            at = self.at
            c = text[at]
            if c == "\n":
                self.found.append((LINE, "\n"))
                self.at += 1
            elif c.isspace():
                self.at += 1
            elif not is_known(c):
                self.found.append((MARK, c))
                self.at += 1
            elif lexis.block[0] and text.startswith(lexis.block[0], at):
                end = text.find(lexis.block[1], at + 2)
                self.at = len(text) if end < 0 else end + len(lexis.block[1])
            elif lexis.comments and text.startswith(lexis.comments, at) and self._is_comment(c):
                end = text.find("\n", at)
                self.at = len(text) if end < 0 else end
            elif c == "`" and lexis.commands:
                self._quoted(COMMAND, at + 1, "`", "#" if "%" in lexis.words else "$")
            elif c in lexis.quotes:
                long = c * 3
                if c in "'\"" and text.startswith(long, at) and lexis.sigils == "":
                    self._quoted(STRING, at + 3, long, "")
                else:
                    self._quoted(STRING, at + 1, c, lexis.quotes[c])
            elif c.isdigit():
                self._number()
            elif c.isalpha() or c == "_" or (c in lexis.sigils and self._sigil(at)):
                self._name()
            elif c == "%" and "%" in lexis.words and self._operand_next() and self._percent():
                pass
            elif c == "/" and lexis.regex and self._operand_next():
                self._pattern()
            else:
                sign = next((s for s in _SIGNS if text.startswith(s, at)), c)
                self.found.append((SIGN, sign))
                self.at += len(sign)
        return self.found

    def _is_comment(self, c: str) -> bool:
        """`#` inside a name such as `$#array` is none."""
        return not (c == "#" and self.at and self.text[self.at - 1] == "$")

    def _sigil(self, at: int) -> bool:
        after = self.text[at + 1 : at + 2]
        return (
            after.isalpha()
            or (after in ("_", "{", "(") and self.text[at] != "%")
            or (self.text[at] == "$" and (after.isdigit() or after in ("_", "@", "!", "$")))
        )

    def _operand_next(self) -> bool:
        """Whether an operand may stand here, so that `/` divides nothing."""
        before = next((token for token in reversed(self.found[-3:]) if token[0] != LINE), None)
        if before is None or before[0] == NAME:
            return before is None or before[1] in ("return", "and", "or", "if", "unless", "split")
        return before[0] == SIGN and before[1] not in (")", "]", "}")

    def _number(self) -> None:
        text, start = self.text, self.at
        while self.at < len(text) and (text[self.at].isalnum() or text[self.at] in "_"):
            self.at += 1
        digits = text[start : self.at].replace("_", "").lower()
        try:
            octal = digits[:1] == "0" and digits.isdigit() and len(digits) > 1
            self.found.append((NUMBER, int(digits, 8) if octal else int(digits, 0)))
        except ValueError:
            self.found.append((NUMBER, 0))

    def _name(self) -> None:
        text, start = self.text, self.at
        if text[start] in self.lexis.sigils and text[start] not in "_":
            self.at += 1
            if text[self.at : self.at + 1] in ("{", "(", "@", "!", "$"):
                special = text[self.at]
                if special in "@!$":
                    self.at += 1
                self.found.append((NAME, text[start : self.at]))
                return
        while self.at < len(text) and (text[self.at].isalnum() or text[self.at] == "_"):
            self.at += 1
        name = text[start : self.at]
        after = text[self.at : self.at + 1]
        if (
            after
            and after in "?!"
            and self.lexis.words.startswith("%")
            and text[self.at + 1 : self.at + 2] != "="
        ):
            self.at += 1  # ruby's `exist?`, `rename!`
        if name in self.lexis.words.split() and after and self._perl_quote(name):
            return
        self.found.append((NAME, name))

    def _perl_quote(self, name: str) -> bool:
        """`qq{…}`, `qx/…/`, `s/…/…/`; False when it is a plain name."""
        text, at = self.text, self.at
        while at < len(text) and text[at] == " ":
            at += 1
        opened = text[at : at + 1]
        if not opened or opened.isalnum() or opened in "_,;)=.-\n" or opened.isspace():
            return False
        if self.found and self.found[-1][1] in ("->", "{", "."):
            return False
        end = self._end(at + 1, opened)
        body, self.at = text[at + 1 : end], end + 1
        if name in ("s", "tr", "y"):
            start = self.at
            if opened in _CLOSING:
                while start < len(text) and text[start] in " \n":
                    start += 1
                opened, start = text[start : start + 1] or "/", start + 1
            end = self._end(start, opened)
            replacement, self.at = text[start:end], end + 1
            flags = self._letters()
            self.found.append((STRING, [("c", replacement)] if "e" in flags else [""]))
        elif name in ("m", "qr"):
            self._letters()
            self.found.append((STRING, [""]))
        elif name == "qw":
            listed = not (self.found and self.found[-1] in _CALLS_OF_LISTS)
            self.found.append((SIGN, "[" if listed else "("))
            for word in body.split():
                self.found += [(STRING, [word]), (SIGN, ",")]
            self.found.append((SIGN, "]" if listed else ")"))
        else:
            kind = COMMAND if name == "qx" else STRING
            self.found.append((kind, self._parts(body, "" if name == "q" else "$")))
        return True

    def _percent(self) -> bool:
        """Ruby's `%w[a b]`, `%x(…)`, `%q{…}`; False for a plain sign."""
        text, at = self.text, self.at
        letter = text[at + 1 : at + 2]
        if letter.isalpha():
            if letter not in "wWiIxqQ":
                return False
            at += 1
        opened = text[at + 1 : at + 2]
        if opened not in _CLOSING and opened not in ("|", "!", "/"):
            return False
        end = self._end(at + 2, opened)
        body, self.at = text[at + 2 : end], end + 1
        if letter in "wWiI":
            self.found.append((SIGN, "["))
            for word in body.split():
                self.found += [(STRING, self._parts(word, "#")), (SIGN, ",")]
            self.found.append((SIGN, "]"))
        else:
            kind = COMMAND if letter == "x" else STRING
            self.found.append((kind, self._parts(body, "" if letter == "q" else "#")))
        return True

    def _letters(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at].isalpha():
            self.at += 1
        return self.text[start : self.at]

    def _pattern(self) -> None:
        end, at = -1, self.at + 1
        while at < len(self.text) and self.text[at] != "\n":
            if self.text[at] == "\\":
                at += 1
            elif self.text[at] == "/":
                end = at
                break
            at += 1
        if end < 0:
            self.found.append((SIGN, "/"))
            self.at += 1
            return
        self.at = end + 1
        self._letters()
        self.found.append((STRING, [""]))

    def _end(self, at: int, opened: str) -> int:
        """Where the delimiter that closes `opened` stands."""
        closed, depth, text = _CLOSING.get(opened, opened), 1, self.text
        while at < len(text):
            if text[at] == "\\":
                at += 1
            elif text[at] == closed:
                depth -= 1
                if not depth:
                    return at
            elif text[at] == opened:
                depth += 1
            at += 1
        return len(text)

    def _quoted(self, kind: str, start: int, quote: str, how: str) -> None:
        text, at = self.text, start
        while at < len(text) and not text.startswith(quote, at):
            if text[at] == "\\":
                at += 1
            elif (how == "{" and text.startswith("${", at)) or (
                how == "#" and text.startswith("#{", at)
            ):
                at = self._end(at + 2, "{")
            at += 1
        self.found.append((kind, self._parts(text[start:at], how, bool(how) or quote == '"')))
        self.at = min(at, len(text)) + len(quote)

    def _parts(self, body: str, how: str, escapes: bool = True) -> list[Any]:
        """The text of a string with what is interpolated."""
        parts: list[Any] = []
        text: list[str] = []
        at = 0
        while at < len(body):
            c = body[at]
            after = body[at + 1 : at + 2]
            if c == "\\" and after:
                if escapes or after in "\\'":
                    at = self._escape(body, at, text)
                else:
                    text.append(c)
                    at += 1
                continue
            if (how == "{" and body.startswith("${", at)) or (
                how == "#" and body.startswith("#{", at)
            ):
                end = body.find("}", at)
                end = len(body) if end < 0 else end
                parts += ["".join(text), ("c", body[at + 2 : end])]
                text, at = [], end + 1
            elif how == "$" and c in "$@" and (after.isalpha() or after in ("_", "{")):
                end = at + (2 if after == "{" else 1)
                start = end
                while end < len(body) and (body[end].isalnum() or body[end] in "_$"):
                    end += 1
                name = body[start:end].lstrip("$")
                end += body[end : end + 1] == "}" and after == "{"
                if body[end : end + 1] == "{" or body[end : end + 2] == "->":
                    close = body.find("}", end)
                    if close > 0:
                        key = body[end : close + 1].strip("->{}'\"")
                        name, end = f"{name}{{{key}", close + 1
                parts += ["".join(text), ("v", c + name)]
                text, at = [], end
            else:
                text.append(c)
                at += 1
        parts.append("".join(text))
        return parts

    def _escape(self, body: str, at: int, text: list[str]) -> int:
        """One escape; returns what follows it."""
        after = body[at + 1]
        for letter, size in (("x", 2), ("u", 4)):
            digits = body[at + 2 : at + 2 + size]
            if after == letter and len(digits) == size and all(d in _HEX for d in digits):
                text.append(chr(int(digits, 16)))
                return at + 2 + size
        text.append(_ESCAPES.get(after, after))
        return at + 2


_HEX = "0123456789abcdefABCDEF"
