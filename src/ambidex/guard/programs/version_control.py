"""Version control other than git: Mercurial, Subversion, Jujutsu, in git's words.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.options import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _emit(call: Invocation, action: str, *flags: str, target: str = "") -> None:
    call.emit(effects.GIT, action=action, flags=flags, target=target, path=call.cwd)


def mercurial(call: Invocation) -> None:
    """`hg`."""
    given = read(call.arguments, valued="RrmMujbBIXtdel", long_valued=("config", "cwd", "rev"))
    if given.has("help", "h") or not given.operands:
        return
    verb, *rest = given.operands
    if verb in ("purge", "clean") and not given.has("p", "print", "n", "dry-run", "confirm"):
        _emit(call, verb, "untracked")
    elif verb == "revert" and not given.has("n", "dry-run", "i", "interactive"):
        _emit(call, verb, "uncommitted")
        for path in rest:
            call.emit(effects.EDIT, path=path, flags=("recursive",))
    elif verb in ("update", "up", "checkout", "co") and given.has("C", "clean"):
        _emit(call, verb, "uncommitted")
    elif verb in ("strip", "prune", "debugstrip") or (verb == "rollback"):
        _emit(call, verb, "commits")
    elif verb in ("histedit", "convert", "evolve") and verb == "convert":
        _emit(call, verb, "rewrite")
    elif verb == "push" and given.has("f", "force"):
        _emit(call, "push", "force")
    elif verb in ("shelve", "unshelve") and given.has("d", "delete", "cleanup"):
        _emit(call, "stash", "stash")


def subversion(call: Invocation) -> None:
    """`svn`."""
    given = read(call.arguments, valued="rmFcNx", long_valued=("message", "file", "depth"))
    if given.has("help", "h") or not given.operands:
        return
    verb, *rest = given.operands
    if verb == "revert":
        _emit(call, verb, "uncommitted")
        for path in rest:
            call.emit(effects.EDIT, path=path, flags=("recursive",))
    elif verb == "cleanup" and given.has("remove-unversioned", "remove-ignored"):
        _emit(call, verb, "untracked")
    elif verb in ("delete", "del", "remove", "rm"):
        for path in rest:
            if "://" in path:
                _emit(call, "push", "delete", target=path)
            elif given.has("force"):
                _emit(call, verb, "uncommitted")


def jujutsu(call: Invocation) -> None:
    """`jj`, which keeps an operation log from which most can be had back."""
    given = read(call.arguments, valued="Rrbm", long_valued=("repository", "revision", "message"))
    if given.has("help", "h") or not given.operands:
        return
    words = given.operands
    if words[0] in ("abandon", "restore"):
        _emit(call, words[0], "commits" if words[0] == "abandon" else "uncommitted")
    elif words[:2] in (["op", "abandon"], ["operation", "abandon"], ["util", "gc"]):
        _emit(call, words[0], "recovery")
    elif words[:2] == ["git", "push"] and given.has("deleted"):
        _emit(call, "push", "delete")


MODELS = {"hg": mercurial, "svn": subversion, "jj": jujutsu}
