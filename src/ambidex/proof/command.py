"""Which command runs the project's tests, and the same command for some files only."""

from __future__ import annotations

import os
import time

from ambidex import locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# fmt: off
_RUNNERS = frozenset((
    "uv", "poetry", "pdm", "pipenv", "pixi", "rye", "hatch", "conda", "mamba", "micromamba",
    "env", "nice", "time", "xvfb-run",
))
_TAKES_VALUE = frozenset((
    "-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W", "--basetemp", "--capture", "--color",
    "--config-file", "--confcutdir", "--cov", "--cov-config", "--cov-report", "--deselect",
    "--dist", "--durations", "--ignore", "--ignore-glob", "--import-mode", "--log-level",
    "--maxfail", "--override-ini", "--rootdir", "--tb", "--timeout",
))
# fmt: on
_PROBE_SECONDS = 20.0


class NoCommandError(Exception):
    """There is no command that could run the tests; the text says what is missing."""


class Command:
    """A test command.

    Attributes:
        argv: program and arguments as configured or found.
        configured: it comes from the policy.
        pytest_at: index after the word that names pytest; 0 when it is another command.
    """

    __slots__ = ("argv", "configured", "pytest_at")

    def __init__(self, argv: Sequence[str], configured: bool) -> None:
        self.argv = list(argv)
        self.configured = configured
        self.pytest_at = _pytest_position(self.argv)

    @property
    def is_pytest(self) -> bool:
        """Whether pytest's options and exit codes apply."""
        return self.pytest_at > 0

    def whole(self, options: Sequence[str] = ()) -> list[str]:
        """The command as configured, with `options` for pytest added."""
        # At the end, so that they win; before `--`, after which nothing is an option.
        at = self.argv.index("--", self.pytest_at) if "--" in self._arguments() else None
        return self.argv[:at] + list(options) + (self.argv[at:] if at is not None else [])

    def only(self, nodes: Sequence[str], options: Sequence[str] = ()) -> list[str]:
        """The command for `nodes` (files or node ids) in place of the paths it names."""
        kept = []
        before = ""
        for word in self._arguments():
            if word == "--":
                break
            if word.startswith("-") or before in _TAKES_VALUE or _long_option(before):
                kept.append(word)
            before = word
        # A file may be called `--lf_test.py`; it must not become an option.
        targets = [f"./{node}" if node.startswith("-") else node for node in nodes]
        return self.argv[: self.pytest_at] + kept + list(options) + targets

    def shown(self, root: str, nodes: Sequence[str] = ()) -> str:
        """The command as a person types it in `root`; for `nodes`, if any are given."""
        import shlex

        argv = self.only(nodes) if nodes else self.argv
        prefix = root.rstrip("/") + "/"
        return " ".join(
            shlex.quote(word[len(prefix) :] if word.startswith(prefix) else word) for word in argv
        )

    def _arguments(self) -> list[str]:
        return self.argv[self.pytest_at :]


def configured(policy: Mapping[str, Any]) -> Command | None:
    """The command that the policy names, or None."""
    argv = policy["tests"]["command"]
    return Command(argv, configured=True) if argv else None


def find(
    root: str, policy: Mapping[str, Any], environ: Mapping[str, str], deadline: float
) -> Command:
    """The policy's command, else pytest of the project's own Python, else of PATH's.

    Args:
        root: the project's root; `.venv` and `venv` in it come first, then an activated
            environment inside the project, then `python3`, `python` and `pytest` on PATH, then
            the environment of Ambidex's tools.
        policy: the policy snapshot.
        environ: the process environment.
        deadline: `time.monotonic()` after which no interpreter is asked any more.

    Raises:
        NoCommandError: no interpreter has pytest.
    """
    command = configured(policy)
    if command:
        return command
    own = own_python(root, environ)
    if own:
        if _has_pytest(own, root, environ, deadline):
            return Command([own, "-m", "pytest"], configured=False)
        # Another interpreter would lack what the project installed into its own.
        shown = os.path.relpath(own, root)
        raise NoCommandError(
            f"pytest is not installed in the project's environment ({shown}); "
            f"run `{shown} -m pip install pytest`, or set tests.command in ambidex.toml"
        )
    for name in ("python3", "python"):
        path = _on_path(name, environ)
        if path and _has_pytest(path, root, environ, deadline):
            return Command([path, "-m", "pytest"], configured=False)
    path = _on_path("pytest", environ)
    if path:
        return Command([path], configured=False)
    # A project without an environment of its own: the one that brings our tools has pytest too.
    ours = os.path.join(_our_programs(environ), "python")
    if os.access(ours, os.X_OK) and _has_pytest(ours, root, environ, deadline):
        return Command([ours, "-m", "pytest"], configured=False)
    raise NoCommandError(
        "no Python with pytest was found (looked in .venv, venv and on PATH); install pytest, "
        "or set tests.command in ambidex.toml"
    )


def environment(environ: Mapping[str, str], root: str = "") -> dict[str, str]:
    """The environment of the project's tests.

    It is the user's, without the variables that Claude Code and Ambidex add. A command is looked
    for in the project's own environment first and in ours last, as every tool is.

    Args:
        environ: the process environment.
        root: the project's root; `""` leaves PATH as it is.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(("CLAUDE", "AMBIDEX", "PYTEST_CURRENT_TEST"))
    }
    if root:
        own = own_python(root, environ)
        folders = [os.path.dirname(own)] if own else []
        folders += [environ.get("PATH", os.defpath), _our_programs(environ)]
        kept["PATH"] = os.pathsep.join(folders)
    return kept


def _our_programs(environ: Mapping[str, str]) -> str:
    return os.path.join(locate.data_home(environ), "env", "current", "bin")


def _pytest_position(argv: Sequence[str]) -> int:
    for index, word in enumerate(argv):
        if os.path.basename(word) in ("pytest", "py.test"):
            first = os.path.basename(argv[0])
            known = first in _RUNNERS or first.startswith(("python", "pypy", "coverage"))
            if index == 0 or (known and (argv[index - 1] == "-m" or first in _RUNNERS)):
                return index + 1
    return 0


def _long_option(word: str) -> bool:
    # A plugin's option may take the next word; to keep a path too many is the safe side.
    return word.startswith("--") and "=" not in word and len(word) > 2


def own_python(root: str, environ: Mapping[str, str]) -> str | None:
    """The Python of the project's own environment (`.venv`, `venv`, the active one), or None."""
    folders = [os.path.join(root, ".venv"), os.path.join(root, "venv")]
    active = environ.get("VIRTUAL_ENV", "")
    if active and os.path.realpath(active).startswith(os.path.realpath(root) + os.sep):
        folders.append(active)
    for folder in folders:
        path = os.path.join(folder, "bin", "python")
        if os.access(path, os.X_OK):
            return path
    return None


def _on_path(name: str, environ: Mapping[str, str]) -> str | None:
    for folder in environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        # A relative entry of PATH would be taken from wherever the hook was started.
        if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def _has_pytest(python: str, root: str, environ: Mapping[str, str], deadline: float) -> bool:
    # A Stop that only asks what kind of command there is need not pay for subprocess.
    from ambidex.proof import process

    question = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('pytest') else 3)"
    try:
        answer = process.run(
            [python, "-c", question],
            cwd=root,
            environ=environment(environ),
            deadline=min(deadline, time.monotonic() + _PROBE_SECONDS),
        )
    except OSError:
        return False
    return answer.code == 0
