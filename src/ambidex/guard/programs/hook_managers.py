"""Managers of git's hooks: pre-commit, husky, lefthook, overcommit.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def manager(call: Invocation) -> None:
    """`pre-commit`, `husky` and the like: only taking the hooks away matters."""
    words = call.arguments
    if {"--help", "-h"} & set(words):
        return
    verb = next((word for word in words if not word.startswith("-")), "")
    if verb == "uninstall" or "--uninstall" in words:
        call.emit(effects.HOST, action="uninstall-hooks", target=call.name)


PROGRAMS = ("pre-commit", "prek", "husky", "lefthook", "overcommit", "simple-git-hooks")
MODELS = dict.fromkeys(PROGRAMS, manager)
