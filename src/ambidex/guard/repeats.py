"""What was refused within a prompt, so that another route to the same effect is recognised.

One small file per session in the repository's state directory; it is written only when a call is
refused. Losing it costs a count in the record, never a decision.
"""

from __future__ import annotations

import os

from ambidex import fastjson
from ambidex.locate import path_key

# Refusals that are remembered per prompt.
MAX_ENTRIES = 50


def count(state: str, session: str, prompt: str, *, rule: str, subject: str, command: str) -> int:
    """How many different calls of this prompt were refused for the same effect, this one included.

    Args:
        state: the repository's state directory.
        session: the session's id.
        prompt: the prompt's id.
        rule: the rule that refuses this call.
        subject: what it concerns, see `Decision.subject`.
        command: what was called, to tell a repetition from another route.

    Raises:
        OSError: it cannot be recorded.
    """
    from ambidex.policy import private

    path = os.path.join(state, "refused", f"{path_key(session)}.json")
    entries = [entry for entry in _read(path, prompt) if entry[2] != path_key(command)]
    same = [entry for entry in entries if entry[0] == rule or (subject and entry[1] == subject)]
    entries.append([rule, subject, path_key(command)])
    kept = {"prompt": prompt, "refused": entries[-MAX_ENTRIES:]}
    private.replace(path, fastjson.dumps(kept), lasting=False)
    return len(same) + 1


def _read(path: str, prompt: str) -> list[list[str]]:
    try:
        with open(path, "rb") as file:
            stored = fastjson.loads(file.read())
        if stored["prompt"] != prompt:
            return []
        return [
            entry
            for entry in stored["refused"]
            if len(entry) == 3 and all(isinstance(field, str) for field in entry)
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
