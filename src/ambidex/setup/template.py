"""The settings that an installation merges, made from settings.template.json for one form."""

from __future__ import annotations

import json
import os

from ambidex.setup import root as roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PROJECT_LAUNCHER = "$CLAUDE_PROJECT_DIR/.claude/ambidex/launch"
# Evaluated by the shell on the machine that runs it: user settings travel between machines too.
USER_LAUNCHER = "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/ambidex/launch"
_PROJECT_RULE = "Edit(/"
_PROJECT_CLAUDE_RULE = "Edit(/.claude/"


def load(root: str) -> dict[str, Any]:
    """The template of the plugin root `root`, as shipped: the project form.

    Raises:
        OSError: it is missing.
        ValueError: it is not JSON.
    """
    with open(os.path.join(root, "settings.template.json"), encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def for_project(template: dict[str, Any], *, hooks: bool = True) -> dict[str, Any]:
    """What `--project` and `--local` merge: the template, with or without its hooks."""
    return {key: value for key, value in template.items() if hooks or key != "hooks"}


def for_user(
    template: dict[str, Any], environ: Mapping[str, str], *, hooks: bool = True
) -> dict[str, Any]:
    """What `--user` merges.

    Rules about a project's own files (a leading `/` means the project) are left out, because a
    user's settings hold in projects without Ambidex as well; those about `.claude` become rules
    about the user's own. The hooks still guard the project's files.
    """
    home = roots.claude_home(environ)
    claude = "Edit(/" + home + "/" if environ.get("CLAUDE_CONFIG_DIR") else "Edit(~/.claude/"
    rules = []
    for rule in template["permissions"]["deny"]:
        if rule.startswith(_PROJECT_CLAUDE_RULE):
            rules.append(claude + rule[len(_PROJECT_CLAUDE_RULE) :])
        elif not rule.startswith(_PROJECT_RULE):
            rules.append(rule)
    wanted = for_project(template, hooks=hooks)
    wanted["permissions"] = {"deny": rules}
    if hooks:
        # As JSON text, so that the command is found wherever a handler carries it.
        text = json.dumps(wanted["hooks"]).replace(PROJECT_LAUNCHER, USER_LAUNCHER)
        wanted["hooks"] = json.loads(text)
    return wanted
