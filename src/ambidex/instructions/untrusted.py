"""Which data of strangers a session has read that carries instructions, prompt by prompt.

Hot path: `since_prompt` costs one failed `open` where there is none.
"""

from __future__ import annotations

import os

from ambidex.instructions import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST = 200
_DAYS = 7


def since_prompt(state: str, session_id: str, prompt_id: str) -> list[str]:
    """The sources with instructions of their own that were read since this prompt began.

    Args:
        state: the repository's state directory.
        session_id: the session; its subagents share it.
        prompt_id: the prompt that the work is for.
    """
    data = record.read(_path(state, session_id))
    if not data or data.get("prompt_id") != prompt_id:
        return []
    sources = data.get("sources")
    return [one for one in sources if isinstance(one, str)] if isinstance(sources, list) else []


def mark(state: str, session_id: str, prompt_id: str, source: str) -> bool:
    """Note that a source was read; returns whether the session had not met it before.

    Raises:
        OSError: the note cannot be written.
    """
    path = _path(state, session_id)
    _forget_old(os.path.dirname(path))
    known: list[bool] = []

    def change(data: dict[str, Any]) -> None:
        told = [one for one in _list(data, "told") if one != source]
        known.append(len(told) != len(_list(data, "told")))
        sources = _list(data, "sources") if data.get("prompt_id") == prompt_id else []
        if source not in sources:
            sources.append(source)
        data.update(
            {"prompt_id": prompt_id, "sources": sources[-_MOST:], "told": [*told, source][-_MOST:]}
        )

    record.change(path, change)
    return not known[0]


def _list(data: dict[str, Any], name: str) -> list[Any]:
    found = data.get(name)
    return list(found) if isinstance(found, list) else []


def _forget_old(folder: str) -> None:
    """Remove the notes of sessions that ended without a word."""
    import time

    oldest = time.time() - _DAYS * 86_400
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.stat(path).st_mtime < oldest:
                os.unlink(path)
    except OSError:
        return


def _path(state: str, session_id: str) -> str:
    from ambidex.locate import path_key

    # Session identifiers come from outside: one with a slash must not leave the folder.
    return os.path.join(state, "untrusted", f"{path_key(session_id)}.json")
