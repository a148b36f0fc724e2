"""`ambidex install`: merge Ambidex's hooks and rules into Claude Code's settings."""

from __future__ import annotations

import os

import click

from ambidex import locate
from ambidex.cli.errors import EnvironmentBroken
from ambidex.setup import install as setup


@click.command("install")
@click.option("--project", "form", flag_value=setup.PROJECT, help="Committed project settings.")
@click.option("--local", "form", flag_value=setup.LOCAL, help="Your own settings of this project.")
@click.option("--user", "form", flag_value=setup.USER, help="Your settings of all projects.")
@click.option("--rules-only", is_flag=True, help="Permission rules without hooks: for the plugin.")
def command(form: str | None, rules_only: bool) -> None:
    """Put Ambidex into Claude Code's settings (of this project, unless told otherwise).

    Existing settings stay as they are, byte for byte; `ambidex uninstall` restores them.
    """
    project = locate.project_root(os.environ, os.getcwd())
    try:
        report = setup.install(os.environ, project, form or setup.PROJECT, hooks=not rules_only)
    except setup.SetupError as error:
        raise EnvironmentBroken(f"not installed: {error}") from None
    for line in report.done:
        click.echo(line)
    for line in report.warnings:
        click.echo(f"warning: {line}", err=True)
    if report.changed and form in (None, setup.PROJECT):
        click.echo("Commit .claude/ to share it. Next: ambidex init, then ambidex doctor.")
