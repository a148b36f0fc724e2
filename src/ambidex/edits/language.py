"""What an adapter for one language provides. `python` is the first; each is one small module.

An adapter knows the tools' arguments and output and nothing else: what is new, what may be
changed, and what is written is decided in `improve`, the same for all languages.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from ambidex.edits.process import Job, Outcome

    class Language(Protocol):
        """One language's formatter and linter. Everything goes through stdin and stdout."""

        name: str
        suffixes: tuple[str, ...]
        tool: str
        install: str
        deferred: frozenset[str]
        canary: bytes

        def format_job(
            self, call: Call, content: bytes, lines: tuple[int, int] | None = None
        ) -> Job:
            """Format the whole content, or only what stands on `lines`."""

        def read_format(self, outcome: Outcome) -> bytes:
            """The formatted content. Raises ToolError or UnparsableError."""

        def lint_job(self, call: Call, content: bytes) -> Job:
            """Report diagnostics without fixing."""

        def read_lint(self, outcome: Outcome) -> list[Diagnostic]:
            """The diagnostics. Raises ToolError."""

        def fix_job(self, call: Call, content: bytes) -> Job:
            """Apply every safe fix that is not deferred."""

        def read_fix(self, outcome: Outcome) -> bytes:
            """The fixed content. Raises ToolError."""


class ToolError(Exception):
    """The tool did not do its work; the message says what happened.

    Attributes:
        late: True when it was stopped because time was up, which is nobody's fault.
    """

    def __init__(self, message: str, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class UnparsableError(Exception):
    """The content is not valid in its language."""


class Call:
    """Where and as what a tool is called.

    Attributes:
        program: absolute path of the tool.
        root: the project's root, the tool's working directory.
        path: the file's path relative to it; tools find their configuration by it.
        env: the environment.
    """

    __slots__ = ("env", "path", "program", "root")

    def __init__(self, program: str, root: str, path: str, env: Mapping[str, str]) -> None:
        self.program = program
        self.root = root
        self.path = path
        self.env = env


class Edit:
    """One replacement of a fix: from `start` to `end`, each (line, column), both 1-based."""

    __slots__ = ("end", "start", "text")

    def __init__(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Diagnostic:
    """What a linter said.

    Attributes:
        line: 1-based.
        rule: the linter's code.
        message: its sentence.
        advice: what its fix would do; `""` without one.
        edits: the safe fix, to be applied as a whole; empty when there is none.
        syntax: True when it says that the content is not valid in its language.
    """

    __slots__ = ("advice", "edits", "line", "message", "rule", "syntax")

    def __init__(
        self,
        line: int,
        rule: str,
        message: str,
        *,
        advice: str = "",
        edits: list[Edit] | None = None,
        syntax: bool = False,
    ) -> None:
        self.line = line
        self.rule = rule
        self.message = message
        self.advice = advice
        self.edits = edits or []
        self.syntax = syntax


def first_line(text: bytes, limit: int = 300) -> str:
    """The first line of a tool's complaint, shortened to `limit` characters."""
    for line in text.decode("utf-8", "replace").splitlines():
        if line.strip():
            return line.strip()[:limit]
    return ""
