"""Which errors of a checker were not there before.

Two errors are the same when path, code and message agree, numbers of lines left out of the
message. Where there are more of a kind than before, those on lines that are not new are the old
ones. What is left is compared once more without the path, by the source line itself: code that
moved to another file takes its errors along.
"""

from __future__ import annotations

from ambidex.proof.fingerprint import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ambidex.proof.types.output import Problem

    Contents = Callable[[str], "bytes | None"]


def only_new(
    now: Sequence[Problem],
    before: Sequence[Problem],
    renamed: Mapping[str, str],
    lines: Callable[[str], Mapping[int, int]],
) -> list[Problem]:
    """Those of `now` that have no counterpart in `before`, in order.

    Args:
        now: the checker's errors, with the text of their lines.
        before: its errors on the earlier tree, likewise.
        renamed: path now → path before, for renamed files.
        lines: for a path now, where its lines were before: 1-based line → line; lines that are
            new are missing. For a file that did not change, an empty mapping.
    """
    left = list(before)
    # A line that is where it was comes first, then any of the same kind, then moved code.
    rest = _without(now, left, lambda p: (*_kind(p, renamed), _former(p, lines)), _placed)
    rest = _without(rest, left, lambda p: _kind(p, renamed), lambda p: _kind(p, {}))
    rest = _without([p for p in rest if p.text], left, _moved, _moved) + [
        p for p in rest if not p.text
    ]
    kept = set(map(id, rest))
    return [problem for problem in now if id(problem) in kept]


def _without(
    now: Sequence[Problem],
    left: list[Problem],
    key: Callable[[Problem], object],
    key_before: Callable[[Problem], object],
) -> list[Problem]:
    """Those of `now` without a counterpart in `left`, from which the counterparts are removed."""
    waiting: dict[object, list[Problem]] = {}
    for problem in left:
        waiting.setdefault(key_before(problem), []).append(problem)
    rest = []
    for problem in now:
        same = waiting.get(key(problem))
        if same:
            left.remove(same.pop())
        else:
            rest.append(problem)
    return rest


def _kind(problem: Problem, renamed: Mapping[str, str]) -> tuple[str, str, str]:
    path = renamed.get(problem.path, problem.path)
    return (path, problem.code, normalise(problem.message))


def _former(problem: Problem, lines: Callable[[str], Mapping[int, int]]) -> int:
    origins = lines(problem.path)
    # -1 is nobody's line: an error on a new line is matched by its kind only.
    return origins.get(problem.line, -1) if origins else problem.line


def _placed(problem: Problem) -> tuple[str, str, str, int]:
    return (*_kind(problem, {}), problem.line)


def _moved(problem: Problem) -> tuple[str, str, str]:
    return (problem.code, normalise(problem.message), problem.text)
