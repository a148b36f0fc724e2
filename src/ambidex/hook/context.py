"""What a hook knows about its event: the project, its state, its policy, its track.

Hot path: everything that costs is looked up when it is first asked for.
"""

from __future__ import annotations

import sys
import time

from ambidex import __version__, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ambidex.ledger.store import Store
    from ambidex.protocol.events import Event

# Python that the checks behind the guard need (tomllib, and the tools' own floor).
FULL_PYTHON = (3, 11)


class Context:
    """One event in its project.

    Attributes:
        event: the typed event.
        environ: the process environment.
        cwd: the session's directory.
        root: the project's root; its policy applies.
        tree: the work tree around `cwd` when it belongs to the same repository, else `root`.
            A subagent in a worktree of its own works in another tree than the project's.
        state: the repository's state directory.
        started: wall-clock time, seconds since the epoch.
        record: what goes into the ledger about this event.
        remarks: sentences for the user that come with whatever the handler answers.
    """

    def __init__(self, event: Event, environ: Mapping[str, str]) -> None:
        self.event = event
        self.environ = environ
        self.started = time.time()
        self.cwd = event.cwd or environ.get("CLAUDE_PROJECT_DIR") or locate.working_directory()
        self.root = locate.project_root(environ, self.cwd)
        self.state = locate.repository_state(environ, self.root)
        self.tree = self._tree()
        self.record: dict[str, Any] = {
            "event": event.name,
            "session": event.session_id,
            "prompt": event.prompt_id,
            "cwd": self.cwd,
            "version": __version__,
        }
        if event.agent_id or event.agent_type:
            self.record["agent"] = event.agent_id
            self.record["agent_type"] = event.agent_type
        if event.unknown:
            self.record["unknown_fields"] = event.unknown
        if event.problems:
            self.record["problems"] = event.problems
        self.remarks: list[str] = []
        self._policy: dict[str, Any] | None = None

    def _tree(self) -> str:
        top = locate.work_tree(self.cwd)
        if top is None or top == self.root:
            return self.root
        same = locate.common_dir(top) == locate.common_dir(self.root)
        return top if same else self.root

    @property
    def policy(self) -> dict[str, Any]:
        """The policy snapshot of the project."""
        if self._policy is None:
            from ambidex.policy import snapshot

            self._policy = snapshot.read(self.environ, self.root)
        return self._policy

    @property
    def track(self) -> str:
        """`left` for the agents that the policy lists as exploring, else the policy's track."""
        if self.event.agent_type.split(":")[-1] in self.policy["tracks"]["left"]["agents"]:
            return "left"
        return str(self.policy["track"])

    def level(self, gate: str) -> str:
        """How much `gate` counts in this track: `block`, `fix`, `report` or `off`."""
        return str(self.policy["gates"][self.track][gate])

    def open_store(self) -> Store:
        """The repository's store, for a `with` block; what it lost to damage becomes a remark."""
        from ambidex.ledger.store import Store

        context = self

        class Telling(Store):
            def close(self) -> None:
                super().close()
                if self.recovered and self.recovered not in context.remarks:
                    context.remarks.append(self.recovered)

        return Telling(self.state)

    @property
    def paused_until(self) -> float | None:
        """When a person's pause ends, seconds since the epoch; None when there is none."""
        from ambidex.policy import pause

        return pause.is_paused(self.state, self.started)

    def obstacle(self) -> str:
        """Why the project's own code and tools may not run in this hook, `""` if they may."""
        if sys.version_info < FULL_PYTHON:
            return (
                f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old for the checks "
                "behind the guard: install Python 3.11 or newer"
            )
        from ambidex.policy import trust

        if not trust.is_trusted(self.state, self.policy["digest"]):
            return "untrusted: a person runs `ambidex trust` once for this configuration"
        return ""
