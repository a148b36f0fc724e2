"""Verdicts on mutants that still hold: nothing that they depend on has changed.

A verdict depends on the function, on the code outside of functions in its module, on the tests
that execute it, on what those share (fixtures, helpers and data in the test folders, the
configuration of the tests) and on the environment. A killed mutant depends on its killer alone,
so another test may come, change or go. Not looked at: functions that the function calls. Whoever
changes those changes functions, whose own mutants are judged.

One file per module in the state directory, the least recently used removed; all of it can be
deleted at any time.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import json
import os

from ambidex.mutation import targets
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, UNCOVERED, Judged
from ambidex.policy import private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ambidex.mutation.mutant import Mutant
    from ambidex.mutation.targets import Module, Target
    from ambidex.proof.command import Command

# The version of what is stored; files of another are ignored.
_VERSION = 1
MOST_VERDICTS = 5_000
MOST_FILES = 500
_MOST_SUPPORT_FILES = 5_000
_MOST_SUPPORT_BYTES = 1_000_000
_CONFIGURATION = (
    "pyproject.toml",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    "tox.ini",
    "setup.cfg",
    "conftest.py",
)


class Tests:
    """Digests of tests and of what they share, each taken once."""

    def __init__(self, root: str, policy: Mapping[str, Any]) -> None:
        self._root = root
        self._folders = [folder.strip("/") for folder in policy["tests"]["paths"]]
        self._files: dict[str, dict[str, str] | None] = {}
        self._shared = ""

    def digest(self, node: str) -> str:
        """Of the test's function and of what its file holds besides tests; `""` if unreadable."""
        path, _, rest = node.partition("::")
        if path not in self._files:
            self._files[path] = _test_digests(_read(os.path.join(self._root, path)))
        known = self._files[path]
        if known is None:
            return ""
        name = rest.partition("[")[0].replace("::", ".")
        # One that is made elsewhere (inherited, generated) depends on the whole file.
        return known[""] + known[name] if name in known else known["*"]

    def combined(self, nodes: Iterable[str]) -> str:
        """One digest for several tests, whatever their order; `""` if one is unreadable."""
        digests = [f"{node}={self.digest(node)}" for node in sorted(nodes)]
        return "" if any(each.endswith("=") for each in digests) else _hash("\n".join(digests))

    @property
    def shared(self) -> str:
        """Of what all tests may depend on."""
        if not self._shared:
            digest = hashlib.sha256()
            for path in self._support():
                digest.update(os.fsencode(f"{path}\n"))
                digest.update(_signature(os.path.join(self._root, path)))
            self._shared = digest.hexdigest()
        return self._shared

    def _support(self) -> list[str]:
        from ambidex.proof.select import is_test_file

        found = [name for name in _CONFIGURATION if os.path.exists(os.path.join(self._root, name))]
        for folder in self._folders:
            for where, folders, names in os.walk(os.path.join(self._root, folder)):
                folders[:] = sorted(
                    name for name in folders if not name.startswith((".", "__pycache__"))
                )
                base = os.path.relpath(where, self._root)
                found += [
                    f"{base}/{name}"
                    for name in sorted(names)
                    if not is_test_file(name) and not name.endswith(".pyc")
                ]
                if len(found) > _MOST_SUPPORT_FILES:
                    return found[:_MOST_SUPPORT_FILES]
        return found


def environment(command: Command) -> str:
    """A digest of the interpreter and of the distributions beside it."""
    program = command.argv[0]
    facts = [*command.argv, os.path.realpath(program)]
    with contextlib.suppress(OSError):
        facts.append(str(os.stat(program).st_mtime_ns))
    library = os.path.join(os.path.dirname(os.path.dirname(program)), "lib")
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(library)):
            if name.startswith("python"):
                packages = os.listdir(os.path.join(library, name, "site-packages"))
                facts += sorted(each for each in packages if each.endswith(".dist-info"))
    return _hash("\n".join(facts))


class Verdicts:
    """The verdicts on one module's mutants.

    Used once: `find` before the run, `keep` after it, then `save`.
    """

    def __init__(self, state: str, module: Module, tests: Tests, surroundings: str) -> None:
        """Read what is stored.

        Args:
            state: the repository's state directory.
            module: the module as it is now.
            tests: the digests of the project's tests.
            surroundings: what `environment` says.
        """
        self._folder = os.path.join(state, "mutation")
        self._path = os.path.join(self._folder, f"{_hash(module.path)}.json")
        self._tests = tests
        # As Python counts lines: a form feed or a Unicode separator ends none.
        self._lines = list(io.StringIO(module.text, newline=""))
        inside: set[int] = set()
        for first, last in targets.function_lines(module.text):
            inside.update(range(first, last + 1))
        outside = "".join(
            line for at, line in enumerate(self._lines, 1) if at not in inside and line.strip()
        )
        self._base = _hash(f"{outside}\0{tests.shared}\0{surroundings}")
        self._whole = _hash(module.text)
        self._digests: dict[str, tuple[str, int]] = {}
        self._known = self._load()
        self._used: dict[str, Any] = {}

    def find(self, mutant: Mutant, target: Target, covering: Sequence[str]) -> Judged | None:
        """The verdict that still holds, or None."""
        key = self._key(mutant, target)
        known = self._known.get(key)
        if known is None:
            return None
        status, killer, ran, number, seconds, digest = known
        if status == KILLED and killer:
            holds = killer in covering and digest == self._tests.digest(killer)
        else:
            holds = digest == self._tests.combined(covering)
        if not holds:
            return None
        self._used[key] = known
        return Judged(mutant, status, killer=killer, ran=ran, covering=number, seconds=seconds)

    def keep(self, judged: Judged, target: Target, covering: Sequence[str]) -> None:
        """Store a verdict, unless it says nothing or depends on something unreadable."""
        if judged.status in (NOT_JUDGED, UNCOVERED):
            return
        if judged.status == KILLED and judged.killer:
            digest = self._tests.digest(judged.killer)
        else:
            digest = self._tests.combined(covering)
        if digest:
            self._used[self._key(judged.mutant, target)] = [
                judged.status,
                judged.killer,
                judged.ran,
                judged.covering,
                round(judged.seconds, 3),
                digest,
            ]

    def save(self) -> None:
        """Write the verdicts back, the least recently used left out; trouble costs only time."""
        if not self._used:
            return
        kept = {key: value for key, value in self._known.items() if key not in self._used}
        kept.update(self._used)
        latest = list(kept.items())[-MOST_VERDICTS:]
        with contextlib.suppress(OSError):
            content = json.dumps({"version": _VERSION, "verdicts": dict(latest)})
            private.replace(self._path, content, lasting=False)
            _prune(self._folder)

    def _key(self, mutant: Mutant, target: Target) -> str:
        digest, start = self._function(target)
        place = mutant.start - start
        return _hash(
            f"{digest}\0{mutant.qualname}\0{place}-{mutant.end - start}\0{mutant.operator}"
            f"\0{mutant.replacement}\0{mutant.at_import and self._whole}"
        )[:32]

    def _function(self, target: Target) -> tuple[str, int]:
        """Digest of a function's source with its surroundings, and its offset in the module."""
        if target.qualname not in self._digests:
            before = "".join(self._lines[: target.line - 1])
            source = "".join(self._lines[target.line - 1 : target.end_line])
            digest = _hash(f"{source}\0{self._base}") if target.digest else self._whole
            self._digests[target.qualname] = (f"{digest}{self._base}", len(before))
        return self._digests[target.qualname]

    def _load(self) -> dict[str, Any]:
        try:
            with open(self._path, encoding="utf-8") as file:
                content = json.load(file)
            if content["version"] != _VERSION:
                return {}
            return {
                key: value
                for key, value in content["verdicts"].items()
                if isinstance(value, list) and len(value) == 6
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _prune(folder: str) -> None:
    names = [name for name in os.listdir(folder) if name.endswith(".json")]
    if len(names) <= MOST_FILES:
        return
    paths = [os.path.join(folder, name) for name in names]
    for path in sorted(paths, key=os.path.getmtime)[:-MOST_FILES]:
        os.unlink(path)


def _test_digests(content: bytes | None) -> dict[str, str] | None:
    """Of each test by dotted name, of the rest as `""`, of the whole as `*`."""
    if content is None:
        return None
    found = {"*": hashlib.sha256(content).hexdigest()[:16]}
    try:
        tree = ast.parse(content)
        lines = content.splitlines(keepends=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    inside: set[int] = set()
    for name, node in _tests_in(tree, ""):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        last = node.end_lineno or node.lineno
        inside.update(range(first, last + 1))
        found[name] = hashlib.sha256(b"".join(lines[first - 1 : last])).hexdigest()[:16]
    rest = b"".join(line for at, line in enumerate(lines, 1) if at not in inside)
    found[""] = hashlib.sha256(rest).hexdigest()[:16]
    return found


def _tests_in(
    node: ast.AST, prefix: str
) -> Iterable[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if child.name.startswith("test"):
                yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _tests_in(child, f"{prefix}{child.name}.")


def _signature(path: str) -> bytes:
    """A file's content, or size and time of a large one."""
    try:
        found = os.stat(path)
        if found.st_size > _MOST_SUPPORT_BYTES:
            return b"%d %d\0" % (found.st_size, found.st_mtime_ns)
    except OSError:
        return b"\0"
    return hashlib.sha256(_read(path) or b"").digest()


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
