"""What the agent changed, put onto a commit: path by path, without the user's own work.

A file that the user had changed too, and not committed, holds both. Only the agent's part belongs
into its commit, so the change is merged (three ways, with what was there before the agent) onto
what the commit has. Where that does not work out, nothing is committed: half of a change was never
proved.
"""

from __future__ import annotations

import os

from ambidex.changes import diff
from ambidex.changes.diff import Change
from ambidex.changes.users_git import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ambidex.changes.users_git import UsersGit

    Entry = tuple[str, str]

_LINK = "120000"
_PLAIN = "100644"


def graft(
    git: UsersGit, state: str, passes: Sequence[Sequence[Change]], onto: Mapping[str, Entry]
) -> dict[str, Entry | None]:
    """Mode and blob that each changed path is to have; None for a path that is to go.

    Contents are written into the user's object store, through their filters.

    Args:
        git: the user's repository.
        state: the repository's state directory, where the agent's trees are.
        passes: what the agent changed, in one or several passes, oldest first.
        onto: what the commit has that this goes onto.

    Raises:
        Refused: a file holds work of the user's that can't be told from the agent's.
        TreeError: a tree is not there any more, or git did not end.
    """
    grafter = _Grafter(git, state, onto)
    for number, changes in enumerate(passes):
        for change in changes:
            if grafter.is_there_already(change.path, passes[number:]):
                # A person has committed it meanwhile, with what this or a later pass made of it.
                if change.old_path:
                    grafter.planned[change.old_path] = None
            elif change.status == "D":
                grafter.remove(change.path, change.before_sha)
            elif change.old_path:
                grafter.move(change)
            else:
                grafter.put(change)
    planned = grafter.planned
    _leave_out_ignored(git, planned, onto)
    return {path: entry for path, entry in planned.items() if entry != onto.get(path)}


class _Grafter:
    def __init__(self, git: UsersGit, state: str, onto: Mapping[str, Entry]) -> None:
        self.planned: dict[str, Entry | None] = {}
        self._git = git
        self._state = state
        self._onto = onto
        self._own: dict[str, bool] = {}

    def is_there_already(self, path: str, passes: Sequence[Sequence[Change]]) -> bool:
        """Whether the commit has a path as one of these passes left it."""
        entry = self._onto.get(path)
        for change in (change for changes in passes for change in changes if change.path == path):
            if change.status == "D" or not change.after_sha:
                if entry is None and change.status == "D":
                    return True
            elif entry is not None and self._is(entry[1], path, change.after_sha, change.mode):
                return entry[0] == change.mode
        return False

    def _now(self, path: str) -> Entry | None:
        return self.planned[path] if path in self.planned else self._onto.get(path)

    def remove(self, path: str, before: str) -> None:
        if self._is_elsewhere(path):
            return
        now = self._now(path)
        if now is not None and before and not self._is(now[1], path, before, now[0]):
            raise Refused(f"{path} was deleted, and it held what is not committed")
        self.planned[path] = None

    def move(self, change: Change) -> None:
        origin = self._now(change.old_path)
        if self._is_elsewhere(change.old_path):
            self.put(Change(change.path, "A", after_sha=change.after_sha, mode=change.mode))
            return
        self.planned[change.old_path] = None
        self.put(change, origin)

    def put(self, change: Change, origin: Entry | None = None) -> None:
        path = change.path
        if self._is_elsewhere(path):
            raise Refused(f"{path} is in a repository of its own, a submodule perhaps")
        mode = change.mode or self._mode_on_disk(path)
        after = self._written(path, change.after_sha, mode)
        now = origin or self._now(path)
        is_new = change.status == "A" and not change.before_sha
        if now is None and not is_new:
            raise Refused(f"{path} was there before this change and is not committed")
        if now is None or now[1] == after or (not is_new and self._was(now, path, change)):
            self.planned[path] = (mode, after)
        elif is_new:
            raise Refused(f"{path} is new here, and meanwhile it was committed otherwise")
        else:
            before = self._written(path, change.before_sha, mode)
            self.planned[path] = (mode, self._merged(path, now[1], before, after))

    def _was(self, now: Entry, path: str, change: Change) -> bool:
        """Whether the commit has what was there before the change, or nobody can tell."""
        return not change.before_sha or self._is(now[1], path, change.before_sha, now[0])

    def _is(self, blob: str, path: str, ours: str, mode: str) -> bool:
        """Whether a blob of the user's is what we recorded, filters aside."""
        if self._is_elsewhere(path):
            return False
        return blob == ours or blob == self._written(path, ours, mode)

    def _written(self, path: str, sha: str, mode: str) -> str:
        """The user's blob for recorded content; for content that was not recorded, the file's."""
        if sha:
            content = diff.content(self._state, self._git.root, sha)
        else:
            content = self._from_disk(path, mode)
        how = ("--no-filters",) if mode == _LINK else ("--path", path)
        return self._git.ask("hash-object", "-w", "--stdin", *how, stdin=content).text

    def _from_disk(self, path: str, mode: str) -> bytes:
        name = os.path.join(self._git.root, path)
        try:
            if mode == _LINK:
                return os.fsencode(os.readlink(name))
            with open(name, "rb") as file:
                return file.read()
        except OSError as problem:
            raise Refused(f"{path} can't be read: {problem.strerror}") from problem

    def _mode_on_disk(self, path: str) -> str:
        name = os.path.join(self._git.root, path)
        return "100755" if os.access(name, os.X_OK) else _PLAIN

    def _merged(self, path: str, ours: str, before: str, theirs: str) -> str:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="graft-", dir=self._state) as folder:
            names = []
            for name, blob in (("ours", ours), ("before", before), ("theirs", theirs)):
                names.append(os.path.join(folder, name))
                with open(names[-1], "wb") as file:
                    file.write(self._git.ask("cat-file", "blob", blob).output)
            merged = self._git.run("merge-file", "-p", *names)
        if merged.code:
            raise Refused(f"{path} held uncommitted work in the lines that were changed")
        how = ("hash-object", "-w", "--stdin", "--no-filters")
        return self._git.ask(*how, stdin=merged.output).text

    def _is_elsewhere(self, path: str) -> bool:
        """Whether a path lies in a nested repository."""
        folder = os.path.dirname(path)
        if not folder:
            return False
        if folder not in self._own:
            entry = self._onto.get(folder)
            inside = entry is not None and entry[0] == "160000"
            there = os.path.lexists(os.path.join(self._git.root, folder, ".git"))
            self._own[folder] = inside or there or self._is_elsewhere(folder)
        return self._own[folder]


def _leave_out_ignored(
    git: UsersGit, planned: dict[str, Entry | None], onto: Mapping[str, Entry]
) -> None:
    """Drop new files that the ignore rules of now keep out of git."""
    new = [path for path, entry in planned.items() if entry is not None and path not in onto]
    if not new:
        return
    names = b"".join(os.fsencode(path) + b"\0" for path in new)
    # Exit code 1: none is ignored. `--no-index`: what an index has counts for nothing here.
    answer = git.run("check-ignore", "-z", "--stdin", "--no-index", stdin=names)
    for name in answer.output.split(b"\0")[:-1]:
        planned.pop(os.fsdecode(name), None)
