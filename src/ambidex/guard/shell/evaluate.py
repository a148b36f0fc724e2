"""Follows what a command line would do, and collects the effects.

Hot path: `os` only.
"""

from __future__ import annotations

from ambidex.guard import programs
from ambidex.guard.invocation import Invocation
from ambidex.guard.words import simple_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


class Shell:
    """The machine that runs invocations; see `ambidex.guard.invocation.Machine`."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sources = scene.sources
        self.effects: list[Effect] = []
        self.contents: dict[str, str] = {}

    def evaluate(self, text: str) -> list[Effect]:
        """The effects of the command line `text`."""
        self._script(text, self.scene.cwd, None, "")
        return self.effects

    def run(self, words: list[str], caller: Invocation, changes: dict[str, Any]) -> str:
        """Run one program; returns what it prints."""
        variables = {**caller.variables, **changes.get("variables", {})}
        call = Invocation(
            self,
            words,
            changes.get("cwd", caller.cwd),
            variables,
            changes.get("stdin", caller.stdin),
            changes.get("via", caller.via),
        )
        return self._invoke(call)

    def run_script(self, text: str, caller: Invocation, changes: dict[str, Any]) -> str:
        """Run shell code; returns what it prints."""
        return self._script(text, caller.cwd, caller.stdin, changes.get("via", caller.via))

    def file_text(self, path: str) -> str | None:
        """The content of a small text file, None when there is none."""
        try:
            with open(path, encoding="utf-8") as file:
                return file.read(65536)
        except (OSError, ValueError):
            return None

    def _script(self, text: str, cwd: str, stdin: str | None, via: str) -> str:
        output = ""
        for words in simple_commands(text):
            output += self._invoke(Invocation(self, words, cwd, {}, stdin, via))
        return output

    def _invoke(self, call: Invocation) -> str:
        model = programs.model_of(call.name)
        if model is not None:
            model(call)
        return call.default_output() if call.output is None else call.output
