"""Text whose unknown parts name where they come from.

What a command line will be is often known only in part: `rm -rf "$DIR"/*`, `curl -d "$(cat .env)"`.
Such text stays one ordinary string, in which every unknown part is a single character of a private
plane of Unicode. The character is the number of a `Source`: which variable, whose output, read
from which files, fetched from which hosts. So text can be cut, joined, compared and searched like
any other, and what was read from a secret is still known to be that when it is sent somewhere.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Unicode's supplementary private use areas: no program's text has a meaning for them.
_FIRST = 0xF0000
_LAST = 0xFFFFF
_FIRST_CHARACTER = chr(_FIRST)

# Unquoted pattern characters that were not expanded: the shell, not the program, will replace them.
STAR = "\U00100000"
ANY = "\U00100001"
CLASS = "\U00100002"
_PATTERNS = {STAR: "*", ANY: "?", CLASS: "[…]"}

# What an unknown part can be.
VARIABLE = "variable"  # nothing is known about its value
OUTPUT = "output"  # what a command prints
INPUT = "input"  # what is typed, or comes from a pipe that nothing is known about
FILE = "file"  # the content of a file
CHOICE = "choice"  # one of several values

# How the output of a shell is shown that was started to talk to somebody.
INTERACTIVE = "an interactive shell"


class Source:
    """Where an unknown part of a text comes from.

    Attributes:
        kind: `VARIABLE`, `OUTPUT`, `INPUT`, `FILE` or `CHOICE`.
        text: how it is shown to people: `$DIR`, `$(git ls-files)`, `*`.
        paths: absolute paths of the files whose content flows into it; may be tainted themselves.
        hosts: hosts whose answers flow into it.
        folders: where it is a list of paths that a command printed (`find src`, `git ls-files`),
            the folders that they lie below.
        program: the base name of the program whose output it is; else `""`.
    """

    __slots__ = ("folders", "hosts", "kind", "paths", "program", "text")

    def __init__(
        self,
        kind: str,
        text: str,
        paths: Iterable[str] = (),
        hosts: Iterable[str] = (),
        folders: Iterable[str] = (),
        program: str = "",
    ) -> None:
        self.kind = kind
        self.text = text
        self.paths = tuple(paths)
        self.hosts = tuple(hosts)
        self.folders = tuple(folders)
        self.program = program


class Sources:
    """The sources of one command line."""

    def __init__(self) -> None:
        self._all: list[Source] = []

    def mark(self, source: Source) -> str:
        """A character that stands for a part that comes from `source`."""
        if len(self._all) > _LAST - _FIRST - 1:
            return chr(_LAST)  # too many to tell apart: known to be unknown
        self._all.append(source)
        return chr(_FIRST + len(self._all) - 1)

    def through(self, program: str, text: str) -> str:
        """What `program` prints by running another one, whose output `text` is, for people."""
        sources = self.of(text) if len(text) == 1 else []
        if not sources or not sources[0].text.startswith("$("):
            return text
        one = sources[0]
        shown = f"$({program} {one.text[2:]}"
        return self.mark(Source(one.kind, shown, one.paths, one.hosts, one.folders, one.program))

    def of(self, text: str) -> list[Source]:
        """The sources of the unknown parts of `text`, in their order, each once."""
        if text.isascii():
            return []
        # A set of characters first: text may carry thousands of marks, each many times.
        numbers = dict.fromkeys(text)
        count = len(self._all)
        return [
            self._all[number]
            for number in [ord(c) - _FIRST for c in numbers if c >= _FIRST_CHARACTER]
            if number < count
        ]

    def show(self, text: str) -> str:
        """`text` for people: unknown parts as they were written."""
        if text.isascii():
            return text
        shown = []
        for character in text:
            number = ord(character) - _FIRST
            if number < 0:
                shown.append(character)
            elif number < len(self._all):
                shown.append(self._all[number].text)
            else:
                shown.append(_PATTERNS.get(character, "…"))
        return "".join(shown)


def is_known(text: str) -> bool:
    """Whether no part of `text` is unknown; unexpanded patterns count as unknown."""
    return text.isascii() or all(character < _FIRST_CHARACTER for character in text)


def is_unknown(text: str) -> bool:
    """Whether nothing of `text` is known but blanks."""
    return not text.isascii() and all(c.isspace() or c >= _FIRST_CHARACTER for c in text)


def is_pattern(text: str) -> bool:
    """Whether the only unknown parts of `text` are patterns of file names."""
    return not is_known(text) and all(c < _FIRST_CHARACTER or c in _PATTERNS for c in text)


def known_prefix(text: str) -> str:
    """`text` up to its first unknown part."""
    if text.isascii():
        return text
    for at, character in enumerate(text):
        if character >= _FIRST_CHARACTER:
            return text[:at]
    return text


def without_marks(text: str) -> str:
    """Text from outside, with characters that could be mistaken for marks replaced by U+FFFD."""
    if text.isascii() or all(character < _FIRST_CHARACTER for character in text):
        return text
    return "".join("\ufffd" if c >= _FIRST_CHARACTER else c for c in text)
