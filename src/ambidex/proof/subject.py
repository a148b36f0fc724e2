"""What is to be proved at Stop, and with what: every gate behind `proof.gate` gets one of these."""

from __future__ import annotations

import os
import time

from ambidex.proof import relevance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ambidex.changes.trees import Tree
    from ambidex.proof.command import Command
    from ambidex.proof.relevance import Change


class Said:
    """What the agent said when it stopped, and the record that its claims are compared with.

    Attributes:
        message: its last message.
        calls: reads the tool calls of this prompt as the ledger has them, oldest first.
    """

    __slots__ = ("calls", "message")

    def __init__(self, message: str, calls: Callable[[], list[dict[str, Any]]]) -> None:
        self.message = message
        self.calls = calls


class Subject:
    """A change and its surroundings.

    Attributes:
        root: the project's root.
        state: the repository's state directory.
        policy: the policy snapshot.
        changes: what changed since the last green tree.
        before: that tree; None where only paths are known.
        after: the tree that is judged; None where only paths are known.
        environ: the process environment.
        deadline: `time.monotonic()` at which everything must be over.
        said: the agent's last words; None on the command line and in CI.
        verdicts: what the gates before this one said, in order.
    """

    def __init__(
        self,
        *,
        root: str,
        state: str,
        policy: Mapping[str, Any],
        changes: Sequence[Change],
        environ: Mapping[str, str],
        deadline: float,
        before: Tree | None = None,
        after: Tree | None = None,
        said: Said | None = None,
    ) -> None:
        self.root = root
        self.state = state
        self.policy = policy
        self.changes = changes
        self.environ = environ
        self.deadline = deadline
        self.before = before
        self.after = after
        self.said = said
        self.verdicts: list[Any] = []
        self._command: Command | None = None
        self._paths: list[str] | None = None
        self._formerly: dict[str, bytes | None] = {}

    @property
    def paths(self) -> list[str]:
        """Changed paths that can change what the tests say; see `relevance`."""
        if self._paths is None:
            paths = relevance.paths_of(self.changes)
            any_language = bool(paths) and _any_language(self.policy)
            self._paths = relevance.relevant(
                self.root, self.policy, paths, any_language=any_language
            )
        return self._paths

    @property
    def only_documents(self) -> bool:
        """Whether all that changed is documentation which no test can notice."""
        changed = relevance.paths_of(self.changes)
        return all(map(relevance.documents, changed)) and not self.paths

    def command(self) -> Command:
        """The test command, found once.

        Raises:
            NoCommandError: nothing can run the tests.
        """
        from ambidex.proof.command import find

        if self._command is None:
            self._command = find(self.root, self.policy, self.environ, self.deadline)
        return self._command

    def deadline_of(self, section: str) -> float:
        """When a gate has to be over: its policy section's own limit, or the common deadline."""
        own: float = self.policy[section]["deadline_seconds"]
        return min(self.deadline, time.monotonic() + own)

    def content(self, path: str) -> bytes | None:
        """What a file of the work tree holds now; None where there is none or it can't be read."""
        try:
            with open(os.path.join(self.root, path), "rb") as file:
                return file.read()
        except OSError:
            return None

    def former(self, path: str) -> bytes | None:
        """What a file held in `before`; None where there was none or no tree is known.

        Raises:
            TreeError: the tree is not there any more, or git failed.
        """
        if self.before is None:
            return None
        if path not in self._formerly:
            from ambidex.changes import diff

            names = [change.old_path or change.path for change in self.changes]
            wanted = sorted({*names, path} - self._formerly.keys())
            found = diff.files_at(self.state, self.root, self.before, wanted)
            self._formerly.update({name: found.get(name) for name in wanted})
        return self._formerly[path]


def _any_language(policy: Mapping[str, Any]) -> bool:
    if not policy["tests"]["command"]:
        return False
    from ambidex.proof.command import Command

    return not Command(policy["tests"]["command"], configured=True).is_pytest
