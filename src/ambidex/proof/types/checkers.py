"""Which type checkers and builds a project has, by its own files, and how each is called.

No call writes into the work tree: caches go to a folder of ours, output is switched off.
"""

from __future__ import annotations

import os
import re

from ambidex.proof import command
from ambidex.proof.types import output as checker_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from ambidex.proof.types.output import Reader

_PYTHON = (".py", ".pyi")
_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts")
_JAVASCRIPT = (".js", ".jsx", ".mjs", ".cjs")
_TARGETS = re.compile(rb"^\s*(?:files|packages|modules)\s*=", re.MULTILINE)
_SECTION = re.compile(rb"^\s*\[", re.MULTILINE)
_REFERENCE = re.compile(r'"path"\s*:\s*"([^"]+)"')
_NO_FILES = re.compile(r'"files"\s*:\s*\[\s*\]')


class Checker:
    """One tool over one folder of the project.

    Attributes:
        name: the tool's.
        folder: where it runs, relative to the root; `""` for the root.
        configuration: the file that says it is wanted, relative to the root; `""` for the policy.
        program: absolute path; `""` where the tool is not installed.
        arguments: what follows the program; `{cache}` stands for a folder of ours.
        install: the command that installs it.
        reader: reads its output.
        apart: it writes next to its input, so it only ever runs on a copy.
        targets: folders that it is given; those that are not there are left out.
    """

    __slots__ = (
        "apart",
        "arguments",
        "configuration",
        "folder",
        "install",
        "name",
        "program",
        "reader",
        "targets",
    )

    def __init__(
        self,
        name: str,
        folder: str,
        configuration: str,
        program: str,
        arguments: list[str],
        install: str,
        reader: Reader,
        *,
        apart: bool = False,
        targets: Iterable[str] = (),
    ) -> None:
        self.name = name
        self.folder = folder
        self.configuration = configuration
        self.program = program
        self.arguments = arguments
        self.install = install
        self.reader = reader
        self.apart = apart
        self.targets = list(targets)

    def argv(self, cache: str, folder: str) -> list[str]:
        """Program and arguments.

        Args:
            cache: a folder for what the tool keeps.
            folder: where it runs.
        """
        there = [each for each in self.targets if os.path.isdir(os.path.join(folder, each))]
        words = [word.replace("{cache}", cache) for word in self.arguments]
        return [self.program, *words, *(["--", *there] if there else [])]


def find(
    root: str, policy: Mapping[str, Any], environ: Mapping[str, str], paths: Iterable[str]
) -> list[Checker]:
    """The checkers that `paths` concern: the policy's command, else what the files call for.

    Args:
        root: the project's root.
        policy: the policy snapshot; `types.command` and `tests.source` are read.
        environ: the process environment.
        paths: changed paths relative to `root`; a configuration's counts for its tool.
    """
    paths = list(paths)
    argv = policy["types"]["command"]
    if argv:
        return [_configured(root, argv, environ)] if paths else []
    found: dict[tuple[str, str], Checker] = {}
    for path in paths:
        for checker in _of(root, policy, environ, path):
            found.setdefault((checker.name, f"{checker.folder} {checker.arguments}"), checker)
    return list(found.values())


def is_configured(checker: Checker, top: str) -> bool:
    """Whether the files below `top` call for `checker`, as those of the project do."""
    search = _SEARCHES.get(checker.name)
    return search is None or bool(search(os.path.join(top, checker.folder)))


def _configured(root: str, argv: list[str], environ: Mapping[str, str]) -> Checker:
    program = argv[0] if os.path.isabs(argv[0]) else ""
    if "/" in argv[0]:
        program = os.path.join(root, argv[0])
    program = program or _which(argv[0], root, environ)
    there = program if os.access(program, os.X_OK) else ""
    install = f"install {argv[0]}, or change types.command in ambidex.toml"
    reader = checker_output.any_tool
    return Checker(os.path.basename(argv[0]), "", "", there, list(argv[1:]), install, reader)


def _of(
    root: str, policy: Mapping[str, Any], environ: Mapping[str, str], path: str
) -> Iterator[Checker]:
    name = path.rpartition("/")[2]
    if name.endswith(_PYTHON) or name in ("mypy.ini", ".mypy.ini", "setup.cfg", "pyproject.toml"):
        folder, file = _nearest(root, path, _mypy_file)
        if file:
            yield _mypy(root, policy, environ, folder, file)
    if name.endswith(_PYTHON) or name in ("pyrightconfig.json", "pyproject.toml"):
        folder, file = _nearest(root, path, _pyright_file)
        if file:
            yield _pyright(root, environ, folder, file)
    if name.endswith((*_TYPESCRIPT, *_JAVASCRIPT)) or name in ("tsconfig.json", "package.json"):
        folder, file = _nearest(root, path, lambda folder: _there(folder, "tsconfig.json"))
        if file and _is_typed(root, file, name):
            yield from _tsc(root, folder, file)
    if name.endswith(".rs") or name in ("Cargo.toml", "Cargo.lock"):
        folder, file = _nearest(root, path, _workspace_file)
        if not file:
            folder, file = _nearest(root, path, lambda folder: _there(folder, "Cargo.toml"))
        if file:
            yield _cargo(root, environ, folder, file)
    if name.endswith(".go") or name in ("go.mod", "go.sum"):
        folder, file = _nearest(root, path, lambda folder: _there(folder, "go.mod"))
        if file:
            yield _go(root, environ, folder, file)


def _nearest(root: str, path: str, search: Callable[[str], str]) -> tuple[str, str]:
    """The folder at or above `path` in which `search` finds a file, and that file's path."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        name = search(os.path.join(root, folder) if folder else root)
        if name:
            return folder, f"{folder}/{name}" if folder else name
    return "", ""


def _there(folder: str, name: str) -> str:
    return name if os.path.isfile(os.path.join(folder, name)) else ""


def _read(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read(1_000_000)
    except OSError:
        return b""


def _mypy_file(folder: str) -> str:
    # In the order in which mypy itself looks.
    for name in ("mypy.ini", ".mypy.ini"):
        if _there(folder, name):
            return name
    if b"[tool.mypy" in _read(folder, "pyproject.toml"):
        return "pyproject.toml"
    return "setup.cfg" if b"[mypy]" in _read(folder, "setup.cfg") else ""


def _pyright_file(folder: str) -> str:
    if _there(folder, "pyrightconfig.json"):
        return "pyrightconfig.json"
    text = _read(folder, "pyproject.toml")
    found = b"[tool.pyright" in text or b"[tool.basedpyright" in text
    return "pyproject.toml" if found else ""


def _workspace_file(folder: str) -> str:
    return "Cargo.toml" if b"[workspace" in _read(folder, "Cargo.toml") else ""


def _which(name: str, root: str, environ: Mapping[str, str], folder: str = "") -> str:
    """`name` in the folder's and the root's own environments, then on PATH, then in ours."""
    local = [os.path.join(root, folder, "node_modules", ".bin")] if folder else []
    local.append(os.path.join(root, "node_modules", ".bin"))
    path = command.environment(environ, root)["PATH"]
    # Of PATH, the project's own environment is the first entry, so it comes before Node's.
    first, _, rest = path.partition(os.pathsep)
    for place in [first, *local, *rest.split(os.pathsep)]:
        program = os.path.join(place, name)
        if os.path.isabs(program) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return ""


def _mypy(
    root: str, policy: Mapping[str, Any], environ: Mapping[str, str], folder: str, file: str
) -> Checker:
    # What the user configured about the output's form must not change what we read.
    arguments = ["--cache-dir", "{cache}", "--no-color-output", "--no-pretty", "--show-error-codes"]
    arguments += ["--hide-error-context"]
    python = command.own_python(root, environ)
    if python:
        arguments += ["--python-executable", python]
    targets: list[str] = []
    text = _read(root, file)
    if file.endswith("pyproject.toml"):
        text = _SECTION.split(text.partition(b"[tool.mypy]")[2])[0]
    if not _TARGETS.search(text):
        sources = [each.strip("/") for each in policy["tests"]["source"]]
        there = [
            each
            for each in sources
            if each not in ("", ".") and os.path.isdir(os.path.join(root, folder, each))
        ]
        targets = there or ["."]
    program = _which("mypy", root, environ)
    install = f"{_shown(root, python)} -m pip install mypy"
    return Checker(
        "mypy", folder, file, program, arguments, install, checker_output.mypy, targets=targets
    )


def _pyright(root: str, environ: Mapping[str, str], folder: str, file: str) -> Checker:
    name = "pyright"
    if b"[tool.basedpyright" in _read(root, file):
        name = "basedpyright"
    program = _which(name, root, environ, folder)
    python = command.own_python(root, environ)
    arguments = ["--outputjson", "--project", "."]
    arguments += ["--pythonpath", python] if python else []
    install = f"{_shown(root, python)} -m pip install {name}"
    return Checker(name, folder, file, program, arguments, install, checker_output.pyright)


def _shown(root: str, python: str | None) -> str:
    return os.path.relpath(python, root) if python else "python3"


def _is_typed(root: str, file: str, changed: str) -> bool:
    """Whether a changed file is of a kind that this configuration has checked."""
    return not changed.endswith(_JAVASCRIPT) or b"Js" in _read(root, file)


def _tsc(root: str, folder: str, file: str) -> Iterator[Checker]:
    # Only the project's own: another version finds other errors.
    program = ""
    for place in (folder, ""):
        candidate = os.path.join(root, place, "node_modules", ".bin", "tsc")
        if not program and os.access(candidate, os.X_OK):
            program = candidate
    listed = any(
        b'"typescript"' in _read(root, _in(place, "package.json")) for place in (folder, "")
    )
    install = "npm install" if listed else "npm install --save-dev typescript"
    text = _read(root, file).decode("utf-8", "replace")
    projects = ["tsconfig.json"]
    if _NO_FILES.search(text):
        # A solution: nothing of its own, only references, which `--noEmit` would not follow.
        projects = _REFERENCE.findall(text) or projects
    for project in projects:
        # `--noEmit` alone would still write the file of incremental builds.
        arguments = ["--noEmit", "--incremental", "false", "--composite", "false"]
        arguments += ["--tsBuildInfoFile", "null", "--emitDeclarationOnly", "false"]
        arguments += ["--pretty", "false", "--listFiles", "-p", project]
        yield Checker("tsc", folder, file, program, arguments, install, checker_output.tsc)


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _cargo(root: str, environ: Mapping[str, str], folder: str, file: str) -> Checker:
    program = _which("cargo", root, environ)
    arguments = ["check", "--message-format=json", "--quiet", "--target-dir", "{cache}"]
    if _workspace_file(os.path.join(root, folder)):
        arguments.append("--workspace")
    install = "install Rust's toolchain (rustup)"
    # It writes Cargo.lock.
    return Checker(
        "cargo", folder, file, program, arguments, install, checker_output.cargo, apart=True
    )


def _go(root: str, environ: Mapping[str, str], folder: str, file: str) -> Checker:
    program = _which("go", root, environ)
    install = "install the Go toolchain"
    return Checker("go", folder, file, program, ["vet", "./..."], install, checker_output.go)


_SEARCHES: dict[str, Callable[[str], str]] = {
    "mypy": _mypy_file,
    "pyright": _pyright_file,
    "basedpyright": _pyright_file,
    "tsc": lambda folder: _there(folder, "tsconfig.json"),
}
