"""Inline code of interpreters, read for what it deletes, writes, executes and sends.

Hot path: only the reader of the language at hand is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.invocation import Invocation
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_LENGTH = 65_536

# Language → module in this package; each has `follow(text, call, changes)`.
READERS: dict[str, str] = {
    "awk": "awk",
    "javascript": "javascript",
    "lua": "small",
    "mysql": "consoles",
    "node": "javascript",
    "osascript": "small",
    "perl": "perl",
    "php": "php",
    "powershell": "powershell",
    "psql": "consoles",
    "python": "python",
    "r": "small",
    "ruby": "ruby",
    "sqlite": "consoles",
    "sqlite3": "consoles",
    "tcl": "small",
    "vim": "vim",
}


def follow(language: str, text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what `text`, code of `language`, would do when `call` runs it.

    Args:
        language: a key of `READERS`; others are not read.
        text: the code; tainted where it is not known.
        call: who runs it; gets the output of the code where that can be told.
        changes: what is different for the code: `cwd`, `variables`, `stdin`, `via`; and
            `arguments`, what it sees as its arguments, its own name first.
    """
    name = READERS.get(language)
    if not name:
        return
    inner = Invocation(
        call.machine,
        call.words,
        changes.get("cwd", call.cwd),
        {**call.variables, **changes.get("variables", {})},
        changes.get("stdin", call.stdin),
        changes.get("via", call.via),
    )
    if not is_known(text):
        _unknown_code(language, text, inner)
    if len(text) > MAX_LENGTH:
        inner.emit(effects.UNKNOWN, action=f"{language} code too long to read")
        text = text[:MAX_LENGTH]
    from ambidex.guard.code import backdoors

    backdoors.find(text, inner)
    module = __import__(f"ambidex.guard.code.{name}", fromlist=["follow"])
    module.follow(text, inner, {**changes, "language": language})
    call.take(inner)


def _unknown_code(language: str, text: str, call: Invocation) -> None:
    """Code that comes from elsewhere: the whole, or statements of their own."""
    from ambidex.guard.code.sinks import only_marks

    for line in text.replace(";", "\n").split("\n"):
        if only_marks(line):
            call.emit(effects.EXECUTE, action=language, data=line.strip())
