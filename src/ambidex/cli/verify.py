"""`ambidex verify`: the Stop gate for people and CI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import click

from ambidex import gates, locate
from ambidex.changes import trees
from ambidex.cli.errors import ConfigurationRefused
from ambidex.cli.exit_codes import ExitCode
from ambidex.ledger.append import append
from ambidex.ledger.store import Store
from ambidex.policy.compile import compile_policy
from ambidex.policy.errors import PolicyError
from ambidex.proof import stop
from ambidex.report import junit, sarif, text
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED

EXIT = {
    PASSED: ExitCode.PASSED,
    FINDINGS: ExitCode.FINDINGS,
    NOT_RUN: ExitCode.NOT_RUN,
    BROKEN: ExitCode.BROKEN,
}

_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@click.command()
@click.option(
    "--base",
    metavar="REV",
    help="The commit that is not blamed; by default where this branch left the main branch.",
)
@click.option(
    "--format",
    "as_format",
    type=click.Choice(["text", "json", "junit", "sarif"]),
    default="text",
    show_default=True,
)
@click.option("--track", type=click.Choice(["right", "left"]), help="Default: the policy's track.")
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True), help="Write the report to a file."
)
def command(base: str | None, as_format: str, track: str | None, output: str | None) -> None:
    r"""Prove the work tree against a base: format, lint, scan, then the tests.

    \b
    Exit codes:
      0  every gate passed, or nothing relevant changed
      1  findings
      2  the call or the configuration is wrong
      3  a gate did not run, so nothing is proved
      4  the environment is broken
    """
    environ = os.environ
    root = locate.project_root({}, os.getcwd())
    state = locate.repository_state(environ, root)
    try:
        policy = compile_policy(root, strict=False)
    except PolicyError as problem:
        raise ConfigurationRefused(str(problem)) from None
    track = track or policy["track"]
    deadline = stop.deadline(policy["stop"], time.monotonic())
    try:
        before = trees.tree_of(root, state, base or fork_point(root))
        after = trees.take(root, state, before)
    except trees.TreeError as problem:
        raise click.UsageError(str(problem)) from None
    with Store(state) as store:
        verdicts = gates.prove(
            root,
            state,
            policy,
            before,
            after,
            track=track,
            store=store,
            origin="ci" if environ.get("CI") else "command",
            environ=environ,
            deadline=deadline,
        )
    overall = gates.worst(verdicts, policy["gates"][track])
    append(
        state,
        {
            "event": "verify",
            "cwd": root,
            "tree": after.sha,
            "verdicts": [verdict.as_dict() for verdict in verdicts],
        },
    )
    if as_format == "json":
        report = json.dumps(
            {
                "status": overall,
                "base": before.sha,
                "tree": after.sha,
                "track": track,
                "verdicts": [verdict.as_dict() for verdict in verdicts],
            },
            indent=2,
        )
        report += "\n"
    elif as_format == "junit":
        report = junit.render(verdicts)
    elif as_format == "sarif":
        report = sarif.render(verdicts)
    else:
        report = text.render(verdicts, overall)
    if output:
        with open(output, "w", encoding="utf-8") as file:
            file.write(report)
    else:
        click.echo(report, nl=False)
    sys.exit(EXIT[overall])


def fork_point(root: str) -> str:
    """Where the checked-out branch left the main branch; HEAD on the main branch itself."""
    for branch in _BRANCHES:
        found = subprocess.run(
            ["git", "-C", root, "merge-base", "HEAD", branch],
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode == 0:
            return found.stdout.strip()
    return "HEAD"
