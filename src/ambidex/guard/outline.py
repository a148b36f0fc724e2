"""A command's tree as indented lines for people: one per command, in its canonical form.

Cold: for `ambidex explain`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ambidex.guard.shell import nodes
from ambidex.guard.shell.nodes import Node
from ambidex.guard.shell.write import Writer

_WIDTH = 160
_INDENT = "  "


def outline(script: Node) -> list[str]:
    """The lines of a tree that `parse` returned; what is substituted stands below its command."""
    return list(_lines(script, 0))


def _lines(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from _lines(item, depth)
        return
    if not isinstance(node, Node):
        return
    head = _head(node)
    if head:
        yield _INDENT * depth + _short(head)
        depth += 1
    for name in node.__slots__:
        yield from _lines(getattr(node, name), depth)


def _head(node: Node) -> str:
    """What a node says on a line of its own; `""` for what only holds others."""
    if isinstance(node, (nodes.Simple, nodes.Test, nodes.ArithmeticCommand)):
        return Writer().command(node)
    if isinstance(node, nodes.Pipeline):
        words = ["! " * bool(node.negated) + "time " * bool(node.timed) + "pipeline"]
        return f"{words[0]} of {len(node.commands)}" if node.operators else words[0]
    if isinstance(node, nodes.AndOr):
        return "in turn: " + " ".join(["…", *(f"{operator} …" for operator, _ in node.rest)])
    if isinstance(node, nodes.While):
        return "until" if node.until else "while"
    if isinstance(node, nodes.For):
        words = [Writer().word(word) for word in node.words or ()]
        among = "" if node.words is None else " in " + " ".join(words)
        return f"{'select' if node.select else 'for'} {node.name}{among}"
    if isinstance(node, nodes.Case):
        return f"case {Writer().word(node.word)}"
    if isinstance(node, nodes.Function):
        return f"function {node.name}"
    return _HEADS.get(type(node), "")


_HEADS: dict[type, str] = {
    nodes.If: "if",
    nodes.ArithmeticFor: "for (( ))",
    nodes.Group: "{ }",
    nodes.Subshell: "( )",
    nodes.Coprocess: "coproc",
    nodes.Substitution: "$( )",
    nodes.ProcessSubstitution: "<( )",
}


def _short(text: str) -> str:
    line = text.replace("\n", "⏎")
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
