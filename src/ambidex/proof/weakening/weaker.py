"""Compares tests before and after a change: which became weaker, and how.

What a test asserts is compared across the whole change, so that it does not matter in which test,
class or file an assertion stands, as long as it stands somewhere.
"""

from __future__ import annotations

from ambidex.proof.weakening import demands, pairing, skips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ambidex.proof.weakening.checks import Check
    from ambidex.proof.weakening.contents import Test
    from ambidex.proof.weakening.gone import Gone

REMOVED = "test-removed"
ASSERTION = "assertion-removed"
PARAMETER = "parameter-removed"
WEAKER = "assertion-weaker"
SKIPPED = "test-skipped"
MOCKED = "subject-mocked"
FEWER = "fewer-examples"


class Weaker:
    """One way in which tests prove less.

    Attributes:
        rule: one of the names above.
        path: the file, relative to the root, where to look now.
        line: 1-based.
        what: what happened, a clause.
        before: the line as it was, `""` if there is none.
        after: the line as it is, `""` if there is none.
        sure: False where a person may well see it otherwise.
    """

    __slots__ = ("after", "before", "line", "path", "rule", "sure", "what")

    def __init__(
        self,
        rule: str,
        path: str,
        line: int,
        what: str,
        *,
        before: str = "",
        after: str = "",
        sure: bool = True,
    ) -> None:
        self.rule = rule
        self.path = path
        self.line = line
        self.what = what
        self.before = before
        self.after = after
        self.sure = sure


def compare(
    before: list[Test],
    after: list[Test],
    gone: Gone,
    lines: Callable[[str, int], str],
    moved: Mapping[str, str],
    unchanged: Callable[[], list[Test]] = list,
) -> list[Weaker]:
    """What became weaker.

    Args:
        before: the tests of every file that changed, as they were.
        after: the same files' as they are.
        gone: what the code no longer has.
        lines: the text of a line of a file as it was.
        moved: new paths of renamed files by their old ones.
        unchanged: reads the tests of these files that did not change; asked where one is gone,
            which may have been a duplicate.
    """
    return _Comparison(before, after, gone, lines, moved, unchanged).found()


class _Comparison:
    def __init__(
        self,
        before: list[Test],
        after: list[Test],
        gone: Gone,
        lines: Callable[[str, int], str],
        moved: Mapping[str, str],
        unchanged: Callable[[], list[Test]],
    ) -> None:
        self.gone = gone
        self.lines = lines
        self.moved = moved
        self.unchanged = unchanged
        if gone.renamed:
            pairing.rename(before, gone.renamed)
        self.pairs = pairing.pairs(before, after, moved)
        paired = set(map(id, self.pairs.values()))
        # A helper counts where it is on both sides; otherwise its checks are its callers'.
        self.before = [test for test in before if not test.is_helper or id(test) in self.pairs]
        self.after = [test for test in after if not test.is_helper or id(test) in paired]
        self.open: dict[int, list[Check]] = {}
        self.spare: dict[int, list[Check]] = {}
        self.exact: set[str] | None = None

    def found(self) -> list[Weaker]:
        found: list[Weaker] = []
        for test in self.before:
            now = self.pairs.get(id(test))
            if now is not None:
                found += _skipped(test, now)
                found += _examples(test, now)
        for test in self.before:
            self.open[id(test)] = list(test.checks) if test.runs else []
        skipped = {id(now) for now in self.pairs.values() if not now.runs}
        for test in self.after:
            # What a new skip hides is said once, with the skip.
            self.spare[id(test)] = list(test.checks) if test.runs or id(test) in skipped else []
        for same in (_exactly, _by_key, _by_shape):
            self._match(same, own=True)
            self._match(same, own=False)
        for test in self.before:
            left = [check for check in self.open[id(test)] if check.rank]
            if left:
                found += self._left(test, left)
        return found

    def _match(self, same: Callable[[Check], str], *, own: bool) -> None:
        """Cross out checks that are equal by `same`, in the test itself or anywhere."""
        everywhere: dict[str, list[tuple[int, Check]]] = {}
        if not own:
            for place, checks in self.spare.items():
                for check in checks:
                    everywhere.setdefault(same(check), []).append((place, check))
        for test in self.before:
            now = self.pairs.get(id(test))
            if own:
                if now is None or id(now) not in self.spare:
                    continue
                everywhere = {}
                for check in self.spare[id(now)]:
                    everywhere.setdefault(same(check), []).append((id(now), check))
            left = []
            for check in self.open[id(test)]:
                candidates = everywhere.get(same(check), [])
                at = _first(candidates, check)
                if at is None:
                    left.append(check)
                else:
                    place, taken = candidates.pop(at)
                    self.spare[place] = [each for each in self.spare[place] if each is not taken]
            self.open[id(test)] = left

    def _left(self, test: Test, left: list[Check]) -> list[Weaker]:
        now = self.pairs.get(id(test))
        if now is None:
            return self._removed(test, left)
        spare = self.spare.get(id(now), [])
        found: list[Weaker] = []
        rest: list[Check] = []
        # The nearest first: another value of the same subject, then of the same kind.
        for check in left:
            taken = self._taken(check, spare, found, test)
            if taken is None:
                rest.append(check)
            else:
                spare = [each for each in spare if each is not taken]
        for check in rest:
            if self.gone.took(check) or _implied(check, test, now):
                continue
            replaced = _replacement(check, spare)
            if replaced is not None:
                why = demands.less(check, replaced)
                if why is None:
                    spare = [each for each in spare if each is not replaced]
                    continue
                spare = [each for each in spare if each is not replaced]
                found.append(self._weaker(test, now, check, replaced, why))
            else:
                found.append(self._missing(now, check))
        return _once(found)

    def _taken(
        self, check: Check, spare: list[Check], found: list[Weaker], test: Test
    ) -> Check | None:
        """What says something about the same subject now, its weakening noted in `found`."""
        about = [each for each in spare if _is_about(check, each)]
        somewhere = [
            each
            for checks in self.spare.values()
            for each in checks
            if each not in spare and _is_about(check, each)
        ]
        best: tuple[Check, demands.Less] | None = None
        for each in [*about, *somewhere]:
            why = demands.less(check, each)
            if why is None:
                return each
            if best is None and each in about:
                best = each, why
        if best is None or self.gone.took(check):
            return None
        now = self.pairs[id(test)]
        found.append(self._weaker(test, now, check, *best))
        return best[0]

    def _weaker(self, test: Test, now: Test, check: Check, new: Check, why: demands.Less) -> Weaker:
        from ambidex.proof.weakening.mocking import MOCKED as mocked

        rule = MOCKED if new.why == mocked else WEAKER
        return Weaker(
            rule,
            now.path,
            new.line,
            f"{now.name}: {why.why}",
            before=check.source,
            after=new.source,
            # A helper's conditions are often its caller's.
            sure=why.sure and not (test.is_helper and new.guard),
        )

    @staticmethod
    def _missing(now: Test, check: Check) -> Weaker:
        rows = {each.row for each in now.checks}
        if check.row and check.row not in rows:
            what = f"{now.name}: the parameters ({check.row[:80]}) are gone"
            return Weaker(PARAMETER, now.path, now.line, what, before=check.row[:200])
        if check.kind == "match":
            what = f"{now.name}: the message of the exception is no longer looked at"
            return Weaker(WEAKER, now.path, now.line, what, before=check.source)
        what = f"{now.name}: this assertion is gone"
        return Weaker(ASSERTION, now.path, now.line, what, before=check.source)

    def _asserted(self) -> set[str]:
        """All that is asserted now: a test that goes may have been a duplicate."""
        if self.exact is None:
            every = [*self.after, *self.unchanged()]
            self.exact = {_exactly(check) for test in every if test.runs for check in test.checks}
        return self.exact

    def _removed(self, test: Test, left: list[Check]) -> list[Weaker]:
        missing = []
        for check in left:
            if self.gone.took(check, test.calls) or _exactly(check) in self._asserted():
                continue
            spare = [each for checks in self.spare.values() for each in checks]
            other = next(
                (s for s in spare if _is_about(check, s) and demands.less(check, s) is None), None
            )
            if other is None:
                missing.append(check)
            else:
                for place, checks in self.spare.items():
                    self.spare[place] = [each for each in checks if each is not other]
        if not missing:
            return []
        path = self.moved.get(test.path, test.path)
        if len(missing) < len(test.checks):
            what = f"{test.name} was split or merged, and this is asserted nowhere now"
            return [Weaker(ASSERTION, path, test.line, what, before=missing[0].source)]
        what = f"{test.name} is gone and nothing asserts what it asserted"
        before = self.lines(test.path, test.line)
        return [Weaker(REMOVED, path, test.line, what, before=before)]


def _exactly(check: Check) -> str:
    return "\0".join((check.key, check.actions, check.guard))


def _by_key(check: Check) -> str:
    return check.key


def _by_shape(check: Check) -> str:
    return check.shape


def _first(candidates: list[tuple[int, Check]], check: Check) -> int | None:
    for at, (_, each) in enumerate(candidates):
        if demands.less(check, each) is None:
            return at
    return None


def _is_about(before: Check, after: Check) -> bool:
    """Whether `after` looks at the same value, or at something made of it."""
    if after.subject == before.subject or after.node is before.node:
        return True
    return len(before.subject) > 2 and _contains(after.subject, before.subject)


def _implied(check: Check, before: Test, after: Test) -> bool:
    """Whether a new comparison of the whole value says more than `check` of it or of a part."""
    known = {each.key for each in before.checks}
    for each in after.checks:
        if each.kind != "eq" or each.key in known or each.guard != check.guard:
            continue
        if each.subject == check.subject and check.rank < each.rank:
            return True
        if each.subject != check.subject and _contains(check.subject, each.subject):
            return len(each.subject) > 2
    return False


def _contains(text: str, part: str) -> bool:
    at = text.find(part)
    if at < 0:
        return False
    end = at + len(part)
    inside = (text[at - 1] if at else " ") + (text[end] if end < len(text) else " ")
    return not any(each.isalnum() or each in "_" for each in inside)


def _replacement(check: Check, spare: list[Check]) -> Check | None:
    """What most likely stands in the place of a check in the same test."""

    def likeness(each: Check) -> tuple[bool, int]:
        strong = demands.less(check, each) is None
        same = len(check.calls & each.calls) + (each.demand == check.demand) * 2
        return strong, same + (each.kind == check.kind)

    return max(spare, key=likeness, default=None)


def _skipped(before: Test, after: Test) -> list[Weaker]:
    known = {skip.kind for skip in before.skips if skip.when != skips.ELSEWHERE}
    texts = {skip.text for skip in before.skips}
    found = []
    for skip in after.skips:
        if skip.kind in known or skip.text in texts:
            continue
        what = {
            "xfail": f"{after.name} may fail now",
            "flaky": f"{after.name} is repeated until it passes",
        }.get(skip.kind, f"{after.name} is skipped now")
        sure = skip.when != skips.ELSEWHERE
        found.append(Weaker(SKIPPED, after.path, skip.line, what, after=skip.text, sure=sure))
    return found


def _examples(before: Test, after: Test) -> list[Weaker]:
    was, now = before.max_examples, after.max_examples
    if now is not None and now < (100 if was is None else was):
        what = f"{after.name} tries {now} examples"
        return [Weaker(FEWER, after.path, after.line, what, before=f"max_examples={was or 100}")]
    if before.strategies != after.strategies and after.strategies:
        for narrow in (".just(", ".nothing(", " just("):
            if narrow in after.strategies and narrow not in before.strategies:
                what = f"{after.name} tries one example only"
                return [
                    Weaker(
                        FEWER,
                        after.path,
                        after.line,
                        what,
                        before=before.strategies,
                        after=after.strategies,
                    )
                ]
    return []


def _once(found: list[Weaker]) -> list[Weaker]:
    """One finding per line and kind: a loop or parameters repeat the same."""
    seen = set()
    kept = []
    for each in found:
        key = (each.rule, each.path, each.line, each.before)
        if key not in seen:
            seen.add(key)
            kept.append(each)
    return kept
