"""Git as the user has it: their configuration, their filters, their hooks, their objects.

For the one thing that is done on the user's behalf, a commit. Everything that only looks at the
work tree uses the shadow instead, which touches nothing of theirs.
"""

from __future__ import annotations

import os
import time

from ambidex import locate
from ambidex.changes.process import TreeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# What redirects git to another repository, index or object store than the one at hand.
_REDIRECTS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_QUARANTINE_PATH",
)
_MOST_SAID = 600


class Refused(Exception):
    """Nothing was committed; the message is one clause that a person can act on."""


class Answer:
    """What one git process left.

    Attributes:
        code: its exit code; negative for a signal.
        output: its standard output.
        said: its standard error as one line, bounded.
    """

    __slots__ = ("code", "output", "said")

    def __init__(self, code: int, output: bytes, errors: bytes) -> None:
        self.code = code
        self.output = output
        self.said = " ".join(errors.decode("utf-8", "replace").split())[-_MOST_SAID:]

    @property
    def text(self) -> str:
        """The output without the newline at its end; bytes that are no UTF-8 as surrogates."""
        return os.fsdecode(self.output).rstrip("\n")


class UsersGit:
    """Runs git in one work tree of the user's.

    Attributes:
        root: the top of the work tree.
        git_dir: its git directory.
        common: the git directory that all work trees of the repository share.
        deadline: `time.monotonic()` at which git, and whatever hooks it started, is killed.
    """

    def __init__(self, root: str, environ: Mapping[str, str], deadline: float) -> None:
        """Look for the repository.

        Raises:
            Refused: there is none.
        """
        git_dir = locate.git_dir(root)
        common = locate.common_dir(root)
        if git_dir is None or common is None:
            raise Refused("this is no git repository")
        self.root = root
        self.git_dir = git_dir
        self.common = common
        self.deadline = deadline
        self._nothing = ""
        self._environ = {k: v for k, v in environ.items() if k not in _REDIRECTS}
        # No editor, no password prompt: nobody sits at this terminal.
        self._environ.update(GIT_EDITOR=":", GIT_TERMINAL_PROMPT="0", LC_MESSAGES="C")
        self._environ.pop("GPG_TTY", None)

    def run(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Answer:
        """Run git and wait for it.

        Args:
            arguments: the subcommand and its arguments.
            stdin: what git reads.
            index: an index file to use instead of the user's.

        Raises:
            TreeError: git is not there, or the deadline passed.
        """
        import signal
        import subprocess

        environ = {**self._environ, "GIT_INDEX_FILE": index} if index else self._environ
        try:
            process = subprocess.Popen(
                ["git", "-C", self.root, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environ,
                # Hooks and signing programs are its children: they end together.
                start_new_session=True,
            )
        except OSError as problem:
            raise TreeError(f"git can't be started: {problem}") from problem
        try:
            output, errors = process.communicate(stdin, max(0.1, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TreeError(f"`git {arguments[0]}` did not end in time") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        return Answer(process.returncode, output, errors)

    def ask(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Answer:
        """As `run`, where failing means that nothing can be committed.

        Raises:
            Refused: git failed.
            TreeError: see `run`.
        """
        answer = self.run(*arguments, stdin=stdin, index=index)
        if answer.code:
            what = " ".join(word for word in arguments[:2] if not word.startswith("-"))
            raise Refused(f"`git {what}` failed: {answer.said or f'exit code {answer.code}'}")
        return answer

    def nothing(self) -> str:
        """The id of no object: as many zeros as ids have digits here.

        Raises:
            Refused: git failed.
            TreeError: see `run`.
        """
        if not self._nothing:
            self._nothing = "0" * len(self.ask("hash-object", "--stdin").text)
        return self._nothing

    def setting(self, name: str) -> bool:
        """A setting of the user's that is true or false."""
        return self.run("config", "--type=bool", "--get", name).text == "true"

    def entries(self, index: str) -> dict[str, tuple[str, str]]:
        """Mode and blob of every path of an index; nothing where the file is missing.

        Raises:
            Refused: the index has unmerged entries, or git can't read it.
            TreeError: see `run`.
        """
        if not os.path.exists(index):
            return {}
        found = {}
        for line in self.ask("ls-files", "-s", "-z", index=index).output.split(b"\0")[:-1]:
            head, _, name = line.partition(b"\t")
            mode, blob, stage = os.fsdecode(head).split(" ")
            if stage != "0":
                raise Refused(f"{os.fsdecode(name)} has conflicts that are not resolved")
            found[os.fsdecode(name)] = (mode, blob)
        return found

    def update(self, index: str, entries: Mapping[str, tuple[str, str] | None]) -> None:
        """Put mode and blob of some paths into an index; None takes a path out.

        Raises:
            Refused: git failed.
            TreeError: see `run`.
        """
        # Removals first: a file may have become a folder.
        lines = []
        for path in sorted(entries, key=lambda name: (entries[name] is not None, name)):
            entry = entries[path]
            mode, blob = entry or ("0", self.nothing())
            lines.append(os.fsencode(f"{mode} {blob}\t{path}\0"))
        self.ask("update-index", "-z", "--index-info", stdin=b"".join(lines), index=index)
