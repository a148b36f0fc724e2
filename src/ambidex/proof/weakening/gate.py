"""The gate `weakening`: whether tests, or what checks the code, became weaker with the change.

Nothing is run: files before and after the change are compared. An error says that something is
checked less than before, or that somebody decided that a tool must look away; what may well be
right is a warning. A refactoring is neither.
"""

from __future__ import annotations

import re
import time

from ambidex.changes.process import TreeError
from ambidex.printable import printable
from ambidex.proof import relevance
from ambidex.proof.weakening import (
    deselection,
    expected_files,
    other_tests,
    suppressions,
    tool_settings,
)
from ambidex.proof.weakening.files import Files, LateError
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ambidex.proof.subject import Subject
    from ambidex.proof.weakening.contents import Module, Test

GATE = "weakening"
MOST_FINDINGS = 200
FIX = "restore it, or let a person agree"
_KNOWS_TESTS = re.compile(
    r"""(?:environ\.get|getenv)\(\s*["']PYTEST_CURRENT_TEST|environ\[["']PYTEST_CURRENT_TEST|"""
    r"""["']PYTEST_CURRENT_TEST["']\s+(?:not\s+)?in\s+os\.environ|"""
    r"""["'](?:pytest|unittest)["']\s+(?:not\s+)?in\s+sys\.modules"""
)


def judge(subject: Subject) -> Verdict | None:
    """The verdict on a change.

    Returns:
        `findings` for what became weaker, `not_run` where nothing is to be compared (`owed` 0)
        or the earlier state is not known.
    """
    started = time.monotonic()
    if subject.before is None:
        return Verdict(GATE, NOT_RUN, "it is not known what the tests were before")
    try:
        files = Files(subject)
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    if not files.concerned:
        return Verdict(GATE, NOT_RUN, relevance.NOTHING_RELEVANT, details={"owed": 0})
    found: list[Finding] = []
    try:
        for look in (_tests, _others, _conftests, _expected, _settings, _suppressions, _aware):
            files.hurry()
            found += look(files)
    except LateError:
        return Verdict(GATE, NOT_RUN, "no time was left (deadline)")
    except TreeError as error:
        return Verdict(GATE, NOT_RUN, str(error))
    except RecursionError:
        return Verdict(GATE, NOT_RUN, "an expression is nested too deeply to be followed")
    found.sort(key=lambda finding: (finding.severity != "error", finding.path, finding.line))
    details: dict[str, Any] = {"files": len(files.concerned), "unreadable": files.unreadable}
    seconds = time.monotonic() - started
    if files.unparsed:
        details["unparsed"] = files.unparsed
    if not found and files.unparsed:
        reason = f"it can't be parsed: {printable(files.unparsed[0], 200)}"
        return Verdict(GATE, NOT_RUN, reason, details=details, seconds=seconds)
    if not found:
        reason = f"{len(files.concerned)} files compared"
        return Verdict(GATE, PASSED, reason, details=details, seconds=seconds)
    errors = sum(1 for finding in found if finding.severity == "error")
    details.update(errors=errors, warnings=len(found) - errors)
    reason = f"{errors} things are checked less than before" if errors else "worth a look"
    if errors == 1:
        reason = "one thing is checked less than before"
    return Verdict(GATE, FINDINGS, reason, found[:MOST_FINDINGS], details, seconds)


def _finding(
    rule: str,
    path: str,
    line: int,
    what: str,
    *,
    before: str = "",
    after: str = "",
    sure: bool = True,
) -> Finding:
    lines = ""
    if before:
        lines += f"; before: {printable(before, 110)}"
    if after:
        lines += f"; now: {printable(after, 110)}"
    return Finding(
        printable(path, 300),
        line,
        rule,
        f"{printable(what, 160)}{lines}",
        FIX if sure else "say why, or restore it",
        "error" if sure else "warning",
    )


def _tests(files: Files) -> Iterator[Finding]:
    """Python's tests, and new ones that prove little."""
    from ambidex.proof.weakening import hollow, reader, weaker
    from ambidex.proof.weakening.gone import Gone

    old, new = files.modules(after=False), files.modules(after=True)
    if not old and not new:
        return
    same = _same(files, old, new)
    before = [
        test
        for m in old
        for test in reader.tests(m, files.around(m, after=False), same.get(m.path, ()))
    ]
    after = [
        test
        for m in new
        for test in reader.tests(m, files.around(m, after=True), same.get(m.path, ()))
    ]
    lines = {module.path: module for module in old}
    lengths = {module.path: len(module.lines) for module in new}
    gone = files.gone() if before else Gone()

    def unchanged() -> list[Test]:
        return [
            test
            for m in new
            for test in reader.tests(
                m,
                files.around(m, after=True),
                {place.qualname for place in m.places} - same.get(m.path, set()),
            )
        ]

    for each in weaker.compare(
        before, after, gone, lambda path, line: lines[path].line(line), files.moved, unchanged
    ):
        yield _finding(
            each.rule,
            each.path,
            # A test that is gone is where it was, in a file that may be shorter now.
            min(each.line, lengths.get(each.path, each.line)),
            each.what,
            before=each.before,
            after=each.after,
            sure=each.sure,
        )
    for test, why in hollow.new(before, after):
        yield _finding("proves-little", test.path, test.line, f"{test.name} {why}", sure=False)
    deselected = files.deselected_marks()
    marks = {(test.qualname, test.path): test.marks for test in before}
    for test in after:
        fresh = (test.marks & deselected) - marks.get((test.qualname, test.path), test.marks)
        if fresh:
            what = f"{test.name} is marked with what the configuration deselects"
            yield _finding("test-skipped", test.path, test.line, what, after=sorted(fresh)[0])


def _same(files: Files, old: list[Module], new: list[Module]) -> dict[str, set[str]]:
    """Qualnames of the functions that say the same before and after, by both paths."""
    from ambidex.proof.weakening.surroundings import signatures

    now = {module.path: module for module in new}
    found: dict[str, set[str]] = {}
    for module in old:
        path = files.moved.get(module.path, module.path)
        other = now.get(path)
        if other is None:
            continue
        was = signatures(module, files.around(module, after=False))
        then = signatures(other, files.around(other, after=True))
        equal = {name for name, text in was.items() if then.get(name) == text}
        found[module.path] = found[path] = equal
    return found


def _others(files: Files) -> Iterator[Finding]:
    """Tests in other languages."""
    for file in files.others():
        if file.after is None:
            if not files.has_gone(file) and file.before:
                what = "the file of tests is gone"
                yield _finding("test-removed", file.path, 0, what)
            continue
        for rule, line, what, sure in other_tests.weaker(file.path, file.before or "", file.after):
            yield _finding(rule, file.path, line, what, sure=sure)


def _conftests(files: Files) -> Iterator[Finding]:
    """Deselection by code, and replacements that every test gets."""
    for file in files.conftests():
        was = {sign.text for sign in deselection.signs(file.before or "")}
        for sign in deselection.signs(file.after or ""):
            if sign.text not in was:
                yield _finding("deselected", file.path, sign.line, sign.what, after=sign.text)
        known = {patch[:2] for patch in deselection.replaced(file.before or "")}
        for owner, name, line in deselection.replaced(file.after or ""):
            if (owner, name) not in known and name in files.gone().defined:
                what = f"every test gets a replacement of `{name}`, which this change touches"
                yield _finding("subject-mocked", file.path, line, what)


def _expected(files: Files) -> Iterator[Finding]:
    """Files that say what tests expect, changed where they were."""
    for file in files.expected():
        if file.before is None:
            continue
        if file.after is None:
            if not files.tests_gone():
                what = "a file that says what tests expect is gone"
                yield _finding("expectation-changed", file.path, 0, what)
            continue
        entry = expected_files.changed_entry(file.before, file.after)
        if entry is not None:
            was, now, line = entry
            what = "what tests expect was changed together with the code"
            yield _finding("expectation-changed", file.path, line, what, before=was, after=now)


def _settings(files: Files) -> Iterator[Finding]:
    """Settings of tools that check less."""
    changed = files.settings()
    for file in changed:
        rest_after = "\n".join(each.after or "" for each in changed if each is not file)
        rest_before = "\n".join(each.before or "" for each in changed if each is not file)
        for each in tool_settings.loosened(file.path, file.before or "", file.after or ""):
            key = each.setting.rpartition(".")[2]
            # Settings that move into another file are as strict as before.
            moved = not each.after or each.after in rest_before
            if rest_after and key in rest_after and moved and _all_in(each.before, rest_after):
                continue
            if not each.before and rest_before and _all_in(each.after, rest_before):
                continue
            line = next(
                (n for n, text in enumerate((file.after or "").splitlines(), 1) if key in text), 0
            )
            yield _finding(
                "settings-loosened",
                file.path,
                line,
                f"{each.setting}: {each.what}",
                before=each.before,
                after=each.after,
                sure=each.sure,
            )


def _all_in(listed: str, text: str) -> bool:
    text = text.lower()
    return all(part.strip().lower() in text for part in listed.split(","))


def _suppressions(files: Files) -> Iterator[Finding]:
    """Comments that tell tools to look away."""
    before, after = [], []
    for file in files.commented():
        before += suppressions.found(file.path, file.before or "")
        after += suppressions.found(file.path, file.after or "")
    for each in suppressions.new(before, after):
        sure = each.area != suppressions.LAYOUT
        if each.area == suppressions.TOOL and files.is_test_side(each.path):
            # What a linter overlooks in a test weakens no proof.
            sure = False
        what = f"`{each.text}` is new"
        yield _finding("suppressed", each.path, each.line, what, after=each.source, sure=sure)


def _aware(files: Files) -> Iterator[Finding]:
    """Code that finds out whether it is being tested."""
    for file in files.sources():
        after, before = file.after or "", file.before or ""
        signs = list(_KNOWS_TESTS.finditer(after))
        if len(signs) > len(_KNOWS_TESTS.findall(before)):
            line = after.count("\n", 0, signs[-1].start()) + 1
            shown = after.splitlines()[line - 1].strip()
            what = "the code behaves otherwise while it is tested"
            yield _finding("knows-its-tests", file.path, line, what, after=shown)
