"""`ambidex uninstall`: take Ambidex's hooks and rules out of Claude Code's settings."""

from __future__ import annotations

import os
import sys

import click

from ambidex import locate
from ambidex.cli.exit_codes import ExitCode
from ambidex.setup import install as setup


@click.command("uninstall")
@click.option("--project", "form", flag_value=setup.PROJECT, help="Committed project settings.")
@click.option("--local", "form", flag_value=setup.LOCAL, help="Your own settings of this project.")
@click.option("--user", "form", flag_value=setup.USER, help="Your settings of all projects.")
@click.option("--purge", is_flag=True, help="Also delete this project's state and audit log.")
def command(form: str | None, purge: bool) -> None:
    """Take Ambidex out of the settings that `ambidex install` put it into."""
    project = locate.project_root(os.environ, os.getcwd())
    if purge and not sys.stdin.isatty():
        click.echo(
            "ambidex: --purge deletes the audit log; only a person at a terminal can.", err=True
        )
        sys.exit(ExitCode.PERSON_NEEDED)
    try:
        report = setup.uninstall(os.environ, project, form or setup.PROJECT)
        for line in report.done:
            click.echo(line)
        if purge:
            _purge(project)
    except setup.SetupError as error:
        click.echo(f"ambidex: not finished: {error}", err=True)
        sys.exit(ExitCode.BROKEN)


def _purge(project: str) -> None:
    state = locate.repository_state(os.environ, project)
    if not click.confirm(f"Delete {state}, with the audit log?"):
        click.echo("Kept.")
        return
    gone = setup.purge(os.environ, project)
    click.echo(f"deleted {gone}" if gone else "there is no state of this project")
