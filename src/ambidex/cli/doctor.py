"""`ambidex doctor`: fires every installed hook, and names what is missing and how to get it."""

from __future__ import annotations

import json
import os
import sys

import click

from ambidex.cli.errors import EnvironmentBroken
from ambidex.cli.exit_codes import ExitCode


@click.command("doctor")
@click.option("-v", "--verbose", is_flag=True, help="Show every check, also the good ones.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with everything.")
def command(verbose: bool, as_json: bool) -> None:
    r"""Find out whether Ambidex is really at work in this project.

    Fires every installed hook in a temporary repository, with the small PATH of a client that was
    started from the desktop, and checks its answers; looks at the programs, the client, the
    configuration and the state; says when each hook last fired here.

    \b
    Exit codes: 0 no problems, 1 problems, 4 the examination itself was not possible.
    """
    from rich.console import Console

    from ambidex.doctor.display import show
    from ambidex.doctor.examine import examine
    from ambidex.setup.root import NoRoot

    waiting = Console(stderr=True)
    try:
        with waiting.status("looking at the installations") as status:
            found = examine(os.environ, os.getcwd(), status.update)
    except (OSError, ValueError, NoRoot) as error:
        raise EnvironmentBroken(f"the examination was not possible: {error}") from error
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        show(found, Console(highlight=False, soft_wrap=False), verbose=verbose)
    sys.exit(ExitCode.FINDINGS if found.problems else ExitCode.PASSED)
