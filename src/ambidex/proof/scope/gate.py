"""The gate `scope`: how large a change is, its new dependencies, boundaries that it crosses."""

from __future__ import annotations

import time

from ambidex.changes.process import TreeError
from ambidex.policy.globs import matches
from ambidex.proof.scope import boundaries, dependencies
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ambidex.proof.subject import Subject

GATE = "scope"
_MOST_FINDINGS = 50
# Written by tools; nobody reads them line by line.
_LOCKS = frozenset(
    (
        "Cargo.lock",
        "Pipfile.lock",
        "bun.lock",
        "go.sum",
        "package-lock.json",
        "pdm.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "yarn.lock",
    )
)


def judge(subject: Subject) -> Verdict | None:
    """What the policy's `scope` has to say about the change.

    A change that is too large and an import across a boundary are errors, a new dependency is a
    warning.
    """
    started = time.monotonic()
    details: dict[str, Any] = {"files": len(subject.changes)}
    try:
        findings = [
            *_size(subject, details),
            *_dependencies(subject, details),
            *_imports(subject, details),
        ]
    except TreeError as error:
        return Verdict(GATE, BROKEN, str(error))
    seconds = time.monotonic() - started
    if findings:
        shown = findings[:_MOST_FINDINGS]
        return Verdict(GATE, FINDINGS, _reason(findings), shown, details, seconds)
    if not details.get("inspected"):
        details["owed"] = 0
        return Verdict(GATE, NOT_RUN, "nothing that has a scope changed", None, details, seconds)
    return Verdict(GATE, PASSED, "the change keeps to its scope", None, details, seconds)


def _reason(findings: list[Finding]) -> str:
    rules = [finding.rule for finding in findings]
    parts = [f"{rules.count(rule)} {rule}" for rule in dict.fromkeys(rules)]
    return ", ".join(parts)


def _size(subject: Subject, details: dict[str, Any]) -> Iterator[Finding]:
    limits = subject.policy["scope"]
    if limits["max_files"]:
        details["inspected"] = True
        count = len(subject.changes)
        if count > limits["max_files"]:
            message = f"the change touches {count} files; the limit is {limits['max_files']}"
            yield Finding("", 0, "too many files", message)
    if limits["max_lines"] and subject.before is not None:
        details["inspected"] = True
        count = details["lines"] = _lines(subject)
        if count > limits["max_lines"]:
            message = f"it adds and removes {count} lines; the limit is {limits['max_lines']}"
            yield Finding("", 0, "too many lines", message)


def _lines(subject: Subject) -> int:
    """Lines added and removed, those of lock files and of binary files left out."""
    from ambidex.changes.lines import changed_lines

    count = 0
    for change in subject.changes:
        now = b"" if change.status == "D" else subject.content(change.path) or b""
        former = subject.former(change.old_path or change.path) or b""
        if change.path.rpartition("/")[2] in _LOCKS or b"\0" in now[:8000] + former[:8000]:
            continue
        for one, other in ((former, now), (now, former)):
            ranges = changed_lines(one, other, gaps=False)
            count += sum(last - first + 1 for first, last in ranges)
    return count


def _dependencies(subject: Subject, details: dict[str, Any]) -> Iterator[Finding]:
    """Names that no changed manifest of their ecosystem had before."""
    if subject.before is None:
        return
    added: dict[tuple[str, str], tuple[str, bytes]] = {}
    known: set[tuple[str, str]] = set()
    for change in subject.changes:
        old_path = change.old_path or change.path
        for path, content, is_now in (
            (old_path, subject.former(old_path), False),
            (change.path, subject.content(change.path), change.status != "D"),
        ):
            kind = dependencies.ecosystem(path)
            if not kind or content is None:
                continue
            details["inspected"] = True
            try:
                found = dependencies.names(path, content)
            except ValueError:
                # What can't be read is reported by what depends on it: nothing installs then.
                details.setdefault("unreadable", []).append(path)
                continue
            if is_now:
                for name in found:
                    added.setdefault((kind, name), (path, content))
            else:
                known.update((kind, name) for name in found)
    for (kind, name), (path, content) in sorted(added.items()):
        if (kind, name) not in known:
            message = f"new dependency of {kind}: {name}"
            line = _line_of(content, name)
            yield Finding(path, line, "new dependency", message, severity="warning")


def _line_of(content: bytes, name: str) -> int:
    import re

    loose = re.escape(name).replace(r"\-", "[-_.]")
    pattern = rb"(?<![\w.-])" + loose.encode() + rb"(?![\w-])"
    found = re.search(pattern, content, re.IGNORECASE)
    return content.count(b"\n", 0, found.start()) + 1 if found else 0


def _imports(subject: Subject, details: dict[str, Any]) -> Iterator[Finding]:
    """Imports across a boundary that the file did not have when it was on the same side."""
    declared = subject.policy["scope"]["boundaries"]
    sources = subject.policy["tests"]["source"]
    if not declared or subject.before is None:
        return
    for change in subject.changes:
        content = None if change.status == "D" else subject.content(change.path)
        if content is None:
            continue
        old_path = change.old_path or change.path
        now: dict[str, int] | None = None
        for boundary in declared:
            if not any(matches(glob, change.path) for glob in boundary["files"]):
                continue
            details["inspected"] = True
            if now is None:
                now = boundaries.modules(change.path, content, sources)
                former = subject.former(old_path) or b""
                before = boundaries.modules(old_path, former, sources)
            inside = any(matches(glob, old_path) for glob in boundary["files"])
            told = set()
            for module, line in now.items():
                pattern = boundaries.crosses(module, boundary["forbidden"])
                if not pattern or (inside and module in before) or (line, pattern) in told:
                    continue
                told.add((line, pattern))
                message = f"imports {module}, which {pattern} forbids here: {boundary['reason']}"
                yield Finding(change.path, line, "boundary", message)
