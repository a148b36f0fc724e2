"""Reads awk programs for `system`, pipes and redirections of what they print.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.code import tokens
from ambidex.guard.code.sinks import Sinks
from ambidex.guard.code.tokens import LINE, MARK, NAME, SIGN, STRING, Lexis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_LEXIS = Lexis("#", {'"': ""}, regex=True)
_ENDS = frozenset((";", "}", ")", "|", ">", ">>", "{", "?", ":", "<", "|&"))


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the awk program `text` would do; `variables` of the changes are its `-v`."""
    _Awk(call, changes.get("assigned", {}), changes.get("depth", 0)).follow(text)


class _Awk(Sinks):
    def __init__(self, call: Invocation, assigned: dict[str, str], depth: int) -> None:
        super().__init__(call, [], depth)
        self.names = dict(assigned)

    def follow(self, text: str) -> None:
        """One pass; what stands behind `print … >` or `|` is a file or a command."""
        found = tokens.cut(text, _LEXIS)
        at, printing = 0, -1
        while at < len(found):
            kind, value = found[at]
            following = found[at + 1] if at + 1 < len(found) else (LINE, "")
            if kind == NAME and value == "system" and following == (SIGN, "("):
                command, at = self.joined(found, at + 2)
                self.shell(command)
                continue
            if kind == NAME and value in ("print", "printf"):
                printing = at
            elif kind == NAME and following == (SIGN, "=") and value not in ("print", "printf"):
                bound, end = self.joined(found, at + 2)
                self.names[value] = bound
                printing = -1
                at = max(end, at + 1)
                continue
            elif kind == LINE or (kind == SIGN and value in (";", "}")):
                printing = -1
            elif kind == SIGN and value in (">", ">>") and printing >= 0:
                target, at = self.joined(found, at + 1)
                if target:
                    data = self.unknown("lines", self.call.stdin or "")
                    self.write(target, data, effects.APPEND if value == ">>" else effects.WRITE)
                continue
            elif kind == SIGN and value in ("|", "|&"):
                at = self._piped(found, at, printing)
                continue
            at += 1

    def _piped(self, found: list[tuple[str, Any]], at: int, printing: int) -> int:
        if at + 1 < len(found) and found[at + 1] == (NAME, "getline"):
            start = at
            while start > 0 and found[start - 1][0] in (STRING, NAME, MARK):
                start -= 1
            command, _ = self.joined(found, start)
            self.shell(command)
            return at + 2
        if printing < 0:
            return at + 1
        command, end = self.joined(found, at + 1)
        if command:
            printed, _ = self.joined(found, printing + 1)
            known = printed or self.unknown("lines", self.call.stdin or "")
            self.shell(command, known + "\n")
        return end

    def joined(self, found: list[tuple[str, Any]], at: int) -> tuple[str, int]:
        """What stands next to each other is put together; returns the text and where it ends."""
        text = []
        while at < len(found):
            kind, value = found[at]
            if kind == STRING:
                text.append("".join(part for part in value if isinstance(part, str)))
            elif kind == NAME:
                if at + 1 < len(found) and found[at + 1] == (SIGN, "["):
                    while at < len(found) and found[at] != (SIGN, "]"):
                        at += 1
                text.append(self.names.get(value) or self._line(value))
            elif kind == MARK:
                text.append(value)
            elif kind == LINE or (kind == SIGN and value in _ENDS):
                break
            elif kind == SIGN and value == "$":
                at += 1
                text.append(self._line(f"${found[at][1] if at < len(found) else ''}"))
            at += 1
        return "".join(text), at

    def _line(self, shown: str) -> str:
        """A part of an input line, or a variable of which nothing is known."""
        if not shown.startswith("$") and shown not in ("line", "cmd", "x"):
            return self.unknown(shown, "")
        return self.unknown(shown, self.call.stdin or "")
