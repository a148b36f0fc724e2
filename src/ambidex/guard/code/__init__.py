"""Inline code of interpreters, read for what it deletes, writes, executes and sends.

Hot path: only the reader of the language at hand is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

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
    """Record what `text`, code of `language`, would do when `call` runs it."""
    name = READERS.get(language)
    if name:
        module = __import__(f"ambidex.guard.code.{name}", fromlist=["follow"])
        module.follow(text, call, changes)
