"""`ambidex explain`: what the guard says about a command, and by which rule."""

from __future__ import annotations

import json
import os
import sys

import click

from ambidex import locate
from ambidex.cli.exit_codes import ExitCode
from ambidex.guard.commands import reading
from ambidex.guard.decide import decide
from ambidex.policy import snapshot
from ambidex.verdict import ALLOW


@click.command()
@click.argument("shell_command", metavar="COMMAND")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(shell_command: str, as_json: bool) -> None:
    """Show how the guard reads COMMAND, which rule applies, and the decision.

    Nothing is run. Exits with 0 when the command would pass, 1 when it is denied or asked about.
    """
    cwd = os.getcwd()
    root = locate.project_root(os.environ, cwd)
    policy = snapshot.read(os.environ, root)
    decision = decide(
        "Bash",
        {"command": shell_command},
        cwd=cwd,
        root=root,
        policy=policy,
        environ=os.environ,
    )
    read = reading(shell_command)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "reading": read,
                    "action": decision.action,
                    "rule": decision.rule,
                    "reason": decision.reason,
                    "instead": decision.instead,
                }
            )
        )
    else:
        for words in read:
            click.echo("reads   " + " ".join(json.dumps(word) for word in words))
        click.echo(f"rule    {decision.rule or 'none applies'}")
        click.echo(f"answer  {decision.action}")
        if decision.reason:
            click.echo(f"why     {decision.reason}")
        if decision.instead:
            click.echo(f"instead {decision.instead}")
    sys.exit(ExitCode.PASSED if decision.action == ALLOW else ExitCode.FINDINGS)
