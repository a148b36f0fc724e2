"""The order of things: controls first, then the mutants, and a check of what killed them.

A mutant is believed killed only if the same tests, in the same order, pass without a change. So
a test that fails by itself, or after others, is left out for everybody instead of killing
whatever it meets.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ambidex.inside.ambidex_forks import Forks, Limits, Task

# A part of the time that is left, for the controls.
_CONTROL_SHARE = 0.25
_NO_TIME = "the deadline passed during the controls, before any mutant was tried"
_FORCED_TRIES = 5
_LEAST_BUDGET = 1.0
_RESTARTS = 8


class Judge:
    """Judges the mutants of a job.

    Attributes:
        left_out: tests that prove nothing here, each with the reason.
    """

    def __init__(
        self,
        job: dict[str, Any],
        forks: Forks,
        limits: Limits,
        task: Callable[..., Task],
        write: Callable[[dict[str, Any]], None],
        wrote_files: Callable[[], bool],
    ) -> None:
        self._job = job
        self._forks = forks
        self._limits = limits
        self._task = task
        self._write = write
        self._wrote_files = wrote_files
        self._mutants: list[dict[str, Any]] = job["mutants"]
        self.left_out: dict[int, str] = {}
        # Sequences of tests that passed without a change, and kills that wait for theirs.
        self._proven: set[tuple[int, ...]] = set()
        self._waiting: dict[tuple[int, ...], list[Task]] = {}
        self._cold: list[int] = []
        self._left = 0
        forks.budget = self._budget

    def run(self) -> str:
        """Judge all; returns why nothing can be judged, or `""`."""
        warm = [at for at, each in enumerate(self._mutants) if not each["cold"]]
        self._cold = [at for at, each in enumerate(self._mutants) if each["cold"]]
        if warm:
            why = self._controls(warm, cold=False)
            if why == _NO_TIME:
                # Nothing is wrong; nothing is known either.
                for at in range(len(self._mutants)):
                    self._say(at, "not_judged", reason=why)
                return ""
            if why:
                return why
            self._all(warm, cold=False)
        cold = sorted(self._cold)
        if cold:
            why = self._controls(cold, cold=True)
            if why and why != _NO_TIME and not warm:
                return why
            if why:
                for at in cold:
                    self._say(at, "not_judged", reason=why)
            else:
                self._all(cold, cold=True)
        return ""

    def _controls(self, mutants: Sequence[int], *, cold: bool) -> str:
        """Without a change the tests must pass, with a forced failure one must fail."""
        union = self._union(mutants)
        if not union:
            return "none of the covering tests could be collected"
        until = self._share()
        parts = self._parts(union, 1 if cold else self._forks.workers)
        tasks = [self._task("control", -1, part, cold=cold, go_on=True) for part in parts]
        tasks += [
            self._task("forced", at, self._tests(at), cold=cold)
            for at in self._different(mutants, 1 if cold else 2)
        ]
        forced: list[Task] = []
        spares = self._different(mutants, _FORCED_TRIES)[1 if cold else 2 :]
        restarts = [0]

        def done(task: Task) -> list[Task]:
            if task.kind == "forced":
                forced.append(task)
                alive = not any(each.failed or each.why == "crash" for each in forced)
                if alive and spares and len(forced) >= (1 if cold else 2):
                    at = spares.pop(0)
                    return [self._task("forced", at, self._tests(at), cold=cold)]
                return []
            return self._controlled(task, restarts, until)

        if self._forks.run(tasks, done):
            return _NO_TIME
        troubled = next((each for each in forced if each.why == "trouble"), None)
        if restarts[0] < 0 or not self._union(mutants):
            reasons = sorted(set(self.left_out.values()))
            return f"without any change, every covering test fails here: {'; '.join(reasons)[:300]}"
        if troubled:
            return f"the runner does not work here: {troubled.text}"
        if not any(each.failed or each.why in ("crash", "timeout") for each in forced):
            text = next((each.text for each in forced if each.text), "")
            why = "the tests pass even when the function they cover does nothing but raise, so the"
            return f"{why} code that runs is not the code that was changed ({text or 'no effect'})"
        self._write({"phase": "controlled", "at": time.monotonic()})
        if not cold and self._forks.workers > 1 and self._wrote_files():
            # They would read each other's files.
            self._forks.workers = 1
            self._write({"note": "the tests write into the work tree: one mutant at a time"})
        return ""

    def _controlled(self, task: Task, restarts: list[int], until: float) -> list[Task]:
        self._learn(task)
        for at in task.failed:
            self._leave_out(task.tests[at], "it fails without any change")
        for at in task.missing:
            self._leave_out(task.tests[at], "it was not collected")
        ran = task.tests[: task.at + 1]
        if not task.why:
            self._prove([test for test in ran if test not in self.left_out])
            return []
        restarts[0] += 1
        if task.why == "trouble":
            for test in task.tests:
                self._leave_out(test, task.text)
            return []
        # The one that it ended in is to blame; before the first it is all of them.
        rest = task.tests[task.at + 1 :] if task.at >= 0 else []
        blamed = task.tests[task.at : task.at + 1] if task.at >= 0 else task.tests
        for test in blamed:
            self._leave_out(test, f"without any change, it ends in a {task.why} ({task.text})")
        if not rest or time.monotonic() > until:
            return []
        if restarts[0] > _RESTARTS:
            for test in rest:
                self._leave_out(test, "too many others end in a crash or timeout")
            return []
        return [self._task("control", -1, rest, cold=task.cold, go_on=True)]

    def _all(self, mutants: Sequence[int], *, cold: bool) -> None:
        tasks = []
        self._left = len(mutants)
        for at in mutants:
            tests = self._tests(at)
            if tests:
                tasks.append(self._task("mutant", at, tests, cold=cold))
            else:
                self._say(at, "not_judged", reason=self._no_tests(at))
        cut = self._forks.run(tasks, self._judged)
        for task in cut:
            if task.kind == "mutant":
                self._say(task.mutant, "not_judged", reason="the deadline passed")
        for tasks in self._waiting.values():
            for task in tasks:
                # Its killer passed in the control, if not in this very order.
                if task.tests[task.failed[0]] in self._limits.measured:
                    self._killed(task)
                else:
                    self._say(task.mutant, "not_judged", reason="the deadline passed")
        self._waiting.clear()

    def _judged(self, task: Task) -> list[Task]:
        if task.kind == "check":
            return self._checked(task)
        self._left -= 1
        if task.why == "unswappable":
            self._cold.append(task.mutant)
        elif task.why == "trouble":
            self._say(task.mutant, "not_judged", reason=task.text)
        elif task.why in ("timeout", "crash", "interrupted"):
            task.failed.append(max(task.at, 0))
            return self._check(task)
        elif task.failed:
            return self._check(task)
        elif not task.passed:
            self._say(task.mutant, "not_judged", task, reason="its covering tests are gone")
        else:
            self._say(task.mutant, "survived", task, ran=len(task.passed))
        return []

    def _check(self, task: Task) -> list[Task]:
        """Let the tests up to the one that failed run without a change, once for each sequence."""
        key = tuple(task.tests[: task.failed[0] + 1])
        if key in self._proven:
            self._killed(task)
            return []
        self._waiting.setdefault(key, []).append(task)
        if len(self._waiting[key]) > 1:
            return []
        return [self._task("check", -1, key)]

    def _checked(self, task: Task) -> list[Task]:
        waiting = self._waiting.pop(tuple(task.tests), [])
        self._learn(task)
        if not task.failed and not task.why:
            self._prove(task.tests)
            for each in waiting:
                self._killed(each)
            return []
        at = task.failed[0] if task.failed else max(task.at, 0)
        how = f"ends in a {task.why} ({task.text})" if task.why else "fails"
        self._leave_out(task.tests[at], f"it {how} without any change, in this order or alone")
        again = []
        for each in waiting:
            tests = self._tests(each.mutant)
            if tests:
                again.append(self._task("mutant", each.mutant, tests, cold=each.cold))
            else:
                self._say(each.mutant, "not_judged", reason=self._no_tests(each.mutant))
        return again

    def _killed(self, task: Task) -> None:
        at = task.failed[0]
        status = "timeout" if task.why == "timeout" else "killed"
        self._say(task.mutant, status, task, killer=task.tests[at], ran=at + 1)

    def _say(
        self,
        mutant: int,
        status: str,
        task: Task | None = None,
        *,
        killer: int = -1,
        ran: int = 0,
        reason: str = "",
    ) -> None:
        self._write(
            {
                "mutant": mutant,
                "status": status,
                "killer": killer,
                "ran": ran,
                "seconds": round(task.seconds, 4) if task else 0.0,
                "reason": reason,
            }
        )

    def _no_tests(self, mutant: int) -> str:
        first = next(iter(self._mutants[mutant]["tests"]), -1)
        why = self.left_out.get(first, "they are not there any more")
        return f"none of its covering tests can be used: {why}"

    def _tests(self, mutant: int) -> list[int]:
        return [test for test in self._mutants[mutant]["tests"] if test not in self.left_out]

    def _union(self, mutants: Iterable[int]) -> list[int]:
        return list(dict.fromkeys(test for at in mutants for test in self._tests(at)))

    def _different(self, mutants: Iterable[int], count: int) -> list[int]:
        """Mutants of different functions that have tests."""
        found: dict[tuple[str, str], int] = {}
        for at in mutants:
            if self._tests(at):
                each = self._mutants[at]
                found.setdefault((each["path"], each["qualname"]), at)
        inside = [at for (_, name), at in found.items() if name != "<module>"]
        return (inside or list(found.values()))[:count]

    def _parts(self, union: Sequence[int], workers: int) -> list[list[int]]:
        """The tests in contiguous parts of about the same length in seconds, up to the bound."""
        seconds = self._job["seconds"]
        budget = max(1.0, (self._share() - time.monotonic()) * workers)
        kept: list[int] = []
        total = 0.0
        for test in union:
            total += seconds[test] + 0.001
            if total > budget and kept:
                break
            kept.append(test)
        parts: list[list[int]] = [[]]
        share = sum(seconds[test] + 0.001 for test in kept) / workers
        spent = 0.0
        for test in kept:
            if spent >= share * len(parts) and len(parts) < workers:
                parts.append([])
            parts[-1].append(test)
            spent += seconds[test] + 0.001
        return parts

    def _budget(self, task: Task) -> float:
        """A survivor runs all of its tests: it may take three times its part of what is left."""
        if task.kind != "mutant":
            return 0.0
        left = max(0.0, self._forks.deadline - time.monotonic()) * self._forks.workers
        return max(_LEAST_BUDGET, 3 * left / max(1, self._left))

    def _share(self) -> float:
        left = self._forks.deadline - time.monotonic()
        return time.monotonic() + left * _CONTROL_SHARE

    def _learn(self, task: Task) -> None:
        for at, took in task.passed.items():
            self._limits.learn(task.tests[at], *took)

    def _prove(self, tests: Sequence[int]) -> None:
        for length in range(1, min(len(tests), 60) + 1):
            self._proven.add(tuple(tests[:length]))
        self._proven.add(tuple(tests))

    def _leave_out(self, test: int, reason: str) -> None:
        if test not in self.left_out:
            self.left_out[test] = reason
            self._write({"left_out": test, "reason": reason})
