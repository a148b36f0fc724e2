"""Reads PowerShell, and cmd's commands, as far as their verbs have names elsewhere.

Not proved: no grammar; statements are cut at signs outside quotes, and their words at blanks.

Hot path: the guard's own words.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.prefixes import split_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_DELETES = frozenset(["remove-item", "ri", "rm", "del", "erase", "rd", "rmdir"])
_WRITES = frozenset(
    ["set-content", "sc", "out-file", "new-item", "ni", "tee-object", "clear-content", "clc"]
)
_FETCHES = frozenset(["invoke-webrequest", "iwr", "invoke-restmethod", "irm", "curl", "wget"])
# Switches of cmd's own commands; a short path may look like them.
_SWITCHES = frozenset(("/s", "/q", "/f", "/y", "/p", "/c", "/k"))
_HOST = {"stop-computer": "shutdown", "restart-computer": "reboot", "shutdown": "shutdown"}
_DEVICES = frozenset(
    ["format-volume", "clear-disk", "initialize-disk", "remove-partition", "format"]
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the commands in `text` would do."""
    flow = ""
    _downloaded(text, call)
    for statement, sign in _statements(text):
        flow = _statement(split_words(statement.replace("\\", "\\\\")), call, flow)
        if sign != "|":
            flow = ""


def _downloaded(text: str, call: Invocation) -> None:
    """`iex (New-Object Net.WebClient).DownloadString('https://…')`, in any order of its words."""
    lower = text.lower()
    at = max(lower.find("downloadstring("), lower.find("downloaddata("))
    if at >= 0 and ("iex" in lower or "invoke-expression" in lower):
        url = text[at:].partition("(")[2].partition(")")[0].strip("'\" ")
        call.emit(effects.EXECUTE, action="powershell", data=call.fetch(url))


def _statements(text: str) -> list[tuple[str, str]]:
    found, start, quote = [], 0, ""
    for at, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c in ";|&\n{}":
            found.append((text[start:at], c))
            start = at + 1
    return [*found, (text[start:], "")]


def _statement(words: list[str], call: Invocation, flow: str) -> str:
    """One command; returns what flows into the next."""
    while words and words[0].startswith("$") and "=" in words[:2]:
        words = words[2:]
    if not words:
        return flow
    name, rest = words[0].lower(), words[1:]
    switches = {word.lower().partition(":")[0] for word in rest if word[:1] in "-/"}
    operands = [word for word in rest if word[:1] != "-" and word.lower() not in _SWITCHES]
    if name in _DELETES:
        flags = {"force"} if switches & {"-force", "-fo", "/f", "/q", "-rf"} else set()
        if any(s.startswith("-r") for s in switches) or "/s" in switches:
            flags.add("recursive")
        for path in operands:
            for part in path.split(","):
                call.delete(part.replace("\\", "/"), flags=flags)
    elif name in _WRITES:
        if operands:
            call.write(operands[0].replace("\\", "/"), "".join(operands[1:]) or flow)
    elif name in _FETCHES:
        target = next((word for word in operands if "." in word or "$" in word), "")
        if target:
            flow = call.fetch(target)
            if "-outfile" in switches or "-o" in switches:
                call.write(operands[-1], flow)
    elif name in ("invoke-expression", "iex"):
        data = "".join(operands)
        if "http" in data:
            data = flow or call.fetch(data)
        call.emit(effects.EXECUTE, action="powershell", data=data or flow)
    elif name in _HOST:
        call.emit(effects.HOST, action=_HOST[name])
    elif name in _DEVICES:
        call.emit(effects.DEVICE, action="format", target=" ".join(operands))
    elif name in ("stop-process", "taskkill"):
        call.emit(effects.KILL, target=" ".join(operands))
    elif name in ("start-process", "start", "&"):
        call.run(operands)
    else:
        call.run([name, *rest])
    return flow
