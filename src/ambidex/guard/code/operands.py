"""Operands of code seen as tokens: names with their members, items and calls, brackets, blocks.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code.language import Language, Values
from ambidex.guard.code.sinks import Ref, TooMuch
from ambidex.guard.code.tokens import COMMAND, LINE, MARK, NAME, NUMBER, SIGN, STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

MAX_NESTING = 60

TYPE_CHECKING = False
SKIPPED = frozenset(
    [
        "new",
        "await",
        "return",
        "typeof",
        "void",
        "delete",
        "throw",
        "not",
        "my",
        "our",
        "local",
        "let",
        "const",
        "var",
        "yield",
        "else",
        "then",
        "do",
        "begin",
        "ensure",
        "elsif",
        "elseif",
        "static",
        "async",
        "export",
        "default",
        "public",
        "private",
        "defer",
        "go",
        "echo",
    ]
)
_BLOCKS = frozenset(("function", "sub", "def", "fn", "lambda", "proc"))
_AFTER = frozenset(("if", "unless", "while", "until", "or", "and", "do", "then", "rescue", "end"))
_LOOPS = frozenset(("each", "forEach", "map", "each_entry", "select", "filter", "flatMap"))


class Operands(Values):
    """A place in the tokens, and what stands there."""

    def __init__(
        self,
        call: Invocation,
        language: Language,
        found: list[tuple[str, Any]],
        arguments: list[str],
        depth: int,
    ) -> None:
        super().__init__(call, language, arguments, depth)
        self.tokens = found
        self.at = 0
        self.nesting = 0
        self.looped: Any = None

    def peek(self, offset: int = 0) -> tuple[str, Any]:
        """The token ahead."""
        at = self.at + offset
        return self.tokens[at] if at < len(self.tokens) else (LINE, "")

    def sign(self, *signs: str) -> bool:
        """Whether the next token is one of `signs`."""
        kind, value = self.peek()
        return kind == SIGN and value in signs

    def skip_lines(self) -> None:
        """Past ends of lines."""
        while self.at < len(self.tokens) and self.tokens[self.at][0] == LINE:
            self.at += 1

    def block(self) -> None:
        """Statements up to the closing brace."""
        self.at += 1
        while self.at < len(self.tokens) and not self.sign("}"):
            before = self.at
            self.expression()
            if self.at == before:
                self.at += 1
        self.at += 1

    def operand(self) -> Any:
        """A value with what is done to it: members, items, calls."""
        self.step()
        kind, value = self.peek()
        if kind in (STRING, COMMAND):
            self.at += 1
            text = self.interpolated(value)
            return self.postfix(self.shell(text) if kind == COMMAND else text)
        if kind in (NUMBER, MARK):
            self.at += 1
            return self.postfix(value)
        if kind == NAME:
            return self._named(value)
        if kind != SIGN:
            return None
        if value in ("(", "["):
            self.at += 1
            items, named = self.arguments(")" if value == "(" else "]")
            if value == "(" and len(items) == 1 and not named:
                return self.postfix(items[0])
            return self.postfix(named if named and not items else items)
        if value == "{":
            return self._braces()
        if value in ("!", "-", "+", "~", "\\", "&", "@", "*", "...", "++", "--"):
            self.at += 1
            self.nesting += 1
            if self.nesting > MAX_NESTING:
                raise TooMuch
            inner = self.operand()
            self.nesting -= 1
            return inner
        return None

    def _braces(self) -> Any:
        """An object, or a block."""
        first, second = self.peek(1), self.peek(2)
        is_object = first in ((SIGN, "}"), (SIGN, "...")) or (
            first[0] in (NAME, STRING) and second[0] == SIGN and second[1] in (":", "=>", ",", "}")
        )
        if not is_object:
            self.block()
            return None
        self.at += 1
        _, named = self.arguments("}")
        return named

    def arguments(self, closed: str) -> tuple[list[Any], dict[str, Any]]:
        """What stands in brackets: values by place, and by name."""
        values: list[Any] = []
        named: dict[str, Any] = {}
        while self.at < len(self.tokens) and not self.sign(closed):
            before = self.at
            self._argument(values, named, closed)
            if self.at == before:
                if self.sign(")", "]", "}"):
                    break
                self.at += 1
        self.at += 1
        return values, named

    def _argument(self, values: list[Any], named: dict[str, Any], closed: str) -> None:
        self.skip_lines()
        kind, name = self.peek()
        after = self.peek(1)
        if kind in (NAME, STRING) and after[0] == SIGN and after[1] in (":", "=>"):
            arrow = after[1] == "=>" and self.language.name == "javascript"
            if not arrow:
                self.at += 2
                self.skip_lines()
                key = self.interpolated(name) if kind == STRING else name
                named[key] = self.expression()
                return
        if closed == "}" and kind == NAME and after[0] == SIGN and after[1] in (",", "}"):
            self.at += 1
            named[name] = self.names.get(name, Ref(name))
            return
        before = self.at
        value = self.expression()
        if self.at > before:
            values.append(value)

    def interpolated(self, parts: list[Any]) -> str:
        """The text of a string."""
        found = []
        for part in parts:
            if isinstance(part, str):
                found.append(part)
            elif part[0] == "v":
                name, _, key = part[1].partition("{")
                value = self.names.get(name, self.names.get("$" + name.lstrip("$@")))
                if value is None:
                    value = self.attribute(self.lookup(name), key) if key else self.lookup(name)
                found.append(self.text(value))
            else:
                found.append(self.inner(part[1]))
        return "".join(found)

    def _named(self, name: str) -> Any:
        self.at += 1
        if name in SKIPPED and name not in self.language.calls:
            return self.operand()
        if name in _BLOCKS and self.language.name != "tcl":
            self._function()
            return None
        if name == "import" and self.language.name == "javascript" and not self.sign("("):
            self._imported()
            return None
        return self.postfix(self.lookup(name))

    def _function(self) -> None:
        """Over the head of a function; its body is read where it stands."""
        while self.peek()[0] == NAME or self.sign("::", ".", "*"):
            self.at += 1
        if self.sign("("):
            self.at += 1
            while self.at < len(self.tokens) and not self.sign(")"):
                self.at += 1
            self.at += 1
        self.skip_lines()
        if self.sign("{"):
            self.block()

    def _imported(self) -> None:
        """`import a, {b as c} from 'm'`."""
        start = self.at
        while self.at < len(self.tokens) and self.peek()[0] != STRING:
            if self.sign(";"):
                return
            self.at += 1
        module = self.interpolated(self.peek()[1] or [""]) if self.peek()[0] == STRING else ""
        held = Ref(self.language.canonical(module))
        braces, words = False, self.tokens[start : self.at]
        for at, (kind, word) in enumerate(words):
            if kind == SIGN:
                braces = word == "{" or (braces and word != "}")
            elif kind == NAME and word not in ("from", "as"):
                after = words[at + 1 : at + 3]
                local = after[1][1] if len(after) == 2 and after[0] == (NAME, "as") else word
                self.names[local] = self.attribute(held, word) if braces else held

    def postfix(self, value: Any) -> Any:
        """Members, items and calls behind a value."""
        while True:
            self.step()
            kind, sign = self.peek()
            following = self.peek(1)
            if kind == SIGN and sign in (".", "->", "::", "?.", ":") and following[0] == NAME:
                if sign == "." and "." in self.language.joins:
                    return value
                if sign == ":" and self.language.name != "lua":
                    return value
                self.at += 2
                value = self.attribute(value, following[1])
                if following[1] in _LOOPS:
                    self.looped = value.value if isinstance(value, Ref) else None
            elif kind == SIGN and sign in ("[", "{") and self._is_item(sign, value):
                self.at += 1
                items, named = self.arguments("]" if sign == "[" else "}")
                key = items[0] if items else ""
                if sign == "{" and isinstance(key, Ref):
                    key = key.name
                elif sign == "{" and named:
                    key = next(iter(named))
                value = self.item(value, key)
            elif kind == SIGN and sign == "(":
                self.at += 1
                values, named = self.arguments(")")
                value = self.invoke(value, values, named)
                self._attached()
            elif kind == STRING and isinstance(value, Ref) and value.name == "$":
                self.at += 1
                value = self.shell(self.interpolated(sign))
            elif self.language.bare and isinstance(value, Ref) and self._bare(value):
                values, named = self._bare_arguments()
                value = self.invoke(value, values, named)
            else:
                self._attached()
                return value

    def _is_item(self, sign: str, value: Any) -> bool:
        if sign == "[":
            return True
        holds = isinstance(value, Ref) and value.name in ("$ENV", "ENV", "%ENV")
        return holds or (self.language.name == "perl" and isinstance(value, dict))

    def _attached(self) -> None:
        """Ruby's `{ |x| … }`: the block's parameter is what is looped over."""
        if self.sign("{") and self.peek(1) == (SIGN, "|") and self.peek(2)[0] == NAME:
            self.names[self.peek(2)[1]] = self.looped if self.looped is not None else Ref("item")
            self.looped = None
            self.at += 3
            while self.at < len(self.tokens) and not self.sign("|"):
                self.at += 1
            self.block()

    def _bare(self, value: Ref) -> bool:
        """Whether arguments without brackets follow."""
        name = self.language.canonical(value.name)
        if name not in self.language.calls and name.rpartition(".")[2] not in self.language.methods:
            return False
        kind, sign = self.peek()
        if kind in (STRING, COMMAND, NUMBER, MARK):
            return True
        if kind == NAME:
            return sign not in _AFTER
        return (
            kind == SIGN and sign in ("[", "\\", "*", "<", "@", "{") and self.language.name != "lua"
        )

    def _bare_arguments(self) -> tuple[list[Any], dict[str, Any]]:
        values: list[Any] = []
        named: dict[str, Any] = {}
        while self.at < len(self.tokens):
            before = self.at
            self._argument(values, named, "")
            kind, sign = self.peek()
            if not (kind == SIGN and sign in (",", "=>")):
                # A file handle of perl's stands before what is printed, without a comma.
                if kind == STRING and len(values) == 1 and self.at > before:
                    continue
                break
            self.at += 1
            self.skip_lines()
        return values, named

    def expression(self) -> Any:
        """An operand with the operators behind it, and assignments."""
        raise NotImplementedError

    def inner(self, code: str) -> str:
        """Code inside a string."""
        raise NotImplementedError
