"""The examination for a terminal: problems first, then notes, then one line per good group."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ambidex import __version__
from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.doctor.examine import Examination
from ambidex.doctor.history import ago
from ambidex.printable import printable

_MARKS = {PROBLEM: ("✗", "bold red"), NOTE: ("!", "yellow"), GOOD: ("✓", "green")}
_LONGEST = 400
_WIDEST_NAME = 24


def show(examination: Examination, console: Console, *, verbose: bool) -> None:
    """Print the examination.

    Args:
        examination: what was found.
        console: where to.
        verbose: every good check on a line of its own, too.
    """
    title = Text(f"Ambidex {__version__} in {examination.project}")
    console.print(title, soft_wrap=True)
    console.print()
    rows = [
        (check.status, check.name, check.found, check.fix)
        for status in (PROBLEM, NOTE, GOOD)
        for check in examination.checks
        if check.status == status and (verbose or status != GOOD)
    ]
    if not verbose:
        rows += _good_groups([check for check in examination.checks if check.status == GOOD])
    width = min(max(len(name) for _, name, _, _ in rows), _WIDEST_NAME)
    for row in rows:
        _row(console, width, *row)
    console.print()
    _last_fired(examination, console, verbose=verbose)
    count = examination.problems
    if count:
        console.print(Text(f"{count} problem{'' if count == 1 else 's'}.", "bold red"))
    else:
        console.print(Text("No problems.", "bold green"))


def _good_groups(checks: list[Check]) -> list[tuple[str, str, str, str]]:
    """One row per group of good checks."""
    rows = []
    for group in dict.fromkeys(check.group for check in checks):
        words = dict.fromkeys(_short(check) for check in checks if check.group == group)
        rows.append((GOOD, group, ", ".join(words), ""))
    return rows


def _short(check: Check) -> str:
    """A good check within the line of its group."""
    if check.group == "installation":
        return f"{check.name} ({check.found})"
    return check.found


def _row(console: Console, width: int, status: str, name: str, found: str, fix: str) -> None:
    mark, style = _MARKS[status]
    indent = width + 3
    room = max(console.width - indent, 30)
    lines = textwrap.wrap(printable(found, _LONGEST), room, break_on_hyphens=False) or [""]
    first = Text(mark, style)
    first.append(f" {printable(name, width):<{width}} ", "none")
    console.print(first.append(lines[0], "none"), soft_wrap=True)
    for line in lines[1:]:
        console.print(Text(" " * indent + line), soft_wrap=True)
    if fix:
        # The terminal wraps it, not we: a command must survive being copied.
        text = Text(" " * indent + "→ ", "dim").append(printable(fix, 4 * _LONGEST), "cyan")
        console.print(text, soft_wrap=True)


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
