"""`ambidex demo`: shows what each hook answers to an agent's bad day."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ambidex.cli.exit_codes import ExitCode
from ambidex.client import find
from ambidex.demo import day, with_client
from ambidex.demo.stage import Stage
from ambidex.ledger import chain


@click.command()
@click.option("--no-client", is_flag=True, help="Leave out the run through Claude Code.")
def command(no_client: bool) -> None:
    """Play an agent's bad day in a temporary repository and show every hook's answer.

    Nothing outside of a temporary folder is touched. Exits with 1 when a hook did not do its job.
    """
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="ambidex-demo-") as folder:
        stage_folder = os.path.join(folder, "hooks")
        os.mkdir(stage_folder)
        stage = Stage(stage_folder, "data")
        good = show(console, day.play(stage), stage.state)
        if not no_client:
            good = _client(console, os.path.join(folder, "client")) and good
    sys.exit(ExitCode.PASSED if good else ExitCode.FINDINGS)


def show(console: Console, scenes: Iterable[day.Scene], state: str) -> bool:
    """Print the scenes as they are played, and what the ledger holds of them.

    Args:
        console: where to.
        scenes: of one day.
        state: the state directory of the repository in which it is played.

    Returns:
        Whether every hook did its job and the ledger's chain is intact.
    """
    console.print("\n[bold]An agent's bad day[/bold], hook by hook\n")
    good = True
    for scene in scenes:
        good = good and scene.as_expected
        mark, style = ("✓", "green") if scene.as_expected else ("✗", "bold red")
        console.print(f"[dim]the agent[/dim] {scene.action}", soft_wrap=True)
        console.print(
            f"  [{style}]{mark}[/{style}] [cyan]{scene.event}[/cyan] {scene.outcome} "
            f"[dim]{scene.answer.seconds * 1000:.0f} ms[/dim]"
        )
        said = scene.answer.reason or scene.answer.context or scene.answer.note
        if said:
            console.print(Padding(Text(said, style="dim"), (0, 0, 0, 6)))
        console.print()
    report = chain.verify(state)
    console.print(f"The ledger holds {report.records} records; its chain is {report.status}.\n")
    return good and report.status == "intact"


def _client(console: Console, folder: str) -> bool:
    try:
        executable = find.find(os.environ)
    except find.ClientNotFoundError:
        console.print("[dim]Claude Code is not installed here, so the day is not played there.[/]")
        return True
    console.print("[bold]The same day in Claude Code[/bold], with a scripted model\n")
    os.mkdir(folder)
    stage = Stage(folder, with_client.DATA)
    with console.status("Claude Code is at work"):
        run, observations = with_client.play(stage, executable)
    for observation in observations:
        mark, style = ("✓", "green") if observation.seen else ("✗", "bold red")
        console.print(f"  [{style}]{mark}[/{style}] {observation.what}")
        if observation.seen:
            line = Text(observation.seen, style="dim", overflow="ellipsis", no_wrap=True)
            console.print(Padding(line, (0, 0, 0, 6)))
    fired = sorted({hook.event for hook in run.hooks})
    console.print(f"\nHooks that ran: {', '.join(fired)}.\n")
    return all(observation.seen for observation in observations)
