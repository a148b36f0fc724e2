"""What type checkers and builds print, read into problems.

Only errors are read: warnings, notes and remarks never count, here as in the tools' exit codes.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Reader = Callable[[str, str, str], "Report"]

# `a/b.py:3:5: error: text [code]`, `a/b.ts(3,5): error TS2322: text`, `./a.go:3:5: text`, and
# pyright's `  /a/b.py:3:5 - error: text (code)`. A Windows drive is no line number.
_PLACED = re.compile(
    r"^\s*(?P<path>(?!\d+:)[^\s:(][^:(\n]*?)"
    r"(?::(?P<line>\d+)(?::(?P<column>\d+))?|\((?P<line2>\d+),\d+\))"
    r"(?::\d+(?::\d+)?)?\s*(?::|-)\s*(?P<rest>.*)$"
)
_ERROR = re.compile(r"^(?:fatal\s+)?error\b\s*(?P<code>[A-Z]{1,4}\d+|\[[\w-]+\])?\s*:?\s*", re.I)
_TRAILING_CODE = re.compile(r"\s+[\[(](?P<code>[\w.-]+)[\])]$")
_RUSTC = re.compile(r"^error(?:\[(?P<code>E\d+)\])?: (?P<message>.+)$")
_RUSTC_PLACE = re.compile(r"^\s*--> (?P<path>[^:\n]+):(?P<line>\d+):\d+$")
_MYPY_COUNT = re.compile(r"(?:checked|no issues found in) (\d+) source files?")
_GO = re.compile(r"^(?:vet: )?(?P<path>[^\s:#][^:]*\.go):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Problem:
    """One error of a checker.

    Attributes:
        path: relative to the root, with `/`; `""` when no file is concerned.
        line: 1-based; 0 when unknown.
        code: the checker's own identifier, `""` when it has none.
        message: one line.
        text: the source line without its indentation, where the error was looked up; else `""`.
    """

    __slots__ = ("code", "line", "message", "path", "text")

    def __init__(self, path: str, line: int, code: str, message: str, text: str = "") -> None:
        self.path = path
        self.line = line
        self.code = code
        self.message = message
        self.text = text

    def as_list(self) -> list[object]:
        """The problem as JSON-ready data, for `Problem(*data)`."""
        return [self.path, self.line, self.code, self.message, self.text]


class Report:
    """What one run of a checker printed.

    Attributes:
        problems: its errors.
        checked: how many files it looked at; -1 when it does not say.
        crashed: it failed itself, or could not use its configuration.
        partial: these errors kept it from looking for others.
        nothing: it says that there was nothing to look at, which some tools call a failure.
    """

    __slots__ = ("checked", "crashed", "nothing", "partial", "problems")

    def __init__(
        self,
        problems: Iterable[Problem],
        checked: int = -1,
        *,
        crashed: bool = False,
        partial: bool = False,
        nothing: bool = False,
    ) -> None:
        self.problems = list(problems)
        self.checked = checked
        self.crashed = crashed
        self.partial = partial
        self.nothing = nothing


def mypy(out: str, folder: str, top: str) -> Report:
    """Read mypy's lines; `INTERNAL ERROR` is a crash, no finding."""
    found = _MYPY_COUNT.search(out)
    problems = list(_placed(out, folder, top))
    return Report(
        problems,
        int(found.group(1)) if found else -1,
        crashed=any("INTERNAL ERROR" in problem.message for problem in problems),
        partial="errors prevented further checking" in out,
        nothing="There are no .py[i] files" in out or "mypy: can't read file" in out,
    )


def pyright(out: str, folder: str, top: str) -> Report:
    """Read what pyright prints for `--outputjson`."""
    import json

    try:
        data, _ = json.JSONDecoder().raw_decode(out, out.index("{"))
        problems = [
            Problem(
                _relative(str(each.get("file", "")), folder, top),
                int(each.get("range", {}).get("start", {}).get("line", -1)) + 1,
                str(each.get("rule", "")),
                _first_line(str(each["message"])),
            )
            for each in data["generalDiagnostics"]
            if each["severity"] == "error"
        ]
        return Report(problems, int(data["summary"]["filesAnalyzed"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Report([], crashed=True)


def tsc(out: str, folder: str, top: str) -> Report:
    """Read tsc's lines, with the list of files that `--listFiles` adds."""
    files = 0
    for line in out.splitlines():
        # Its own declarations and those of packages are read, too, and are not the project's.
        files += os.path.isabs(line) and os.path.isfile(line) and "/node_modules/" not in line
    problems = list(_placed(out, folder, top))
    return Report(
        problems,
        files,
        # TS1xxx are errors of syntax; types are not looked at while there is one.
        partial=any(re.fullmatch(r"TS1\d{3}", problem.code) for problem in problems),
        nothing="error TS18003:" in out,
    )


def cargo(out: str, folder: str, top: str) -> Report:
    """Read `--message-format=json`: one object a line."""
    import json

    problems = []
    seen = set()
    checked = 0
    for line in out.splitlines():
        try:
            data = json.loads(line)
            if data["reason"] == "compiler-artifact":
                checked += len(data["target"]["kind"]) > 0
            if data["reason"] != "compiler-message" or data["message"]["level"] != "error":
                continue
            message = data["message"]
            spans = [span for span in message["spans"] if span["is_primary"]]
        except (ValueError, KeyError, TypeError):
            continue
        checked += 1
        place = (str(spans[0]["file_name"]), int(spans[0]["line_start"])) if spans else ("", 0)
        code = str((message.get("code") or {}).get("code", ""))
        text = _first_line(str(message["message"]))
        # `aborting due to 2 previous errors` is no error of its own; with tests or examples
        # the same file is compiled more than once.
        if not text.startswith("aborting due to") and (place, code, text) not in seen:
            seen.add((place, code, text))
            problems.append(Problem(_relative(place[0], folder, top), place[1], code, text))
    # A phase of the compiler begins when the one before found nothing.
    return Report(problems, checked, partial=bool(problems))


def go(out: str, folder: str, top: str) -> Report:
    """Read go's lines, of the compiler and of vet alike: both end with a failure."""
    problems = []
    for line in out.splitlines():
        found = _GO.match(line)
        if found:
            path = _relative(found["path"], folder, top)
            problems.append(Problem(path, int(found["line"]), "", found["message"]))
    empty = "matched no packages" in out or "no packages to vet" in out
    return Report(problems, partial=bool(problems), nothing=empty)


def any_tool(out: str, folder: str, top: str) -> Report:
    """Read what most tools print: a place and the word `error`; and rustc's two lines."""
    out = _COLOURS.sub("", out)
    problems = list(_placed(out, folder, top))
    waiting: re.Match[str] | None = None
    for line in out.splitlines():
        place = _RUSTC_PLACE.match(line)
        if waiting and place:
            path = _relative(place["path"], folder, top)
            code, message = waiting["code"] or "", waiting["message"]
            problems.append(Problem(path, int(place["line"]), code, message))
            waiting = None
        waiting = _RUSTC.match(line) or waiting
    return Report(problems)


def _placed(out: str, folder: str, top: str) -> Iterator[Problem]:
    for line in out.splitlines():
        placed = _PLACED.match(line[:4000])
        error = placed and _ERROR.match(placed["rest"])
        if not placed or not error:
            continue
        message = placed["rest"][error.end() :].strip()
        code = (error["code"] or "").strip("[]")
        trailing = _TRAILING_CODE.search(message)
        if not code and trailing:
            code, message = trailing["code"], message[: trailing.start()]
        path = _relative(placed["path"], folder, top)
        yield Problem(path, int(placed["line"] or placed["line2"]), code, message)


def _relative(path: str, folder: str, top: str) -> str:
    """`path` as printed by a tool that ran in `folder`, relative to `top`.

    A tool may have resolved symbolic links on the way to the project.
    """
    if not path:
        return ""
    whole = os.path.normpath(os.path.join(folder, path))
    for base in (top, os.path.realpath(top)):
        if whole.startswith(base.rstrip("/") + "/"):
            return os.path.relpath(whole, base)
    return whole


def _first_line(message: str) -> str:
    return message.strip().split("\n", 1)[0]
