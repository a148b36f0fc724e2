"""git's configuration: keys whose values are executed, or that redirect what git talks to.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.prefixes import split_words
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.programs.git import Git

# First or last parts of keys → what a value does there.
EXECUTES = "executes"
REDIRECTS = "redirects"
_EXECUTED = frozenset(
    {"core.hookspath", "core.fsmonitor", "core.sshcommand", "core.pager", "core.editor"}
    | {"core.gitproxy", "core.askpass", "core.alternaterefscommand", "sequence.editor"}
    | {"gpg.program", "interactive.difffilter", "diff.external", "init.templatedir"}
    | {"uploadpack.packobjectshook", "include.path", "protocol.ext.allow", "sendemail.sendmailcmd"}
)
# Section → variables in a subsection of it that are executed.
_EXECUTED_IN = {
    "filter": ("clean", "smudge", "process"),
    "diff": ("command", "textconv"),
    "merge": ("driver",),
    "mergetool": ("cmd",),
    "difftool": ("cmd",),
    "gpg": ("program", "defaultkeycommand"),
    "includeif": ("path",),
    "remote": ("uploadpack", "receivepack", "vcs"),
    "trailer": ("command", "cmd"),
    "browser": ("cmd",),
    "man": ("cmd",),
    "credential": ("helper",),
    "pager": (),
}
_REDIRECTING = frozenset({"http.proxy", "https.proxy", "http.sslverify", "core.worktree"})

# Programs that may be a pager, editor or helper without anybody wondering.
_USUAL = frozenset(
    {"cat", "less", "more", "most", "delta", "bat", "diff-so-fancy", "vi", "vim", "nvim", "nano"}
    | {"emacs", "emacsclient", "code", "cursor", "subl", "micro", "hx", "true", ":", "ed", "pico"}
    | {"store", "cache", "osxkeychain", "libsecret", "manager", "manager-core", "wincred", "gpg"}
    | {"gpg2", "ssh-keygen", "git-lfs", "ssh", "/usr/bin/ssh", "nbdime", "git-nbdiffdriver"}
    | {"difft", "op-ssh-sign"}
)
_FALSE = ("", "false", "no", "off", "0")
_TRUE = ("true", "yes", "on", "1")

# Keys whose values are files and folders; aliases are run when they are called.
_NAMES_OF_FILES = ("core.hookspath", "include.path", "init.templatedir", "protocol.ext.allow")

# Subcommands that talk to remotes, so that the commands for transport are run.
_TALKING = "push fetch pull clone ls-remote submodule remote archive send-pack fetch-pack lfs"
_NETWORK = frozenset(_TALKING.split())

# Variables whose values git executes → the setting of the same meaning.
_VARIABLES = {
    "GIT_SSH_COMMAND": "core.sshcommand",
    "GIT_SSH": "core.sshcommand",
    "GIT_PROXY_COMMAND": "core.gitproxy",
    "GIT_EXTERNAL_DIFF": "diff.external",
    "GIT_PAGER": "core.pager",
    "GIT_EDITOR": "core.editor",
    "GIT_SEQUENCE_EDITOR": "sequence.editor",
    "GIT_ASKPASS": "core.askpass",
    "GIT_TEMPLATE_DIR": "init.templatedir",
}


def meaning(key: str, value: str) -> str:
    """What setting `key` (any case) to `value` does: `EXECUTES`, `REDIRECTS`, or `""`."""
    key = key.lower()
    section, _, rest = key.partition(".")
    last = rest.rpartition(".")[2]
    executed = key in _EXECUTED or (
        section in _EXECUTED_IN and (last in _EXECUTED_IN[section] or section == "pager")
    )
    if key == "core.fsmonitor" and value.lower() in (*_TRUE, *_FALSE):
        return ""
    if key == "core.hookspath":
        return EXECUTES
    if section == "alias":
        return EXECUTES if value.startswith("!") else ""
    if key == "protocol.ext.allow":
        return "" if value == "never" else EXECUTES
    if executed:
        return "" if _is_usual(key, value) else EXECUTES
    if section == "url" and last in ("insteadof", "pushinsteadof"):
        return REDIRECTS
    if key in _REDIRECTING or (section == "http" and last in ("proxy", "sslverify")):
        return "" if last == "sslverify" and value.lower() in _TRUE else REDIRECTS
    return ""


def _is_usual(key: str, value: str) -> bool:
    """Whether `value` is a command of the kind that everybody has there."""
    if value == "" or (key.startswith("pager.") and value in (*_TRUE, *_FALSE)):
        return True
    if not is_known(value) or any(character in value for character in ";&|`$<>\n"):
        return False
    words = value.split()
    if "proxycommand" in value.lower() or "localcommand" in value.lower():
        return False
    program = words[0].rpartition("/")[2] if words else ""
    system = value.startswith(("/usr/", "/bin/", "/opt/")) or "/" not in (words or [""])[0]
    return program in _USUAL and system


def from_variables(run: Git) -> None:
    """Add the settings that variables give to this call: GIT_CONFIG_COUNT and its relatives."""
    variables = run.call.variables
    count = variables.get("GIT_CONFIG_COUNT", "")
    for number in range(min(int(count), 100) if count.isascii() and count.isdigit() else 0):
        key = variables.get(f"GIT_CONFIG_KEY_{number}", "")
        run.settings.append((key.lower(), variables.get(f"GIT_CONFIG_VALUE_{number}", "")))
    for part in split_words(variables.get("GIT_CONFIG_PARAMETERS", "").replace("'='", "=")):
        key, _, value = part.partition("=")
        run.settings.append((key.lower(), value))
    for name, key in _VARIABLES.items():
        if variables.get(name):
            run.settings.append((key, variables[name]))


def for_one_call(run: Git, subcommand: str) -> None:
    """Record what the settings of this call execute or redirect."""
    for key, value in run.settings:
        transport = key in ("core.sshcommand", "core.gitproxy", "core.askpass", "gpg.program")
        if transport and not _connects(run, subcommand):
            continue
        what = meaning(key, value)
        if not what:
            continue
        if not key.endswith(("editor", "pager")):  # what those run is judged by what it does
            run.emit(what, "once", action="config", target=key, data=value)
        if what == EXECUTES and key not in _NAMES_OF_FILES and not key.startswith("alias."):
            run.script(value[1:] if value.startswith("!") else value, *_given_to(run, key))


def _connects(run: Git, subcommand: str) -> bool:
    words = run.call.arguments
    quiet = subcommand == "remote" and not {"update", "show", "prune"} & set(words)
    return subcommand in _NETWORK and not quiet


def _given_to(run: Git, key: str) -> tuple[str, ...]:
    """What git appends to the command in `key`."""
    if key == "sequence.editor":
        return (run.top() + "/.git/rebase-merge/git-rebase-todo",)
    if key == "core.editor":
        return (run.top() + "/.git/COMMIT_EDITMSG",)
    return ()


_SCOPES = "global system local worktree f/file= blob= "
_ACTIONS = (
    "get get-all get-regexp get-urlmatch replace-all add unset unset-all rename-section "
    "remove-section l/list e/edit get-color get-colorbool "
)
_TYPES = "bool int bool-or-int path expiry-date type= z/null name-only includes show-origin "
_OTHER = "show-scope default= fixed-value value= regexp url= all append comment="
_READING = ("get", "get-all", "get-regexp", "get-urlmatch", "list", "get-color", "get-colorbool")


def config(run: Git) -> None:
    """`git config`, in the old form (`key value`) and the new one (`set key value`)."""
    given = run.parse(_SCOPES + _ACTIONS + _TYPES + _OTHER)
    if given is None or given.has(*_READING):
        return
    words = given.named
    flags = given.flags("global", "system", "worktree")
    verb = words[0] if words and "." not in words[0] else ""
    if verb in ("list", "get", "get-color", "get-colorbool"):
        return
    if verb:
        words = words[1:]
    if given.has("edit") or verb == "edit":
        run.emit("edit", *flags, action="config")
        return
    removed = given.has("unset", "unset-all", "remove-section", "rename-section")
    removed = removed or verb in ("unset", "remove-section", "rename-section")
    key = words[0] if words else ""
    if removed:
        if key.lower() in ("core.hookspath", "core"):
            run.emit(EXECUTES, "unset", *flags, action="config", target=key)
        return
    if len(words) < 2 and verb != "set":
        return
    value = words[1] if len(words) > 1 else ""
    what = meaning(key, value)
    run.emit(*([what] if what else []), *flags, action="config", target=key, data=value)
    _remember(run, key, value, bool(given.has("global")), given.last("file"))


def _remember(run: Git, key: str, value: str, everywhere: bool, file: str) -> None:
    """Later calls in the same command line see the new value."""
    if file:
        run.call.write(run.path(file), f"{key} = {value}\n", kind=effects.EDIT)
        return
    section, _, rest = key.partition(".")
    files = run.config_files()
    path = files[1] if everywhere or len(files) < 3 else files[2]
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    before = run.call.content(path) or ""
    run.call.machine.contents[path] = f'{before}\n[{section}]\n\t{rest} = "{quoted}"\n'


def value_in(text: str, section: str, name: str) -> str:
    """The last value of `name` in `[section]` of a configuration file, `""` for none."""
    found, inside = "", False
    for whole in text.splitlines():
        line = whole.strip()
        if line.startswith("["):
            inside = line.lower().startswith(f"[{section}]")
        rest = line.partition("]")[2] if line.startswith("[") else line
        key, equals, value = rest.partition("=")
        if inside and equals and key.strip().lower() == name.lower():
            found = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    """The value without quotes and comments, escapes replaced."""
    result: list[str] = []
    quoted = False
    at = 0
    while at < len(value):
        character = value[at]
        if character == "\\" and at + 1 < len(value):
            at += 1
            result.append({"n": "\n", "t": "\t"}.get(value[at], value[at]))
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            break
        else:
            result.append(character)
        at += 1
    return "".join(result).strip()


HANDLERS = {"config": config}
