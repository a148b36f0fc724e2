"""`ambidex trust`: a person lets hooks execute what the project's configuration names."""

from __future__ import annotations

import os
import shlex

import click

from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken
from ambidex.cli.project import Project
from ambidex.policy import trust
from ambidex.policy.load import Loaded


@click.command("trust")
@click.option("--revoke", is_flag=True, help="Take the trust in this configuration back.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; you have read the configuration.")
def command(revoke: bool, yes: bool) -> None:
    """Let hooks run this project's tools, tests and configured commands.

    Trust holds for the configuration as it is now: when ambidex.toml says something else, hooks
    run nothing of the repository until a person trusts it again. Only a person at a terminal can
    give it.
    """
    project = Project()
    who = project.require_person("ambidex trust --revoke" if revoke else "ambidex trust")
    loaded = project.load()
    if not loaded.digest:
        raise ConfigurationRefused("nothing is configured here. Run: ambidex init")
    if revoke:
        _revoke(project, loaded, who)
        return
    if trust.is_trusted(project.state, loaded.digest):
        click.echo("This configuration is trusted already.")
        return
    for line in executed(loaded):
        click.echo(line)
    if not yes:
        click.confirm("Trust this configuration?", abort=True)
    project.trust(loaded, who)
    click.echo(f"Trusted {os.path.basename(loaded.path)} ({loaded.digest[:12]}).")


def executed(loaded: Loaded) -> list[str]:
    """What hooks will execute of the repository once the configuration is trusted, in lines."""
    tests = loaded.configuration.tests
    suite = shlex.join(tests.command) or f"pytest on {', '.join(tests.paths)}, if they use it"
    lines = [
        "Once trusted, hooks run in this project, without asking:",
        f"  tests at Stop:    {suite}",
        "  after an edit:    the project's own formatter and linter, where it has them",
    ]
    rules = loaded.configuration.edits.rules
    if rules:
        lines.append(f"  semgrep rules:    {', '.join(rules)}")
    return lines


def _revoke(project: Project, loaded: Loaded, who: str) -> None:
    project.record("trust.revoked", who, digest=loaded.digest, source=loaded.path)
    try:
        had = trust.revoke(project.state, loaded.digest)
    except OSError as error:
        raise EnvironmentBroken(f"the state cannot be written: {error}") from None
    click.echo("Trust is taken back." if had else "This configuration was not trusted.")
