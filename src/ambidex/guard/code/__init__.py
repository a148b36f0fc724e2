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
}


def follow(language: str, text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what `text`, code of `language`, would do when `call` runs it."""
    name = READERS.get(language)
    if name:
        module = __import__(f"ambidex.guard.code.{name}", fromlist=["follow"])
        module.follow(text, call, changes)
