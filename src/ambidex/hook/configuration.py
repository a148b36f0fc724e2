"""ConfigChange and FileChanged: settings or the policy were edited while a session runs."""

from __future__ import annotations

from ambidex import fastjson
from ambidex.protocol import replies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply

# A settings file is a few kilobytes; more is not read. Bytes.
_MAX_SETTINGS = 4_000_000


def handle(context: Context) -> Reply | None:
    """Refuse settings that switch every hook off; compile an edited policy before it is needed."""
    event = context.event
    context.record["file"] = event.file_path  # type: ignore[attr-defined]
    if event.name == "FileChanged":
        # Reading compiles what is stale, so the next tool call does not wait for it.
        noted = context.policy["note"]
        return replies.note(noted) if noted else None
    context.record["source"] = event.source  # type: ignore[attr-defined]
    if _disables_hooks(event.file_path):  # type: ignore[attr-defined]
        return replies.block(
            event.name,
            "ambidex.own.hooks-disabled: disableAllHooks would switch every gate off in this "
            "running session. A person can pause them instead (ambidex pause 30m), or remove them "
            "between sessions (ambidex uninstall).",
        )
    return None


def _disables_hooks(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            settings = fastjson.loads(file.read(_MAX_SETTINGS))
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and settings.get("disableAllHooks") is True
