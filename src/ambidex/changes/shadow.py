"""A git directory of our own, in which the project's trees are taken.

    <state>/shadow/
        lock              held by whoever takes a tree or prunes
        objects/          blobs and trees, shared by all worktrees of the repository
        rules/<sha256>    ignore rules, flattened into one file each
        trees/<tree id>   which rules a tree was taken under
        work/<key>/       one per work tree: the git directory, its index, and `memory`

Trees and file contents are always written here, never only referred to: with the user's object
directory as an alternate, git would set new times on the user's packs when it meets an object
that it already has, and a `git gc` there could take a baseline away.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
import zlib

from ambidex import locate
from ambidex.changes.process import GitFailed, TreeError, run_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LOCK_WAIT_SECONDS = 10.0
# Without a deadline of the caller's, so that a file system that hangs can't hang a session.
LONGEST_TAKE_SECONDS = 120.0

# No filter, no line-ending conversion, no keyword expansion: what counts is what is on disk.
_ATTRIBUTES = "* -text -eol -crlf -filter -ident -working-tree-encoding\n"

_CONFIG = """\
[core]
\trepositoryFormatVersion = {version}
\tbare = false
\tfileMode = true
\tsymlinks = true
\tignoreCase = {ignore_case}
\tprecomposeUnicode = {precompose}
\ttrustCTime = true
\tcheckStat = default
\tfsmonitor = false
\tuntrackedCache = false
\tsplitIndex = false
\tsparseCheckout = false
\tautocrlf = false
\tsafecrlf = false
\thooksPath = /dev/null
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tprotectHFS = false
\tprotectNTFS = false
\tlooseCompression = 1
[gc]
\tauto = 0
[maintenance]
\tauto = false
[extensions]
{extensions}"""


class Shadow:
    """The shadow of one work tree. As a context manager it holds the lock.

    Attributes:
        root: the work tree, symbolic links resolved.
        folder: `<state>/shadow`.
        git_dir: the git directory of this work tree within it.
        objects: the object directory.
        deadline: `time.monotonic()` value after which git is killed.
    """

    def __init__(self, root: str, state: str, deadline: float | None = None) -> None:
        self.root = os.path.realpath(root)
        self.folder = os.path.join(state, "shadow")
        self.objects = os.path.join(self.folder, "objects")
        self.git_dir = os.path.join(self.folder, "work", _key(self.root))
        longest = time.monotonic() + LONGEST_TAKE_SECONDS
        self.deadline = longest if deadline is None else min(deadline, longest)
        self._lock = -1

    def __enter__(self) -> Shadow:
        """Take the lock and make sure that the git directory exists.

        Raises:
            TreeError: the lock was not to be had in time.
            OSError: the state directory can't be written.
        """
        self._lock = lock(self.folder, self.deadline)
        try:
            self._create()
            self._remove_stale_locks()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def git(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        index: str = "",
        alternates: bool = False,
    ) -> bytes:
        """Run git in the shadow and return its standard output.

        Args:
            arguments: the subcommand and its arguments.
            stdin: what git reads; needs the lock.
            index: another index file to use.
            alternates: whether the user's objects may be read. Only for subcommands that write
                no object, see above.

        Raises:
            TreeError: see `process.run_git`.
        """
        environ = scrubbed_environment()
        environ["HOME"] = environ["XDG_CONFIG_HOME"] = self.git_dir
        environ["GIT_OBJECT_DIRECTORY"] = self.objects
        if index:
            environ["GIT_INDEX_FILE"] = index
        common = locate.common_dir(self.root) if alternates else None
        if common is not None:
            environ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _quoted(os.path.join(common, "objects"))
        source = os.devnull
        if stdin is not None:
            source = os.path.join(self.git_dir, "input")
            with open(source, "wb") as file:
                file.write(stdin)
        command = ["-C", self.root, f"--git-dir={self.git_dir}", f"--work-tree={self.root}"]
        return run_git([*command, *arguments], environ, self.deadline, source)

    def users_git(self, *arguments: str) -> bytes:
        """Ask the user's repository something that needs its configuration or its references.

        Only for subcommands that write nothing.

        Raises:
            TreeError: there is no repository, or git failed.
        """
        git_dir = locate.git_dir(self.root)
        if git_dir is None:
            raise TreeError(f"{self.root} is not in a git repository")
        # A partial clone must not start to download something because we looked.
        safe = ["-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]
        command = ["-C", self.root, *safe, f"--git-dir={git_dir}"]
        environ = scrubbed_environment()
        del environ["GIT_CONFIG_NOSYSTEM"]
        return run_git([*command, *arguments], environ, self.deadline)

    def id_length(self) -> int:
        """How many hexadecimal digits an object's id has here: 40, or 64 with SHA-256."""
        with open(os.path.join(self.git_dir, "config"), encoding="utf-8") as file:
            return 64 if "objectFormat" in file.read() else 40

    def forget(self) -> None:
        """Remove the index and what goes with it, so that the next take reads every file.

        Raises:
            OSError: the state directory can't be written.
        """
        self._remove("memory", "index")

    def _create(self) -> None:
        if os.path.exists(os.path.join(self.git_dir, "HEAD")) and os.path.isdir(self.objects):
            return
        for folder in ("refs", "info"):
            locate.make_private(os.path.join(self.git_dir, folder))
        for folder in ("objects", "rules", "trees"):
            locate.make_private(os.path.join(self.folder, folder))
        sha256 = self._object_format() == "sha256"
        on_mac = sys.platform == "darwin"
        config = _CONFIG.format(
            version=1 if sha256 else 0,
            ignore_case=str(on_mac and _folds_case(self.root)).lower(),
            precompose=str(on_mac).lower(),
            extensions="\tobjectFormat = sha256\n" if sha256 else "",
        )
        self._write("config", config)
        self._write(os.path.join("info", "attributes"), _ATTRIBUTES)
        # An index from before would speak of objects that are no more.
        self.forget()
        # Last, because its existence says that the rest is complete.
        self._write("HEAD", "ref: refs/heads/none\n")

    def _object_format(self) -> str:
        # A commit's tree can only be compared with ours if both have the same kind of id.
        if locate.git_dir(self.root) is None:
            return "sha1"
        try:
            return os.fsdecode(self.users_git("rev-parse", "--show-object-format").strip())
        except GitFailed:
            return "sha1"

    def _write(self, name: str, text: str) -> None:
        write_atomically(os.path.join(self.git_dir, name), text.encode())

    def _remove_stale_locks(self) -> None:
        # Nobody else works here while we hold the lock, so these were left by a crash.
        self._remove("index.lock", "memory.new")

    def _remove(self, *names: str) -> None:
        for name in names:
            try:
                os.unlink(os.path.join(self.git_dir, name))
            except FileNotFoundError:
                continue


def lock(folder: str, deadline: float) -> int:
    """Lock the shadow `folder`, creating it; returns the descriptor whose closing unlocks.

    Raises:
        TreeError: somebody else held it for `LOCK_WAIT_SECONDS`, or until the deadline.
        OSError: the folder can't be written.
    """
    locate.make_private(folder)
    descriptor = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    # A git that outlives us (we were killed) keeps the lock as long as it may still write.
    os.set_inheritable(descriptor, True)
    give_up = min(deadline, time.monotonic() + LOCK_WAIT_SECONDS)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                os.close(descriptor)
                raise TreeError("another process is taking a tree and did not finish") from None
            time.sleep(0.01)
        except OSError:
            os.close(descriptor)
            raise
        else:
            return descriptor


def scrubbed_environment() -> dict[str, str]:
    """Our environment without anything that redirects git, and with what keeps it quiet."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ.update(
        LC_ALL="C",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_ATTR_NOSYSTEM="1",
        GIT_OPTIONAL_LOCKS="0",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_NO_LAZY_FETCH="1",
        GIT_TERMINAL_PROMPT="0",
    )
    return environ


def write_atomically(path: str, data: bytes) -> None:
    """Write a file so that a reader, or a crash, never sees half of it.

    Raises:
        OSError: the disk is full or read-only.
    """
    new = path + ".new"
    with open(new, "wb") as file:
        file.write(data)
    os.replace(new, path)


def split_names(output: bytes) -> Sequence[bytes]:
    """The names in output that ends each of them with NUL."""
    return output.split(b"\0")[:-1]


def _quoted(path: str) -> str:
    if ":" not in path and '"' not in path:
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(root: str) -> str:
    name = os.fsencode(root)
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in os.path.basename(root))
    return f"{plain[:40]}-{zlib.crc32(name):08x}{zlib.adler32(name):08x}"


def _folds_case(root: str) -> bool:
    swapped = root.swapcase()
    return swapped != root and os.path.exists(swapped)
