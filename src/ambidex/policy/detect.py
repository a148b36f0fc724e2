"""Looks at a project's files and proposes what its ambidex.toml should say."""

from __future__ import annotations

import configparser
import os
from typing import Any

import tomllib

from ambidex.policy import globs
from ambidex.policy.defaults import CI_FILES

_TEST_FOLDERS = ("tests", "test")
_GOLDEN_FOLDERS = ("tests/golden", "test/golden", "golden")
_INSTALLED = ("node_modules", "venv", "env", "site-packages", "build", "dist", "target")
_FOREIGN_FOLDERS = ("vendor", "third_party", "third-party")
_RULES = ".semgrep"
# Folders whose files have been applied elsewhere once they are there.
_ADD_ONLY = ("migrations", "migrate", "alembic/versions")
# Folders whose mistakes reach everybody: who may come in, who pays, what runs.
_APPROVAL = (
    *("auth", "authentication", "authorization", "billing", "payment", "payments"),
    *("infra", "infrastructure", "terraform"),
)
_DEEPEST = 4
_MOST_FOLDERS = 2000


def proposal(root: str) -> dict[str, Any]:
    """Values for an ambidex.toml: only what differs from the defaults or is certain.

    Args:
        root: the project's root. Nothing in it is executed.

    Returns:
        The values by section, as in the file. Every glob and path matches something.
    """
    values: dict[str, Any] = {"version": 1}
    golden = [f"{folder}/**" for folder in _GOLDEN_FOLDERS if _has_files(root, folder)]
    paths: dict[str, Any] = {"golden": golden} if golden else {}
    add_only, approval = _guarded_folders(root)
    if add_only:
        paths["add_only"] = [f"{folder}/**" for folder in add_only]
    if approval:
        # A list replaces the default; the files of CI stay in it.
        paths["approval"] = [*CI_FILES, *(f"{folder}/**" for folder in approval)]
    if paths:
        values["paths"] = paths
    edits: dict[str, Any] = {}
    foreign = [f"{folder}/**" for folder in _FOREIGN_FOLDERS if _has_files(root, folder)]
    if foreign:
        edits["exclude"] = foreign
    if _has_files(root, _RULES):
        edits["rules"] = [_RULES]
    if edits:
        values["edits"] = edits
    tests: dict[str, Any] = {}
    folders = test_folders(root)
    if folders:
        tests["paths"] = folders
    if tests or _packages(root, "src") or _packages(root, "."):
        tests["source"] = source_folders(root)
        values["tests"] = tests
    return values


def _guarded_folders(root: str) -> tuple[list[str], list[str]]:
    """Folders that may only be added to, and those whose change a person approves."""
    add_only: list[str] = []
    approval: list[str] = []
    waiting = [""]
    seen = 0
    while waiting and seen < _MOST_FOLDERS:
        folder = waiting.pop(0)
        seen += 1
        for name in _folders(os.path.join(root, folder)):
            inner = f"{folder}/{name}" if folder else name
            if globs.problem(inner) or not _has_files(root, inner):
                continue
            if f"/{inner}".endswith(tuple(f"/{one}" for one in _ADD_ONLY)):
                add_only.append(inner)
            elif name in _APPROVAL:
                approval.append(inner)
            elif inner.count("/") + 1 < _DEEPEST:
                waiting.append(inner)
    return sorted(add_only), sorted(approval)


def _folders(folder: str) -> list[str]:
    """Names of folders with the project's own code; links, hidden and foreign ones are not."""
    skipped = (*_TEST_FOLDERS, *_FOREIGN_FOLDERS, *_INSTALLED)
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(name for name in found if name not in skipped and not name.startswith("."))


def test_folders(root: str) -> list[str]:
    """Where the tests are: what pytest is configured with, else the usual folders."""
    configured = _pytest_options(root).get("testpaths", [])
    named = configured.split() if isinstance(configured, str) else configured
    if not isinstance(named, list):
        named = []
    usable = [path for path in named if isinstance(path, str) and globs.path_problem(path) is None]
    found = [path for path in usable if os.path.exists(os.path.join(root, path))]
    return found or [name for name in _TEST_FOLDERS if os.path.isdir(os.path.join(root, name))]


def source_folders(root: str) -> list[str]:
    """From where the code is imported: `src` with the src layout, `.` otherwise, or both."""
    if not _packages(root, "src"):
        return ["."]
    return ["src", "."] if _packages(root, ".") else ["src"]


def uses_pytest(root: str) -> bool:
    """Whether the project's files say that it uses pytest."""
    if _pytest_options(root):
        return True
    folders = ["", *test_folders(root)]
    for name in ("pytest.ini", ".pytest.ini", "conftest.py"):
        if any(os.path.isfile(os.path.join(root, folder, name)) for folder in folders):
            return True
    try:
        names = os.listdir(root)
    except OSError:
        return False
    listed = [
        name
        for name in names
        if name == "pyproject.toml" or (name.startswith("requirements") and name.endswith(".txt"))
    ]
    return any("pytest" in _text(root, name) for name in listed)


def _pytest_options(root: str) -> dict[str, Any]:
    try:
        tool = tomllib.loads(_text(root, "pyproject.toml")).get("tool", {})
        options = tool.get("pytest", {}).get("ini_options", {})
        if options:
            return dict(options)
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, ValueError, RecursionError):
        pass
    for name, section in (
        ("pytest.ini", "pytest"),
        ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(_text(root, name))
        except configparser.Error:
            continue
        if parser.has_section(section):
            return {"configured": name, **parser[section]}
    return {}


def _text(root: str, name: str) -> str:
    try:
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _has_files(root: str, folder: str) -> bool:
    try:
        return bool(os.listdir(os.path.join(root, folder)))
    except OSError:
        return False


def _packages(root: str, folder: str) -> list[str]:
    """Names of packages and modules directly in `folder`, tests and set-up files aside."""
    base = os.path.join(root, folder)
    try:
        names = sorted(os.listdir(base))
    except OSError:
        return []
    found = []
    for name in names:
        if name in _TEST_FOLDERS or name in ("setup.py", "conftest.py", "noxfile.py", "tasks.py"):
            continue
        if os.path.isfile(os.path.join(base, name, "__init__.py")) or name.endswith(".py"):
            found.append(name)
    return found
