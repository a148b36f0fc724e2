"""git's subcommands that make, rewrite and forget commits and references.

What is lost is said by flags: `commits` (no branch or tag leads to them any more), `recovery`
(what would bring lost commits back), `rewrite` (every commit is replaced). Hot path: nothing is
imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.programs.git import Git

_SEQUENCER = "abort quit skip continue "
_MERGING = (
    "s/strategy= X/strategy-option= m/message= F/file= S/gpg-sign? into-name= cleanup= "
    "no-verify no-commit squash ff ff-only signoff stat e/edit no-edit allow-unrelated-histories "
    "autostash q/quiet v/verbose "
)
# Variables that switch off the hooks that tools install.
_SILENCERS = {
    "HUSKY": ("0", "false"),
    "HUSKY_SKIP_HOOKS": ("1", "true"),
    "LEFTHOOK": ("0", "false"),
    "OVERCOMMIT_DISABLE": ("1",),
    "PRE_COMMIT_ALLOW_NO_CONFIG": ("1",),
    "SIMPLE_GIT_HOOKS": ("0",),
    "SKIP_SIMPLE_GIT_HOOKS": ("1",),
}


def silenced(run: Git) -> str:
    """The assignment that switches hooks off for this call, `""` for none."""
    for name, values in _SILENCERS.items():
        value = run.call.variables.get(name)
        if value is not None and value.lower() in values:
            return f"{name}={value}"
    skipped = run.call.variables.get("SKIP") or run.call.variables.get("LEFTHOOK_EXCLUDE")
    return f"SKIP={skipped}" if skipped else ""


def commit(run: Git) -> None:
    """`git commit`."""
    given = run.parse(
        "n/no-verify a/all m/message= F/file= amend C/reuse-message= c/reedit-message= t/template= "
        "u/untracked-files? S/gpg-sign? p/patch e/edit i/include o/only s/signoff v/verbose "
        "q/quiet allow-empty allow-empty-message reset-author date= author= cleanup= fixup= "
        "squash= trailer= dry-run short branch porcelain long z/null no-post-rewrite no-edit "
        "pathspec-from-file= pathspec-file-nul no-gpg-sign no-status"
    )
    if given is None:
        return
    off = silenced(run)
    run.emit(*given.flags("no-verify", "amend"), *(["no-verify"] if off else []), target=off)
    for path in given.all("file"):
        if path != "-":
            run.call.read(run.path(path))


def merge(run: Git) -> None:
    """`git merge`."""
    given = run.parse(_SEQUENCER + _MERGING + "n/ rerere-autoupdate log progress gpg-sign")
    if given is not None:
        _sequence(run, given.flags("abort", "quit", "skip", "continue", "no-verify"), given.named)


def pick(run: Git) -> None:
    """`git cherry-pick` and `revert`."""
    given = run.parse(
        _SEQUENCER + "m/mainline= e/edit n/no-commit x/ s/signoff S/gpg-sign? X/strategy-option= "
        "strategy= cleanup= reference keep-redundant-commits allow-empty ff no-edit empty="
    )
    if given is not None:
        _sequence(run, given.flags("abort", "quit", "skip", "continue"), given.named)


def _sequence(run: Git, flags: list[str], named: list[str]) -> None:
    off = silenced(run)
    run.emit(*flags, *(["no-verify"] if off else []), target=off or " ".join(named))


def rebase(run: Git) -> None:
    """`git rebase`."""
    given = run.parse(
        _SEQUENCER + "x/exec= i/interactive onto= no-verify edit-todo show-current-patch C/= "
        "whitespace= s/strategy= X/strategy-option= S/gpg-sign? r/rebase-merges? empty= autosquash "
        "autostash keep-base root f/force-rebase n/no-stat v/verbose q/quiet update-refs "
        "committer-date-is-author-date"
    )
    if given is None:
        return
    _sequence(run, given.flags("abort", "quit", "skip", "continue", "no-verify"), given.named)
    for command in given.all("exec"):
        run.script(command)


def branch(run: Git) -> None:
    """`git branch`."""
    given = run.parse(
        "d/delete D/ m/move M/ c/copy C/ f/force a/all r/remotes v/verbose q/quiet l/list t/track? "
        "u/set-upstream-to= unset-upstream contains= no-contains= merged no-merged points-at= "
        "format= sort= column? no-column show-current edit-description create-reflog i/ignore-case "
        "abbrev="
    )
    if given is None or given.has("list", "show-current", "help"):
        return
    names = given.named
    if given.has("D") or (given.has("delete") and given.has("force")):
        lost = [] if given.has("remotes") else ["commits"]
        run.emit("delete", *lost, target=" ".join(names))
    elif given.has("delete"):
        run.emit("delete", "merged", target=" ".join(names))
    elif given.has("force") and names and not given.has("move", "copy"):
        run.emit("moves", target=names[0])


def tag(run: Git) -> None:
    """`git tag`."""
    given = run.parse(
        "d/delete f/force l/list n/? a/annotate s/sign u/local-user= F/file= m/message= v/verify "
        "cleanup= contains= no-contains= merged no-merged points-at= format= sort= column? "
        "i/ignore-case e/edit create-reflog no-sign"
    )
    if given is None or given.has("list"):
        return
    if given.has("delete"):
        run.emit("delete", target=" ".join(given.named))
    elif given.has("force") and given.named:
        run.emit("moves", target=given.named[0])
    for path in given.all("file"):
        if path != "-":
            run.call.read(run.path(path))


def reflog(run: Git) -> None:
    """`git reflog`: `expire` and `delete` forget what a branch has been."""
    verb = run.arguments[0] if run.arguments else ""
    if verb in ("expire", "delete", "drop"):
        run.arguments = run.arguments[1:]
        given = run.parse("n/dry-run expire= expire-unreachable= all single-worktree updateref")
        if given is not None and not given.has("dry-run"):
            run.emit(verb, "recovery")


_NOW = ("now", "all", "0", "0.seconds", "0.days", "1.second")


def collect(run: Git) -> None:
    """`git gc`: what it prunes at once cannot be had back."""
    given = run.parse(
        "q/quiet prune? aggressive auto force keep-largest-pack cruft detach max-cruft-size="
    )
    if given is None:
        return
    soon = given.last("prune").lower() in _NOW
    keys = ("gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable")
    soon = soon or any(run.setting(key).lower() in _NOW for key in keys)
    run.emit(*(["recovery"] if soon else []))


def prune(run: Git) -> None:
    """`git prune`: deletes objects that nothing leads to."""
    given = run.parse("n/dry-run v/verbose progress expire= exclude-promisor-objects")
    if given is None or given.has("dry-run"):
        return
    if given.last("expire").lower() in ("", *_NOW):
        run.emit("recovery")


def update_ref(run: Git) -> None:
    """`git update-ref`."""
    given = run.parse("m/= d/ no-deref stdin z/ create-reflog")
    if given is None:
        return
    if given.has("d"):
        run.emit("delete", "commits", target=(given.named or [""])[0])
    elif given.has("stdin"):
        deletes = "delete" in (run.call.stdin or "")
        run.emit(*(["delete", "commits"] if deletes else ["moves"]))
    elif given.named:
        old = len(given.named) > 2  # the old value is named: refused where it has changed
        run.emit(*([] if old else ["moves"]), target=given.named[0])


def symbolic_ref(run: Git) -> None:
    """`git symbolic-ref`."""
    given = run.parse("q/quiet d/delete short recurse m/=")
    if given is not None and given.has("delete"):
        run.emit("delete", "commits", target=(given.named or [""])[0])


def replace(run: Git) -> None:
    """`git replace`."""
    given = run.parse("f/force d/delete e/edit g/graft convert-graft-file l/list raw format=")
    if given is not None and given.named and not given.has("list"):
        run.emit("delete" if given.has("delete") else "rewrite")


def filter_branch(run: Git) -> None:
    """`git filter-branch`."""
    given = run.parse(
        "setup= subdirectory-filter= env-filter= tree-filter= index-filter= parent-filter= "
        "msg-filter= commit-filter= tag-name-filter= prune-empty original= d/= f/force "
        "state-branch="
    )
    if given is None:
        return
    run.emit("rewrite")
    for name in ("setup", "env-filter", "tree-filter", "index-filter", "commit-filter"):
        for command in given.all(name):
            run.script(command)


_FILTER_REPO_VALUED = (
    "path= invert-paths path-match= path-glob= path-regex= use-base-name paths-from-file= "
    "path-rename= subdirectory-filter= to-subdirectory-filter= replace-text= replace-message= "
    "mailmap= use-mailmap strip-blobs-bigger-than= strip-blobs-with-ids= tag-rename= "
    "filename-callback= message-callback= name-callback= email-callback= refname-callback= "
    "blob-callback= commit-callback= tag-callback= reset-callback= source= target= refs= "
    "prune-empty= prune-degenerate= state-branch= analyze report-dir= force dry-run h/help partial"
)


def filter_repo(run: Git) -> None:
    """`git filter-repo`."""
    given = run.parse(_FILTER_REPO_VALUED)
    if given is None or given.has("analyze", "dry-run") or not run.arguments:
        return
    run.emit("rewrite")
    for name in ("filename", "message", "blob", "commit", "tag", "refname"):
        for text in given.all(f"{name}-callback"):
            run.call.code("python", text)


def bisect(run: Git) -> None:
    """`git bisect run COMMAND …`."""
    if run.arguments[:1] == ["run"] and len(run.arguments) > 1:
        words = run.arguments[1:]
        run.call.run(words[1:] if words[0] == "--" else words, cwd=run.folder)


def notes(run: Git) -> None:
    """`git notes`: nothing of it is lost for good except by `prune`."""


def fast_import(run: Git) -> None:
    """`git fast-import`: with `--force`, branches lose commits."""
    given = run.parse("force quiet stats export-marks= import-marks= date-format=")
    if given is not None and given.has("force"):
        run.emit("moves", target="the imported branches")


def lfs(run: Git) -> None:
    """`git lfs migrate` rewrites every commit; the rest is ordinary."""
    words = run.arguments
    migrates = words[:2] in (["migrate", "import"], ["migrate", "export"])
    if migrates and not {"--no-rewrite", "--help", "-h"} & set(words):
        run.emit("rewrite")


def credential(run: Git) -> None:
    """`git credential fill`: prints what is stored."""
    if any(word in ("fill", "get") for word in run.arguments):
        run.emit("prints", action="credential")
        store = "credentials that git has stored"
        home = run.config_files()[1].rpartition("/")[0]
        run.call.output = run.call.unknown(store, paths=(f"{home}/.git-credentials",))
        run.call.emit(effects.READ, path=f"{home}/.git-credentials")


HANDLERS = {
    "commit": commit,
    "merge": merge,
    "rebase": rebase,
    "cherry-pick": pick,
    "revert": pick,
    "branch": branch,
    "tag": tag,
    "reflog": reflog,
    "gc": collect,
    "prune": prune,
    "update-ref": update_ref,
    "symbolic-ref": symbolic_ref,
    "replace": replace,
    "filter-branch": filter_branch,
    "filter-repo": filter_repo,
    "bisect": bisect,
    "notes": notes,
    "fast-import": fast_import,
    "lfs": lfs,
    **dict.fromkeys(
        (
            *("credential", "credential-store", "credential-cache", "credential-osxkeychain"),
            "credential-manager",
        ),
        credential,
    ),
}
