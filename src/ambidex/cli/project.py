"""What commands about a project's configuration share: where it is, who asks, what is recorded."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
import time
from typing import Any

from ambidex import locate
from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken, PersonNeeded
from ambidex.guard import rulebook
from ambidex.instructions import survey
from ambidex.policy import compile, trust
from ambidex.policy.errors import PolicyError
from ambidex.policy.load import Loaded, load
from ambidex.policy.person import NotAPerson, require_person
from ambidex.setup import root


def typed_command() -> str:
    """What a person types for `ambidex`: the plugin's own program by its path, where that ran."""
    # `bin/ambidex` of the plugin says only its name; it is on no person's PATH.
    if sys.argv[0] == "ambidex":
        try:
            return shlex.quote(os.path.join(root.plugin_root(), "bin", "ambidex"))
        except root.NoRoot:
            pass
    return "ambidex"


def clock(seconds: int) -> str:
    """A moment, in seconds since the epoch, as the clock on the wall shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


class Project:
    """The project around the current directory.

    Attributes:
        root: its root folder.
        state: the state directory of its repository.
    """

    def __init__(self) -> None:
        self.root = locate.project_root(os.environ, os.getcwd())
        self.state = locate.repository_state(os.environ, self.root)

    def load(self) -> Loaded:
        """The project's configuration.

        Raises:
            ConfigurationRefused: it is refused; every problem is in the message.
        """
        try:
            return load(self.root, rules=rulebook)
        except PolicyError as error:
            count = len(error.problems)
            noun = "problem" if count == 1 else "problems"
            raise ConfigurationRefused(f"{count} {noun}\n{error}") from None

    def require_person(self, command: str) -> str:
        """The login name of the person at the terminal.

        Args:
            command: what a person would type, `ambidex` first, for the message.

        Raises:
            PersonNeeded: nobody is there.
        """
        try:
            typed = typed_command() + command.removeprefix("ambidex")
            require_person(os.environ, f"cd {shlex.quote(self.root)} && {typed}")
        except NotAPerson as error:
            raise PersonNeeded(str(error)) from None
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return str(os.getuid())

    def record(self, event: str, who: str, **facts: object) -> None:
        """Add a person's act to the audit log, before it takes effect.

        Raises:
            EnvironmentBroken: it cannot be recorded, so it must not happen.
        """
        from ambidex.ledger.append import append

        entry: dict[str, Any] = {"event": event, "who": who, "root": self.root, **facts}
        try:
            append(self.state, entry)
        except OSError as error:
            raise EnvironmentBroken(f"the audit log cannot be written: {error}") from None

    def trust(self, loaded: Loaded, who: str) -> None:
        """Trust a configuration and store its snapshot, so that no hook has to compile it.

        Raises:
            EnvironmentBroken: the state directory cannot be written to.
        """
        self.record("trust", who, digest=loaded.digest, source=loaded.path)
        try:
            trust.grant(self.state, loaded.digest, who, self.root, int(time.time()))
            compile.write_snapshot(self.state, self.root, compile.snapshot_of(loaded))
            # Not what is hidden in them: a person accepts that after having seen it.
            survey.approve(self.state, self.root, os.environ, who, findings=False)
        except OSError as error:
            raise EnvironmentBroken(f"the state cannot be written: {error}") from None
