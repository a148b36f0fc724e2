"""Arithmetic of the shell: `$((…))`, `((…))`, subscripts.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # The value of a name, None when it is not known; and what sets it.
    Get = Callable[[str], "str | None"]
    Put = Callable[[str, "int | None"], None]

MAX_LENGTH = 2_000
MAX_DEPTH = 20

# Operators with two sides, by how tightly they bind.
_LEVELS = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    **dict.fromkeys(("==", "!="), 6),
    **dict.fromkeys(("<", ">", "<=", ">="), 7),
    **dict.fromkeys(("<<", ">>"), 8),
    **dict.fromkeys(("+", "-"), 9),
    **dict.fromkeys(("*", "/", "%"), 10),
    "**": 11,
}
_SYMBOLS = (
    *("<<=", ">>=", "**", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="),
    *("<<", ">>", "<=", ">=", "==", "!=", "&&", "||"),
)
_ASSIGNING = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_SINGLE = frozenset("+-*/%<>=!~&|^?:(),")


class _Unreadable(Exception):
    """Not an expression that is understood here."""


def evaluate(text: str, get: Get, put: Put) -> int | None:
    """The value of the expression `text`; None when it is not known."""
    stripped = text.strip()
    if stripped.isdigit() and len(stripped) < 18 and (stripped == "0" or stripped[0] != "0"):
        return int(stripped)
    if len(text) > MAX_LENGTH:
        return None
    try:
        reader = _Reader(_tokens(text), get, put, 0)
        value = reader.sequence()
        if reader.at < len(reader.tokens):
            return None
        return value
    except _Unreadable:
        return None


def _tokens(text: str) -> list[str]:
    found = []
    at = 0
    while at < len(text):
        character = text[at]
        if character in " \t\n":
            at += 1
        elif character.isalnum() or character == "_" or not is_known(character):
            start = at
            while at < len(text) and (
                text[at].isalnum() or text[at] in "_#@" or text[at] > "\U000effff"
            ):
                at += 1
            found.append(text[start:at])
        elif text[at : at + 3] in _SYMBOLS:
            found.append(text[at : at + 3])
            at += 3
        elif text[at : at + 2] in _SYMBOLS:
            found.append(text[at : at + 2])
            at += 2
        elif character in _SINGLE:
            found.append(character)
            at += 1
        else:
            raise _Unreadable
    return found


class _Reader:
    """Precedence climbing over the tokens."""

    def __init__(self, tokens: list[str], get: Get, put: Put, depth: int) -> None:
        self.tokens = tokens
        self.get = get
        self.put = put
        self.at = 0
        self.depth = depth

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def sequence(self) -> int | None:
        if not self.tokens:
            return 0
        value = self.choice()
        while self._next() == ",":
            self.at += 1
            value = self.choice()
        return value

    def choice(self) -> int | None:
        """An assignment, or `a ? b : c`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Unreadable
        name = self._next()
        symbol = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if symbol in _ASSIGNING and name.isidentifier():
            self.at += 2
            value = self.choice()
            if symbol != "=":
                value = _apply(symbol[:-1], self._value(name), value)
            self.put(name, value)
        else:
            value = self.binary(0)
            if self._next() == "?":
                self.at += 1
                first = self.choice()
                if self._next() != ":":
                    raise _Unreadable
                self.at += 1
                second = self.choice()
                value = None if value is None else first if value else second
        self.depth -= 1
        return value

    def binary(self, level: int) -> int | None:
        self.depth += 1
        if self.depth > MAX_DEPTH * 4:
            raise _Unreadable
        left = self.unary()
        while True:
            symbol = self._next()
            binding = _LEVELS.get(symbol, 0)
            if binding <= level:
                break
            self.at += 1
            right = self.binary(binding if symbol != "**" else binding - 1)
            left = _apply(symbol, left, right)
        self.depth -= 1
        return left

    def unary(self) -> int | None:
        token = self._next()
        self.at += 1
        if token in ("-", "+", "!", "~"):
            self.depth += 1
            if self.depth > MAX_DEPTH * 4:
                raise _Unreadable
            value = self.unary()
            self.depth -= 1
            if value is None:
                return None
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[token]
        if token in ("++", "--"):
            name = self._next()
            self.at += 1
            value = _apply(token[0], self._value(name), 1)
            self.put(name, value)
            return value
        if token == "(":
            value = self.sequence()
            if self._next() != ")":
                raise _Unreadable
            self.at += 1
            return value
        if not token or token in _LEVELS or token in ("=", ")", ",", "?", ":"):
            raise _Unreadable
        if self._next() in ("++", "--"):
            symbol = self._next()
            self.at += 1
            value = self._value(token)
            self.put(token, _apply(symbol[0], value, 1))
            return value
        return self._value(token)

    def _value(self, token: str) -> int | None:
        if not is_known(token):
            return None
        if token[:1].isdigit():
            return _number(token)
        if not token.isidentifier():
            raise _Unreadable
        text = self.get(token)
        if text is None:
            return None
        text = text.strip()
        if not text:
            return 0
        if text.lstrip("-").isdigit():
            return _number(text.lstrip("-")) * (-1 if text[0] == "-" else 1)
        if self.depth >= MAX_DEPTH or len(text) > MAX_LENGTH or not is_known(text):
            return None
        return _Reader(_tokens(text), self.get, self.put, self.depth + 1).sequence()


def _number(token: str) -> int:
    try:
        if "#" in token:
            base, _, digits = token.partition("#")
            return int(digits, int(base))
        if token[:2] in ("0x", "0X"):
            return int(token, 16)
        if len(token) > 1 and token[0] == "0":
            return int(token, 8)
        return int(token[:20])
    except ValueError:
        raise _Unreadable from None


def _apply(symbol: str, left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        if (symbol == "&&" and 0 in (left, right)) or (symbol == "*" and 0 in (left, right)):
            return 0
        return None
    if symbol in ("/", "%"):
        if right == 0:
            return None
        whole = abs(left) // abs(right)
        whole = whole if (left < 0) == (right < 0) else -whole
        return whole if symbol == "/" else left - whole * right
    if symbol == "**":
        return _wrapped(left**right) if 0 <= right < 64 else None
    if symbol in ("<<", ">>"):
        return _wrapped(left << (right & 63) if symbol == "<<" else left >> (right & 63))
    value = _PLAIN[symbol](left, right)
    return _wrapped(int(value))


def _wrapped(value: int) -> int:
    """As a signed number of 64 bits."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


_PLAIN: dict[str, Callable[[int, int], int]] = {
    "||": lambda a, b: int(bool(a or b)),
    "&&": lambda a, b: int(bool(a and b)),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}
