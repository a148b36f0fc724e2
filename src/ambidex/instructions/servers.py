"""MCP servers that a project brings along: a tool of one that nobody approved is asked about.

Hot path, for tools of MCP servers only: two small files.
"""

from __future__ import annotations

import os

from ambidex import fastjson
from ambidex.instructions import lock
from ambidex.verdict import ASK, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = ".mcp.json"
RULE = "ambidex.instructions.new-server"
_LARGEST = 1_000_000


def of_project(root: str) -> dict[str, str]:
    """Name → digest of each server in the project's `.mcp.json`; empty when it cannot be read."""
    from ambidex.instructions.inspect import digest

    return {
        name: digest(fastjson.dumps(settings, sort_keys=True).encode())
        for name, settings in _configured(root).items()
    }


def _configured(root: str) -> dict[str, Any]:
    try:
        with open(os.path.join(root, FILE), "rb") as file:
            servers = fastjson.loads(file.read(_LARGEST))["mcpServers"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return servers if isinstance(servers, dict) else {}


def question(state: str, root: str, tool: str) -> Decision | None:
    """Whether a person must be asked before this tool of an MCP server runs.

    Without an approval of the project's instructions (`ambidex init`, `ambidex trust`) nothing is
    new, and the client's own question about a project's servers is all there is.
    """
    approved = lock.servers(state)
    if approved is None or not tool.startswith("mcp__"):
        return None
    rest = tool[len("mcp__") :]
    for name in _configured(root):
        if not rest.startswith(f"{_plain(name)}__"):
            continue
        if of_project(root).get(name) != approved.get(name):
            state_of = "changed" if name in approved else "is new"
            return Decision(
                ASK,
                RULE,
                f"The MCP server {_plain(name)} in {FILE} {state_of} since a person last approved "
                "the project's instructions.",
                "A person looks at it with `ambidex scan instructions` and approves with "
                "`ambidex scan instructions --accept`.",
                subject=f"use the server {_plain(name)}",
            )
    return None


def _plain(name: str) -> str:
    """A server's name as the client writes it in the names of tools."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)
