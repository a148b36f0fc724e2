"""Which changed paths can change what the tests say.

Relevant are: every Python file; what configures tests, builds or dependencies; everything
under a test folder, whatever its kind (a `.md` there is a fixture); everything under a
source folder or inside a package except documentation and images. With a test command that
is not pytest's, the project's language is unknown, so everything except documentation and
images is relevant. Paths under `tests.exclude` and what a test run leaves behind
never are.
"""

from __future__ import annotations

import os

from ambidex.policy.globs import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Protocol

    class Change(Protocol):
        """What is read of a change: see `ambidex.changes`."""

        path: str
        old_path: str
        status: str


NOTHING_RELEVANT = "nothing relevant changed"

PYTHON = (".py", ".pyi", ".pyx", ".ipynb")
_CONFIGURATION = frozenset(
    (
        "pyproject.toml",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
        "tox.ini",
        "setup.cfg",
        ".coveragerc",
        ".python-version",
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "pixi.lock",
        "pixi.toml",
        "Pipfile",
        "Pipfile.lock",
        "environment.yml",
        "ambidex.toml",
    )
)
_CACHES = frozenset((".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache", "htmlcov"))
_DOCUMENTS = (".md", ".rst", ".adoc", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico")
_DOCUMENT_NAMES = ("license", "licence", "copying", "notice", "authors", "changelog", "codeowners")


def paths_of(changes: Iterable[Change]) -> list[str]:
    """Every path that `changes` touch, old names of renames included, sorted."""
    paths = {change.path for change in changes}
    paths.update(change.old_path for change in changes if change.old_path)
    return sorted(paths)


def relevant(
    root: str, policy: Mapping[str, Any], paths: Iterable[str], *, any_language: bool = False
) -> list[str]:
    """Those of `paths` that can change what the tests say; see the module's docstring.

    Args:
        root: the project's root.
        policy: the policy snapshot; `tests.paths`, `tests.source` and `tests.exclude` are read.
        paths: changed paths relative to `root`, with `/`.
        any_language: the configured command is not pytest's.
    """
    tests = policy["tests"]
    test_folders = _folders(tests["paths"])
    source_folders = _folders(tests["source"])
    kept = [
        path for path in paths if _matters(root, path, test_folders, source_folders, any_language)
    ]
    exclude = tests["exclude"]
    return [path for path in kept if not excluded(path, exclude)] if exclude else kept


def excluded(path: str, globs: Iterable[str]) -> bool:
    """Whether `path`, or a folder above it, matches one of `globs` of the policy."""
    return any(matches(glob, path) for glob in globs)


def configures(path: str) -> bool:
    """Whether the file at `path` configures tests, builds or dependencies as a whole."""
    name = path.rpartition("/")[2]
    if name in _CONFIGURATION or name in ("setup.py", "noxfile.py"):
        return True
    return name.startswith("requirements") and name.endswith((".txt", ".in"))


def _matters(root: str, path: str, tests: list[str], source: list[str], any_language: bool) -> bool:
    if _is_residue(path):
        return False
    if path.endswith(PYTHON) or configures(path):
        return True
    if path.startswith(tuple(tests)):
        return True
    if documents(path):
        return False
    return any_language or path.startswith(tuple(source)) or _in_package(root, path)


def _is_residue(path: str) -> bool:
    """Whether a test run or a tool left it behind, where the project does not ignore such files.

    Only what cannot be imported by its name: a module that hides in a cache folder still counts.
    """
    folder, _, name = path.rpartition("/")
    if name.endswith(".pyc"):
        return folder.endswith("__pycache__")
    if name.startswith(".coverage") or name == "coverage.xml":
        return True
    return not path.endswith(PYTHON) and not _CACHES.isdisjoint(path.split("/"))


def documents(path: str) -> bool:
    """Whether the file at `path` is documentation or an image, by its name."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_DOCUMENTS) or name.split(".")[0] in _DOCUMENT_NAMES


def _folders(configured: Iterable[str]) -> list[str]:
    # The root itself as a source folder says where modules are found, not that all is data.
    plain = (folder.strip("/") for folder in configured)
    return [f"{folder}/" for folder in plain if folder not in ("", ".")]


def _in_package(root: str, path: str) -> bool:
    folder = os.path.dirname(path)
    while folder:
        if os.path.exists(os.path.join(root, folder, "__init__.py")):
            return True
        folder = os.path.dirname(folder)
    return False
