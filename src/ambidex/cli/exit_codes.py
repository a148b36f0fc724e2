"""What the exit codes of `ambidex` mean. Nothing else decides an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit code of every command, in the terminal and in CI alike."""

    # Everything asked for was really inspected, and nothing was found.
    PASSED = 0
    # Something was found that somebody must act on.
    FINDINGS = 1
    # The command line or the project's configuration is wrong. (click uses 2 for the former.)
    USAGE = 2
    # Nothing was found because something could not be inspected: set up, trust, or a tool is
    # missing. Never a pass.
    NOT_RUN = 3
    # The environment is broken: a disk, a process, a tool that fails for reasons of its own.
    BROKEN = 4
    # Only a person at a terminal may do this, and none is there.
    PERSON_NEEDED = 5
    # A mistake of ours: an unexpected exception. (EX_SOFTWARE of sysexits.h.)
    INTERNAL = 70
    # Interrupted from the keyboard. (128 + SIGINT, as shells have it.)
    INTERRUPTED = 130
