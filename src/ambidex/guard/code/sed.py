"""Reads sed scripts for what they write, and for the commands that GNU sed executes.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the sed script `text` would do besides editing: `w file`, `e command`."""
    at = 0
    while at < len(text):
        c = text[at]
        if c in " \t\n;{}0123456789,$!~+":
            at += 1
        elif c in "/\\":
            at = _address(text, at)
        elif c == "#":
            at = _line_end(text, at)
        elif c in "sy":
            at = _substitution(text, at, call)
        elif c in "wW":
            end = _line_end(text, at)
            _written(text[at + 1 : end], call)
            at = end
        elif c in "rR":
            end = _line_end(text, at)
            if text[at + 1 : end].strip():
                call.read(text[at + 1 : end].strip())
            at = end
        elif c == "e":
            end = _line_end(text, at)
            command = text[at + 1 : end].strip().rstrip("}").strip()
            if command:
                call.script(command)
            else:
                call.emit(effects.EXECUTE, action="sh", data=call.stdin or call.unknown("a line"))
            at = end
        elif c in "aicbtT:":
            at = _line_end(text, at) if c in "aic" else _label_end(text, at)
        else:
            at += 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _label_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in ";\n}":
        at += 1
    return at


def _address(text: str, at: int) -> int:
    """Behind `/pattern/` and `\\xpatternx`, with its flags."""
    if text[at] == "\\":
        at += 1
    return _until(text, at + 1, text[at : at + 1])


def _until(text: str, at: int, delimiter: str) -> int:
    while at < len(text) and text[at] != delimiter:
        if text[at] == "[" and "]" in text[at + 2 : at + 64] and delimiter == "/":
            end = text.find("]", at + 2)
            if 0 <= end and "/" not in text[at:end]:
                at = end
        at += 2 if text[at : at + 1] == "\\" else 1
    return min(at + 1, len(text))


def _substitution(text: str, at: int, call: Invocation) -> int:
    kind, delimiter = text[at], text[at + 1 : at + 2]
    if not delimiter:
        return at + 1
    middle = _until(text, at + 2, delimiter)
    end = _until(text, middle, delimiter)
    replacement = text[middle : max(middle, end - 1)]
    while kind == "s" and end < len(text) and text[end] not in " \t\n;}":
        flag = text[end]
        end += 1
        if flag == "w":
            stop = _line_end(text, end)
            _written(text[end:stop], call)
            return stop
        if flag == "e":
            call.script(replacement.replace("\\" + delimiter, delimiter).replace("&", ""))
    return end


def _written(path: str, call: Invocation) -> None:
    path = path.strip().rstrip("}").strip()
    if path and path not in ("/dev/stdout", "/dev/stderr"):
        call.write(path, call.unknown("lines", like=call.stdin or ""))
