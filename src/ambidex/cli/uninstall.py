"""`ambidex uninstall`: take Ambidex's hooks and rules out of Claude Code's settings."""

from __future__ import annotations

import os
import shlex

import click

from ambidex.cli.errors import EnvironmentBroken, PersonNeeded
from ambidex.cli.project import Project
from ambidex.setup import install as setup


@click.command("uninstall")
@click.option("--project", "form", flag_value=setup.PROJECT, help="Committed project settings.")
@click.option("--local", "form", flag_value=setup.LOCAL, help="Your own settings of this project.")
@click.option("--user", "form", flag_value=setup.USER, help="Your settings of all projects.")
@click.option("--purge", is_flag=True, help="Also delete this project's state and audit log.")
def command(form: str | None, purge: bool) -> None:
    """Take Ambidex out of the settings that `ambidex install` put it into."""
    if os.environ.get("CLAUDECODE"):
        raise PersonNeeded(
            "an agent cannot take its own guard away. In a terminal of your own, run: "
            f"cd {shlex.quote(os.getcwd())} && ambidex uninstall" + (f" --{form}" if form else "")
        )
    project = Project()
    if purge:
        project.require_person("ambidex uninstall --purge")
    try:
        report = setup.uninstall(os.environ, project.root, form or setup.PROJECT)
        for line in report.done:
            click.echo(line)
        if purge:
            _purge(project)
    except setup.SetupError as error:
        raise EnvironmentBroken(f"not finished: {error}") from None


def _purge(project: Project) -> None:
    if not click.confirm(f"Delete {project.state}, with the audit log?"):
        click.echo("Kept.")
        return
    gone = setup.purge(os.environ, project.root)
    click.echo(f"deleted {gone}" if gone else "there is no state of this project")
