"""What the work tree looked like, as a git tree.

A tree is taken in a shadow of our own (see `shadow`). The user's index is not trusted for what
a file contains, so no flag in it (assume-unchanged, skip-worktree), no filter, attribute or
setting hides an edit; ignore rules are those of the baseline (see `rules`). What nothing
changed costs is one git process.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.changes import listing, records, rules, signature, users_index
from ambidex.changes import memory as memories
from ambidex.changes.index import Update
from ambidex.changes.process import GitFailed, TreeError
from ambidex.changes.shadow import Shadow, split_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.changes.memory import Memory

__all__ = ["Tree", "TreeError", "fork_of", "last", "take", "tree_of"]

# How often we start again when files change while they are read.
_ATTEMPTS = 3
# Outside git, whoever started in the wrong folder would have it copied.
_MOST_FILES_WITHOUT_GIT = 20_000


class Tree:
    """What a work tree looked like at one moment.

    Attributes:
        sha: id of the git tree with everything whose content is recorded.
        large: signatures (size, times, inode) of the files whose content is not, by path: those
            over 5 MB, and those that can't be read.
    """

    __slots__ = ("large", "sha")

    def __init__(self, sha: str, large: dict[str, str] | None = None) -> None:
        self.sha = sha
        self.large = large or {}

    def __eq__(self, other: object) -> bool:
        """Equal trees have the same content, as far as it is recorded."""
        if not isinstance(other, Tree):
            return NotImplemented
        return self.sha == other.sha and self.large == other.large

    __hash__ = None  # type: ignore[assignment]


def take(
    root: str, state: str, baseline: Tree | None = None, *, deadline: float | None = None
) -> Tree:
    """Take the tree of the work tree as it is now.

    Everything is in it but what is ignored and not tracked by the user's repository. Nothing of
    the user's is touched: index, objects, stash, configuration and files stay as they are, down
    to their times.

    Args:
        root: the top of the work tree, or a folder without git.
        state: the repository's state directory.
        baseline: the tree that the result will be compared with. Its ignore rules apply,
            instead of those that the work tree has now, and what it contains stays visible.
        deadline: `time.monotonic()` value at which to give up; a large first take that gives up
            is continued by the next.

    Raises:
        TreeError: git is absent, the repository is bare, the state can't be written, another
            take does not end, files can't be read or the deadline passed.

    Not proved: that nothing changed while the tree was taken; nor what happened within a
    submodule or nested repository to files in its git directory.
    """
    try:
        if not os.path.isdir(root):
            raise TreeError(f"{root} is not a folder")
        if _is_bare(root):
            raise TreeError(f"{root} is a bare repository: it has no work tree")
        with Shadow(root, state, deadline) as shadow:
            for attempt in range(_ATTEMPTS):
                try:
                    return _take(shadow, baseline)
                except GitFailed:
                    if attempt == _ATTEMPTS - 2:
                        shadow.forget()  # perhaps it is our index that is broken
                    elif attempt == _ATTEMPTS - 1:
                        raise
            raise AssertionError("the loop above returns or raises")
    except TreeError:
        raise
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise TreeError(f"the state can't be written ({error.strerror}{where})") from error


def tree_of(root: str, state: str, revision: str) -> Tree:
    """The tree of a commit of the user's repository.

    It stays in the user's object store: read it soon, or a `git gc` may have removed it. It
    holds what git stored; where filters or line endings are converted on checkout, the same
    files taken from disk differ from it. Files over 5 MB count as changed when compared with a
    taken tree, and submodules are not compared.

    Args:
        root: the top of the work tree.
        state: the repository's state directory.
        revision: anything that `git rev-parse` understands.

    Raises:
        TreeError: there is no repository or no such revision, or git is absent.
    """
    if revision.startswith("-"):
        raise TreeError(f"{revision!r} is not a revision")
    try:
        shadow = Shadow(root, state)
        answer = shadow.users_git("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}")
    except GitFailed as error:
        raise TreeError(f"{revision!r} is not a revision of this repository") from error
    except TreeError:
        raise
    except (OSError, ValueError) as error:
        raise TreeError(f"{revision!r} can't be looked up: {error}") from error
    return Tree(os.fsdecode(answer.strip()))


def fork_of(root: str, state: str, other: str) -> Tree:
    """The tree of the commit where a work tree left another of the same repository.

    Args:
        root: the top of the work tree.
        state: the repository's state directory.
        other: the top of the other work tree.

    Raises:
        TreeError: there is no repository, or nothing is committed.
    """
    try:
        head = Shadow(other, state).users_git("rev-parse", "--verify", "--quiet", "HEAD")
        fork = Shadow(root, state).users_git("merge-base", "HEAD", os.fsdecode(head.strip()))
    except (GitFailed, ValueError):
        # No common history: there is nothing better to measure from.
        return tree_of(root, state, "HEAD")
    except TreeError:
        raise
    except OSError as error:
        raise TreeError(f"git can't be started: {error}") from error
    return tree_of(root, state, os.fsdecode(fork.strip()))


def last(root: str, state: str) -> Tree | None:
    """The tree that the last complete take in this work tree returned, or None.

    Nothing is looked at and nothing started. It may have been taken under the ignore rules of
    another baseline than the next.

    Args:
        root: the top of the work tree.
        state: the repository's state directory.
    """
    memory = memories.peek(Shadow(root, state))
    return Tree(memory.tree, memory.large) if memory is not None and memory.tree else None


def _take(shadow: Shadow, baseline: Tree | None) -> Tree:
    memory = memories.load(shadow)
    record = records.read(shadow, baseline.sha) if baseline is not None else None
    if record is not None:
        digest = record.rules
        names = listing.differing(shadow, rules.file_of(shadow, digest))
        if _new_rules(names):
            memory.own_rules = ""
    else:
        digest, names = _under_own_rules(shadow, memory)
    if locate.git_dir(shadow.root) is None and len(names) > _MOST_FILES_WITHOUT_GIT:
        raise TreeError(f"{shadow.root} is no git repository and holds {len(names):,} files")

    wanted = _tracked_by_user(shadow, memory, digest, names)
    if record is not None:
        wanted = wanted | record.held
    if memory.rules != digest:
        memory.rules = digest
        memory.held = _ignored(shadow, rules.file_of(shadow, digest))

    update = Update(shadow, memory, wanted)
    update.evict(memory.held - wanted)
    for name in wanted - memory.held:
        names.setdefault(name, False)
    update.look_at(names)
    update.apply()
    sha = update.write_tree()
    update.settle()
    memory.large = update.large
    memory.save(shadow)
    held = frozenset(memory.held)
    records.write(shadow, sha, records.Record(digest, held), own=baseline is None)
    return Tree(sha, update.large)


def _under_own_rules(shadow: Shadow, memory: Memory) -> tuple[str, dict[bytes, bool]]:
    """The digest of the work tree's own rules, and what differs under them."""
    known = memory.own_rules and os.path.exists(rules.file_of(shadow, memory.own_rules))
    if known and all(signature.of_path(path) == seen for path, seen in memory.sources.items()):
        names = listing.differing(shadow, rules.file_of(shadow, memory.own_rules))
        if not _new_rules(names):
            return memory.own_rules, names
    excludes = rules.excludes_file(shadow)
    gitignores = {rules.GITIGNORE}
    gitignores.update(split_names(shadow.git("ls-files", "-z", "-c", ":(glob)**/.gitignore")))
    while True:
        memory.sources = rules.sources(shadow, excludes, gitignores)
        memory.own_rules = rules.store(shadow, rules.flatten(shadow, excludes, gitignores))
        names = listing.differing(shadow, rules.file_of(shadow, memory.own_rules))
        # One that ignores itself, as tools write them, is only seen until it is read.
        more = {name for name in names if rules.is_gitignore(name)} - gitignores
        if not more:
            return memory.own_rules, names
        gitignores |= more


def _new_rules(names: dict[bytes, bool]) -> bool:
    return any(rules.is_gitignore(name) for name in names)


def _tracked_by_user(
    shadow: Shadow, memory: Memory, digest: str, names: dict[bytes, bool]
) -> set[bytes]:
    """Paths that the rules ignore and the user tracks; adds to `names` what git touched."""
    seen = signature.of_path(users_index.path_of(shadow))
    if seen == memory.users_index and memory.rules == digest:
        return memory.tracked
    if memory.tree and seen != memory.users_index:
        # A checkout or stash gives files new times and perhaps the old content. Git would read
        # them again each time if their new times were not put into our index.
        for name in split_names(shadow.git("diff-files", "--name-only", "-z")):
            names.setdefault(name, True)
    tracked = users_index.ignored_but_tracked(shadow, rules.file_of(shadow, digest))
    if tracked is not None:
        memory.tracked = tracked
    memory.users_index = seen
    return memory.tracked


def _ignored(shadow: Shadow, rules_file: str) -> set[bytes]:
    answer = shadow.git("ls-files", "-z", "-i", "-c", f"--exclude-from={rules_file}")
    return set(split_names(answer))


def _is_bare(root: str) -> bool:
    if os.path.exists(os.path.join(root, ".git")):
        return False
    return all(os.path.exists(os.path.join(root, name)) for name in ("HEAD", "objects", "refs"))
