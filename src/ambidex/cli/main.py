"""`ambidex`: parses the verb and hands over to its file."""

from __future__ import annotations

import importlib
import os
import platform
import sys

import click

from ambidex import __version__
from ambidex.cli.exit_codes import ExitCode

VERBS = (
    "approve",
    "config",
    "demo",
    "doctor",
    "explain",
    "init",
    "install",
    "mutate",
    "pause",
    "scan",
    "status",
    "trust",
    "uninstall",
    "verify",
)


class Verbs(click.Group):
    """Imports a verb's file when it is called, so that no verb pays for another."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All verbs, sorted."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb's command, or None for an unknown verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"ambidex.cli.{cmd_name}").command
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ambidex")
def ambidex() -> None:
    """Gates for Claude Code that an agent cannot talk its way past."""


def main() -> None:
    """The console script's entry point."""
    if os.name != "posix":
        sys.stderr.write(
            "ambidex: native Windows is not supported yet, and nothing here is active. "
            "Run Claude Code and Ambidex inside WSL.\n"
        )
        sys.exit(ExitCode.BROKEN)
    try:
        # click's own handling gives an interruption the exit code of findings.
        sys.exit(ambidex(prog_name="ambidex", standalone_mode=False))
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("ambidex: interrupted\n")
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as problem:
        _unexpected(problem)
        sys.exit(ExitCode.INTERNAL)


def _unexpected(problem: Exception) -> None:
    """An error that no verb foresaw: everything that a report needs, ready to paste."""
    import traceback

    sys.stderr.write(
        f"ambidex: an unexpected error, {type(problem).__name__}: {problem}\n"
        f"ambidex {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    )
    traceback.print_exc()
