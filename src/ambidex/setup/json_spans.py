"""A strict JSON parser that remembers where everything stands in the text.

The standard parser forgets positions, and settings have to be edited without disturbing a byte of
what others wrote.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 200

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_SCALAR = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null")


class JsonError(ValueError):
    """The text is not strict JSON.

    Attributes:
        line, column: 1-based place of the first character that cannot be.
        problem: what is wrong there.
    """

    def __init__(self, text: str, offset: int, problem: str) -> None:
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        self.problem = problem
        super().__init__(f"line {self.line}, column {self.column}: {problem}")


class Node:
    """A value and its place.

    Attributes:
        kind: `object`, `array` or `scalar`.
        start, end: the value's text is `text[start:end]`.
        items: members or elements in order; empty for a scalar.
        scalar: the Python value of a scalar.
    """

    __slots__ = ("end", "items", "kind", "scalar", "start")

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.items: list[Item] = []
        self.scalar: Any = None

    def member(self, key: str) -> Node | None:
        """The value of `key` in an object (the last one, as parsers read it), or None."""
        found = None
        for item in self.items:
            if item.key == key:
                found = item.node
        return found

    def value(self) -> Any:
        """The plain Python value."""
        if self.kind == "object":
            return {item.key: item.node.value() for item in self.items}
        if self.kind == "array":
            return [item.node.value() for item in self.items]
        return self.scalar


class Item:
    """A member of an object or an element of an array; it ends where its node ends."""

    __slots__ = ("key", "node", "start")

    def __init__(self, start: int, key: str, node: Node) -> None:
        self.start = start
        self.key = key
        self.node = node


def parse(text: str) -> Node:
    """Parse a document; a byte order mark before it is stepped over.

    Raises:
        JsonError: with the place; also for more than `MAX_DEPTH` levels.
    """
    parser = _Parser(text)
    start = parser.space(1 if text.startswith("\ufeff") else 0)
    node = parser.value(start, 0)
    rest = parser.space(node.end)
    if rest != len(text):
        raise parser.error(rest, "more text after the end of the document")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text

    def error(self, offset: int, problem: str) -> JsonError:
        if self.text[offset : offset + 2] in ("//", "/*"):
            problem = "a comment; this file has to be strict JSON"
        elif offset >= len(self.text):
            problem = "the text ends too early"
        return JsonError(self.text, offset, problem)

    def space(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def value(self, start: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise JsonError(self.text, start, f"more than {MAX_DEPTH} levels")
        opener = self.text[start : start + 1]
        if opener == "{":
            return self.container(Node("object", start), "}", depth)
        if opener == "[":
            return self.container(Node("array", start), "]", depth)
        node = Node("scalar", start)
        match = (_STRING if opener == '"' else _SCALAR).match(self.text, start)
        if match is None:
            raise self.error(start, "an unfinished string" if opener == '"' else "a value expected")
        node.end = match.end()
        try:
            node.scalar = json.loads(match.group())
        except ValueError as error:  # an integer longer than Python reads
            raise self.error(start, "a number that is too long") from error
        return node

    def container(self, node: Node, closer: str, depth: int) -> Node:
        at = self.space(node.start + 1)
        while self.text[at : at + 1] != closer:
            if node.items:
                if self.text[at : at + 1] != ",":
                    raise self.error(at, f"a comma or {closer} expected")
                at = self.space(at + 1)
                if self.text[at : at + 1] == closer:
                    raise self.error(at, f"a comma before {closer}")
            start, key = at, ""
            if node.kind == "object":
                match = _STRING.match(self.text, at)
                if match is None:
                    raise self.error(at, "a quoted key expected")
                key = json.loads(match.group())
                at = self.space(match.end())
                if self.text[at : at + 1] != ":":
                    raise self.error(at, "a colon expected")
                at = self.space(at + 1)
            child = self.value(at, depth + 1)
            node.items.append(Item(start, key, child))
            at = self.space(child.end)
        node.end = at + 1
        return node
