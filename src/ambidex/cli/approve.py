"""`ambidex approve`: a person lets the agent do for a while what a rule stops."""

from __future__ import annotations

import os
import shlex
import time

import click

from ambidex.cli.errors import EnvironmentBroken
from ambidex.cli.project import Project, clock
from ambidex.guard import approvals, rulebook
from ambidex.policy import globs, pause
from ambidex.policy.errors import nearest_name


@click.command("approve")
@click.argument("what", required=False, metavar="[PATH|RULE]")
@click.option("--for", "duration", default="30m", show_default=True, help="How long, at most 24h.")
@click.option("--because", default="", help="Why, for the record.")
@click.option("--revoke", is_flag=True, help="End all approvals now.")
def command(what: str | None, duration: str, because: str, revoke: bool) -> None:
    """Approve changes of PATH (a file, a folder or a glob), or everything that RULE stops.

    Only a person at a terminal can do it, it holds for this project, expires by itself, and is
    recorded. Without PATH or RULE: lists what is approved. Golden tests and Ambidex's own wiring
    cannot be approved. PATH is read from the current directory, as a shell reads it.
    """
    project = Project()
    now = time.time()
    if revoke:
        if what:
            raise click.UsageError("--revoke ends all approvals and takes no PATH or RULE.")
        who = project.require_person("ambidex approve --revoke")
        project.record("approval.revoked", who)
        try:
            ended = approvals.revoke(project.state, now)
        except OSError as error:
            raise EnvironmentBroken(f"the approvals cannot be ended: {error}") from None
        click.echo(f"{ended} approvals ended.")
        return
    if what is None:
        held = [e for e in approvals.current(project.state, now) if e["root"] == project.root]
        for entry in held:
            click.echo(f"{entry['what']}  until {clock(entry['until'])}: {entry['because']}")
        if not held:
            click.echo("Nothing is approved.")
        return
    if not because.strip():
        raise click.UsageError('Say why: --because "…".')
    try:
        seconds = pause.parse_duration(duration)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    kind, name = _named(what, project)
    words = ["approve", what, "--for", duration, "--because", because]
    who = project.require_person(f"ambidex {shlex.join(words)}")
    entry = {
        "kind": kind,
        "what": name,
        "root": project.root,
        "until": int(now) + seconds,
        "because": because,
        "who": who,
        "when": int(now),
    }
    project.record("approval", who, kind=kind, what=name, seconds=seconds, because=because)
    try:
        approvals.grant(project.state, entry, now)
    except OSError as error:
        raise EnvironmentBroken(f"the approval cannot be recorded: {error}") from None
    click.echo(
        f"Approved until {clock(int(now) + seconds)}: {name}. End it: ambidex approve --revoke"
    )


def _named(what: str, project: Project) -> tuple[str, str]:
    """What is approved: its kind, and its name as it is compared."""
    own = [rule.id for rule in project.load().configuration.guard.rules]
    known = [*own, *(one for one in rulebook.ids() if one.count(".") > 1)]
    if what.startswith(approvals.NEVER):
        raise click.UsageError(
            f"{what} cannot be approved: golden tests and Ambidex's own wiring are changed by a "
            "person, in an editor."
        )
    if what in known:
        return approvals.RULE, what
    if what.startswith("ambidex.") and not os.path.lexists(what):
        near = nearest_name(what, known)
        meant = f"Did you mean {near}?" if near else "`ambidex explain` names those that apply."
        raise click.UsageError(f"{what!r} is no rule of the guard. {meant}")
    path = os.path.realpath(os.path.expanduser(what))
    root = os.path.realpath(project.root)
    if path == root or root.startswith(path.rstrip("/") + "/"):
        raise click.UsageError("The whole project cannot be approved: name a folder or a file.")
    inside = os.path.relpath(path, root) if path.startswith(root + os.sep) else ""
    wrong = globs.problem(inside or path[1:])
    if wrong:
        raise click.UsageError(f"{what!r} is no path or glob: {wrong}.")
    return approvals.PATH, inside or path
