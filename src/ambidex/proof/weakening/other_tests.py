"""Tests in other languages than Python, compared by counting: skips, assertions, cases."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRIPT = re.compile(r"(?:\.|_|-)(?:test|spec)\.[cm]?[jt]sx?\Z")
_SKIPS = {
    "js": re.compile(
        r"\b(?:it|test|describe|suite|context)\.(?:skip|only|todo|fails|failing|skipIf)\b|"
        r"\b(?:xit|xtest|xdescribe|fit|fdescribe|xcontext)\s*\("
    ),
    "go": re.compile(r"\bt\.Skip(?:f|Now)?\s*\("),
    "rs": re.compile(r"#\[\s*ignore\b"),
    "java": re.compile(r"@(?:Disabled|Ignore)\b"),
    "rb": re.compile(r"^\s*(?:xit|xdescribe|skip|pending)\b", re.MULTILINE),
}
_ASSERTIONS = {
    "js": re.compile(r"\b(?:expect|assert)(?:\.\w+)*\s*\("),
    "go": re.compile(
        r"\bt\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\s*\(|"
        r"\b(?:assert|require)\.\w+\s*\("
    ),
    "rs": re.compile(r"\b(?:debug_)?assert(?:_eq|_ne|_matches)?!|#\[\s*should_panic"),
    "java": re.compile(r"\bassert\w*\s*\("),
    "rb": re.compile(r"\b(?:expect|assert\w*)\b"),
}
_TRIVIAL = re.compile(
    r"\bexpect\(\s*(?:true|1)\s*\)\.to(?:Be|Equal)\(\s*(?:true|1)\s*\)|"
    r"\bassert!\(\s*true\s*\)|\bassert(?:True)?\(\s*true\s*\)"
)
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def language(path: str) -> str:
    """The language of a file of tests, `""` if it is none that is known."""
    name = path.rpartition("/")[2]
    if _SCRIPT.search(name) or ("/__tests__/" in f"/{path}" and _is_script(name)):
        return "js"
    if name.endswith("_test.go"):
        return "go"
    if name.endswith(".rs"):
        return "rs"
    if re.search(r"Tests?\.(?:java|kt|scala)\Z", name):
        return "java"
    return "rb" if name.endswith(("_spec.rb", "_test.rb")) else ""


def _is_script(name: str) -> bool:
    return name.rpartition(".")[2] in ("js", "jsx", "ts", "tsx", "mjs", "cjs")


def weaker(path: str, before: str, after: str) -> Iterator[tuple[str, int, str, bool]]:
    """What became weaker: the rule, the line, what happened, and whether that is sure."""
    kind = language(path)
    if not kind:
        return
    old, new = _without_comments(before), _without_comments(after)
    skips = _SKIPS[kind]
    known = len(skips.findall(old))
    found = list(skips.finditer(new))
    if len(found) > known:
        line = new.count("\n", 0, found[-1].start()) + 1
        yield "test-skipped", line, f"`{found[-1][0].strip()}` is new", True
    trivial = list(_TRIVIAL.finditer(new))
    if len(trivial) > len(_TRIVIAL.findall(old)):
        line = new.count("\n", 0, trivial[-1].start()) + 1
        yield "assertion-weaker", line, f"`{trivial[-1][0]}` is always true", True
    was, now = (len(_ASSERTIONS[kind].findall(text)) for text in (old, new))
    if now < was and after:
        yield "assertion-removed", 1, f"{was - now} of {was} assertions are gone", False


def _without_comments(text: str) -> str:
    """The text with comments blanked, line by line as long as before."""
    return _COMMENTS.sub(lambda found: "\n" * found[0].count("\n"), text)
