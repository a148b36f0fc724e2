"""What `ambidex mutate` works on: the project, the files asked for, the map of its tests."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from ambidex import __version__, locate
from ambidex.changes import diff, trees
from ambidex.cli.verify import fork_point
from ambidex.mutation import cargo, elements, judging, stryker, targets, with_mutmut
from ambidex.mutation.judging import Outcome
from ambidex.mutation.mutant import Mutant
from ambidex.mutation.targets import Module
from ambidex.policy.compile import compile_policy
from ambidex.proof import copies, junit, python_tests, testmap
from ambidex.proof.command import environment
from ambidex.proof.recording import Recorder
from ambidex.proof.select import python_files
from ambidex.proof.subject import Subject
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict


class Job:
    """One call of the command.

    Attributes:
        root: the project's root.
        state: its state directory.
        policy: the policy snapshot, compiled from what ambidex.toml says now.
        deadline: `time.monotonic()` at which everything must be over.
    """

    def __init__(self, environ: Mapping[str, str], deadline: float) -> None:
        """Find the project around the current directory.

        Raises:
            PolicyError: its configuration is refused.
        """
        self.environ = environ
        self.root = locate.project_root({}, os.getcwd())
        self.state = locate.repository_state(environ, self.root)
        self.policy = compile_policy(self.root, strict=False)
        self.deadline = deadline
        self._subject = self._make([], None)
        self._tests: testmap.TestMap | None = None

    def changed(self, base: str | None) -> list[Module]:
        """The files with functions that changed since a commit.

        Raises:
            TreeError: there is no such commit.
        """
        before = trees.tree_of(self.root, self.state, base or fork_point(self.root))
        self._subject = self._make(self._changes(before), before)
        return targets.changed(self._subject)

    def others(self) -> list[Verdict]:
        """What the tools of other languages say of what changed; nothing where none is used."""
        found = (judge(self._subject) for judge in (stryker.judge, cargo.judge))
        return [verdict for verdict in found if verdict is not None]

    def whole(self, paths: Sequence[str]) -> list[Module]:
        """The files that are asked for, or all source files."""
        wanted: dict[str, list[str]] = {}
        for each in paths:
            name, _, function = each.partition("::")
            for path in self._files(name):
                # `""` stands for the whole file.
                wanted.setdefault(path, []).append(function)
        if not paths:
            wanted = {path: [""] for path in self._sources("")}
        modules = []
        for path, names in sorted(wanted.items()):
            content = self._subject.content(path)
            if content is None:
                raise click.UsageError(f"{path} can't be read.")
            module = targets.whole(path, content, [] if "" in names else names)
            if not module.targets and not module.error:
                raise click.UsageError(f"{path} has no {' or '.join(names)}.")
            modules.append(module)
        return modules

    def prepare(self) -> Verdict | None:
        """Have a map of the tests on the files as they are; a verdict where there is none.

        Raises:
            TreeError: the files can't be read.
            NoCommandError: nothing can run the tests.
        """
        now = trees.take(self.root, self.state, self._subject.before)
        tests = testmap.load(self.state, self.root)
        if tests is None or tests.tree != now.sha:
            recorder = Recorder(self.environ)
            verdict = python_tests.run(
                self.root,
                self.state,
                self._subject.command(),
                environ=self.environ,
                deadline=self.deadline,
                recorder=recorder,
            )
            if verdict.status == FINDINGS and self._pass_unrecorded(verdict, recorder):
                # The map holds what passed; such a test covers nothing in it.
                verdict.status = PASSED
            if verdict.status != PASSED:
                failed = ", ".join(finding.rule for finding in verdict.findings[:3])
                named = f" ({failed})" if failed else ""
                reason = f"the tests have to pass first: {verdict.reason}{named}"
                return Verdict("mutation", NOT_RUN, reason, details=verdict.details)
            tests = testmap.merge(self.state, self.root, recorder.recording, now.sha)
            if tests is None:
                why = recorder.recording.reason or "the state can't be written"
                reason = f"which tests execute what is not known: {why}"
                return Verdict("mutation", NOT_RUN, reason)
        self._tests = tests
        return None

    def _pass_unrecorded(self, verdict: Verdict, recorder: Recorder) -> bool:
        """Whether all that failed passes when nobody looks on.

        Recording changes the depth of recursion, the time that things take and the trace function.
        """
        failed = [node for node, how in recorder.outcomes.items() if how == junit.FAILED]
        if not failed or not all("::" in finding.rule for finding in verdict.findings):
            return False
        again = python_tests.run(
            self.root,
            self.state,
            self._subject.command(),
            environ=self.environ,
            deadline=self.deadline,
            nodes=failed,
        )
        return again.status == PASSED

    def judge(
        self, modules: Sequence[Module], *, keep: Callable[[Mutant], bool] | None, fresh: bool
    ) -> Outcome:
        """Judge the mutants of `modules`; see `judging.run`."""
        if self._tests is None:
            raise ValueError("there is no map yet")
        return judging.run(
            self.root,
            self.state,
            self.policy,
            self._subject.command,
            modules,
            self._tests,
            environ=self.environ,
            deadline=self.deadline,
            keep=keep,
            fresh=fresh,
        )

    def compare(self, outcome: Outcome) -> with_mutmut.Comparison:
        """What mutmut says of the same files.

        Raises:
            MutmutFailed: it judged nothing.
        """
        tests = self._tests
        if tests is None:
            raise ValueError("there is no map yet")
        command = self._subject.command()
        python = command.argv[0] if command.argv[1:3] == ["-m", "pytest"] else sys.executable
        try:
            with copies.work_copy(self.state, self.root, self.deadline) as copy:
                theirs, number, seconds = with_mutmut.run(
                    copy.path,
                    python,
                    list(outcome.modules),
                    self.policy["tests"]["source"],
                    environ=environment(self.environ, self.root),
                    deadline=self.deadline,
                    options=command.only(())[command.pytest_at :],
                )
        except (copies.CopyError, OSError) as error:
            raise with_mutmut.MutmutFailed(str(error)) from None

        def imported(mutant: Mutant) -> bool:
            target = outcome.target(mutant)
            lines = tests.at_import(mutant.path)
            # Its first line is the definition, which always runs then.
            first = _body(outcome.modules[mutant.path].text, mutant)
            return target is not None and any(first <= at <= target.end_line for at in lines)

        comparison = with_mutmut.compare(outcome, theirs, imported)
        comparison.theirs, comparison.seconds = number, seconds
        return comparison

    def report(self, outcome: Outcome) -> dict[str, Any]:
        """The outcome in the schema of mutation-testing-elements."""
        rules = self.policy["mutation"]
        texts = {path: module.text for path, module in outcome.modules.items()}
        return elements.report(
            outcome.judged,
            texts,
            outcome.covering,
            low=min(rules["min_new"], rules["min_critical"]),
            high=max(rules["min_new"], rules["min_critical"]),
            version=__version__,
        )

    def _make(self, changes: Sequence[diff.Change], before: trees.Tree | None) -> Subject:
        return Subject(
            root=self.root,
            state=self.state,
            policy=self.policy,
            changes=changes,
            environ=self.environ,
            deadline=self.deadline,
            before=before,
        )

    def _changes(self, before: trees.Tree) -> list[diff.Change]:
        after = trees.take(self.root, self.state, before)
        return diff.changed(self.state, self.root, before, after)

    def _files(self, name: str) -> list[str]:
        """Source files below a folder, or the file itself, whatever the policy excludes."""
        path = os.path.relpath(os.path.realpath(name), os.path.realpath(self.root))
        path = path.replace(os.sep, "/")
        if path == ".." or path.startswith("../"):
            raise click.UsageError(f"{name} is outside of the project.")
        if os.path.isfile(name):
            return [path]
        found = self._sources("" if path == "." else f"{path}/") if os.path.isdir(name) else []
        if not found:
            raise click.UsageError(f"{name} is no Python source file and has none below it.")
        return found

    def _sources(self, prefix: str) -> list[str]:
        files = python_files(self.root, self.policy["tests"]["exclude"])
        found = [
            path
            for path in files
            if path.startswith(prefix) and targets.is_source(path, self.policy)
        ]
        folders = [f"{folder.strip('/')}/" for folder in self.policy["tests"]["source"]]
        inside = [path for path in found if path.startswith(tuple(folders))]
        # `.` among the source folders says where modules are found, not that all is source.
        return inside if inside and not prefix else found


def _body(text: str, mutant: Mutant) -> int:
    """The first line of the innermost function around a mutant that does not run at import."""
    best = 1
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0].lineno
            if first <= mutant.line <= (node.end_lineno or first):
                best = max(best, first)
    return best
