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

    A session that works in another work tree than the project's keeps the base of the project's
    up to date, too: what a person changes there meanwhile is not the agent's.

    Raises:
        trees.TreeError: the tree cannot be taken.
    """
    if context.tree != context.root and known(context, store, context.root):
        _renew(context, store, context.root)
    return _renew(context, store, context.tree)


def known(context: Context, store: Store, tree: str = "") -> bool:
    """Whether this session has a base in a work tree, by default the one it is in."""
    path = tree or context.tree
    return store.baseline(context.event.session_id, _AGENT, path) is not None


def settle(context: Context, store: Store, tree: str, now: Tree) -> None:
    """A Stop left nothing open in a work tree: what is there now is nobody's debt."""
    base = store.baseline(context.event.session_id, _AGENT, tree)
    is_settled = base and (base.mark, base.tree, base.large) == (_SETTLED, now.sha, now.large)
    if not is_settled:
        _set(context, store, tree, now, _SETTLED)


def base(context: Context, store: Store, tree: str = "") -> Tree:
    """The tree to measure from, in a work tree, by default the one that the session is in.

    One that this session has not seen before (a subagent's own) is measured from the commit
    where it left the project's: from its HEAD, committing would be a way past.

    Raises:
        trees.TreeError: neither is available.
    """
    path = tree or context.tree
    known = store.baseline(context.event.session_id, _AGENT, path)
    if known is not None:
        return trees.Tree(known.tree, known.large)
    if path == context.root:
        return trees.tree_of(path, context.state, "HEAD")
    return trees.fork_of(path, context.state, context.root)


def _renew(context: Context, store: Store, path: str) -> Tree:
    now = trees.take(path, context.state, deadline=time.monotonic() + TAKE_SECONDS)
    base = store.baseline(context.event.session_id, _AGENT, path)
    if base is None or base.mark == _SETTLED:
        starts = context.event.name == "SessionStart"
        _set(context, store, path, now, _SETTLED if starts else _OPEN)
    return now


def _set(context: Context, store: Store, path: str, now: Tree, mark: str) -> None:
    store.set_baseline(
        context.event.session_id,
        _AGENT,
        path,
        now.sha,
        now.large,
        mark,
        context.started,
    )
