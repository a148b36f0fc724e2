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


def on_prompt(context: Context, store: Store) -> Tree:
    """The present tree, which becomes the base unless something is owed.

    Raises:
        trees.TreeError: the tree cannot be taken.
    """
    session = context.event.session_id
    now = trees.take(context.tree, context.state, deadline=time.monotonic() + TAKE_SECONDS)
    base = store.baseline(session, _AGENT, context.tree)
    green = store.green(context.tree, session)
    settled = base and green and (base.tree, base.large) == (green.tree, green.large)
    if base is None or settled:
        _move(context, store, now)
    return now


def known(context: Context, store: Store) -> bool:
    """Whether this session has a base in this work tree."""
    return store.baseline(context.event.session_id, _AGENT, context.tree) is not None


def on_green(context: Context, store: Store, now: Tree) -> None:
    """A Stop without open findings: what is there now is nobody's debt."""
    store.set_green(context.tree, context.event.session_id, now.sha, now.large)
    _move(context, store, now)


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


def _move(context: Context, store: Store, now: Tree) -> None:
    store.set_baseline(
        context.event.session_id,
        _AGENT,
        context.tree,
        now.sha,
        now.large,
        context.event.prompt_id,
        context.started,
    )
    store.set_green(context.tree, context.event.session_id, now.sha, now.large)
