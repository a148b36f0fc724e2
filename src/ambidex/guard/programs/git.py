"""git: its global options, configuration for one call, aliases, and where its subcommands are.

Hot path: subcommands that change nothing cost no further import.
"""

from __future__ import annotations

import os

from ambidex import locate
from ambidex.guard import effects
from ambidex.guard.programs.git_options import Given, parse
from ambidex.guard.taint import ANY, STAR, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.guard.invocation import Invocation

# Module in this package → the subcommands that its table `HANDLERS` has.
_MODULES = {
    "git_files": (
        "checkout switch restore reset clean rm mv checkout-index read-tree update-index stash "
        "worktree"
    ),
    "git_patches": (
        "apply am archive bundle format-patch diff log show whatchanged diff-tree diff-index "
        "diff-files grep ls-files ls-tree cat-file blame annotate difftool mergetool rev-parse "
        "send-email imap-send add status"
    ),
    "git_history": (
        "commit merge rebase cherry-pick revert branch tag reflog gc prune update-ref symbolic-ref "
        "replace filter-branch filter-repo bisect notes fast-import lfs credential "
        "credential-store credential-cache credential-osxkeychain credential-manager"
    ),
    "git_remotes": (
        "push fetch pull clone remote ls-remote submodule svn p4 daemon instaweb send-pack "
        "fetch-pack http-push"
    ),
    "git_settings": "config",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}

# Subcommands that are no aliases and change nothing that the guard speaks of.
_PLAIN_NAMES = (
    "annotate bugreport check-attr check-ignore check-mailmap check-ref-format column "
    "commit-graph commit-tree count-objects describe diagnose fast-export fmt-merge-msg "
    "for-each-ref for-each-repo fsck get-tar-commit-id hash-object help hook index-pack init "
    "init-db interpret-trailers mailinfo mailsplit maintenance merge-base merge-file merge-index "
    "merge-tree mktag mktree multi-pack-index name-rev pack-objects pack-redundant pack-refs "
    "patch-id prune-packed quiltimport range-diff repack request-pull rerere rev-list scalar "
    "shortlog show-branch show-index show-ref sparse-checkout stage stripspace unpack-file "
    "unpack-objects update-server-info upload-archive upload-pack var verify-commit verify-pack "
    "verify-tag version write-tree gitk gui citool"
)
_PLAIN = frozenset(_PLAIN_NAMES.split())

_GLOBAL_VALUED = ("--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source")
_MAX_ALIASES = 5


class Git:
    """One call of git, after its global options.

    Attributes:
        call: the invocation.
        folder: the directory that it works in, absolute; may be tainted.
        tree: the work tree named by `--work-tree` or `GIT_WORK_TREE`; `""` for the one around
            `folder`.
        settings: configuration given for this call, in order: lower-case keys and values.
        subcommand: the subcommand.
        arguments: the words after it.
    """

    def __init__(self, call: Invocation) -> None:
        self.call = call
        self.folder = call.cwd
        self.tree = ""
        self.settings: list[tuple[str, str]] = []
        self.subcommand = ""
        self.arguments: list[str] = []

    def setting(self, key: str) -> str:
        """The value of a key for this call, `""` when it is not given."""
        for name, value in reversed(self.settings):
            if name == key:
                return value
        return ""

    def parse(self, spec: str, *, stops: bool = False) -> Given | None:
        """The subcommand's options; None where the call only shows help."""
        given = parse(self.arguments, spec, stops=stops)
        if given.has("help", "help-all") or self.arguments == ["-h"]:
            return None
        return given

    def emit(self, *flags: str, action: str = "", target: str = "", data: str = "") -> None:
        """Record what happens to the repository; `flags` say what is lost or changed."""
        path = self.tree or self.folder
        action = action or self.subcommand
        self.call.emit(effects.GIT, action=action, target=target, data=data, flags=flags, path=path)

    def path(self, text: str) -> str:
        """A path that git is given, absolute."""
        if text.startswith("/"):
            return self.call.path(text)
        return self.call.path((self.tree or self.folder) + "/" + text)

    def paths(self, pathspecs: Iterable[str]) -> list[str]:
        """Absolute paths of what `pathspecs` name; wildcards become marks for patterns."""
        return [self._pathspec(text) for text in pathspecs if not _excludes(text)]

    def _pathspec(self, text: str) -> str:
        base = self.tree or self.folder
        if text.startswith(":(") and ")" in text:
            magic, _, text = text[2:].partition(")")
            if "top" in magic.split(","):
                base = self.top()
        elif text.startswith(":/"):
            base, text = self.top(), text[2:]
        text = text.replace("*", STAR).replace("?", ANY)
        return self.call.path(text if text.startswith("/") else f"{base}/{text}")

    def top(self) -> str:
        """The top of the work tree."""
        if self.tree or not is_known(self.folder):
            return self.tree or self.folder
        return locate.work_tree(self.folder) or self.folder

    def change(self, kind: str, pathspecs: Iterable[str], *flags: str) -> None:
        """Record an effect on each of the files that `pathspecs` name."""
        for path in self.paths(pathspecs):
            below = () if is_known(path) and os.path.isfile(path) else ("recursive",)
            self.call.emit(kind, path=path, flags=(*below, *flags))

    def config_files(self) -> list[str]:
        """Configuration files that this call reads, the strongest last."""
        home = self.call.variables.get("HOME") or os.path.expanduser("~")
        files = [f"{home}/.config/git/config", f"{home}/.gitconfig"]
        if is_known(self.folder):
            tree = locate.work_tree(self.folder)
            common = locate.common_dir(tree) if tree else None
            files.append(f"{common or self.top() + '/.git'}/config")
        return files

    def script(self, text: str, *arguments: str) -> None:
        """Run a command that git gives to the shell."""
        if arguments:
            text += ' "$@"'
        # What it runs has the same variables, but is not run by itself again.
        variables = {name: "" for name in self.call.variables if name.startswith("GIT_")}
        changes = {"arguments": ["git", *arguments]} if arguments else {}
        self.call.script(text, cwd=self.folder, variables=variables, **changes)


def _excludes(text: str) -> bool:
    return text.startswith((":!", ":^", ":(exclude"))


def git(call: Invocation) -> None:
    """`git …`."""
    run = Git(call)
    rest = _global_options(run)
    if not rest:
        return
    if run.settings or any(name.startswith("GIT_") for name in call.variables):
        from ambidex.guard.programs import git_settings

        git_settings.from_variables(run)
        git_settings.for_one_call(run, rest[0])
    _subcommand(run, rest)


def dashed(call: Invocation) -> None:
    """`git-reset …`, as git's own folder of programs has it."""
    run = Git(call)
    _subcommand(run, [call.name[len("git-") :], *call.arguments])


def _global_options(run: Git) -> list[str]:
    """Read the options before the subcommand; returns the words from the subcommand on."""
    call = run.call
    words = call.arguments
    tree = call.variables.get("GIT_WORK_TREE", "")
    if tree:
        run.tree = call.path(tree)
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word == "-C":
            run.folder = call.path(
                following if following[:1] == "/" else f"{run.folder}/{following}"
            )
            at += 2
        elif word == "-c":
            _set(run, following)
            at += 2
        elif word in ("--help", "-h", "--version", "-v", "--html-path", "--man-path"):
            return []
        elif word.startswith("-"):
            name, equals, value = word.partition("=")
            if name in _GLOBAL_VALUED and not equals:
                value, at = following, at + 1
            at += 1
            if name == "--work-tree":
                run.tree = run.path(value)
            elif name == "--config-env":
                key, _, variable = value.partition("=")
                _set(run, key + "=" + call.variables.get(variable, ""))
            elif name == "--exec-path" and equals:
                run.emit("executes", action="config", target="--exec-path", data=value)
        else:
            return words[at:]
    return []


def _set(run: Git, text: str) -> None:
    key, equals, value = text.partition("=")
    run.settings.append((key.lower(), value if equals else "true"))


def _subcommand(run: Git, words: list[str]) -> None:
    for _ in range(_MAX_ALIASES):
        name = words[0]
        run.subcommand, run.arguments = name, words[1:]
        module_name = _MODULE_OF.get(name)
        if module_name:
            module = __import__(f"ambidex.guard.programs.{module_name}", fromlist=["HANDLERS"])
            module.HANDLERS[name](run)
            return
        if name in _PLAIN or not is_known(name):
            return
        meaning = _alias(run, name)
        if not meaning:
            return
        if meaning.startswith("!"):
            run.script(meaning[1:], *run.arguments)
            return
        words = [*meaning.split(), *run.arguments]


def _alias(run: Git, name: str) -> str:
    """What the alias `name` stands for, `""` when there is none."""
    given = run.setting(f"alias.{name.lower()}")
    if given:
        return given
    from ambidex.guard.programs.git_settings import value_in

    for path in reversed(run.config_files()):
        text = run.call.content(path)
        value = value_in(text, "alias", name) if text else ""
        if value:
            return value
    return ""


_DASHED_NAMES = (
    "reset clean push checkout restore filter-branch filter-repo lfs commit apply am update-ref "
    "stash branch rm send-email"
)
_DASHED = tuple(f"git-{name}" for name in _DASHED_NAMES.split())
MODELS = {"git": git, **dict.fromkeys(_DASHED, dashed)}
