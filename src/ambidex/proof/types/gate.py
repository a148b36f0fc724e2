"""The gate `types`: the project's own type checker or build, and only errors that are new.

The checker runs once as the tree is now. Only where it finds something does it run on the earlier
tree as well; those errors are kept under the tree, the tool and its environment.
"""

from __future__ import annotations

import os
import time

from ambidex.changes.process import TreeError
from ambidex.proof import relevance
from ambidex.proof.types import checkers, earlier_errors
from ambidex.proof.types.run import GATE, Answer, run
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.proof.subject import Subject
    from ambidex.proof.types.checkers import Checker

_MOST_FINDINGS = 200


def judge(subject: Subject) -> Verdict | None:
    """The verdict of every checker that the change concerns, as one."""
    started = time.monotonic()
    paths = relevance.paths_of(subject.changes)
    found = checkers.find(subject.root, subject.policy, subject.environ, paths)
    if not found:
        return Verdict(GATE, NOT_RUN, "no checked file changed", details={"owed": 0})
    deadline = subject.deadline_of(GATE)
    verdicts = [_one(subject, checker, deadline) for checker in found]
    verdict = _together(verdicts)
    verdict.seconds = time.monotonic() - started
    return verdict


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """Findings of any count; else what did not run or is broken; passed only if all passed."""
    details = {"tools": [verdict.details for verdict in verdicts]}
    # A file that belongs to several configurations is checked under each of them.
    by_place = {
        (finding.path, finding.line, finding.rule, finding.message): finding
        for verdict in verdicts
        for finding in verdict.findings
    }
    findings = list(by_place.values())
    for status in (FINDINGS, BROKEN, NOT_RUN, PASSED):
        reasons = [verdict.reason for verdict in verdicts if verdict.status == status]
        if reasons:
            break
    reason = "; ".join(dict.fromkeys(reasons))
    return Verdict(GATE, status, reason, findings[:_MOST_FINDINGS], details)


def _one(subject: Subject, checker: Checker, deadline: float) -> Verdict:
    details: dict[str, Any] = {"tool": checker.name, "folder": checker.folder}
    if not checker.program:
        reason = f"{checker.name} is not installed; to install it: {checker.install}"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    try:
        return _compared(subject, checker, deadline, details)
    except TreeError as error:
        return Verdict(GATE, BROKEN, f"{checker.name}: {error}", details=details)


def _compared(
    subject: Subject, checker: Checker, deadline: float, details: dict[str, Any]
) -> Verdict:
    started = time.monotonic()
    if checker.apart and subject.after is not None:
        now = _on_tree(subject, checker, subject.after, deadline, details)
    else:
        now = run(subject, checker, subject.root, "now", deadline, details)
    details["seconds"] = round(time.monotonic() - started, 3)
    if isinstance(now, Verdict):
        return now
    details["errors"] = len(now.problems)
    if now.report.nothing or (not now.failed and now.report.checked == 0):
        return Verdict(GATE, NOT_RUN, f"{checker.name} checked no file", details=details)
    if not now.failed and not now.broken:
        return Verdict(GATE, PASSED, f"{checker.name} found no error", details=details)
    if subject.before is None:
        reason = f"{checker.name} found errors, and no earlier state is known to compare with"
        return Verdict(GATE, NOT_RUN, reason, details=details)
    before = _before(subject, checker, deadline, details)
    if isinstance(before, Verdict):
        return before
    if now.broken:
        return _broken(subject, checker, now, before, details)
    if before.broken:
        reason = f"{checker.name} could not check the earlier state: {before.said}"
        return Verdict(GATE, BROKEN, reason, details=details)
    if before.report.checked == 0 and now.report.checked > 0 and _had_files(subject, checker):
        reason = f"{checker.name} checked no file of the earlier state"
        return Verdict(GATE, BROKEN, reason, details=details)
    return _new(subject, checker, now, before, details)


def _broken(
    subject: Subject, checker: Checker, now: Answer, before: Answer, details: dict[str, Any]
) -> Verdict:
    """A tool that fails by itself: a finding only where the change is what broke it."""
    changed = {change.path for change in subject.changes}
    ours = checker.configuration in changed or not checker.configuration
    if before.broken or not ours or now.report.crashed:
        reason = f"{checker.name} fails without naming an error: {now.said}"
        return Verdict(GATE, BROKEN, reason, details=details)
    what = f"{checker.name} fails since this change, without naming a file: {now.said}"
    where = checker.configuration
    finding = Finding(where, 0, checker.name, what, _again(subject, checker))
    return Verdict(GATE, FINDINGS, f"{checker.name} fails", [finding], details)


def _new(
    subject: Subject, checker: Checker, now: Answer, before: Answer, details: dict[str, Any]
) -> Verdict:
    from ambidex.proof.types.new_errors import only_new

    renamed = {change.path: change.old_path for change in subject.changes if change.old_path}
    maps: dict[str, Mapping[int, int]] = {}

    def lines(path: str) -> Mapping[int, int]:
        if path not in maps:
            maps[path] = _origins(subject, path, renamed.get(path, path))
        return maps[path]

    fresh = only_new(now.problems, before.problems, renamed, lines)
    if before.report.partial:
        # Errors that an earlier error had hidden come to light when that is corrected.
        fresh = [p for p in fresh if lines(p.path) and p.line not in lines(p.path)]
    details["new"] = len(fresh)
    if not fresh:
        count = len(now.problems)
        reason = f"{checker.name} found no new error ({count} were there before)"
        return Verdict(GATE, PASSED, reason, details=details)
    again = _again(subject, checker)
    findings = [Finding(p.path, p.line, p.code or checker.name, p.message, again) for p in fresh]
    word = "error" if len(fresh) == 1 else "errors"
    return Verdict(GATE, FINDINGS, f"{len(fresh)} new {word} of {checker.name}", findings, details)


def _origins(subject: Subject, path: str, old_path: str) -> Mapping[int, int]:
    from ambidex.changes.lines import origins

    if path not in {change.path for change in subject.changes}:
        return {}
    content, former = subject.content(path), subject.former(old_path)
    # Line 0 never is one: the mapping must not be empty, which stands for an unchanged file.
    return {0: 0, **origins(former or b"", content or b"")}


def _again(subject: Subject, checker: Checker) -> str:
    import shlex

    program = os.path.relpath(checker.program, subject.root)
    if program.startswith(".."):
        program = os.path.basename(checker.program)
    words = [program, *checker.arguments, *checker.targets]
    if "{cache}" in words:
        at = words.index("{cache}")
        del words[at - 1 : at + 1]
    place = f"cd {shlex.quote(checker.folder)} && " if checker.folder else ""
    return f"re-run: {place}{' '.join(map(shlex.quote, words))}"


def _had_files(subject: Subject, checker: Checker) -> bool:
    suffixes = (".py", ".pyi", ".ts", ".tsx", ".rs", ".go")
    prefix = f"{checker.folder}/" if checker.folder else ""
    return any(
        change.status in ("M", "R", "D")
        and change.path.startswith(prefix)
        and change.path.endswith(suffixes)
        for change in subject.changes
    )


def _on_tree(
    subject: Subject, checker: Checker, tree: Any, deadline: float, details: dict[str, Any]
) -> Answer | Verdict:
    from ambidex.proof.types.earlier import files_of

    with files_of(subject.state, subject.root, tree) as top:
        if not checkers.is_configured(checker, top):
            # The checker is as new as the change. Old code is not blamed for what nobody asked:
            # it is looked at as the code of today is.
            _bring(subject, checker.configuration, top)
        return run(subject, checker, top, "before", deadline, details)


def _bring(subject: Subject, path: str, top: str) -> None:
    content = subject.content(path)
    target = os.path.join(top, path)
    if content is None or not os.path.isdir(os.path.dirname(target)):
        return
    if os.path.lexists(target):
        # It shares its content with the checkout, which stays as it is.
        os.unlink(target)
    with open(target, "wb") as file:
        file.write(content)


def _before(
    subject: Subject, checker: Checker, deadline: float, details: dict[str, Any]
) -> Answer | Verdict:
    """What the checker says about the earlier tree, now or when it was last asked."""
    tree: Any = subject.before
    path = earlier_errors.place(subject, checker, str(details.get("version", "")))
    kept = earlier_errors.load(path)
    details["baseline"] = "kept" if kept else "run"
    if kept is not None:
        return kept
    answer = _on_tree(subject, checker, tree, deadline, details)
    if isinstance(answer, Answer) and not answer.broken:
        earlier_errors.keep(path, answer)
    return answer
