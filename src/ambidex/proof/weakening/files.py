"""The changed files of a subject, sorted by what the gate `weakening` looks for in them."""

from __future__ import annotations

import re
import time

from ambidex.proof import relevance
from ambidex.proof.select import is_test_file
from ambidex.proof.weakening import expected_files, other_tests, suppressions, tool_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.proof.subject import Subject
    from ambidex.proof.weakening.contents import Module
    from ambidex.proof.weakening.gone import Gone
    from ambidex.proof.weakening.surroundings import Surroundings

MOST_BYTES = 1_000_000
MOST_FILES = 2_000
_TEST_FOLDERS = frozenset(("test", "tests", "testing"))
# Where pytest does not look for tests by default.
_NOT_SEARCHED = frozenset(("build", "dist", "node_modules", "venv", "CVS", "_darcs", "{arch}"))
_SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", "setup.cfg", "tox.ini")

_TESTPATHS = re.compile(
    r"^\s*testpaths\s*=\s*(\[[^\]]*\]|[^\n]*(?:\n[ \t]+\S[^\n]*)*)", re.MULTILINE
)


class LateError(Exception):
    """There is no time left."""


class File:
    """A changed file.

    Attributes:
        path: where it is now, or was if it is gone.
        old_path: where it was.
        before: its text before, None where there was none.
        after: its text now, None where there is none.
    """

    __slots__ = ("after", "before", "old_path", "path")

    def __init__(self, path: str, old_path: str, before: str | None, after: str | None) -> None:
        self.path = path
        self.old_path = old_path
        self.before = before
        self.after = after


class Files:
    """What changed.

    Attributes:
        concerned: the changed files that anything is looked for in.
        moved: new paths of renamed files by their old ones.
        unreadable: files that are too large or no text.
        unparsed: Python files of tests that can't be parsed before or after.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        tests = subject.policy["tests"]
        self._folders = [folder.strip("/") for folder in tests["paths"]]
        self.moved: dict[str, str] = {}
        self.unreadable: list[str] = []
        self.unparsed: list[str] = []
        self.concerned: list[File] = []
        self._modules: dict[bool, list[Module]] = {}
        self._gone: Gone | None = None
        self._surroundings: dict[tuple[bool, str], Surroundings] = {}
        self._parsed: dict[tuple[bool, str], Module | None] = {}
        for change in list(subject.changes)[:MOST_FILES]:
            if relevance.excluded(change.path, tests["exclude"]):
                continue
            old_path = change.old_path or change.path
            if not self._is_concerned(change.path) and not self._is_concerned(old_path):
                continue
            before = None if change.status == "A" else self._text(old_path, after=False)
            after = None if change.status == "D" else self._text(change.path, after=True)
            if before is None and after is None:
                continue
            if old_path != change.path:
                self.moved[old_path] = change.path
            self.concerned.append(File(change.path, old_path, before, after))
        self._by_path = {file.path: file for file in self.concerned}
        self._by_old_path = {file.old_path: file for file in self.concerned}

    def _is_concerned(self, path: str) -> bool:
        return (
            suppressions.is_concerned(path)
            or tool_settings.is_concerned(path)
            or expected_files.holds_expectations(path, self._folders)
            or bool(other_tests.language(path))
        )

    def _text(self, path: str, *, after: bool) -> str | None:
        content = self._subject.content(path) if after else self._subject.former(path)
        if content is None:
            return None
        if len(content) > MOST_BYTES or b"\0" in content:
            self.unreadable.append(path)
            return None
        return content.decode("utf-8", "replace").replace("\r\n", "\n")

    def hurry(self) -> None:
        """Go on if there is time.

        Raises:
            LateError: there is none.
        """
        if time.monotonic() >= self._subject.deadline:
            raise LateError

    def is_test_side(self, path: str) -> bool:
        """Whether a file belongs to the tests: a test file, a conftest, what lies beside them."""
        *folders, name = path.split("/")
        if (
            name == "conftest.py"
            or is_test_file(path)
            or other_tests.language(path)
            not in (
                "",
                "rs",
            )
        ):
            return True
        if any(path.startswith(f"{each}/") for each in self._folders if each not in ("", ".")):
            return True
        return not _TEST_FOLDERS.isdisjoint(folders)

    def _python(self, *, tests: bool) -> Iterator[File]:
        for file in self.concerned:
            was = self.is_test_side(file.old_path) and file.old_path.endswith(".py")
            now = self.is_test_side(file.path) and file.path.endswith(".py")
            if (was or now) if tests else not (was or now) and file.path.endswith(".py"):
                yield file

    def sources(self) -> list[File]:
        """Python files that are no tests."""
        return list(self._python(tests=False))

    def others(self) -> list[File]:
        """Files of tests in other languages."""
        return [file for file in self.concerned if other_tests.language(file.path)]

    def conftests(self) -> list[File]:
        """The conftest files."""
        return [file for file in self.concerned if file.path.rpartition("/")[2] == "conftest.py"]

    def expected(self) -> list[File]:
        """Files that hold what tests expect."""
        return [
            file
            for file in self.concerned
            if expected_files.holds_expectations(file.old_path, self._folders)
        ]

    def settings(self) -> list[File]:
        """Files of settings."""
        return [file for file in self.concerned if tool_settings.is_concerned(file.old_path)]

    def commented(self) -> list[File]:
        """Files whose comments can tell tools to look away."""
        return [file for file in self.concerned if suppressions.is_concerned(file.path)]

    def has_gone(self, file: File) -> bool:
        """Whether what a deleted file of tests tested is gone as well, by its name."""
        stem = re.sub(r"[._-]?(?:tests?|spec)\b", "", file.path.rpartition("/")[2].split(".")[0])
        return any(
            change.status == "D"
            and change.path != file.path
            and change.path.rpartition("/")[2].split(".")[0] == stem
            for change in self._subject.changes
        )

    def tests_gone(self) -> bool:
        """Whether code that was tested is gone with this change."""
        return bool(self.gone().names)

    def gone(self) -> Gone:
        """What the code no longer has."""
        from ambidex.proof.weakening.gone import gone

        if self._gone is None:
            self._gone = gone((file.before, file.after) for file in self.sources())
        return self._gone

    def modules(self, *, after: bool) -> list[Module]:
        """The tests' Python files on one side that can be parsed on every side they have."""
        if after not in self._modules:
            found = []
            for file in self._python(tests=True):
                old = self._module(file.old_path, file.before, after=False)
                new = self._module(file.path, file.after, after=True)
                if any(module is not None and module.error for module in (old, new)):
                    if after:
                        self.unparsed.append(file.path)
                    continue
                module = new if after else old
                if module is not None:
                    found.append(module)
            self._modules[after] = found
        return self._modules[after]

    def _module(self, path: str, text: str | None, *, after: bool) -> Module | None:
        from ambidex.proof.weakening.contents import Module

        self.hurry()
        key = (after, path)
        if key not in self._parsed:
            collects = self._is_collected(path)
            self._parsed[key] = None if text is None else Module(path, text, collects=collects)
        return self._parsed[key]

    def _is_collected(self, path: str) -> bool:
        if not is_test_file(path):
            return False
        folders = path.split("/")[:-1]
        if any(folder.startswith(".") or folder in _NOT_SEARCHED for folder in folders):
            return False
        paths = self._testpaths()
        return not paths or any(
            path.startswith(f"{each.strip('/')}/") or each in (".", path) for each in paths
        )

    def _testpaths(self) -> list[str]:
        """Where pytest is told to look, now; a narrower list than before is a finding itself."""
        found: list[str] = []
        for content in self._configuration():
            match = _TESTPATHS.search(content)
            if match:
                found = [each for each in re.split(r"[\s,\[\]\"']+", match[1]) if each]
                break
        return [] if any("*" in each for each in found) else found

    def deselected_marks(self) -> set[str]:
        """Marks that `-m "not …"` of the configuration leaves out."""
        found: set[str] = set()
        for content in self._configuration():
            for match in re.finditer(r"-m[= ]\s*\\?[\"']([^\"'\\]+)", content):
                found.update(re.findall(r"\bnot\s+(\w+)", match[1]))
        return found

    def _configuration(self) -> Iterator[str]:
        for name in _SETTINGS:
            content = self._subject.content(name)
            if content is not None and len(content) <= MOST_BYTES:
                yield content.decode("utf-8", "replace")

    def around(self, module: Module, *, after: bool) -> Surroundings:
        """The conftest files and helpers that a file of tests sees on one side."""
        from ambidex.proof.weakening.surroundings import Surroundings

        self.hurry()
        paths = [path for path in self._around(module) if path != module.path]
        key = (after, "\0".join(paths))
        if key not in self._surroundings:
            modules = [self._beside(path, after=after) for path in paths]
            self._surroundings[key] = Surroundings(each for each in modules if each is not None)
        return self._surroundings[key]

    def _around(self, module: Module) -> list[str]:
        folders = module.path.split("/")[:-1]
        found = []
        for depth in range(len(folders) + 1):
            found.append("/".join([*folders[:depth], "conftest.py"]))
        for name in module.imports.values():
            parts = [part for part in name.split(".")[:-1] if part]
            if parts:
                found.append("/".join([*folders, *parts]) + ".py")
                found.append("/".join(parts) + ".py")
        return [path for path in dict.fromkeys(found) if self.is_test_side(path)]

    def _beside(self, path: str, *, after: bool) -> Module | None:
        file = self._by_path.get(path) if after else self._by_old_path.get(path)
        if file is not None:
            return self._module(path, file.after if after else file.before, after=after)
        if path in (self._by_old_path if after else self._by_path):
            return None
        if (after, path) not in self._parsed:
            # Unchanged: as it is now on both sides.
            content = self._subject.content(path)
            text = None
            if content is not None and len(content) <= MOST_BYTES:
                text = content.decode("utf-8", "replace")
            self._module(path, text, after=after)
        return self._parsed[after, path]
