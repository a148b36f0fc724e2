"""Writes a tree as shell text again, in one form for all ways to write the same.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import nodes
from ambidex.guard.shell.compound import RESERVED
from ambidex.guard.shell.lex import LETTERS, NAME
from ambidex.guard.shell.write_word import WordWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.nodes import Command, Redirection, Script


def write(script: Script) -> str:
    """The text of a tree that `parse` returned; parsing it gives an equal tree."""
    return Writer().script(script)


class Writer(WordWriter):
    """Writes commands."""

    def __init__(self) -> None:
        # Here-documents whose text comes after the next line end.
        self._pending: list[Redirection] = []

    def script(self, script: Script, final: bool = False) -> str:
        """Writes commands.

        Args:
            script: what to write.
            final: a reserved word will follow.
        """
        texts = []
        count = len(script.items)
        for number, (command, separator) in enumerate(script.items, 1):
            texts.append(self.command(command))
            if separator == "&":
                texts.append(" &")
            if self._pending:
                texts.append("\n")
                texts.extend(self._here_documents())
            elif separator == "&":
                texts.append(" " if number < count else "")
            elif number < count:
                texts.append("; ")
            elif final:
                texts.append(";")
        return "".join(texts)

    def inside(self, script: Script) -> str:
        """Writes commands and the brackets around them."""
        pending, self._pending = self._pending, []
        text = self.script(script)
        self._pending = pending
        return f"( {text})" if text.startswith("(") else f"({text})"

    def command(self, command: Command) -> str:
        """Writes one command with its redirections."""
        text = _WRITERS[type(command)](self, command)
        if not isinstance(command, nodes.Simple):
            for redirection in getattr(command, "redirections", None) or ():
                text += " " + self.redirection(redirection)
        return text

    def redirection(self, redirection: Redirection) -> str:
        """Writes a redirection; the text of a here-document comes later."""
        if redirection.operator in ("<<", "<<-"):
            self._pending.append(redirection)
        target = self.word(redirection.target)
        space = " " if target[0] in "<>-" else ""
        return f"{redirection.descriptor}{redirection.operator}{space}{target}"

    def _here_documents(self) -> list[str]:
        pending, self._pending = self._pending, []
        texts: list[str] = []
        for redirection in pending:
            delimiter = redirection.target.parts[0]
            if delimiter.quoted:
                texts.extend(part.text for part in redirection.body.parts)
            else:
                texts.append(self.here_document(redirection.body.parts))
            texts.append(delimiter.text + "\n")
        return texts

    def _simple(self, command: Any) -> str:
        return self._command_of_words(command, False)

    def _command_of_words(self, command: Any, redirected: bool) -> str:
        assignments = [self.assignment(one) for one in command.assignments]
        words = [self.word(word) for word in command.words]
        redirections = [self.redirection(one) for one in command.redirections]
        if words and not assignments and (words[0] in RESERVED or words[0].startswith("!(")):
            # It is no reserved word only because it comes after something.
            redirected = True
        if redirected:
            return " ".join(redirections + words)
        return " ".join(assignments + words + redirections)

    def _pipeline(self, command: Any) -> str:
        texts = [self.command(command.commands[0])]
        for operator, following in zip(command.operators, command.commands[1:]):
            texts += [operator, self.command(following)]
        if command.negated:
            texts.insert(0, "!")
        if command.timed:
            texts.insert(0, "time --" if texts[0].startswith("-") else "time")
        return " ".join(text for text in texts if text)

    def _and_or(self, command: Any) -> str:
        texts = [self.command(command.first)]
        for operator, following in command.rest:
            texts += [operator, self.command(following)]
        return " ".join(texts)

    def _if(self, command: Any) -> str:
        texts = []
        word = "if"
        for condition, body in command.branches:
            texts.append(f"{word} {self.script(condition, True)} then {self.script(body, True)} ")
            word = "elif"
        if command.otherwise is not None:
            texts.append(f"else {self.script(command.otherwise, True)} ")
        return "".join(texts) + "fi"

    def _while(self, command: Any) -> str:
        word = "until" if command.until else "while"
        return f"{word} {self.script(command.condition, True)} {self._loop(command.body)}"

    def _for(self, command: Any) -> str:
        text = ("select " if command.select else "for ") + self.quoted(command.name)
        if command.words is not None:
            text += " in" + "".join(" " + self.word(word) for word in command.words)
        return f"{text}; {self._loop(command.body)}"

    def _arithmetic_for(self, command: Any) -> str:
        return f"for (({self.arithmetic(command.parts)})); {self._loop(command.body)}"

    def _loop(self, body: Script) -> str:
        return f"do {self.script(body, True)} done"

    def _case(self, command: Any) -> str:
        texts = [f"case {self.word(command.word)} in "]
        for patterns, body, end in command.items:
            words = " | ".join(self.word(pattern) for pattern in patterns)
            texts.append(f"({words}) {self.script(body)} {end} ")
        return "".join(texts) + "esac"

    def _function(self, command: Any) -> str:
        name = command.name
        if name[0] in LETTERS and all(c in NAME for c in name) and name not in RESERVED:
            return f"{name}() {self.command(command.body)}"
        return f"function {self.quoted(name)} {self.command(command.body)}"

    def _coprocess(self, command: Any) -> str:
        name = "" if command.name == "COPROC" else command.name + " "
        body = command.body
        if isinstance(body, nodes.Simple) and not body.assignments:
            # Redirections first: `coproc a { …` would give the coprocess a name.
            return f"coproc {self._command_of_words(body, True)}"
        return f"coproc {name}{self.command(body)}"

    def _group(self, command: Any) -> str:
        return f"{{ {self.script(command.body, True)} }}"

    def _subshell(self, command: Any) -> str:
        text = self.script(command.body)
        return f"( {text})" if text.startswith("(") else f"({text})"

    def _test(self, command: Any) -> str:
        return f"[[ {' '.join(self.word(word) for word in command.words)} ]]"

    def _arithmetic_command(self, command: Any) -> str:
        return f"(({self.arithmetic(command.parts)}))"


_WRITERS: dict[type, Callable[[Writer, Any], str]] = {
    nodes.Simple: Writer._simple,
    nodes.Pipeline: Writer._pipeline,
    nodes.AndOr: Writer._and_or,
    nodes.If: Writer._if,
    nodes.While: Writer._while,
    nodes.For: Writer._for,
    nodes.ArithmeticFor: Writer._arithmetic_for,
    nodes.Case: Writer._case,
    nodes.Function: Writer._function,
    nodes.Coprocess: Writer._coprocess,
    nodes.Group: Writer._group,
    nodes.Subshell: Writer._subshell,
    nodes.Test: Writer._test,
    nodes.ArithmeticCommand: Writer._arithmetic_command,
}
