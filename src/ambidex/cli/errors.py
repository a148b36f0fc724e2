"""Errors that end a command with a message for people and the exit code that belongs to it."""

from __future__ import annotations

import click

from ambidex.cli.exit_codes import ExitCode


class ConfigurationRefused(click.ClickException):
    """The project's configuration, or its lack, makes the command impossible."""

    exit_code = int(ExitCode.USAGE)


class EnvironmentBroken(click.ClickException):
    """A disk, a process or a tool failed."""

    exit_code = int(ExitCode.BROKEN)


class PersonNeeded(click.ClickException):
    """Only a person at a terminal may do this."""

    exit_code = int(ExitCode.PERSON_NEEDED)
