"""One file: fix, format, and say what is new. The same for all languages.

A generator: it yields the jobs that it can run at once and is sent their outcomes, so that many
files share one pool of processes. It goes round until neither a fix nor the formatter changes
anything, hence treating twice is treating once.

What may be changed: in a new file, and in one that was clean at the baseline, everything; in
any other only the lines that differ from the baseline, so that the diff stays its author's.
"""

from __future__ import annotations

from ambidex.changes.lines import changed_lines
from ambidex.edits.language import ToolError, UnparsableError
from ambidex.edits.lines import essence, only_new, replaced_span, split, substance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from ambidex.edits.language import Call, Diagnostic, Language
    from ambidex.edits.process import Job, Outcome

    Ranges = list[tuple[int, int]]
    Asking = Generator[list[Job], list[Outcome]]

# Fixes enable fixes, and the formatter follows; three rounds are usual.
_ROUNDS = 12


class Improvement:
    """What became of one file.

    Attributes:
        content: the content after fixing and formatting; unchanged when nothing was to be fixed.
        formatted: what the formatter would make of the content; equals `content` after fixing.
        diagnostics: what is new and must be reported about `content`.
        original: the same about the content as it was given.
        unparsable: the diagnostic that says so, when the content is not valid in its language.
        format_error: why the formatter could not judge; None when it did.
        lint_error: likewise for the linter.
        format_excluded: True when the formatter is configured to ignore this file.
        lint_excluded: likewise for the linter.
    """

    __slots__ = (
        "content",
        "diagnostics",
        "format_error",
        "format_excluded",
        "formatted",
        "lint_error",
        "lint_excluded",
        "original",
        "unparsable",
    )

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.formatted = content
        self.diagnostics: list[Diagnostic] = []
        self.original: list[Diagnostic] = []
        self.unparsable: Diagnostic | None = None
        self.format_error: ToolError | None = None
        self.lint_error: ToolError | None = None
        self.format_excluded = False
        self.lint_excluded = False


class Options:
    """What is wanted of a file: which gates, whether to change it, whether its author is done.

    Attributes:
        format: whether the formatter is asked.
        lint: whether the linter is asked.
        fix: whether the content may be changed; otherwise differences are only found out.
        settled: whether what is usual in unfinished code is reported as well.
    """

    __slots__ = ("fix", "format", "lint", "settled")

    def __init__(self, format: bool, lint: bool, fix: bool, settled: bool) -> None:
        self.format = format
        self.lint = lint
        self.fix = fix
        self.settled = settled

    def without_fixing(self) -> Options:
        """The same, but nothing may be changed."""
        return Options(self.format, self.lint, False, self.settled)


def improve(
    language: Language, call: Call, content: bytes, before: bytes | None, options: Options
) -> Generator[list[Job], list[Outcome], Improvement]:
    """Improve `content`; see the module.

    Args:
        language: the adapter.
        call: where and as what its tools are called.
        content: the file's UTF-8 bytes without byte order mark.
        before: the baseline's bytes, likewise; None when the file is new.
        options: what is wanted.
    """
    tool = _Tool(language, call)
    yield from tool.ask(
        *[(kind, text) for text in (content, before) if text is not None for kind in _KINDS]
    )
    judge = _Judge(tool, before, options)
    result = Improvement(content)
    if options.lint:
        try:
            result.original = judge.report(content)
        except ToolError as error:
            result.lint_error = error
    result.diagnostics = result.original
    result.unparsable = judge.unparsable(content)
    if result.unparsable is None:
        yield from _refine(judge, result)
    yield from _notice_exclusion(tool, [content, before], result)
    return result


def _refine(judge: _Judge, result: Improvement) -> Asking:
    options, original = judge.options, result.content
    now = original
    fixing = options.fix and options.lint and result.lint_error is None
    for _ in range(_ROUNDS):
        yield from judge.tool.ask(*[(kind, now) for kind in _KINDS])
        try:
            fixed = (yield from judge.fixed(now)) if fixing else now
            if fixed != now:
                now = fixed
                continue
        except ToolError as error:
            result.lint_error = error
            fixing = False
        try:
            formatted = (yield from judge.formatted(now)) if options.format else now
        except ToolError as error:
            result.format_error = error
            formatted = now
        if formatted == now or not options.fix:
            result.content, result.formatted = now, formatted
            break
        now = formatted
    else:
        result.content = result.formatted = original
        result.format_error = ToolError("fixes and formatting undo each other; nothing is written")
    if options.lint and result.lint_error is None and result.content != original:
        result.diagnostics = judge.report(result.content)


def _notice_exclusion(tool: _Tool, texts: list[bytes | None], result: Improvement) -> Asking:
    """A tool that ignores a file says the same as about a clean one; show it what cannot pass."""
    known = [text for text in texts if text is not None]
    silent = [kind for kind in _KINDS if all(tool.is_silent(kind, text) for text in known)]
    canary = tool.language.canary
    yield from tool.ask(*[(kind, canary) for kind in silent])
    result.format_excluded = _FORMAT in silent and tool.is_silent(_FORMAT, canary)
    result.lint_excluded = _LINT in silent and tool.is_silent(_LINT, canary)


_LINT, _FORMAT, _FIX = "lint", "format", "fix"
_KINDS = (_LINT, _FORMAT)


class _Tool:
    """The adapter's answers, each question asked once."""

    def __init__(self, language: Language, call: Call) -> None:
        self.language = language
        self.call = call
        self.answers: dict[tuple[object, ...], Outcome] = {}

    def ask(self, *questions: tuple[str, bytes] | tuple[str, bytes, tuple[int, int]]) -> Asking:
        open_ = [one for one in dict.fromkeys(questions) if one not in self.answers]
        if open_:
            outcomes = yield [self._job(*one) for one in open_]
            self.answers.update(zip(open_, outcomes))

    def _job(self, kind: str, text: bytes, lines: tuple[int, int] | None = None) -> Job:
        if kind == _LINT:
            return self.language.lint_job(self.call, text)
        if kind == _FIX:
            return self.language.fix_job(self.call, text)
        return self.language.format_job(self.call, text, lines)

    def lint(self, text: bytes) -> list[Diagnostic]:
        return self.language.read_lint(self.answers[_LINT, text])

    def fix(self, text: bytes) -> bytes:
        return self.language.read_fix(self.answers[_FIX, text])

    def format(self, text: bytes, *lines: tuple[int, int]) -> bytes:
        return self.language.read_format(self.answers[(_FORMAT, text, *lines)])

    def is_silent(self, kind: str, text: bytes) -> bool:
        try:
            return not self.lint(text) if kind == _LINT else self.format(text) == text
        except (ToolError, UnparsableError):
            return False


class _Judge:
    """What may be changed and what is reported, given the baseline."""

    def __init__(self, tool: _Tool, before: bytes | None, options: Options) -> None:
        self.tool = tool
        self.before = before
        self.options = options
        self.clean = before is None or tool.is_silent(_FORMAT, before)
        self.known: list[tuple[str, bytes]] | None = []
        # Once a fix of ours broke the content, the rest is left to the author.
        self.distrust = False
        if before is not None and options.lint:
            self.known = None if self.unparsable(before) else self._keys(before)

    def _keys(self, text: bytes) -> list[tuple[str, bytes]] | None:
        try:
            diagnostics = self.tool.lint(text)
        except ToolError:
            return None
        lines = split(text)
        return [_key(one, lines) for one in diagnostics]

    def unparsable(self, text: bytes) -> Diagnostic | None:
        """The first diagnostic that says that `text` is not valid at all."""
        from ambidex.edits.language import Diagnostic as Made

        try:
            self.tool.format(text)
            return None
        except ToolError:
            return None
        except UnparsableError as error:
            reason = str(error)
        try:
            for one in self.tool.lint(text):
                if one.syntax:
                    return one
        except ToolError:
            pass
        return Made(0, "invalid-syntax", reason, syntax=True)

    def report(self, text: bytes) -> list[Diagnostic]:
        """The diagnostics of `text` that are new and due."""
        diagnostics = self.tool.lint(text)
        broken = self.unparsable(text)
        if broken is not None:
            diagnostics = [broken]
        elif not self.options.settled:
            diagnostics = [d for d in diagnostics if d.rule not in self.tool.language.deferred]
        if self.known is None:
            # The baseline could not be judged; the changed lines are all that is known to be new.
            ranges = self._ranges(text)
            return [d for d in diagnostics if any(a <= d.line <= b for a, b in ranges)]
        lines = split(text)
        return only_new(diagnostics, self.known, lambda one: _key(one, lines))

    def _ranges(self, text: bytes) -> Ranges:
        return changed_lines(self.before or b"", text, gaps=False)

    def fixed(self, text: bytes) -> Generator[list[Job], list[Outcome], bytes]:
        """`text` after the safe fixes that are ours to make."""
        due = [d for d in self.tool.lint(text) if self._fixable(d)]
        if not due:
            return text
        if self._whole():
            yield from self.tool.ask((_FIX, text))
            return self.tool.fix(text)
        ranges = self._ranges(text)
        fixed = _apply(text, [d for d in due if _within(d, ranges)])
        if fixed == text or self.distrust:
            return text
        yield from self.tool.ask((_LINT, fixed), (_FORMAT, fixed))
        if self.unparsable(fixed) is not None:
            self.distrust = True
            return text
        return fixed

    def _fixable(self, diagnostic: Diagnostic) -> bool:
        return bool(diagnostic.edits) and diagnostic.rule not in self.tool.language.deferred

    def _whole(self) -> bool:
        if self.before is None:
            return True
        return self.clean and not any(self._fixable(d) for d in self.tool.lint(self.before))

    def formatted(self, text: bytes) -> Generator[list[Job], list[Outcome], bytes]:
        """`text` after the formatting that is ours to make."""
        if self.clean:
            return self._format(text)
        ranges = self._ranges(text)
        yield from self.tool.ask(*[(_FORMAT, text, lines) for lines in ranges])
        lines = split(text)
        limit = len(lines) + 1
        result = lines
        for one in reversed(ranges):
            span = replaced_span(lines, split(self._format(text, one)))
            # Two ranges within one statement give the same or overlapping edits: the next round
            # sees what is left.
            if span is not None and span[1] < limit:
                start, end, new = span
                result = [*result[:start], *new, *result[end:]]
                limit = start
        return b"".join(result)

    def _format(self, text: bytes, *lines: tuple[int, int]) -> bytes:
        try:
            formatted = self.tool.format(text, *lines)
        except UnparsableError:
            return text
        if substance(formatted) != substance(text):
            # A wrapper that prints something else must not cost anybody a file.
            raise ToolError(f"{self.tool.language.tool} did not answer with the formatted file")
        return formatted


def _key(diagnostic: Diagnostic, lines: list[bytes]) -> tuple[str, bytes]:
    there = 0 < diagnostic.line <= len(lines)
    return diagnostic.rule, essence(lines[diagnostic.line - 1]) if there else b""


def _within(diagnostic: Diagnostic, ranges: Ranges) -> bool:
    return all(
        any((first, 1) <= edit.start and edit.end <= (last + 1, 1) for first, last in ranges)
        for edit in diagnostic.edits
    )


def _apply(text: bytes, diagnostics: list[Diagnostic]) -> bytes:
    """Apply whole fixes that touch neither each other nor a place that is already taken."""
    lines = split(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(place: tuple[int, int]) -> int:
        row, column = place
        if row > len(lines):
            return len(text)
        return starts[row - 1] + len(lines[row - 1].decode()[: column - 1].encode())

    taken: list[tuple[int, int, bytes]] = []
    for diagnostic in diagnostics:
        spans = [(offset(e.start), offset(e.end), e.text.encode()) for e in diagnostic.edits]
        if all(end < a or start > b for start, end, _ in spans for a, b, _ in taken):
            taken += spans
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return text
