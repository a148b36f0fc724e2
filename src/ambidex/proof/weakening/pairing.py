"""Which test before a change is which one after it, whatever it is called now."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ambidex.proof.weakening.contents import Test

# Two tests are one that was renamed when they share this part of what they assert.
_ALIKE = 0.5


def rename(tests: list[Test], renamed: dict[str, str]) -> None:
    """Read the checks of `tests` with the new names of what they look at."""
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, renamed)) + r")\b")

    def new(text: str) -> str:
        return pattern.sub(lambda found: renamed[found[0]], text)

    for test in tests:
        for check in test.checks:
            check.subject, check.demand = new(check.subject), new(check.demand)
            check.key, check.shape = new(check.key), new(check.shape)
            check.calls = frozenset(renamed.get(name, name) for name in check.calls)


def pairs(before: list[Test], after: list[Test], moved: Mapping[str, str]) -> dict[int, Test]:
    """Which test is which afterwards, by the id of the earlier one."""
    found: dict[int, Test] = {}
    taken: set[int] = set()

    def pair(key: Callable[[Test, bool], object]) -> None:
        there: dict[object, list[Test]] = {}
        for test in after:
            if id(test) not in taken:
                there.setdefault((test.is_helper, key(test, False)), []).append(test)
        for test in before:
            if id(test) in found:
                continue
            candidates = there.get((test.is_helper, key(test, True)))
            if candidates:
                chosen = candidates.pop(0)
                found[id(test)] = chosen
                taken.add(id(chosen))

    pair(lambda t, old: (moved.get(t.path, t.path) if old else t.path, t.qualname))
    pair(lambda t, old: (moved.get(t.path, t.path) if old else t.path, t.name))
    pair(lambda t, _: t.name)
    pair(lambda t, _: t.body)
    rest = [test for test in after if id(test) not in taken and not test.is_helper]
    for test in before:
        if id(test) in found or test.is_helper:
            continue
        scored = [(_likeness(test, each), -at) for at, each in enumerate(rest)]
        if scored and max(scored)[0] >= _ALIKE:
            chosen = rest.pop(-max(scored)[1])
            found[id(test)] = chosen
    return found


def _likeness(before: Test, after: Test) -> float:
    was, now = _words(before), _words(after)
    return len(was & now) / max(len(was | now), 1)


def _words(test: Test) -> set[str]:
    found = set(test.name.split("_"))
    for check in test.checks:
        found |= {check.demand, check.kind, *check.calls}
    return found - {"", "test"}
