"""Ignore rules as one flat file, so that those of a baseline can be applied later.

Git reads `.gitignore` files as they are now; a line added to one would hide a new file from
every later tree. So the rules in force are gathered into one file with every pattern anchored
at the top, and git is only ever given that file. Which rules a tree was taken under is recorded
beside it.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.changes import signature
from ambidex.changes.process import GitFailed
from ambidex.changes.shadow import Shadow, write_atomically

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

GITIGNORE = b".gitignore"

# What package managers install, tools cache and Ambidex writes. Most of these folders carry a
# .gitignore of their own, which does not count when they appear after the baseline.
_ALWAYS = b"""\
.ambidex/
.claude/worktrees/
__pycache__/
.venv/
node_modules/
.hypothesis/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.tox/
.nox/
"""


def is_gitignore(name: bytes) -> bool:
    """Whether the path `name` is one of a file that git would read ignore rules from."""
    return name == GITIGNORE or name.endswith(b"/" + GITIGNORE)


def file_of(shadow: Shadow, digest: str) -> str:
    """The path of the flattened rules with this digest."""
    return os.path.join(shadow.folder, "rules", digest)


def store(shadow: Shadow, text: bytes) -> str:
    """Keep flattened rules; returns their digest.

    Raises:
        OSError: the state directory can't be written.
    """
    from hashlib import sha256  # only when rules have changed

    digest = sha256(text).hexdigest()
    path = file_of(shadow, digest)
    if not os.path.exists(path):
        write_atomically(path, text)
    return digest


def flatten(shadow: Shadow, excludes_file: str, gitignores: Iterable[bytes]) -> bytes:
    """The rules in force now, as the text of one exclude file.

    Args:
        shadow: the shadow of the work tree.
        excludes_file: path of the user's `core.excludesFile`.
        gitignores: paths of the `.gitignore` files, relative to the root.
    """
    # Later lines win, as deeper files do in git.
    parts = [_ALWAYS, _own_state(shadow)]
    parts += [_anchored(_read(os.fsencode(path)), b"") for path in (excludes_file, _info(shadow))]
    top = os.fsencode(shadow.root)
    for name in sorted(gitignores, key=lambda name: (name.count(b"/"), name)):
        folder = name[: -len(GITIGNORE)]
        if b"\n" not in folder:  # can't be written in an exclude file: its files stay visible
            parts.append(_anchored(_read(os.path.join(top, name), follow=False), folder))
    return b"".join(parts)


def sources(shadow: Shadow, excludes_file: str, gitignores: Iterable[bytes]) -> dict[str, str]:
    """The signatures of all files that `flatten` read, and of those that say where they are."""
    config_home = _config_home()
    paths = [
        excludes_file,
        _info(shadow),
        os.path.join(_home(), ".gitconfig"),
        os.path.join(config_home, "git", "config"),
        "/etc/gitconfig",
    ]
    for git_dir in (locate.common_dir(shadow.root), locate.git_dir(shadow.root)):
        if git_dir is not None:
            paths += [os.path.join(git_dir, name) for name in ("config", "config.worktree")]
    paths += [os.path.join(shadow.root, os.fsdecode(name)) for name in gitignores]
    return {path: signature.of_path(path) for path in paths if path}


def excludes_file(shadow: Shadow) -> str:
    """The path of the user's `core.excludesFile`, or of its default; it need not exist."""
    if locate.git_dir(shadow.root) is not None:
        try:
            answer = shadow.users_git("config", "--path", "--get", "core.excludesFile")
        except GitFailed:
            answer = b""  # not set, or the configuration is broken
        configured = os.fsdecode(answer.rstrip(b"\n"))
        if configured:
            return os.path.join(shadow.root, configured)
    return os.path.join(_config_home(), "git", "ignore")


def _config_home() -> str:
    return os.environ.get("XDG_CONFIG_HOME") or os.path.join(_home(), ".config")


def _home() -> str:
    return os.environ.get("HOME") or os.path.expanduser("~")


def _info(shadow: Shadow) -> str:
    common = locate.common_dir(shadow.root)
    return os.path.join(common, "info", "exclude") if common is not None else ""


def _own_state(shadow: Shadow) -> bytes:
    # A project without git at the home folder, for example, contains our state directory.
    inside = os.path.relpath(os.path.realpath(shadow.folder), shadow.root)
    if inside.startswith(os.pardir):
        return b""
    return b"/" + _literal(os.fsencode(inside)) + b"/\n"


def _read(path: bytes, follow: bool = True) -> bytes:
    # Git follows no symbolic link to a .gitignore, nor does it mind one that can't be read.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    except OSError:
        return b""
    try:
        with open(descriptor, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _anchored(text: bytes, folder: bytes) -> bytes:
    """The lines of an ignore file in `folder` (with a final `/`, or empty), for the top."""
    kept = []
    for raw in text.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = raw[:-1] if raw.endswith(b"\r") else raw
        if not line.strip(b" ") or line.startswith(b"#"):
            continue
        if folder:
            sign, pattern = (b"!", line[1:]) if line.startswith(b"!") else (b"", line)
            # Trailing spaces don't count unless quoted, so they can't turn `a/` into a path.
            anywhere = b"/" not in pattern.rstrip(b" ")[:-1]
            if anywhere and pattern.rstrip(b" ") in (b"", b"/"):
                continue  # matches nothing there; here it would match the folder
            between = b"**/" if anywhere else b""
            line = sign + b"/" + _literal(folder) + between + pattern.removeprefix(b"/")
        kept.append(line + b"\n")
    return b"".join(kept)


def _literal(path: bytes) -> bytes:
    for special in (b"\\", b"*", b"?", b"["):
        path = path.replace(special, b"\\" + special)
    return path
