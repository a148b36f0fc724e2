"""Files that are said to have been written or deleted, against what changed."""

from __future__ import annotations

import os
import time

from ambidex.proof.claims import text as claim_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.proof.claims.record import Call
    from ambidex.proof.claims.text import Claim
    from ambidex.proof.subject import Subject

# A commit of the last hours is taken for the work of an earlier prompt.
_EARLIER_SECONDS = 12 * 3600
_MOST_FILES = 50_000


def compare(subject: Subject, calls: Sequence[Call], claim: Claim) -> str | None:
    """What is so instead of `claim`; `""` where it is as claimed; None: can't tell.

    Paths may be given from any folder on: `a.py` stands for `src/a.py`.
    """
    path = claim.subject.removeprefix("./")
    prefix = subject.root.rstrip("/") + "/"
    path = path.removeprefix(prefix)
    if path.startswith(("/", "~", "..", "@")) or "://" in path:
        return None
    deleted = claim.kind == claim_text.DELETED
    for change in subject.changes:
        there = [change.path] if not deleted else []
        if change.status == "D" or change.old_path:
            # A removed line is a deletion in a file, and so said; a file that moved was written.
            there += [change.path, change.old_path]
        if any(_fits(path, each) for each in there if each):
            return ""
        if deleted and _fits(path, change.path):
            return None
    name = path.rpartition("/")[2]
    if any(call.mentions(name) for call in calls):
        # Written and put back, or by a command whose effect is not what it seems.
        return None
    if not any(call.path or call.command for call in calls if not call.refused):
        return None
    found = _find(subject.root, path)
    if deleted:
        return f"{found} is still there" if found and not _is_unseen(subject, found) else None
    if not found:
        return "there is no such file, and none changed"
    if _is_unseen(subject, found) or _is_earlier_work(subject, found):
        return None
    return "this file did not change"


def _fits(claimed: str, path: str) -> bool:
    claimed = claimed.rstrip("/")
    return path == claimed or path.endswith(f"/{claimed}") or path.startswith(f"{claimed}/")


def _find(root: str, claimed: str) -> str:
    """A file or folder that `claimed` may stand for, relative to `root`; `""` if there is none."""
    if os.path.lexists(os.path.join(root, claimed)):
        return claimed
    seen = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", "node_modules", ".venv")]
        for name in (*names, *folders):
            path = os.path.relpath(os.path.join(folder, name), root)
            if path.endswith(f"/{claimed}"):
                return path
        seen += len(names)
        if seen > _MOST_FILES:
            break
    return ""


def _is_unseen(subject: Subject, path: str) -> bool:
    """Whether a change of the file would not be among the changes: git ignores it."""
    return subject.before is not None and subject.former(path) is None


def _is_earlier_work(subject: Subject, path: str) -> bool:
    """Whether the file changed a while ago: a summary may speak about more than one prompt."""
    from ambidex.changes.process import TreeError
    from ambidex.changes.shadow import Shadow

    try:
        shadow = Shadow(subject.root, subject.state)
        if shadow.users_git("diff", "--name-only", "HEAD", "--", path).strip():
            return True
        # A commit without a parent is an import, no step of the work.
        log = shadow.users_git("log", "-1", "--format=%ct %p", "--", path).decode().split()
    except (TreeError, OSError, ValueError):
        return False
    return len(log) > 1 and time.time() - int(log[0]) < _EARLIER_SECONDS
