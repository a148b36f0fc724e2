"""Rules about git: what others see, protected branches, stored credentials.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex import locate
from ambidex.guard.effects import GIT, REMOTE
from ambidex.guard.rules.git_clauses import lost
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _branch_of(effect: Effect, scene: Scene) -> str:
    """The branch that is checked out where the effect happens, `""` when it is not known."""
    tree = scene.tree_of(effect.path + "/.")
    own = locate.git_dir(tree) if tree else None
    if own is None:
        return ""
    try:
        with open(f"{own}/HEAD", encoding="utf-8", errors="replace") as file:
            head = file.readline().strip()
    except OSError:
        return ""
    return head[len("ref: refs/heads/") :] if head.startswith("ref: refs/heads/") else ""


_ON_THE_BRANCH = ("commit", "merge", "rebase", "cherry-pick", "revert", "am", "pull")


def _protected(effect: Effect, scene: Scene) -> str:
    names = scene.policy["guard"].get("protected_branches") or ()
    if not names:
        return ""
    from ambidex.guard.rules.names import matches

    if effect.action == "push":
        if "all" in effect.flags or "mirror" in effect.flags:
            return f"a push of all branches, {', '.join(names)} among them"
        branch = effect.target
        if branch in ("", "HEAD", "@"):
            branch = _branch_of(effect, scene)
        if matches(names, branch):
            return f"a push to the protected branch {scene.show(branch)}"
    elif effect.action in _ON_THE_BRANCH or (
        effect.action == "reset" and effect.flags & {"hard", "soft", "keep", "merge"}
    ):
        branch = _branch_of(effect, scene)
        if matches(names, branch) and not effect.flags & {"abort", "quit", "skip"}:
            return f"`git {effect.action}` on the protected branch {branch}"
    elif effect.action in ("branch", "update-ref") and effect.flags & {"delete", "moves"}:
        for name in effect.target.split():
            branch = name.replace("refs/heads/", "", 1)
            if matches(names, branch):
                return f"`git {effect.action}` moves or deletes the protected branch {branch}"
    return ""


def _forces(effect: Effect, scene: Scene) -> str:
    if effect.action != "push" or not effect.flags & {"force", "mirror"}:
        return ""
    return f"a forced push{_where(effect, scene)}"


def _leases(effect: Effect, scene: Scene) -> str:
    if effect.action != "push" or "lease" not in effect.flags or _forces(effect, scene):
        return ""
    return f"a push that may rewrite a remote branch{_where(effect, scene)}"


def _deletes_remote(effect: Effect, scene: Scene) -> str:
    if effect.action != "push" or not effect.flags & {"delete", "prune"}:
        return ""
    return f"a push that deletes a branch or tag of the remote{_where(effect, scene)}"


def _where(effect: Effect, scene: Scene) -> str:
    parts = [scene.show(part) for part in (effect.data, effect.target) if part]
    return " to " + " ".join(parts) if parts else ""


def _elsewhere(effect: Effect, scene: Scene) -> str:
    if effect.action != "push":
        return ""
    if "published" in effect.flags:
        return f"commits are sent to the {scene.show(effect.target)} server"
    return f"a push to {scene.show(effect.target)}, which is no remote of the repository"


RULES = (
    Rule(
        "ambidex.git.force-push",
        kinds=(GIT,),
        when=_forces,
        decision=DENY,
        severity="critical",
        protects="the remote's history",
        why="It overwrites history that others may have built upon.",
        instead="Push a new branch, or ask a person to force the push.",
        match=(
            "git push --force",
            "git push -f origin topic",
            "git push origin +main",
            "git push --forc origin main",
            "git push --mirror backup",
            "git push -uf origin topic",
            "git push --force-with-lease=other origin +main",
        ),
        not_match=(
            "git push",
            "git push -u origin topic",
            "git push origin main:main",
            "git push --force --dry-run",
            "git push --follow-tags",
            "git push --force --no-force origin topic",
        ),
    ),
    Rule(
        "ambidex.git.force-push-with-lease",
        kinds=(GIT,),
        when=_leases,
        decision=ASK,
        severity="high",
        protects="the remote's history",
        why="It rewrites a remote branch, although only if nobody else has moved it.",
        instead="Push a new branch, or add commits instead of changing pushed ones.",
        match=(
            "git push --force-with-lease",
            "git push --force-with-lease origin topic",
            "git push --force-with-lease=topic:abc123 origin topic",
            "git push --force-w origin topic",
            "git push -u --force-with-lease --force-if-includes origin topic",
            "git -C . push --force-with-lease",
        ),
        not_match=(
            "git push",
            "git push origin topic",
            "git push --force-with-lease --dry-run",
            "git push --force-with-lease --no-force-with-lease",
            "git push --tags",
            "git fetch --force",
        ),
    ),
    Rule(
        "ambidex.git.delete-remote-branch",
        kinds=(GIT,),
        when=_deletes_remote,
        decision=ASK,
        severity="high",
        protects="branches and tags of the remote",
        why="Others may work on it, and the remote keeps no record of where it was.",
        instead="Leave it to the user, or to the merge that deletes it.",
        match=(
            "git push origin --delete topic",
            "git push -d origin topic",
            "git push origin :topic",
            "git push origin :refs/tags/v1.0",
            "git push --prune origin",
            "git push --dele origin topic",
        ),
        not_match=(
            "git push origin topic",
            "git push origin HEAD:topic",
            "git push origin :",
            "git push --delete -n origin topic",
            "git fetch --prune",
            "git branch -d topic",
        ),
    ),
    Rule(
        "ambidex.git.push-elsewhere",
        kinds=(REMOTE,),
        when=_elsewhere,
        decision=ASK,
        severity="high",
        protects="the project's code",
        why="Everything in the repository and its history goes to a place nobody configured.",
        instead="Push to a remote that `git remote -v` shows, or let the user add one.",
        match=(
            "git push https://git.example.net/copy.git main",
            "git push git@git.example.net:me/copy.git",
            "git push --all https://git.example.net/copy.git",
            "git push ssh://git@git.example.net/copy.git HEAD",
            "git svn dcommit",
            "git p4 submit",
        ),
        not_match=(
            "git push origin main",
            "git push ../copy.git main",
            "git fetch https://git.example.net/copy.git",
            "git clone https://git.example.net/copy.git",
            "git svn dcommit --dry-run",
            "git remote add copy https://git.example.net/copy.git",
        ),
    ),
    Rule(
        "ambidex.git.serve",
        kinds=(GIT,),
        when=lambda effect, scene: (
            lost("serves", "serves the repository over the network")(effect, scene)
            or lost("sends", "sends commits by mail")(effect, scene)
        ),
        decision=ASK,
        severity="medium",
        protects="the project's code",
        why="Who can reach it can read it.",
        instead="Push a branch to the remote that the project has.",
        match=(
            "git daemon --export-all",
            "git daemon --base-path=. --reuseaddr",
            "git instaweb",
            "git instaweb --httpd=webrick",
            "git send-email --to=list@example.org HEAD~1",
            "git imap-send",
        ),
        not_match=(
            "git daemon --help",
            "git instaweb --stop",
            "git send-email --dry-run HEAD~1",
            "git format-patch -1",
            "git request-pull v1 origin",
            "git show --stat",
        ),
    ),
    Rule(
        "ambidex.git.credential",
        kinds=(GIT,),
        when=lost("prints", "prints a password or token that git has stored", "credential"),
        decision=DENY,
        severity="critical",
        protects="credentials",
        why="What an agent has read may be written, logged or sent.",
        instead="Use git itself: it takes stored credentials without showing them.",
        match=(
            "git credential fill",
            "git credential-store get",
            "git credential-cache get",
            "git credential-osxkeychain get",
            "git -C . credential fill",
            "git credential-manager get",
        ),
        not_match=(
            "git credential approve",
            "git credential reject",
            "git config --get credential.helper",
            "git credential-cache exit",
            "git help credential",
            "git ls-remote origin",
        ),
    ),
    Rule(
        "ambidex.git.protected-branch",
        kinds=(GIT,),
        when=_protected,
        decision=DENY,
        severity="high",
        protects="the branches that the policy lists",
        why="The policy lets only people change them.",
        instead="Work on a new branch and let a person merge it.",
        given={"protected_branches": ["release", "release/*"]},
        match=(
            "git push origin release",
            "git push origin HEAD:release/2",
            "git push origin HEAD:refs/heads/release",
            "git push --all origin",
            "git branch -D release",
            "git update-ref refs/heads/release/2 HEAD",
        ),
        not_match=(
            "git push origin main",
            "git push origin releases",
            "git commit -m release",
            "git merge release",
            "git push --dry-run origin release",
            "git fetch origin release",
        ),
    ),
)
