"""One place in a text that an agent should not simply read and obey."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Worth holding a prompt for, and worth a line in a report only.
ERROR = "error"
WARNING = "warning"


class Trace:
    """What a detector found.

    Attributes:
        line: 1-based.
        rule: stable identifier, for example `instructions.hidden.tags`.
        message: what is there, a clause that is safe for a model: it quotes nothing.
        says: the text that is hidden or that orders something, for people only; may be `""`.
        severity: `ERROR` or `WARNING`.
    """

    __slots__ = ("line", "message", "rule", "says", "severity")

    def __init__(
        self, line: int, rule: str, message: str, says: str = "", severity: str = ERROR
    ) -> None:
        self.line = line
        self.rule = rule
        self.message = message
        self.says = says
        self.severity = severity

    def as_dict(self) -> dict[str, Any]:
        """The trace as JSON-ready data, with the attributes' names as keys."""
        return {name: getattr(self, name) for name in self.__slots__}


class Lines:
    """Line numbers of positions that are asked for in ascending order, in one pass."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def of(self, position: int) -> int:
        """The 1-based line of a position; one before the last asked for starts over."""
        if position < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, position)
        self._at = position
        return self._line
