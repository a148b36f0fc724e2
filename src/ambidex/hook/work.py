"""In which work trees a session's agent has worked, and what changed there.

Usually in one, the project's. An agent that went into a work tree of its own (`EnterWorktree`, a
`cd`) has worked in two: were only the one judged that it stops in, going somewhere else to stop
would be a way past. A subagent in a work tree of its own is judged there; in a tree that it
shares, others may be in the middle of something, and the main agent's Stop judges the sum.
"""

from __future__ import annotations

from ambidex.changes import trees
from ambidex.hook import blame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.changes.trees import Tree
    from ambidex.hook.context import Context
    from ambidex.ledger.store import Store


class Work:
    """One work tree.

    Attributes:
        path: its top.
        base: the tree that is not blamed.
        now: the tree as it is.
    """

    __slots__ = ("base", "now", "path")

    def __init__(self, path: str, base: Tree, now: Tree) -> None:
        self.path = path
        self.base = base
        self.now = now

    @property
    def changed(self) -> bool:
        """Whether there is anything to judge."""
        return self.now != self.base


def look(context: Context, store: Store, deadline: float) -> list[Work]:
    """The work trees that this Stop is about, the project's first.

    Args:
        context: of a Stop or SubagentStop.
        store: has the bases.
        deadline: `time.monotonic()` at which taking them must have ended.

    Raises:
        trees.TreeError: one of them cannot be taken.
    """
    paths = [context.tree]
    elsewhere = context.tree != context.root
    if elsewhere and not context.event.agent_id and blame.known(context, store, context.root):
        paths.insert(0, context.root)
    found = []
    for path in paths:
        base = blame.base(context, store, path)
        now = trees.take(path, context.state, base, deadline=deadline)
        found.append(Work(path, base, now))
    return found
