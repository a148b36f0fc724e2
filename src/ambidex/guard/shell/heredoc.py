"""Here-documents: their delimiter, and the lines up to it.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell.lex import Reader
from ambidex.guard.shell.nodes import Literal, Redirection, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.shell.nodes import Part


class HereDocuments(Reader):
    """Reads the texts of here-documents."""

    def delimiter(self, word: Word, source: str) -> Word:
        """The delimiter as one literal: quotes are removed from it, nothing is expanded."""
        quoted = any(character in source for character in "'\"\\")
        if all(isinstance(part, Literal) for part in word.parts):
            text = "".join(part.text for part in word.parts)
        else:
            text = source.replace("'", "").replace('"', "").replace("\\", "")
        if "\n" in text:
            raise self.fail("the delimiter before {} is more than a line")
        return Word([Literal(text, quoted)])

    def here_documents(self) -> None:
        """Reads the pending here-documents, the first of which starts at the position."""
        pending, self.pending = self.pending, []
        for redirection in pending:
            self._body(redirection)

    def without_text(self) -> None:
        """Ends the pending here-documents where the text ends; the shell warns, and goes on."""
        for redirection in self.pending:
            redirection.body = Word([Literal("", True)])
        self.pending = []

    def inside(self, text: str) -> list[Part]:
        """The parts of a here-document that is expanded."""
        raise NotImplementedError

    def _body(self, redirection: Redirection) -> None:
        delimiter = redirection.target.parts[0]
        strip = redirection.operator == "<<-"
        text = self.text
        end = len(text) - 1
        at = self.at
        lines = []
        while at < end:
            stop = text.find("\n", at, end)
            if stop < 0:
                stop = end
            line = text[at:stop]
            at = stop + 1
            # A backslash at the end joins two lines before the delimiter is looked for.
            while not delimiter.quoted and at <= end and _continued(line):
                stop = text.find("\n", at, end)
                if stop < 0:
                    stop = end
                line = line[:-1] + text[at:stop]
                self.budget.retry(len(line) // 8)
                at = stop + 1
            if strip:
                line = line.lstrip("\t")
            if line == delimiter.text:
                break
            lines.append(line)
        self.at = min(at, end)
        lines.append("")
        body = "\n".join(lines)
        if delimiter.quoted or not any(character in body for character in "$`\\"):
            redirection.body = Word([Literal(body, True)])
        else:
            redirection.body = Word(self.inside(body))


def _continued(line: str) -> bool:
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1
