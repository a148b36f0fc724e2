"""A terminal screen that understands as much as the client draws with.

Cursor movement, erasing, scrolling, insertion and deletion of lines and characters, the alternate
screen. Colours and modes are read and dropped. Wide characters count as one cell, so columns to the
right of an emoji may be off by one; words stay whole.
"""

from __future__ import annotations

import codecs
import re

_SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*(?P<plain>[0-OQ-WYZ`-~\\])",
    re.DOTALL,
)
# An escape that may still be cut short at the end of what was read.
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07]*|[ -/]*)\Z", re.DOTALL)
_KEPT_UNFINISHED = 4096


class Screen:
    """What a person would see, and what has scrolled off the top.

    Attributes:
        rows: height in lines.
        columns: width in cells.
        scrolled: lines that left the screen at the top, oldest first.
    """

    def __init__(self, rows: int = 50, columns: int = 160) -> None:
        self.rows = rows
        self.columns = columns
        self.scrolled: list[str] = []
        self._row = self._column = 0
        self._saved = (0, 0)
        self._top, self._bottom = 0, rows - 1
        self._lines = [self._blank() for _ in range(rows)]
        self._pending = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    @property
    def text(self) -> str:
        """The screen's lines, without trailing blanks."""
        return "\n".join("".join(line).rstrip() for line in self._lines).rstrip()

    @property
    def history(self) -> str:
        """Everything that was ever on the screen and scrolled off, then the screen."""
        return "\n".join([*self.scrolled, self.text])

    def feed(self, data: bytes) -> None:
        """Draw what a program wrote to the terminal; escapes may be cut anywhere."""
        text = self._pending + self._decode(data)
        self._pending = ""
        unfinished = _UNFINISHED.search(text)
        if unfinished and len(text) - unfinished.start() < _KEPT_UNFINISHED:
            self._pending = text[unfinished.start() :]
            text = text[: unfinished.start()]
        position = 0
        while position < len(text):
            if text[position] == "\x1b":
                match = _SEQUENCE.match(text, position)
                if match:
                    self._escape(match)
                    position = match.end()
                    continue
            else:
                self._put(text[position])
            position += 1

    def _blank(self) -> list[str]:
        return [" "] * self.columns

    def _put(self, character: str) -> None:
        if character == "\n":
            self._line_feed()
        elif character == "\r":
            self._column = 0
        elif character == "\b":
            self._column = max(0, self._column - 1)
        elif character == "\t":
            self._column = min(self.columns - 1, (self._column // 8 + 1) * 8)
        elif character >= " " and character != "\x7f":
            if self._column >= self.columns:
                self._column = 0
                self._line_feed()
            self._lines[self._row][self._column] = character
            self._column += 1

    def _line_feed(self) -> None:
        if self._row == self._bottom:
            self._scroll_up(1)
        else:
            self._row = min(self.rows - 1, self._row + 1)

    def _scroll_up(self, count: int) -> None:
        for _ in range(count):
            line = self._lines.pop(self._top)
            if self._top == 0:
                self.scrolled.append("".join(line).rstrip())
            self._lines.insert(self._bottom, self._blank())

    def _escape(self, match: re.Match[str]) -> None:
        plain, final = match["plain"], match["final"]
        if plain == "7":
            self._saved = (self._row, self._column)
        elif plain == "8":
            self._row, self._column = self._saved
        elif plain == "M":
            self._reverse_line_feed()
        if final is None:
            return
        parameters = match["parameters"]
        if parameters[:1] in {"?", ">", "<", "="}:
            if parameters in {"?1049", "?47", "?1047"} and final in "hl":
                self._erase_screen(2)
                self._row = self._column = 0
            return
        numbers = [int(n) if n.isdigit() else 0 for n in re.split("[;:]", parameters)]
        self._control(final, numbers, max(1, numbers[0]))

    def _control(self, final: str, numbers: list[int], count: int) -> None:
        if final == "A":
            self._row = max(0, self._row - count)
        elif final in "Be":
            self._row = min(self.rows - 1, self._row + count)
        elif final in "Ca":
            self._column = min(self.columns - 1, self._column + count)
        elif final == "D":
            self._column = max(0, min(self._column, self.columns - 1) - count)
        elif final in "EF":
            step = count if final == "E" else -count
            self._row = min(self.rows - 1, max(0, self._row + step))
            self._column = 0
        elif final in "G`":
            self._column = min(self.columns, count) - 1
        elif final == "d":
            self._row = min(self.rows, count) - 1
        elif final in "Hf":
            self._row = min(self.rows, count) - 1
            self._column = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif final == "J":
            self._erase_screen(numbers[0])
        elif final == "K":
            self._erase_line(numbers[0])
        elif final == "r":
            bottom = numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            self._top, self._bottom = count - 1, min(self.rows, bottom) - 1
            self._row = self._column = 0
        elif final == "s":
            self._saved = (self._row, self._column)
        elif final == "u":
            self._row, self._column = self._saved
        else:
            self._shift(final, min(count, max(self.rows, self.columns)))

    def _shift(self, final: str, count: int) -> None:
        line = self._lines[self._row]
        if final == "S":
            self._scroll_up(count)
        elif final in "LT":
            where = self._top if final == "T" else self._row
            for _ in range(count):
                self._lines.insert(where, self._blank())
                self._lines.pop(self._bottom + 1)
        elif final == "M":
            for _ in range(count):
                self._lines.pop(self._row)
                self._lines.insert(self._bottom, self._blank())
        elif final == "P":
            del line[self._column : self._column + count]
            line.extend(" " * (self.columns - len(line)))
        elif final == "@":
            line[self._column : self._column] = " " * count
            del line[self.columns :]
        elif final == "X":
            end = min(self.columns, self._column + count)
            line[self._column : end] = " " * (end - self._column)

    def _reverse_line_feed(self) -> None:
        if self._row == self._top:
            self._lines.insert(self._top, self._blank())
            self._lines.pop(self._bottom + 1)
        else:
            self._row = max(0, self._row - 1)

    def _erase_screen(self, mode: int) -> None:
        if mode == 0:
            self._erase_line(0)
            rows = range(self._row + 1, self.rows)
        elif mode == 1:
            self._erase_line(1)
            rows = range(self._row)
        else:
            rows = range(self.rows)
        for row in rows:
            self._lines[row] = self._blank()

    def _erase_line(self, mode: int) -> None:
        column = min(self._column, self.columns - 1)
        first = column if mode == 0 else 0
        last = column + 1 if mode == 1 else self.columns
        self._lines[self._row][first:last] = " " * (last - first)
