"""Imports across the boundaries that the policy declares.

Python's imports are absolute names (relative ones are resolved by the file's place below the
source folders); those of JavaScript and TypeScript are as written, relative ones as paths from the
root without their ending. A pattern stands for the module and everything in it.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_SCRIPT_IMPORT = re.compile(
    rb"^\s*(?:import|export)\b[^;'\"()]*?['\"]([^'\"\n]+)['\"]"
    rb"|^(?!\s*(?://|\*)).*?\b(?:require|import)\s*\(\s*['\"]([^'\"\n]+)['\"]",
    re.MULTILINE,
)


def modules(path: str, content: bytes, sources: Iterable[str]) -> dict[str, int]:
    """What the file at `path` imports: module → 1-based line of the first import, 0 if unknown.

    Args:
        path: relative to the root, with `/`. A file of another language imports nothing.
        content: what it holds.
        sources: folders from which Python modules are imported; `.` is the root.
    """
    found: dict[str, int] = {}
    if path.endswith((".py", ".pyi")):
        for name, line in _python(path, content, sources):
            found.setdefault(name, line)
    elif path.endswith(_SCRIPTS):
        for match in _SCRIPT_IMPORT.finditer(content):
            at = match.start(match.lastindex or 0)
            name = (match[1] or match[2]).decode("utf-8", "replace")
            found.setdefault(_resolved(path, name), content.count(b"\n", 0, at) + 1)
    return found


def crosses(module: str, forbidden: Iterable[str]) -> str:
    """The pattern that forbids `module`, or `""`."""
    from fnmatch import fnmatchcase

    for pattern in forbidden:
        if fnmatchcase(module, pattern) or any(
            fnmatchcase(module, f"{pattern}{separator}*") for separator in "./"
        ):
            return pattern
    return ""


def _python(path: str, content: bytes, sources: Iterable[str]) -> Iterator[tuple[str, int]]:
    from ambidex.proof.imports import imports

    package = _package(path, sources)
    for each in imports(content):
        module = each.module
        if each.level:
            parts = package[: len(package) - each.level + 1]
            module = ".".join([*parts, module] if module else parts)
        line = _line(content, each.module or each.name, each.name)
        if module:
            yield module, line
        # `from shop import db` imports `shop.db`, or a name of `shop`, which no pattern means.
        if each.name and each.name != "*":
            yield f"{module}.{each.name}" if module else each.name, line


def _package(path: str, sources: Iterable[str]) -> list[str]:
    """The dotted parts of the package that the file is in."""
    folder = path.rpartition("/")[0]
    for source in sorted((each.strip("/") for each in sources), key=len, reverse=True):
        if source not in ("", ".") and f"{folder}/".startswith(f"{source}/"):
            folder = folder[len(source) :].lstrip("/")
            break
    return folder.split("/") if folder else []


def _line(content: bytes, module: str, name: str) -> int:
    word = re.escape(module.encode()) if module else b""
    last = re.escape(name.encode()) if name and name != "*" else b""
    pattern = rb"^[^#\n]*\b(?:import|from)\b[^#\n]*" + word
    for expression in (pattern + rb"\b[^#\n]*\b" + last + rb"\b", pattern):
        found = re.search(expression, content, re.MULTILINE)
        if found:
            return content.count(b"\n", 0, found.start()) + 1
    return 0


def _resolved(path: str, name: str) -> str:
    if not name.startswith("."):
        return name
    import posixpath

    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    stem, ending = posixpath.splitext(whole)
    return stem if ending in _SCRIPTS else whole
