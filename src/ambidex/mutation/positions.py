"""Where the parsers' lines and columns lie in a module's text."""

from __future__ import annotations

import re
from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

# What ends a line for Python's tokenizer; a form feed or a Unicode separator does not.
_LINE_END = re.compile(r"\r\n|\r|\n")
BOM = "\ufeff"


class Text:
    """A module's text with the places of its lines.

    Attributes:
        text: the text as it is, with whatever line ends and byte order mark it has.
        starts: offset of the first character of each line, and of the text's end at last. A byte
            order mark belongs to no line.
        newline: what ends its first line.
    """

    __slots__ = ("_plain", "newline", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        first = 1 if text.startswith(BOM) else 0
        ends = [each.end() for each in _LINE_END.finditer(text, first)]
        self.starts = [first, *ends]
        if self.starts[-1] != len(text):
            self.starts.append(len(text))
        found = _LINE_END.search(text)
        self.newline = found.group() if found else "\n"
        self._plain = text.isascii() or (first == 1 and text[1:].isascii())

    @property
    def source(self) -> str:
        """The text as `ast.parse` takes it: without a byte order mark."""
        return self.text[self.starts[0] :]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.starts) - 1

    def lines(self, first: int, last: int) -> str:
        """The text of the lines `first` to `last`, 1-based, inclusive."""
        return self.text[self.starts[first - 1] : self.starts[min(last, self.count)]]

    def at(self, line: int, column: int) -> int:
        """Offset of a 1-based line and a 0-based column that counts characters (libcst)."""
        return self.starts[line - 1] + column

    def of_bytes(self, line: int, column: int) -> int:
        """Offset of a 1-based line and a 0-based column that counts UTF-8 bytes (`ast`)."""
        start = self.starts[line - 1]
        if self._plain:
            return start + column
        text = self.text[start : self.starts[min(line, self.count)]]
        return start + len(
            text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace")
        )

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> tuple[int, int]:
        """Offsets of a node's first character and behind its last."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        if end_line is None or end_column is None:
            raise ValueError(f"a {type(node).__name__} without an end")
        return self.of_bytes(node.lineno, node.col_offset), self.of_bytes(end_line, end_column)

    def line(self, offset: int) -> int:
        """The 1-based line of a character."""
        return max(1, min(bisect_right(self.starts, offset), self.count or 1))
