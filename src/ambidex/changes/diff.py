"""What is different between two trees."""

from __future__ import annotations

import os

from ambidex.changes.lines import changed_lines
from ambidex.changes.process import GitFailed, TreeError
from ambidex.changes.shadow import Shadow, split_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ambidex.changes.trees import Tree

__all__ = ["Change", "changed", "changed_lines", "content", "files_at"]

_RENAME_LIMIT = 1_000
_SUBMODULE = "160000"


class Change:
    """One path that differs.

    Attributes:
        path: relative to the root, with `/`; bytes that are not UTF-8 as surrogates.
        old_path: where it was before, for a rename; else `""`.
        status: `A` added, `M` modified (content or executable bit), `D` deleted, `R` renamed,
            perhaps modified too, `T` of another type (file, symbolic link).
        before_sha: id of its content before; `""` if there was none or it was not recorded.
        after_sha: id of its content after; `""` if there is none or it was not recorded.
        mode: git's mode after (`100644`, `100755`, `120000`); `""` where `after_sha` is.
    """

    __slots__ = ("after_sha", "before_sha", "mode", "old_path", "path", "status")

    def __init__(
        self,
        path: str,
        status: str,
        before_sha: str = "",
        after_sha: str = "",
        *,
        old_path: str = "",
        mode: str = "",
    ) -> None:
        self.path = path
        self.status = status
        self.before_sha = before_sha
        self.after_sha = after_sha
        self.old_path = old_path
        self.mode = mode

    def __repr__(self) -> str:
        was = f", old_path={self.old_path!r}" if self.old_path else ""
        return f"Change({self.path!r}, {self.status!r}{was})"


def changed(state: str, root: str, before: Tree, after: Tree) -> list[Change]:
    """What is different in `after`, by path.

    Args:
        state: the repository's state directory.
        root: the top of the work tree.
        before: the earlier tree, taken or of a commit.
        after: the later tree.

    Returns:
        The changes; a file whose content is not recorded is modified when its signature is
        another. Submodules of a commit's tree are left out on both sides.

    Raises:
        TreeError: one of the trees is not there (any more), or git failed.
    """
    changes: dict[str, Change] = {}
    if before.sha != after.sha:
        ask = ("diff-tree", "-r", "-M", f"-l{_RENAME_LIMIT}", "-z", "--raw")
        output = _read(state, root, *ask, before.sha, after.sha)
        changes = {change.path: change for change in _without_submodules(split_names(output))}
    _add_large(changes, before.large, after.large)
    return [changes[path] for path in sorted(changes)]


def content(state: str, root: str, sha: str) -> bytes:
    """The content of a file in a tree; of a symbolic link, its target.

    Args:
        state: the repository's state directory.
        root: the top of the work tree.
        sha: `before_sha` or `after_sha` of a change.

    Raises:
        TreeError: it was not recorded, or is not there any more.
    """
    if not sha:
        raise TreeError("the content of this file was not recorded")
    return _read(state, root, "cat-file", "blob", sha)


def files_at(state: str, root: str, tree: Tree, paths: Iterable[str]) -> dict[str, bytes]:
    """The content of files in a tree, by path; those that are not in it are left out.

    Args:
        state: the repository's state directory.
        root: the top of the work tree.
        tree: a tree, taken or of a commit.
        paths: relative to the root, with `/`.

    Raises:
        TreeError: the tree is not there any more, or git can't be started.
    """
    # The protocol is a line per object; a name with a newline can't be asked for.
    names = [path for path in paths if "\n" not in path]
    if not names:
        return {}
    # The tree itself is asked for first: without it every file would look new.
    objects = [tree.sha, *(f"{tree.sha}:{name}" for name in names)]
    questions = b"".join(os.fsencode(f"{one}\n") for one in objects)
    try:
        with Shadow(root, state) as shadow:
            answer = shadow.git("cat-file", "--batch", stdin=questions, alternates=True)
    except OSError as error:
        raise TreeError(f"git can't be started: {error}") from error
    found: dict[str, bytes] = {}
    at = 0
    for name in ["", *names]:
        end = answer.index(b"\n", at)
        header, at = answer[at:end].split(b" "), end + 1
        if not header[-1].isdigit():
            if not name:
                raise TreeError(f"the recorded state {tree.sha} is not there any more")
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            found[name] = answer[at : at + size]
        at += size + 1
    return found


def _read(state: str, root: str, *arguments: str) -> bytes:
    try:
        return Shadow(root, state).git(*arguments, alternates=True)
    except GitFailed as error:
        raise TreeError(f"the recorded state is not there any more: {error}") from error
    except TreeError:
        raise
    except OSError as error:
        raise TreeError(f"git can't be started: {error}") from error


def _parsed(fields: Sequence[bytes]) -> Iterator[tuple[str, Change]]:
    """The changes in raw output, each with the mode before."""
    rest = iter(fields)
    for field in rest:
        mode_before, mode, before, after, status = os.fsdecode(field[1:]).split(" ")
        path = os.fsdecode(next(rest))
        old_path = ""
        if status.startswith("R"):
            old_path, path = path, os.fsdecode(next(rest))
        there = status != "D"
        change = Change(
            path,
            status[0],
            before_sha="" if status == "A" else before,
            after_sha=after if there else "",
            old_path=old_path,
            mode=mode if there else "",
        )
        yield mode_before, change


def _without_submodules(fields: Sequence[bytes]) -> list[Change]:
    # A taken tree has a submodule's files, a commit has its commit: nothing to compare.
    parsed = list(_parsed(fields))
    inside = [
        change.path + "/"
        for mode_before, change in parsed
        if _SUBMODULE in (mode_before, change.mode)
    ]
    kept = []
    for _, change in parsed:
        if not _is_within(change.path, inside):
            kept.append(change)
        elif change.old_path:
            # What git took for a file moved into the submodule is gone from where it was.
            kept.append(Change(change.old_path, "D", change.before_sha))
    return kept


def _is_within(path: str, folders: Sequence[str]) -> bool:
    return any((path + "/").startswith(folder) for folder in folders)


def _add_large(changes: dict[str, Change], before: dict[str, str], after: dict[str, str]) -> None:
    """Add the files without recorded content to the changes between the trees, by path."""
    for path in before.keys() | after.keys():
        if before.get(path) == after.get(path):
            continue
        if path in before and path in after:
            changes[path] = Change(path, "M")
        elif path in before:
            # Recorded now, perhaps as the new place of another file; or gone.
            now = changes.get(path)
            if now is not None and now.old_path:
                changes.setdefault(now.old_path, Change(now.old_path, "D", now.before_sha))
            status = "D" if now is None else "M"
            kept = ("", "") if now is None else (now.after_sha, now.mode)
            changes[path] = Change(path, status, after_sha=kept[0], mode=kept[1])
        else:
            was = changes.get(path)
            moved = [each for each in changes.values() if each.old_path == path]
            for each in moved:
                each.status, each.old_path = "A", ""
            before_sha = was.before_sha if was else moved[0].before_sha if moved else ""
            for each in moved:
                each.before_sha = ""
            changes[path] = Change(path, "M" if before_sha else "A", before_sha)
