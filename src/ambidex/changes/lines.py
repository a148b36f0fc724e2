"""Which lines of a file are new, compared with its earlier content."""

from __future__ import annotations

import bisect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Pair = tuple[int, int]

# A stretch that shares no unique line and differs in more lines than this counts as changed
# altogether; the time for it grows with the square.
_MOST_DIFFERENCES = 400


def changed_lines(before: bytes, after: bytes, *, gaps: bool = True) -> list[tuple[int, int]]:
    r"""The lines of `after` that differ from `before`.

    Lines end with LF, CR LF or CR, as Python reads source; a different ending is a difference.

    Args:
        before: earlier content, `b""` for a new file.
        after: later content.
        gaps: where lines were removed and nothing took their place, the line before and the line
            after count as changed, so that a function that lost its last line is found.

    Returns:
        1-based inclusive ranges, ascending, neither overlapping nor adjacent. Correct in that
        all other lines are found in `before` in the same order; not always the fewest.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    ranges: list[tuple[int, int]] = []
    previous_old, previous_new = -1, -1
    matched = [*_matches(old, new), (len(old), len(new))]
    for at_old, at_new in matched:
        if at_new - previous_new > 1:
            _add(ranges, previous_new + 2, at_new)
        elif gaps and new and at_old - previous_old > 1:
            _add(ranges, max(previous_new + 1, 1), min(at_new + 1, len(new)))
        previous_old, previous_new = at_old, at_new
    return ranges


def moved(before: bytes, after: bytes) -> dict[int, int]:
    """Where the lines of `before` are in `after`: 1-based numbers, lines that are gone left out."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return {at_old + 1: at_new + 1 for at_old, at_new in _matches(old, new)}


def _add(ranges: list[tuple[int, int]], first: int, last: int) -> None:
    if ranges and first <= ranges[-1][1] + 1:
        ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
    else:
        ranges.append((first, last))


def _matches(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Pair]:
    """Pairs of 0-based positions of equal lines, ascending on both sides."""
    # Stretches still to compare, the last one first; what is between them is in `ready`.
    stretches = [(0, len(old), 0, len(new))]
    while stretches:
        old_start, old_end, new_start, new_end = stretches.pop()
        while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
            yield old_start, new_start
            old_start, new_start = old_start + 1, new_start + 1
        if old_start == old_end or new_start == new_end:
            continue
        tail = 0
        shorter = min(old_end - old_start, new_end - new_start)
        while tail < shorter and old[old_end - 1 - tail] == new[new_end - 1 - tail]:
            tail += 1
        if tail:
            # As a stretch of its own it is matched line by line when its turn comes.
            stretches.append((old_end - tail, old_end, new_end - tail, new_end))
            old_end, new_end = old_end - tail, new_end - tail
        anchors = _anchors(old, new, (old_start, old_end), (new_start, new_end))
        if anchors:
            ends = [*anchors[1:], (old_end, new_end)]
            pieces = [(a, c, b, d) for (a, b), (c, d) in zip(anchors, ends)]
            stretches += reversed([(old_start, anchors[0][0], new_start, anchors[0][1]), *pieces])
        else:
            pairs = _common(old[old_start:old_end], new[new_start:new_end])
            yield from ((old_start + a, new_start + b) for a, b in pairs)


def _anchors(old: Sequence[bytes], new: Sequence[bytes], within: Pair, on: Pair) -> list[Pair]:
    """Lines unique on both sides, as many as keep their order (patience diff)."""
    unique_old = _unique(old, within)
    unique_new = _unique(new, on)
    common = [(at, unique_new[line]) for line, at in unique_old.items() if line in unique_new]
    common.sort()
    # Longest increasing subsequence of the positions in `new`.
    tails: list[int] = []
    best: list[int] = []
    before: list[int] = []
    for number, (_, position) in enumerate(common):
        place = bisect.bisect_left(tails, position)
        before.append(best[place - 1] if place else -1)
        if place == len(tails):
            tails.append(position)
            best.append(number)
        else:
            tails[place], best[place] = position, number
    chain = []
    number = best[-1] if best else -1
    while number >= 0:
        chain.append(common[number])
        number = before[number]
    return chain[::-1]


def _unique(lines: Sequence[bytes], within: Pair) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for at in range(*within):
        found[lines[at]] = -1 if lines[at] in found else at
    return {line: at for line, at in found.items() if at >= 0}


def _common(old: Sequence[bytes], new: Sequence[bytes]) -> list[Pair]:
    """A longest common subsequence (Myers 1986), or nothing beyond `_MOST_DIFFERENCES`."""
    # `furthest[k]` is how far one gets in `old` on the diagonal at_old - at_new == k.
    furthest = {1: 0}
    history = []
    for differences in range(min(len(old) + len(new), _MOST_DIFFERENCES) + 1):
        history.append(dict(furthest))
        for k in range(-differences, differences + 1, 2):
            at_old = _step(furthest, k, differences)
            at_new = at_old - k
            while at_old < len(old) and at_new < len(new) and old[at_old] == new[at_new]:
                at_old, at_new = at_old + 1, at_new + 1
            furthest[k] = at_old
            if at_old >= len(old) and at_new >= len(new):
                return _trace(history, len(old), len(new))
    return []


def _step(furthest: dict[int, int], k: int, differences: int) -> int:
    """Where the diagonal `k` is entered, by one more line of `new` or else of `old`."""
    if k == -differences or (k != differences and furthest[k - 1] < furthest[k + 1]):
        return furthest[k + 1]
    return furthest[k - 1] + 1


def _trace(history: Sequence[dict[int, int]], at_old: int, at_new: int) -> list[Pair]:
    pairs = []
    for differences in range(len(history) - 1, -1, -1):
        furthest, k = history[differences], at_old - at_new
        entered = _step(furthest, k, differences)
        while at_old > entered and at_old > 0 and at_new > 0:
            at_old, at_new = at_old - 1, at_new - 1
            pairs.append((at_old, at_new))
        if differences:
            by_new = k == -differences or (k != differences and furthest[k - 1] < furthest[k + 1])
            at_old, at_new = (at_old, at_new - 1) if by_new else (at_old - 1, at_new)
    return pairs[::-1]
