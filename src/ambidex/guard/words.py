"""Splits a shell command line into simple commands and their words.

Quoting, lists, pipelines, comments, redirections, here-documents and command substitutions are
recognised; expansion is not attempted, a variable stays as it is written.

Not proved: this is a reader of words, not the shell's grammar. Compound commands come out as
their words; arithmetic and arrays are not understood.

Hot path: nothing is imported.
"""

from __future__ import annotations

MAX_LENGTH = 200_000
MAX_DEPTH = 20

_SEPARATORS = ";&|\n()"
_REDIRECTIONS = "<>"


class UnreadableCommand(ValueError):
    """The command line is too long, nested too deeply, or ends inside a quote."""


def simple_commands(text: str, depth: int = 0) -> list[list[str]]:
    """The simple commands in `text`, each as its words with quotes removed.

    Commands inside `$(…)`, backticks, `<(…)`, groups and subshells are listed too. Words of
    redirections are left out; so are the bodies of here-documents.

    Raises:
        UnreadableCommand: see there.
    """
    if len(text) > MAX_LENGTH:
        raise UnreadableCommand(f"it is {len(text)} characters long; at most {MAX_LENGTH} are read")
    if depth > MAX_DEPTH:
        raise UnreadableCommand(f"it is nested more than {MAX_DEPTH} levels deep")
    return _Reader(text, depth).read()


class _Reader:
    """One pass over the text, character by character; every character is visited once."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.at = 0
        self.commands: list[list[str]] = []
        self.words: list[str] = []
        self.word: list[str] | None = None
        self.skip_word = False
        self.heredocs: list[tuple[str, bool]] = []
        self.expects_delimiter = ""

    def read(self) -> list[list[str]]:
        text, end = self.text, len(self.text)
        while self.at < end:
            char = text[self.at]
            if char == "\\":
                if text[self.at + 1 : self.at + 2] != "\n":
                    self._add(text[self.at + 1 : self.at + 2])
                self.at += 2
            elif char == "'":
                self._add(self._until("'", self.at + 1))
            elif char == '"':
                self._double_quoted()
            elif char == "`":
                inner = self._until("`", self.at + 1)
                self._nested(inner.replace("\\`", "`"))
            elif char == "$" and text.startswith("$(", self.at):
                self._substitution()
            elif char == "$" and text.startswith("$'", self.at):
                self._add(_unescaped(self._until("'", self.at + 2, escapes=True)))
            elif char in _REDIRECTIONS:
                self._redirection()
            elif char in " \t":
                self._end_word()
                self.at += 1
            elif char in _SEPARATORS:
                self._end_command()
                self.at += 1
                if char == "\n" and self.heredocs:
                    self._skip_heredocs()
            elif char == "#" and self.word is None:
                line_end = text.find("\n", self.at)
                self.at = end if line_end < 0 else line_end
            else:
                self._add(char)
                self.at += 1
        self._end_command()
        return self.commands

    def _add(self, piece: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(piece)

    def _until(self, quote: str, start: int, escapes: bool = False) -> str:
        end = self.text.find(quote, start)
        while escapes and end > 0 and _escaped(self.text, start, end):
            end = self.text.find(quote, end + 1)
        if end < 0:
            raise UnreadableCommand(f"a {quote} at position {start - 1} is never closed")
        self.at = end + 1
        return self.text[start:end]

    def _double_quoted(self) -> None:
        text, end = self.text, len(self.text)
        opened = self.at
        self.at += 1
        self._add("")
        while self.at < end:
            char = text[self.at]
            if char == '"':
                self.at += 1
                return
            if char == "\\" and text[self.at + 1 : self.at + 2] in ("$", "`", '"', "\\", "\n"):
                self._add(text[self.at + 1].replace("\n", ""))
                self.at += 2
            elif char == "$" and text.startswith("$(", self.at):
                self._substitution()
            elif char == "`":
                self._nested(self._until("`", self.at + 1).replace("\\`", "`"))
            else:
                self._add(char)
                self.at += 1
        raise UnreadableCommand(f'a " at position {opened} is never closed')

    def _substitution(self) -> None:
        """Recurse into `$(…)`; its text stays part of the word, since its value is unknown."""
        start = self.at + 2
        level, at, end = 1, start, len(self.text)
        quote = ""
        while at < end and level:
            char = self.text[at]
            if char == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == "(":
                level += 1
            elif char == ")":
                level -= 1
            at += 1
        if level:
            raise UnreadableCommand(f"a $( at position {self.at} is never closed")
        self.at = at
        self._nested(self.text[start : at - 1])

    def _nested(self, inner: str) -> None:
        self._add(f"$({inner})")
        self.commands += simple_commands(inner, self.depth + 1)

    def _redirection(self) -> None:
        text = self.text
        if text.startswith(("<(", ">("), self.at):
            self._end_command()
            self.at += 2
            return
        if self.word is not None and "".join(self.word).isdigit():
            self.word = None  # a file descriptor: 2>
        self._end_word()
        if text.startswith("<<<", self.at):
            self.at += 3
            self.skip_word = True
        elif text.startswith("<<", self.at):
            strip = text.startswith("<<-", self.at)
            self.at += 3 if strip else 2
            self.expects_delimiter = "-" if strip else "="
        else:
            self.at += 1
            while text[self.at : self.at + 1] in ("<", ">", "&", "|") and self.at < len(text):
                self.at += 1
            self.skip_word = True

    def _skip_heredocs(self) -> None:
        for delimiter, strip in self.heredocs:
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = end + 1
                if (line.lstrip("\t") if strip else line) == delimiter:
                    break
        self.heredocs = []

    def _end_word(self) -> None:
        if self.word is None:
            return
        word = "".join(self.word)
        self.word = None
        if self.expects_delimiter:
            self.heredocs.append((word, self.expects_delimiter == "-"))
            self.expects_delimiter = ""
        elif self.skip_word:
            self.skip_word = False
        else:
            self.words.append(word)

    def _end_command(self) -> None:
        self._end_word()
        self.skip_word = False
        if self.words:
            self.commands.append(self.words)
        self.words = []


def _escaped(text: str, start: int, at: int) -> bool:
    count = 0
    while at - 1 - count >= start and text[at - 1 - count] == "\\":
        count += 1
    return count % 2 == 1


def _unescaped(text: str) -> str:
    """The value of `$'…'`; an escape that means nothing is kept as it is written."""
    try:
        return text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    except ValueError:
        return text
