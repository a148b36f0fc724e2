"""`ambidex pause`: a person silences the gates of a repository for a while."""

from __future__ import annotations

import time

import click

from ambidex.cli.errors import EnvironmentBroken
from ambidex.cli.project import Project, clock
from ambidex.policy import pause


@click.command("pause")
@click.argument("duration", required=False)
@click.option("--end", is_flag=True, help="End the pause now.")
def command(duration: str | None, end: bool) -> None:
    """Silence the gates of this repository for DURATION (30m, 2h, 1h30m; at most 24h).

    Only a person at a terminal can do it, and it is recorded. Without DURATION: says whether a
    pause is on.
    """
    if end and duration:
        raise click.UsageError("--end takes no duration.")
    project = Project()
    now = time.time()
    if end:
        who = project.require_person("ambidex pause --end")
        project.record("pause.ended", who)
        try:
            had = pause.end(project.state)
        except OSError as error:
            raise EnvironmentBroken(f"the pause cannot be ended: {error}") from None
        click.echo("The gates are back." if had else "No pause was on.")
        return
    if duration is None:
        until = pause.is_paused(project.state, now)
        click.echo(f"Paused until {clock(until)}." if until else "Not paused.")
        return
    try:
        seconds = pause.parse_duration(duration)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    who = project.require_person(f"ambidex pause {duration}")
    project.record("pause", who, seconds=seconds)
    try:
        until = pause.pause(project.state, seconds, who, now)
    except OSError as error:
        raise EnvironmentBroken(f"the pause cannot be recorded: {error}") from None
    click.echo(f"Paused until {clock(until)}. End it earlier with: ambidex pause --end")
