"""`ambidex init`: a person opts a project in."""

from __future__ import annotations

import os

import click

from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken
from ambidex.cli.project import Project
from ambidex.cli.trust import executed
from ambidex.policy import detect, sample
from ambidex.policy.snapshot import FILE, find_source
from ambidex.report import evidence


@click.command("init")
def command() -> None:
    """Write an ambidex.toml that fits this project, and trust it.

    An existing configuration is never overwritten. Only a person at a terminal can opt a project
    in.
    """
    project = Project()
    who = project.require_person("ambidex init")
    found = find_source(project.root)
    if found is not None:
        name = os.path.basename(found[0])
        raise ConfigurationRefused(
            f"{name} configures this project already. Look at it with `ambidex config show` and "
            "let hooks use it with `ambidex trust`."
        )
    path = os.path.join(project.root, FILE)
    text = sample.render(detect.proposal(project.root))
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
        ignore = evidence.prepare(project.root)
    except OSError as error:
        raise EnvironmentBroken(f"the project cannot be written to: {error}") from None
    try:
        loaded = project.load()
        project.trust(loaded, who)
    except click.ClickException:
        # Half opted in would look active and run nothing.
        os.unlink(path)
        raise
    click.echo(f"Wrote {FILE}:")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            click.echo(f"  {line}")
    if ignore:
        folder = evidence.FOLDER
        click.echo(f"Wrote {folder}/.gitignore: evidence goes to {folder}/, not into git.")
    if not detect.uses_pytest(project.root):
        click.echo("No pytest found here: name the command that runs the tests in tests.command.")
    for line in executed(loaded):
        click.echo(line)
    click.echo("Trusted. Every key: ambidex config sample. Take it back: ambidex trust --revoke")
