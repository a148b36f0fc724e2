"""Ambidex's own commands, and those of the client that decide whether Ambidex runs.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.options import read
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Verbs that are for a person at a terminal; the golden ones behind `golden`.
PERSON_ONLY = frozenset(
    {"trust", "init", "pause", "install", "uninstall", "approve", "allow", "resume", "untrust"}
)
GOLDEN = frozenset({"promote", "amend", "retire", "init", "adopt", "accept", "release"})


def ambidex(call: Invocation) -> None:
    """`ambidex VERB …`."""
    given = read(call.arguments, stops=False)
    if given.has("help", "h"):
        return
    words = given.operands
    verb = words[0] if words else ""
    if verb in PERSON_ONLY:
        call.emit(effects.HOST, action="ambidex", target=verb)
    elif verb == "golden" and words[1:2] and (words[1] in GOLDEN or not is_known(words[1])):
        call.emit(effects.HOST, action="ambidex", target=f"golden {words[1]}")
    elif verb and not is_known(verb):
        call.emit(effects.HOST, action="ambidex", target=verb)


_VALUED = (
    *("model", "append-system-prompt", "system-prompt", "output-format", "input-format", "agents"),
    *("allowed-tools", "allowedTools", "disallowed-tools", "disallowedTools", "mcp-config"),
    *("settings", "setting-sources", "permission-mode", "add-dir", "resume", "session-id"),
    *("max-turns", "fallback-model", "scope", "transport", "env", "header", "plugin-dir", "debug"),
)
# Group and verbs of `claude` that change what watches it, or what it may do.
_CHANGING = {
    "plugin": ("uninstall", "remove", "disable", "install", "enable", "update", "rm", "i"),
    "plugins": ("uninstall", "remove", "disable", "install", "enable", "update"),
    "mcp": ("add", "add-json", "remove", "add-from-claude-desktop", "reset-project-choices"),
    "config": ("set", "add", "remove", "rm"),
}


def claude(call: Invocation) -> None:
    """`claude …`: another client, started or configured by this one."""
    given = read(call.arguments, valued="r", long_valued=_VALUED)
    if given.has("help", "h", "version", "v"):
        return
    for option in ("dangerously-skip-permissions", "allow-dangerously-skip-permissions", "bare"):
        if given.has(option):
            call.emit(effects.HOST, action="client", target=f"--{option}", flags=("unguarded",))
    if given.last("permission-mode") == "bypassPermissions":
        call.emit(effects.HOST, action="client", target="--permission-mode", flags=("unguarded",))
    for option in ("settings", "setting-sources"):
        text = given.last(option)
        if "disableAllHooks" in text or (option == "setting-sources" and given.has(option)):
            call.emit(effects.HOST, action="client", target=f"--{option}", flags=("unguarded",))
    words = given.operands
    group, verb = (words[0] if words else ""), (words[1] if len(words) > 1 else "")
    if group in _CHANGING and verb in _CHANGING[group]:
        own = any("ambidex" in word for word in words[2:])
        stops = verb in ("uninstall", "remove", "disable", "rm") or "disableAllHooks" in words
        flags = ("unguarded",) if stops and (own or "disableAllHooks" in words) else ("changes",)
        call.emit(effects.HOST, action="client", target=f"{group} {verb}", flags=flags)


MODELS = {"ambidex": ambidex, "claude": claude}
