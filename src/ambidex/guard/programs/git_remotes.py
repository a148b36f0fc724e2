"""git's subcommands that talk to remotes: push, fetch, clone, submodules, bridges to others.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.git_history import silenced
from ambidex.guard.taint import is_known, known_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.programs.git import Git
    from ambidex.guard.programs.git_options import Given

# Remotes by whose names hosting platforms deploy what is pushed.
_DEPLOYING = frozenset({"heroku", "dokku", "piku", "flynn", "clever", "gigalixir", "scalingo"})


# So many of the latest effects are searched for remotes that the command line itself set up.
_LOOK_BACK = 200


def push(run: Git) -> None:
    """`git push`: one effect for each reference that it changes."""
    given = run.parse(
        "v/verbose q/quiet repo= all branches mirror d/delete tags n/dry-run porcelain "
        "f/force force-with-lease? force-if-includes recurse-submodules= thin receive-pack= exec= "
        "u/set-upstream progress prune no-verify follow-tags signed? atomic o/push-option= "
        "4/ipv4 6/ipv6"
    )
    if given is None or given.has("dry-run"):
        return
    remote = given.named[0] if given.named else given.last("repo")
    references = given.named[1:]
    off = silenced(run)
    shared = given.flags("force", "mirror", "all", "tags", "prune", "no-verify")
    if off:
        shared.append("no-verify")
    if given.has("force-with-lease"):
        shared.append("lease")
    for command in given.all("receive-pack", "exec"):
        run.script(command)
    if not references:
        run.emit(*shared, data=remote)
    for reference in references:
        flags = list(shared)
        if reference.startswith("+"):
            flags.append("force")
        source, colon, destination = reference.lstrip("+").partition(":")
        if given.has("delete") or (colon and not source and destination):
            flags.append("delete")
        name = (destination if colon else source).replace("refs/heads/", "", 1)
        run.emit(*flags, target=name, data=remote)
    _reached(run, remote, given)


def _reached(run: Git, remote: str, given: Given) -> None:
    if remote in _DEPLOYING:
        run.call.emit(effects.REMOTE, action="deploy", target=remote)
    added = _added(run, remote)
    if added:
        run.call.emit(effects.REMOTE, action="push", target=added, flags=("elsewhere",))
    host = host_of(remote)
    if host and not given.has("delete"):
        configured = run.call.content(run.config_files()[-1]) or ""
        if known_prefix(remote) not in configured or not is_known(remote):
            run.call.emit(effects.REMOTE, action="push", target=host, flags=("elsewhere",))


# Where a new repository's remote is in most cases.
_USUAL = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "dev.azure.com")


def _added(run: Git, remote: str) -> str:
    """The host of a remote that the command line itself set up, `""` for the usual ones."""
    for effect in run.call.machine.effects[-_LOOK_BACK:]:
        if effect.kind == effects.GIT and effect.action == "remote":
            words = effect.target.split(" ")
            if effect.flags & {"add", "set-url"} and words[0] == (remote or "origin"):
                host = host_of(words[-1])
                return "" if host in _USUAL and "add" in effect.flags else host
    return ""


def host_of(remote: str) -> str:
    """The host in a remote's URL (`https://…`, `git@host:path`); `""` for names and paths."""
    if "://" in remote:
        authority = remote.partition("://")[2].partition("/")[0]
        return authority.rpartition("@")[2].partition(":")[0]
    before, colon, _ = remote.partition(":")
    if colon and "/" not in before and "@" in before:
        return before.rpartition("@")[2]
    return ""


def _transport(run: Git, url: str) -> None:
    """Record that something is fetched from a URL, or run by one (`ext::command`)."""
    if url.startswith("ext::"):
        run.script(url[len("ext::") :].replace("%S", "git-upload-pack"))
    elif host_of(url):
        run.call.fetch(host_of(url))


def fetch(run: Git) -> None:
    """`git fetch`, `pull` and `ls-remote`."""
    given = run.parse(
        "upload-pack= depth= deepen= shallow-since= shallow-exclude= o/server-option= j/jobs= "
        "refmap= filter= negotiation-tip= s/strategy= X/strategy-option= S/gpg-sign? "
        "recurse-submodules? r/rebase? sort= exec= cleanup= f/force p/prune t/tags a/append k/keep"
    )
    if given is None:
        return
    for command in given.all("upload-pack", "exec"):
        run.script(command)
    for name in given.named[:1]:
        _transport(run, name)
    if run.subcommand == "pull":
        off = silenced(run)
        run.emit(*given.flags("rebase"), *(["no-verify"] if given.has("verify") and off else []))


def clone(run: Git) -> None:
    """`git clone`."""
    given = run.parse(
        "o/origin= b/branch= u/upload-pack= reference= reference-if-able= separate-git-dir= depth= "
        "shallow-since= shallow-exclude= server-option= c/config= filter= template= j/jobs= "
        "recurse-submodules? ref-format= bundle-uri= revision="
    )
    if given is None:
        return
    for setting in given.all("config"):
        from ambidex.guard.programs.git_settings import meaning

        key, _, value = setting.partition("=")
        what = meaning(key, value)
        if what:
            run.emit(what, "once", action="config", target=key, data=value)
    for command in given.all("upload-pack"):
        run.script(command)
    for name in given.named[:1]:
        _transport(run, name)
    for folder in given.named[1:2]:
        run.call.emit(effects.WRITE, path=run.path(folder), flags=("recursive",))


def remote(run: Git) -> None:
    """`git remote`."""
    words = [word for word in run.arguments if not word.startswith("-")]
    if words[:1] and words[0] in ("remove", "rm", "set-url", "rename", "add", "prune"):
        run.emit(words[0], target=" ".join(words[1:]))


def submodule(run: Git) -> None:
    """`git submodule`."""
    words = [word for word in run.arguments if word not in ("-q", "--quiet", "--cached")]
    verb = words[0] if words else ""
    run.arguments = words[1:]
    if verb == "foreach":
        rest = [word for word in words[1:] if word != "--recursive"]
        if rest:
            run.script(" ".join(rest) if len(rest) > 1 else rest[0])
        return
    given = run.parse("f/force all b/branch= reference= depth= j/jobs= name= init recursive remote")
    if given is None:
        return
    if verb == "deinit" and given.has("force"):
        run.emit("deinit", "force", "uncommitted", target=" ".join(given.named))
    elif verb == "update" and given.has("force"):
        run.emit("update", "conflict", target=" ".join(given.named))
    elif verb == "add":
        for url in given.named[:1]:
            _transport(run, url)
        for path in given.named[1:2]:
            run.call.emit(effects.WRITE, path=run.path(path), flags=("create", "folder"))


def svn(run: Git) -> None:
    """`git svn dcommit`: commits to the Subversion server."""
    if run.arguments[:1] == ["dcommit"] and not {"-n", "--dry-run"} & set(run.arguments):
        run.call.emit(effects.REMOTE, action="push", target="svn", flags=("published",))


def p4(run: Git) -> None:
    """`git p4 submit`."""
    if run.arguments[:1] == ["submit"] and not {"-n", "--dry-run"} & set(run.arguments):
        run.call.emit(effects.REMOTE, action="push", target="p4", flags=("published",))


def serve(run: Git) -> None:
    """`git daemon` and `instaweb`: serve the repository to others."""
    if not {"--help", "-h", "--stop"} & set(run.arguments):
        run.emit("serves")


def low_level(run: Git) -> None:
    """`git send-pack` and `http-push`: what push is made of."""
    given = run.parse("all dry-run force receive-pack= exec= mirror v/verbose thin atomic stdin")
    if given is None or given.has("dry-run"):
        return
    forced = given.has("force", "mirror") or any(name[:1] == "+" for name in given.named[1:])
    run.emit(*(["force"] if forced else []), action="push", data=(given.named or [""])[0])


HANDLERS = {
    "push": push,
    "fetch": fetch,
    "pull": fetch,
    "ls-remote": fetch,
    "fetch-pack": fetch,
    "clone": clone,
    "remote": remote,
    "submodule": submodule,
    "svn": svn,
    "p4": p4,
    "daemon": serve,
    "instaweb": serve,
    "send-pack": low_level,
    "http-push": low_level,
}
