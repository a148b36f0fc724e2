"""Measures and holds against budgets: `python -m bench [GROUP]... [ROUNDS]`, all groups by default.

The groups hooks, guard and edits are one table of hook processes; selection, mutation, agreement
and stop have tables of their own, on four libraries. Exit status 1 where a budget is missed.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import agreement, guard, mutation, selection, stop, subjects
from bench.measure import Subject, interleaved, median
from bench.subjects import Call

RESULTS = Path(__file__).parent / "results" / "hooks.json"
PROCESSES = ("hooks", "guard", "edits")
OTHERS = ("selection", "mutation", "agreement", "stop")


class Row(NamedTuple):
    """One line of the table: medians in seconds, their ratio, and the most that it may be."""

    subject: str
    reference: str
    seconds: float
    reference_seconds: float
    budget: float

    @property
    def ratio(self) -> float:
        """Median of the subject over median of the reference, from the same rounds."""
        return self.seconds / self.reference_seconds


def compare(group: list[Subject], budgets: list[tuple[str, str, float]], rounds: int) -> list[Row]:
    """Time the subjects of one group side by side and hold them against their budgets."""
    times = interleaved(group, rounds)
    return [
        Row(name, reference, median(times[name]), median(times[reference]), budget)
        for name, reference, budget in budgets
    ]


def hooks_group(folder: Path, rounds: int) -> list[Row]:
    """What fires on every call, every prompt and every Stop, against a bare interpreter."""
    small = subjects.project(folder / "small", 20)
    large = subjects.project(folder / "large", subjects.FILES)
    path = str(small.project / "src" / "shop.py")
    lines = [f"    total += prices[{number}]  # one of many" for number in range(200)]
    read: dict[str, object] = {"file_path": path}
    call: dict[str, object] = {"tool_name": "Read", "tool_input": read, "tool_use_id": "toolu_1"}
    file = {"filePath": path, "content": "\n".join(lines), "numLines": 200, "startLine": 1}
    response = {"type": "text", "file": {**file, "totalLines": 200}}
    shown = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(lines, 1))
    before: Call = ("PreToolUse", call)
    after: Call = ("PostToolUse", {**call, "tool_response": response, "duration_ms": 3})
    batch: Call = ("PostToolBatch", {"tool_calls": [{**call, "tool_response": shown}]})
    bash: dict[str, object] = {
        "tool_name": "Bash",
        "tool_input": {"command": "git status && ls -la src | head"},
    }
    stop: dict[str, object] = {
        "stop_hook_active": False,
        "last_assistant_message": "done",
        "background_tasks": [],
        "session_crons": [],
    }
    bare = subjects.bare(small)
    group = [
        bare,
        subjects.hook(small, "PreToolUse (Bash)", [("PreToolUse", bash)]),
        subjects.hook(small, "PreToolUse (Read)", [before]),
        subjects.hook(small, "all hooks of one Read", [before, after, batch]),
        subjects.hook(large, "UserPromptSubmit", [("UserPromptSubmit", {"prompt": "go"})]),
        subjects.hook(large, "Stop, nothing changed", [("Stop", stop)]),
        subjects.hook(
            large,
            "Stop, a document changed",
            [("Stop", stop)],
            before=lambda: subjects.append(large.project / "notes.md"),
        ),
        subjects.hook(
            large,
            "SessionStart",
            [("SessionStart", {"source": "startup"})],
            subjects.context,
            lambda: subjects.forget_session(large),
        ),
    ]
    budgets = [
        ("PreToolUse (Bash)", bare.name, 3.2),
        ("PreToolUse (Read)", bare.name, 3.2),
        ("all hooks of one Read", bare.name, 7.0),
        ("UserPromptSubmit", bare.name, 8.0),
        ("Stop, nothing changed", bare.name, 8.0),
        ("Stop, a document changed", bare.name, 8.0),
        ("SessionStart", bare.name, 20.0),
    ]
    return compare(group, budgets, rounds)


def edit_group(folder: Path, rounds: int) -> list[Row]:
    """An edit of a 300-line Python file, against the usual script and the fast scanner."""
    hooks = subjects.project(folder / "edit", 20)
    subjects.compile_tools(folder)
    ours, usual, fast = subjects.edit(hooks, folder)
    budgets = [(ours.name, usual.name, 0.15), (ours.name, fast.name, 1.5)]
    return compare([ours, usual, fast], budgets, rounds)


def guard_group(folder: Path) -> list[Row]:
    """The guard over a mixed set of commands, beside a peer, and on the worst that can come."""
    medians = guard.processes(folder)
    ours, bare, peer = (
        medians["the guard"],
        medians["python -I -S -c pass"],
        medians["cc-safety-net"],
    )
    rows = [
        Row(f"{guard.COMMANDS} commands", "python -I -S -c pass", ours, bare, 3.2),
        Row(f"{guard.COMMANDS} commands", "cc-safety-net", ours, peer, 0.2),
        Row("in process, p99", "5 ms", guard.in_process(folder), guard.P99_LIMIT, 1.0),
    ]
    return rows + [
        Row(name, "250 ms", seconds, guard.WORST_LIMIT, 1.0)
        for name, seconds in guard.worst(folder).items()
    ]


def processes(names: list[str], rounds: int) -> int:
    """Run groups of hook processes, print their table, write the JSON."""
    makers: dict[str, Callable[[Path], list[Row]]] = {
        "hooks": lambda folder: hooks_group(folder, rounds),
        "guard": guard_group,
        "edits": lambda folder: edit_group(folder, max(3, rounds // 4)),
    }
    rows = []
    with tempfile.TemporaryDirectory() as name, Progress(transient=True) as progress:
        for group in progress.track(names, description="timing"):
            rows += makers[group](Path(name))
    table = Table(title=f"{rounds} rounds, medians, whole processes")
    for heading in ("", "against", "ms", "ms", "ratio", "at most", ""):
        table.add_column(heading, justify="left" if heading in ("", "against") else "right")
    for row in rows:
        table.add_row(
            row.subject,
            row.reference,
            f"{row.seconds * 1000:.1f}",
            f"{row.reference_seconds * 1000:.1f}",
            f"{row.ratio:.2f}",
            f"{row.budget:g}",
            "met" if row.ratio <= row.budget else "MISSED",
        )
    console = Console()
    # Into a file or a log: as wide as the table needs.
    (console if console.is_terminal else Console(width=120)).print(table)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(
            {
                "python": platform.python_version(),
                "machine": platform.machine(),
                "load": os.getloadavg(),
                "rounds": rounds,
                "rows": [{**row._asdict(), "ratio": row.ratio} for row in rows],
            },
            indent=2,
        )
        + "\n"
    )
    return int(any(row.ratio > row.budget for row in rows))


def main() -> int:
    """Run the groups that are asked for."""
    words = sys.argv[1:]
    asked = int(words.pop()) if words and words[-1].isdigit() else 0
    if wrong := [word for word in words if word not in (*PROCESSES, *OTHERS)]:
        print(f"no such group: {', '.join(wrong)}; there are {', '.join((*PROCESSES, *OTHERS))}")
        return 2
    groups = words or [*PROCESSES, *OTHERS]
    codes = []
    if names := [name for name in PROCESSES if name in groups]:
        codes.append(processes(names, asked or 25))
    if "selection" in groups:
        codes.append(selection.main([str(asked)] if asked else []))
    if "mutation" in groups:
        codes.append(mutation.main(asked or mutation.ROUNDS))
    if "agreement" in groups:
        codes.append(agreement.main())
    if "stop" in groups:
        codes.append(stop.main(asked or stop.ROUNDS))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
