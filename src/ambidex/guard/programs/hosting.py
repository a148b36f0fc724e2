"""Code hosting from the command line: gh, glab, hub, az repos, tea.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.options import Options, read
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Group and subcommand of gh → what it does. What is not here reads, or makes what can be closed
# again (issues, pull requests, comments).
_GH = {
    "pr merge": "merge",
    "repo delete": "delete",
    "repo archive": "change",
    "repo rename": "change",
    "repo deploy-key add": "grant",
    "repo deploy-key delete": "change",
    "release create": "release",
    "release delete": "delete",
    "release delete-asset": "delete",
    "release edit": "change",
    "release upload": "release",
    "workflow run": "run",
    "workflow disable": "change",
    "workflow enable": "change",
    "run cancel": "change",
    "run delete": "delete",
    "secret set": "grant",
    "secret delete": "delete",
    "secret remove": "delete",
    "variable set": "change",
    "variable delete": "delete",
    "variable remove": "delete",
    "ssh-key add": "grant",
    "ssh-key delete": "change",
    "gpg-key add": "grant",
    "gpg-key delete": "change",
    "gist create": "expose",
    "gist new": "expose",
    "gist edit": "change",
    "gist delete": "delete",
    "issue delete": "delete",
    "issue transfer": "change",
    "cache delete": "delete",
    "codespace delete": "delete",
    "codespace ssh": "connect",
    "label delete": "delete",
    "project delete": "delete",
    "project item-delete": "delete",
    "extension install": "extend",
    "extension upgrade": "extend",
    "attestation delete": "delete",
}
_GLAB = {
    "mr merge": "merge",
    "mr accept": "merge",
    "mr approve": "approve",
    "mr delete": "delete",
    "repo delete": "delete",
    "repo archive": "change",
    "project delete": "delete",
    "release create": "release",
    "release delete": "delete",
    "release upload": "release",
    "ci run": "run",
    "ci trigger": "run",
    "ci delete": "delete",
    "ci cancel": "change",
    "pipeline run": "run",
    "pipeline delete": "delete",
    "variable set": "grant",
    "variable update": "grant",
    "variable delete": "delete",
    "ssh-key add": "grant",
    "ssh-key delete": "change",
    "deploy-key add": "grant",
    "token create": "grant",
    "token revoke": "change",
    "snippet create": "expose",
    "issue delete": "delete",
    "label delete": "delete",
    "schedule create": "run",
    "schedule run": "run",
    "schedule delete": "delete",
}
_GH_VALUED = (
    *("repo", "body", "title", "body-file", "field", "raw-field", "header", "method", "jq", "app"),
    *("template", "input", "hostname", "cache", "preview", "json", "env", "notes", "notes-file"),
    *("target", "ref", "name", "description", "desc", "visibility"),
)
_GLAB_VALUED = (
    *("repo", "title", "description", "field", "raw-field", "header", "method", "input"),
    *("hostname", "message", "name", "notes"),
)
_ALIASES = {"cs": "codespace", "ext": "extension", "extensions": "extension", "at": "attestation"}


def github(call: Invocation) -> None:
    """`gh`."""
    given = read(
        call.arguments,
        valued="RbtFfHXqhLSBwDdlmcpnTjeo",
        long=("auto", "admin", "approve", "show-token", "with-token"),
        long_valued=_GH_VALUED,
    )
    words = [_ALIASES.get(word, word) for word in given.operands[:1]] + given.operands[1:]
    if not words or given.has("help") or _asks_help(call) or words[0] == "help":
        return
    if words[0] == "api":
        _api(call, given, words[1:])
        fields = [field.partition("=@")[2] for field in given.all("F", "field")]
        _sent(call, [path for path in (*given.all("input"), *fields) if path not in ("", "-")])
        return
    verb = " ".join(words[:2])
    action = _GH.get(verb) or _GH.get(" ".join(words[:3]), "")
    if verb == "pr merge" and given.has("disable-auto"):
        return
    if verb == "pr review" and given.has("approve", "a"):
        action = "approve"
    elif (verb == "repo edit" and given.has("visibility")) or (
        verb == "repo create" and given.has("public") and given.has("push", "source")
    ):
        action = "expose"
    elif verb == "auth token" or (verb == "auth status" and given.has("show-token", "t")):
        _token(call, "gh")
        return
    elif verb == "auth login" and given.has("with-token"):
        action = "grant"
    elif verb in ("alias set", "alias import"):
        _alias(call, words[2:], given)
        return
    if action:
        _emit(call, action, "GitHub " + verb, _flags(given, "auto", "admin"))
    files = given.all("body-file", "notes-file", "input")
    if verb in ("gist create", "gist new", "release upload"):
        files += [*words[2:], *given.all("p")]
    _sent(call, [path for path in files if path and path != "-"])


def _sent(call: Invocation, files: list[str]) -> None:
    """What is in the files goes to the host."""
    data = "".join(call.read(path, flags=("quiet",)) for path in files)
    if data:
        call.send("github.com", data, flags=("hosting",))


def _asks_help(call: Invocation) -> bool:
    return call.arguments[-1:] == ["-h"]


def _alias(call: Invocation, words: list[str], given: Options) -> None:
    """`gh alias set x '!command'`: a command that runs later."""
    if given.has("shell", "s") or any(word.startswith("!") for word in words[1:]):
        _emit(call, "extend", "gh alias", ())


def _flags(given: Options, *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if given.has(name))


def _emit(call: Invocation, action: str, target: str, flags: tuple[str, ...]) -> None:
    call.emit(effects.REMOTE, action=action, target=target, flags=("hosting", *flags))


def _token(call: Invocation, program: str) -> None:
    """The token is printed."""
    home = call.variables.get("HOME") or "~"
    path = f"{home}/.config/{program}/hosts.yml"
    call.emit(effects.REMOTE, action="token", target=program, flags=("hosting",))
    call.output = call.unknown("the token of " + program, paths=(path,))


_MERGING = ("mergepullrequest", "enablepullrequestautomerge", "mergebranch", "enqueuepullrequest")


def _api(call: Invocation, given: Options, words: list[str]) -> None:
    """`gh api` and `glab api`: reads unless fields or a method say otherwise."""
    path = words[0] if words else ""
    fields = given.all("f", "F", "field", "raw-field")
    method = (
        given.last("X", "method") or ("POST" if fields or given.has("input") else "GET")
    ).upper()
    if path.strip("/") == "graphql":
        text = " ".join(fields) + (call.stdin or "")
        for file in given.all("input"):
            if file != "-":
                text += call.content(call.path(file)) or ""
        lower = text.lower()
        if "mutation" in lower:
            merges = any(name in lower for name in _MERGING)
            _emit(call, "merge" if merges else "change", "a GraphQL mutation", ())
        return
    if method in ("GET", "HEAD"):
        return
    parts = path.partition("?")[0].strip("/").split("/")
    merges = parts[-1] in ("merge", "merges") and method in ("PUT", "POST")
    if merges:
        _emit(call, "merge", f"{method} {path}", ())
    elif method == "DELETE":
        _emit(call, "delete", f"{method} {path}", ())
    else:
        _emit(call, "change", f"{method} {path}", ())


def gitlab(call: Invocation) -> None:
    """`glab`."""
    given = read(
        call.arguments,
        valued="RbtfFHXldmans",
        long=("auto-merge", "help"),
        long_valued=_GLAB_VALUED,
    )
    words = given.operands
    if not words or given.has("help") or _asks_help(call):
        return
    if words[0] == "api":
        _api(call, given, words[1:])
        return
    verb = " ".join(words[:2])
    shows = verb == "auth status" and given.has("show-token", "t")
    if shows or (verb == "config get" and words[2:3] == ["token"]):
        _token(call, "glab")
    elif verb in _GLAB:
        _emit(call, _GLAB[verb], "GitLab " + verb, _flags(given, "auto-merge"))


def hub(call: Invocation) -> None:
    """`hub`, which passes to git what it does not know."""
    words = call.arguments
    verb = " ".join(word for word in words[:2] if is_known(word))
    if words[:1] == ["api"]:
        _api(call, read(words, valued="XfFHdt", long_valued=("method", "field")), words[1:2])
    elif verb in ("pr merge", "release create", "release delete", "gist create"):
        _emit(call, _GH[verb], "GitHub " + verb, ())
    elif words[:1] == ["merge"] and "/pull/" in "".join(words[1:2]):
        _emit(call, "merge", "GitHub pull request", ())
    elif words[:1] == ["delete"]:
        _emit(call, "delete", "GitHub repository", ())
    elif words and words[0] not in (
        "browse",
        "ci-status",
        "compare",
        "issue",
        "pull-request",
        "pr",
    ):
        call.run(["git", *words])


def azure_repos(words: list[str], call: Invocation) -> None:
    """`az repos …`: for the model of `az`, which gives its operands."""
    text = " ".join(call.arguments)
    if words[:2] == ["repos", "pr"] and "completed" in text:
        _emit(call, "merge", "Azure pull request", ())
    elif words[:2] == ["repos", "pr"] and "--auto-complete" in text and "true" in text:
        _emit(call, "merge", "Azure pull request", ("auto",))
    elif words[:2] == ["repos", "delete"] or words[:3] == ["repos", "ref", "delete"]:
        _emit(call, "delete", "Azure " + " ".join(words[:3]), ())


def gitea(call: Invocation) -> None:
    """`tea`."""
    words = [word for word in call.arguments if not word.startswith("-")]
    verb = " ".join(words[:2])
    if verb in ("pr merge", "pulls merge", "pull merge"):
        _emit(call, "merge", "Gitea pull request", ())
    elif verb in ("repo delete", "repos delete", "release delete", "releases delete"):
        _emit(call, "delete", "Gitea " + verb, ())


MODELS = {"gh": github, "glab": gitlab, "hub": hub, "tea": gitea}
