"""Runs a command on a real pseudo-terminal, as a person's would."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect  # type: ignore[import-untyped]

SOURCE = Path(__file__).resolve().parents[1] / "src"

# A developer may run the tests from Claude Code, and the consent that is tested here must then be
# refused. So the look at the processes above is cut off at the test; that look itself is tested
# with real processes.
_BOOT = """
import os, sys
sys.path.insert(0, {source!r})
from ambidex.policy import person
above = person.ancestors
person.ancestors = lambda: above()[: {depth}]
from ambidex.cli.{verb} import command
command({arguments!r}, prog_name={verb!r})
"""


def run_on_terminal(
    verb: str,
    arguments: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    answer: str = "",
    program: Sequence[str] = (),
    depth: int = 0,
) -> tuple[int, str]:
    """Run one of our verbs on a pseudo-terminal.

    Args:
        verb: the module in `ambidex.cli` that has the command.
        arguments: the command's arguments.
        cwd: where to run it.
        environ: the whole environment.
        answer: a line that is typed as soon as a question mark is seen.
        program: a program that starts ours, with arguments; ours is appended.
        depth: how many of the processes above ours are looked at.

    Returns:
        The exit code and all output, with plain line ends.
    """
    boot = _BOOT.format(source=str(SOURCE), verb=verb, arguments=list(arguments), depth=depth)
    words = [*program, sys.executable, "-c", boot]
    child = pexpect.spawn(
        words[0], words[1:], cwd=str(cwd), env=dict(environ), encoding="utf-8", timeout=60
    )
    seen = ""
    if answer and child.expect([r"\[y/N\]: ", pexpect.EOF]) == 0:
        seen = child.before + child.after
        child.sendline(answer)
    child.expect(pexpect.EOF)
    seen += child.before
    child.close()
    return child.exitstatus if child.exitstatus is not None else -1, seen.replace("\r\n", "\n")
