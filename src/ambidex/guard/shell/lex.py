"""The reader of shell text below the grammar: position, limits, blanks, comments, line ends.

Hot path: `time` only.
"""

from __future__ import annotations

import time

from ambidex.guard.shell.nodes import Literal, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Part, Redirection

# Bounds of what is read at all. Python allows 1000 nested calls; one level of shell nesting takes
# up to ten of them here and more where the tree is evaluated.
MAX_LENGTH = 200_000  # characters
MAX_DEPTH = 40  # compound commands and expansions inside one another
MAX_NODES = 40_000  # words, expansions and commands
_MAX_JOINS = 2_000  # continued lines: each one copies the text
_MAX_RETRIED = 3 * MAX_LENGTH  # characters read again because `((` was no arithmetic
_NODES_PER_LOOK = 256  # how often the clock is read

END = "\0"  # stands after the last character, so that no look ahead needs a bound
BLANKS = frozenset(" \t")
METAS = frozenset(" \t\n;&|<>()" + END)
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
DIGITS = frozenset("0123456789")
NAME = LETTERS | DIGITS


class UnreadableCommand(ValueError):
    """The text is no shell command, or too long a one; the message is a clause for people.

    Attributes:
        too_long: a bound was exceeded; the text may well be a command.
    """

    def __init__(self, why: str, *, too_long: bool = False) -> None:
        super().__init__(why)
        self.too_long = too_long


class Budget:
    """What reading one text may still cost, shared by the readers of the texts inside it."""

    __slots__ = ("deadline", "depth", "joins", "nodes", "retried")

    def __init__(self, deadline: float | None) -> None:
        self.deadline = deadline
        self.depth = 0
        self.nodes = 0
        self.joins = 0
        self.retried = 0

    def spend(self) -> None:
        """Counts one node."""
        self.nodes += 1
        if self.nodes % _NODES_PER_LOOK == 0:
            if self.nodes > MAX_NODES:
                raise UnreadableCommand("it has too many parts", too_long=True)
            if self.deadline is not None and time.process_time() > self.deadline:
                raise UnreadableCommand("reading it takes too long", too_long=True)

    def enter(self) -> None:
        """One level deeper; the caller takes it back with `depth -= 1`."""
        self.spend()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableCommand("it is nested too deeply", too_long=True)

    def retry(self, length: int) -> None:
        """`length` characters will be read once more."""
        self.retried += length
        if self.retried > _MAX_RETRIED:
            raise UnreadableCommand("it has too many brackets to tell apart", too_long=True)


class Parts:
    """Collects the parts of a word; neighbouring literals of one kind become one."""

    __slots__ = ("_empty", "_quoted", "_texts", "parts")

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._texts: list[str] = []
        self._quoted = False
        self._empty = False

    def text(self, text: str, quoted: bool) -> None:
        """Adds literal text."""
        if quoted is not self._quoted:
            if self._texts:
                self._flush()
            self._quoted = quoted
        if text:
            self._texts.append(text)
        elif quoted and not self._texts:
            self.parts.append(Literal("", True))
            self._empty = True

    def part(self, part: Part) -> None:
        """Adds an expansion."""
        if self._texts:
            self._flush()
        self.parts.append(part)

    def extend(self, parts: list[Part]) -> None:
        """Adds what was collected elsewhere."""
        for part in parts:
            if isinstance(part, Literal):
                self.text(part.text, part.quoted)
            else:
                self.part(part)

    def word(self) -> Word:
        """The word of what was added."""
        return Word(self.all())

    def all(self) -> list[Part]:
        """What was added."""
        if self._texts:
            self._flush()
        if self._empty:
            self._drop_empty()
        return self.parts

    def _drop_empty(self) -> None:
        """Drops empty quoted literals beside quoted parts, where they change nothing."""
        parts = self.parts
        kept: list[Part] = []
        for number, part in enumerate(parts, 1):
            empty = isinstance(part, Literal) and not part.text
            if empty and ((kept and _quoted(kept[-1])) or _quoted(*parts[number : number + 1])):
                continue
            kept.append(part)
        self.parts = kept

    def _flush(self) -> None:
        self.parts.append(Literal("".join(self._texts), self._quoted))
        self._texts.clear()


def _quoted(*parts: Part) -> bool:
    return any(getattr(part, "quoted", False) for part in parts)


class Reader:
    """A position in a text, and the steps that every part of the grammar needs."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.text = text + END
        self.at = 0
        self.budget = budget
        # Here-documents whose text starts after the next line end.
        self.pending: list[Redirection] = []
        # Positions of `((` that turned out to open two brackets, not arithmetic.
        self.not_arithmetic: set[int] = set()
        self._dropped = 0

    def fail(self, why: str, at: int | None = None) -> UnreadableCommand:
        """The error to raise; `{}` in `why` becomes the position, counted from one."""
        position = (self.at if at is None else at) + self._dropped + 1
        return UnreadableCommand(why.replace("{}", f"position {position}"))

    def unexpected(self) -> UnreadableCommand:
        """The error for what stands at the position."""
        character = self.text[self.at]
        if self.at >= len(self.text) - 1:
            return UnreadableCommand("it ends in the middle of a command")
        if character == "\n":
            return self.fail("the line ends in the middle of a command at {}")
        end = self.at + 1
        if character in METAS:
            while end - self.at < 2 and self.text[end] == character:
                end += 1
        else:
            while self.text[end] not in METAS and end - self.at < 20:
                end += 1
        return self.fail(f"there is an unexpected {self.text[self.at : end]} at {{}}")

    def join(self, at: int) -> str:
        """Removes the continued line ends at `at`; returns the new text."""
        self.budget.joins += 1
        if self.budget.joins > _MAX_JOINS:
            raise UnreadableCommand("it has too many continued lines", too_long=True)
        text = self.text
        end = at
        while text.startswith("\\\n", end):
            end += 2
        self._dropped += end - at
        self.not_arithmetic.clear()
        self.text = text[:at] + text[end:]
        return self.text

    def after(self, at: int) -> str:
        """The character after the one at `at`."""
        following = self.text[at + 1 : at + 2] or END
        if following == "\\" and self.text[at + 2] == "\n":
            return self.join(at + 1)[at + 1]
        return following

    def blanks(self) -> str:
        """Skips blanks; returns the character after them."""
        text = self.text
        at = self.at
        while True:
            character = text[at]
            if character in BLANKS:
                at += 1
            elif character == "\\" and text[at + 1] == "\n":
                text = self.join(at)
            else:
                self.at = at
                return character

    def lines(self) -> str:
        """Skips blanks, comments and line ends; returns the character after them."""
        while True:
            character = self.blanks()
            if character == "#":
                self.comment()
            elif character == "\n":
                self.line_end()
            else:
                return character

    def comment(self) -> None:
        """Skips a comment up to the line end."""
        end = self.text.find("\n", self.at)
        self.at = len(self.text) - 1 if end < 0 else end

    def line_end(self) -> None:
        """Skips a line end and the here-documents after it."""
        self.at += 1
        if self.pending:
            self.here_documents()

    def here_documents(self) -> None:
        """Reads the pending here-documents."""
        raise NotImplementedError
