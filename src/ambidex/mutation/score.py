"""How well the tests notice wrong code, per function, and whether that is good enough.

The score is `dead / (dead + survived + uncovered)`, in percent: a mutant that no test executes
counts as survived, one that was not judged as nothing. So a score is never given without its
counts, and it never decides alone: what was not judged could turn out either way, and a demand is
met only if it is met whichever way that is. It is missed only if it is missed whichever way; in
between nothing is proved.

Fairness in small numbers: one survivor of two is 50 %, and a single one may behave the same as
the original, which nobody can tell from outside; whoever is held to kill that one can't get done.
So a lone survivor is not held against a function of which another mutant died, unless the demand
is 100 % or the file is critical. It is listed all the same. What no test executes is no such case.
"""

from __future__ import annotations

from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, TIMEOUT, UNCOVERED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ambidex.mutation.mutant import Judged

MET = "met"
MISSED = "missed"
# What was not judged decides.
OPEN = "open"
# There is no mutant: nothing was asked.
NOTHING = "nothing"


class Tally:
    """How many mutants had which fate.

    Attributes:
        killed: a test failed.
        timeout: the tests did not end; these count as dead too.
        survived: the covering tests that ran passed.
        uncovered: no test executes the code.
        not_judged: there was no time, or the tests could not be run.
    """

    __slots__ = ("killed", "not_judged", "survived", "timeout", "uncovered")

    def __init__(
        self,
        *,
        killed: int = 0,
        survived: int = 0,
        timeout: int = 0,
        uncovered: int = 0,
        not_judged: int = 0,
    ) -> None:
        self.killed = killed
        self.survived = survived
        self.timeout = timeout
        self.uncovered = uncovered
        self.not_judged = not_judged

    @classmethod
    def of(cls, judged: Iterable[Judged]) -> Tally:
        """The tally of these mutants."""
        tally = cls()
        for one in judged:
            setattr(tally, one.status, getattr(tally, one.status) + 1)
        return tally

    def add(self, other: Tally) -> None:
        """Add another tally's counts to these."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def dead(self) -> int:
        """Mutants that the tests noticed."""
        return self.killed + self.timeout

    @property
    def missed(self) -> int:
        """Mutants that they did not."""
        return self.survived + self.uncovered

    @property
    def counted(self) -> int:
        """Mutants that the score is about."""
        return self.dead + self.missed

    @property
    def total(self) -> int:
        """All mutants, judged or not."""
        return self.counted + self.not_judged

    @property
    def score(self) -> float | None:
        """Percent; None where nothing counts."""
        return 100 * self.dead / self.counted if self.counted else None

    def words(self) -> str:
        """The score with all its counts, for people: `75 % (3 killed, 1 survived)`."""
        counts = [
            (self.dead, "killed"),
            (self.survived, "survived"),
            (self.uncovered, "uncovered"),
            (self.not_judged, "not judged"),
        ]
        told = ", ".join(f"{number} {word}" for number, word in counts if number)
        score = self.score
        # Rounded down: 79.6 % is not 80 %.
        return f"{int(score)} % ({told})" if score is not None else told or "no mutants"

    def as_dict(self) -> dict[str, Any]:
        """The counts and the score as JSON-ready data."""
        score = self.score
        return {
            KILLED: self.killed,
            TIMEOUT: self.timeout,
            SURVIVED: self.survived,
            UNCOVERED: self.uncovered,
            NOT_JUDGED: self.not_judged,
            "score": None if score is None else round(score, 2),
        }


class Demand:
    """What a function's tests have to reach.

    Attributes:
        percent: the least score.
        former: dead and missed mutants of the function before it was changed; then its score must
            not be lower instead, unless no more survive than did.
        strict: a lone survivor counts like any other.
    """

    __slots__ = ("former", "percent", "strict")

    def __init__(
        self, percent: float, *, former: tuple[int, int] | None = None, strict: bool = False
    ) -> None:
        self.percent = percent
        self.former = former
        self.strict = strict or percent >= 100

    def standing(self, tally: Tally) -> str:
        """`MET`, `MISSED`, `OPEN` or `NOTHING`."""
        if not tally.total:
            return NOTHING
        forgiving = not self.strict and not tally.uncovered
        if self._holds(tally.dead, tally.missed + tally.not_judged, forgiving):
            return MET
        if not self._holds(tally.dead + tally.not_judged, tally.missed, forgiving):
            return MISSED
        return OPEN

    def _holds(self, dead: int, missed: int, forgiving: bool) -> bool:
        if forgiving and missed == 1 and dead:
            return True
        if self.former is not None:
            dead_before, missed_before = self.former
            kept = dead * (dead_before + missed_before) >= dead_before * (dead + missed)
            return kept or missed <= missed_before
        return 100 * dead >= self.percent * (dead + missed)

    def words(self) -> str:
        """What is demanded, for people."""
        if self.former is not None:
            dead, missed = self.former
            return f"no less than before ({int(100 * dead / (dead + missed))} %)"
        return f"at least {self.percent:g} %"
