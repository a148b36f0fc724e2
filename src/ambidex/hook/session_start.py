"""SessionStart and Setup: the tools' environment, the policy, the first baseline, one line.

The line is for the model: what is guarded, so that it need not find out by being refused.
"""

from __future__ import annotations

import os

from ambidex.hook import instructions
from ambidex.policy import snapshot
from ambidex.protocol import replies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.hook.context import Context
    from ambidex.protocol.replies import Reply


def handle(context: Context) -> Reply | None:
    """What the model and the user should know at the start."""
    source = getattr(context.event, "source", "") or getattr(context.event, "trigger", "")
    context.record["source"] = source
    policy = context.policy
    notes = [*_environment(context), *_state(context)]
    if policy["note"]:
        notes.append(policy["note"])
    until = context.paused_until
    watch, told = None, ""
    if context.event.name == "SessionStart":
        # Also where nothing is configured yet: a person may write it while the session runs.
        names = (snapshot.FILE, snapshot.PYPROJECT)
        watch = replies.watch("SessionStart", [os.path.join(context.root, name) for name in names])
        if not until:
            found, told = instructions.on_start(context)
            notes += found
    if not policy["active"]:
        return replies.with_context(replies.merge(watch, _notes(notes)), context.event.name, told)
    if until:
        notes.append("paused by a person; nothing is guarded or checked until the pause ends")
        return replies.merge(watch, _notes(notes))
    obstacle = context.obstacle()
    if obstacle:
        notes.append(f"edits and tests are not checked: {obstacle}")
    notes += _baseline(context)
    if context.event.name == "Setup":
        return _notes(notes)
    line = replies.context(context.event.name, _line(context, obstacle))
    return replies.with_context(replies.merge(watch, line, _notes(notes)), context.event.name, told)


def _environment(context: Context) -> list[str]:
    """Start building the plugin's environment where it is missing; say how it stands."""
    from ambidex.setup import environment, record, root

    plugin = context.environ.get("CLAUDE_PLUGIN_ROOT")
    if plugin:
        record.remember_data_home(context.environ, plugin)
        status = environment.ensure(context.environ, plugin)
    elif not context.policy["active"]:
        return []
    else:
        # Installed with pip: the environment is the one that Ambidex is in, never ours to build.
        status = environment.status(context.environ, root.plugin_root())
    context.record["environment"] = status.state
    # Where nothing is switched on, nobody waits for the tools.
    if status.state == "ready" or not context.policy["active"]:
        return []
    return [status.sentence()]


def _state(context: Context) -> list[str]:
    """Whether anything can be written down at all."""
    from ambidex import locate

    try:
        locate.make_private(context.state)
    except OSError as problem:
        return [f"nothing can be recorded: {problem}"]
    if not os.access(context.state, os.W_OK):
        return [f"nothing can be recorded: {context.state} is not writable"]
    return []


def _baseline(context: Context) -> list[str]:
    """The first baseline of a session; a compaction in the middle of a prompt keeps the old one."""
    from ambidex.changes import prune, trees
    from ambidex.hook import blame
    from ambidex.ledger.schema import StoreError

    try:
        with context.open_store() as store:
            if not blame.known(context, store):
                # Here rather than at SessionEnd, which the client gives 1.5 s.
                prune.prune(context.tree, context.state, store.baseline_trees())
                context.record["tree"] = blame.on_prompt(context, store).sha
    except (trees.TreeError, StoreError) as problem:
        return [f"changes cannot be measured: {problem}"]
    return []


def _line(context: Context, obstacle: str) -> str:
    levels = context.policy["gates"][context.track]
    golden = context.policy["paths"]["golden"]
    parts = ["Ambidex guards this project: destructive commands are refused"]
    if golden:
        parts.append(f"golden tests ({', '.join(golden)}) are read-only")
    if not obstacle:
        if levels["format"] == "fix" or levels["scan"] != "off":
            parts.append("edited files are formatted and scanned")
        if levels["tests"] == "block":
            parts.append("the affected tests must pass before you stop")
    return "; ".join(parts) + "."


def _notes(notes: list[str]) -> Reply | None:
    return replies.note("Ambidex: " + "; ".join(notes)) if notes else None
