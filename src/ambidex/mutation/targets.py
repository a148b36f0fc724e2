"""Which functions are judged: the changed ones of a change, or all of some files.

A function counts as changed when its syntax tree did, docstring aside. One that is found
unchanged in an earlier version of any changed file was moved, not changed. Code outside of
functions counts where its lines are new.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
import warnings

from ambidex.changes import functions
from ambidex.changes.lines import changed_lines
from ambidex.proof import relevance, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from ambidex.proof.subject import Subject

NEW = "new"
MODIFIED = "modified"
# Code outside of functions.
MODULE = "module"
# Asked for by name, whether it changed or not.
WHOLE = "whole"

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Target:
    """A function whose mutants are judged.

    Attributes:
        qualname: as `changes.functions` names it; `<module>` for code outside of functions.
        line: first line, decorators included.
        end_line: last line, inclusive.
        kind: `NEW`, `MODIFIED`, `MODULE` or `WHOLE`.
        digest: of its syntax tree without docstring; `""` for code outside of functions.
        former_digest: the same of what it was before; `""` where there was none.
    """

    __slots__ = ("digest", "end_line", "former_digest", "kind", "line", "qualname")

    def __init__(
        self,
        qualname: str,
        lines: tuple[int, int],
        kind: str,
        digest: str = "",
        former_digest: str = "",
    ) -> None:
        self.qualname = qualname
        self.line, self.end_line = lines
        self.kind = kind
        self.digest = digest
        self.former_digest = former_digest

    def __repr__(self) -> str:
        return f"Target({self.qualname!r}, {self.kind!r})"


class Module:
    """A source file with what is judged in it.

    Attributes:
        path: relative to the project's root, with `/`.
        former_path: where it was before.
        text: what it holds.
        former: what it held before, `""` if it is new; None where nothing is compared.
        ranges: changed lines, 1-based and inclusive; all lines where whole files are judged.
        targets: the functions.
        error: why it can't be judged; `""` otherwise.
    """

    __slots__ = ("error", "former", "former_path", "path", "ranges", "targets", "text")

    def __init__(
        self,
        path: str,
        text: str,
        former: str | None = None,
        ranges: Sequence[tuple[int, int]] = (),
        targets: Sequence[Target] = (),
        error: str = "",
    ) -> None:
        self.path = path
        self.former_path = path
        self.text = text
        self.former = former
        self.ranges = list(ranges)
        self.targets = list(targets)
        self.error = error

    def is_changed(self, line: int, end_line: int) -> bool:
        """Whether one of these lines is new."""
        return any(first <= end_line and line <= last for first, last in self.ranges)


def is_source(path: str, policy: Mapping[str, Any]) -> bool:
    """Whether the file at `path` is code that the tests are for."""
    if not path.endswith(".py") or relevance.configures(path) or select.is_test_file(path):
        return False
    if path.rpartition("/")[2] == "conftest.py":
        return False
    tests = tuple(f"{folder.strip('/')}/" for folder in policy["tests"]["paths"])
    if path.startswith(tests):
        return False
    exclude = [*policy["mutation"]["exclude"], *policy["tests"]["exclude"]]
    return not relevance.excluded(path, exclude)


def changed(subject: Subject) -> list[Module]:
    """The source files of a change that have a changed function, by path.

    Raises:
        TreeError: the former tree is not there any more, or git failed.
    """
    concerned = [
        change
        for change in subject.changes
        if change.status != "D" and is_source(change.path, subject.policy)
    ]
    if not concerned:
        return []
    known = _former_digests(subject)
    modules = []
    for change in concerned:
        content = subject.content(change.path)
        if content is None:
            continue
        former_path = change.old_path or change.path
        module = _module(change.path, content, subject.former(former_path), known)
        module.former_path = former_path
        if module.targets or module.error:
            modules.append(module)
    return sorted(modules, key=lambda each: each.path)


def whole(path: str, content: bytes, qualnames: Collection[str] = ()) -> Module:
    """All functions of a file and the code outside of them; only `qualnames` if any are given.

    A name stands for what is nested in it, too: `Cart` for all methods of the class.
    """
    text, error = _text(content)
    tree = None if error else _parsed(text)
    if tree is None:
        return Module(path, text, error=error or "it can't be parsed")
    last = text.count("\n") + 1
    found = [
        Target(name, lines, WHOLE, digest)
        for name, (digest, lines) in _functions(tree).items()
        if not qualnames or _is_named(name, qualnames)
    ]
    if not qualnames or functions.MODULE in qualnames:
        found.append(Target(functions.MODULE, (1, last), WHOLE))
    ranges = [(target.line, target.end_line) for target in found] if qualnames else [(1, last)]
    return Module(path, text, None, ranges, found)


def function_lines(text: str) -> list[tuple[int, int]]:
    """First and last line of every function; empty where the text can't be parsed."""
    tree = _parsed(text)
    return [lines for _, lines in _functions(tree).values()] if tree is not None else []


def _is_named(name: str, qualnames: Collection[str]) -> bool:
    return any(name == wanted or name.startswith(f"{wanted}.") for wanted in qualnames)


def _module(path: str, content: bytes, former: bytes | None, known: Collection[str]) -> Module:
    text, error = _text(content)
    tree = None if error else _parsed(text)
    if tree is None:
        return Module(path, text, error=error or "it can't be parsed")
    ranges = changed_lines(former or b"", content)
    former_text = _text(former or b"")[0]
    former_tree = _parsed(former_text)
    before = _functions(former_tree) if former_tree is not None else {}
    now = _functions(tree)
    found = []
    for touched in functions.touched(text, ranges):
        if touched.qualname == functions.MODULE:
            lines = (touched.line, touched.end_line)
            found.append(Target(functions.MODULE, lines, MODULE))
            continue
        digest, lines = now[touched.qualname]
        was = before.get(touched.qualname, ("", (0, 0)))[0]
        seen = any(target.qualname == touched.qualname for target in found)
        if seen or digest == was or digest in known:
            continue
        found.append(Target(touched.qualname, lines, MODIFIED if was else NEW, digest, was))
    return Module(path, text, former_text, ranges, found)


def _former_digests(subject: Subject) -> frozenset[str]:
    """Every function that any changed source file held before."""
    digests: set[str] = set()
    for path in relevance.paths_of(subject.changes):
        if not is_source(path, subject.policy):
            continue
        former = subject.former(path)
        tree = _parsed(_text(former)[0]) if former is not None else None
        if tree is not None:
            digests.update(digest for digest, _ in _functions(tree).values())
    return frozenset(digests)


def _text(content: bytes) -> tuple[str, str]:
    """The text with its own line ends, without byte order mark, and why it can't be read."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding), ""
    except (SyntaxError, ValueError) as error:
        return "", f"it can't be decoded ({error})"


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _functions(tree: ast.Module) -> dict[str, tuple[str, tuple[int, int]]]:
    """Digest and lines of every function, by qualified name; of namesakes (a property's) all."""
    found: dict[str, tuple[str, tuple[int, int]]] = {}
    _collect(tree, "", found)
    return found


def _collect(node: ast.AST, prefix: str, found: dict[str, tuple[str, tuple[int, int]]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _DEFINITIONS):
            first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
            lines = (first, child.end_lineno or child.lineno)
            name, digest = prefix + child.name, _digest(child)
            if name in found:
                earlier, (start, _) = found[name]
                digest, lines = _hash(earlier + digest), (start, lines[1])
            found[name] = (digest, lines)
            _collect(child, f"{prefix}{child.name}.<locals>.", found)
        elif isinstance(child, ast.ClassDef):
            _collect(child, f"{prefix}{child.name}.", found)
        else:
            _collect(child, prefix, found)


def _digest(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    body = function.body
    documented = ast.get_docstring(function, clean=False) is not None
    function.body = body[1:] if documented else body
    try:
        dump = ast.dump(function)
    finally:
        function.body = body
    return _hash(dump)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
