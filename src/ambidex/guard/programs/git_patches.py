"""git's subcommands that read and print, that apply patches, and that write them to files.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex import locate
from ambidex.guard import effects
from ambidex.guard.taint import is_known
from ambidex.policy.globs import literal_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.programs.git import Git

_APPLY = (
    "R/reverse check stat numstat summary index cached 3/3way include= exclude= directory= p/= "
    "unsafe-paths reject whitespace= build-fake-ancestor= C/= recount no-add N/intent-to-add "
    "allow-binary-replacement unidiff-zero apply z/ v/verbose q/quiet ours theirs union"
)


def apply(run: Git) -> None:
    """`git apply`: changes the files that its patches name."""
    given = run.parse(_APPLY)
    if given is None:
        return
    if given.has("check", "stat", "numstat", "summary") and not given.has("apply"):
        return
    if given.has("cached"):
        run.emit("index")
        return
    reverse = given.has("reverse")
    fed = run.call.stdin or ""
    own = any(source.program in ("git", "diff") for source in run.call.sources(fed))
    lost = ["uncommitted"] if reverse and own and not given.named else []
    run.emit(*(["reverse"] if reverse else []), *lost)
    _patched(run, given.named, given.all("include"), given.last("p"), given.last("directory"))


def am(run: Git) -> None:
    """`git am`: commits the patches of mailboxes."""
    given = run.parse(
        "abort quit skip continue r/resolved s/signoff 3/3way k/keep u/utf8 i/interactive C/= p/= "
        "whitespace= directory= exclude= include= patch-format= reject resolvemsg= n/no-verify "
        "S/gpg-sign? show-current-patch quoted-cr= empty= allow-empty q/quiet"
    )
    if given is None:
        return
    if given.has("abort"):
        run.emit("abort")
    elif not given.has("quit", "skip", "continue", "resolved", "show-current-patch"):
        run.emit(*given.flags("no-verify"))
        _patched(run, given.named, given.all("include"), given.last("p"), given.last("directory"))


def _patched(run: Git, files: list[str], include: list[str], strip: str, folder: str) -> None:
    """Record an edit of every file that the patches name."""
    call = run.call
    texts: list[str | None] = []
    for file in files:
        if file == "-":
            texts.append(call.stdin)
        else:
            call.read(run.path(file))
            texts.append(call.content(run.path(file)))
    if not files:
        texts.append(call.stdin)
    levels = int(strip) if strip.isascii() and strip.isdigit() else 1
    base = run.top()
    for text in texts:
        if text and is_known(text):
            for path in targets(text, levels):
                _edit(run, f"{base}/{folder}/{path}" if folder else f"{base}/{path}")
        elif include:
            run.change(effects.EDIT, [f"{base}/{pattern}" for pattern in include])
        else:
            folders = (f"{base}/{folder}" if folder else base,)
            mark = call.unknown("the files of a patch", folders=folders)
            _edit(run, f"{folders[0]}/{mark}")


def _edit(run: Git, path: str) -> None:
    run.call.emit(effects.EDIT, path=path)


def targets(patch: str, levels: int = 1) -> list[str]:
    """The files that a unified diff names, `levels` leading folders removed."""
    found: list[str] = []
    for line in patch.splitlines():
        if line.startswith(("+++ ", "--- ")):
            name = line[4:].split("\t")[0].strip().strip('"')
        elif line.startswith(("rename to ", "rename from ", "copy to ")):
            name, found_name = "", line.partition(" ")[2].partition(" ")[2].strip().strip('"')
            if found_name and found_name not in found:
                found.append(found_name)
            continue
        elif line.startswith("diff --git ") and " b/" in line:
            name = "b/" + line.rpartition(" b/")[2].strip('"')
        else:
            continue
        if name in ("", "/dev/null"):
            continue
        path = "/".join(name.split("/")[levels:]) or name
        if path not in found:
            found.append(path)
    return found


def archive(run: Git) -> None:
    """`git archive`."""
    given = run.parse(
        "o/output= format= prefix= remote= exec= l/list v/verbose worktree-attributes add-file= "
        "add-virtual-file= mtime="
    )
    if given is None:
        return
    for path in given.all("output"):
        run.call.write(run.path(path))
    if given.has("exec") and given.has("remote"):
        run.script(given.last("exec"))


def bundle(run: Git) -> None:
    """`git bundle create FILE …`."""
    given = run.parse("q/quiet progress all-progress version=")
    if given is not None and given.operands[:1] == ["create"] and len(given.operands) > 1:
        run.call.write(run.path(given.operands[1]), run.call.unknown("$(git bundle)"))


def format_patch(run: Git) -> None:
    """`git format-patch`: writes files into a folder."""
    given = run.parse(
        "o/output-directory= output= stdout N/no-numbered n/numbered start-number= k/keep-subject "
        "s/signoff v/reroll-count= cover-letter subject-prefix= suffix= to= cc= in-reply-to= base="
    )
    if given is None:
        return
    if given.has("output"):
        run.call.write(run.path(given.last("output")))
    elif given.has("output-directory"):
        folder = run.path(given.last("output-directory"))
        run.call.emit(effects.WRITE, path=f"{folder}/0001.patch")


def differences(run: Git) -> None:
    """`git diff`, `log`, `show` and the like: print, unless `--output` is given."""
    given = run.parse(
        "output= name-only name-status ext-diff no-index O/= S/= G/= U/unified= n/= p/patch "
        "u/patch L/= stat shortstat numstat summary check quiet"
    )
    if given is None:
        return
    call = run.call
    for path in given.all("output"):
        call.write(run.path(path))
    if given.has("no-index"):
        for path in given.named[:2]:
            call.read(run.path(path))
    elif run.subcommand in ("show", "cat-file"):
        for name in given.operands:
            _, colon, path = name.partition(":")
            if colon and path and not path.startswith("/"):
                call.read(path if path.startswith("./") else f"{run.top()}/{path}")
    prints = run.subcommand.startswith("diff") or given.has("patch", "L")
    if prints and not given.has("no-index", *_SUMMARIES):
        for path in given.paths or given.operands:
            _reads(run, path)
    if given.has("name-only"):
        _prints_paths(run, given.paths)


_SUMMARIES = ("name-only", "name-status", "stat", "shortstat", "numstat", "summary", "quiet")


def _reads(run: Git, path: str) -> None:
    """A single file of which lines are printed; a branch of this name is no file."""
    if path and ".." not in path and path.rpartition("/")[2].startswith("."):
        run.call.read(run.path(path))


def _prints_paths(run: Git, named: list[str]) -> None:
    """What is printed is a list of paths of the work tree."""
    # A pattern lists what lies below the folders in front of it.
    starts = [literal_start(word) if set(word) & set("*?[") else word for word in named]
    folders = run.paths([start or ":/" for start in starts]) or [run.top()]
    shown = run.call.show(" ".join(run.call.words))[:80]
    run.call.output = run.call.unknown(f"$({shown})", folders=folders)


def grep(run: Git) -> None:
    """`git grep`."""
    given = run.parse(
        "O/open-files-in-pager? f/= e/= A/= B/= C/= m/max-count= l/files-with-matches "
        "L/files-without-match name-only max-depth= threads= c/count n/line-number i/ignore-case"
    )
    if given is None:
        return
    if given.has("open-files-in-pager"):
        command = given.last("open-files-in-pager")
        if command:
            run.script(command, run.call.unknown("matching files", folders=(run.top(),)))
    for path in given.all("f"):
        run.call.read(run.path(path))
    if not given.has("count", "files-with-matches", "files-without-match", "name-only"):
        for path in given.paths:
            _reads(run, path)
    if given.has("files-with-matches", "files-without-match", "name-only"):
        _prints_paths(run, given.paths)


def listing(run: Git) -> None:
    """`git ls-files` and `ls-tree`: print paths."""
    given = run.parse("x/exclude= X/exclude-from= exclude-per-directory= format= with-tree= abbrev")
    if given is not None:
        named = given.named if run.subcommand == "ls-files" else given.named[1:]
        _prints_paths(run, named)


def blame(run: Git) -> None:
    """`git blame FILE`."""
    given = run.parse(
        "L/= S/= C/? M/? contents= ignore-rev= ignore-revs-file= since= w/ p/porcelain"
    )
    if given is not None and given.named:
        run.call.read(run.path(given.named[-1]))


def difftool(run: Git) -> None:
    """`git difftool -x COMMAND` and `mergetool`."""
    given = run.parse(
        "x/extcmd= t/tool= g/gui d/dir-diff y/no-prompt tool-help O/= trust-exit-code"
    )
    if given is not None and given.last("extcmd"):
        run.script(given.last("extcmd"), run.call.unknown("compared files", folders=(run.top(),)))


def rev_parse(run: Git) -> None:
    """`git rev-parse --show-toplevel` prints a folder that is known."""
    if is_known(run.folder):
        tree = locate.work_tree(run.folder)
        if tree and run.arguments == ["--show-toplevel"]:
            run.call.output = tree
        elif tree and run.arguments in (["--git-dir"], ["--absolute-git-dir"]):
            run.call.output = locate.git_dir(tree)


def send_mail(run: Git) -> None:
    """`git send-email`, `git imap-send`: send commits to people."""
    given = run.parse("to= cc= bcc= from= subject= dry-run sendmail-cmd= smtp-server= dump-aliases")
    if given is None or given.has("dry-run", "dump-aliases"):
        return
    run.emit("sends", target=given.last("to"))
    if given.last("sendmail-cmd"):
        run.script(given.last("sendmail-cmd"))


def quiet(run: Git) -> None:
    """Subcommands that change nothing which cannot be had back."""


HANDLERS = {
    **dict.fromkeys(
        ("diff", "log", "show", "whatchanged", "diff-tree", "diff-index", "diff-files", "cat-file"),
        differences,
    ),
    "apply": apply,
    "am": am,
    "archive": archive,
    "bundle": bundle,
    "format-patch": format_patch,
    "grep": grep,
    "ls-files": listing,
    "ls-tree": listing,
    "blame": blame,
    "annotate": blame,
    "difftool": difftool,
    "mergetool": difftool,
    "rev-parse": rev_parse,
    "send-email": send_mail,
    "imap-send": send_mail,
    "add": quiet,
    "status": quiet,
}
