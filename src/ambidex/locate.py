"""Where things are: the project, its repository, Ambidex's state, data and tools.

Everything is found by looking at files; git is not started. Hot path: `os` only.

Layout of the state directory (mode 0700, outside every work tree, so that
`git clean -fdx` cannot wipe it; one per repository, so that worktrees share it):

    <state home>/repos/<name>-<16 hex>/
        audit/            the hash-chained audit log
        policy/           compiled snapshots of ambidex.toml, one per project root
        shadow/           git directory of our own in which trees are taken
        logs/             full output of test runs and scanners
        state.sqlite3     sessions, baselines, Stop records, evidence
        trust.json        configurations that a person has trusted
        pause.json        a person's pause
        instructions.json what a person has approved of the files that an agent obeys
        held.json         files with hidden or injected instructions
        approvals.json    what a person lets pass for a while
        refused/          what was refused within the last prompts, to recognise other routes
        untrusted/        sources with instructions of their own that a session has read
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def state_home(environ: Mapping[str, str]) -> str:
    """The directory that holds the state of all repositories (it may not exist yet)."""
    own = environ.get("AMBIDEX_STATE_HOME")
    if own:
        return own
    base = environ.get("XDG_STATE_HOME") or os.path.join(_home(environ), ".local", "state")
    return os.path.join(base, "ambidex")


def data_home(environ: Mapping[str, str]) -> str:
    """The directory for what can be rebuilt: interpreter, bytecode, the tools' environment.

    As a plugin it is the folder that Claude Code gives us; otherwise the user's data directory.
    """
    own = environ.get("CLAUDE_PLUGIN_DATA") or environ.get("AMBIDEX_DATA_HOME")
    if own:
        return own
    base = environ.get("XDG_DATA_HOME") or os.path.join(_home(environ), ".local", "share")
    return os.path.join(base, "ambidex")


def own_command(environ: Mapping[str, str]) -> str:
    """What a person types to run Ambidex: in the plugin form the program by its path.

    Args:
        environ: the environment of a hook; Claude Code tells the plugin's hooks where they are.
    """
    program = os.path.join(environ.get("CLAUDE_PLUGIN_ROOT", ""), "bin", "ambidex")
    is_there = program.startswith("/") and os.access(program, os.X_OK)
    return quoted(program) if is_there else "ambidex"


def quoted(path: str) -> str:
    """A path as it is typed in a shell."""
    if all(character.isalnum() or character in "/._-+@%:,=" for character in path):
        return path
    return "'" + path.replace("'", "'\\''") + "'"


def _home(environ: Mapping[str, str]) -> str:
    # expanduser asks the password database where HOME is missing (cron, containers).
    return environ.get("HOME") or os.path.expanduser("~")


def work_tree(start: str) -> str | None:
    """The top of the git work tree around `start`, or None (also for a bare repository)."""
    folder = os.path.realpath(start)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def git_dir(top: str) -> str | None:
    """The git directory of the work tree `top`, following the file that worktrees have."""
    path = os.path.join(top, ".git")
    if os.path.isdir(path):
        return path
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            first = file.readline()
    except OSError:
        return None
    if not first.startswith("gitdir:"):
        return None
    return os.path.realpath(os.path.join(top, first[len("gitdir:") :].strip()))


def common_dir(top: str) -> str | None:
    """The git directory shared by all worktrees of the repository at `top`."""
    own = git_dir(top)
    if own is None:
        return None
    try:
        with open(
            os.path.join(own, "commondir"), encoding="utf-8", errors="surrogateescape"
        ) as file:
            return os.path.realpath(os.path.join(own, file.readline().strip()))
    except OSError:
        return os.path.realpath(own)


def working_directory() -> str:
    """The process's directory, or `/` where it was deleted."""
    try:
        return os.getcwd()
    except OSError:
        return os.sep


def project_root(environ: Mapping[str, str], cwd: str) -> str:
    """The project's root: the work tree around Claude Code's project folder, else that folder.

    Args:
        environ: the process environment; `CLAUDE_PROJECT_DIR` wins over `cwd`, because the
            session's directory moves with `cd` while the project does not. A folder that does
            not exist is not believed: the policy of the project at hand must apply.
        cwd: the event's or the terminal's current directory.
    """
    start = environ.get("CLAUDE_PROJECT_DIR") or cwd
    if start != cwd and not os.path.isdir(start):
        start = cwd
    return work_tree(start) or os.path.realpath(start)


def repository_state(environ: Mapping[str, str], root: str) -> str:
    """The state directory of the repository that `root` belongs to (it may not exist yet)."""
    anchor = common_dir(root) or os.path.realpath(root)
    name = os.path.basename(os.path.dirname(anchor) if _is_dot_git(anchor) else anchor)
    # A collision would need two repositories of one name.
    return os.path.join(state_home(environ), "repos", f"{_plain(name)}-{path_key(anchor)}")


def path_key(path: str) -> str:
    """A short name for a path, the same in every process: 16 hexadecimal digits.

    FNV-1a of the path's bytes, 64 bits: hashlib would cost milliseconds to import.
    """
    digest = 0xCBF29CE484222325
    for byte in os.fsencode(path):
        digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def _is_dot_git(path: str) -> bool:
    return os.path.basename(path) == ".git"


def _plain(name: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return kept[:40] or "root"


def make_private(folder: str) -> str:
    """Create `folder` and the parents that are missing, for the user only; returns it.

    Folders that exist keep their mode.

    Raises:
        OSError: the disk is read-only or full, or the path is somebody else's.
    """
    try:
        # os.makedirs would give its mode to the last folder alone.
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise
    except FileNotFoundError:
        parent = os.path.dirname(folder)
        if parent in ("", folder):
            raise
        make_private(parent)
        make_private(folder)
    return folder


def tool(environ: Mapping[str, str], root: str, name: str) -> str | None:
    """The program `name` as the project would run it: its own environment, then ours, then PATH.

    Args:
        environ: the process environment.
        root: the project's root; its `.venv`, `venv` and `node_modules` are looked at.
        name: the program's name, for example `ruff`.

    Returns:
        An absolute path, or None.
    """
    folders = [
        os.path.join(root, ".venv", "bin"),
        os.path.join(root, "venv", "bin"),
        os.path.join(root, "node_modules", ".bin"),
        os.path.join(data_home(environ), "env", "current", "bin"),
    ]
    folders += environ.get("PATH", "").split(os.pathsep)
    for folder in folders:
        if not folder:
            continue
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
