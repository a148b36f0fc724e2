"""git's subcommands that write, discard and delete files of the work tree.

What is lost is said by flags: `uncommitted` (changes that are in no commit), `untracked` (files
that are in no commit), `stash`. Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.guard import effects
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.programs.git import Git

_PATHSPECS = "pathspec-from-file= pathspec-file-nul "
_HUNKS = "p/patch U/unified= inter-hunk-context= "

_CHECKOUT = (
    "b/= B/= l/ t/track d/detach q/quiet progress f/force m/merge orphan= 2/ours 3/theirs "
    "conflict= guess overlay ignore-skip-worktree-bits ignore-other-worktrees recurse-submodules "
    + _PATHSPECS
    + _HUNKS
)


def checkout(run: Git) -> None:
    """`git checkout`: switches branches, or replaces files."""
    given = run.parse(_CHECKOUT)
    if given is None:
        return
    operands = given.operands
    if given.has("recurse-submodules") and operands[:1] in (["checkout"], ["on-demand"]):
        operands = operands[1:]
    makes_branch = given.has("b", "B", "orphan")
    conflict = given.flags("ours", "theirs")
    paths = list(given.paths)
    if given.dashes:
        tree = operands[:1]
    elif makes_branch or given.has("track", "detach"):
        tree = operands[-1:]
    elif operands and (_is_file(run, operands[0]) or conflict):
        tree, paths = [], operands
    else:
        tree, paths = operands[:1], operands[1:]
    named = given.flags("pathspec-from-file", "patch")
    if paths or named:
        run.emit("paths", *(["conflict"] if conflict else ["uncommitted"]))
        run.change(effects.EDIT, paths)
        if given.has("pathspec-from-file"):
            _paths_from_file(run, given.last("pathspec-from-file"))
        return
    if given.has("force"):
        run.emit("force", "uncommitted", target=(tree or [""])[0])
        return
    if tree or makes_branch:
        run.emit(*given.flags("B"), action="checkout", target=(tree or [""])[0])


def _is_file(run: Git, text: str) -> bool:
    """Whether a lone operand of checkout names files rather than a branch."""
    if text in (".", "..") or text.startswith(("./", "../", "/", ":/", ":(", ":!")):
        return True
    if text.endswith("/") or "*" in text:
        return True
    path = run.path(text)
    if not is_known(text):  # unexpanded patterns name files; other unknown text may be a branch
        return all(source.folders for source in run.call.sources(text)) if text else False
    return is_known(path) and os.path.lexists(path) and not _is_ref(run, text)


def _is_ref(run: Git, name: str) -> bool:
    tree = locate.work_tree(run.folder)
    common = locate.common_dir(tree) if tree else None
    if common is None:
        return False
    for kind in ("heads", "tags", "remotes"):
        if os.path.exists(f"{common}/refs/{kind}/{name}"):
            return True
    packed = run.call.content(f"{common}/packed-refs") or ""
    return any(line.endswith("/" + name) for line in packed.splitlines())


def _paths_from_file(run: Git, file: str) -> None:
    """The paths that `--pathspec-from-file` names are in a file."""
    listed = (run.call.stdin or "") if file == "-" else run.call.content(run.path(file))
    if file and file != "-":
        run.call.read(run.path(file))
    if listed and is_known(listed):
        run.change(effects.EDIT, [line for line in listed.replace("\0", "\n").splitlines() if line])
    else:
        mark = run.call.unknown(f"paths in {run.call.show(file)}", folders=(run.top(),))
        run.change(effects.EDIT, [mark])


def switch(run: Git) -> None:
    """`git switch`."""
    given = run.parse(
        "c/create= C/force-create= d/detach f/force discard-changes m/merge orphan= t/track guess "
        "conflict= recurse-submodules ignore-other-worktrees q/quiet progress"
    )
    if given is None:
        return
    lost = ["uncommitted"] if given.has("force", "discard-changes") else []
    run.emit(*lost, *given.flags("force-create"), target=(given.operands or [""])[0])


def restore(run: Git) -> None:
    """`git restore`: the work tree's files unless only `--staged` is given."""
    given = run.parse(
        "s/source= S/staged W/worktree 2/ours 3/theirs m/merge conflict= ignore-unmerged overlay "
        "q/quiet progress recurse-submodules ignore-skip-worktree-bits " + _PATHSPECS + _HUNKS
    )
    if given is None:
        return
    asked = given.has("staged") or bool({"staged", "worktree"} & given.negated)
    worktree = given.has("worktree") or not asked
    named = given.named
    if not (named or given.has("pathspec-from-file", "patch")):
        return
    if not worktree:
        run.emit("index")
        return
    conflict = given.has("ours", "theirs", "merge")
    run.emit("paths", "conflict" if conflict else "uncommitted")
    run.change(effects.EDIT, named)
    if given.has("pathspec-from-file"):
        _paths_from_file(run, given.last("pathspec-from-file"))


def reset(run: Git) -> None:
    """`git reset`."""
    given = run.parse(
        "hard merge keep soft mixed N/intent-to-add q/quiet refresh recurse-submodules "
        + _PATHSPECS
        + _HUNKS
    )
    if given is None:
        return
    kinds = given.flags("hard", "merge", "keep", "soft")
    lost = ["uncommitted"] if given.has("hard", "merge") else []
    run.emit(*kinds, *lost, target=(given.operands or [""])[0])


def clean(run: Git) -> None:
    """`git clean`."""
    given = run.parse("n/dry-run f/force d/ i/interactive x/ X/ q/quiet e/exclude=")
    if given is None or given.has("dry-run"):
        return
    forced = given.has("force") or run.setting("clean.requireforce").lower() in ("false", "0", "no")
    if forced:
        run.emit("untracked", *given.flags("x", "X", "d"))
        run.change(effects.DELETE, given.named)
    elif given.has("interactive"):
        run.emit("untracked", "interactive")


def stash(run: Git) -> None:
    """`git stash`."""
    verb = run.arguments[0] if run.arguments else "push"
    if verb in ("drop", "clear"):
        if not {"--help", "-h"} & set(run.arguments):
            run.emit("stash", verb)
    elif verb in ("pop", "apply", "branch"):
        run.emit(verb)
    elif verb.startswith("-") or verb in ("push", "save"):
        run.emit("push")
        if verb == "push":
            run.arguments = run.arguments[1:]
        given = run.parse(
            "m/message= p/patch S/staged k/keep-index u/include-untracked a/all q/quiet "
            + _PATHSPECS
        )
        if given is not None and verb != "save":
            run.change(effects.EDIT, given.named)


def remove(run: Git) -> None:
    """`git rm`."""
    given = run.parse("cached f/force n/dry-run r/ q/quiet ignore-unmatch sparse " + _PATHSPECS)
    if given is None or given.has("dry-run"):
        return
    if given.has("cached"):
        run.emit("index")
        return
    if given.named or given.has("pathspec-from-file"):
        run.emit("paths", *(["uncommitted", "force"] if given.has("force") else []))
        for path in run.paths(given.named):
            run.call.emit(effects.DELETE, path=path, flags=("recursive",) if given.has("r") else ())


def move(run: Git) -> None:
    """`git mv`."""
    given = run.parse("f/force n/dry-run k/ v/verbose sparse")
    if given is None or given.has("dry-run") or len(given.named) < 2:
        return
    *sources, destination = given.named
    into = run.path(destination)
    folder = len(sources) > 1 or destination.endswith("/")
    folder = folder or (is_known(into) and os.path.isdir(into))
    run.emit("paths", *given.flags("force"))
    for source in sources:
        name = source.rstrip("/").rpartition("/")[2]
        run.change(effects.MOVE, [source])
        run.call.emit(effects.WRITE, path=f"{into}/{name}" if folder else into)


def checkout_index(run: Git) -> None:
    """`git checkout-index`: writes files from the index."""
    given = run.parse("a/all f/force u/index q/quiet n/no-create prefix= temp stage= stdin z/")
    if given is None or given.has("temp"):
        return
    prefix = given.last("prefix")
    if given.has("force") and not prefix:
        run.emit("paths", "uncommitted")
        run.change(effects.EDIT, given.named)
    elif prefix:
        run.emit("paths")
        run.change(effects.WRITE, [prefix + name for name in given.named] or [prefix])


def read_tree(run: Git) -> None:
    """`git read-tree`."""
    given = run.parse("m/ u/ i/ reset n/dry-run prefix= v/ trivial aggressive index-output=")
    if given is not None and given.has("reset") and given.has("u") and not given.has("dry-run"):
        run.emit("uncommitted")


def update_index(run: Git) -> None:
    """`git update-index`: its bits that hide changes."""
    given = run.parse(
        "assume-unchanged skip-worktree add remove refresh force-remove really-refresh q/ "
        "cacheinfo= chmod= index-info stdin z/ index-version= fsmonitor-valid force-write-index"
    )
    if given is not None and given.has("assume-unchanged", "skip-worktree"):
        run.emit("hides", target=" ".join(given.named))


def worktree(run: Git) -> None:
    """`git worktree`."""
    verb = run.arguments[0] if run.arguments else ""
    if verb != "remove":
        if verb in ("add", "move", "prune"):
            run.emit(verb)
        if verb == "add":
            run.arguments = run.arguments[1:]
            added = run.parse("b/= B/= f/force d/detach checkout lock reason= orphan track q/quiet")
            for path in added.named[:1] if added is not None else []:
                run.call.emit(effects.WRITE, path=run.path(path), flags=("create", "folder"))
        return
    run.arguments = run.arguments[1:]
    given = run.parse("f/force")
    if given is None:
        return
    if given.has("force"):
        run.emit("remove", "force", "uncommitted", target=" ".join(given.named))
        run.change(effects.DELETE, given.named)
    else:
        run.emit("remove", target=" ".join(given.named))


HANDLERS = {
    "checkout": checkout,
    "switch": switch,
    "restore": restore,
    "reset": reset,
    "clean": clean,
    "rm": remove,
    "mv": move,
    "checkout-index": checkout_index,
    "read-tree": read_tree,
    "update-index": update_index,
    "stash": stash,
    "worktree": worktree,
}
