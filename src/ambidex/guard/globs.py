"""Path patterns of the policy: `*` and `?` within a folder, `**` across folders.

Hot path: nothing is imported. Matching is linear in pattern times path: no backtracking.
"""

from __future__ import annotations


def matches(pattern: str, path: str) -> bool:
    """Whether the root-relative `path` (with `/`) is matched by `pattern`.

    A pattern that names a folder matches everything below it, so `tests/golden` means the same
    as `tests/golden/**`. A pattern without `/` matches that name at any depth.
    """
    wanted = pattern.strip("/").split("/")
    if len(wanted) == 1 and wanted != ["**"]:
        wanted = ["**", *wanted]
    return _match_parts([*wanted, "**"], path.strip("/").split("/"))


def matches_any(patterns: list[str], path: str) -> str | None:
    """The first of `patterns` that matches, or None."""
    for pattern in patterns:
        if matches(pattern, path):
            return pattern
    return None


def _match_parts(wanted: list[str], parts: list[str]) -> bool:
    # reachable[j]: the patterns read so far match exactly the first j parts.
    reachable = [True] + [False] * len(parts)
    for pattern in wanted:
        if pattern == "**":
            for j in range(len(parts)):
                reachable[j + 1] = reachable[j + 1] or reachable[j]
        else:
            reachable = [False] + [
                reachable[j] and _match_name(pattern, parts[j]) for j in range(len(parts))
            ]
    return reachable[-1]


def _match_name(pattern: str, name: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    reachable = [True] + [False] * len(name)
    for char in pattern:
        if char == "*":
            for j in range(len(name)):
                reachable[j + 1] = reachable[j + 1] or reachable[j]
        else:
            reachable = [False] + [
                reachable[j] and (char in ("?", name[j])) for j in range(len(name))
            ]
    return reachable[-1]
