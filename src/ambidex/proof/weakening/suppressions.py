"""Comments that tell a tool to look away, and which of them are new.

They are counted per file and kind, so that a line that moves, or moves into another file of the
same change, brings nothing new. Text in strings is no comment.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROOF = "proof"
TOOL = "tool"
LAYOUT = "layout"

_PYTHON = (
    (r"pragma:\s*no\s+mutate", PROOF),
    (r"pragma:\s*no\s*(?:cover|branch)", PROOF),
    (r"doctest:\s*\+SKIP", PROOF),
    (r"nosemgrep\b", TOOL),
    (r"nosec\b", TOOL),
    (r"(?:ruff|flake8):\s*noqa\b(?::\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?", TOOL),
    (r"noqa\b(?::\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?", TOOL),
    (r"type:\s*ignore\b(?:\[[^\]]*\])?", TOOL),
    (r"pyright:\s*(?:ignore\b(?:\[[^\]]*\])?|basic\b|\w+\s*=\s*(?:false|none|warning))", TOOL),
    (r"mypy:\s*(?:ignore-errors|disable-error-code|allow-[\w-]+)", TOOL),
    (r"pyre-(?:ignore|fixme)\b(?:\[[^\]]*\])?", TOOL),
    (r"ty:\s*ignore\b(?:\[[^\]]*\])?", TOOL),
    (r"pylint:\s*(?:disable|skip-file)[\w=,\s-]*", TOOL),
    (r"(?:fmt|yapf):\s*(?:off|skip)", LAYOUT),
    (r"isort:\s*(?:skip\w*|off)", LAYOUT),
)
_OTHERS = (
    (r"eslint-disable(?:-next-line|-line)?\b[^\n*]*", TOOL),
    (r"@ts-(?:ignore|expect-error|nocheck)\b", TOOL),
    (r"(?:istanbul|c8|v8)\s+ignore\s+\w+", PROOF),
    (r"Stryker\s+disable\b[^\n*]*", PROOF),
    (r"biome-ignore\b[^\n:]*", TOOL),
    (r"deno-lint-ignore\b[^\n*]*", TOOL),
    (r"nosemgrep\b", TOOL),
    (r"nolint\b[\w:,]*", TOOL),
    (r"#nosec\b", TOOL),
    (r"prettier-ignore\b", LAYOUT),
)
_RUST = ((r"#!?\[\s*(?:allow|expect)\s*\([^)\]]*\)\s*\]", TOOL), (r"#\[\s*ignore\b", PROOF))
_JVM = ((r"@SuppressWarnings\b[^\n]*", TOOL), (r"NOSONAR\b", TOOL), (r"@Suppress\([^\n]*", TOOL))

_LANGUAGES = {
    "py": _PYTHON,
    "pyi": _PYTHON,
    **dict.fromkeys(("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue"), _OTHERS),
    "go": _OTHERS,
    "rs": (*_RUST, *_OTHERS),
    **dict.fromkeys(("java", "kt", "kts", "scala"), (*_JVM, *_OTHERS)),
    **dict.fromkeys(("c", "cc", "cpp", "h", "hpp"), ((r"NOLINT\w*\b", TOOL),)),
}
# Codes that say nothing about what the code does: spaces, line length, order of imports.
_LAYOUT_CODES = re.compile(r"(?:E[1235]\d*|W\d+|I\d+|D\d+|COM\d+|Q\d+|ERA\d+)\Z")


class Suppression:
    """One comment.

    Attributes:
        path: its file.
        line: 1-based.
        text: what tells the tool to look away, without its explanation.
        source: the line's text.
        area: `PROOF` (tests, coverage, mutants), `TOOL` (linter, type checker, scanner) or
            `LAYOUT`.
    """

    __slots__ = ("area", "line", "path", "source", "text")

    def __init__(self, path: str, line: int, text: str, source: str, area: str) -> None:
        self.path = path
        self.line = line
        self.text = text
        self.source = source
        self.area = area


def is_concerned(path: str) -> bool:
    """Whether comments of this kind of file are known."""
    return path.rpartition(".")[2] in _LANGUAGES


def found(path: str, source: str) -> list[Suppression]:
    """The suppressions in a file, in order."""
    ending = path.rpartition(".")[2]
    patterns = _LANGUAGES.get(ending, ())
    # A search that is sure to find all and costs next to nothing: most files have none.
    if not any(re.search(pattern, source) for pattern, _ in patterns):
        return []
    lines = source.splitlines()
    kept = []
    for line, comment in _comments(source) if ending in ("py", "pyi") else _others(source, ending):
        taken: list[tuple[int, int]] = []
        for pattern, area in patterns:
            for match in re.finditer(pattern, comment):
                if any(start <= match.start() < end for start, end in taken):
                    continue
                taken.append(match.span())
                text = " ".join(match[0].split())
                shown = lines[line - 1].strip() if line <= len(lines) else comment
                kept.append(Suppression(path, line, text, shown, _area(text, area)))
    return kept


def _area(text: str, area: str) -> str:
    codes = re.findall(r"[A-Z]+[0-9]+", text.partition(":")[2]) if "noqa" in text else []
    if codes and all(_LAYOUT_CODES.match(code) for code in codes):
        return LAYOUT
    return area


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Python's comments; all lines with a `#` of a file that is no Python."""
    import io
    import tokenize

    try:
        comments = [
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        ]
        # doctest's directives stand in strings.
        comments += [
            (number, line)
            for number, line in enumerate(source.split("\n"), 1)
            if ">>>" in line and "doctest:" in line
        ]
    except (tokenize.TokenError, SyntaxError, ValueError):
        comments = [
            (number, line[line.index("#") :])
            for number, line in enumerate(source.split("\n"), 1)
            if "#" in line
        ]
    yield from comments


# Strings first, so that a comment's sign in one is passed over. No quantifier is nested.
_LEXER = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/", re.DOTALL
)
_RUST_ATTRIBUTE = re.compile(r"#!?\[[^\]\n]*\]")
_JVM_ATTRIBUTE = re.compile(r"@Suppress[^\n]*")


def _others(source: str, ending: str) -> Iterator[tuple[int, str]]:
    for match in _LEXER.finditer(source):
        if match[0].startswith(("//", "/*")):
            for at, line in enumerate(match[0].split("\n")):
                yield source.count("\n", 0, match.start()) + 1 + at, line
    extra = {"rs": _RUST_ATTRIBUTE, "java": _JVM_ATTRIBUTE, "kt": _JVM_ATTRIBUTE}.get(ending)
    if extra is not None:
        for match in extra.finditer(source):
            yield source.count("\n", 0, match.start()) + 1, match[0]


def new(before: list[Suppression], after: list[Suppression]) -> list[Suppression]:
    """Those of `after` that are not in `before`, whatever line or file they stand in.

    Of several that are alike, those on lines that were not there before.
    """
    left: dict[str, int] = {}
    for each in before:
        left[each.text] = left.get(each.text, 0) + 1
    sources = {each.source for each in before}
    known = sorted(after, key=lambda each: each.source not in sources)
    fresh = []
    for each in known:
        if left.get(each.text, 0) > 0:
            left[each.text] -= 1
        else:
            fresh.append(each)
    return sorted(fresh, key=lambda each: (each.path, each.line))
