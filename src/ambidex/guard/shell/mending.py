"""What can be read of a command line that is not well formed.

A shell would refuse it, or run what stands before the mistake. What was meant is followed all the
same: it shows what the rest is about.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.shell.nodes import Literal, Script, Simple
from ambidex.guard.shell.parse import UnreadableCommand, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CUTS = 20
# What a trial counts as, in steps of the evaluation.
_COST = 50
# Programs that only show something.
_HARMLESS = frozenset(("echo", "printf", "ls", "dir", "rg", "grep", "egrep", "fgrep", "cat", "man"))
_QUOTES = ('a " at ', "a ' at ")


def mended(
    text: str, problem: str, deadline: float, step: Callable[[int], None]
) -> tuple[Script, bool]:
    """The tree of what is well formed of `text`.

    Args:
        text: the code.
        problem: why it is not well formed.
        deadline: as for `parse`.
        step: counts work done.

    Returns:
        The tree, and whether it is certain to be what the text says: one plain command that
        only shows something, of which nothing but the last quote is missing.
    """
    if problem.startswith(_QUOTES):
        whole = _tried(text + problem[2], deadline)
        if whole is not None:
            return whole, _is_plain(whole)
        step(_COST)
    start = text.lstrip(" \t\n;|&)")
    if len(start) < len(text):
        whole = _tried(start, deadline)
        if whole is not None:
            return whole, False
        step(_COST)
    end = len(text)
    for _ in range(MAX_CUTS):
        end = max(text.rfind(mark, 0, end) for mark in ("\n", ";", "|", "&"))
        if end <= 0:
            break
        step(_COST)
        begun = _tried(text[:end], deadline)
        if begun is not None:
            return begun, False
    return Script([]), False


def _tried(text: str, deadline: float) -> Script | None:
    try:
        return parse(text, deadline=deadline)
    except UnreadableCommand:
        return None


def _is_plain(script: Script) -> bool:
    """Whether it is one harmless command of written-out words."""
    if len(script.items) != 1:
        return False
    command, ending = script.items[0]
    first = command.words[:1] if type(command) is Simple else []
    return (
        bool(first)
        and len(first[0].parts) == 1
        and getattr(first[0].parts[0], "text", "") in _HARMLESS
        and ending == ";"
        and not command.assignments
        and not command.redirections
        and all(type(part) is Literal for word in command.words for part in word.parts)
    )
