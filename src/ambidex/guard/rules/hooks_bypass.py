"""Rules about git's hooks and settings: checks that are skipped, programs that git is made to run.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.effects import GIT, HOST
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _skips(effect: Effect, scene: Scene) -> str:
    if "no-verify" not in effect.flags:
        return ""
    how = effect.target if effect.target.partition("=")[1] else "--no-verify"
    return f"`git {effect.action}` without the hooks ({scene.show(how)})"


def _is_hooks_path(effect: Effect) -> bool:
    return effect.target.lower() in ("core.hookspath", "core")


def _moves_hooks(effect: Effect, scene: Scene) -> str:
    if effect.action != "config" or not _is_hooks_path(effect) or "executes" not in effect.flags:
        return ""
    where = scene.show(effect.data) or "nothing"
    return f"git's hooks would be taken from {where}"


def _keeps(effect: Effect, scene: Scene) -> str:
    """A setting that stays."""
    if effect.action != "config" or "once" in effect.flags or _is_hooks_path(effect):
        return ""
    if "executes" not in effect.flags:
        return ""
    return f"git would run {scene.show(effect.data)[:80]} from now on ({effect.target})"


def _once(effect: Effect, scene: Scene) -> str:
    if effect.action != "config" or "once" not in effect.flags or _is_hooks_path(effect):
        return ""
    if "executes" not in effect.flags:
        return ""
    return f"git runs {scene.show(effect.data)[:80]} for this call ({effect.target})"


def _redirects(effect: Effect, scene: Scene) -> str:
    if effect.action != "config":
        return ""
    if "edit" in effect.flags:
        return "git's configuration is edited by hand"
    if "redirects" not in effect.flags:
        return ""
    return f"git would connect elsewhere or unchecked ({effect.target} = {scene.show(effect.data)})"


def _hides(effect: Effect, scene: Scene) -> str:
    if "hides" not in effect.flags:
        return ""
    return f"changes of {scene.show(effect.target)} would be hidden from git"


def _uninstalls(effect: Effect, scene: Scene) -> str:  # noqa: ARG001
    if effect.action != "uninstall-hooks":
        return ""
    return f"{effect.target} removes the hooks that it installed"


_REPAIR = "Repair what the hook reports; if the hook is wrong, tell the user."
_PERSON = "Tell the user which setting is needed and why."

RULES = (
    Rule(
        "ambidex.hooks-bypass.no-verify",
        kinds=(GIT,),
        when=_skips,
        decision=DENY,
        severity="high",
        protects="the checks before commits and pushes",
        why="The hooks are there so that broken or unsafe work is not recorded.",
        instead=_REPAIR,
        match=(
            "git commit --no-verify -m x",
            "git commit -nm x",
            "git commit -anm 'quick'",
            "git commit --no-ver -m x",
            "git push --no-verify",
            "git merge --no-verify topic",
            "git -C . commit -m x -n",
        ),
        not_match=(
            "git commit -m 'use --no-verify'",
            "git commit -am n",
            "git push -n",
            "git commit -mn",
            "git cherry-pick -n abc123",
            "git merge -n topic",
            "git commit --no-verify --verify -m x",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.hooks-path",
        kinds=(GIT,),
        when=_moves_hooks,
        decision=DENY,
        severity="high",
        protects="git's hooks",
        why="The project's checks stop running, and whatever is there runs instead.",
        instead=_PERSON,
        match=(
            "git config core.hooksPath /dev/null",
            "git config --global core.hookspath /tmp/hooks",
            "git -c core.hooksPath=/dev/null commit -m x",
            "git -c core.HOOKSPATH= push",
            "git config --unset core.hooksPath",
            "git config set core.hooksPath .none",
        ),
        not_match=(
            "git config core.hooksPath",
            "git config --get core.hooksPath",
            "git config get core.hooksPath",
            "git config --list",
            "git config user.name Somebody",
            "git rev-parse --git-path hooks",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.executing-setting",
        kinds=(GIT,),
        when=_keeps,
        decision=DENY,
        severity="high",
        protects="what git runs in everybody's name",
        why="The command runs whenever git is used here, also by people, unseen.",
        instead=_PERSON,
        match=(
            "git config core.fsmonitor ./watch.sh",
            "git config core.sshCommand 'sh ./connect'",
            "git config alias.st '!sh ./status.sh'",
            "git config --global core.pager 'sh -c ./page'",
            "git config filter.x.clean ./clean.sh",
            "git config --local include.path ../settings",
            "git config diff.x.textconv ./show.sh",
            "git config credential.helper '!./token.sh'",
        ),
        not_match=(
            "git config core.pager less",
            "git config alias.st status",
            "git config core.editor 'code --wait'",
            "git config core.fsmonitor true",
            "git config credential.helper store",
            "git config user.email somebody@example.org",
            "git config --unset core.pager",
            "git config core.autocrlf input",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.executing-setting-once",
        kinds=(GIT,),
        when=_once,
        decision=ASK,
        severity="medium",
        protects="what git runs",
        why="A command that is given to git as a setting runs where nobody looks for it.",
        instead="Run the command itself, so that it can be seen.",
        match=(
            "git -c alias.go='!make install' go",
            "git -c core.fsmonitor=./watch.sh status",
            "git -c core.sshCommand='sh ./connect' fetch",
            "git -c include.path=/tmp/settings log",
            "git -c protocol.ext.allow=always fetch origin",
            "git clone -c core.fsmonitor=./watch.sh https://git.example.net/a.git",
        ),
        not_match=(
            "git -c core.pager=cat log",
            "git -c core.sshCommand='ssh -i key' fetch",
            "git -c core.sshCommand=./connect status",
            "git -c alias.st=status st",
            "git -c user.name=x commit -m x",
            "git -c color.ui=always diff",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.redirecting-setting",
        kinds=(GIT,),
        when=_redirects,
        decision=ASK,
        severity="medium",
        protects="which servers git trusts",
        why="Code would come from, or go to, another place than the remote says.",
        instead=_PERSON,
        match=(
            "git config --global url.https://git.example.net/.insteadOf https://github.com/",
            "git config http.sslVerify false",
            "git -c http.sslVerify=false clone https://git.example.net/a.git",
            "git config --global http.proxy http://proxy.example.net:8080",
            "git config --edit",
            "git config core.worktree /srv/other",
        ),
        not_match=(
            "git config http.sslVerify true",
            "git config http.postBuffer 524288000",
            "git config --get-all url.https://github.com/.insteadOf",
            "git config --global init.defaultBranch main",
            "git config pull.rebase true",
            "git config remote.origin.url",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.hidden-changes",
        kinds=(GIT,),
        when=_hides,
        decision=ASK,
        severity="medium",
        protects="seeing what changed",
        why="Neither `git status` nor a review shows what happens to those files.",
        instead="Leave the change visible, or put it in a file that git ignores.",
        match=(
            "git update-index --assume-unchanged src/app.py",
            "git update-index --skip-worktree config.ini",
            "git update-index --assume-un src/app.py",
            "git -C . update-index --skip-worktree src/app.py",
            "git update-index -q --skip-worktree src/app.py",
            "git update-index --skip src/app.py",
        ),
        not_match=(
            "git update-index --no-assume-unchanged src/app.py",
            "git update-index --no-skip-worktree config.ini",
            "git update-index --refresh",
            "git update-index --chmod=+x run.sh",
            "git update-index --add src/new.py",
            "git ls-files -v",
        ),
    ),
    Rule(
        "ambidex.hooks-bypass.uninstall",
        kinds=(HOST,),
        when=_uninstalls,
        decision=DENY,
        severity="high",
        protects="the checks before commits and pushes",
        why="Nothing checks commits and pushes any more, also those of people.",
        instead=_REPAIR,
        match=(
            "pre-commit uninstall",
            "pre-commit uninstall -t pre-push",
            "husky uninstall",
            "lefthook uninstall",
            "overcommit --uninstall",
            "prek uninstall",
        ),
        not_match=(
            "pre-commit run --all-files",
            "pre-commit install",
            "pre-commit autoupdate",
            "lefthook run pre-commit",
            "husky install",
            "pre-commit uninstall --help",
        ),
    ),
)
