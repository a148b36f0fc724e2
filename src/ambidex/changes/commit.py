"""Committing what the agent changed, once it is proved.

What goes in is exactly the difference between the trees of the agent's passes, put together in an
index of our own, so that nothing of the user's takes part: not what they have staged, not what
they have edited, not the branch that they have checked out where that one is protected. The
project's own git hooks decide as they do for anybody; they see our index. Where something speaks
against a commit, there is none, and the user is told why: a commit can be made later, a wrong one
has to be undone.
"""

from __future__ import annotations

import os

from ambidex.changes import diff, trees
from ambidex.changes.graft import graft
from ambidex.changes.process import TreeError
from ambidex.changes.staging import Staging, copy_file, stale
from ambidex.changes.users_git import Refused, UsersGit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ambidex.changes.trees import Tree

    Entry = tuple[str, str]

__all__ = ["Commit", "Request", "commit"]

# What git keeps in its directory while something is half done, and what it is called.
_IN_PROGRESS = (
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("sequencer", "a cherry-pick or revert"),
    ("BISECT_LOG", "a bisection"),
)


class Request:
    """What is to be committed, and how.

    Attributes:
        root: the top of the work tree.
        state: the repository's state directory.
        environ: the process environment.
        passes: the trees before and after each pass of the agent that was not committed yet,
            oldest first; the last one ends with the work tree as it was proved.
        branch: the branch of our own, for where the current one must not be committed to.
        is_protected: whether a branch, by its name, must not be committed to.
        message: makes the message of the paths that are committed.
        deadline: `time.monotonic()` at which it must be over.
    """

    __slots__ = (
        "branch",
        "deadline",
        "environ",
        "is_protected",
        "message",
        "passes",
        "root",
        "state",
    )

    def __init__(
        self,
        root: str,
        state: str,
        passes: Sequence[tuple[Tree, Tree]],
        *,
        environ: Mapping[str, str],
        branch: str,
        is_protected: Callable[[str], bool],
        message: Callable[[list[str]], str],
        deadline: float,
    ) -> None:
        self.root = root
        self.state = state
        self.passes = passes
        self.environ = environ
        self.branch = branch
        self.is_protected = is_protected
        self.message = message
        self.deadline = deadline


class Commit:
    """What became of a request.

    Attributes:
        sha: the commit's id, `""` when there is none.
        branch: where it went.
        paths: what it changes.
        refused: why there is none, one clause; `""` when there is one, or nothing to commit.
    """

    __slots__ = ("branch", "paths", "refused", "sha")

    def __init__(
        self, sha: str = "", branch: str = "", paths: Sequence[str] = (), refused: str = ""
    ) -> None:
        self.sha = sha
        self.branch = branch
        self.paths = list(paths)
        self.refused = refused


class _Target:
    """Where a commit goes.

    Attributes:
        branch: the branch's name.
        tip: the commit that it goes onto, `""` for a first one.
        old: what the branch points to now, `""` where it is to be made.
        is_head: whether the branch is the one that is checked out.
    """

    __slots__ = ("branch", "is_head", "old", "tip")

    def __init__(self, branch: str, tip: str, old: str, is_head: bool) -> None:
        self.branch = branch
        self.tip = tip
        self.old = old
        self.is_head = is_head


def commit(request: Request) -> Commit:
    """Commit what the agent changed, or say why not. Never raises for what git or a hook does."""
    import tempfile

    try:
        git = UsersGit(request.root, request.environ, request.deadline)
        _check_nothing_is_in_progress(git)
        target = _target(git, request)
        with tempfile.TemporaryDirectory(prefix="commit-", dir=request.state) as scratch:
            return _commit(git, request, target, scratch)
    except Refused as refusal:
        return Commit(refused=str(refusal))
    except TreeError as problem:
        return Commit(refused=problem.reason)
    except OSError as problem:
        return Commit(refused=f"something can't be written ({problem})")


def _check_nothing_is_in_progress(git: UsersGit) -> None:
    for name, what in _IN_PROGRESS:
        if os.path.exists(os.path.join(git.git_dir, name)):
            raise Refused(f"{what} is in progress")


def _target(git: UsersGit, request: Request) -> _Target:
    head = git.run("symbolic-ref", "--quiet", "HEAD").text
    tip = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").text
    name = head[len("refs/heads/") :] if head.startswith("refs/heads/") else ""
    if name and not request.is_protected(name):
        return _Target(name, tip, tip, True)
    if not name and not tip:
        raise Refused("HEAD points to nothing that can be committed to")
    own = request.branch
    if git.run("check-ref-format", "--branch", own).code:
        raise Refused(f"commit.branch, {own!r}, is no name for a branch")
    if own == name or request.is_protected(own):
        raise Refused(f"commit.branch, {own}, is protected itself")
    reference = f"refs/heads/{own}"
    listed = git.ask("worktree", "list", "--porcelain").text
    if f"branch {reference}" in listed.splitlines():
        raise Refused(f"{own} is checked out in another work tree")
    known = git.run("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}").text
    # Merged meanwhile: go on from where the user is.
    merged = known and tip and not git.run("merge-base", "--is-ancestor", known, tip).code
    return _Target(own, tip if merged or not known else known, known, False)


def _commit(git: UsersGit, request: Request, target: _Target, scratch: str) -> Commit:
    index = os.path.join(scratch, "index")
    users = os.path.join(git.git_dir, "index")
    if os.path.exists(users):
        staged = git.entries(users)
        copy_file(users, index)
    else:
        staged = {}
    # Over a copy of the user's, so that git need not read every file again.
    git.ask("read-tree", *(("--reset", target.tip) if target.tip else ("--empty",)), index=index)
    before = git.entries(index)
    passes = [diff.changed(request.state, request.root, one, two) for one, two in request.passes]
    planned = graft(git, request.state, passes, before)
    if not planned:
        return Commit()
    if target.is_head:
        stale(staged, before, planned)
    _check_identity(git)
    git.update(index, planned)
    tree = git.ask("write-tree", index=index).text
    paths = sorted(planned)
    text = os.path.join(scratch, "MESSAGE")
    with open(text, "w", encoding="utf-8", errors="replace") as file:
        file.write(request.message(paths))
    _run_hooks(git, request, index, text, tree, paths)
    sha = _write(git, target, tree, text)
    if target.is_head:
        with Staging(git, scratch) as staging:
            staging.prepare(before, planned)
            _move(git, target, sha)
            staging.finish()
        # As git does after a commit; what it says changes nothing any more.
        git.run("hook", "run", "--ignore-missing", "post-commit")
    else:
        _move(git, target, sha)
    return Commit(sha, target.branch, paths)


def _check_identity(git: UsersGit) -> None:
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        # Git would make up an address from the machine's name.
        if git.run("-c", "user.useConfigOnly=true", "var", who).code:
            raise Refused("git knows no name and address for you (user.name, user.email)")


def _run_hooks(
    git: UsersGit, request: Request, index: str, text: str, tree: str, paths: Sequence[str]
) -> None:
    """Let the project's hooks look at the commit and its message.

    Raises:
        Refused: one said no, or changed what was proved.
    """
    git.run("update-index", "-q", "--refresh", index=index)
    for hook, words in (
        ("pre-commit", ()),
        ("prepare-commit-msg", (text, "message")),
        ("commit-msg", (text,)),
    ):
        answer = git.run("hook", "run", "--ignore-missing", hook, "--", *words, index=index)
        if "is not a git command" in answer.said:
            raise Refused("git is too old to run the project's hooks (2.36 has `git hook`)")
        if answer.code:
            raise Refused(f"the {hook} hook said no: {answer.said or 'without a word'}")
    if git.ask("write-tree", index=index).text != tree:
        raise Refused("a git hook changed what was to be committed")
    proved = request.passes[-1][1]
    now = trees.take(request.root, request.state, proved, deadline=request.deadline)
    touched = diff.changed(request.state, request.root, proved, now)
    # A file that a hook adds and nobody asked for is no part of the commit.
    names = [one.path for one in touched if one.status != "A" or one.path in paths]
    if names:
        raise Refused(f"a git hook changed files that were proved: {', '.join(names[:3])}")


def _write(git: UsersGit, target: _Target, tree: str, text: str) -> str:
    with open(text, "rb") as file:
        message = git.ask("stripspace", stdin=file.read()).output
    if not message.strip():
        raise Refused("a git hook left the message empty")
    words = ["commit-tree", tree, "-F", "-"]
    if target.tip:
        words += ["-p", target.tip]
    if not git.setting("commit.gpgsign"):
        return git.ask(*words, stdin=message).text
    answer = git.run(*words, "-S", stdin=message)
    if answer.code:
        raise Refused(f"it can't be signed here (commit.gpgsign): {answer.said}")
    return answer.text


def _move(git: UsersGit, target: _Target, sha: str) -> None:
    subject = git.ask("log", "-1", "--format=%s", sha).text
    # HEAD and not its branch, so that both logs have it.
    reference = "HEAD" if target.is_head else f"refs/heads/{target.branch}"
    why = f"commit{'' if target.tip else ' (initial)'}: {subject}"
    old = target.old or git.nothing()
    if git.run("update-ref", "--create-reflog", "-m", why, reference, sha, old).code:
        raise Refused(f"{target.branch} has moved meanwhile, or can't be written")
