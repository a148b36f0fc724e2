"""The examination for a terminal: problems first, then notes, then one line per good group."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ambidex import __version__
from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.doctor.examine import Examination
from ambidex.doctor.history import ago
from ambidex.proof.printable import printable

_MARKS = {PROBLEM: ("✗", "bold red"), NOTE: ("!", "yellow"), GOOD: ("✓", "green")}
_LONGEST = 400


def show(examination: Examination, console: Console, *, verbose: bool) -> None:
    """Print the examination.

    Args:
        examination: what was found.
        console: where to.
        verbose: every good check on a line of its own, too.
    """
    console.print(Text(f"Ambidex {__version__} in {examination.project}"))
    console.print()
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, max_width=24, overflow="ellipsis")
    table.add_column(ratio=1)
    for status in (PROBLEM, NOTE):
        for check in examination.checks:
            if check.status == status:
                _add(table, check)
    good = [check for check in examination.checks if check.status == GOOD]
    if verbose:
        for check in good:
            _add(table, check)
    else:
        groups = dict.fromkeys(check.group for check in good)
        for group in groups:
            words = dict.fromkeys(_short(check) for check in good if check.group == group)
            _row(table, GOOD, group, ", ".join(words))
    console.print(table)
    console.print()
    _last_fired(examination, console, verbose=verbose)
    count = examination.problems
    if count:
        console.print(Text(f"{count} problem{'' if count == 1 else 's'}.", "bold red"))
    else:
        console.print(Text("No problems.", "bold green"))


def _short(check: Check) -> str:
    """A good check within the line of its group."""
    if check.group == "installation":
        return f"{check.name} ({check.found})"
    return check.found


def _add(table: Table, check: Check) -> None:
    _row(table, check.status, check.name, check.found, check.fix)


def _row(table: Table, status: str, name: str, found: str, fix: str = "") -> None:
    mark, style = _MARKS[status]
    text = Text(printable(found, _LONGEST))
    if fix:
        # A command must survive being copied: nothing is cut off it.
        text.append("\n→ ", "dim")
        text.append(printable(fix, 4 * _LONGEST), "cyan")
    table.add_row(Text(mark, style), Text(printable(name, 40)), text)


def _last_fired(examination: Examination, console: Console, *, verbose: bool) -> None:
    seen = [(event, stamp) for event, stamp in examination.fired.items() if stamp]
    never = [event for event, stamp in examination.fired.items() if not stamp]
    if not seen:
        console.print(Text("No hook has fired in this project yet.", "dim"))
        console.print()
        return
    seen.sort(key=lambda pair: pair[1], reverse=True)
    cells = [(event, ago(stamp, examination.at)) for event, stamp in seen]
    if verbose:
        cells += [(event, "never") for event in never]
    half = (len(cells) + 1) // 2
    table = Table.grid(padding=(0, 2))
    for left, right in zip(cells[:half], [*cells[half:], ("", "")]):
        table.add_row(*left, *right)
    console.print(Text("Last fired here", "dim"))
    console.print(table)
    if never and not verbose:
        console.print(Text(f"never: {', '.join(never)}", "dim"))
    console.print()
