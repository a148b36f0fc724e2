"""From source files to judged mutants: generate, look up what is known, run the rest."""

from __future__ import annotations

import time

from ambidex.changes.functions import MODULE
from ambidex.mutation.mutant import NOT_JUDGED, UNCOVERED, Judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ambidex.mutation.cache import Verdicts
    from ambidex.mutation.mutant import Mutant
    from ambidex.mutation.targets import Module, Target
    from ambidex.proof.command import Command
    from ambidex.proof.testmap import TestMap


class Outcome:
    """What became of all mutants.

    Attributes:
        judged: every mutant, changed lines first.
        modules: the modules they are in, by path.
        covering: the tests that execute each, by the mutant's id.
        dropped: mutants that were not made, by reason.
        errors: why a module has no mutants, by path.
        broken: why the whole run says nothing; `""` otherwise.
        cached: how many verdicts were known.
        collected: tests that the runner collected.
        left_out: tests that could not be used, and why.
        log: path of the runner's output; `""` if nothing ran.
        seconds: wall-clock time.
    """

    def __init__(self) -> None:
        self.judged: list[Judged] = []
        self.modules: dict[str, Module] = {}
        self.covering: dict[str, list[str]] = {}
        self.dropped: dict[str, int] = {}
        self.errors: dict[str, str] = {}
        self.broken = ""
        self.cached = 0
        self.collected = 0
        self.left_out: dict[str, str] = {}
        self.log = ""
        self.seconds = 0.0

    def target(self, mutant: Mutant) -> Target | None:
        """The target whose mutant it is."""
        module = self.modules[mutant.path]
        return next((t for t in module.targets if t.qualname == mutant.qualname), None)

    def is_changed(self, mutant: Mutant) -> bool:
        """Whether it lies on a changed line."""
        return self.modules[mutant.path].is_changed(mutant.line, mutant.end_line)


def of_report(judged: Sequence[Judged], texts: Mapping[str, str]) -> Outcome:
    """An outcome of what was read from a report; `texts` are the sources in it, by path."""
    from ambidex.mutation.targets import Module

    outcome = Outcome()
    outcome.judged = list(judged)
    outcome.modules = {
        path: Module(path, text, ranges=[(1, text.count("\n") + 1)]) for path, text in texts.items()
    }
    return outcome


def run(
    root: str,
    state: str,
    policy: Mapping[str, Any],
    command: Callable[[], Command],
    modules: Sequence[Module],
    tests: TestMap,
    *,
    environ: Mapping[str, str],
    deadline: float,
    keep: Callable[[Mutant], bool] | None = None,
    fresh: bool = False,
) -> Outcome:
    """Judge the mutants of the targets of `modules`.

    Runs code of the project: the caller has made sure that somebody wants that.

    Args:
        root: the project's root.
        state: the repository's state directory.
        policy: the policy snapshot.
        command: finds the test command; asked only when there is a mutant.
        modules: what is judged.
        tests: the map, recorded on these very files.
        environ: the process environment.
        deadline: `time.monotonic()` at which to stop; what is left is not judged.
        keep: which mutants are wanted; all without.
        fresh: judge all, whatever is known.

    Raises:
        NoCommandError: nothing can run the tests.
    """
    started = time.monotonic()
    outcome = Outcome()
    outcome.modules = {module.path: module for module in modules}
    made = _generate(state, modules, outcome, environ, deadline)
    mutants = [each for each in made if keep is None or keep(each)]
    if mutants:
        _judge(root, state, policy, command(), mutants, tests, environ, deadline, fresh, outcome)
    outcome.seconds = time.monotonic() - started
    return outcome


def _generate(
    state: str,
    modules: Sequence[Module],
    outcome: Outcome,
    environ: Mapping[str, str],
    deadline: float,
) -> list[Mutant]:
    from ambidex.mutation import made

    questions: list[dict[str, Any]] = []
    for module in modules:
        if module.error:
            outcome.errors[module.path] = module.error
            continue
        about = {"path": module.path, "text": module.text, "former": module.former}
        names = [target.qualname for target in module.targets if target.qualname != MODULE]
        if names:
            questions.append({**about, "functions": names})
        if len(names) < len(module.targets):
            questions.append({**about, "lines": list(module.ranges)})
    found: list[Mutant] = []
    for question, answer in zip(questions, made.generate(state, questions, environ, deadline)):
        module = outcome.modules[question["path"]]
        if answer.error:
            outcome.errors.setdefault(module.path, answer.error)
            continue
        for reason, number in answer.dropped.items():
            outcome.dropped[reason] = outcome.dropped.get(reason, 0) + number
        for mutant in answer.mutants:
            if "functions" in question:
                wanted = mutant.qualname in question["functions"]
            else:
                on_it = module.is_changed(mutant.line, mutant.end_line)
                wanted = mutant.qualname == MODULE and on_it
            if wanted:
                found.append(mutant)
    # Where time ends is decided here: what is new first, what needs a process of its own last.
    return sorted(found, key=lambda each: (not outcome.is_changed(each), each.at_import))


def _judge(
    root: str,
    state: str,
    policy: Mapping[str, Any],
    command: Command,
    mutants: Sequence[Mutant],
    tests: TestMap,
    environ: Mapping[str, str],
    deadline: float,
    fresh: bool,
    outcome: Outcome,
) -> None:
    from ambidex.mutation import cache, runner
    from ambidex.mutation.covering import Covering
    from ambidex.proof import select

    def importing(path: str) -> list[str]:
        files = set(select.affected(root, policy, [path], deadline).files)
        nodes = [
            node
            for node, test in tests.tests.items()
            if test.outcome == "passed" and (not files or node.partition("::")[0] in files)
        ]
        return sorted(nodes, key=lambda node: tests.seconds[node])

    digests = cache.Tests(root, policy)
    surroundings = cache.environment(command)
    found: dict[str, Covering] = {}
    verdicts: dict[str, Verdicts] = {}
    for path in {mutant.path for mutant in mutants}:
        module = outcome.modules[path]
        found[path] = Covering(tests, path, module.text, importing)
        verdicts[path] = cache.Verdicts(state, module, digests, surroundings)
    known: dict[str, Judged] = {}
    for mutant in mutants:
        # What an import has already run with the right code is wrong in a new process only.
        mutant.at_import = found[mutant.path].is_imported(mutant)
        covering = outcome.covering[mutant.id] = found[mutant.path].of(mutant)
        target = outcome.target(mutant)
        if not covering:
            known[mutant.id] = Judged(mutant, UNCOVERED)
        elif target is not None and not fresh:
            verdict = verdicts[mutant.path].find(mutant, target, covering)
            if verdict is not None:
                known[mutant.id] = verdict
                outcome.cached += 1
    unknown = [mutant for mutant in mutants if mutant.id not in known]
    if unknown:
        ran = runner.judge(
            root,
            state,
            command,
            unknown,
            {mutant.id: outcome.covering[mutant.id] for mutant in unknown},
            seconds=tests.seconds,
            environ=environ,
            deadline=deadline,
            texts={path: module.text for path, module in outcome.modules.items()},
        )
        outcome.log, outcome.collected, outcome.left_out = ran.log, ran.collected, ran.left_out
        # A deadline that passed before the first mutant is no fault of the environment.
        outcome.broken = ran.broken if time.monotonic() < deadline else ""
        known.update((judged.mutant.id, judged) for judged in ran.judged)
    for mutant in mutants:
        judged = known.get(mutant.id)
        outcome.judged.append(judged or Judged(mutant, NOT_JUDGED, reason=outcome.broken))
    if unknown and not outcome.broken:
        for judged in (known[mutant.id] for mutant in unknown if mutant.id in known):
            target = outcome.target(judged.mutant)
            if target is not None:
                covering = outcome.covering[judged.mutant.id]
                verdicts[judged.mutant.path].keep(judged, target, covering)
    for each in verdicts.values():
        each.save()
