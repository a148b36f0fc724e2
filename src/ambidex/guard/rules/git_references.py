"""Rules about git: commits that nothing leads to any more, and what would bring them back.

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


def _moves(effect: Effect, scene: Scene) -> str:
    return lost("moves", "moves a reference, so that commits may be lost")(effect, scene)


def _deletes_tag(effect: Effect, scene: Scene) -> str:
    return lost("delete", "deletes a tag", "tag")(effect, scene)


def _deletes_branch(effect: Effect, scene: Scene) -> str:
    clause = "deletes a branch although its commits may be nowhere else"
    return lost("commits", clause)(effect, scene)


RULES = (
    Rule(
        "ambidex.git.delete-branch",
        kinds=(GIT,),
        when=_deletes_branch,
        decision=DENY,
        severity="high",
        protects="commits",
        why="Commits that no other branch has are then found by nobody.",
        instead="Use `git branch -d`, which deletes only what is merged, or ask the user.",
        match=(
            "git branch -D topic",
            "git branch -d -f topic",
            "git branch --delete --force topic",
            "git branch -fd topic",
            "git update-ref -d refs/heads/topic",
            "git symbolic-ref --delete HEAD",
            "git branch -qD one two",
        ),
        not_match=(
            "git branch -d topic",
            "git branch --delete topic",
            "git branch -rd origin/topic",
            "git branch --list 'D*'",
            "git branch -m old new",
            "git update-ref refs/notes/x HEAD abc123",
        ),
    ),
    Rule(
        "ambidex.git.move-reference",
        kinds=(GIT,),
        when=_moves,
        decision=ASK,
        severity="medium",
        protects="commits",
        why="Commits that only the old position led to are then found by nobody.",
        instead="Make a new branch or tag.",
        match=(
            "git branch -f main HEAD~3",
            "git branch --force topic origin/main",
            "git update-ref refs/heads/main HEAD~1",
            "git tag -f v1.0",
            "git tag --force -a v2 -m again",
            "git fast-import --force",
        ),
        not_match=(
            "git branch topic origin/main",
            "git branch -M main",
            "git tag v1.1",
            "git tag -l 'v*'",
            "git update-ref refs/heads/main new old",
            "git branch --move --force a b",
        ),
    ),
    Rule(
        "ambidex.git.delete-tag",
        kinds=(GIT,),
        when=_deletes_tag,
        decision=ASK,
        severity="medium",
        protects="tags",
        why="A tag may be a release, and an annotated one holds text that is nowhere else.",
        instead="Leave the tag, or ask the user.",
        match=(
            "git tag -d v1.0",
            "git tag --delete v1.0 v1.1",
            "git tag --del v1.0",
            "git -C . tag -d v1.0",
            "git tag -d nightly",
            "git --no-pager tag --delete nightly",
        ),
        not_match=(
            "git tag",
            "git tag -n3",
            "git tag --list 'd*'",
            "git tag -a v1 -m 'delete later'",
            "git tag --points-at HEAD",
            "git describe --tags",
        ),
    ),
    Rule(
        "ambidex.git.forget",
        kinds=(GIT,),
        when=lost("recovery", "throws away what would bring lost commits back"),
        decision=DENY,
        severity="critical",
        protects="the means to recover commits",
        why="Until now a wrong reset or rebase could be undone; then it cannot.",
        instead="Leave it to git, which collects garbage by itself after weeks.",
        match=(
            "git reflog expire --expire=now --all",
            "git reflog delete HEAD@{1}",
            "git gc --prune=now",
            "git gc --aggressive --pru=all",
            "git -c gc.pruneExpire=now gc",
            "git prune",
            "git prune --expire now",
        ),
        not_match=(
            "git reflog",
            "git reflog show main",
            "git gc",
            "git gc --auto",
            "git gc --prune=2.weeks.ago",
            "git prune -n",
            "git remote prune origin",
        ),
    ),
    Rule(
        "ambidex.git.rewrite-history",
        kinds=(GIT,),
        when=lost("rewrite", "replaces existing commits"),
        decision=DENY,
        severity="critical",
        protects="history",
        why="Every clone and every reference to a commit is then wrong.",
        instead="Ask the user, who decides about a new history; secrets must be revoked anyway.",
        match=(
            "git filter-branch --tree-filter 'true' HEAD",
            "git filter-repo --path src --force",
            "git-filter-repo --invert-paths --path big.bin",
            "git replace HEAD HEAD~1",
            "git lfs migrate import --include='*.bin'",
            "git filter-branch -f --env-filter 'export X=1' -- --all",
        ),
        not_match=(
            "git filter-repo --analyze",
            "git filter-repo --path src --dry-run",
            "git lfs migrate info",
            "git replace -l",
            "git rebase main",
            "git commit --amend --no-edit",
        ),
    ),
)
