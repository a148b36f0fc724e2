"""Which tree a session's changes are measured from.

Blame runs from the last tree whose Stop was green. A prompt that a person writes moves the base
to the present, so that the person's own edits in between are never blamed, but only when nothing
is owed: after a red release, an interrupt or an API error the old base stays, or "continue" would
turn every failure into one that was there before.
"""

from __future__ import annotations

import time

from ambidex.changes import trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.changes.trees import Tree
    from ambidex.hook.context import Context
    from ambidex.ledger.store import Store

# A session's agents share its changes while they share its work tree; the base is the tree's.
_AGENT = ""

# What one take may last, below the shortest deadline of a hook that takes one. A first take of a
# very large tree that gives up is continued by the next.
TAKE_SECONDS = 12

# Marks of a base: whether a Stop has closed the prompt that set it. Comparing trees would not do:
# an interrupted prompt whose base was green looks the same.
_SETTLED = "settled"
_OPEN = "open"


def on_prompt(context: Context, store: Store) -> Tree:
    """The present tree, which becomes the base unless the prompt before is still open.

    Raises:
        trees.TreeError: the tree cannot be taken.
    """
    now = trees.take(context.tree, context.state, deadline=time.monotonic() + TAKE_SECONDS)
    base = store.baseline(context.event.session_id, _AGENT, context.tree)
    if base is None or base.mark == _SETTLED:
        starts = context.event.name == "SessionStart"
        _set(context, store, now, _SETTLED if starts else _OPEN)
    return now


def known(context: Context, store: Store) -> bool:
    """Whether this session has a base in this work tree."""
    return store.baseline(context.event.session_id, _AGENT, context.tree) is not None


def settle(context: Context, store: Store, now: Tree) -> None:
    """A Stop left nothing open: what is there now is nobody's debt."""
    base = store.baseline(context.event.session_id, _AGENT, context.tree)
    known = base and (base.mark, base.tree, base.large) == (_SETTLED, now.sha, now.large)
    if not known:
        _set(context, store, now, _SETTLED)


def base(context: Context, store: Store) -> Tree:
    """The tree to measure from.

    A work tree that this session has not seen before (a subagent's own worktree) is measured
    from the commit it has checked out.

    Raises:
        trees.TreeError: neither is available.
    """
    known = store.baseline(context.event.session_id, _AGENT, context.tree)
    if known is not None:
        return trees.Tree(known.tree, known.large)
    return trees.tree_of(context.tree, context.state, "HEAD")


def _set(context: Context, store: Store, now: Tree, mark: str) -> None:
    store.set_baseline(
        context.event.session_id,
        _AGENT,
        context.tree,
        now.sha,
        now.large,
        mark,
        context.started,
    )
