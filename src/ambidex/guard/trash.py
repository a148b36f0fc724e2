"""`rm` of files in the project, rewritten to a move into the project's trash.

Off unless the policy's `guard.trash` says so. Only the plainest form is rewritten: one `rm` with
nothing around it, its files known and inside the project. Everything else is left as it is.

Hot path: imported only where the policy switches it on.
"""

from __future__ import annotations

import os
import time

from ambidex.guard.programs.options import read
from ambidex.guard.shell.nodes import Literal, Simple
from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.verdict import REWRITE, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.scene import Scene

FOLDER = ".ambidex/trash"
RULE = "ambidex.filesystem.trash"

_OPTIONS = {"r", "R", "f", "d", "v", "recursive", "force", "dir", "verbose"}
_SPECIAL = "*?[{~"


def rewrite(tool_input: dict[str, Any], scene: Scene) -> Decision | None:
    """The rewritten call, or None where the command is not the plainest `rm`.

    Args:
        tool_input: the input of the Bash tool; its command has been judged and may run.
        scene: the surroundings.
    """
    paths = _removed(tool_input["command"], scene)
    if not paths:
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(scene.now))
    trash = os.path.join(scene.root, FOLDER, stamp)
    steps = []
    back = []
    for path in paths:
        kept = os.path.join(trash, os.path.relpath(path, scene.root))
        steps.append(f"mkdir -p {_quoted(os.path.dirname(kept))}")
        steps.append(f"mv -- {_quoted(path)} {_quoted(kept)}")
        back.append(f"mv -- {_quoted(kept)} {_quoted(path)}")
    return Decision(
        REWRITE,
        RULE,
        "What is removed in this project goes to its trash.",
        f"To bring it back: {' && '.join(back)}",
        {**tool_input, "command": " && ".join(steps)},
    )


def _removed(command: str, scene: Scene) -> list[str]:
    """The existing paths that a plain `rm` removes, absolute; empty when it is not one."""
    words = _plain_words(command)
    if not words or words[0] != "rm":
        return []
    options = read(words[1:])
    if not options.given.keys() <= _OPTIONS:
        return []
    force = options.has("f", "force")
    recursive = options.has("r", "R", "recursive")
    paths = []
    for operand in options.operands:
        path = os.path.normpath(os.path.join(scene.cwd, operand))
        inside = scene.relative(path)
        if not inside or (os.path.isdir(path) and not (recursive or os.path.islink(path))):
            return []
        if os.path.lexists(path):
            paths.append(path)
        elif not force:
            return []  # rm would complain, and so it shall
    return paths


def _plain_words(command: str) -> list[str]:
    try:
        items = parse(command).items
    except UnreadableCommand:
        return []
    if len(items) != 1 or items[0][1] == "&" or not isinstance(items[0][0], Simple):
        return []
    simple = items[0][0]
    if simple.assignments or simple.redirections:
        return []
    words = []
    for word in simple.words:
        text = ""
        for part in word.parts:
            if not isinstance(part, Literal):
                return []
            if not part.quoted and any(character in part.text for character in _SPECIAL):
                return []
            text += part.text
        words.append(text)
    return words


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
