"""Rules about git: work that no commit holds.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.effects import GIT
from ambidex.guard.rules.git_clauses import lost
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _discards(effect: Effect, scene: Scene) -> str:
    if effect.action in ("worktree", "submodule"):
        return ""
    return lost("uncommitted", "discards changes that no commit holds")(effect, scene)


def _checkout_of_trees(effect: Effect, scene: Scene) -> str:
    clause = "deletes a work tree with the changes in it"
    return lost("uncommitted", clause, "worktree", "submodule")(effect, scene)


def _cleans(effect: Effect, scene: Scene) -> str:
    if "interactive" in effect.flags:
        return ""
    return lost("untracked", "deletes files that no commit holds")(effect, scene)


def _cleans_interactively(effect: Effect, scene: Scene) -> str:
    if "interactive" not in effect.flags:
        return ""
    return lost("untracked", "deletes files that no commit holds, as it is answered")(effect, scene)


_STASH_FIRST = "Keep the work first: `git stash push -u`, or commit it on a new branch."

RULES = (
    Rule(
        "ambidex.git.discard-changes",
        kinds=(GIT,),
        when=_discards,
        decision=DENY,
        severity="high",
        protects="changes that are not committed",
        why="Nothing can bring them back: git never stored them, and they may be the user's.",
        instead=_STASH_FIRST,
        match=(
            "git reset --hard",
            "git reset --har origin/main",
            "git checkout -- src/app.py",
            "git checkout main src/app.py",
            "git checkout .",
            "git checkout -qf main",
            "git restore src/app.py",
            "git restore -SW src",
            "git switch --discard-changes main",
            "git rm -rf src",
            "git -C src reset --merge HEAD~2",
            "git read-tree -u --reset HEAD",
            "git checkout-index -fa",
        ),
        not_match=(
            "git reset HEAD~1",
            "git reset --soft HEAD~1",
            "git checkout main",
            "git checkout -b topic origin/main",
            "git restore --staged src/app.py",
            "git switch -c topic",
            "git rm src/app.py",
            "git rm -rf --cached src",
            "git checkout --detach HEAD~3",
            "git commit -m 'git reset --hard is refused'",
        ),
    ),
    Rule(
        "ambidex.git.take-one-side",
        kinds=(GIT,),
        when=lost("conflict", "replaces files by one side of a conflict, or by what is recorded"),
        decision=ASK,
        severity="medium",
        protects="changes that are not committed",
        why="What was merged by hand in those files is gone.",
        instead="Resolve the conflict in the file, or let the user choose the side.",
        match=(
            "git checkout --ours src/app.py",
            "git checkout --theirs -- src",
            "git restore --theirs src/app.py",
            "git restore --ours -- src/app.py",
            "git checkout --our .",
            "git submodule update --init --force",
        ),
        not_match=(
            "git merge -s ours old",
            "git merge -X theirs topic",
            "git submodule update --init --recursive",
            "git checkout topic",
            "git diff --ours",
            "git rebase -X theirs main",
        ),
    ),
    Rule(
        "ambidex.git.clean",
        kinds=(GIT,),
        when=_cleans,
        decision=DENY,
        severity="high",
        protects="files that are not committed",
        why="Files that git does not track are deleted for good, notes and settings included.",
        instead="Look with `git clean -n`, then delete the files that you made, by name.",
        match=(
            "git clean -f",
            "git clean -fdx",
            "git clean -d --force",
            "git clean --forc build",
            "git -c clean.requireForce=false clean -d",
            "git clean -xf -e .env",
        ),
        not_match=(
            "git clean -n",
            "git clean -fdn",
            "git clean --dry-run --force",
            "git clean -d",
            "git clean --help",
            "make clean",
        ),
    ),
    Rule(
        "ambidex.git.clean-interactively",
        kinds=(GIT,),
        when=_cleans_interactively,
        decision=ASK,
        severity="medium",
        protects="files that are not committed",
        why="What is chosen there is deleted for good.",
        instead="Look with `git clean -n`, then delete the files that you made, by name.",
        match=(
            "git clean -i",
            "git clean -di",
            "git clean --interactive",
            "git clean --inter src",
            "git clean -id build",
            "git clean -xi",
        ),
        not_match=(
            "git clean -n",
            "git clean -ni",
            "git add -i",
            "git rebase -i main",
            "git clean",
            "git clean -i --dry-run",
        ),
    ),
    Rule(
        "ambidex.git.drop-stash",
        kinds=(GIT,),
        when=lost("stash", "deletes stashed work", "stash"),
        decision=DENY,
        severity="high",
        protects="stashed work",
        why="A dropped stash is in no branch, and it may be the user's.",
        instead="Leave it; `git stash apply` uses a stash and keeps it.",
        match=(
            "git stash drop",
            "git stash drop stash@{2}",
            "git stash clear",
            "git -C . stash clear",
            "git stash drop -q",
            "git --no-pager stash drop 0",
        ),
        not_match=(
            "git stash",
            "git stash pop",
            "git stash list",
            "git stash push -m 'drop this'",
            "git stash show -p",
            "git stash apply stash@{1}",
        ),
    ),
    Rule(
        "ambidex.git.remove-worktree",
        kinds=(GIT,),
        when=_checkout_of_trees,
        decision=DENY,
        severity="high",
        protects="changes that are not committed",
        why="By force it goes with everything in it that is not committed.",
        instead="Commit or stash what is there; then it can be removed without force.",
        match=(
            "git worktree remove --force ../topic",
            "git worktree remove -f ../topic",
            "git worktree remove ../topic --forc",
            "git worktree remove -ff ../topic",
            "git submodule deinit -f vendor/lib",
            "git submodule deinit --force --all",
        ),
        not_match=(
            "git worktree remove ../topic",
            "git worktree add -f ../topic main",
            "git worktree list",
            "git worktree prune",
            "git submodule deinit vendor/lib",
            "git submodule update --init",
        ),
    ),
    Rule(
        "ambidex.git.abort",
        kinds=(GIT,),
        when=lost("abort", "gives up a merge or rebase with the conflicts that were resolved"),
        decision=ASK,
        severity="medium",
        protects="changes that are not committed",
        why="What was resolved by hand so far is thrown away.",
        instead="Resolve the conflict and continue, or let the user decide to give up.",
        match=(
            "git rebase --abort",
            "git merge --abort",
            "git cherry-pick --abort",
            "git am --abort",
            "git revert --abort",
            "git -C . rebase --abor",
        ),
        not_match=(
            "git rebase --continue",
            "git merge --continue",
            "git cherry-pick --quit",
            "git am --skip",
            "git rebase main",
            "git log --grep=--abort",
        ),
    ),
)
