"""A person's pause: until when the gates of a repository are silent.

Hot path: `is_paused` costs one failed `open` where nothing is paused.
"""

from __future__ import annotations

import os

from ambidex import fastjson

MAX_SECONDS = 24 * 3600

_UNITS = {"s": 1, "m": 60, "h": 3600}


def is_paused(state: str, now: float) -> int | None:
    """Until when the repository is paused, in seconds since the epoch, or None.

    Args:
        state: the repository's state directory.
        now: seconds since the epoch. A pause that would last longer than `MAX_SECONDS` from now
            was not made by `pause` (or the clock was set back) and does not count.
    """
    try:
        with open(_path(state), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return None
            until = fastjson.loads(file.read())["until"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if type(until) is not int or not now < until <= now + MAX_SECONDS:
        return None
    return until


def pause(state: str, seconds: int, who: str, now: float) -> int:
    """Pause the repository, or change how long. The caller has made sure that a person asks.

    Args:
        state: the repository's state directory.
        seconds: how long, from 1 to `MAX_SECONDS`.
        who: the person's login name.
        now: seconds since the epoch.

    Returns:
        Until when, in seconds since the epoch.

    Raises:
        ValueError: `seconds` is out of range.
        OSError: the record cannot be written.
    """
    from ambidex.policy import private

    if not 1 <= seconds <= MAX_SECONDS:
        raise ValueError(f"seconds is {seconds}; allowed: 1 to {MAX_SECONDS}")
    until = int(now) + seconds
    private.replace(_path(state), fastjson.dumps({"until": until, "who": who, "when": int(now)}))
    return until


def end(state: str) -> bool:
    """End the pause; returns whether there was a record of one.

    Raises:
        OSError: the record cannot be removed.
    """
    try:
        os.unlink(_path(state))
    except FileNotFoundError:
        return False
    return True


def parse_duration(text: str) -> int:
    """Seconds of a duration like `90s`, `30m`, `2h` or `1h30m`.

    Raises:
        ValueError: it is not one, or is out of range; the message is for people.
    """
    seconds, digits = 0, ""
    for character in text.strip().lower():
        if character.isascii() and character.isdigit() and len(digits) < 6:
            digits += character
        elif character in _UNITS and digits:
            seconds += int(digits) * _UNITS[character]
            digits = ""
        else:
            break
    else:
        if not digits and 1 <= seconds <= MAX_SECONDS:
            return seconds
    raise ValueError(f"found {text!r}; allowed: 30m, 2h, 1h30m and the like, at most 24h")


def _path(state: str) -> str:
    return os.path.join(state, "pause.json")
