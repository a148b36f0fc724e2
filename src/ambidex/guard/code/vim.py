"""Reads commands of vi's family: what they run in a shell and which files they write.

Hot path: the guard's own words.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_WRITES = ("write", "w", "wq", "saveas", "sav", "W", "x", "up", "update")


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the editor commands in `text` would do."""
    operands = changes.get("arguments", [])
    current = operands[0] if operands else "%"
    for line in text.split("\n"):
        command = line.strip().lstrip(":")
        for prefix in ("silent!", "silent", "sil!", "sil"):
            if command.startswith(prefix + " "):
                command = command[len(prefix) :].strip().lstrip(":")
        _one(command, call, current)


def _one(command: str, call: Invocation, current: str) -> None:
    body = command.lstrip("0123456789,.$%")
    if command.startswith("%!") or body.startswith("!"):
        call.script(body.lstrip("!").replace("%", current))
        return
    word, _, rest = body.partition(" ")
    rest = rest.strip()
    name = word.rstrip("!").rstrip(">")
    if name in ("r", "read") and rest.startswith("!"):
        call.script(rest[1:])
    elif word.startswith("r!"):
        call.script(word[2:] + " " + rest)
    elif name in _WRITES and rest.startswith("!"):
        call.script(rest[1:])
    elif name in _WRITES and rest:
        call.write(rest.lstrip("> "), call.unknown("what is edited"))
    elif name in ("py", "py3", "python", "python3", "pyx"):
        call.code("python", rest)
    elif name in ("lua", "ruby", "perl"):
        call.code(name, rest)
    elif name in ("call", "let", "echo") and "system(" in rest:
        _called(rest, "system(", call)
    elif name in ("call", "let", "echo") and "delete(" in rest:
        _called(rest, "delete(", call)
    elif name in ("term", "terminal"):
        call.script(rest)
    elif "|" in body and not body.startswith(("g/", "v/", "s/")):
        first, _, others = body.partition("|")
        for part in (first, others):
            if part.strip() and part.strip() != body:
                _one(part.strip(), call, current)


def _called(text: str, name: str, call: Invocation) -> None:
    inner = text.split(name, 1)[1].lstrip()
    quote = inner[:1]
    if quote in ("'", '"'):
        value = inner[1:].partition(quote)[0]
        if name == "system(":
            call.script(value)
        else:
            call.delete(value)
