"""Follows assignments and calls in tokens of any language with names, strings and brackets.

Not proved: this is no grammar. Precedence and control flow are ignored: everything that stands in
the code happens once, in the order of the text.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import tokens
from ambidex.guard.code.sinks import Ref, Sinks, TooMuch, looks_like_shell
from ambidex.guard.code.tokens import COMMAND, LINE, MARK, NAME, NUMBER, SIGN, STRING, Lexis
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.invocation import Invocation

    Handler = Callable[[Sinks, Ref, list[Any], dict[str, Any]], Any]

_MAX_NESTING = 60


class Language:
    """What a language adds.

    Attributes:
        name: as in `code.READERS`.
        lexis: its tokens.
        calls: full name of a function → what it does.
        methods: last part of a name → what it does, where the whole is not known.
        canonical: one name for what has several.
        joins: signs that put text together.
        bare: whether arguments may follow a name without brackets.
        named: what is known of a name that is no variable of the code.
    """

    def __init__(
        self,
        name: str,
        lexis: Lexis,
        calls: dict[str, Handler],
        methods: dict[str, Handler],
        *,
        canonical: Callable[[str], str] = str,
        joins: tuple[str, ...] = ("+",),
        bare: bool = False,
        named: Callable[[Sinks, str], Any] | None = None,
    ) -> None:
        self.name = name
        self.lexis = lexis
        self.calls = calls
        self.methods = methods
        self.canonical = canonical
        self.joins = joins
        self.bare = bare
        self.named = named


_SKIPPED = frozenset(
    "new await return typeof void delete throw not my our local let const var yield else then do "
    "begin ensure elsif elseif static async export default public private defer go echo".split()
)
_BLOCKS = frozenset(("function", "sub", "def", "fn", "lambda", "proc"))
_AFTER = frozenset(("if", "unless", "while", "until", "or", "and", "do", "then", "rescue", "end"))
_LOOPS = frozenset(("each", "forEach", "map", "each_entry", "select", "filter", "flatMap"))


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


class Reader(Sinks):
    """One pass over the tokens."""

    def __init__(
        self,
        call: Invocation,
        language: Language,
        found: list[tuple[str, Any]],
        arguments: list[str],
        depth: int,
    ) -> None:
        super().__init__(call, arguments, depth)
        self.language = language
        self.tokens = found
        self.at = 0
        self.names: dict[str, Any] = {}
        self.nesting = 0
        self.looped: Any = None

    def run(self) -> None:
        """Everything, in order."""
        while self.at < len(self.tokens):
            before = self.at
            self.expression()
            if self.at == before:
                self.at += 1

    # Tokens

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

    # Expressions

    def expression(self) -> Any:
        """An operand with the operators behind it, and assignments."""
        self.step()
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
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
                self.names[target[1]] = value
            elif kind != SIGN:
                return value
            elif sign in ("=", ":=", "||=", "??="):
                self.at += 1
                self.skip_lines()
                bound = self.expression()
                self._bind(self._target(start), value, bound)
                return bound
            elif sign in (".=", "+=") and target:
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
            at < len(self.tokens) and self.tokens[at][0] == NAME and self.tokens[at][1] in _SKIPPED
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
        if kind == STRING or kind == COMMAND:
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
            if self.nesting > _MAX_NESTING:
                raise TooMuch
            inner = self.operand()
            self.nesting -= 1
            return inner
        return None

    def _braces(self) -> Any:
        """An object, or a block."""
        first, second = self.peek(1), self.peek(2)
        is_object = (
            first == (SIGN, "}")
            or first == (SIGN, "...")
            or (
                first[0] in (NAME, STRING)
                and second[0] == SIGN
                and second[1] in (":", "=>", ",", "}")
            )
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
                found.append(self._inner(part[1]))
        return "".join(found)

    def _inner(self, code: str) -> str:
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

    # Names

    def lookup(self, name: str) -> Any:
        """A variable's value, else what the language knows of the name."""
        if name in self.names:
            return self.names[name]
        if self.language.named is not None:
            known = self.language.named(self, name)
            if known is not None:
                return known
        return Ref(name)

    def _named(self, name: str) -> Any:
        self.at += 1
        if name in _SKIPPED and name not in self.language.calls:
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
        """ruby's `{ |x| … }`: the block's parameter is what is looped over."""
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

    # What values are, in most languages

    def attribute(self, holder: Any, name: str) -> Any:
        """A member."""
        if isinstance(holder, dict) and name in holder:
            return holder[name]
        if isinstance(holder, Ref):
            full = self.language.canonical(f"{holder.name}.{name}")
            known = self.language.named(self, full) if self.language.named is not None else None
            return Ref(full, holder.value, holder) if known is None else known
        return Ref(f"value.{name}", holder)

    def item(self, holder: Any, key: Any) -> Any:
        """`holder[key]`."""
        if isinstance(holder, list) and isinstance(key, int):
            return holder[key] if -len(holder) <= key < len(holder) else self.unknown("…", holder)
        if isinstance(holder, dict) and isinstance(key, str):
            return holder.get(key, self.unknown(key, holder))
        if isinstance(holder, Ref) and isinstance(key, str) and is_known(key):
            return self.attribute(holder, key)
        return self.unknown("…", [holder, key])

    def invoke(self, function: Any, values: list[Any], named: dict[str, Any]) -> Any:
        """A call."""
        if not isinstance(function, Ref):
            return self.unknown("…", [function, *values])
        name = self.language.canonical(function.name)
        handler = self.language.calls.get(name)
        if handler is None and "." in name:
            handler = self.language.methods.get(name.rpartition(".")[2])
        if handler is not None:
            return handler(self, function, values, named)
        return self.unknown(f"{name}(…)", [function.value, *values, *named.values()])
