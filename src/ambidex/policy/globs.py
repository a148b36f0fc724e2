"""The globs of ambidex.toml: what they mean, and which of them are invalid.

A glob is matched against a path relative to the project's root, with `/`:

    *    any characters of one name, dots included      **       any number of folders
    ?    one character of a name                        [a-c]    one of these; [!a-c] none of them

A glob without `/` (a `/` at its end aside) matches at any depth, as in .gitignore. A glob that
matches a folder matches everything below it. There is no negation and there are no braces.

Hot path: nothing is imported. Matching is quadratic at worst, whatever the glob.
"""

from __future__ import annotations

_MAX_LENGTH = 1000


def matches(glob: str, path: str) -> bool:
    """Whether `glob` covers `path`, itself or through a folder above it.

    Args:
        glob: a glob in which `problem` finds nothing wrong.
        path: relative to the project's root, with `/`, without `.` and `..`.
    """
    wanted = segments(glob)
    last = len(wanted) - 1
    reached = {0}
    for name in path.split("/"):
        for index in sorted(reached):
            if wanted[index] == "**" and index < last:
                reached.add(index + 1)
        following = set()
        for index in reached:
            if wanted[index] == "**":
                following.add(index)
            elif _name_matches(wanted[index], name):
                following.add(index + 1)
            else:
                continue
            if index == last:
                return True
        reached = following
    return False


def segments(glob: str) -> list[str]:
    """The glob's parts between slashes, anchored at the root: `*.lock` gives `**`, `*.lock`."""
    parts = glob.rstrip("/").split("/")
    if len(parts) == 1 and parts != ["**"]:
        parts.insert(0, "**")
    kept = parts[:1]
    for part in parts[1:]:
        if not part == kept[-1] == "**":
            kept.append(part)
    return kept


def literal_start(glob: str) -> str:
    """The folders at the glob's start that stand for themselves: `a/b/*.py` gives `a/b`."""
    start = []
    for segment in segments(glob):
        if any(character in segment for character in "*?["):
            break
        start.append(segment)
    return "/".join(start)


def problem(glob: str) -> str | None:
    """What is wrong with a glob, as a clause ("it is absolute"), or None."""
    wrong = path_problem(glob)
    if wrong is not None:
        return wrong
    if glob.startswith("!"):
        return "it is a negation, and globs cannot be negated"
    if "{" in glob or "}" in glob:
        return "it has braces, which are not expanded; write one glob for each alternative"
    for segment in glob.rstrip("/").split("/"):
        if segment in ("", "."):
            return "one of its names is empty or a single dot"
        if "**" in segment and segment != "**":
            return "`**` does not stand alone between slashes"
        if not _classes_close(segment):
            return "a `[` is not closed"
    return None


def path_problem(path: str) -> str | None:
    """What is wrong with a relative path, as a clause, or None."""
    if not path.strip():
        return "it is empty"
    if len(path) > _MAX_LENGTH:
        return f"it has {len(path)} characters, more than {_MAX_LENGTH}"
    if path.startswith(("/", "~")) or path[1:2] == ":":
        return "it is absolute"
    if "\\" in path:
        return "it has a backslash; folders are separated by `/`"
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        return "it has a control character"
    if ".." in path.split("/"):
        return "it leaves the project through `..`"
    return None


def _classes_close(segment: str) -> bool:
    index = 0
    while index < len(segment):
        if segment[index] == "[":
            index = _class_end(segment, index)
            if index < 0:
                return False
        index += 1
    return True


def _class_end(segment: str, start: int) -> int:
    # A `]` right after `[` or `[!` is a member of the class, as in the shell.
    first = start + 2 if segment[start + 1 : start + 2] == "!" else start + 1
    return segment.find("]", first + 1)


def _name_matches(segment: str, name: str) -> bool:
    at, position = 0, 0
    star, retry = -1, 0
    while position < len(name):
        if at < len(segment) and segment[at] == "*":
            star, retry = at, position
            at += 1
            continue
        length = _one(segment, at, name[position])
        if length:
            at += length
            position += 1
        elif star >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return segment[at:].strip("*") == ""


def _one(segment: str, at: int, character: str) -> int:
    """How much of the segment at `at` matches this one character: its length, or 0."""
    if at >= len(segment):
        return 0
    here = segment[at]
    if here == "[":
        end = _class_end(segment, at)
        members = segment[at + 1 : end]
        negated = members.startswith("!")
        return end - at + 1 if _is_member(members[negated:], character) != negated else 0
    return 1 if here in ("?", character) else 0


def _is_member(members: str, character: str) -> bool:
    index = 0
    while index < len(members):
        if members[index + 1 : index + 2] == "-" and index + 2 < len(members):
            if members[index] <= character <= members[index + 2]:
                return True
            index += 3
        elif members[index] == character:
            return True
        else:
            index += 1
    return False
