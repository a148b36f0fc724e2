"""Follows assignments and calls in tokens of any language with names, strings and brackets.

Not proved: this is no grammar. Precedence and control flow are ignored: everything that stands in
the code happens once, in the order of the text.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import tokens
from ambidex.guard.code.operands import MAX_NESTING, SKIPPED, Operands
from ambidex.guard.code.sinks import Ref, TooMuch, looks_like_shell
from ambidex.guard.code.tokens import LINE, NAME, SIGN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.language import Language
    from ambidex.guard.invocation import Invocation


def read(
    text: str, call: Invocation, language: Language, arguments: list[str], depth: int
) -> Reader:
    """Record what `text` would do; returns the reader with what it knows afterwards."""
    reader = Reader(call, language, tokens.cut(text, language.lexis), arguments, depth)
    if looks_like_shell(text) and language.name not in ("tcl",):
        call.script(text, via=call.via or f"wrapper:{call.name}")
        return reader
    try:
        reader.run()
    except (TooMuch, RecursionError):
        call.emit("unknown", action=f"{language.name} code too long to follow")
    if reader.printed:
        call.output = "".join(reader.printed)
    return reader


class Reader(Operands):
    """One pass over the tokens."""

    def run(self) -> None:
        """Everything, in order."""
        while self.at < len(self.tokens):
            before = self.at
            self.expression()
            if self.at == before:
                self.at += 1

    def expression(self) -> Any:
        """An operand with the operators behind it, and assignments."""
        self.step()
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise TooMuch
        try:
            return self._expression()
        finally:
            self.nesting -= 1

    def _expression(self) -> Any:
        start = self.at
        value = self.operand()
        target = self.tokens[start] if self.at == start + 1 else None
        while True:
            kind, sign = self.peek()
            if kind == NAME and sign in ("of", "in") and target:
                self.at += 1
                value = self.expression()
                if target[0] == NAME:
                    self.names[target[1]] = value
            elif kind != SIGN:
                return value
            elif sign in ("=", ":=", "||=", "??="):
                self.at += 1
                self.skip_lines()
                bound = self.expression()
                self._bind(self._target(start), value, bound)
                return bound
            elif sign in (".=", "+=") and target and target[0] == NAME:
                self.at += 1
                bound = self.expression()
                self.names[target[1]] = self.text(self.names.get(target[1], "")) + self.text(bound)
            elif sign == "=>" and self.language.name == "javascript":
                self.at += 1
                self._arrow(target, value)
                return self.unknown("a function")
            elif sign in self.language.joins and (sign != "." or self.language.name != "ruby"):
                self.at += 1
                self.skip_lines()
                value = self._joined(value, self.operand())
            elif sign in (
                "||",
                "??",
                "&&",
                "==",
                "===",
                "!=",
                "!==",
                "<",
                ">",
                "-",
                "*",
                "%",
                "=~",
            ):
                self.at += 1
                self.skip_lines()
                right = self.operand()
                value = value if isinstance(value, (str, list)) and value else right
            elif sign == "?":
                self.at += 1
                first = self.expression()
                if self.sign(":"):
                    self.at += 1
                    self.expression()
                value = first
            else:
                return value

    def _target(self, start: int) -> Any:
        """The name that is assigned to: the one before the sign, when nothing else is."""
        at = start
        while (
            at < len(self.tokens) and self.tokens[at][0] == NAME and self.tokens[at][1] in SKIPPED
        ):
            at += 1
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else (LINE, "")
        is_name = at < len(self.tokens) and self.tokens[at][0] == NAME
        plain = following[0] == SIGN and following[1] in ("=", ":=", "||=", "??=")
        return self.tokens[at] if is_name and plain else None

    def _bind(self, target: Any, pattern: Any, value: Any) -> None:
        if target is not None:
            self.names[target[1]] = value
        elif isinstance(pattern, dict):
            for key, local in pattern.items():
                name = local.name if isinstance(local, Ref) else key
                self.names[name] = self.attribute(value, key)
        elif isinstance(pattern, list) and isinstance(value, list):
            for local, part in zip(pattern, value):
                if isinstance(local, Ref):
                    self.names[local.name] = part

    def _joined(self, left: Any, right: Any) -> Any:
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        if isinstance(left, int) and isinstance(right, int):
            return left + right
        if left is None or right is None:
            return self.text(left if right is None else right)
        return self.text(left) + self.text(right)

    def _arrow(self, target: Any, value: Any) -> None:
        names = [target[1]] if target else []
        if not names and isinstance(value, Ref):
            names = [value.name]
        for name in names[:1]:
            if self.looped is not None:
                self.names[name] = self.looped
        self.looped = None
        self.skip_lines()
        if self.sign("{"):
            self.block()
        else:
            self.expression()

    def inner(self, code: str) -> str:
        """Code inside a string."""
        if self.depth > 4:
            return self.unknown(code)
        inner = Reader(
            self.call,
            self.language,
            tokens.cut(code, self.language.lexis),
            self.argv,
            self.depth + 1,
        )
        inner.names = self.names
        inner.steps = self.steps
        value = inner.expression() if inner.tokens else ""
        inner.run()
        self.steps = inner.steps
        return self.text(value)
