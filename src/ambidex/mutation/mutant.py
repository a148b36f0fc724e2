"""One way to make code wrong, and what became of it."""

from __future__ import annotations

import hashlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KILLED = "killed"
SURVIVED = "survived"
# A kill: the tests no longer end in time.
TIMEOUT = "timeout"
# No test executes the changed code; counts as survived and is not run.
UNCOVERED = "uncovered"
# There was no time, or the tests could not be run with it; counts as nothing.
NOT_JUDGED = "not_judged"
STATUSES = (KILLED, SURVIVED, TIMEOUT, UNCOVERED, NOT_JUDGED)


class Mutant:
    """A piece of a module's text and what replaces it.

    Attributes:
        path: the module, relative to the project's root, with `/`.
        qualname: the function, as `changes.functions` names it; `<module>` outside of all.
        line: first line of what is replaced, 1-based.
        end_line: its last line, inclusive.
        start: offset of its first character in the module's text, as `str` counts.
        end: offset behind its last character.
        replacement: what stands there instead.
        operator: the kind of change, a mutator name of mutation-testing-elements where there is
            one (`ArithmeticOperator`, `ConditionalExpression`, …).
        at_import: the code runs while the module is imported (module and class level, decorators,
            default values), so that swapping a function's code does not reach it.
    """

    __slots__ = (
        "at_import",
        "end",
        "end_line",
        "line",
        "operator",
        "path",
        "qualname",
        "replacement",
        "start",
    )

    def __init__(
        self,
        path: str,
        qualname: str,
        *,
        lines: tuple[int, int],
        span: tuple[int, int],
        replacement: str,
        operator: str,
        at_import: bool = False,
    ) -> None:
        self.path = path
        self.qualname = qualname
        self.line, self.end_line = lines
        self.start, self.end = span
        self.replacement = replacement
        self.operator = operator
        self.at_import = at_import

    @property
    def id(self) -> str:
        """Unique within one module's text: `src/shop.py:12:340-345:ArithmeticOperator:1f0a`."""
        digest = hashlib.sha256(self.replacement.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.path}:{self.line}:{self.start}-{self.end}:{self.operator}:{digest[:8]}"

    def applied(self, text: str) -> str:
        """The module's text with the change in it."""
        return text[: self.start] + self.replacement + text[self.end :]

    def as_dict(self) -> dict[str, Any]:
        """The mutant as JSON-ready data, with the attributes' names as keys."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Mutant:
        """The mutant that `as_dict` wrote."""
        return cls(
            data["path"],
            data["qualname"],
            lines=(data["line"], data["end_line"]),
            span=(data["start"], data["end"]),
            replacement=data["replacement"],
            operator=data["operator"],
            at_import=data["at_import"],
        )

    def __repr__(self) -> str:
        return f"Mutant({self.id})"


class Judged:
    """What became of a mutant.

    Attributes:
        mutant: the mutant.
        status: one of `STATUSES`.
        killer: node id of the test that failed; `""` unless killed.
        ran: how many tests ran.
        covering: how many tests execute the changed code.
        seconds: wall-clock time that it took.
        reason: why it was not judged; `""` otherwise.
    """

    __slots__ = ("covering", "killer", "mutant", "ran", "reason", "seconds", "status")

    def __init__(
        self,
        mutant: Mutant,
        status: str,
        *,
        killer: str = "",
        ran: int = 0,
        covering: int = 0,
        seconds: float = 0.0,
        reason: str = "",
    ) -> None:
        if status not in STATUSES:
            raise ValueError(f"status is {status!r}; allowed: {', '.join(STATUSES)}")
        self.mutant = mutant
        self.status = status
        self.killer = killer
        self.ran = ran
        self.covering = covering
        self.seconds = seconds
        self.reason = reason

    @property
    def dead(self) -> bool:
        """Whether the tests noticed the change."""
        return self.status in (KILLED, TIMEOUT)
